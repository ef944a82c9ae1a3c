"""Reads the jobs of AWS Backup that were created since a moment, a thousand with a call.

AWS Backup lists jobs of the last 30 days (API reference, ListBackupJobs).
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from tierkeep.aws import UnitSession
from tierkeep.validate.stored.read_points import PAGE, days
from tierkeep.validate.stored.reading import utc, when
from tierkeep.validate.stored.records import Job, JobKind
from tierkeep.validate.stored.scope import StoredScope


def read_backup_jobs(session: UnitSession, scope: StoredScope) -> Iterator[Job]:
    """Backup jobs. Raises `AwsError`, as all here do."""
    for job in _listed(session, "list_backup_jobs", "BackupJobs", scope.since):
        yield Job(
            kind=JobKind.BACKUP,
            id=job["BackupJobId"],
            state=job["State"],
            vault_arn=job.get("BackupVaultArn"),
            recovery_point_arn=job.get("RecoveryPointArn"),
            resource_arn=job["ResourceArn"],
            delete_after_days=days((job.get("RecoveryPointLifecycle") or {}).get("DeleteAfterDays")),
            **_common(job),
        )


def read_copy_jobs(session: UnitSession, scope: StoredScope) -> Iterator[Job]:
    """Copy jobs, which AWS Backup lists in the account and Region of what they copy."""
    for job in _listed(session, "list_copy_jobs", "CopyJobs", scope.since):
        lifecycle = job.get("DestinationRecoveryPointLifecycle") or {}
        yield Job(
            kind=JobKind.COPY,
            id=job["CopyJobId"],
            state=job["State"],
            vault_arn=job.get("DestinationBackupVaultArn"),
            recovery_point_arn=job.get("DestinationRecoveryPointArn"),
            resource_arn=job["ResourceArn"],
            delete_after_days=days(lifecycle.get("DeleteAfterDays")),
            **_common(job),
        )


def read_restore_jobs(session: UnitSession, scope: StoredScope) -> Iterator[Job]:
    """Restore jobs."""
    for job in _listed(session, "list_restore_jobs", "RestoreJobs", scope.restores_since):
        yield Job(
            kind=JobKind.RESTORE,
            id=job["RestoreJobId"],
            state=job["Status"],
            vault_arn=job.get("BackupVaultArn"),
            recovery_point_arn=job.get("RecoveryPointArn"),
            resource_arn=job.get("SourceResourceArn", ""),
            restore_testing_plan=(job.get("CreatedBy") or {}).get("RestoreTestingPlanArn"),
            validation=job.get("ValidationStatus"),
            **_common(job),
        )


def _listed(session: UnitSession, operation: str, key: str, since: datetime) -> Iterator[dict[str, Any]]:
    return session.pages("backup", operation, key, ByCreatedAfter=since, MaxResults=PAGE)


def _common(job: dict[str, Any]) -> dict[str, Any]:
    """What jobs of all kinds answer alike."""
    made_by = job.get("CreatedBy") or {}
    return {
        "message": job.get("StatusMessage"),
        "category": job.get("MessageCategory"),
        "resource_type": job.get("ResourceType", ""),
        "created_at": when(job["CreationDate"]),
        "completed_at": utc(job.get("CompletionDate")),
        "plan": made_by.get("BackupPlanName"),
        "rule": made_by.get("BackupRuleName"),
    }
