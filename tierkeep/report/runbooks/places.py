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
    """The units of a tier first, then those that only receive copies. Also of one that is retired."""
    homes = [unit for unit in state.units if _lives_in(unit, tier)]
    found = {unit.id: _place(unit, tier, home=True) for unit in homes}
    for unit in state.units:
        if unit.id not in found and _holds(unit, tier):
            found[unit.id] = _place(unit, tier, home=False)
    for unit in homes:
        for region in _regions_of_copied_snapshots(unit, tier):
            there = UnitId(account=unit.id.account, region=region)
            # Where nothing but copied snapshots lie, no stack holds anything, and there is no unit.
            found.setdefault(there, _bare(there, unit.account_id))
    return tuple(sorted(found.values(), key=lambda each: (not each.home, each.unit)))


def _lives_in(unit: DesiredUnit, tier: str) -> bool:
    live, gone = {each.tier for each in unit.protections}, {each.tier for each in unit.retired}
    return tier in live | gone


def _holds(unit: DesiredUnit, tier: str) -> bool:
    return any(vault.tier == tier for vault in unit.vaults) or bool(_keys(unit, tier))


def _regions_of_copied_snapshots(unit: DesiredUnit, tier: str) -> set[str]:
    return {
        copy.target_region
        for policy in unit.snapshot_policies
        if policy.tier == tier
        for schedule in policy.schedules
        for copy in schedule.copies
    }


def _bare(unit: UnitId, account_id: str) -> Place:
    return Place(unit=unit, account_id=account_id, home=False, vaults=(), keys=(), role_arn=None)


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
