"""A backup vault with its access policy."""

from __future__ import annotations

import json

from cdktf import TerraformResourceLifecycle
from constructs import Construct

from imports.aws.backup_vault import BackupVault
from imports.aws.backup_vault_policy import BackupVaultPolicy
from modules.key import CustomerKey
from tierkeep.desired.model import Vault
from tierkeep.desired.policies import vault_policy


class ProtectedVault(Construct):
    """A vault encrypted with `key`, or with the AWS-managed `aws/backup` if that is None.

    Terraform refuses to destroy it while it stands in the configuration; AWS, while it holds recovery points.
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
