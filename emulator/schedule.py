"""AWS's schedule expressions: ``cron(…)`` with six fields, and ``rate(…)``.

The grammar is that of "Schedule expressions" in the Amazon EventBridge User Guide: minutes, hours, day of
month, month, day of week, year; names for months and days; ``L``, ``W`` and ``#`` in the day fields; exactly
one of the two day fields is ``?``.

A local time that a change of the clock skips does not come; one that it repeats comes once, the first time
("Backup plan options and configuration" in the AWS Backup Developer Guide says only that a run can be skipped
or repeated).
"""

import re
from abc import ABC, abstractmethod
from bisect import bisect_right
from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache
from itertools import pairwise
from zoneinfo import ZoneInfo

HOUR = timedelta(hours=1)

_MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
_WEEKDAYS = ("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT")
_RATE = re.compile(r"rate\(([1-9]\d*) (minute|minutes|hour|hours|day|days)\)")
_UNITS = {"minute": timedelta(minutes=1), "hour": HOUR, "day": timedelta(days=1)}


@dataclass(frozen=True)
class Field:
    """The limits of one field of a cron expression; ``names`` stand for ``low``, ``low`` + 1 and so on."""

    name: str
    low: int
    high: int
    names: tuple[str, ...] = ()

    def values(self, text: str) -> frozenset[int]:
        """The values that ``text`` (a comma-separated list of items) stands for.

        :raises ValueError: it is not of AWS's grammar.
        """
        return frozenset().union(*(self._item(item) for item in text.split(",")))

    def _item(self, item: str) -> range:
        span, slash, step_text = item.partition("/")
        step = int(step_text) if step_text.isdecimal() else 0
        if slash and step < 1:
            raise ValueError(f"{self.name}: {item!r} has no step")
        if span == "*":
            return range(self.low, self.high + 1, step or 1)
        first_text, dash, last_text = span.partition("-")
        first = self._number(first_text)
        last = self._number(last_text) if dash else (self.high if slash else first)
        if first > last and self.names:  # FRI-MON wraps around
            return range(first, last + self.high + 1, step or 1)
        if first > last:
            raise ValueError(f"{self.name}: {item!r} runs backwards")
        return range(first, last + 1, step or 1)

    def _number(self, text: str) -> int:
        if text.upper() in self.names:
            return self.low + self.names.index(text.upper())
        if not (text.isascii() and text.isdecimal()) or not self.low <= int(text) <= self.high:
            raise ValueError(f"{self.name}: {text!r} is not within {self.low}-{self.high}")
        return int(text)


_MINUTES = Field("minutes", 0, 59)
_HOURS = Field("hours", 0, 23)
_DAY_OF_MONTH = Field("day of month", 1, 31)
_MONTH = Field("month", 1, 12, _MONTHS)
_DAY_OF_WEEK = Field("day of week", 1, 7, _WEEKDAYS)
_YEAR = Field("year", 1970, 2199)

_SUNDAY, _SATURDAY = 1, 7


@dataclass(frozen=True)
class Schedule(ABC):
    """A valid schedule expression.

    ``shortest_interval`` is the shortest time that can lie between two runs, as far as it is below an hour;
    any longer one counts as an hour or more.
    """

    expression: str
    shortest_interval: timedelta

    @property
    def more_often_than_hourly(self) -> bool:
        return self.shortest_interval < HOUR

    @abstractmethod
    def next_after(self, moment: datetime, zone: ZoneInfo, since: datetime) -> datetime | None:
        """The first run after ``moment``, in UTC; None if there is none until the end of the year 2199.

        ``zone`` is where a cron expression's times are local; a rate counts from ``since``.
        """


@dataclass(frozen=True)
class Rate(Schedule):
    """Every so often: its shortest interval is its only one."""

    def next_after(self, moment: datetime, zone: ZoneInfo, since: datetime) -> datetime | None:
        runs = max((moment - since) // self.shortest_interval + 1, 1)
        return since + runs * self.shortest_interval


@dataclass(frozen=True)
class Cron(Schedule):
    """At times of day (minutes after midnight) on days."""

    minutes: tuple[int, ...]
    day_of_month: str
    months: tuple[int, ...]
    day_of_week: str
    years: frozenset[int]

    def next_after(self, moment: datetime, zone: ZoneInfo, since: datetime) -> datetime | None:
        """A run of the repeated hour counts as of the first of both."""
        today = moment.astimezone(zone).date()
        for day in self._days_from(today):
            for minute in self.minutes:
                start = _moment(day, minute, zone)
                if start is not None and start > moment:
                    return start
        return None

    def _days_from(self, first: date) -> Iterator[date]:
        for year in range(first.year, _YEAR.high + 1):
            if year not in self.years:
                continue
            for month in self.months:
                if (year, month) < (first.year, first.month):
                    continue
                days = _days(self.day_of_month, self.day_of_week, year, month)
                at = bisect_right(days, first.day - 1) if (year, month) == (first.year, first.month) else 0
                for day in days[at:]:
                    yield date(year, month, day)


def _moment(day: date, minute: int, zone: ZoneInfo) -> datetime | None:
    """A local time in UTC; None if the clock skips it."""
    local = datetime(day.year, day.month, day.day, *divmod(minute, 60), tzinfo=zone)
    moment = local.astimezone(UTC)
    return moment if moment.astimezone(zone).replace(tzinfo=None) == local.replace(tzinfo=None) else None


@cache
def _days(day_of_month: str, day_of_week: str, year: int, month: int) -> tuple[int, ...]:
    """The days of a month on which a cron expression with these two fields runs."""
    last = monthrange(year, month)[1]
    if day_of_week == "?":
        return tuple(sorted(_by_day_of_month(day_of_month, year, month, last)))
    return tuple(sorted(_by_day_of_week(day_of_week, year, month, last)))


def _by_day_of_month(text: str, year: int, month: int, last: int) -> set[int]:
    if text == "L":
        return {last}
    if text.endswith("W"):
        day = last if text == "LW" else int(text[:-1])
        return {_nearest_weekday(year, month, day, last)} if day <= last else set()
    return {day for day in _DAY_OF_MONTH.values(text) if day <= last}


def _nearest_weekday(year: int, month: int, day: int, last: int) -> int:
    """The nearest of Monday to Friday to a day, within its month."""
    weekday = _weekday(year, month, day)
    if weekday == _SATURDAY:
        return day - 1 if day > 1 else day + 2
    if weekday == _SUNDAY:
        return day + 1 if day < last else day - 2
    return day


def _by_day_of_week(text: str, year: int, month: int, last: int) -> set[int]:
    if text == "L":
        return set(_all_of(_SATURDAY, year, month, last))
    if text.endswith("L"):
        return {_all_of(_number(text[:-1]), year, month, last)[-1]}
    weekday, nth, number = text.partition("#")
    if nth:
        return set(_all_of(_number(weekday), year, month, last)[int(number) - 1 : int(number)])
    # FRI-MON wraps around: its last days have numbers beyond Saturday's.
    weekdays = {(value - 1) % 7 + 1 for value in _DAY_OF_WEEK.values(text)}
    return {day for weekday in weekdays for day in _all_of(weekday, year, month, last)}


def _number(weekday: str) -> int:
    return next(iter(_DAY_OF_WEEK.values(weekday)))


def _all_of(weekday: int, year: int, month: int, last: int) -> range:
    first = (weekday - _weekday(year, month, 1)) % 7 + 1
    return range(first, last + 1, 7)


def _weekday(year: int, month: int, day: int) -> int:
    """As AWS counts: Sunday is 1."""
    return date(year, month, day).isoweekday() % 7 + 1


@cache
def parse(expression: str) -> Schedule:
    """Read a ``cron(…)`` or ``rate(…)`` expression.

    :raises ValueError: it is not of AWS's grammar; the message says why.
    """
    rate = _RATE.fullmatch(expression)
    if rate:
        count, unit = int(rate[1]), rate[2]
        if (count == 1) == unit.endswith("s"):
            raise ValueError(f"{expression!r}: the unit must agree with the number")
        return Rate(expression, count * _UNITS[unit.removesuffix("s")])
    if not (expression.startswith("cron(") and expression.endswith(")")):
        raise ValueError(f"{expression!r} is neither cron(…) nor rate(…)")
    return _parse_cron(expression)


def _parse_cron(expression: str) -> Cron:
    fields = expression.removeprefix("cron(").removesuffix(")").upper().split()
    if len(fields) != 6:
        raise ValueError(f"{expression!r} has {len(fields)} fields; AWS's cron has six")
    minutes, hours, day_of_month, month, day_of_week, year = fields
    minute_values = sorted(_MINUTES.values(minutes))
    hour_values = sorted(_HOURS.values(hours))
    # NOV-FEB wraps around: its last months have numbers beyond December's.
    months = sorted({(value - 1) % 12 + 1 for value in _MONTH.values(month)})
    years = _YEAR.values(year)
    if (day_of_month == "?") == (day_of_week == "?"):
        raise ValueError("exactly one of day of month and day of week must be '?'")
    if day_of_month != "?":
        _check_day_of_month(day_of_month)
    if day_of_week != "?":
        _check_day_of_week(day_of_week)
    gaps = [later - earlier for earlier, later in pairwise(minute_values)]
    return Cron(
        expression=expression,
        shortest_interval=timedelta(minutes=min(gaps)) if gaps else HOUR,
        minutes=tuple(hour * 60 + minute for hour in hour_values for minute in minute_values),
        day_of_month=day_of_month,
        months=tuple(months),
        day_of_week=day_of_week,
        years=years,
    )


def _check_day_of_month(text: str) -> None:
    if text in ("L", "LW"):
        return
    _DAY_OF_MONTH.values(text.removesuffix("W") if re.fullmatch(r"\d+W", text) else text)


def _check_day_of_week(text: str) -> None:
    if text == "L":
        return
    nth = re.fullmatch(r"(\w+)#([1-5])", text)
    last = re.fullmatch(r"(\w+)L", text)
    _DAY_OF_WEEK.values(nth[1] if nth else last[1] if last else text)


def starting_at(hour_and_minute: str, hours: int) -> str:
    """The expression for every so many ``hours``, which divide a day, from a time of day (hh:mm) on."""
    hour, minute = (int(part) for part in hour_and_minute.split(":"))
    return f"cron({minute} {hour % hours}/{hours} * * ? *)"


def check_timezone(name: str) -> None:
    """:raises ValueError: ``name`` is not a time zone of the IANA database."""
    try:
        ZoneInfo(name)
    except (KeyError, OSError, ValueError) as error:
        raise ValueError(f"{name!r} is not a time zone") from error
