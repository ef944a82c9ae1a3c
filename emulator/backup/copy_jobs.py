"""Copy jobs: recovery points that go to another vault, Region or account."""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from emulator.backup import arns, lifecycles
from emulator.backup.jobs import Job, JobFailedError
from emulator.backup.recovery_points import RecoveryPoint
from emulator.backup.resources import kind_named
from emulator.backup.vaults import Vault
from emulator.errors import InvalidParameterValue, ResourceNotFound

if TYPE_CHECKING:
    from emulator.backup.models import BackupBackend


@dataclass(kw_only=True)
class CopyJob(Job):
    """A copy job; ``target`` is the AWS Backup of the destination's account and Region."""

    backend: "BackupBackend"
    target: "BackupBackend"
    vault_arn: str
    point: RecoveryPoint
    lifecycle: dict[str, Any] | None
    created_by: dict[str, str] | None = None
    copied: RecoveryPoint | None = None

    def work(self) -> None:
        vault = self._vault()
        refusal = vault.lock and vault.lock.refusal(self.lifecycle)
        if refusal:
            raise JobFailedError(refusal)
        kind = kind_named(self.point.resource_type)
        backup = kind.copy(self.backend.place, self.target.place, self.point, vault, self.due)
        self.copied = replace(
            self.point,
            arn=backup.arn,
            vault_name=vault.name,
            vault_arn=vault.arn,
            source_vault_arn=self.point.vault_arn,
            created=self.created,
            completed=self.due,
            key_arn=backup.key_arn,
            encrypted=backup.encrypted,
            lifecycle=self.lifecycle,
            restore_metadata=backup.restore_metadata,
            created_by=self.created_by,
            last_restored=None,
            tags=dict(backup.tags),
        )
        self.target.keep(vault, self.copied)

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
            "BackupSizeInBytes": self.point.size,
            "IamRoleArn": self.role_arn,
            "CreatedBy": self.created_by,
            "IsParent": False,
        }


def make(backend: "BackupBackend", request: dict[str, Any]) -> CopyJob:
    """The job that a request to StartCopyJob asks for, after AWS's checks of it."""
    vault = backend.vaults.get(request["SourceBackupVaultName"])
    point = vault.recovery_point(request["RecoveryPointArn"])
    arns.check_role(request["IamRoleArn"])
    lifecycles.check(request.get("Lifecycle"))
    destination = arns.parse(request["DestinationBackupVaultArn"], "destination backup vault ARN")
    if destination.service != "backup" or not destination.resource.startswith("backup-vault:"):
        raise InvalidParameterValue(f"Not a backup vault: {request['DestinationBackupVaultArn']}")
    return CopyJob(
        waiting="CREATED",
        role_arn=request["IamRoleArn"],
        backend=backend,
        target=backend.of(destination.account, destination.region),
        vault_arn=request["DestinationBackupVaultArn"],
        point=point,
        lifecycle=request.get("Lifecycle"),
    )
