"""A catalog's organisation -> what its management account holds."""

from __future__ import annotations

from tierkeep.catalog.model import Catalog
from tierkeep.catalog.organization import Guard
from tierkeep.desired.everywhere import HERE, backup_policies, delivered, left_out
from tierkeep.desired.model import BackupPolicy, OrganizationSettings, RegionalPlan, UnitId, VaultGuard
from tierkeep.desired.names import Names


def management_unit(catalog: Catalog) -> UnitId | None:
    """The unit of the management account; None where the catalog asks nothing of the organisation."""
    asked = catalog.organization
    return UnitId(account=asked.account, region=asked.region) if asked else None


def organization_settings(catalog: Catalog, names: Names, unit: UnitId) -> OrganizationSettings | None:
    """What the unit holds for the organisation: nothing but in the management account's."""
    asked = catalog.organization
    if asked is None or unit != management_unit(catalog):
        return None
    settings = ["isCrossAccountBackupEnabled"] if asked.cross_account_backup else []
    settings += ["isDelegatedAdministratorEnabled"] if asked.delegated_administrator else []
    administrator = asked.delegated_administrator
    return OrganizationSettings(
        global_settings=tuple(settings),
        administrator_id=catalog.accounts[administrator].id if administrator else None,
        guard=_guard(catalog, names, asked.guard) if asked.guard else None,
        backup_policies=_backup_policies(catalog, names),
        origin=("organization",),
    )


def _guard(catalog: Catalog, names: Names, guard: Guard) -> VaultGuard:
    access = catalog.access
    roles = {*guard.roles, *access.deletion, *(access.key_administrators or ())}
    roles |= {access.deploy} if access.deploy else set()
    return VaultGuard(
        name=f"{catalog.name}-backups",
        description=f"Guards the backups of catalog {catalog.name}",
        vault_pattern=f"arn:{names.partition}:backup:*:*:backup-vault:{catalog.name}-*",
        catalog=catalog.name,
        exempt=tuple(f"arn:{names.partition}:iam::*:role/{role}" for role in sorted(roles)),
        target_ids=tuple(sorted(set(guard.targets))),
        tags=names.tags(),
        origin=("organization", "guard"),
    )


def _backup_policies(catalog: Catalog, names: Names) -> tuple[BackupPolicy, ...]:
    units = delivered(catalog)
    return tuple(
        BackupPolicy(
            key=key,
            name=names.backup_policy(key),
            description=f"Backups of catalog {catalog.name} in every account below",
            plans=tuple(
                RegionalPlan(region=unit.id.region, plan=plan) for unit in units[key] for plan in unit.plans
            ),
            left_out=tuple(left_out(catalog, policy)),
            target_ids=tuple(sorted(set(policy.targets))),
            tags=names.tags(),
            origin=(*HERE, key),
        )
        for key, policy in backup_policies(catalog).items()
    )
