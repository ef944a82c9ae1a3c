"""The recovery point objectives that a desired state cannot keep, and the cheapest change that would.

Cheapest is the fewest more recovery points a year, copies counted; among those, the fewest changes. A smaller
start window costs none, and keeping recovery points until the next one is complete makes none more.
Point-in-time recovery comes after every change of snapshots, since it stores every change. Binding the type
to a class that allows more costs nothing and protects nothing: it is named beside.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from tierkeep.desired.engines import NATIVE_RECOVERY_TYPES
from tierkeep.desired.limits import POINT_IN_TIME_LAG_MINUTES, SHORTEST_START_WINDOW_MINUTES
from tierkeep.desired.model import (
    Age,
    DesiredState,
    DesiredUnit,
    Engine,
    Origin,
    Protection,
    TimeUnit,
    UnitId,
)
from tierkeep.desired.support import type_support
from tierkeep.promises.cover import Cover, Scheduled, cover
from tierkeep.promises.cron import ScheduleError, interval, parse
from tierkeep.promises.lifetime import DAY, longest_days, shortest_days
from tierkeep.promises.recovery_point import (
    WorstCase,
    completion_minutes,
    exposures,
    length,
    worst_case,
)
from tierkeep.promises.timeline import CYCLE_YEARS

_HOURS = (1, 2, 3, 4, 6, 8, 12, 24)
"""The intervals that a catalog's `every` and Data Lifecycle Manager both know, in hours."""


@dataclass(frozen=True, kw_only=True, slots=True)
class UnkeptObjective:
    """A recovery point objective that is not kept, as a rule reports it."""

    origin: Origin
    """Where the catalog binds the type to it."""
    units: tuple[UnitId, ...]
    """Where it is not kept for this reason."""
    worst: WorstCase | None
    """The arithmetic; None where the schedules cannot be read."""
    message: str
    hint: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Change:
    """A change of the catalog after which a tier keeps an objective for a type."""

    text: str
    """What to write."""
    minutes: int
    """The worst-case RPO after it."""
    more_points: int | None
    """How many more recovery points a year it makes, for each resource; None for point-in-time recovery."""


def unkept(state: DesiredState) -> tuple[UnkeptObjective, ...]:
    """Every objective that is not kept at the source, once for each place and reason, in a stable order."""
    classes = _classes(state)
    found: dict[tuple[Origin, str], UnkeptObjective] = {}
    for unit in state.units:
        for protection in unit.protections:
            for each in _unkept(unit, protection, classes):
                key = (each.origin, each.message)
                known = found.get(key)
                found[key] = replace(known, units=(*known.units, *each.units)) if known else each
    return tuple(found[key] for key in sorted(found))


def _classes(state: DesiredState) -> dict[str, int]:
    """The classes of data that anything in the state is bound to, with their objectives in minutes."""
    return {
        protection.recovery_point_class: protection.recovery_point_minutes
        for unit in state.units
        for protection in unit.protections
        if protection.recovery_point_class is not None and protection.recovery_point_minutes is not None
    }


def _unkept(unit: DesiredUnit, protection: Protection, classes: dict[str, int]) -> Iterator[UnkeptObjective]:
    objective, name = protection.recovery_point_minutes, protection.recovery_point_class
    if objective is None:
        return
    origin = (*protection.origin, "recovery_point")
    what = f"{protection.resource_type} in tier {protection.tier}"
    try:
        worst = worst_case(unit, protection)
        change = None if worst.keeps else cheapest_change(cover(unit, protection), protection, objective)
    except ScheduleError as error:
        yield UnkeptObjective(
            origin=origin,
            units=(unit.id,),
            worst=None,
            message=f"whether {what} keeps {name} ({length(objective)}) cannot be computed: {error}",
            hint="write schedules and start windows that can be told apart, in a time zone that AWS knows",
        )
        return
    if worst.keeps:
        return
    yield UnkeptObjective(
        origin=origin,
        units=(unit.id,),
        worst=worst,
        message=_message(what, worst),
        hint=_hint(worst, change, classes),
    )


def _message(what: str, worst: WorstCase) -> str:
    allowed = f"{worst.objective_class} allows {length(worst.objective_minutes or 0)}"
    if worst.source.minutes is None:
        return f"{what}: nothing bounds what may be lost, since {worst.source.unbounded}; {allowed}"
    return (
        f"{what} may lose {length(worst.source.minutes)} at worst ({worst.source.arithmetic}), but {allowed}"
    )


def _hint(worst: WorstCase, change: Change | None, classes: dict[str, int]) -> str:
    if change is None:
        kept = "no change of schedules, start window or point-in-time recovery keeps it"
    else:
        result = f"{length(change.minutes)} at worst, {_cost(change)}"
        kept = f"cheapest change that keeps it: {change.text} ({result})"
    if worst.source.minutes is None:
        return kept
    wide = sorted((minutes, name) for name, minutes in classes.items() if minutes >= worst.source.minutes)
    bound = (
        f"{wide[0][1]} ({length(wide[0][0])})"
        if wide
        else f"a class that allows {length(worst.source.minutes)}"
    )
    return f"{kept}; or bind it to {bound}"


def _cost(change: Change) -> str:
    if change.more_points is None:
        return "and it stores every change"
    if change.more_points <= 0:
        return "no more recovery points"
    return f"{change.more_points:,} more recovery points a year for each resource"


def cheapest_change(of: Cover, protection: Protection, objective_minutes: int) -> Change | None:
    """The cheapest change after which the source loses no more than so many minutes; None where none does.

    Raises `ScheduleError`.
    """
    if not any(each.granularity_minutes is not None for each in of.scheduled):
        for more, texts, changed in sorted(_snapshot_changes(of), key=lambda each: (each[0], len(each[1]))):
            minutes = exposures(changed)[0].minutes
            if minutes is not None and minutes <= objective_minutes:
                return Change(text=" and ".join(texts), minutes=minutes, more_points=more)
    by_backup = type_support()[protection.resource_type].point_in_time_recovery
    native = protection.resource_type in NATIVE_RECOVERY_TYPES
    possible = of.engine is Engine.BACKUP and (by_backup or native)
    if not possible or objective_minutes < POINT_IN_TIME_LAG_MINUTES:
        return None
    text = f"`point_in_time_recovery` with `granularity: {length(POINT_IN_TIME_LAG_MINUTES)}`"
    text += f", and `point_in_time_recovery: native` of {protection.resource_type}" if native else ""
    return Change(text=text, minutes=POINT_IN_TIME_LAG_MINUTES, more_points=None)


_Variant = tuple[tuple[str, ...], Cover]
"""What to write in the catalog, one text a key, and what then protects the type."""


def _snapshot_changes(of: Cover) -> Iterator[tuple[int, tuple[str, ...], Cover]]:
    """The changes of interval, start window and retention, each with its more recovery points a year."""
    if not of.snapshots():
        return
    before = _points_a_year(of)
    for window, narrowed in _windows(of):
        for every, quicker in _intervals(narrowed):
            for keep, changed in _keeps(quicker):
                if texts := (*every, *window, *keep):
                    yield _points_a_year(changed) - before, texts, changed


def _windows(of: Cover) -> Iterator[_Variant]:
    """As it is, and with the smallest start window; Data Lifecycle Manager's cannot be set."""
    yield (), of
    least = SHORTEST_START_WINDOW_MINUTES
    if of.engine is Engine.BACKUP and any(each.start_window_minutes > least for each in of.scheduled):
        scheduled = tuple(replace(each, start_window_minutes=least) for each in of.scheduled)
        yield (f"`start_window: {length(least)}`",), replace(of, scheduled=scheduled)


def _intervals(of: Cover) -> Iterator[_Variant]:
    """As it is, and with the most frequent schedule more frequent still."""
    yield (), of
    starts = of.survey(of.snapshots()).starts
    # The first of several with as many: the choice must not depend on anything but the catalog.
    index = max(sorted(of.snapshots()), key=lambda each: starts[each])
    base = of.scheduled[index]
    minutes = parse(base.cron).minutes
    at = f"{minutes[0] // 60:02}:{minutes[0] % 60:02}"
    for hours in _HOURS:
        if 24 // hours > len(minutes) or not parse(base.cron).every_day:
            every = "1d" if hours == 24 else f"{hours}h"
            quicker = {index: replace(base, cron=interval(hours, at))}
            yield (f"`every: {every}` in schedule {base.name}",), _with(of, quicker)


def _keeps(of: Cover) -> Iterator[_Variant]:
    """As it is, and with every recovery point kept until the next one is complete."""
    yield (), of
    gap = of.survey(of.snapshots()).gap
    if gap is None:
        return
    completion = completion_minutes(of)
    longer = {}
    for index in sorted(of.snapshots()):
        needed = gap.minutes + of.scheduled[index].start_window_minutes + completion
        if shortest_days(of.scheduled[index].retain) * DAY < needed:
            longer[index] = replace(
                of.scheduled[index], retain=Age(interval=-(-needed // DAY), unit=TimeUnit.DAYS)
            )
    if longer:
        texts = tuple(
            f"`keep: {longest_days(each.retain)}d` in schedule {each.name}" for each in longer.values()
        )
        yield texts, _with(of, longer)


def _with(of: Cover, changed: Mapping[int, Scheduled]) -> Cover:
    scheduled = tuple(changed.get(index, each) for index, each in enumerate(of.scheduled))
    return replace(of, scheduled=scheduled)


def _points_a_year(of: Cover) -> int:
    """Recovery points of one resource in a year, with their copies, rounded."""
    starts = of.survey(of.snapshots()).starts
    points = sum(count * (1 + len(each.copies)) for count, each in zip(starts, of.scheduled, strict=True))
    return round(points / CYCLE_YEARS)
