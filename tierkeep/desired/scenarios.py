"""Drills of a catalog as scenarios: which types of which tiers they cover, where, and on what terms."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tierkeep.catalog.drills import Drill
from tierkeep.catalog.model import Catalog
from tierkeep.desired.drilling import Covered, Scenario
from tierkeep.desired.model import DesiredUnit, Engine, Protection, ResourceType, UnitId
from tierkeep.desired.received import Arrival

HOME = "home"
"""Where backups are made, as a drill names it."""


def scenarios(catalog: Catalog, units: Sequence[DesiredUnit]) -> tuple[Scenario, ...]:
    """Every drill of the catalog, by name."""
    return tuple(_scenario(catalog, name, drill, units) for name, drill in sorted(catalog.drills.items()))


def place_of(place: str, home: UnitId) -> UnitId:
    """The unit that a drill restores in what lives in `home`."""
    if place == HOME:
        return home
    account, _, region = place.rpartition("/")
    return UnitId(account=account or home.account, region=region)


def restored_from(catalog: Catalog, arrival: Arrival) -> bool:
    """Whether a drill restores these copies where they arrive."""
    home = UnitId(account=arrival.tier.account, region=arrival.tier.names.region)
    return any(
        drill.from_ != HOME
        and place_of(drill.from_, home) == arrival.to.unit
        and (not drill.tiers or arrival.tier.name in drill.tiers)
        for drill in catalog.drills.values()
    )


def _scenario(catalog: Catalog, name: str, drill: Drill, units: Sequence[DesiredUnit]) -> Scenario:
    budget, objective = drill.budget, drill.recovery_time
    return Scenario(
        name=name,
        every=str(drill.every),
        every_minutes=drill.every.minutes,
        sample=drill.scope == "sample",
        cover_within=str(drill.covers_within),
        cover_minutes=drill.covers_within.shortest_minutes,
        runs_within_cover=drill.runs_within_cover if drill.scope == "sample" else 1,
        tiers=tuple(sorted(set(drill.tiers))),
        types=tuple(sorted(set(drill.types))),
        only_tagged=tuple(sorted(drill.only_tagged.items())),
        point=drill.point or ("random" if drill.scope == "sample" else "newest"),
        place=drill.from_,
        side_by_side=drill.side_by_side,
        budget_usd=budget.usd if budget else None,
        budget_minutes=budget.time.minutes if budget and budget.time else None,
        requires=drill.requires,
        recovery_time_class=objective,
        recovery_time_minutes=catalog.objectives.recovery_time[objective].minutes if objective else None,
        covers=tuple(_covered(drill, units)),
        origin=("drills", name),
    )


def _covered(drill: Drill, units: Sequence[DesiredUnit]) -> Iterator[Covered]:
    holding = {
        unit.id: {vault.tier for vault in unit.vaults_in_use if not vault.air_gapped} for unit in units
    }
    for unit in units:
        place = place_of(drill.from_, unit.id)
        for each in unit.protections:
            method = _method(drill, unit, each)
            wanted = (not drill.tiers or each.tier in drill.tiers) and (
                not drill.types or each.resource_type in drill.types
            )
            there = drill.from_ == HOME or each.tier in holding.get(place, set())
            if wanted and there and method is not None:
                yield Covered(
                    tier=each.tier,
                    home=unit.id,
                    place=place,
                    resource_type=each.resource_type,
                    method=method,
                )


def _method(drill: Drill, unit: DesiredUnit, protection: Protection) -> str | None:
    """Whose backups of a type are restored; None where these make none of it here, or copy none."""
    by = drill.by or ("dlm" if protection.engine is Engine.DLM else "backup")
    if drill.from_ != HOME and protection.engine is Engine.DLM:
        return None  # its copies lie in no vault
    if by == "pitr":
        return by if _keeps_its_past(unit, protection) else None
    if by == "dlm":
        return by if protection.engine is Engine.DLM else None
    on_demand = any(vault.tier == protection.tier for vault in unit.vaults_in_use)
    return by if protection.engine is Engine.BACKUP or on_demand else None


def _keeps_its_past(unit: DesiredUnit, protection: Protection) -> bool:
    """Tables where the tier switches that on; DB instances by themselves, whatever a catalog asks for."""
    if protection.resource_type is ResourceType.DYNAMODB:
        return any(each.tier == protection.tier for each in unit.table_recoveries)
    return protection.resource_type is ResourceType.RDS
