from __future__ import annotations

from datetime import UTC, date, datetime
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.promises import naive
from tierkeep.promises.cron import ScheduleError
from tierkeep.promises.timeline import Run, clock_skips, moment_of, survey, timeline

EXPRESSIONS = [
    "cron(0 * * * ? *)", "cron(0 1/3 * * ? *)", "cron(0 0/4 * * ? *)", "cron(0 2 * * ? *)",
    "cron(0 23 * * ? *)", "cron(0 3 ? * SUN *)", "cron(0 2 ? * MON#1 *)", "cron(0 5 1 * ? *)",
    "cron(0 1 L * ? *)", "cron(0 0 1 1 ? *)",
]  # fmt: skip
expressions = st.sampled_from(EXPRESSIONS)
zones = st.sampled_from(
    ["Etc/UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe"]
)
rules = st.lists(
    st.tuples(expressions, st.sampled_from([1, 3, 8, 26]), st.sampled_from([1, 7, 28])),
    min_size=1,
    max_size=3,
)


def runs(made: list[naive.Rule], plan: str = "plan") -> tuple[Run, ...]:
    return tuple(
        Run(name=str(number), cron=cron, start_window_minutes=window * 60, keep_days=keep, plan=plan)
        for number, (cron, window, keep) in enumerate(made)
    )


@settings(max_examples=30, deadline=None, derandomize=True)
@given(made=rules, zone=zones, one_plan=st.booleans(), first=st.dates(date(2024, 1, 1), date(2031, 1, 1)))
def test_starts_are_those_of_a_naive_simulation(
    made: list[naive.Rule], zone: str, one_plan: bool, first: date
) -> None:
    """Hour by hour, with changes of the clock and with rules that give way, the same starts."""
    last = date.fromordinal(first.toordinal() + 20)
    found = timeline(runs(made, "plan" if one_plan else ""), zone).starts(first, last)
    expected = naive.starts(made, first, last, zone, one_plan=one_plan)
    assert [(moment_of(minute), run) for minute, run in found] == expected


@settings(max_examples=3, deadline=None, derandomize=True)
@given(made=rules, zone=st.sampled_from(["Etc/UTC", "Europe/Berlin"]))
def test_the_longest_gap_is_that_of_28_years_hour_by_hour(made: list[naive.Rule], zone: str) -> None:
    """No gap between two starts in 2024 to 2052 is longer than the one found, and it is one of them."""
    independent = runs(made, plan="")
    found = survey(independent, zone, frozenset(range(len(made)))).gap
    expected = [
        moment
        for moment, local in naive.hours(date(2024, 1, 1), date(2053, 2, 1), zone)
        if any(naive.matches(expression, local) for expression, _, _ in made)
    ]
    longest = max((later - earlier, -earlier.timestamp()) for earlier, later in pairwise(expected))
    assert found
    assert (found.minutes * 60, found.start.timestamp()) == (longest[0].total_seconds(), -longest[1])


def gap_of(cron: str, zone: str = "Etc/UTC") -> tuple[int, str, str] | None:
    found = survey(runs([(cron, 1, 7)]), zone, frozenset({0})).gap
    return (found.minutes, str(found.start), str(found.end)) if found else None


@pytest.mark.parametrize(
    ("cron", "zone", "expected"),
    [
        # 2024-03-31 02:30 does not exist in Berlin, so nothing starts for two days, less the hour.
        (
            "cron(30 2 * * ? *)",
            "Europe/Berlin",
            (2 * 1440 - 60, "2024-03-30 02:30:00+01:00", "2024-04-01 02:30:00+02:00"),
        ),
        # 02:30 comes twice on 2024-10-27, and counts once: the day has 25 hours.
        (
            "cron(30 4 * * ? *)",
            "Europe/Berlin",
            (1500, "2024-10-26 04:30:00+02:00", "2024-10-27 04:30:00+01:00"),
        ),
        (
            "cron(30 2 * * ? *)",
            "Asia/Kolkata",
            (1440, "2024-01-01 02:30:00+05:30", "2024-01-02 02:30:00+05:30"),
        ),
        (
            "cron(0 0 31 * ? *)",
            "Etc/UTC",
            (61 * 1440, "2024-03-31 00:00:00+00:00", "2024-05-31 00:00:00+00:00"),
        ),
        (
            "cron(0 0 29 2 ? *)",
            "Etc/UTC",
            (1461 * 1440, "2024-02-29 00:00:00+00:00", "2028-02-29 00:00:00+00:00"),
        ),
        # A fifth Monday of February comes once in 28 years: the gap ends beyond the years that are looked at.
        (
            "cron(0 0 ? 2 MON#5 *)",
            "Etc/UTC",
            (10227 * 1440, "2044-02-29 00:00:00+00:00", "2072-02-29 00:00:00+00:00"),
        ),
        ("cron(0 0 * * ? 2026)", "Etc/UTC", None),
        ("cron(0 0 30 2 ? *)", "Etc/UTC", None),
    ],
)
def test_gaps_over_clock_changes_month_ends_and_leap_years(
    cron: str, zone: str, expected: tuple[int, str, str] | None
) -> None:
    """The longest gap and where it is first; none where the schedule ends or never starts."""
    assert gap_of(cron, zone) == expected


def test_a_rule_whose_window_overlaps_one_kept_longer_never_runs() -> None:
    """Both at the same hours: the plan makes only the backups that are kept longer."""
    made = runs([("cron(0 0/4 * * ? *)", 3, 7), ("cron(0 2/4 * * ? *)", 3, 28)])
    found = survey(made, "Etc/UTC", frozenset({0, 1}))
    assert found.starts == (0, 6 * 10227)
    assert found.gap
    assert found.gap.minutes == 240


def test_rules_of_different_plans_do_not_give_way() -> None:
    """The guide says it of the rules of one plan."""
    first, second = runs([("cron(0 2 * * ? *)", 3, 7), ("cron(0 2 * * ? *)", 3, 28)])
    other = Run(name="other", cron=second.cron, start_window_minutes=180, keep_days=28, plan="other")
    assert survey((first, other), "Etc/UTC", frozenset({0, 1})).starts == (10227, 10227)


@pytest.mark.parametrize(
    ("made", "why"),
    [
        ([("cron(0 2 * * ? *)", 876_000, 7), ("cron(0 4 1 * ? *)", 876_000, 28)], "more than 7 days"),
        ([(f"cron(0 {hour % 24} * * ? *)", 1, 7) for hour in range(21)], "more than 20 rules"),
    ],
)
def test_what_is_not_held_against_each_other(made: list[naive.Rule], why: str) -> None:
    """AWS allows start windows of up to a century: the work stays bounded, and the answer is no guess."""
    with pytest.raises(ScheduleError, match=why):
        survey(runs(made), "Europe/Berlin", frozenset({0, 1}))


def test_a_single_rule_may_have_any_start_window() -> None:
    """It overlaps with no other."""
    assert survey(runs([("cron(0 2 * * ? *)", 876_000, 7)]), "Etc/UTC", frozenset({0})).starts == (10227,)


@pytest.mark.parametrize("zone", ["Etc/UTC", "Europe/Berlin"])
def test_who_gives_way_to_whom(zone: str) -> None:
    """Each pair is counted by itself, whatever becomes of the third."""
    made = [("cron(0 2 * * ? *)", 3, 7), ("cron(0 3 * * ? *)", 3, 28), ("cron(0 4 ? * SUN *)", 3, 99)]
    found = survey(runs(made), zone, frozenset({0, 1, 2}))
    sundays = 10227 // 7
    # In spring there is no 02:00, in autumn it is three hours before 04:00: two Sundays a year.
    days, both = (10227, sundays) if zone == "Etc/UTC" else (10227 - 28, sundays - 2 * 28)
    assert found.gives_way == ((0, days, both), (0, 0, sundays), (0, 0, 0))


def test_starts_that_a_change_of_the_clock_skips() -> None:
    """Once a year at 02:30 in Berlin, never at 03:00, and never in UTC."""
    assert clock_skips("cron(30 2 * * ? *)", "Europe/Berlin") == (28, 10227)
    assert clock_skips("cron(30 1/1 * * ? *)", "Europe/Berlin") == (28, 23 * 10227)
    assert clock_skips("cron(0 3 * * ? *)", "Europe/Berlin") == (0, 10227)
    assert clock_skips("cron(30 2 * * ? *)", "Etc/UTC") == (0, 10227)


def test_a_time_zone_that_does_not_exist() -> None:
    """It is named."""
    with pytest.raises(ScheduleError, match="Mars/Olympus"):
        gap_of("cron(0 2 * * ? *)", "Mars/Olympus")


def test_local_days_keep_their_order_when_midnight_is_repeated() -> None:
    """Havana's clock goes back at 01:00 to 00:00: 00:30 counts once, and starts stay in order."""
    found = timeline(runs([("cron(30 0/1 * * ? *)", 1, 7)]), "America/Havana").starts(
        date(2026, 10, 31), date(2026, 11, 2)
    )
    moments = [moment_of(minute) for minute, _ in found]
    assert moments == sorted(moments)
    assert len(moments) == 72
    first_of_two = datetime(2026, 11, 1, 0, 30, tzinfo=ZoneInfo("America/Havana"))
    assert first_of_two.astimezone(UTC) in moments
