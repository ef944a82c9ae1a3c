"""A backup vault with its access policy and its lock."""

from __future__ import annotations

import json

from cdktf import ITerraformDependable, TerraformResourceLifecycle
from constructs import Construct

from imports.aws.backup_vault import BackupVault
from imports.aws.backup_vault_lock_configuration import BackupVaultLockConfiguration
from imports.aws.backup_vault_policy import BackupVaultPolicy
from modules.key import CustomerKey
from tierkeep.desired.model import Vault, VaultLock
from tierkeep.desired.policies import vault_policy


class ProtectedVault(Construct):
    """A vault encrypted with `key`, or with the AWS-managed `aws/backup` if that is None; with its lock.

    Terraform refuses to destroy it while it stands in the configuration; AWS, while it holds recovery points.
    What backs up into it depends on `parts`, so that it is locked by then.
    """

    def __init__(
        self, scope: Construct, vault: Vault, *, partition: str, key: CustomerKey | None, destroyable: bool
    ) -> None:
        super().__init__(scope, f"vault-{vault.name}")
        self.resource = BackupVault(
            self,
            "vault",
            name=vault.name,
            kms_key_arn=key.arn if key else None,
            tags=dict(vault.tags),
            lifecycle=TerraformResourceLifecycle(prevent_destroy=not destroyable),
        )
        policy = vault_policy(vault, partition)
        if policy:
            BackupVaultPolicy(self, "policy", backup_vault_name=self.resource.name, policy=json.dumps(policy))
        self.parts: list[ITerraformDependable] = [self.resource]
        if vault.lock:
            self.parts.append(self._locked(vault.lock, destroyable=destroyable))

    def _locked(self, lock: VaultLock, *, destroyable: bool) -> BackupVaultLockConfiguration:
        """Terraform replaces it at each change. Never by creating before it destroys: a vault has one lock,
        and the end of the old one would be that of the new one."""
        return BackupVaultLockConfiguration(
            self,
            "lock",
            backup_vault_name=self.resource.name,
            min_retention_days=lock.min_retention_days,
            max_retention_days=lock.max_retention_days,
            changeable_for_days=lock.changeable_for_days,
            lifecycle=TerraformResourceLifecycle(prevent_destroy=lock.final and not destroyable),
        )
