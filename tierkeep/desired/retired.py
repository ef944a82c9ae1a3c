"""Tiers by which nothing is backed up any more, while what lies in their vaults is kept."""

from __future__ import annotations

from collections.abc import Iterator

from tierkeep.desired.context import TierInUnit
from tierkeep.desired.model import Engine, ResourceType, Retired
from tierkeep.desired.shared import copies_key


def retired(tier: TierInUnit) -> Retired | None:
    """What is left of a tier that is retired in a unit; None of one that is not."""
    if tier.tier.retired is None:
        return None
    return Retired(
        tier=tier.name,
        since=tier.tier.retired,
        kept_days=max(_kept_days(tier)),
        left_by_dlm=bool(tier.types_of(Engine.DLM)),
        images_left=tier.tier.images is not None and ResourceType.EC2 in tier.types_of(Engine.DLM),
        copied_elsewhere=tuple((each.unit, copies_key(tier, each)) for each in tier.sharing_destinations),
        origin=tier.at_value("retired"),
    )


def _kept_days(tier: TierInUnit) -> Iterator[int]:
    terms = tier.tier
    yield from (schedule.keep.days for schedule in terms.schedules.values())
    destinations = (*tier.destinations, *tier.air_gapped_destinations)
    yield from (each.terms.keep.days for each in destinations if each.terms.keep)
    if terms.point_in_time_recovery:
        yield terms.point_in_time_recovery.keep.days
    if terms.on_demand:
        yield terms.on_demand.keep.days
