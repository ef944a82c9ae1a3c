"""Backup jobs."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from emulator import clock
from emulator.backup import arns, copy_jobs, events, lifecycles, metrics, rules, tags
from emulator.backup.jobs import Job, JobFailedError
from emulator.backup.recovery_points import RecoveryPoint
from emulator.backup.resources import kind_of
from emulator.backup.resources.base import Kind
from emulator.backup.resources.metadata import REQUEST_ID
from emulator.backup.vaults import AIR_GAPPED, Vault
from emulator.errors import InvalidParameterValue, MissingParameterValue, NotImplementedByEmulator

if TYPE_CHECKING:
    from emulator.backup.models import BackupBackend

# By how a request to StartBackupJob spells them.
DEFAULT_START_WINDOW = 480
DEFAULT_COMPLETION_WINDOW = 10080


CONTINUOUS_TYPES = frozenset({"Aurora", "RDS", "S3", "SAP HANA on Amazon EC2"})
"""What a continuous rule backs up continuously; of other types it makes snapshots ("Continuous backups and
point-in-time recovery" in the AWS Backup Developer Guide)."""


@dataclass(kw_only=True)
class BackupJob(Job):
    """A backup job; ``created_by`` is the plan's rule that started it, if one did, and ``copy_actions`` are
    where to its recovery point is copied.  Windows are in minutes."""

    vault: Vault
    resource_arn: str
    request: dict[str, Any]
    start_window: int
    completion_window: int = DEFAULT_COMPLETION_WINDOW
    continuous: bool = False
    copy_actions: list[dict[str, Any]] = field(default_factory=list)
    created_by: dict[str, str] | None = None
    point: RecoveryPoint | None = None

    @property
    def deadline(self) -> datetime:
        """The window counts from when the backup was scheduled (StartBackupJob in the API reference)."""
        return self.created + timedelta(minutes=self.completion_window)

    def about(self) -> tuple[str, ...]:
        return self.resource_arn, self.vault.arn

    def changed(self) -> None:
        events.of_backup_job(self)
        metrics.of_job(self.backend, "Backup", self.state, self.vault.name, kind_of(self.resource_arn).type)

    def work(self) -> None:
        if not self.backend.vaults.exists(self.vault.name):
            raise JobFailedError(f"Backup job failed because backup vault {self.vault.arn} does not exist.")
        refusal = self.vault.lock and self.vault.lock.refusal(self.request.get("Lifecycle"))
        if refusal:
            raise JobFailedError(refusal)
        kind = kind_of(self.resource_arn)
        if self.continuous and kind.type in CONTINUOUS_TYPES:
            self.point = self._going_on() or self._started(kind)
            kind.retain(self.point)
        else:
            self.point = self._backed_up(kind)
            self.backend.keep(self.vault, self.point)
        for action in self.copy_actions:
            self.backend.copy_jobs.add(copy_jobs.scheduled(self, self.point, action))

    def _backed_up(self, kind: Kind) -> RecoveryPoint:
        backup = kind.back_up(
            self.backend.place,
            arns.parse(self.resource_arn),
            self.vault,
            self.id,
            self.request.get("RecoveryPointTags") or {},
            self.due,
        )
        return RecoveryPoint(
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
            data=backup.data,
        )

    def _going_on(self) -> RecoveryPoint | None:
        """The continuous backup of the resource that is in the vault already; there is one at most.

        Another retention changes that of a database and stops that of a bucket, for which a new one begins
        ("Changing your retention period" in the AWS Backup Developer Guide).
        """
        for point in self.vault.recovery_points.values():
            if point.continuous and point.resource_arn == self.resource_arn and not point.stopped:
                if point.resource_type == "S3" and point.lifecycle != self.request.get("Lifecycle"):
                    self.backend.stop_continuous(self.vault, point)
                    return None
                point.lifecycle = self.request.get("Lifecycle")
                point.completed = self.due
                self.backend.protected.record(point)
                return point
        return None

    def _started(self, kind: Kind) -> RecoveryPoint:
        """A continuous backup that begins now."""
        arn = arns.parse(self.resource_arn)
        kind.require(self.backend.place, arn)
        begun = kind.begin_continuous(self.backend.place, arn)
        encrypted, key_arn = begun.as_source or (True, self.vault.key_arn)
        point = RecoveryPoint(
            arn=f"{self.vault.arn.rpartition(':backup-vault:')[0]}:recovery-point:continuous:"
            f"{arn.resource_id}-{self.id[:8].lower()}",
            vault_name=self.vault.name,
            vault_arn=self.vault.arn,
            resource_arn=self.resource_arn,
            resource_type=kind.type,
            resource_name=arn.resource_id,
            role_arn=self.request["IamRoleArn"],
            created=self.created,
            completed=self.due,
            size=0,
            key_arn=key_arn,
            encrypted=encrypted,
            lifecycle=self.request.get("Lifecycle"),
            restore_metadata={REQUEST_ID: self.id, **begun.restore_metadata},
            created_by=self.created_by,
            tags=dict(self.request.get("RecoveryPointTags") or {}),
            data=begun.data,
            continuous=True,
            began=self.due,
            status="AVAILABLE",
        )
        self.backend.keep(self.vault, point)
        return point

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
            "MessageCategory": self.category,
            "PercentDone": self.percent_done(),
            "BackupSizeInBytes": point.size if point else None,
            "BytesTransferred": point.size if point else None,
            "IamRoleArn": self.request["IamRoleArn"],
            "CreatedBy": self.created_by,
            "BackupOptions": self.request.get("BackupOptions"),
            "IsParent": False,
        }


def make(backend: "BackupBackend", request: dict[str, Any]) -> BackupJob:
    """The job that a request to StartBackupJob asks for, after AWS's checks of it."""
    if request.get("LogicallyAirGappedBackupVaultArn"):
        raise NotImplementedByEmulator("The emulator does not back up into logically air-gapped vaults")
    if request.get("Index") == "ENABLED":
        raise NotImplementedByEmulator("The emulator does not index backups")
    vault = backend.vaults.get(request["BackupVaultName"])
    if vault.type == AIR_GAPPED:
        raise InvalidParameterValue(f"{vault.arn} is logically air-gapped: backups are copied into it")
    arns.check_role(request["IamRoleArn"])
    start = request.get("StartWindowMinutes") or DEFAULT_START_WINDOW
    completion = request.get("CompleteWindowMinutes") or DEFAULT_COMPLETION_WINDOW
    rules.check_windows(start, completion)
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
        completion_window=completion,
    )
