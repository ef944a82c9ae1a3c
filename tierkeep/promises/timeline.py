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

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache, lru_cache
from itertools import groupby
from operator import itemgetter
from typing import NamedTuple
from zoneinfo import ZoneInfo

from tierkeep.promises.cron import Pattern, ScheduleError, parse
from tierkeep.promises.lifetime import DAY

FIRST_YEAR = 2024
CYCLE_YEARS = 28
"""Weekdays, leap years and rules such as "last Sunday of March" repeat every 28 years as long as no century
without a leap day (2100) is among them. Gaps that begin in 2024 to 2051 are therefore all gaps there are
until 2099, for every zone whose clock changes by such rules. Zones whose changes follow the moon
(Africa/Casablanca, by the IANA database's own table) are looked at for these years only."""

LONGEST_WINDOW_DAYS = 7
MOST_RIVALS = 20
"""Start windows up to a week and plans of up to 20 rules are held against each other. AWS takes windows of up
to a century, and 10 rules by its guide. What lies beyond is a `ScheduleError`: the work stays bounded."""
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
    gives_way: tuple[tuple[int, ...], ...]
    """For each run, to each other one, how often it gives way in the 28 years."""


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
    gives_way: tuple[tuple[int, int], ...]
    """For each start that does not come about: the index of its run and that of one that takes its place."""


class _Outcome(NamedTuple):
    """`starts` and `gives_way` of a `Stretch`."""

    starts: tuple[tuple[int, int], ...]
    gives_way: tuple[tuple[int, int], ...]


def _require_bounded(window_minutes: int, rivals: int) -> None:
    if window_minutes > LONGEST_WINDOW_DAYS * DAY:
        raise ScheduleError(
            f"start windows of more than {LONGEST_WINDOW_DAYS} days are not held against each other"
        )
    if rivals > MOST_RIVALS:
        raise ScheduleError(f"more than {MOST_RIVALS} rules of a plan are not held against each other")


class Timeline:
    """The starts of several runs in one time zone, after overlapping ones have given way."""

    def __init__(self, runs: tuple[Run, ...], time_zone: str) -> None:
        self.runs = runs
        self.zone = zone_of(time_zone)
        self._patterns = tuple(parse(run.cron) for run in runs)
        self._rivals = tuple(self._rivals_of(index) for index in range(len(runs)))
        self._any_rival = frozenset[int]().union(*self._rivals)
        reach = max((run.start_window_minutes for run in runs), default=0) if self._any_rival else 0
        _require_bounded(reach, sum(map(bool, self._rivals)))
        fixed = self.zone.utcoffset(None)  # a zone that never changes knows its offset without a date
        self._fixed = None if fixed is None else fixed // timedelta(minutes=1)
        # Days on both sides that a day's starts depend on. A change of the clock adds less than a day.
        self._around = -(-reach // DAY) + (fixed is None) if reach else 0
        self.weekly = fixed is not None and all(pattern.weekly for pattern in self._patterns)
        """Whether every week has the same starts."""
        daily = sum(1 << index for index, pattern in enumerate(self._patterns) if pattern.every_day)
        self._usual = (daily,) * (2 * self._around + 1)
        """What starts on a day on which, and around which, only the runs of every day do."""
        self._known: dict[tuple[int, ...], _Outcome] = {}

    def _rivals_of(self, index: int) -> tuple[int, ...]:
        """The runs before which a run may have to give way."""
        run = self.runs[index]
        return tuple(
            other
            for other, rival in enumerate(self.runs)
            if other != index and run.plan and rival.plan == run.plan and rival.keep_days >= run.keep_days
        )

    def stretches(self, first: int, last: int) -> Iterator[Stretch]:
        """The local days from one ordinal to another, both included, in stretches with the same starts."""
        for kind, same in groupby(self._kinds(first, last), key=itemgetter(2)):
            parts = list(same)
            day, length = parts[0][0], sum(part[1] for part in parts)
            found = self._known.get(kind) or self._known.setdefault(kind, self._outcome(kind, day))
            yield Stretch(day, length, self._midnight(day), *found)

    def _kinds(self, first: int, last: int) -> Iterator[tuple[int, int, tuple[int, ...]]]:
        """The days from `first` to `last` in stretches, each with what its starts depend on: for the first of
        its days and those around it the runs that start then, as bits."""
        around = self._around
        due = self._due(first - around, last + around)
        # A day near a change of the clock is like no other: its number, behind the bits, stands for it.
        changes = _changes(self.zone, first - around - 1, last + around)
        unlike = {near for day in changes for near in range(day - around, day + around + 1)}
        special = {near for day in due for near in range(day - around, day + around + 1)} | unlike
        at = first
        for day in sorted(day for day in special if first <= day <= last):
            if day > at:
                yield at, day - at, self._usual
            bits = tuple(due.get(near, self._usual[0]) for near in range(day - around, day + around + 1))
            yield day, 1, (*bits, day) if day in unlike else bits
            at = day + 1
        if at <= last:
            yield at, last - at + 1, self._usual

    def _due(self, first: int, last: int) -> dict[int, int]:
        """The runs that start, as bits, of each day on which others do than those of every day."""
        due: dict[int, int] = {}
        for index, pattern in enumerate(self._patterns):
            if not pattern.every_day:
                for day in pattern.days(date.fromordinal(first), date.fromordinal(last)):
                    due[day] = due.get(day, self._usual[0]) | 1 << index
        return due

    def _outcome(self, kind: Sequence[int], day: int) -> _Outcome:
        """The starts of a day on which, and on the days around which, the runs of these bits are due."""
        midnight, near = self._midnight(day), self._near(kind, day)
        kept, gives_way = [], []
        for index, pattern in enumerate(self._patterns):
            for start in self._minutes(pattern, day) if kind[self._around] >> index & 1 else ():
                winners = [
                    rival for rival in self._rivals[index] if self._wins(near[rival], rival, start, index)
                ]
                gives_way += [(index, rival) for rival in winners]
                if not winners:
                    kept.append((start - midnight, index))
        return _Outcome(tuple(sorted(kept)), tuple(gives_way))

    def _near(self, kind: Sequence[int], day: int) -> dict[int, list[int]]:
        """When the runs that others may give way to are due, on the day and on those around it."""
        days = [(day + at, kind[self._around + at]) for at in range(-self._around, self._around + 1)]
        return {
            index: [
                start
                for near, bits in days
                if bits >> index & 1
                for start in self._minutes(self._patterns[index], near)
            ]
            for index in self._any_rival
        }

    def _wins(self, starts: Sequence[int], rival: int, start: int, index: int) -> bool:
        """Whether one of a rival's starts overlaps that of a run, and takes its place."""
        run, other = self.runs[index], self.runs[rival]
        at = bisect_right(starts, start - other.start_window_minutes)
        if at == len(starts):
            return False
        if other.keep_days > run.keep_days:
            return starts[at] < start + run.start_window_minutes
        return (starts[at], other.name) < (start, run.name)

    def _minutes(self, pattern: Pattern, day: int) -> list[int]:
        midnight, following = self._midnight(day), self._midnight(day + 1)
        if following - midnight == DAY:
            return [midnight + minute for minute in pattern.minutes]
        return list(_minutes_of_change(self.zone, pattern.minutes, day))

    def _midnight(self, day: int) -> int:
        return (day - 1) * DAY - (_offset(self.zone, day) if self._fixed is None else self._fixed)

    def starts(self, first: date, last: date) -> Iterator[tuple[int, int]]:
        """The starts on local days from `first` to `last`, both included: (minute, index of the run)."""
        for stretch in self.stretches(first.toordinal(), last.toordinal()):
            for day in range(stretch.length):
                for minute, run in stretch.starts:
                    yield stretch.midnight + day * DAY + minute, run

    def survey(self, of: frozenset[int]) -> Survey:
        """The longest gap between starts of the runs `of` (others may make them give way), and how many."""
        first, end = (date(year, 1, 1).toordinal() for year in (FIRST_YEAR, FIRST_YEAR + CYCLE_YEARS))
        weeks = 1
        if self.weekly:  # one week is like all others, and 28 years are whole weeks
            weeks, end = (end - first) // 7, first + 7
        stretches = list(self.stretches(first, end - 1))
        starts = [0] * len(self.runs)
        gives_way = [[0] * len(self.runs) for _ in self.runs]
        for stretch in stretches:
            for _, run in stretch.starts:
                starts[run] += stretch.length * weeks if run in of else 0
            for run, rival in stretch.gives_way:
                gives_way[run][rival] += stretch.length * weeks
        return Survey(
            gap=self._longest_gap(stretches, end, of),
            starts=tuple(starts),
            gives_way=tuple(map(tuple, gives_way)),
        )

    def _longest_gap(self, stretches: Sequence[Stretch], end: int, of: frozenset[int]) -> Gap | None:
        """The longest gap that begins in the stretches; `end` is the day after them."""
        longest, begins, previous = -1, 0, None
        for stretch in stretches:
            own = [stretch.midnight + minute for minute, run in stretch.starts if run in of]
            if not own:
                continue
            for start in (*own, own[0] + DAY) if stretch.length > 1 else own:
                if previous is not None and start - previous > longest:
                    longest, begins = start - previous, previous
                previous = start
            previous = own[-1] + (stretch.length - 1) * DAY
        following = self._first_from(end, of)
        if previous is None or following is None:
            return None
        if following - previous > longest:
            longest, begins = following - previous, previous
        return self._gap(begins, longest)

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


@lru_cache(maxsize=16_384)
def _minutes_of_change(zone: ZoneInfo, minutes: tuple[int, ...], day: int) -> tuple[int, ...]:
    """When the local times of a day in which the clock changes come, as far as they exist."""
    start = datetime.combine(date.fromordinal(day), datetime.min.time())
    local = [start + timedelta(minutes=minute) for minute in minutes]
    moments = [each.replace(tzinfo=zone).astimezone(UTC) for each in local]
    return tuple(
        minute_of(moment)
        for each, moment in zip(local, moments, strict=True)
        if moment.astimezone(zone).replace(tzinfo=None) == each
    )


@lru_cache(maxsize=2048)
def clock_skips(cron: str, time_zone: str) -> tuple[int, int]:
    """How many starts of a schedule the changes of the clock skip in 28 years, and out of how many.

    Raises `ScheduleError`.
    """
    pattern, zone = parse(cron), zone_of(time_zone)
    first, last = date(FIRST_YEAR, 1, 1), date(FIRST_YEAR + CYCLE_YEARS - 1, 12, 31)
    days = pattern.days(first, last)
    changed = set(_changes(zone, first.toordinal(), last.toordinal())).intersection(days)
    exist = sum(len(_minutes_of_change(zone, pattern.minutes, day)) for day in changed)
    return len(changed) * len(pattern.minutes) - exist, len(days) * len(pattern.minutes)


@lru_cache(maxsize=512)
def timeline(runs: tuple[Run, ...], time_zone: str) -> Timeline:
    """The timeline of these runs. Raises `ScheduleError` where an expression or the zone cannot be read."""
    return Timeline(runs, time_zone)


@lru_cache(maxsize=2048)
def survey(runs: tuple[Run, ...], time_zone: str, of: frozenset[int]) -> Survey:
    """`Timeline.survey`, computed once for the same schedules. Raises `ScheduleError`."""
    return timeline(runs, time_zone).survey(of)
