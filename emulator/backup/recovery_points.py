"""Recovery points."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from emulator import clock
from emulator.backup import lifecycles

COLD_STORAGE_TYPES = frozenset(
    {"CloudFormation", "DynamoDB", "EFS", "SAP HANA on Amazon EC2", "Timestream", "VirtualMachine"}
)
"""Whose recovery points move to cold storage; EBS's only with an opt-in in the lifecycle ("Feature
availability by resource" in the AWS Backup Developer Guide, Lifecycle in its API reference)."""


@dataclass
class RecoveryPoint:
    """A recovery point in a vault.

    ``restore_metadata`` is what GetRecoveryPointRestoreMetadata answers; ``size`` is in bytes.
    """

    arn: str
    vault_name: str
    vault_arn: str
    resource_arn: str
    resource_type: str
    resource_name: str | None
    role_arn: str
    created: datetime
    completed: datetime
    size: int
    key_arn: str | None
    encrypted: bool
    lifecycle: dict[str, Any] | None
    restore_metadata: dict[str, str]
    created_by: dict[str, str] | None = None
    source_vault_arn: str | None = None
    last_restored: datetime | None = None
    tags: dict[str, str] = field(default_factory=dict)
    data: Any = None
    """What the resource held, as its kind keeps it; None where the service's own snapshot holds it.  Of a
    continuous backup, what keeps the resource's changes."""
    continuous: bool = False
    """Whether the resource can be restored as it was at any moment of a span: see :meth:`restorable`."""
    began: datetime | None = None
    """When a continuous backup began to keep changes; it knows of nothing before."""
    stopped: datetime | None = None
    """When a continuous backup ended: nothing that came later is in it."""
    status: str = "COMPLETED"
    expiry: clock.Entry | None = field(default=None, init=False, repr=False, compare=False)

    @property
    def fully_managed(self) -> bool:
        """Whether the recovery point is AWS Backup's own, rather than (as a snapshot) the service's."""
        return self.arn.startswith("arn:") and self.arn.split(":")[2] == "backup"

    @property
    def moments(self) -> dict[str, datetime]:
        """A continuous backup that goes on moves on with time, and never ends by itself."""
        if self.continuous:
            return lifecycles.calculated(self.lifecycle, self.stopped) if self.stopped else {}
        return lifecycles.calculated(self.lifecycle, self.created)

    @property
    def account(self) -> str:
        return self.vault_arn.split(":")[4]

    def storage_class(self, moment: datetime) -> str:
        cold = self.moments.get("MoveToColdStorageAt")
        return "COLD" if cold is not None and cold <= moment and self._can_be_cold else "WARM"

    @property
    def _can_be_cold(self) -> bool:
        opted_in = (self.lifecycle or {}).get("OptInToArchiveForSupportedResources", False)
        return self.resource_type in COLD_STORAGE_TYPES or (self.resource_type == "EBS" and opted_in)

    def restorable(self, moment: datetime) -> tuple[datetime, datetime]:
        """The oldest and the latest moment that a continuous backup can be restored to, asked at ``moment``.

        It reaches back as long as it is kept ("Continuous backups and point-in-time recovery" in the AWS
        Backup Developer Guide), and lags behind; one that has stopped ends where it did.
        """
        kept = timedelta(days=(self.lifecycle or {})["DeleteAfterDays"])
        lag = lifecycles.CONTINUOUS_LAG_OF_S3 if self.resource_type == "S3" else lifecycles.CONTINUOUS_LAG
        oldest = max(self.began or self.created, moment - kept)
        latest = moment - lag if self.stopped is None else min(self.stopped, moment - lag)
        return oldest, max(oldest, latest)

    def described(self, moment: datetime) -> dict[str, Any]:
        """The recovery point as DescribeRecoveryPoint answers it at ``moment``."""
        return {
            "RecoveryPointArn": self.arn,
            "BackupVaultName": self.vault_name,
            "BackupVaultArn": self.vault_arn,
            "SourceBackupVaultArn": self.source_vault_arn,
            "ResourceArn": self.resource_arn,
            "ResourceType": self.resource_type,
            "ResourceName": self.resource_name,
            "CreatedBy": self.created_by,
            "IamRoleArn": self.role_arn,
            "Status": self.status,
            "CreationDate": self.created,
            "InitiationDate": self.created,
            "CompletionDate": self.completed,
            "BackupSizeInBytes": self.size,
            "BackupSizeBytes": self.size,
            "CalculatedLifecycle": self.moments or None,
            "Lifecycle": self.lifecycle or None,
            "EncryptionKeyArn": self.key_arn,
            "IsEncrypted": self.encrypted,
            "StorageClass": self.storage_class(moment),
            "LastRestoreTime": self.last_restored,
            "IsParent": False,
            "VaultType": "BACKUP_VAULT",
        }
