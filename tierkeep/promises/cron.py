"""AWS's cron expressions: which days of a month, which minutes of a day.

The dialect of AWS Backup and of Data Lifecycle Manager is EventBridge's (user guide, "Cron expressions
reference", read 2026-11): minutes, hours, day of month, month, day of week, year; weekdays 1-7 from SUN; one
of the day fields is `?`; `L` and `W` in the day of month, `L` and `#` in the day of week.

Not built on cronsim: 2.8 has neither the year nor `3W` nor `?`, numbers weekdays otherwise, moves a start
that a change of the clock skips instead of dropping it, and steps from start to start, where the arithmetic
over decades needs whole days. Tests hold the two together where their dialects meet.
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache, lru_cache

_MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
_WEEKDAYS = ("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT")


class ScheduleError(ValueError):
    """A schedule that cannot be read: no cron expression of AWS's, or a time zone that does not exist."""


@dataclass(frozen=True, kw_only=True, slots=True)
class _Field:
    """The bounds of one field; `names` stand for `low`, `low` + 1 and so on."""

    name: str
    low: int
    high: int
    names: tuple[str, ...] = ()

    def values(self, text: str) -> frozenset[int]:
        return frozenset(value for item in text.split(",") for value in self.item(item))

    def item(self, item: str) -> range:
        span, slash, step = item.partition("/")
        if slash and not re.fullmatch("[1-9][0-9]{0,3}", step):
            raise ScheduleError(f"{self.name}: {item!r} has no step")
        if span == "*":
            first, last = self.low, self.high
        else:
            low, dash, high = span.partition("-")
            first = self.number(low)
            last = self.number(high) if dash else self.high if slash else first
        if first > last:
            raise ScheduleError(f"{self.name}: {item!r} runs backwards")
        return range(first, last + 1, int(step or 1))

    def number(self, text: str) -> int:
        if text in self.names:
            return self.low + self.names.index(text)
        if not re.fullmatch("[0-9]{1,4}", text) or not self.low <= int(text) <= self.high:
            raise ScheduleError(f"{self.name}: {text!r} is not within {self.low}-{self.high}")
        return int(text)


_MINUTE = _Field(name="minutes", low=0, high=59)
_HOUR = _Field(name="hours", low=0, high=23)
_DAY = _Field(name="day of month", low=1, high=31)
_MONTH = _Field(name="month", low=1, high=12, names=_MONTHS)
_WEEKDAY = _Field(name="day of week", low=1, high=7, names=_WEEKDAYS)
_YEAR = _Field(name="year", low=1970, high=2199)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Month:
    """A month as the items of the day fields need it: there are 28 of them."""

    length: int
    first_weekday: int
    """AWS's number, 1 to 7 from Sunday, of the weekday of the 1st."""

    @classmethod
    @cache
    def of(cls, year: int, month: int) -> _Month:
        monday_based, length = monthrange(year, month)
        return cls(length=length, first_weekday=(monday_based + 1) % 7 + 1)

    def days_of(self, weekday: int) -> range:
        """The days of the month that fall on a weekday."""
        return range(1 + (weekday - self.first_weekday) % 7, self.length + 1, 7)

    def nearest_weekday(self, day: int) -> int | None:
        """The day from Monday to Friday next to `day` in this month; None where the month has no such day."""
        if day > self.length:
            return None
        weekday = (self.first_weekday + day - 2) % 7 + 1
        if weekday == 7:
            return day - 1 if day > 1 else day + 2
        if weekday == 1:
            return day + 1 if day < self.length else day - 2
        return day


@dataclass(frozen=True, kw_only=True, slots=True)
class Pattern:
    """When a schedule starts, in local time: the minutes of the day, on the days that the fields name."""

    minutes: tuple[int, ...]
    """Minutes after midnight, ascending."""
    day_of_month: str
    month: str
    day_of_week: str
    year: str

    @property
    def every_day(self) -> bool:
        """Whether it starts on every day there is."""
        return {self.day_of_month, self.day_of_week} == {"*", "?"} and self.month == self.year == "*"

    @property
    def weekly(self) -> bool:
        """Whether it starts on the same days of every week."""
        anywhere = self.day_of_month in {"*", "?"} and self.month == self.year == "*"
        return anywhere and not {"L", "#"} & set(self.day_of_week)

    def days(self, first: date, last: date) -> Sequence[int]:
        """The proleptic ordinals of the days from `first` to `last`, both included, on which it starts."""
        within = range(first.toordinal(), last.toordinal() + 1)
        return within if self.every_day else tuple(each for each in self._days(first, last) if each in within)

    def _days(self, first: date, last: date) -> Iterator[int]:
        months, years = sorted(_MONTH.values(self.month)), _YEAR.values(self.year)
        for year in range(first.year, last.year + 1):
            # A schedule of every year also ran before 1970, where AWS's field of years begins.
            if self.year == "*" or year in years:
                for month in months:
                    before = date(year, month, 1).toordinal() - 1
                    found = _days_in(self.day_of_month, self.day_of_week, _Month.of(year, month))
                    yield from (before + day for day in found)


@lru_cache(maxsize=4096)
def _days_in(day_of_month: str, day_of_week: str, month: _Month) -> tuple[int, ...]:
    """The days of a month that the two fields name, ascending."""
    if day_of_week == "?":
        found = {day for item in day_of_month.split(",") for day in _days_of_month(item, month)}
    else:
        found = {day for item in day_of_week.split(",") for day in _days_of_week(item, month)}
    return tuple(sorted(found))


def _days_of_month(item: str, month: _Month) -> list[int]:
    if item == "L":
        return [month.length]
    if item == "LW":
        day = month.nearest_weekday(month.length)
        return [day] if day else []
    if item.endswith("W"):
        day = month.nearest_weekday(_DAY.number(item[:-1]))
        return [day] if day else []
    return [day for day in _DAY.item(item) if day <= month.length]


def _days_of_week(item: str, month: _Month) -> list[int]:
    if item == "L":
        return list(month.days_of(7))
    if item.endswith("L"):
        return [month.days_of(_WEEKDAY.number(item[:-1]))[-1]]
    weekday, hash_, nth = item.partition("#")
    if hash_:
        if nth not in {"1", "2", "3", "4", "5"}:
            raise ScheduleError(f"day of week: {item!r} does not say which of the month, 1 to 5")
        return list(month.days_of(_WEEKDAY.number(weekday))[int(nth) - 1 : int(nth)])
    return [day for value in _WEEKDAY.item(item) for day in month.days_of(value)]


@cache
def parse(expression: str) -> Pattern:
    """Reads `cron(0 2 * * ? *)`. Raises `ScheduleError` if it is none of AWS's, saying why."""
    match = re.fullmatch(r"cron\((.*)\)", expression)
    fields = match[1].upper().split() if match else []
    if len(fields) != 6:
        raise ScheduleError(f"{expression!r} is not cron(…) with six fields")
    minute, hour, day_of_month, month, day_of_week, year = fields
    if (day_of_month == "?") == (day_of_week == "?"):
        raise ScheduleError(f"{expression!r}: exactly one of day of month and day of week must be `?`")
    pattern = Pattern(
        minutes=tuple(sorted(h * 60 + m for h in _HOUR.values(hour) for m in _MINUTE.values(minute))),
        day_of_month=day_of_month,
        month=month,
        day_of_week=day_of_week,
        year=year,
    )
    # Reads the fields that depend on the month, so that what is wrong is found here and nowhere later.
    _MONTH.values(month)
    _YEAR.values(year)
    _days_in(day_of_month, day_of_week, _Month.of(2024, 2))
    return pattern


def interval(hours: int, start_time: str) -> str:
    """Data Lifecycle Manager's interval and start time (hh:mm) as a cron expression.

    Its intervals divide the day, so that the starts are the same every day (botocore 1.44.5, dlm CreateRule).
    """
    hour, minute = (int(part) for part in start_time.split(":"))
    return f"cron({minute} {hour % hours}/{hours} * * ? *)"


def in_words(expression: str) -> str:
    """An expression in words where it is a plain one, such as `daily at 02:00`; else as it stands."""
    pattern = parse(expression)
    minutes = pattern.minutes
    at = f"at {minutes[0] // 60:02}:{minutes[0] % 60:02}"
    step = minutes[1] - minutes[0] if len(minutes) > 1 else 24 * 60
    even = list(minutes) == list(range(minutes[0], 24 * 60, step)) and step % 60 == 24 * 60 % step == 0
    if pattern.every_day and even:
        return f"daily {at}" if len(minutes) == 1 else f"every {step // 60}h, from {at[3:]}"
    if len(minutes) > 1 or pattern.year != "*":
        return expression
    if pattern.day_of_week in _WEEKDAYS and pattern.month == "*":
        return f"every {pattern.day_of_week.capitalize()} {at}"
    day, month = pattern.day_of_month, pattern.month
    if not day.isdecimal() or not (month == "*" or month.isdecimal()):
        return expression
    if month == "*":
        return f"monthly on day {day} {at}"
    return f"every {day} {_MONTHS[int(month) - 1].capitalize()} {at}"
