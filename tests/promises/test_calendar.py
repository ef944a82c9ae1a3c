from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.promises import naive
from tests.promises.test_timeline import expressions, zones
from tests.promises.tiers import protected, state_of
from tierkeep.desired.model import Age, Engine, TimeUnit
from tierkeep.promises.calendar import AGE_EDGES, by_age, end_of, holdings, recovery_points, steady
from tierkeep.promises.cover import Copied, Cover, Scheduled, cover
from tierkeep.promises.lifetime import expiry
from tierkeep.promises.timeline import minute_of, moment_of

ages = st.builds(Age, interval=st.integers(1, 9), unit=st.sampled_from([TimeUnit.DAYS, TimeUnit.WEEKS]))
rule = st.tuples(expressions, st.sampled_from([1, 3]), ages, ages)


def cover_of(made: list[tuple[str, int, Age, Age]], zone: str, plan: str) -> Cover:
    scheduled = tuple(
        Scheduled(
            name=str(number),
            cron=cron,
            start_window_minutes=window * 60,
            retain=retain,
            copies=(Copied(place="eu-west-1", vault="copies", retain=copied),),
            plan=plan,
            granularity_minutes=None,
        )
        for number, (cron, window, retain, copied) in enumerate(made)
    )
    return Cover(engine=Engine.BACKUP, region="ap-south-1", vault="own", time_zone=zone, scheduled=scheduled)


def in_days(age: Age) -> int:
    return age.interval * (7 if age.unit is TimeUnit.WEEKS else 1)


@settings(max_examples=25, deadline=None, derandomize=True)
@given(
    made=st.lists(rule, min_size=1, max_size=2),
    zone=zones,
    one_plan=st.booleans(),
    day=st.dates(date(2024, 3, 1), date(2030, 12, 31)),
    protected_days=st.none() | st.integers(0, 70),
)
def test_what_exists_is_what_a_day_by_day_simulation_keeps(
    made: list[tuple[str, int, Age, Age]], zone: str, one_plan: bool, day: date, protected_days: int | None
) -> None:
    """Source and copies, in any zone, of a resource protected for ever or since a day."""
    of, at = cover_of(made, zone, "plan" if one_plan else ""), end_of(day, zone)
    since = None if protected_days is None else day - timedelta(days=protected_days)
    simple = [(cron, window, in_days(retain)) for cron, window, retain, _ in made]
    started = naive.starts(simple, since or day - timedelta(days=66), day, zone, one_plan=one_plan)
    for holding in holdings(of):
        _, _, retain, copied = made[holding.index]
        kept = copied if holding.copy else retain
        expected = [
            moment
            for moment, number in started
            if number == holding.index and moment <= at < moment + timedelta(days=in_days(kept))
        ]
        assert list(recovery_points(of, holding, at, since)) == expected


@settings(max_examples=25, deadline=None, derandomize=True)
@given(
    cron=expressions,
    retain=st.builds(Age, interval=st.integers(1, 14), unit=st.sampled_from(list(TimeUnit)[:3])),
    day=st.dates(date(2024, 1, 1), date(2051, 12, 31)),
)
def test_the_calendar_without_a_date_holds_on_every_date(cron: str, retain: Age, day: date) -> None:
    """No day has fewer recovery points of an age than the least, or more than the most."""
    of = cover_of([(cron, 1, retain, retain)], "Etc/UTC", "plan")
    at = end_of(day, "Etc/UTC")
    counts = by_age(recovery_points(of, holdings(of)[0], at), at, "Etc/UTC")
    bounds = steady(of, 0, retain)
    assert all(bound.least <= count <= bound.most for bound, count in zip(bounds, counts, strict=False))
    assert sum(counts) == sum(counts[: len(bounds)])


def test_the_least_and_the_most_do_occur() -> None:
    """The bounds are reached: over four years of days, the fewest and the most weekly points of each age."""
    retain = Age(interval=12, unit=TimeUnit.MONTHS)
    of = cover_of([("cron(0 6 ? * SUN *)", 1, retain, retain)], "Etc/UTC", "")
    seen: list[tuple[int, ...]] = []
    for day in range(0, 1461, 5):
        at = end_of(date(2026, 1, 1) + timedelta(days=day), "Etc/UTC")
        seen.append(by_age(recovery_points(of, holdings(of)[0], at), at, "Etc/UTC"))
    bounds = steady(of, 0, retain)[:13]
    assert [(each.least, each.most) for each in bounds] == [
        (min(column), max(column)) for column in zip(*seen, strict=True)
    ][:13]
    assert [each.to_days for each in bounds] == list(AGE_EDGES[:13])


@pytest.mark.parametrize(
    ("created", "retain", "ends"),
    [
        ("2027-01-31", Age(interval=1, unit=TimeUnit.MONTHS), "2027-02-28"),
        ("2024-02-29", Age(interval=1, unit=TimeUnit.YEARS), "2025-02-28"),
        ("2027-03-01", Age(interval=4, unit=TimeUnit.WEEKS), "2027-03-29"),
        ("2027-12-31", Age(interval=2, unit=TimeUnit.MONTHS), "2028-02-29"),
        ("2027-03-01", Age(interval=366, unit=TimeUnit.DAYS), "2028-03-01"),
    ],
)
def test_when_an_age_ends(created: str, retain: Age, ends: str) -> None:
    """Days and weeks are exact; a month ends on the same day, or the last, of the month that is meant."""
    made = datetime.fromisoformat(created).replace(hour=5, tzinfo=UTC)
    assert moment_of(expiry(minute_of(made), retain)) == datetime.fromisoformat(ends).replace(
        hour=5, tzinfo=UTC
    )


def test_point_in_time_recovery_is_one_recovery_point() -> None:
    """One can go back as far as it is kept, or as far as the resource has been protected."""
    tier = {
        "protects": {"rds": {}},
        "schedules": {"daily": {"every": "1d", "keep": "7d"}},
        "point_in_time_recovery": {"granularity": "5m", "keep": "30d"},
    }
    of = cover(*protected(state_of(tier), "one", "rds"))
    (continuous,) = (each for each in holdings(of) if each.granularity_minutes)
    at = end_of(date(2027, 3, 1), "Etc/UTC")
    assert recovery_points(of, continuous, at) == (at - timedelta(days=30),)
    assert recovery_points(of, continuous, at, date(2027, 2, 20)) == (datetime(2027, 2, 20, tzinfo=UTC),)
    assert recovery_points(of, continuous, at, date(2027, 3, 2)) == ()


def test_what_is_kept_always_is_kept_a_century() -> None:
    """Longer than AWS keeps anything by a number of days, and bounded."""
    day = Age(interval=1, unit=TimeUnit.DAYS)
    of = cover_of([("cron(0 0 1 1 ? *)", 1, day, day)], "Etc/UTC", "")
    forever = replace(holdings(of)[0], retain=None)
    assert len(recovery_points(of, forever, end_of(date(2027, 3, 1), "Etc/UTC"))) == 100
