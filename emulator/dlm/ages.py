"""The ages that DLM counts by."""

from calendar import monthrange
from datetime import datetime, timedelta
from typing import Any


def later(moment: datetime, rule: dict[str, Any]) -> datetime:
    """``moment`` moved on by a rule's Interval and IntervalUnit.

    Months and years are the calendar's, and a day that a month lacks is its last: DLM's documentation does
    not say how long a month is.
    """
    return _later(moment, rule["Interval"], rule["IntervalUnit"])


def until_unshared(moment: datetime, rule: dict[str, Any]) -> datetime | None:
    """When what a share rule shares at ``moment`` is no longer shared; None if it stays so."""
    if rule.get("UnshareInterval") is None:
        return None
    return _later(moment, rule["UnshareInterval"], rule["UnshareIntervalUnit"])


def _later(moment: datetime, interval: int, unit: str) -> datetime:
    if unit in ("DAYS", "WEEKS"):
        return moment + timedelta(days=interval * (7 if unit == "WEEKS" else 1))
    months = interval * (12 if unit == "YEARS" else 1)
    year, month = divmod(moment.year * 12 + moment.month - 1 + months, 12)
    return moment.replace(year=year, month=month + 1, day=min(moment.day, monthrange(year, month + 1)[1]))
