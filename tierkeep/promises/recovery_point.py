"""Worst-case RPO: the longest time whose changes are lost, with the arithmetic.

The worst moment to fail is just before a backup is complete: what can be restored is the backup before it,
which held the data of the moment when it began. So the loss is the gap between two scheduled starts (the
earlier of them on time), the start window of the later, and the time until that one is complete; in another
Region, also the time until it is copied. Where recovery points expire before the next one is complete, an
older one must serve, or there is none. Point-in-time recovery loses what its granularity says.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from tierkeep.desired.model import Age, DesiredUnit, Engine, Protection, ResourceType, UnitId
from tierkeep.promises.cover import Cover, cover
from tierkeep.promises.lifetime import DAY
from tierkeep.promises.survival import Kept, Loss, Nothing, longest_loss, outlives
from tierkeep.promises.timeline import Gap, moment_of, timeline, zone_of

ASSUMED_COMPLETION_MINUTES = 60
"""How long a backup takes from its start until it can be restored from, where nobody has measured it.

AWS promises no time: the completion window is when AWS Backup cancels a job, days later by default, and no
estimate. An hour is many times what the few GB take that change between backups (the strategy's 100 GB server
changes 5 GB a day); the first backup of a resource, a full one, may take longer."""

ASSUMED_COPY_MINUTES = 120
"""How long a copy takes to be complete elsewhere after its original, where nobody has measured it.

AWS promises no time for this either. Two hours: for so long AWS Backup retries a copy job that meets an error
(developer guide, recov-point-create-a-copy)."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Part:
    """One summand of a worst-case RPO."""

    label: str
    minutes: int
    why: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Exposure:
    """What the recovery points of one place can lose at worst."""

    place: str
    """The Region; `account/Region` for copies in another account."""
    copy: bool
    parts: tuple[Part, ...]
    """In the order in which time passes; empty where nothing bounds the loss."""
    gap: Gap | None
    """From the start of the backup that is restored to the start of the next; None for point-in-time
    recovery, and where nothing bounds the loss."""
    unbounded: str
    """Why nothing bounds the loss; empty where something does."""
    enough_days: int | None = None
    """Where nothing bounds the loss since recovery points expire too soon: for how long to keep them."""

    @property
    def minutes(self) -> int | None:
        """The worst-case RPO; None where nothing bounds it."""
        return sum(part.minutes for part in self.parts) if self.parts else None

    @property
    def arithmetic(self) -> str:
        """The sum in one line."""
        if self.minutes is None:
            return self.unbounded
        summands = " + ".join(f"{length(part.minutes)} {part.label}" for part in self.parts)
        return summands if len(self.parts) == 1 else f"{summands} = {length(self.minutes)}"


@dataclass(frozen=True, kw_only=True, slots=True)
class WorstCase:
    """The worst-case RPO of a resource type of a tier in a unit, at the source and wherever copies are.

    An objective binds the source, where recovery begins. What copies can lose if the whole Region is lost
    stands beside it and is not judged: the strategy's objectives do not say that they hold for the loss of
    a Region, and no snapshot every few hours could keep them.
    """

    unit: UnitId
    tier: str
    resource_type: ResourceType
    source: Exposure
    copies: tuple[Exposure, ...]
    objective_class: str | None
    objective_minutes: int | None

    @property
    def keeps(self) -> bool | None:
        """Whether the source keeps the objective that the type is bound to; None where there is none."""
        if self.objective_minutes is None:
            return None
        return self.source.minutes is not None and self.source.minutes <= self.objective_minutes


def worst_case(unit: DesiredUnit, protection: Protection) -> WorstCase:
    """The worst-case RPO of a protected type. Raises `ScheduleError` where a schedule cannot be read."""
    source, *copies = exposures(cover(unit, protection))
    return WorstCase(
        unit=unit.id,
        tier=protection.tier,
        resource_type=protection.resource_type,
        source=source,
        copies=tuple(copies),
        objective_class=protection.recovery_point_class,
        objective_minutes=protection.recovery_point_minutes,
    )


@lru_cache(maxsize=1024)
def exposures(of: Cover) -> tuple[Exposure, ...]:
    """The source's exposure, then each copy's by its place. Raises `ScheduleError`."""
    return (_source(of), *(_copied(of, place) for place in of.copy_places))


def longest_wait(of: Cover, copied_to: str | None = None) -> int | None:
    """The longest from one snapshot to the next, each complete, or from copy to copy in a place; in minutes.

    By the sum of a worst-case RPO, also where point-in-time recovery keeps a better one. None where they do
    not go on. Raises `ScheduleError`.
    """
    indices = of.snapshots(copied_to=copied_to)
    gap = of.survey(indices).gap if indices else None
    if gap is None:
        return None
    starts = max(of.scheduled[index].start_window_minutes for index in indices)
    copying = _copying(of).minutes if copied_to else 0
    return gap.minutes + starts + completion_minutes(of) + copying


def _source(of: Cover) -> Exposure:
    granularities = [
        each.granularity_minutes for each in of.scheduled if each.granularity_minutes is not None
    ]
    if granularities:
        native = any(each.native for each in of.scheduled)
        part = Part(
            label="point-in-time recovery",
            minutes=min(granularities),
            why="the last restorable moment lags so far behind, by the catalog's granularity"
            + (", in every table where it is switched on" if native else ""),
        )
        return Exposure(place=of.region, copy=False, parts=(part,), gap=None, unbounded="")
    retained = {index: of.scheduled[index].retain for index in of.snapshots()}
    return _by_snapshots(of, of.region, retained, None)


def _copied(of: Cover, place: str) -> Exposure:
    retained = {
        index: copy.retain
        for index in of.snapshots(copied_to=place)
        for copy in of.scheduled[index].copies
        if copy.place == place
    }
    return _by_snapshots(of, place, retained, _copying(of))


def _by_snapshots(of: Cover, place: str, retained: dict[int, Age | None], delay: Part | None) -> Exposure:
    copy = delay is not None
    gap = of.survey(frozenset(retained)).gap if retained else None
    if gap is None:
        unbounded = "its schedules do not go on starting" if retained else "no schedule makes backups of it"
        return Exposure(place=place, copy=copy, parts=(), gap=None, unbounded=unbounded)
    completion = _completing(of).minutes + (delay.minutes if delay else 0)
    kept = {
        index: Kept(of.scheduled[index].start_window_minutes + completion, retain)
        for index, retain in retained.items()
    }
    if outlives(kept, gap.minutes):
        return _bounded(of, place, _longest_gap(of, gap, retained), next(iter(retained)), delay)
    loss = longest_loss(timeline(of.runs, of.time_zone), kept)
    if isinstance(loss, Loss):
        return _bounded(of, place, _gap_of_loss(of, loss, retained), loss.run, delay)
    ready = max(each.ready for each in kept.values())
    return Exposure(
        place=place,
        copy=copy,
        parts=(),
        gap=None,
        unbounded=_nothing(of, loss),
        enough_days=-(-(gap.minutes + ready) // DAY),
    )


def _nothing(of: Cover, nothing: Nothing | None) -> str:
    if nothing is None:
        return "its recovery points may expire before they are complete"
    since, until = (moment_of(each).astimezone(zone_of(of.time_zone)) for each in nothing)
    return (
        f"recovery points expire before the next one is complete, first so that there may be none "
        f"from {since:%Y-%m-%d %H:%M} to {until:%Y-%m-%d %H:%M} {of.time_zone}"
    )


def _longest_gap(of: Cover, gap: Gap, retained: Iterable[int]) -> tuple[Gap, str]:
    return gap, f"the longest between starts of {_names(of, retained)}"


def _gap_of_loss(of: Cover, loss: Loss, retained: Iterable[int]) -> tuple[Gap, str]:
    start, end = (
        moment_of(each).astimezone(zone_of(of.time_zone)) for each in (loss.restored, loss.following)
    )
    gap = Gap(minutes=loss.following - loss.restored, start=start, end=end)
    return gap, (
        f"the longest from a start of {_names(of, retained)} whose backup has not expired to the next "
        "that brings one"
    )


def _names(of: Cover, indices: Iterable[int]) -> str:
    return ", ".join(of.scheduled[index].name for index in sorted(indices))


def _bounded(of: Cover, place: str, found: tuple[Gap, str], index: int, delay: Part | None) -> Exposure:
    """The exposure by a gap, and what it is; `index` is the schedule at its end."""
    gap, what = found
    parts = (
        Part(
            label="gap",
            minutes=gap.minutes,
            why=f"{what}; first from {gap.start:%Y-%m-%d %H:%M} to {gap.end:%Y-%m-%d %H:%M} {of.time_zone}",
        ),
        Part(
            label="start window",
            minutes=of.scheduled[index].start_window_minutes,
            why=_WINDOWS[of.engine],
        ),
        _completing(of),
        *((delay,) if delay else ()),
    )
    return Exposure(place=place, copy=delay is not None, parts=parts, gap=gap, unbounded="")


_MEASURED = "measured, by the catalog"


def completion_minutes(of: Cover) -> int:
    """How long a backup takes from its start until it can be restored from, measured or assumed."""
    return _or(of.measured_completion_minutes, ASSUMED_COMPLETION_MINUTES)


def _or(measured: int | None, assumed: int) -> int:
    return assumed if measured is None else measured


def _completing(of: Cover) -> Part:
    return Part(
        label="completion",
        minutes=completion_minutes(of),
        why="assumed: AWS promises no time for a backup to complete"
        if of.measured_completion_minutes is None
        else _MEASURED,
    )


def _copying(of: Cover) -> Part:
    return Part(
        label="copy",
        minutes=_or(of.measured_copy_minutes, ASSUMED_COPY_MINUTES),
        why="assumed: AWS promises no time for a copy to be complete"
        if of.measured_copy_minutes is None
        else _MEASURED,
    )


_WINDOWS = {
    Engine.BACKUP: "a backup starts within so long after its scheduled time",
    Engine.DLM: "Data Lifecycle Manager starts within an hour after the scheduled time",
}


def length(minutes: int) -> str:
    """Minutes for people: `5m`, `4h`, `1h 30m`, `26h`, `31d`, `7d 2h`."""
    days, rest = divmod(minutes, DAY)
    if minutes < 3 * DAY:  # objectives of a day are written 24h
        days, rest = 0, minutes
    parts = ((days, "d"), (rest // 60, "h"), (rest % 60, "m"))
    return " ".join(f"{count}{unit}" for count, unit in parts if count) or "0m"
