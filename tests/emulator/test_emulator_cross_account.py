"""Copies into another account: organization, setting, vault policy, keys."""

import json
from collections.abc import Callable

import pytest
from emulated import Aws
from other_account import Other, copied, in_account


def test_a_copy_arrives_in_the_other_account(aws: Aws, other: Other) -> None:
    job = copied(aws, other)
    assert job["State"] == "COMPLETED", job.get("StatusMessage")
    [point] = other.backup.list_recovery_points_by_backup_vault(BackupVaultName="copies")["RecoveryPoints"]
    assert point["RecoveryPointArn"] == job["DestinationRecoveryPointArn"]


@pytest.mark.parametrize(
    "allow",
    [
        lambda other: other.allow("*"),
        lambda other: other.allow({"AWS": ["000000000000", "123456789012"]}),
        lambda other: other.allow("*", {"StringEquals": {"aws:PrincipalOrgID": [other.organization]}}),
    ],
)
def test_vault_policies_that_let_a_copy_in(aws: Aws, other: Other, allow: Callable[[Other], None]) -> None:
    allow(other)
    assert copied(aws, other)["State"] == "COMPLETED"


def _no_policy(aws: Aws, other: Other) -> None:
    other.backup.delete_backup_vault_access_policy(BackupVaultName="copies")


def _another_account(aws: Aws, other: Other) -> None:
    other.allow({"AWS": "arn:aws:iam::000000000000:root"})


def _another_organization(aws: Aws, other: Other) -> None:
    other.allow("*", {"StringEquals": {"aws:PrincipalOrgID": "o-another000"}})


def _denied(aws: Aws, other: Other) -> None:
    denied = {"Effect": "Deny", "Principal": "*", "Action": "backup:Copy*", "Resource": "*"}
    other.allow("*", None, denied)


def _setting_off(aws: Aws, other: Other) -> None:
    aws.backup.update_global_settings(GlobalSettings={"isCrossAccountBackupEnabled": "false"})


def _not_a_member(aws: Aws, other: Other) -> None:
    stranger = in_account("999999999999", other.organization)
    stranger.allow("*")
    other.vault_arn = stranger.vault_arn


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (_no_policy, "Access Denied"),
        (_another_account, "Access Denied"),
        (_another_organization, "Access Denied"),
        (_denied, "Access Denied"),
        (_setting_off, "not enabled"),
        (_not_a_member, "same organization"),
    ],
)
def test_copies_that_fail(aws: Aws, other: Other, change: Callable[[Aws, Other], None], message: str) -> None:
    """The messages are those of AWS's Knowledge Center, where it has them."""
    change(aws, other)
    job = copied(aws, other)
    assert (job["State"], message in job["StatusMessage"]) == ("FAILED", True), job["StatusMessage"]


def test_keys_of_aws_cannot_cross_accounts(aws: Aws, other: Other) -> None:
    """Neither the destination vault's, nor the one that a snapshot is encrypted with."""
    encrypted = copied(aws, other, aws.volume(Encrypted=True))
    assert (encrypted["State"], "AWS managed key" in encrypted["StatusMessage"]) == ("FAILED", True)

    other.backup.create_backup_vault(BackupVaultName="plain")
    other.vault_arn = other.vault_arn.replace("copies", "plain")
    policy = {"Effect": "Allow", "Principal": "*", "Action": "backup:*", "Resource": "*"}
    other.backup.put_backup_vault_access_policy(
        BackupVaultName="plain", Policy=json.dumps({"Statement": policy})
    )
    job = copied(aws, other)
    assert (job["State"], "customer managed key" in job["StatusMessage"]) == ("FAILED", True)
