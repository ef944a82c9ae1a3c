from __future__ import annotations

from datetime import date, datetime

import pytest
from cronsim import CronSim, CronSimError
from hypothesis import given, settings
from hypothesis import strategies as st

from tierkeep.promises.cron import ScheduleError, in_words, interval, parse


def days(expression: str, first: str, last: str) -> list[str]:
    pattern = parse(expression)
    found = pattern.days(date.fromisoformat(first), date.fromisoformat(last))
    return [date.fromordinal(day).isoformat() for day in found]


@pytest.mark.parametrize(
    ("expression", "first", "last", "expected"),
    [
        ("cron(0 2 * * ? *)", "2026-02-27", "2026-03-01", ["2026-02-27", "2026-02-28", "2026-03-01"]),
        ("cron(0 2 ? * 1 *)", "2026-11-01", "2026-11-14", ["2026-11-01", "2026-11-08"]),  # 1 is Sunday
        ("cron(0 2 ? * SAT *)", "2026-11-01", "2026-11-14", ["2026-11-07", "2026-11-14"]),
        ("cron(0 2 ? * MON-WED *)", "2026-11-01", "2026-11-07", ["2026-11-02", "2026-11-03", "2026-11-04"]),
        ("cron(0 2 ? * L *)", "2026-11-01", "2026-11-14", ["2026-11-07", "2026-11-14"]),
        ("cron(0 2 ? * 6L *)", "2026-01-01", "2026-02-28", ["2026-01-30", "2026-02-27"]),
        ("cron(0 2 ? * MON#5 *)", "2026-01-01", "2026-06-30", ["2026-03-30", "2026-06-29"]),
        ("cron(0 2 31 * ? *)", "2026-01-01", "2026-04-30", ["2026-01-31", "2026-03-31"]),
        ("cron(0 2 L * ? *)", "2028-01-15", "2028-03-15", ["2028-01-31", "2028-02-29"]),
        ("cron(0 2 LW * ? *)", "2026-01-01", "2026-02-28", ["2026-01-30", "2026-02-27"]),
        ("cron(0 2 1W * ? *)", "2026-08-01", "2026-08-31", ["2026-08-03"]),  # the 1st is a Saturday
        ("cron(0 2 15W * ? *)", "2026-08-01", "2026-08-31", ["2026-08-14"]),  # a Saturday
        ("cron(0 2 31W * ? *)", "2026-05-01", "2026-06-30", ["2026-05-29"]),  # a Sunday; June has none
        ("cron(0 2 29 2 ? *)", "2024-01-01", "2029-01-01", ["2024-02-29", "2028-02-29"]),
        ("cron(0 2 1 JAN,jul ? 2026)", "2025-01-01", "2027-03-01", ["2026-01-01", "2026-07-01"]),
        ("cron(0 2 9/10 3 ? *)", "2026-01-01", "2026-12-31", ["2026-03-09", "2026-03-19", "2026-03-29"]),
    ],
)  # fmt: skip
def test_days(expression: str, first: str, last: str, expected: list[str]) -> None:
    """Every wildcard of AWS's day fields means what EventBridge's user guide says."""
    assert days(expression, first, last) == expected


@pytest.mark.parametrize(
    ("fields", "minutes"),
    [("30 2/8", [150, 630, 1110]), ("0,30 5", [300, 330]), ("15 22-23", [1335, 1395]), ("5 */12", [5, 725])],
)
def test_minutes_of_the_day(fields: str, minutes: list[int]) -> None:
    """Lists, ranges and steps of the minute and hour fields."""
    assert list(parse(f"cron({fields} * * ? *)").minutes) == minutes


@pytest.mark.parametrize(
    ("expression", "why"),
    [
        ("0 2 * * ? *", "six fields"),
        ("cron(0 2 * * ?)", "six fields"),
        ("cron(0 2 * * * *)", "exactly one"),
        ("cron(0 2 ? * ? *)", "exactly one"),
        ("cron(60 2 * * ? *)", "minutes: '60' is not within 0-59"),
        ("cron(0 5-2 * * ? *)", "hours: '5-2' runs backwards"),
        ("cron(0 2/0 * * ? *)", "hours: '2/0' has no step"),
        ("cron(0 2 32 * ? *)", "day of month"),
        ("cron(0 2 L-3 * ? *)", "day of month"),
        ("cron(0 2 ? * 0 *)", "day of week"),
        ("cron(0 2 ? * MON#6 *)", "day of week"),
        ("cron(0 2 * 13 ? *)", "month"),
        ("cron(0 2 * * ? 1900)", "year"),
        ("cron(٣ 2 * * ? *)", "minutes"),
    ],
)
def test_what_is_no_expression_of_aws(expression: str, why: str) -> None:
    """Each is refused, and the message says which field is wrong."""
    with pytest.raises(ScheduleError, match=why.replace("(", r"\(")):
        parse(expression)


day_fields = st.one_of(
    st.tuples(st.sampled_from(["*", "1", "15", "29", "31", "L", "LW", "*/7", "5-9", "1,20"]), st.just("?")),
    st.tuples(st.just("?"), st.sampled_from(["1", "7", "2-6", "MON", "SUN,WED", "3#2", "6L", "5#5"])),
)


@settings(max_examples=60, deadline=None, derandomize=True)
@given(day=day_fields, month=st.sampled_from(["*", "2", "JAN,JUN", "3-5", "*/4"]))
def test_days_agree_with_cronsim(day: tuple[str, str], month: str) -> None:
    """Where the dialects meet, a maintained library finds the same days (its weekdays count from 0)."""
    day_of_month, day_of_week = day
    theirs = "".join(
        str(int(each) - 1) if each.isdigit() and (at == 0 or day_of_week[at - 1] != "#") else each
        for at, each in enumerate(day_of_week)
    ).replace("?", "*")
    expression = f"0 0 {day_of_month.replace('?', '*')} {month} {theirs}"
    end = datetime(2032, 1, 1)  # noqa: DTZ001 - local
    expected = []
    try:
        for each in CronSim(expression, datetime(2025, 12, 31, 23, 59)):  # noqa: DTZ001
            if each >= end:
                break
            expected.append(each.date().isoformat())
    except CronSimError:  # it refuses a day that none of the months has
        assert (day_of_month, month) == ("31", "2")
    assert days(f"cron(0 0 {day_of_month} {month} {day_of_week} *)", "2026-01-01", "2031-12-31") == expected


@given(hours=st.sampled_from([1, 2, 3, 4, 6, 8, 12, 24]), hour=st.integers(0, 23), minute=st.integers(0, 59))
def test_an_interval_starts_at_its_start_time_and_every_so_many_hours(
    hours: int, hour: int, minute: int
) -> None:
    """Data Lifecycle Manager's intervals divide the day, so one of its starts is always the start time."""
    found = parse(interval(hours, f"{hour:02}:{minute:02}")).minutes
    assert set(found) == {(hour * 60 + minute + step * hours * 60) % 1440 for step in range(24 // hours)}


@pytest.mark.parametrize(
    ("expression", "words"),
    [
        ("cron(0 2/4 * * ? *)", "every 4h, from 02:00"),
        ("cron(30 2 * * ? *)", "daily at 02:30"),
        ("cron(0 6 ? * SUN *)", "every Sun at 06:00"),
        ("cron(0 5 1 * ? *)", "monthly on day 1 at 05:00"),
        ("cron(0 5 9 1 ? *)", "every 9 Jan at 05:00"),
        ("cron(0 5 LW * ? *)", "cron(0 5 LW * ? *)"),
        ("cron(0 2/5 * * ? *)", "cron(0 2/5 * * ? *)"),
        ("cron(0 5 * * ? 2027)", "cron(0 5 * * ? 2027)"),
    ],
)
def test_in_words(expression: str, words: str) -> None:
    """Plain schedules read as words; whatever is not plain stands as it is, never as something near it."""
    assert in_words(expression) == words
