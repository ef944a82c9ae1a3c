"""When schedule expressions run."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from emulator import schedule

HOUR = timedelta(hours=1)
UTC_ZONE = ZoneInfo("Etc/UTC")
WEEKDAYS = ("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT")


def runs(expression: str, first: str, last: str, zone: str = "Etc/UTC") -> list[str]:
    """The runs from one local time to another, as local times."""
    place = ZoneInfo(zone)
    moment = datetime.fromisoformat(first).replace(tzinfo=place).astimezone(UTC) - timedelta(seconds=1)
    end = datetime.fromisoformat(last).replace(tzinfo=place)
    found = []
    parsed = schedule.parse(expression)
    while (following := parsed.next_after(moment, place, moment)) and following <= end:
        assert following > moment
        found.append(following.astimezone(place).strftime("%m-%d %H:%M"))
        moment = following
    return found


@settings(max_examples=60, deadline=None, derandomize=True)
@given(
    hours=st.sampled_from(["*", "5", "0/4", "1,13", "9-11"]),
    minute=st.sampled_from([0, 30]),
    day=st.one_of(
        st.sampled_from([("*", "?"), ("1,15", "?"), ("31", "?"), ("?", "MON-FRI"), ("?", "FRI-MON")]),
        st.sampled_from(WEEKDAYS).map(lambda name: ("?", name)),
    ),
    month=st.sampled_from(["*", "2", "JAN,JUL", "NOV-FEB"]),
    start=st.integers(0, 5 * 366 * 24 * 60),
)
def test_the_next_run_is_the_first_half_hour_that_fits(
    hours: str, minute: int, day: tuple[str, str], month: str, start: int
) -> None:
    """Against all half-hours after the start, each held against the fields by themselves."""
    expression = f"cron({minute} {hours} {day[0]} {month} {day[1]} *)"
    moment = datetime(2024, 1, 1, tzinfo=UTC) + timedelta(minutes=start)
    each = moment.replace(minute=moment.minute // 30 * 30, second=0, microsecond=0)
    months = {"*": range(1, 13), "2": [2], "JAN,JUL": [1, 7], "NOV-FEB": [11, 12, 1, 2]}[month]
    of_hours = {"*": range(24), "5": [5], "0/4": range(0, 24, 4), "1,13": [1, 13], "9-11": [9, 10, 11]}[hours]

    def fits(local: datetime) -> bool:
        weekday = WEEKDAYS[local.isoweekday() % 7]
        weekdays = {"?": WEEKDAYS, "MON-FRI": WEEKDAYS[1:6], "FRI-MON": ("FRI", "SAT", "SUN", "MON")}
        days = {"*": range(1, 32), "?": range(1, 32), "1,15": [1, 15], "31": [31]}
        return (
            local.minute == minute
            and local.hour in of_hours
            and local.month in months
            and local.day in days[day[0]]
            and weekday in weekdays.get(day[1], (day[1],))
        )

    expected = None
    if (day[0], month) != ("31", "2"):  # which never comes
        while expected is None:
            each += timedelta(minutes=30)
            expected = each if fits(each) else None
    assert schedule.parse(expression).next_after(moment, UTC_ZONE, moment) == expected


@pytest.mark.parametrize(
    ("expression", "days"),
    [
        ("cron(0 5 L * ? *)", ["01-31 05:00", "02-28 05:00"]),
        ("cron(0 5 LW * ? *)", ["01-29 05:00", "02-26 05:00"]),
        ("cron(0 5 16W * ? *)", ["01-15 05:00", "02-16 05:00"]),
        ("cron(0 5 1W * ? *)", ["01-01 05:00", "02-01 05:00"]),
        ("cron(0 5 31W * ? *)", ["01-29 05:00"]),
        ("cron(0 5 ? * 6L *)", ["01-29 05:00", "02-26 05:00"]),
        ("cron(0 5 ? * FRI#5 *)", ["01-29 05:00"]),
        ("cron(0 5 ? * 2#1 *)", ["01-04 05:00", "02-01 05:00"]),
        (
            "cron(0 5 10/10 * ? *)",
            ["01-10 05:00", "01-20 05:00", "01-30 05:00", "02-10 05:00", "02-20 05:00"],
        ),
        ("cron(0 5 1 * ? 2027)", ["01-01 05:00", "02-01 05:00"]),
        ("cron(0 5 1 * ? 2026)", []),
        ("cron(0 5 30 2 ? *)", []),
    ],
)
def test_the_days_of_awss_grammar(expression: str, days: list[str]) -> None:
    """January and February 2027; the first of January is a Friday."""
    assert runs(expression, "2027-01-01 00:00", "2027-02-28 23:59") == days


def test_a_local_time_that_the_clock_skips_does_not_come_and_one_that_it_repeats_comes_once() -> None:
    berlin = "Europe/Berlin"
    skipped = runs("cron(30 2 * * ? *)", "2027-03-27 00:00", "2027-03-29 23:59", berlin)
    assert skipped == ["03-27 02:30", "03-29 02:30"]
    repeated = runs("cron(30 2 * * ? *)", "2027-10-30 00:00", "2027-11-01 23:59", berlin)
    assert repeated == ["10-30 02:30", "10-31 02:30", "11-01 02:30"]
    hourly = runs("cron(0 * * * ? *)", "2027-03-28 00:00", "2027-03-28 05:00", berlin)
    assert hourly == ["03-28 00:00", "03-28 01:00", "03-28 03:00", "03-28 04:00", "03-28 05:00"]


def test_a_rate_counts_from_when_it_was_set() -> None:
    since = datetime(2027, 1, 1, 9, 17, tzinfo=UTC)
    every = schedule.parse("rate(12 hours)")
    assert every.next_after(since, UTC_ZONE, since) == since + 12 * HOUR
    assert every.next_after(since + 12 * HOUR, UTC_ZONE, since) == since + 24 * HOUR
    assert every.next_after(since + 35 * HOUR, UTC_ZONE, since) == since + 36 * HOUR


def test_an_interval_and_a_start_time_as_an_expression() -> None:
    """DLM's intervals divide the day, so that the runs are at the same times each day."""
    assert runs(schedule.starting_at("09:30", 8), "2027-01-01 00:00", "2027-01-02 09:00") == [
        "01-01 01:30", "01-01 09:30", "01-01 17:30", "01-02 01:30"
    ]  # fmt: skip
