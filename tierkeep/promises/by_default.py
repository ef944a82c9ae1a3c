"""Worst-case RPO of what a default policy backs up.

At each run it looks for what has no backup that is younger than its interval. What is just too young waits
for the next run, so that up to two intervals lie between two backups; and a new resource, which must be a day
old, waits no longer. EBS user guide, "Considerations for default policies", read 2026-11; at what time of the
day it runs, AWS does not say.
"""

from __future__ import annotations

from tierkeep.desired.model import DefaultPolicy
from tierkeep.promises.lifetime import DAY
from tierkeep.promises.recovery_point import ASSUMED_COMPLETION_MINUTES, ASSUMED_COPY_MINUTES, Exposure, Part


def exposures_by_default(policy: DefaultPolicy, region: str) -> tuple[Exposure, ...]:
    """The exposure of the source, then of each copy by its Region."""
    own = (
        Part(
            label="gap",
            minutes=2 * policy.every_days * DAY,
            why="what has a backup that is just too young waits for the next run",
        ),
        Part(
            label="completion",
            minutes=ASSUMED_COMPLETION_MINUTES,
            why="assumed: AWS promises no time for a backup to complete",
        ),
    )
    copying = Part(
        label="copy",
        minutes=ASSUMED_COPY_MINUTES,
        why="assumed: AWS promises no time for a copy to be complete",
    )
    return (
        Exposure(place=region, copy=False, parts=own, gap=None, unbounded=""),
        *(
            Exposure(place=to, copy=True, parts=(*own, copying), gap=None, unbounded="")
            for to in policy.copy_regions
        ),
    )
