"""Copies into logically air-gapped vaults: which keys they need, and which not."""

import json
from typing import Any

import pytest
from emulated import ROLE, Aws
from other_account import Other

from emulator import clock

ANYBODY = json.dumps(
    {"Statement": {"Effect": "Allow", "Principal": "*", "Action": ["backup:*", "kms:*"], "Resource": "*"}}
)


def gapped(backup: Any) -> str:
    """An air-gapped vault that admits copies from everywhere."""
    made = backup.create_logically_air_gapped_backup_vault(
        BackupVaultName="gapped", MinRetentionDays=7, MaxRetentionDays=30
    )
    backup.put_backup_vault_access_policy(BackupVaultName="gapped", Policy=ANYBODY)
    return str(made["BackupVaultArn"])


def volume(aws: Aws, key: str) -> str:
    """A volume that is encrypted with no key, a key of AWS's or one of the customer's."""
    if key == "customer's":
        own = aws.kms.create_key(Policy=ANYBODY)["KeyMetadata"]["Arn"]
        return aws.volume(Encrypted=True, KmsKeyId=own)
    return aws.volume(Encrypted=True) if key == "AWS's" else aws.volume()


def copied(aws: Aws, resource: str, to: str, days: int) -> dict[str, Any]:
    """The job that copies a recovery point of the resource over, when it has ended."""
    job = aws.backup.start_copy_job(
        RecoveryPointArn=aws.backed_up(resource)["RecoveryPointArn"],
        SourceBackupVaultName="vault",
        DestinationBackupVaultArn=to,
        IamRoleArn=ROLE,
        Lifecycle={"DeleteAfterDays": days},
    )["CopyJobId"]
    clock.advance(5)
    return dict(aws.backup.describe_copy_job(CopyJobId=job)["CopyJob"])


@pytest.mark.parametrize(
    ("key", "state"), [("none", "FAILED"), ("AWS's", "FAILED"), ("customer's", "COMPLETED")]
)
def test_snapshots_need_a_key_of_the_customers(aws: Aws, key: str, state: str) -> None:
    """Within one account too; and a retention that the vault takes, or the job fails all the same."""
    aws.vault()
    to, resource = gapped(aws.backup), volume(aws, key)
    for days, ends in ((7, state), (6, "FAILED")):
        job = copied(aws, resource, to, days)
        assert job["State"] == ends, job.get("StatusMessage")


def test_a_copy_arrives_from_another_account(aws: Aws, other: Other) -> None:
    """Although the vault has no customer managed key, without which a usual one takes none."""
    job = copied(aws, volume(aws, "customer's"), gapped(other.backup), 30)
    assert job["State"] == "COMPLETED", job["StatusMessage"]
    [point] = other.backup.list_recovery_points_by_backup_vault(BackupVaultName="gapped")["RecoveryPoints"]
    assert point["RecoveryPointArn"] == job["DestinationRecoveryPointArn"]
