"""Reads the recovery points of a vault of AWS Backup, a thousand with a call."""

from collections.abc import Iterator
from typing import Any

from tierkeep.aws import UnitSession
from tierkeep.validate.stored.reading import utc, when
from tierkeep.validate.stored.records import RecoveryPoint

PAGE = 1000
"""The longest page of AWS Backup's listings (botocore 1.44.5, backup MaxResults)."""


def read_points(session: UnitSession, vault_arn: str) -> Iterator[RecoveryPoint]:
    """Every recovery point in a vault of the session's account and Region. Raises `AwsError`."""
    listed = session.pages(
        "backup",
        "list_recovery_points_by_backup_vault",
        "RecoveryPoints",
        BackupVaultName=vault_arn.rpartition(":")[2],
        MaxResults=PAGE,
    )
    return (_point(each, vault_arn) for each in listed)


def _point(found: dict[str, Any], vault_arn: str) -> RecoveryPoint:
    made_by = found.get("CreatedBy") or {}
    lifecycle = found.get("Lifecycle") or {}
    return RecoveryPoint(
        arn=found["RecoveryPointArn"],
        vault_arn=vault_arn,
        resource_arn=found["ResourceArn"],
        resource_type=found["ResourceType"],
        created_at=when(found["CreationDate"]),
        completed_at=utc(found.get("CompletionDate")),
        status=found["Status"],
        status_message=found.get("StatusMessage"),
        plan=made_by.get("BackupPlanName"),
        rule=made_by.get("BackupRuleName"),
        source_vault_arn=found.get("SourceBackupVaultArn"),
        encrypted=bool(found.get("IsEncrypted")),
        key_arn=found.get("EncryptionKeyArn"),
        delete_after_days=days(lifecycle.get("DeleteAfterDays")),
        cold_after_days=days(lifecycle.get("MoveToColdStorageAfterDays")),
        delete_at=utc((found.get("CalculatedLifecycle") or {}).get("DeleteAt")),
        size_bytes=found.get("BackupSizeInBytes"),
        last_restored_at=utc(found.get("LastRestoreTime")),
        continuous=":recovery-point:continuous:" in found["RecoveryPointArn"],
        vault_type=found.get("VaultType"),
    )


def days(number: int | None) -> int | None:
    """Days of a lifecycle; what is not set comes back as 0, as -1, or not at all."""
    return number if number and number > 0 else None
