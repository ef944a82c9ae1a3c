"""Where drills restore what needs a network: nothing of it is made, all of it is looked at first."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from tierkeep.catalog.model import Catalog
from tierkeep.desired.isolation import Isolation
from tierkeep.desired.model import UnitId, Unmet, UnmetKind


def isolation(catalog: Catalog, unit: UnitId) -> Isolation | None:
    """The network of a unit, or None where the catalog names none."""
    asked = catalog.isolation.get(str(unit))
    if asked is None:
        return None
    return Isolation(
        subnet_ids=tuple(sorted(asked.subnets)),
        security_group_id=asked.security_group,
        db_subnet_group=asked.db_subnet_group,
        instance_profile=asked.instance_profile,
        origin=("isolation", str(unit)),
    )


def isolated_in_vain(catalog: Catalog, units: Collection[UnitId]) -> Iterator[Unmet]:
    """Networks of units that hold nothing."""
    known = {str(unit) for unit in units}
    for unit in sorted(set(catalog.isolation) - known):
        yield Unmet(
            kind=UnmetKind.NO_EFFECT,
            what="this network for drills",
            why=f"the catalog has no unit {unit}: {', '.join(sorted(known))}",
            origin=("isolation", unit),
        )
