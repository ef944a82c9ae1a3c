"""Operations on backup vaults."""

from moto.core.responses import ActionResult, EmptyResult

from emulator.backup import paging
from emulator.backup.operations.base import BackupOperations
from emulator.errors import InvalidParameterValue
from emulator.service import answer


class VaultOperations(BackupOperations):
    def create_backup_vault(self) -> ActionResult:
        vault = self.backend.vaults.create(
            self.param("BackupVaultName"),
            self.param("EncryptionKeyArn"),
            self.param("BackupVaultTags", {}),
            self.param("CreatorRequestId"),
        )
        return answer(BackupVaultName=vault.name, BackupVaultArn=vault.arn, CreationDate=vault.created)

    def create_logically_air_gapped_backup_vault(self) -> ActionResult:
        vault = self.backend.vaults.create_air_gapped(
            self.param("BackupVaultName"),
            self.param("EncryptionKeyArn"),
            self.param("BackupVaultTags", {}),
            self.param("CreatorRequestId"),
            (self.param("MinRetentionDays"), self.param("MaxRetentionDays")),
        )
        return answer(
            BackupVaultName=vault.name,
            BackupVaultArn=vault.arn,
            CreationDate=vault.created,
            VaultState="AVAILABLE",
        )

    def describe_backup_vault(self) -> ActionResult:
        return ActionResult(self.backend.vaults.get(self.param("BackupVaultName")).described())

    def list_backup_vaults(self) -> ActionResult:
        vaults = [vault.described() for vault in self.backend.vaults.all()]
        if self.param("ByShared"):
            vaults = []  # Sharing through AWS RAM is not emulated.
        return paging.page(self.filtered(vaults, ByVaultType="VaultType"), self.params, "BackupVaultList")

    def delete_backup_vault(self) -> ActionResult:
        self.backend.vaults.delete(self.param("BackupVaultName"))
        return EmptyResult()

    def put_backup_vault_access_policy(self) -> ActionResult:
        self.backend.vaults.set_policy(self.param("BackupVaultName"), self.param("Policy"))
        return EmptyResult()

    def get_backup_vault_access_policy(self) -> ActionResult:
        name = self.param("BackupVaultName")
        policy = self.backend.vaults.policy(name)
        return answer(BackupVaultName=name, BackupVaultArn=self.backend.vaults.arn(name), Policy=policy)

    def delete_backup_vault_access_policy(self) -> ActionResult:
        self.backend.vaults.get(self.param("BackupVaultName")).policy = None
        return EmptyResult()

    def put_backup_vault_lock_configuration(self) -> ActionResult:
        self.backend.vaults.lock(
            self.param("BackupVaultName"),
            self.param("MinRetentionDays"),
            self.param("MaxRetentionDays"),
            self.param("ChangeableForDays"),
        )
        return EmptyResult()

    def delete_backup_vault_lock_configuration(self) -> ActionResult:
        self.backend.vaults.unlock(self.param("BackupVaultName"))
        return EmptyResult()

    def put_backup_vault_notifications(self) -> ActionResult:
        topic = self.param("SNSTopicArn")
        if not topic.startswith("arn:") or topic.split(":")[2] != "sns":
            raise InvalidParameterValue(f"Invalid SNS topic ARN: {topic}")
        vault = self.backend.vaults.get(self.param("BackupVaultName"))
        vault.notifications = {"SNSTopicArn": topic, "BackupVaultEvents": self.param("BackupVaultEvents")}
        return EmptyResult()

    def get_backup_vault_notifications(self) -> ActionResult:
        name = self.param("BackupVaultName")
        notifications = self.backend.vaults.notifications(name)
        arn = self.backend.vaults.arn(name)
        return ActionResult({"BackupVaultName": name, "BackupVaultArn": arn, **notifications})

    def delete_backup_vault_notifications(self) -> ActionResult:
        self.backend.vaults.get(self.param("BackupVaultName")).notifications = None
        return EmptyResult()
