"""AWS's schedule expressions: ``cron(…)`` with six fields, and ``rate(…)``.

The grammar is that of "Schedule expressions" in the Amazon EventBridge User Guide: minutes, hours, day of
month, month, day of week, year; names for months and days; ``L``, ``W`` and ``#`` in the day fields; exactly
one of the two day fields is ``?``.
"""

import re
from dataclasses import dataclass
from datetime import timedelta
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


@dataclass(frozen=True)
class Schedule:
    """A valid schedule expression.

    ``shortest_interval`` is the shortest time that can lie between two runs, as far as it is below an hour;
    any longer one counts as an hour or more.
    """

    expression: str
    shortest_interval: timedelta

    @property
    def more_often_than_hourly(self) -> bool:
        return self.shortest_interval < HOUR


def parse(expression: str) -> Schedule:
    """Read a ``cron(…)`` or ``rate(…)`` expression.

    :raises ValueError: it is not of AWS's grammar; the message says why.
    """
    rate = _RATE.fullmatch(expression)
    if rate:
        count, unit = int(rate[1]), rate[2]
        if (count == 1) == unit.endswith("s"):
            raise ValueError(f"{expression!r}: the unit must agree with the number")
        return Schedule(expression, count * _UNITS[unit.removesuffix("s")])
    if not (expression.startswith("cron(") and expression.endswith(")")):
        raise ValueError(f"{expression!r} is neither cron(…) nor rate(…)")
    return Schedule(expression, _cron_interval(expression))


def _cron_interval(expression: str) -> timedelta:
    fields = expression.removeprefix("cron(").removesuffix(")").split()
    if len(fields) != 6:
        raise ValueError(f"{expression!r} has {len(fields)} fields; AWS's cron has six")
    minutes, hours, day_of_month, month, day_of_week, year = fields
    minute_values = sorted(_MINUTES.values(minutes))
    _HOURS.values(hours)
    _MONTH.values(month)
    _YEAR.values(year)
    if (day_of_month == "?") == (day_of_week == "?"):
        raise ValueError("exactly one of day of month and day of week must be '?'")
    if day_of_month != "?":
        _check_day_of_month(day_of_month)
    if day_of_week != "?":
        _check_day_of_week(day_of_week)
    gaps = [later - earlier for earlier, later in pairwise(minute_values)]
    return timedelta(minutes=min(gaps)) if gaps else HOUR


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


def check_timezone(name: str) -> None:
    """:raises ValueError: ``name`` is not a time zone of the IANA database."""
    try:
        ZoneInfo(name)
    except (KeyError, OSError, ValueError) as error:
        raise ValueError(f"{name!r} is not a time zone") from error
