"""An independent reading of AWS's cron and of retention: hour by hour, date by date, nothing shared.

Slow and plain on purpose. Expressions here start at minute 0, so that hours are all there is to try.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

HOUR = timedelta(hours=1)
DAYS = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"]

Rule = tuple[str, int, int]
"""(cron expression, start window in hours, retention in days)"""


def matches(expression: str, local: datetime) -> bool:
    """Whether a rule of the forms that the tests make starts at a local hour."""
    minute, hours, day, month, weekday, _ = expression[5:-1].split()
    assert minute == "0"
    if "/" in hours:
        first, step = hours.split("/")
        hour_ok = local.hour >= int(first) and (local.hour - int(first)) % int(step) == 0
    else:
        hour_ok = hours == "*" or local.hour == int(hours)
    length = monthrange(local.year, local.month)[1]
    day_ok = day in {"*", "?"} or local.day == (length if day == "L" else int(day))
    name, _, nth = weekday.partition("#")
    weekday_ok = weekday in {"*", "?"} or DAYS[local.isoweekday() % 7] == name
    if nth:
        weekday_ok = weekday_ok and (local.day - 1) // 7 + 1 == int(nth)
    return hour_ok and day_ok and weekday_ok and (month == "*" or local.month == int(month))


def hours(first: date, last: date, zone: str) -> Iterator[tuple[datetime, datetime]]:
    """Each hour that exists as (UTC, local), repeated ones once, from local day `first` to `last`."""
    seen = set()
    moment = datetime(first.year, first.month, first.day, tzinfo=UTC) - 24 * HOUR
    while True:
        local = moment.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
        if local.date() > last:
            return
        if local.date() >= first and local.minute == 0 and local not in seen:
            seen.add(local)
            yield moment, local
        moment += timedelta(minutes=30)


def starts(
    rules: list[Rule], first: date, last: date, zone: str, *, one_plan: bool
) -> list[tuple[datetime, int]]:
    """The starts between two local days, after overlapping rules of one plan have given way."""
    around = timedelta(days=4)
    scheduled = [
        (moment, local.date(), number)
        for moment, local in hours(first - around, last + around, zone)
        for number, (expression, _, _) in enumerate(rules)
        if matches(expression, local)
    ]
    return [
        (moment, number)
        for moment, day, number in scheduled
        if first <= day <= last
        and not (one_plan and any(beats(rules, other, (moment, number)) for other in near(scheduled, moment)))
    ]


def near(scheduled: list[tuple[datetime, date, int]], moment: datetime) -> list[tuple[datetime, int]]:
    return [(other, number) for other, _, number in scheduled if abs(other - moment) < timedelta(days=2)]


def beats(rules: list[Rule], other: tuple[datetime, int], one: tuple[datetime, int]) -> bool:
    """Whether one start keeps another from running: longer retention, then earlier, then first by name."""
    (their_start, theirs), (start, own) = other, one
    if theirs == own:
        return False
    overlap = max(start, their_start) < min(
        start + rules[own][1] * HOUR, their_start + rules[theirs][1] * HOUR
    )
    return overlap and (-rules[theirs][2], their_start, theirs) < (-rules[own][2], start, own)
