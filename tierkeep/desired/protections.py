"""What a tier protects in a unit, and by which engine."""

from __future__ import annotations

from tierkeep.catalog.model import Catalog
from tierkeep.desired.context import TierInUnit
from tierkeep.desired.engines import choose_engine
from tierkeep.desired.model import Login, Protection, ResourceType


def protection(catalog: Catalog, tier: TierInUnit, resource_type: ResourceType) -> Protection:
    """One type of the tier, with the engine that protects it here."""
    engine, reason = choose_engine(tier.tier, resource_type)
    asked = tier.tier.protects[resource_type.value]
    objective, measured = asked.recovery_point, asked.measured
    return Protection(
        tier=tier.name,
        resource_type=resource_type,
        engine=engine,
        reason=_reason_here(tier, resource_type, reason),
        recovery_point_class=objective,
        recovery_point_minutes=catalog.objectives.recovery_point[objective].minutes if objective else None,
        measured_completion_minutes=measured.completion.minutes if measured.completion else None,
        measured_copy_minutes=measured.copy_.minutes if measured.copy_ else None,
        customer_managed_key=tier.customer_managed_key,
        raw_contents=asked.contents == "raw",
        login=Login(secret=asked.connect.secret, database=asked.connect.database) if asked.connect else None,
        origin=(*tier.origin, "protects", resource_type.value),
    )


def _reason_here(tier: TierInUnit, resource_type: ResourceType, reason: str) -> str:
    """The reason for an engine, true in this Region too: fast snapshot restore may be for others only."""
    fast, how = tier.tier.fast_snapshot_restore, tier.tier.protects[resource_type.value]
    if fast is None or how.engine is not None or resource_type is not ResourceType.EBS:
        return reason
    if any(zone[:-1] == tier.names.region for zone in fast.availability_zones):
        return reason
    return "fast snapshot restore, for other Regions of the tier, is Data Lifecycle Manager's"
