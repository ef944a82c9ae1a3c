"""How long recovery took, over the drills of one kind."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

from tierkeep.report.drilled.drills import Drill, Kind

MEASURES = ("RTO", "RPO")


@dataclass(frozen=True, kw_only=True, slots=True)
class Measured:
    """A measured time over drills of one kind, in seconds, oldest first; at least one."""

    name: str
    """RTO or RPO."""
    drills: tuple[Drill, ...]
    seconds: tuple[float, ...]
    """One for each of `drills`."""

    @property
    def newest(self) -> float:
        """Of the latest drill that measured it."""
        return self.seconds[-1]

    def percentile(self, rank: int) -> float:
        """The smallest measured time that so many percent of the drills did not exceed (nearest rank)."""
        return sorted(self.seconds)[max(math.ceil(rank / 100 * len(self.seconds)), 1) - 1]

    @property
    def objective_seconds(self) -> float | None:
        """What the latest drill was judged by."""
        found = self.drills[-1].objective(self.name)
        return found.objective_minutes * 60 if found and found.objective_minutes else None


def by_kind(drills: Iterable[Drill]) -> dict[Kind, tuple[Drill, ...]]:
    """Drills whose times can be compared, in the order in which they were given."""
    found: dict[Kind, list[Drill]] = {}
    for each in drills:
        found.setdefault(each.kind, []).append(each)
    return {kind: tuple(found[kind]) for kind in sorted(found)}


def measured(name: str, drills: tuple[Drill, ...]) -> Measured | None:
    """RTO or RPO of the drills that measured it; None where none did."""
    pairs = [(each, seconds) for each in drills if (seconds := each.seconds(name)) is not None]
    if not pairs:
        return None
    return Measured(
        name=name, drills=tuple(drill for drill, _ in pairs), seconds=tuple(each for _, each in pairs)
    )
