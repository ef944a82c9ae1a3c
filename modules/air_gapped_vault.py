"""A logically air-gapped vault with its access policy."""

from __future__ import annotations

import json

from cdktf import ITerraformDependable, TerraformResourceLifecycle
from constructs import Construct

from imports.aws.backup_logically_air_gapped_vault import BackupLogicallyAirGappedVault
from imports.aws.backup_vault_policy import BackupVaultPolicy
from tierkeep.desired.model import Vault
from tierkeep.desired.policies import vault_policy


class AirGappedVault(Construct):
    """A vault that copies alone get into, locked in compliance mode by its range from the moment it is made.

    Its key is one that AWS owns. Terraform refuses to destroy it while it stands in the configuration, or to
    replace it for another range; AWS refuses while it holds recovery points.
    """

    def __init__(self, scope: Construct, vault: Vault, *, partition: str, destroyable: bool) -> None:
        super().__init__(scope, f"air-gapped-vault-{vault.name}")
        shortest, longest = _range(vault)
        self.resource = BackupLogicallyAirGappedVault(
            self,
            "vault",
            name=vault.name,
            min_retention_days=shortest,
            max_retention_days=longest,
            tags=dict(vault.tags),
            lifecycle=TerraformResourceLifecycle(prevent_destroy=not destroyable),
        )
        policy = vault_policy(vault, partition)
        if policy:
            BackupVaultPolicy(self, "policy", backup_vault_name=self.resource.name, policy=json.dumps(policy))
        self.parts: list[ITerraformDependable] = [self.resource]


def _range(vault: Vault) -> tuple[int, int]:
    """The shortest and the longest retention in days. Raises `ValueError` where the vault has none."""
    shortest = vault.lock.min_retention_days if vault.lock else None
    longest = vault.lock.max_retention_days if vault.lock else None
    if shortest is None or longest is None:
        raise ValueError(f"the air-gapped vault {vault.name} has no range")
    return shortest, longest
