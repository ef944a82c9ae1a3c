"""When backups start, over years: what the schedules of one resource type allow together.

Starts are local times of a time zone. A time that a change of the clock skips does not occur, and one that it
repeats occurs once (AWS Backup developer guide, plan-options-and-configuration: a change to or from daylight
saving time can skip a run or repeat it; a repeated run only adds, so it is not counted on).

Two rules of one backup plan whose start windows overlap: only the one with the longer retention runs (same
page; "the optimization takes into account the full start window"). Which of two with the same retention runs,
it does not say; here the earlier one. A rule that itself gives way still counts against a third: AWS does not
say otherwise, and counting on fewer backups is the safe side.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache, lru_cache
from itertools import groupby
from typing import NamedTuple
from zoneinfo import ZoneInfo

from tierkeep.promises.cron import Pattern, ScheduleError, parse

FIRST_YEAR = 2024
CYCLE_YEARS = 28
"""Weekdays, leap years and rules such as "last Sunday of March" repeat every 28 years as long as no century
without a leap day (2100) is among them. Gaps that begin in 2024 to 2051 are therefore all gaps there are
until 2099, for every zone whose clock changes by such rules. Zones whose changes follow the moon
(Africa/Casablanca, by the IANA database's own table) are looked at for these years only."""

_DAY = 24 * 60
_FARTHEST_DAYS = 32
"""Overlaps of start windows are looked for so many days around a start. Windows beyond a month, which AWS
allows up to a century, would keep no objective whatever overlaps."""
_EPOCH = datetime(1, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, kw_only=True, slots=True)
class Run:
    """A schedule as far as its starts depend on it."""

    name: str
    cron: str
    start_window_minutes: int
    keep_days: int
    """How long its recovery points are kept: what decides between two that overlap."""
    plan: str
    """The backup plan in which overlapping rules give way to each other; empty where none does."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Gap:
    """The longest time between a start and the next, with the first pair that is so far apart."""

    minutes: int
    start: datetime
    end: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Survey:
    """What 28 years of a timeline hold."""

    gap: Gap | None
    """None where no start is followed by another: there is no bound to what may be lost."""
    starts: tuple[int, ...]
    """How often each run starts in the 28 years."""


@cache
def zone_of(name: str) -> ZoneInfo:
    """The time zone of that name. Raises `ScheduleError` if the IANA database of this machine has none."""
    try:
        return ZoneInfo(name)
    except (KeyError, OSError, ValueError) as error:
        raise ScheduleError(f"the time zone {name!r} does not exist") from error


def minute_of(moment: datetime) -> int:
    """Whole minutes since the beginning of year 1 in UTC, the unit in which a timeline counts."""
    return (moment - _EPOCH) // timedelta(minutes=1)


def moment_of(minute: int) -> datetime:
    """The moment, in UTC, of such a minute."""
    return _EPOCH + timedelta(minutes=minute)


class Stretch(NamedTuple):
    """Days in a row with the same starts."""

    day: int
    """Proleptic ordinal of the first local day."""
    length: int
    midnight: int
    """The first day's midnight (see `minute_of`); each further day's is 1,440 minutes later."""
    starts: tuple[tuple[int, int], ...]
    """Minutes after midnight, ascending, each with the index of its run."""


class Timeline:
    """The starts of several runs in one time zone, after overlapping ones have given way."""

    def __init__(self, runs: tuple[Run, ...], time_zone: str) -> None:
        self.runs = runs
        self.zone = zone_of(time_zone)
        self._patterns = tuple(parse(run.cron) for run in runs)
        self._rivals = tuple(self._rivals_of(index) for index in range(len(runs)))
        self._any_rival = sum(1 << index for index in frozenset().union(*self._rivals))
        reach = max((run.start_window_minutes for run in runs), default=0) if any(self._rivals) else 0
        # Days on both sides that a day's starts depend on. A change of the clock adds less than a day.
        fixed = self.zone.utcoffset(None)  # a zone that never changes knows its offset without a date
        self._fixed = None if fixed is None else fixed // timedelta(minutes=1)
        self._around = min(-(-reach // _DAY) + (fixed is None), _FARTHEST_DAYS) if reach else 0
        self._weekly = fixed is not None and all(pattern.weekly for pattern in self._patterns)
        self._always_same = fixed is not None and all(pattern.every_day for pattern in self._patterns)
        self._known: dict[tuple[int, ...], tuple[tuple[int, int], ...]] = {}

    def _rivals_of(self, index: int) -> frozenset[int]:
        """The runs before which a run may have to give way."""
        run = self.runs[index]
        return frozenset(
            other
            for other, rival in enumerate(self.runs)
            if other != index and run.plan and rival.plan == run.plan and rival.keep_days >= run.keep_days
        )

    def stretches(self, first: int, last: int) -> Iterator[Stretch]:
        """The local days from one ordinal to another, both included, in stretches with the same starts."""
        around = self._around
        if self._always_same:
            everything = [(1 << len(self.runs)) - 1] * (2 * around + 1)
            yield Stretch(first, last - first + 1, self._midnight(first), self._starts(everything, first))
            return
        active = self._active(first - around, last + around)
        days: list[tuple[int, ...]] = list(
            zip(*(active[at : at + last - first + 1] for at in range(2 * around + 1)), strict=True)
        )
        # A day near a change of the clock is like no other: its number, negative, stands for it.
        for change in _changes(self.zone, first - around - 1, last + around):
            for day in range(max(first, change - around), min(last, change + around) + 1):
                days[day - first] = (-day,)
        at = 0
        for kind, same in groupby(days):
            length = sum(1 for _ in same)
            day = first + at
            midnight = self._midnight(day)
            if kind[0] < 0:
                yield Stretch(day, 1, midnight, self._starts(active[at : at + 2 * around + 1], day))
            else:
                found = self._known.get(kind)
                if found is None:
                    found = self._known[kind] = self._starts(kind, day)
                yield Stretch(day, length, midnight, found)
            at += length

    def _active(self, first: int, last: int) -> list[int]:
        """For each day the runs that start on it, as bits."""
        bits = [0] * (last - first + 1)
        for index, pattern in enumerate(self._patterns):
            if pattern.every_day:
                bits = [each | 1 << index for each in bits]
                continue
            for day in pattern.days(date.fromordinal(first), date.fromordinal(last)):
                bits[day - first] |= 1 << index
        return bits

    def _starts(self, kind: Sequence[int], day: int) -> tuple[tuple[int, int], ...]:
        near = [
            start
            for index, bits in enumerate(kind)
            for start in self._scheduled(day - self._around + index, bits & self._any_rival)
        ]
        own = self._scheduled(day, kind[self._around])
        kept = sorted(each for each in own if not any(self._gives_way(each, other) for other in near))
        midnight = self._midnight(day)
        return tuple((start - midnight, index) for start, index in kept)

    def _scheduled(self, day: int, bits: int) -> list[tuple[int, int]]:
        return [
            (start, index)
            for index, pattern in enumerate(self._patterns)
            if bits >> index & 1
            for start in self._minutes(pattern, day)
        ]

    def _minutes(self, pattern: Pattern, day: int) -> list[int]:
        midnight, following = self._midnight(day), self._midnight(day + 1)
        if following - midnight == _DAY:
            return [midnight + minute for minute in pattern.minutes]
        start = datetime.combine(date.fromordinal(day), datetime.min.time())
        local = [start + timedelta(minutes=minute) for minute in pattern.minutes]
        moments = [each.replace(tzinfo=self.zone).astimezone(UTC) for each in local]
        return [
            minute_of(moment)
            for each, moment in zip(local, moments, strict=True)
            if moment.astimezone(self.zone).replace(tzinfo=None) == each
        ]

    def _gives_way(self, one: tuple[int, int], other: tuple[int, int]) -> bool:
        (start, index), (rival_start, rival_index) = one, other
        if rival_index not in self._rivals[index]:
            return False
        run, rival = self.runs[index], self.runs[rival_index]
        after = rival_start >= start + run.start_window_minutes
        before = start >= rival_start + rival.start_window_minutes
        if after or before:
            return False
        return (-rival.keep_days, rival_start, rival.name) < (-run.keep_days, start, run.name)

    def _midnight(self, day: int) -> int:
        return (day - 1) * _DAY - (_offset(self.zone, day) if self._fixed is None else self._fixed)

    def starts(self, first: date, last: date) -> Iterator[tuple[int, int]]:
        """The starts on local days from `first` to `last`, both included: (minute, index of the run)."""
        for stretch in self.stretches(first.toordinal(), last.toordinal()):
            for day in range(stretch.length):
                for minute, run in stretch.starts:
                    yield stretch.midnight + day * _DAY + minute, run

    def survey(self, of: frozenset[int]) -> Survey:
        """The longest gap between starts of the runs `of` (others may make them give way), and how many."""
        counts = [0] * len(self.runs)
        longest, begins, previous = -1, 0, None
        first, end = (date(year, 1, 1).toordinal() for year in (FIRST_YEAR, FIRST_YEAR + CYCLE_YEARS))
        weeks = 1
        if self._weekly:  # one week is like all others, and 28 years are whole weeks
            weeks, end = (end - first) // 7, first + 7
        for stretch in self.stretches(first, end - 1):
            own = [minute for minute, run in stretch.starts if run in of]
            if not own:
                continue
            for _, run in stretch.starts:
                counts[run] += stretch.length * weeks if run in of else 0
            starts = [stretch.midnight + minute for minute in own]
            if stretch.length > 1:
                starts.append(starts[0] + _DAY)
            for start in starts:
                if previous is not None and start - previous > longest:
                    longest, begins = start - previous, previous
                previous = start
            previous = stretch.midnight + (stretch.length - 1) * _DAY + own[-1]
        following = self._first_from(end, of)
        if previous is None or following is None:
            return Survey(gap=None, starts=tuple(counts))
        if following - previous > longest:
            longest, begins = following - previous, previous
        return Survey(gap=self._gap(begins, longest), starts=tuple(counts))

    def _first_from(self, day: int, of: frozenset[int]) -> int | None:
        """The first start from a day on; None where there is none in 28 years, and so never again."""
        end = date(FIRST_YEAR + 2 * CYCLE_YEARS, 12, 31).toordinal()
        for first, last in ((day, day + 400), (day + 401, end)):
            for stretch in self.stretches(first, last):
                for minute, run in stretch.starts:
                    if run in of:
                        return stretch.midnight + minute
        return None

    def _gap(self, begins: int, minutes: int) -> Gap:
        start, end = moment_of(begins), moment_of(begins + minutes)
        return Gap(minutes=minutes, start=start.astimezone(self.zone), end=end.astimezone(self.zone))


@lru_cache(maxsize=65_536)
def _offset(zone: ZoneInfo, day: int) -> int:
    """Minutes by which a zone is ahead of UTC at the beginning of a local day."""
    ahead = datetime.combine(date.fromordinal(day), datetime.min.time(), tzinfo=zone).utcoffset()
    return (ahead or timedelta()) // timedelta(minutes=1)


@lru_cache(maxsize=128)
def _changes(zone: ZoneInfo, first: int, last: int) -> tuple[int, ...]:
    """The local days, from one ordinal to another, in the course of which the clock changes."""
    if zone.utcoffset(None) is not None:
        return ()
    step = 5  # no zone changes its clock and back within so few days
    found = []
    for start in range(first, last + 1, step):
        end = min(start + step, last + 1)
        if _offset(zone, start) != _offset(zone, end):
            found += [day for day in range(start, end) if _offset(zone, day) != _offset(zone, day + 1)]
    return tuple(found)


@lru_cache(maxsize=512)
def timeline(runs: tuple[Run, ...], time_zone: str) -> Timeline:
    """The timeline of these runs. Raises `ScheduleError` where an expression or the zone cannot be read."""
    return Timeline(runs, time_zone)


@lru_cache(maxsize=2048)
def survey(runs: tuple[Run, ...], time_zone: str, of: frozenset[int]) -> Survey:
    """`Timeline.survey`, computed once for the same schedules. Raises `ScheduleError`."""
    return timeline(runs, time_zone).survey(of)
