"""A healthy system has no finding, at any hour."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from healthy_world import World
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from tests.catalogs import SHIPPED, catalogs, model
from tierkeep.compiler import compile_catalog
from tierkeep.desired.resolve import resolve
from tierkeep.promises.calendar import holdings, recovery_points
from tierkeep.promises.cover import cover
from tierkeep.promises.cron import ScheduleError
from tierkeep.validate.stored.records import RecoveryPoint

SINCE = date(2027, 2, 1)
STATE = compile_catalog(SHIPPED).state
PROTECTING = [unit for unit in STATE.units if unit.protections]


def shown(outcomes: list[Any]) -> list[str]:
    return [f"{each.check} {each.resource} {each.field} {getattr(each, 'actual', each)}" for each in outcomes]


@pytest.mark.parametrize("unit", PROTECTING, ids=lambda each: str(each.id))
def test_the_reference_strategy_has_no_finding_at_any_hour_of_a_month(unit: Any) -> None:
    """From the first hour of its resources on, with jobs that start and end anywhere in their windows."""
    world = World(STATE, unit, SINCE, backup_snapshots=True)
    begin = datetime(SINCE.year, SINCE.month, SINCE.day, tzinfo=UTC)
    for hour in range(31 * 24):
        at = begin + timedelta(hours=hour, minutes=hour * 7 % 60)
        assert shown(world.outcomes(at)) == [], at


def test_the_world_keeps_what_the_calendar_says() -> None:
    """The streams of these tests hold, on time, exactly the points that the calendar of promises expects."""
    unit = PROTECTING[1]
    world = World(STATE, unit, SINCE, jitter=False)
    at = datetime(2027, 3, 9, 1, 30, tzinfo=UTC)
    records = [each for each in world.records(at) if isinstance(each, RecoveryPoint) and not each.continuous]
    for owned in world.owned:
        of = cover(unit, owned.protection)
        for holding in holdings(of):
            if holding.vault is None or holding.granularity_minutes is not None:
                continue
            found = [
                each.created_at
                for each in records
                if each.resource_arn == owned.record.arn
                and each.rule == holding.schedule
                and each.vault_arn.endswith(f":{holding.vault}")
            ]
            assert tuple(sorted(found)) == recovery_points(of, holding, at, SINCE)


@settings(max_examples=5, deadline=None, derandomize=True)
@given(
    catalog=catalogs(max_accounts=1),
    days=st.integers(0, 12),
    minute=st.integers(0, 1439),
    seed=st.integers(0, 9),
)
def test_no_catalog_has_findings_where_all_is_as_it_says(
    catalog: dict[str, Any], days: int, minute: int, seed: int
) -> None:
    """Any tiers, any moment; what cannot be judged may be unknown, and is never a finding."""
    state = resolve(model(catalog))
    at = datetime(SINCE.year, SINCE.month, SINCE.day, tzinfo=UTC) + timedelta(days=days, minutes=minute)
    for unit in state.units:
        assume(len({each.name for each in unit.plans}) == len(unit.plans))  # a catalog has to, by its rules
        if not unit.protections:
            continue
        try:
            outcomes = World(state, unit, SINCE, horizon_days=14, seed=seed).outcomes(at)
        except ScheduleError:
            continue
        assert shown([each for each in outcomes if hasattr(each, "severity")]) == []
