"""What AWS Backup counts in CloudWatch: jobs and recovery points by their states.

The metrics are those of "AWS Backup metrics with Amazon CloudWatch" in the AWS Backup Developer Guide, each
by vault and by vault and type.  The vault of a copy job is its destination.  AWS publishes every five
minutes; here each change counts at once.
"""

from typing import TYPE_CHECKING

from emulator import metrics

if TYPE_CHECKING:
    from emulator.backup.models import BackupBackend

NAMESPACE = "AWS/Backup"
_OF_JOBS = {
    "Backup": ("CREATED", "PENDING", "RUNNING", "ABORTED", "COMPLETED", "FAILED", "EXPIRED"),
    "Copy": ("CREATED", "RUNNING", "COMPLETED", "FAILED"),
    "Restore": ("PENDING", "RUNNING", "COMPLETED", "FAILED"),
}
_OF_RECOVERY_POINTS = ("COMPLETED", "PARTIAL", "EXPIRED", "DELETING")


def of_job(backend: "BackupBackend", kind: str, state: str, vault_name: str, resource_type: str) -> None:
    """Count a job of a ``kind``, such as Copy, that has entered a state."""
    if state in _OF_JOBS[kind]:
        _count(backend, f"NumberOf{kind}Jobs{state.title()}", vault_name, resource_type)


def of_recovery_point(backend: "BackupBackend", status: str, vault_name: str, resource_type: str) -> None:
    """Count a recovery point that has come to a status."""
    if status in _OF_RECOVERY_POINTS:
        _count(backend, f"NumberOfRecoveryPoints{status.title()}", vault_name, resource_type)


def _count(backend: "BackupBackend", name: str, vault_name: str, resource_type: str) -> None:
    vault = {"BackupVaultName": vault_name}
    by = (vault, {**vault, "ResourceType": resource_type})
    metrics.publish(backend.account_id, backend.region_name, NAMESPACE, {name: 1}, by)
