"""Where the backups of a tier lie, and as whom one restores them there."""

from __future__ import annotations

from dataclasses import dataclass

from tierkeep.desired.model import DesiredState, DesiredUnit, RolePurpose, UnitId


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """A unit that holds backups of a tier: where they are made, or where copies go."""

    unit: UnitId
    account_id: str
    home: bool
    """Whether the resources themselves are here."""
    vaults: tuple[str, ...]
    """Names of the vaults that something lands in; none where only snapshots are kept."""
    keys: tuple[str, ...]
    """Aliases of the customer-managed keys of these vaults and of copied snapshots."""
    role_arn: str | None
    """As which AWS Backup restores; None where Tierkeep makes no such role."""


def places(state: DesiredState, tier: str) -> tuple[Place, ...]:
    """The units of a tier first, then those that only receive copies."""
    homes = {unit.id for unit in state.units if any(each.tier == tier for each in unit.protections)}
    reached = {to for unit in state.units if unit.id in homes for to in unit.depends_on}
    found = [
        _place(unit, tier, home=unit.id in homes)
        for unit in state.units
        if unit.id in homes or (unit.id in reached and _holds(unit, tier))
    ]
    return tuple(sorted(found, key=lambda each: (not each.home, each.unit)))


def _holds(unit: DesiredUnit, tier: str) -> bool:
    return any(vault.tier == tier for vault in unit.vaults) or bool(_keys(unit, tier))


def _place(unit: DesiredUnit, tier: str, *, home: bool) -> Place:
    role = unit.role(RolePurpose.RESTORE)
    return Place(
        unit=unit.id,
        account_id=unit.account_id,
        home=home,
        vaults=tuple(vault.name for vault in unit.vaults_in_use if vault.tier == tier),
        keys=_keys(unit, tier),
        role_arn=role.arn if role else None,
    )


def _keys(unit: DesiredUnit, tier: str) -> tuple[str, ...]:
    return tuple(key.alias for key in unit.keys if ("tierkeep:tier", tier) in key.tags)
