"""How long a recovery point of an age lives, in minutes and in days.

AWS Backup counts ages in days. Data Lifecycle Manager counts days, weeks, months and years; how long a month
is, its documentation does not say: here it is the calendar's, and a day that a month lacks is its last.
"""

from __future__ import annotations

from calendar import monthrange
from datetime import date, timedelta
from functools import lru_cache

from tierkeep.desired.limits import LONGEST_RETENTION_DAYS
from tierkeep.desired.model import Age, TimeUnit

DAY = 24 * 60
"""Minutes of a day."""

_DAYS = {
    TimeUnit.DAYS: (1, 1),
    TimeUnit.WEEKS: (7, 7),
    TimeUnit.MONTHS: (28, 31),
    TimeUnit.YEARS: (365, 366),
}


def longest_days(retain: Age | None) -> int:
    """The most days that an age can be; None, which is always, counts as AWS's longest."""
    return LONGEST_RETENTION_DAYS if retain is None else retain.interval * _DAYS[retain.unit][1]


def shortest_days(retain: Age | None) -> int:
    """The fewest days that an age can be; None, which is always, counts as AWS's longest."""
    return LONGEST_RETENTION_DAYS if retain is None else retain.interval * _DAYS[retain.unit][0]


def last_expiry(since: str, kept_days: int) -> date:
    """The day after which nothing is left that a schedule made until `since`, a day as YYYY-MM-DD."""
    return date.fromisoformat(since) + timedelta(days=kept_days)


def months_of(retain: Age | None) -> int:
    """How many calendar months an age is; 0 where it is counted in days or weeks, or kept always."""
    if retain is None:
        return 0
    return {TimeUnit.MONTHS: 1, TimeUnit.YEARS: 12}.get(retain.unit, 0) * retain.interval


def expiry(created: int, retain: Age | None) -> int:
    """When a recovery point that was created at a minute ends: both are `timeline.minute_of`."""
    months = months_of(retain)
    if not months:
        return created + longest_days(retain) * DAY
    day = created // DAY + 1
    return created + (months_later(day, months) - day) * DAY


@lru_cache(maxsize=65_536)
def months_later(day: int, months: int) -> int:
    """The day, by its proleptic ordinal, so many calendar months after another."""
    here = date.fromordinal(day)
    year, month = divmod(here.year * 12 + here.month - 1 + months, 12)
    return date(year, month + 1, min(here.day, monthrange(year, month + 1)[1])).toordinal()
