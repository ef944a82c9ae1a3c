"""By which drills of the catalog a tier's backups are restored, in words."""

from __future__ import annotations

from collections.abc import Collection

from tierkeep.desired.model import DesiredState, Scenario, UnitId


def held(scenario: Scenario) -> str:
    """How a drill is held, in a line."""
    what = f"a sample, all within {scenario.cover_within}" if scenario.sample else "all"
    point = "any point" if scenario.point == "random" else f"the {scenario.point} point"
    parts = [f"every {scenario.every}", what, point]
    if scenario.only_tagged:
        parts.append("tagged " + ", ".join(f"{key}={value}" for key, value in scenario.only_tagged))
    if scenario.place != "home":
        parts.append(f"from {scenario.place}")
    return ", ".join(parts)


def drills_of(state: DesiredState, tier: str, units: Collection[UnitId]) -> tuple[str, ...]:
    """The drills that cover something of a tier in these units, each with the types that it covers."""
    found = []
    for scenario in state.drills:
        types = {
            each.resource_type.value for each in scenario.covers if each.tier == tier and each.home in units
        }
        if types:
            found.append(f"{scenario.name} ({', '.join(sorted(types))}): {held(scenario)}")
    return tuple(found)
