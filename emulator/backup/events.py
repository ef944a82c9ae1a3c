"""What AWS Backup tells of its jobs and recovery points: events on EventBridge, vaults' notifications on SNS.

The events are those of "Monitoring AWS Backup events using Amazon EventBridge", the notifications those of
"Notification options with AWS Backup", both in the AWS Backup Developer Guide.  AWS sends them within five
minutes and as best it can; here they go out at once.
"""

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Any

from emulator import eventbridge
from emulator.backup.vaults import Vault
from emulator.eventbridge import Detail

if TYPE_CHECKING:
    from emulator.backup.backup_jobs import BackupJob
    from emulator.backup.copy_jobs import CopyJob
    from emulator.backup.jobs import Job
    from emulator.backup.models import BackupBackend
    from emulator.backup.plans import Plan
    from emulator.backup.recovery_points import RecoveryPoint
    from emulator.backup.restore_jobs import RestoreJob

SUBJECT = "Notification from AWS Backup"

_VERBS = {
    "RUNNING": "started",
    "COMPLETED": "was completed successfully",
    "FAILED": "failed",
    "ABORTED": "was stopped",
    "EXPIRED": "failed to complete in time",
}

_OUTCOMES = {
    "RUNNING": ("STARTED",),
    "COMPLETED": ("COMPLETED", "SUCCESSFUL"),
    "FAILED": ("COMPLETED", "FAILED"),
    "ABORTED": ("COMPLETED",),
    "EXPIRED": ("COMPLETED", "EXPIRED"),
}
"""The ends of the names of the vault events that tell of a state.  COMPLETED is told of whatever end a job
finds, as the guide's examples show."""


def of_backup_job(job: "BackupJob") -> None:
    """Tell that a backup job has entered its state."""
    point = job.point
    _put(job.backend, "Backup Job State Change", [point.arn] if point else [], lambda: _backup_job(job))
    recovery_point = f"Recovery point ARN: {point.arn}. " if point else ""
    _notify(job, job.vault, "Backup", f"{recovery_point}Resource ARN : {job.resource_arn}. ")


def of_copy_job(job: "CopyJob") -> None:
    """Tell that a copy job has entered its state."""
    _put(job.backend, "Copy Job State Change", [job.point.arn], lambda: _copy_job(job))
    vaults = job.backend.vaults
    if vaults.exists(job.point.vault_name):
        about = f"Recovery point ARN: {job.point.arn}. Resource ARN : {job.point.resource_arn}. "
        _notify(job, vaults.get(job.point.vault_name), "Copy", about)


def of_restore_job(job: "RestoreJob") -> None:
    """Tell that a restore job has entered its state."""
    _put(job.backend, "Restore Job State Change", [job.point.arn], lambda: _restore_job(job))
    vaults = job.backend.vaults
    if vaults.exists(job.point.vault_name):
        about = f"Restored recovery point ARN: {job.point.arn}. "
        _notify(job, vaults.get(job.point.vault_name), "Restore", about)


def of_recovery_point(backend: "BackupBackend", point: "RecoveryPoint", status: str) -> None:
    """Tell that a recovery point has come to ``status``."""
    _put(backend, "Recovery Point State Change", [point.arn], lambda: _recovery_point(point, status))


def of_changed_lifecycle(backend: "BackupBackend", vault: Vault, point: "RecoveryPoint") -> None:
    """Notify that a recovery point's lifecycle was changed."""
    if _wants(vault, ("RECOVERY_POINT_MODIFIED",)):
        _send(
            vault,
            f"An AWS Backup recovery point was modified. Recovery point ARN: {point.arn}",
            {"EventType": "RECOVERY_POINT", "State": "MODIFIED", "AccountId": backend.account_id},
        )


def of_plan(backend: "BackupBackend", plan: "Plan", state: str, moment: dict[str, datetime]) -> None:
    """Tell that a plan was created, modified or deleted; ``moment`` is when, under the event's name of it."""
    named = {name: _text(value) for name, value in moment.items()}
    detail = {"backupPlanId": plan.id, "versionId": plan.current.id, **named, "state": state}
    _put(backend, "Backup Plan State Change", [plan.arn], lambda: detail)


def _put(
    backend: "BackupBackend", detail_type: str, resources: list[str], detail: Callable[[], Detail]
) -> None:
    account, region = backend.account_id, backend.region_name
    if eventbridge.listened_to(account, region):
        eventbridge.put(account, region, "aws.backup", detail_type, resources, detail())


def _notify(job: "Job", vault: Vault, kind: str, about: str) -> None:
    names = tuple(f"{kind.upper()}_JOB_{end}" for end in _OUTCOMES.get(job.state, ()))
    if not _wants(vault, names):
        return
    article = "A" if kind == "Restore" else "An AWS Backup"
    _send(
        vault,
        f"{article} {'job' if kind == 'Backup' else f'{kind.lower()} job'} {_VERBS[job.state]}. {about}"
        f"{kind}Job ID : {job.id}",
        {
            "EventType": f"{kind.upper()}_JOB",
            "State": job.state,
            "AccountId": job.backend.account_id,
            "Id": job.id,
            "StartTime": str(_text(job.created)),
        },
    )


def _wants(vault: Vault, names: tuple[str, ...]) -> bool:
    wanted = vault.notifications["BackupVaultEvents"] if vault.notifications else ()
    return any(name in wanted for name in names)


def _send(vault: Vault, message: str, attributes: dict[str, str]) -> None:
    if vault.notifications:
        eventbridge.publish(vault.notifications["SNSTopicArn"], SUBJECT, message, attributes)


def _backup_job(job: "BackupJob") -> Detail:
    described = job.described()
    if job.state == "CREATED":
        return {"backupJobId": job.id, "state": "CREATED", "creationDate": _text(job.created)}
    return _without_none(
        {
            "backupJobId": job.id,
            "backupSizeInBytes": _number(described["BackupSizeInBytes"]),
            "backupVaultArn": job.vault.arn,
            "backupVaultName": job.vault.name,
            "bytesTransferred": _number(described["BytesTransferred"]) or "0",
            "creationDate": _text(job.created),
            "iamRoleArn": job.role_arn,
            "resourceArn": job.resource_arn,
            "resourceType": described["ResourceType"],
            "state": job.state,
            "statusMessage": job.message,
            "completionDate": _text(job.completed),
            "startBy": _text(described["StartBy"]),
            "percentDone": int(float(job.percent_done())),
            "createdBy": _created_by(job.created_by),
        }
    )


def _copy_job(job: "CopyJob") -> Detail:
    return _without_none(
        {
            "copyJobId": job.id if job.state != "CREATED" else None,
            "backupSizeInBytes": job.point.size,
            "creationDate": _text(job.created),
            "iamRoleArn": job.role_arn,
            "resourceArn": job.point.resource_arn,
            "resourceType": job.point.resource_type,
            "sourceBackupVaultArn": job.point.vault_arn,
            "state": job.state,
            "statusMessage": job.message,
            "completionDate": _text(job.completed),
            "destinationBackupVaultArn": job.vault_arn,
            "destinationRecoveryPointArn": job.copied.arn if job.copied else {},
            "createdBy": _created_by(job.created_by),
        }
    )


def _restore_job(job: "RestoreJob") -> Detail:
    return _without_none(
        {
            "restoreJobId": job.id,
            "backupVaultArn": job.point.vault_arn,
            "recoveryPointArn": job.point.arn,
            "sourceResourceArn": job.point.resource_arn,
            "backupSizeInBytes": _number(job.point.size),
            "creationDate": _text(job.created),
            "iamRoleArn": job.role_arn,
            "percentDone": int(float(job.percent_done())),
            "resourceType": job.point.resource_type,
            "status": job.state,
            "statusMessage": job.message,
            "createdResourceArn": job.created_resource_arn,
            "completionDate": _text(job.completed),
        }
    )


def _recovery_point(point: "RecoveryPoint", status: str) -> Detail:
    moments, lifecycle = point.moments, point.lifecycle or {}
    return _without_none(
        {
            "backupVaultName": point.vault_name,
            "backupVaultArn": point.vault_arn,
            "creationDate": _text(point.created),
            "iamRoleArn": point.role_arn,
            "resourceType": point.resource_type,
            "resourceArn": point.resource_arn,
            "status": status,
            "isEncrypted": str(point.encrypted).lower(),
            "storageClass": point.storage_class(point.completed),
            "completionDate": _text(point.completed),
            "createdBy": _created_by(point.created_by),
            "lifecycle": {_lower(name): value for name, value in lifecycle.items()} or None,
            "calculatedLifeCycle": {_lower(name): _text(moment) for name, moment in moments.items()} or None,
        }
    )


def _created_by(created_by: dict[str, str] | None) -> dict[str, str] | None:
    if created_by is None:
        return None
    names = {
        "BackupPlanId": "backupPlanId",
        "BackupPlanArn": "backupPlanArn",
        "BackupPlanVersion": "backupPlanVersion",
        "BackupRuleId": "backupPlanRuleId",
    }
    return {written: created_by[name] for name, written in names.items()}


def _lower(name: str) -> str:
    return name[0].lower() + name[1:]


def _number(size: int | None) -> str | None:
    return None if size is None else str(size)


def _text(moment: datetime | None) -> str | None:
    return moment.strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z" if moment else None


def _without_none(detail: dict[str, Any]) -> Detail:
    return {name: value for name, value in detail.items() if value is not None}
