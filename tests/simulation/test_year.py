"""What the emulator keeps over time, and what the retention calendar promises: derived independently."""

from __future__ import annotations

import random
from datetime import date, timedelta

import pytest

from tests.catalogs import SHIPPED
from tests.promises.tiers import state_of
from tests.simulation.deployed import Accounts
from tests.simulation.year import DAYS, FIRST, HOW_MANY, simulated
from tierkeep.compiler import compile_catalog
from tierkeep.desired.model import ResourceType

SAMPLED = (0, 1, 7, 28, 30, 364)
"""Days on which something of the strategy first ends, and the last."""


def test_a_year_of_the_reference_strategy_keeps_what_the_calendar_promises(aws: Accounts) -> None:
    """On sampled and on random days, of a hundred resources, everywhere: not one more, not one less."""
    assert sum(HOW_MANY.values()) == 100
    numbers = {*SAMPLED, *random.Random(2027).sample(range(DAYS), 3)}  # noqa: S311
    days = [FIRST + timedelta(days=number) for number in numbers]
    for day, existing, promised in simulated(compile_catalog(SHIPPED).state, aws, HOW_MANY, days):
        assert existing == promised, day


@pytest.mark.parametrize(
    ("time_zone", "first"),
    [("Europe/Berlin", date(2027, 3, 20)), ("America/New_York", date(2027, 10, 30))],
)
def test_overlapping_rules_and_changes_of_the_clock(aws: Accounts, time_zone: str, first: date) -> None:
    """Rules that give way to each other, at times that are skipped or repeated, each day of three weeks."""
    tier = {
        "protects": {"efs": {}, "dynamodb": {}},
        "schedules": {
            "hourly": {"every": "1h", "keep": "2d"},
            "daily": {"every": "1d", "at": "02:30", "keep": "5d"},
            "nightly": {"every": "1d", "at": "01:15", "keep": "5d"},
            "weekly": {"every": "1w", "on": "sunday", "at": "02:00", "keep": "2w"},
        },
        "copy_to": {"eu-west-1": {"keep": "3d"}},
    }
    state = state_of(tier, time_zone=time_zone, start_window="3h")
    how_many = {("one", ResourceType.EFS): 1, ("one", ResourceType.DYNAMODB): 1}
    days = [first + timedelta(days=number) for number in range(21)]
    for day, existing, promised in simulated(state, aws, how_many, days, first, time_zone):
        assert existing == promised, day
        hourly = sum(kept[3] == "hourly" for kept in promised.elements())
    assert 0 < hourly < 2 * 2 * 48, "some of the hourly ones gave way"
