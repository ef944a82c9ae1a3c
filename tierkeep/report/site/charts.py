"""Where the parts of a chart lie, in the units of its SVG. A table of its numbers stands beside each."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime

from tierkeep.drill.measure import duration
from tierkeep.report.drilled.drills import Drill
from tierkeep.report.drilled.measured import Measured
from tierkeep.report.rendering import RESULTS

LEFT, RIGHT, TOP, BOTTOM = 72, 350, 14, 158
NEWEST_SHOWN = 100
"""Points of a chart: more would lie upon each other. Percentiles are over all drills."""
_HEADROOM = 1.1
_FAR_ABOVE = 4
"""An objective so many times above what was measured would press all points to the ground: it is told."""
_STEPS = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 21600, 43200, 86400)


@dataclass(frozen=True, kw_only=True, slots=True)
class Point:
    """One drill."""

    x: float
    y: float
    mark: str
    drill: Drill
    seconds: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """A horizontal line with its label."""

    y: float
    label: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Trend:
    """A measured time over time."""

    points: tuple[Point, ...]
    path: str
    ticks: tuple[Line, ...]
    objective: Line | None
    objective_above: str | None
    """The objective, where it lies far above the chart."""
    median: Line
    first: datetime
    last: datetime


def trend(measured: Measured) -> Trend:
    """The newest drills from left to right, by the time when they ended."""
    pairs = list(zip(measured.drills, measured.seconds, strict=True))[-NEWEST_SHOWN:]
    highest = max(0.0, *(seconds for _, seconds in pairs))
    objective = measured.objective_seconds
    above = objective is not None and objective > _FAR_ABOVE * max(highest, 1.0)
    top = max(highest, 1.0, 0.0 if above or objective is None else objective) * _HEADROOM
    first, last = pairs[0][0].ended, pairs[-1][0].ended
    span = (last - first).total_seconds() or 1.0

    def y(seconds: float) -> float:
        return round(BOTTOM - (BOTTOM - TOP) * max(seconds, 0.0) / top, 1)

    def x(drill: Drill) -> float:
        if len(pairs) == 1:
            return (LEFT + RIGHT) / 2
        return round(LEFT + 6 + (RIGHT - LEFT - 12) * (drill.ended - first).total_seconds() / span, 1)

    points = tuple(
        Point(
            x=x(drill),
            y=y(seconds),
            mark=RESULTS[drill.document.outcome.result],
            drill=drill,
            seconds=seconds,
        )
        for drill, seconds in pairs
    )
    return Trend(
        points=points,
        path="M" + " L".join(f"{each.x} {each.y}" for each in points),
        ticks=tuple(Line(y=y(each), label=duration(each)) for each in _ticks(top)),
        objective=None if above or objective is None else Line(y=y(objective), label=duration(objective)),
        objective_above=duration(objective) if above and objective is not None else None,
        median=Line(y=y(measured.percentile(50)), label=duration(measured.percentile(50))),
        first=first,
        last=last,
    )


def _ticks(top: float) -> list[float]:
    """Three or four round values from 0 up."""
    step = next((each for each in _STEPS if top / each < 4), 86400 * math.ceil(top / 86400 / 3))
    return [float(step * n) for n in range(int(top // step) + 1)]


_SHORTEST_MINUTES, _LONGEST_MINUTES = 1, 366 * 24 * 60


def on_scale_of_losses(minutes: int) -> float:
    """Where so many minutes lie between one minute and a year on a logarithmic scale, in percent."""
    within = min(max(minutes, _SHORTEST_MINUTES), _LONGEST_MINUTES)
    return round(100 * math.log(within) / math.log(_LONGEST_MINUTES), 2)
