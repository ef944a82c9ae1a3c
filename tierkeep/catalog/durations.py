"""Lengths of time as the catalog writes them: `5m`, `4h`, `7d`, `4w`, `12mo`, `2y`."""

from __future__ import annotations

import re
from calendar import isleap
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from itertools import accumulate, chain
from typing import Annotated, Any

from pydantic import GetPydanticSchema
from pydantic_core import PydanticCustomError, core_schema


class Unit(StrEnum):
    """The units of a duration."""

    MINUTES = "m"
    HOURS = "h"
    DAYS = "d"
    WEEKS = "w"
    MONTHS = "mo"
    YEARS = "y"


_PATTERN = re.compile(r"([1-9][0-9]{0,5})(m|h|d|w|mo|y)")
_MINUTES = {Unit.MINUTES: 1, Unit.HOURS: 60, Unit.DAYS: 24 * 60, Unit.WEEKS: 7 * 24 * 60}
_MONTHS = {Unit.MONTHS: 1, Unit.YEARS: 12}


@dataclass(frozen=True, slots=True)
class Duration:
    """A length of time, in the unit that the catalog uses: a month is a month, not 30 days."""

    count: int
    unit: Unit

    @classmethod
    def parse(cls, text: str) -> Duration:
        """Reads `4h`. Raises `ValueError` if the text is no duration."""
        match = _PATTERN.fullmatch(text)
        if not match:
            raise ValueError(text)
        return cls(int(match[1]), Unit(match[2]))

    def __str__(self) -> str:
        return f"{self.count}{self.unit}"

    @property
    def months(self) -> int | None:
        """How many months, for months and years; else None."""
        return self.count * _MONTHS[self.unit] if self.unit in _MONTHS else None

    @property
    def minutes(self) -> int:
        """Minutes; months and years count with the longest that they can be."""
        if self.unit in _MONTHS:
            return self.days * 24 * 60
        return self.count * _MINUTES[self.unit]

    @property
    def shortest_minutes(self) -> int:
        """Minutes; months and years count with the shortest that they can be."""
        if self.months is None:
            return self.minutes
        return _shortest_months(self.months) * 24 * 60

    @property
    def days(self) -> int:
        """Whole days, never fewer than the duration: hours round up, months are the longest that they can be.

        So what is kept by days is never deleted before the promise ends.
        """
        if self.months is not None:
            return _longest_months(self.months)
        return -(-self.minutes // (24 * 60))


@cache
def _longest_months(months: int) -> int:
    """The most days that so many months in a row can have; the Gregorian calendar repeats after 400 years."""
    if months > 4800:
        return _longest_months(months % 4800) + months // 4800 * 146_097
    starts = _month_starts()
    return max(after - before for before, after in zip(starts, starts[months:], strict=False))


@cache
def _shortest_months(months: int) -> int:
    """The fewest days that so many months in a row can have."""
    if months > 4800:
        return _shortest_months(months % 4800) + months // 4800 * 146_097
    starts = _month_starts()
    return min(after - before for before, after in zip(starts, starts[months:], strict=False))


@cache
def _month_starts() -> tuple[int, ...]:
    """The days before each month of 800 years, from the beginning of 2000."""
    lengths = ((31, 28 + isleap(year), 31, 30, 31, 30, 31, 31, 30, 31, 30, 31) for year in range(2000, 2800))
    return tuple(accumulate(chain.from_iterable(lengths), initial=0))


def _read(value: Any) -> Duration:
    if isinstance(value, Duration):
        return value
    try:
        return Duration.parse(value)
    except (TypeError, ValueError):
        raise PydanticCustomError(
            "duration", "a length of time such as 5m, 4h, 7d, 4w, 12mo or 2y is needed"
        ) from None


def _read_whole_days(value: Any) -> Duration:
    found = _read(value)
    if found.unit is Unit.MINUTES or (found.unit is Unit.HOURS and found.count % 24):
        raise PydanticCustomError("keep", "AWS keeps backups for whole days: write 24h or 1d, 48h or 2d, …")
    return found


def _field(read: Callable[[Any], Duration], units: str) -> GetPydanticSchema:
    return GetPydanticSchema(
        lambda _source, _handler: core_schema.no_info_plain_validator_function(
            read,
            json_schema_input_schema=core_schema.str_schema(pattern=f"^[1-9][0-9]{{0,5}}({units})$"),
            serialization=core_schema.to_string_ser_schema(),
        )
    )


DurationField = Annotated[Duration, _field(_read, "m|h|d|w|mo|y")]
"""A duration as a field of a model."""

WholeDaysField = Annotated[Duration, _field(_read_whole_days, "h|d|w|mo|y")]
"""A duration that AWS counts in days: rounded up, it would be another than the one that is written."""
