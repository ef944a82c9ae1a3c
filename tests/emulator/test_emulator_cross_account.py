"""Copies into another account: organization, setting, vault policy, keys."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import boto3
import pytest
from emulated import REGION, ROLE, Aws

from emulator import clock


@dataclass
class Other:
    """Another account, with a vault that is as a copy wants it unless a test changes it."""

    id: str
    backup: Any
    vault_arn: str
    organization: str

    def allow(self, principal: Any, condition: dict[str, Any] | None = None, *more: dict[str, Any]) -> None:
        allowed = {
            "Effect": "Allow",
            "Principal": principal,
            "Action": "backup:CopyIntoBackupVault",
            "Resource": "*",
            **({"Condition": condition} if condition else {}),
        }
        policy = json.dumps({"Version": "2012-10-17", "Statement": [allowed, *more]})
        self.backup.put_backup_vault_access_policy(BackupVaultName="copies", Policy=policy)


@pytest.fixture
def other(aws: Aws) -> Other:
    organizations = boto3.client("organizations", region_name="us-east-1")
    organization = organizations.create_organization(FeatureSet="ALL")["Organization"]["Id"]
    account = organizations.create_account(Email="other@example.com", AccountName="other")[
        "CreateAccountStatus"
    ]
    aws.backup.update_global_settings(GlobalSettings={"isCrossAccountBackupEnabled": "true"})
    aws.vault()
    made = _in(account["AccountId"], organization)
    made.allow({"AWS": "arn:aws:iam::123456789012:root"})
    return made


def _in(account: str, organization: str) -> Other:
    sts = boto3.client("sts", region_name=REGION)
    assumed = sts.assume_role(RoleArn=f"arn:aws:iam::{account}:role/x", RoleSessionName="test")["Credentials"]
    keys = assumed["AccessKeyId"], assumed["SecretAccessKey"], assumed["SessionToken"]
    session = boto3.Session(*keys, region_name=REGION)
    key = session.client("kms").create_key()["KeyMetadata"]["Arn"]
    backup = session.client("backup")
    vault = backup.create_backup_vault(BackupVaultName="copies", EncryptionKeyArn=key)["BackupVaultArn"]
    return Other(account, backup, vault, organization)


def copied(aws: Aws, other: Other, volume: str | None = None) -> dict[str, Any]:
    """The job that copies a recovery point over, when it has ended."""
    point = aws.backed_up(volume or aws.volume())["RecoveryPointArn"]
    job = aws.backup.start_copy_job(
        RecoveryPointArn=point,
        SourceBackupVaultName="vault",
        DestinationBackupVaultArn=other.vault_arn,
        IamRoleArn=ROLE,
    )["CopyJobId"]
    clock.advance(5)
    return dict(aws.backup.describe_copy_job(CopyJobId=job)["CopyJob"])


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
    stranger = _in("999999999999", other.organization)
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


def test_the_policy_of_the_snapshots_key_must_let_the_other_account_decrypt(aws: Aws, other: Other) -> None:
    key = aws.kms.create_key()["KeyMetadata"]["Arn"]
    volume = aws.volume(Encrypted=True, KmsKeyId=key)
    refused = copied(aws, other, volume)
    assert (refused["State"], "permissions to access" in refused["StatusMessage"]) == ("FAILED", True)
    principals = {"AWS": [f"arn:aws:iam::{account}:root" for account in ("123456789012", other.id)]}
    allowed = {"Effect": "Allow", "Principal": principals, "Action": "kms:*", "Resource": "*"}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [allowed]})
    aws.kms.put_key_policy(KeyId=key, PolicyName="default", Policy=policy)
    assert copied(aws, other, volume)["State"] == "COMPLETED"


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
