from __future__ import annotations

from typing import Any

import pytest

from tests.catalogs import SHIPPED
from tests.promises.tiers import protected, state_of
from tierkeep.catalog.load import load_catalog
from tierkeep.desired.resolve import resolve
from tierkeep.promises.recovery_point import length, worst_case
from tierkeep.promises.unkept import unkept

SHIPPED_STATE = resolve(load_catalog(SHIPPED).catalog)


def test_the_worst_cases_of_the_shipped_catalog() -> None:
    """The arithmetic of every type, at the source and in every Region of copies, and the objective."""
    found = [
        (
            worst.tier,
            str(worst.resource_type),
            worst.keeps,
            worst.source.arithmetic,
            *tuple(f"{each.place}: {each.arithmetic}" for each in worst.copies),
        )
        for unit in SHIPPED_STATE.units
        for worst in (worst_case(unit, each) for each in unit.protections)
    ]
    critical = "4h gap + 1h start window + 1h completion"
    database = "2h gap + 1h start window + 1h completion"
    ireland = f"eu-west-1: {database} + 2h copy = 6h"
    daily = "24h gap + 1h start window + 1h completion = 26h"
    assert found == [
        *(("development", each, None, daily) for each in ("dynamodb", "ebs", "ec2", "rds")),
        ("critical", "ebs", True, f"{critical} = 6h", f"ap-southeast-1: {critical} + 2h copy = 8h"),
        ("critical", "efs", True, f"{critical} = 6h", f"ap-southeast-1: {critical} + 2h copy = 8h"),
        ("database", "aurora", True, "5m point-in-time recovery", ireland),
        ("database", "ec2", True, f"{database} = 4h", ireland),
        ("database", "rds", True, "5m point-in-time recovery", ireland),
        ("testing", "ebs", None, "7d gap + 1h start window + 1h completion = 7d 2h"),
    ]


def test_the_shipped_catalog_keeps_its_objectives() -> None:
    """Every binding of the reference strategy is one that its tier can keep."""
    assert unkept(SHIPPED_STATE) == ()


def efs(objective: str, **more: Any) -> dict[str, Any]:
    schedules = {"main": {"every": "6h", "keep": "7d"}}
    return {"protects": {"efs": {"recovery_point": objective}}, "schedules": schedules, **more}


def test_only_the_schedules_that_are_copied_count_for_a_copy() -> None:
    """A Region that receives the daily backups only loses a day, whatever the source makes besides."""
    schedules = {
        "often": {"every": "2h", "keep": "2d"},
        "daily": {"every": "1d", "at": "01:00", "keep": "30d"},
    }
    state = state_of(
        {**efs("day"), "schedules": schedules, "copy_to": {"eu-west-1": {"schedules": ["daily"]}}},
        start_window="1h",
    )
    worst = worst_case(*protected(state, "one", "efs"))
    assert worst.source.arithmetic == "2h gap + 1h start window + 1h completion = 4h"
    assert [each.arithmetic for each in worst.copies] == [
        "24h gap + 1h start window + 1h completion + 2h copy = 28h"
    ]


def test_a_change_of_the_clock_counts() -> None:
    """A backup at 02:30 in Berlin is skipped in spring: two days less an hour between starts."""
    tier = {
        **efs("day", time_zone="Europe/Berlin"),
        "schedules": {"d": {"every": "1d", "at": "02:30", "keep": "7d"}},
    }
    tier["schedules"] = {"daily": tier["schedules"]["d"]}
    assert worst_case(*protected(state_of(tier), "one", "efs")).source.minutes == 47 * 60 + 120


@pytest.mark.parametrize(
    ("tier", "message", "hint"),
    [
        (
            efs("four"),
            (
                "efs in tier one may lose 8h at worst (6h gap + 1h start window + 1h completion = "
                "8h), but four allows 4h"
            ),
            (
                "cheapest change that keeps it: `every: 2h` in schedule main (4h at worst, 2,922 more "
                "recovery points a "
                "year for each resource); or bind it to day (24h)"
            ),
        ),
        (
            efs("four", start_window="3h", schedules={"main": {"every": "2h", "keep": "7d"}}),
            (
                "efs in tier one may lose 6h at worst (2h gap + 3h start window + 1h completion = "
                "6h), but four allows 4h"
            ),
            (
                "cheapest change that keeps it: `start_window: 1h` (4h at worst, no more recovery points); "
                "or bind it to day (24h)"
            ),
        ),
        (
            efs("three", start_window="3h"),
            (
                "efs in tier one may lose 10h at worst (6h gap + 3h start window + 1h completion = 10h), "
                "but three allows 3h"
            ),
            (
                "cheapest change that keeps it: `every: 1h` in schedule main and `start_window: 1h` "
                "(3h at worst, "
                "7,305 more recovery points a year for each resource); or bind it to day (24h)"
            ),
        ),
        (
            efs("quarter"),
            (
                "efs in tier one may lose 8h at worst (6h gap + 1h start window + 1h completion = 8h), "
                "but quarter allows 15m"
            ),
            (
                "no change of schedules, start window or point-in-time recovery keeps it; or bind it "
                "to day (24h)"
            ),
        ),
        (
            {**efs("quarter"), "protects": {"rds": {"recovery_point": "quarter"}}},
            (
                "rds in tier one may lose 8h at worst (6h gap + 1h start window + 1h completion = 8h), "
                "but quarter allows 15m"
            ),
            (
                "cheapest change that keeps it: `point_in_time_recovery` with `granularity: 5m` (5m "
                "at worst, and it "
                "stores every change); or bind it to day (24h)"
            ),
        ),
        (
            {
                **efs("quarter"),
                "protects": {"rds": {"recovery_point": "quarter"}},
                "point_in_time_recovery": {"granularity": "20m", "keep": "7d"},
            },
            "rds in tier one may lose 20m at worst (20m point-in-time recovery), but quarter allows 15m",
            (
                "cheapest change that keeps it: `point_in_time_recovery` with `granularity: 5m` (5m "
                "at worst, and it "
                "stores every change); or bind it to day (24h)"
            ),
        ),
        (
            {**efs("day"), "schedules": {"weekly": {"every": "1w", "on": "sunday", "keep": "4w"}}},
            (
                "efs in tier one may lose 7d 2h at worst (7d gap + 1h start window + 1h completion = 7d 2h), "
                "but day allows 24h"
            ),
            (
                "cheapest change that keeps it: `every: 12h` in schedule weekly (14h at worst, 678 "
                "more recovery points "
                "a year for each resource); or bind it to a class that allows 7d 2h"
            ),
        ),
        (
            {**efs("day"), "schedules": {"daily": {"every": "1d", "at": "12:00", "keep": "1d"}}},
            (
                "efs in tier one: nothing bounds what may be lost, since recovery points expire before the "
                "next one is complete, first so that there may be none from 2024-01-04 12:00 to 2024-01-04 "
                "14:00 Etc/UTC; day allows 24h"
            ),
            (
                "cheapest change that keeps it: `every: 12h` in schedule daily (14h at worst, 365 more "
                "recovery points a year for each resource)"
            ),
        ),
        (
            efs("four", schedules={"main": {"every": "1d", "keep": "1d"}}),
            (
                "efs in tier one: nothing bounds what may be lost, since recovery points expire before the "
                "next one is complete, first so that there may be none from 2024-01-04 00:00 to 2024-01-04 "
                "02:00 Etc/UTC; four allows 4h"
            ),
            (
                "cheapest change that keeps it: `every: 2h` in schedule main (4h at worst, 4,018 more "
                "recovery points a year for each resource)"
            ),
        ),
        (
            {**efs("two-days"), "schedules": {"daily": {"every": "1d", "keep": "1d"}}},
            (
                "efs in tier one: nothing bounds what may be lost, since recovery points expire before the "
                "next one is complete, first so that there may be none from 2024-01-04 00:00 to 2024-01-04 "
                "02:00 Etc/UTC; two-days allows 48h"
            ),
            (
                "cheapest change that keeps it: `keep: 2d` in schedule daily (26h at worst, no more "
                "recovery points)"
            ),
        ),
        (
            {
                **efs("two-days"),
                "schedules": {
                    "daily": {"every": "1d", "at": "12:00", "keep": "1d"},
                    "weekly": {"every": "1w", "on": "sunday", "keep": "5w"},
                },
            },
            (
                "efs in tier one may lose 6d 14h at worst (6d 12h gap + 1h start window + 1h completion = "
                "6d 14h), but two-days allows 48h"
            ),
            (
                "cheapest change that keeps it: `keep: 2d` in schedule daily (26h at worst, no more "
                "recovery points); or bind it to a class that allows 6d 14h"
            ),
        ),
        (
            {**efs("day"), "time_zone": "Mars/Olympus"},
            (
                "whether efs in tier one keeps day (24h) cannot be computed: the time zone "
                "'Mars/Olympus' does not exist"
            ),
            "write schedules and start windows that can be told apart, in a time zone that AWS knows",
        ),
    ],
)
def test_an_objective_that_is_not_kept(tier: dict[str, Any], message: str, hint: str) -> None:
    """Says where, the arithmetic, and the cheapest change that keeps it: or that none does."""
    (resource_type,) = tier["protects"]
    (found,) = unkept(state_of(tier, start_window="1h"))
    assert found.origin == ("tiers", "one", "protects", resource_type, "recovery_point")
    assert (found.message, found.hint) == (message, hint)


@pytest.mark.parametrize(("every", "window"), [("1h", "1h"), ("4h", "2h"), ("1d", "1h")])
def test_the_cheapest_change_keeps_the_objective(every: str, window: str) -> None:
    """Written into the catalog, it is what the compiler says that it is."""
    tier = efs("three", start_window=window, schedules={"main": {"every": every, "keep": "7d"}})
    found = unkept(state_of(tier))
    if every == "1h":
        assert found == ()
        return
    assert "`every: 1h` in schedule main" in found[0].hint
    changed = efs("three", start_window="1h", schedules={"main": {"every": "1h", "keep": "7d"}})
    assert unkept(state_of(changed)) == ()


def test_the_same_reason_in_many_units_is_said_once() -> None:
    """One place in the catalog, one finding, with every unit that it reaches."""
    (found,) = unkept(state_of(efs("quarter")))
    assert [str(unit) for unit in found.units] == ["prod/ap-south-1"]


@pytest.mark.parametrize(
    ("minutes", "text"),
    [
        (5, "5m"),
        (60, "1h"),
        (90, "1h 30m"),
        (1440, "24h"),
        (1560, "26h"),
        (4320, "3d"),
        (10200, "7d 2h"),
        (0, "0m"),
    ],
)
def test_lengths_for_people(minutes: int, text: str) -> None:
    """Hours up to three days, since objectives are written in hours; then days."""
    assert length(minutes) == text


def test_what_was_measured_takes_the_place_of_what_is_assumed() -> None:
    """Of completion and copies, each by itself; and an objective that the assumption breaks is kept."""
    tier = {
        "protects": {"efs": {"recovery_point": "four", "measured": {"completion": "20m", "copy": "45m"}}},
        "schedules": {"main": {"every": "2h", "keep": "7d"}},
        "copy_to": {"eu-west-1": {}},
    }
    worst = worst_case(*protected(state_of(tier, start_window="1h"), "one", "efs"))
    assert worst.source.arithmetic == "2h gap + 1h start window + 20m completion = 3h 20m"
    assert [each.arithmetic for each in worst.copies] == [
        "2h gap + 1h start window + 20m completion + 45m copy = 4h 5m"
    ]
    assert {part.label: part.why for part in worst.copies[0].parts[2:]} == {
        "completion": "measured, by the catalog",
        "copy": "measured, by the catalog",
    }
