"""Copy jobs: recovery points that go to another vault, Region or account."""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from emulator import clock
from emulator.backup import arns, events, keys, lifecycles, metrics, permissions
from emulator.backup.jobs import Job, JobFailedError
from emulator.backup.recovery_points import RecoveryPoint
from emulator.backup.resources import kind_named
from emulator.backup.resources.base import Kind
from emulator.backup.vaults import Vault
from emulator.errors import InvalidParameterValue, InvalidRequest, ResourceNotFound

if TYPE_CHECKING:
    from emulator.backup.backup_jobs import BackupJob
    from emulator.backup.models import BackupBackend

UNSET = -1
"""What stands for "always" in a lifecycle (CopyAction in the AWS Backup API reference)."""


@dataclass(kw_only=True)
class CopyJob(Job):
    """A copy job; ``target`` is the AWS Backup of the destination's account and Region.

    A copy keeps the creation date of its original, from which its lifecycle counts, and the original's
    retention unless it is given one of its own ("Backup and tag copy" in the AWS Backup Developer Guide;
    "always", or -1, is none).
    """

    target: "BackupBackend"
    vault_arn: str
    point: RecoveryPoint
    lifecycle: dict[str, Any] | None
    created_by: dict[str, str] | None = None
    created_by_job: str | None = None
    copied: RecoveryPoint | None = None

    def about(self) -> tuple[str, ...]:
        return self.point.arn, self.point.resource_arn, self.vault_arn

    def changed(self) -> None:
        events.of_copy_job(self)
        destination = self.vault_arn.split(":")[-1]
        metrics.of_job(self.backend, "Copy", self.state, destination, self.point.resource_type)

    @property
    def kept(self) -> dict[str, Any] | None:
        """The lifecycle of the copy."""
        own = {name: value for name, value in (self.lifecycle or {}).items() if value != UNSET}
        if "DeleteAfterDays" in own:
            return own
        return {**(self.point.lifecycle or {}), **own} or None

    def work(self) -> None:
        vault = self._vault()
        permissions.check_copy(self.backend, self.point, vault, str(self.role_arn))
        refusal = vault.lock and vault.lock.refusal(self.kept)
        if refusal:
            raise JobFailedError(refusal)
        unusable = keys.refusal(self.point.key_arn) or keys.refusal(vault.key_arn)
        if unusable:
            raise JobFailedError(unusable)
        kind = kind_named(self.point.resource_type)
        source = self._snapshot(kind) if self.point.continuous else self.point
        backup = kind.copy(self.backend.place, self.target.place, source, vault, self.due)
        if source is not self.point:
            kind.delete(self.backend.place, source)
        self.copied = replace(
            source,
            arn=backup.arn,
            vault_name=vault.name,
            vault_arn=vault.arn,
            source_vault_arn=self.point.vault_arn,
            completed=self.due,
            key_arn=backup.key_arn,
            encrypted=backup.encrypted,
            lifecycle=self.kept,
            restore_metadata=backup.restore_metadata,
            created_by=self.created_by,
            last_restored=None,
            tags=dict(backup.tags),
        )
        self.target.keep(vault, self.copied)

    def _snapshot(self, kind: Kind) -> RecoveryPoint:
        """What is copied of a continuous backup: a snapshot, which is not kept in the source vault."""
        vault = self.backend.vaults.get(self.point.vault_name)
        resource = arns.parse(self.point.resource_arn)
        backup = kind.back_up(self.backend.place, resource, vault, self.id, self.point.tags, self.due)
        return replace(
            self.point,
            arn=backup.arn,
            size=backup.size,
            key_arn=backup.key_arn,
            encrypted=backup.encrypted,
            restore_metadata=backup.restore_metadata,
            created=self.created,
            data=backup.data,
            continuous=False,
            stopped=None,
            status="COMPLETED",
        )

    def _vault(self) -> Vault:
        try:
            return self.target.vaults.get(arns.parse(self.vault_arn).resource_id)
        except ResourceNotFound as error:
            raise JobFailedError(error.message) from error

    def described(self) -> dict[str, Any]:
        """The job as DescribeCopyJob answers it."""
        copied = self.copied
        return {
            "AccountId": self.backend.account_id,
            "CopyJobId": self.id,
            "SourceBackupVaultArn": self.point.vault_arn,
            "SourceRecoveryPointArn": self.point.arn,
            "DestinationBackupVaultArn": self.vault_arn,
            "DestinationRecoveryPointArn": copied.arn if copied else None,
            "DestinationEncryptionKeyArn": copied.key_arn if copied else None,
            "DestinationRecoveryPointLifecycle": self.lifecycle,
            "ResourceArn": self.point.resource_arn,
            "ResourceType": self.point.resource_type,
            "ResourceName": self.point.resource_name,
            "CreationDate": self.created,
            "CompletionDate": self.completed,
            "State": self.state,
            "StatusMessage": self.message,
            "MessageCategory": self.category,
            "BackupSizeInBytes": self.point.size,
            "IamRoleArn": self.role_arn,
            "CreatedBy": self.created_by,
            "CreatedByBackupJobId": self.created_by_job,
            "IsParent": False,
        }


def make(backend: "BackupBackend", request: dict[str, Any]) -> CopyJob:
    """The job that a request to StartCopyJob asks for, after AWS's checks of it."""
    vault = backend.vaults.get(request["SourceBackupVaultName"])
    point = vault.recovery_point(request["RecoveryPointArn"])
    arns.check_role(request["IamRoleArn"])
    lifecycles.check(request.get("Lifecycle"))
    if point.storage_class(clock.now()) == "COLD":
        raise InvalidRequest(f"Recovery point {point.arn} is in cold storage and cannot be copied")
    return CopyJob(
        waiting="CREATED",
        role_arn=request["IamRoleArn"],
        backend=backend,
        target=_target(backend, request["DestinationBackupVaultArn"]),
        vault_arn=request["DestinationBackupVaultArn"],
        point=point,
        lifecycle=request.get("Lifecycle"),
    )


def scheduled(job: "BackupJob", point: RecoveryPoint, action: dict[str, Any]) -> CopyJob:
    """The job by which a copy action of a plan's rule copies what a backup job has made."""
    return CopyJob(
        waiting="CREATED",
        role_arn=job.role_arn,
        backend=job.backend,
        target=_target(job.backend, action["DestinationBackupVaultArn"]),
        vault_arn=action["DestinationBackupVaultArn"],
        point=point,
        lifecycle=action.get("Lifecycle"),
        created_by=job.created_by,
        created_by_job=job.id,
    )


def _target(backend: "BackupBackend", vault_arn: str) -> "BackupBackend":
    destination = arns.parse(vault_arn, "destination backup vault ARN")
    if destination.service != "backup" or not destination.resource.startswith("backup-vault:"):
        raise InvalidParameterValue(f"Not a backup vault: {vault_arn}")
    return backend.of(destination.account, destination.region)
