"""Backup jobs."""

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from emulator import clock
from emulator.backup import arns, lifecycles, rules, tags
from emulator.backup.jobs import Job, JobFailedError
from emulator.backup.recovery_points import RecoveryPoint
from emulator.backup.resources import kind_of
from emulator.backup.vaults import Vault
from emulator.errors import MissingParameterValue, NotImplementedByEmulator

if TYPE_CHECKING:
    from emulator.backup.models import BackupBackend

# By how a request to StartBackupJob spells them.
DEFAULT_START_WINDOW = 480
DEFAULT_COMPLETION_WINDOW = 10080


@dataclass(kw_only=True)
class BackupJob(Job):
    """A backup job; ``created_by`` is the plan's rule that started it, if one did."""

    backend: "BackupBackend"
    vault: Vault
    resource_arn: str
    request: dict[str, Any]
    start_window: int
    created_by: dict[str, str] | None = None
    point: RecoveryPoint | None = None

    def work(self) -> None:
        refusal = self.vault.lock and self.vault.lock.refusal(self.request.get("Lifecycle"))
        if refusal:
            raise JobFailedError(refusal)
        if not self.backend.vaults.exists(self.vault.name):
            raise JobFailedError(f"Backup vault {self.vault.name} does not exist")
        kind = kind_of(self.resource_arn)
        backup = kind.back_up(
            self.backend.place,
            arns.parse(self.resource_arn),
            self.vault,
            self.id,
            self.request.get("RecoveryPointTags") or {},
            self.due,
        )
        self.point = RecoveryPoint(
            arn=backup.arn,
            vault_name=self.vault.name,
            vault_arn=self.vault.arn,
            resource_arn=self.resource_arn,
            resource_type=kind.type,
            resource_name=backup.resource_name,
            role_arn=self.request["IamRoleArn"],
            created=self.created,
            completed=self.due,
            size=backup.size,
            key_arn=backup.key_arn,
            encrypted=backup.encrypted,
            lifecycle=self.request.get("Lifecycle"),
            restore_metadata=backup.restore_metadata,
            created_by=self.created_by,
            tags=backup.tags,
        )
        self.backend.keep(self.vault, self.point)

    def described(self) -> dict[str, Any]:
        """The job as DescribeBackupJob answers it."""
        point = self.point
        return {
            "AccountId": self.backend.account_id,
            "BackupJobId": self.id,
            "BackupVaultName": self.vault.name,
            "BackupVaultArn": self.vault.arn,
            "VaultType": "BACKUP_VAULT",
            "RecoveryPointLifecycle": self.request.get("Lifecycle"),
            "RecoveryPointArn": point.arn if point else None,
            "EncryptionKeyArn": point.key_arn if point else None,
            "IsEncrypted": point.encrypted if point else None,
            "ResourceArn": self.resource_arn,
            "ResourceType": kind_of(self.resource_arn).type,
            "ResourceName": point.resource_name if point else None,
            "CreationDate": self.created,
            "InitiationDate": self.running if clock.now() >= self.running else None,
            "CompletionDate": self.completed,
            "ExpectedCompletionDate": self.due,
            "StartBy": self.created + timedelta(minutes=self.start_window),
            "State": self.state,
            "StatusMessage": self.message,
            "MessageCategory": "SUCCESS" if self.state == "COMPLETED" else None,
            "PercentDone": self.percent_done(),
            "BackupSizeInBytes": point.size if point else None,
            "BytesTransferred": point.size if point else None,
            "IamRoleArn": self.request["IamRoleArn"],
            "CreatedBy": self.created_by,
            "BackupOptions": self.request.get("BackupOptions"),
            "IsParent": False,
        }


def make(
    backend: "BackupBackend", request: dict[str, Any], created_by: dict[str, str] | None = None
) -> BackupJob:
    """The job that a request to StartBackupJob asks for, after AWS's checks of it."""
    if request.get("LogicallyAirGappedBackupVaultArn"):
        raise NotImplementedByEmulator("The emulator has no logically air-gapped vaults")
    vault = backend.vaults.get(request["BackupVaultName"])
    arns.check_role(request["IamRoleArn"])
    start = request.get("StartWindowMinutes") or DEFAULT_START_WINDOW
    rules.check_windows(start, request.get("CompleteWindowMinutes") or DEFAULT_COMPLETION_WINDOW)
    lifecycles.check(request.get("Lifecycle"))
    tags.check(request.get("RecoveryPointTags") or {})
    rules.check_options(request.get("BackupOptions") or {})
    resource_arn = request["ResourceArn"]
    if not resource_arn:
        raise MissingParameterValue("ResourceArn is missing")
    kind_of(resource_arn).require(backend.place, arns.parse(resource_arn))
    return BackupJob(
        waiting="CREATED",
        role_arn=request["IamRoleArn"],
        backend=backend,
        vault=vault,
        resource_arn=resource_arn,
        request=request,
        start_window=start,
        created_by=created_by,
    )
