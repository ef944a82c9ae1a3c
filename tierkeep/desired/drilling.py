"""Desired restore drills, as plain values: `tierkeep.desired.model` has the whole."""

from __future__ import annotations

from dataclasses import dataclass

from tierkeep.desired.terms import Origin, ResourceType, Tags, UnitId


@dataclass(frozen=True, kw_only=True, slots=True)
class Covered:
    """One type of a tier, backed up in one way in one unit, of which a scenario drills resources."""

    tier: str
    home: UnitId
    """Where the resources are."""
    place: UnitId
    """Where their backups lie and are restored: the same, or where copies go."""
    resource_type: ResourceType
    method: str
    """Whose backups are restored: `backup`, `dlm` or `pitr`."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Scenario:
    """A restore drill that is held again and again. Times in minutes."""

    name: str
    every: str
    """As the catalog writes it."""
    every_minutes: int
    """The longest that it can be."""
    sample: bool
    cover_within: str
    """Within what time every resource has its turn, as the catalog would write it."""
    cover_minutes: int
    """The shortest that it can be."""
    runs_within_cover: int
    tiers: tuple[str, ...]
    """Those that the catalog names; none means all."""
    types: tuple[str, ...]
    """The same."""
    only_tagged: Tags
    """What resources carry besides their tier's tag."""
    point: str
    """`newest`, `oldest` or `random`."""
    place: str
    """`home`, or where copies lie, as the catalog writes it."""
    side_by_side: int
    budget_usd: int | None
    budget_minutes: int | None
    requires: str
    """The rung of the ladder that each drill has to reach."""
    recovery_time_class: str | None
    recovery_time_minutes: int | None
    """The objective of the scenario; None takes each tier's own."""
    covers: tuple[Covered, ...]
    origin: Origin
