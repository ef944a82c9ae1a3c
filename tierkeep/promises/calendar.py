"""The retention calendar: which recovery points exist on a given day, from starts and lifecycles alone.

A recovery point is taken to be created at its scheduled time, as if every job started on time and
succeeded. It exists until its age reaches the lifecycle's; AWS Backup deletes it within 8 hours after that
(developer guide, deleting-backups), which is not counted on.

A copy keeps the creation date of its original (developer guide, recov-point-create-a-copy), so its age counts
from there too. Copies of Data Lifecycle Manager are taken to count from the original as well.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from itertools import accumulate
from operator import sub

from tierkeep.desired.limits import LONGEST_RETENTION_DAYS
from tierkeep.desired.model import Age
from tierkeep.promises.cover import Cover
from tierkeep.promises.lifetime import expiry, longest_days, months_later, months_of
from tierkeep.promises.timeline import CYCLE_YEARS, FIRST_YEAR, minute_of, moment_of, timeline, zone_of

AGE_EDGES = (1, 2, 3, 4, 5, 6, 7, 14, 21, 28, 91, 183, 366, 731, LONGEST_RETENTION_DAYS + 1)
"""Where the columns of the calendar end, in days of age: days, weeks, then longer; the last is the rest."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Holding:
    """What one schedule keeps in one place."""

    schedule: str
    index: int
    """Of the schedule in its `Cover`."""
    place: str
    """The Region; `account/Region` for copies in another account."""
    vault: str | None
    """None for what lies in no vault: snapshots of Data Lifecycle Manager, and tables' own recovery."""
    copy: bool
    retain: Age | None
    """None is kept always."""
    granularity_minutes: int | None
    """For point-in-time recovery: one recovery point, restorable to any moment of `retain`; else None."""


@dataclass(frozen=True, kw_only=True, slots=True)
class AgeCount:
    """How many recovery points are of an age, on the days with the fewest and with the most of them."""

    from_days: int
    """Age in days, counted by local dates: 0 is made on the same day."""
    to_days: int
    """Exclusive."""
    least: int
    most: int


def holdings(of: Cover) -> tuple[Holding, ...]:
    """Everything that is kept, by schedule: the source first, then each copy."""
    return tuple(each for index in range(len(of.scheduled)) for each in _holdings(of, index))


def _holdings(of: Cover, index: int) -> Iterator[Holding]:
    scheduled = of.scheduled[index]
    yield Holding(
        schedule=scheduled.name,
        index=index,
        place=of.region,
        vault=None if scheduled.native else of.vault,
        copy=False,
        retain=scheduled.retain,
        granularity_minutes=scheduled.granularity_minutes,
    )
    for copied in scheduled.copies:
        yield Holding(
            schedule=scheduled.name,
            index=index,
            place=copied.place,
            vault=copied.vault,
            copy=True,
            retain=copied.retain,
            granularity_minutes=None,
        )


def recovery_points(
    of: Cover, holding: Holding, at: datetime, since: date | None = None
) -> tuple[datetime, ...]:
    """When the recovery points of a holding that exist at a moment were created, in UTC, ascending.

    `since` is the local day from which the resource has been protected; None is for as long as AWS keeps
    anything. Of point-in-time recovery there is one recovery point, so this is the moment back to which one
    can restore. Raises `ScheduleError`.
    """
    if holding.granularity_minutes is not None:
        return _oldest_restorable(of, holding, at, since)
    last = at.astimezone(zone_of(of.time_zone)).date()
    # Two days more than the longest life: one for the time zone, one for a change of the clock.
    first = last - timedelta(days=longest_days(holding.retain) + 2)
    end = minute_of(at)
    starts = timeline(of.runs, of.time_zone).starts(max(first, since) if since else first, last)
    created = (minute for minute, run in starts if run == holding.index and minute <= end)
    return tuple(
        moment_of(each) for each in created if holding.retain is None or expiry(each, holding.retain) > end
    )


def _oldest_restorable(of: Cover, holding: Holding, at: datetime, since: date | None) -> tuple[datetime, ...]:
    oldest = at.astimezone(UTC) - timedelta(days=longest_days(holding.retain))
    if since is None:
        return (oldest,)
    begun = datetime.combine(since, datetime.min.time(), tzinfo=zone_of(of.time_zone)).astimezone(UTC)
    return (max(oldest, begun),) if begun <= at else ()


def end_of(day: date, time_zone: str) -> datetime:
    """The last minute of a local day, at which its calendar is read. Raises `ScheduleError`."""
    return datetime(day.year, day.month, day.day, 23, 59, tzinfo=zone_of(time_zone))


def by_age(points: tuple[datetime, ...], at: datetime, time_zone: str) -> tuple[int, ...]:
    """How many recovery points fall into each column of `AGE_EDGES`, by their local dates."""
    zone = zone_of(time_zone)
    today = at.astimezone(zone).date()
    ages = [(today - each.astimezone(zone).date()).days for each in points]
    return tuple(sum(low <= age < high for age in ages) for low, high in _columns())


def _columns() -> tuple[tuple[int, int], ...]:
    return tuple(zip((0, *AGE_EDGES), AGE_EDGES, strict=False))


@lru_cache(maxsize=512)
def steady(of: Cover, index: int, retain: Age | None) -> tuple[AgeCount, ...]:
    """The calendar without a date: fewest and most recovery points of each age at the end of any day.

    For a resource that has been protected longer than anything is kept. Counted over 28 years, by local
    dates; a change of the clock within the lifetime of a point may keep it an hour over the end of a day or
    let it go an hour before, which only the calendar of a date shows. Raises `ScheduleError`.
    """
    first, last = date(FIRST_YEAR, 1, 1).toordinal(), date(FIRST_YEAR + CYCLE_YEARS, 1, 1).toordinal() - 1
    back = longest_days(retain)
    made = [0, *_made(of)[index][first - back - (last + 1) :]]
    if len(set(made[1:])) == 1 and not months_of(retain):  # as many every day: nothing to search for
        spans = ((low, high, made[1] * (min(high, back) - low)) for low, high in _columns() if low < back)
        return tuple(AgeCount(from_days=low, to_days=high, least=n, most=n) for low, high, n in spans)
    # up_to[i] is the number made on the first i days; day d is number d - (first - back).
    up_to = list(accumulate(made))
    oldest = list(_oldest(first, last, retain, back))
    alive = min(back + at + 1 - from_ for at, from_ in enumerate(oldest))
    counted = []
    for low, high in _columns():
        if low >= back:
            break
        if high <= alive:
            ends, begins = up_to[back - low + 1 :], up_to[back - high + 1 :]
            counts = list(map(sub, ends[: len(oldest)], begins))
        else:
            counts = [
                up_to[max(from_, back + at - low + 1)] - up_to[max(from_, back + at - high + 1)]
                for at, from_ in enumerate(oldest)
            ]
        counted.append(AgeCount(from_days=low, to_days=high, least=min(counts), most=max(counts)))
    return tuple(counted)


@lru_cache(maxsize=64)
def _made(of: Cover) -> tuple[list[int], ...]:
    """How many recovery points each schedule makes on each local day, up to the last of the 28 years.

    From as long before them as anything is kept.
    """
    last = date(FIRST_YEAR + CYCLE_YEARS, 1, 1).toordinal() - 1
    back = max((longest_days(each.retain) for each in holdings(of)), default=0)
    made: tuple[list[int], ...] = tuple([] for _ in of.scheduled)
    first = date(FIRST_YEAR, 1, 1).toordinal() - back
    for stretch in timeline(of.runs, of.time_zone).stretches(first, last):
        counts = Counter(run for _, run in stretch.starts)
        for run, days in enumerate(made):
            days.extend([counts[run]] * stretch.length)
    return made


def _oldest(first: int, last: int, retain: Age | None, back: int) -> Iterator[int]:
    """For each day the first one, as an index into what was made, whose points still exist at its end."""
    months = months_of(retain)
    if not months:
        yield from range(1, last - first + 2)
        return
    oldest = first - back
    for day in range(first, last + 1):
        while months_later(oldest, months) <= day:
            oldest += 1
        yield oldest - (first - back)
