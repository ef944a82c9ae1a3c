"""Recovery points."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from emulator.backup import lifecycles


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

    @property
    def fully_managed(self) -> bool:
        """Whether the recovery point is AWS Backup's own, rather than (as a snapshot) the service's."""
        return self.arn.startswith("arn:") and self.arn.split(":")[2] == "backup"

    @property
    def moments(self) -> dict[str, datetime]:
        return lifecycles.calculated(self.lifecycle, self.created)

    @property
    def account(self) -> str:
        return self.vault_arn.split(":")[4]

    def storage_class(self, moment: datetime) -> str:
        cold = self.moments.get("MoveToColdStorageAt")
        archived = cold is not None and cold <= moment and self.fully_managed
        return "COLD" if archived else "WARM"

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
            "Status": "COMPLETED",
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
