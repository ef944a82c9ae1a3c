"""The emulator's rules on their own: lifecycles, schedules, and constraints of the service model."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from moto.core.utils import get_service_model

from emulator import clock, schedule, shapes
from emulator.backup import lifecycles
from emulator.errors import InvalidParameterValue

DAYS = st.none() | st.integers(-100, 40_000)


@given(delete=DAYS, cold=DAYS)
def test_a_lifecycle_keeps_ninety_days_of_cold_storage(delete: int | None, cold: int | None) -> None:
    given_days = {"DeleteAfterDays": delete, "MoveToColdStorageAfterDays": cold}
    valid = (
        (delete is None or delete in range(1, 36_501))
        and (cold is None or cold >= 1)
        and (delete is None or cold is None or delete - cold >= 90)
    )
    if valid:
        lifecycles.check(given_days)
    else:
        with pytest.raises(InvalidParameterValue):
            lifecycles.check(given_days)


@given(days=st.integers(1, 36_500))
def test_a_lifecycle_counts_from_the_creation(days: int) -> None:
    created = datetime(2026, 1, 1, tzinfo=UTC)
    assert lifecycles.calculated({"DeleteAfterDays": days}, created) == {
        "DeleteAt": created + timedelta(days=days)
    }


@given(minutes=st.sets(st.integers(0, 59), min_size=1))
def test_more_than_one_minute_of_an_hour_is_more_often_than_hourly(minutes: set[int]) -> None:
    parsed = schedule.parse(f"cron({','.join(map(str, minutes))} * ? * * *)")
    assert parsed.more_often_than_hourly == (len(minutes) > 1)


@pytest.mark.parametrize(
    "expression",
    [
        "cron(0 5 ? * MON-FRI *)",
        "cron(0 5 ? * FRI-MON *)",
        "cron(0 5 ? JAN,JUL 2L *)",
        "cron(0 5 LW * ? 2027)",
        "cron(0 5 15W * ? *)",
        "cron(0 0/4 * * ? *)",
        "rate(1 day)",
        "rate(90 minutes)",
    ],
)
def test_schedules_of_awss_grammar(expression: str) -> None:
    assert not schedule.parse(expression).more_often_than_hourly


@pytest.mark.parametrize(
    "expression",
    [
        "",
        "cron()",
        "cron(0 5 * * ?)",
        "cron(60 5 * * ? *)",
        "cron(0 5 0 * ? *)",
        "cron(0 5 * 13 ? *)",
        "cron(0 5 ? * 8 *)",
        "cron(0 5 ? * MON#6 *)",
        "cron(0 5 * * ? 1969)",
        "cron(0/0 5 * * ? *)",
        "cron(30-10 5 * * ? *)",
        "cron(0 5 * * * *)",
        "rate(0 hours)",
        "rate(1 hours)",
        "rate(1 week)",
    ],
)
def test_schedules_outside_awss_grammar(expression: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        schedule.parse(expression)


def test_the_model_names_what_is_missing_and_what_is_wrong() -> None:
    shape = get_service_model("backup").operation_model("CreateBackupSelection").input_shape
    request = {"BackupPlanId": "x", "BackupSelection": {"SelectionName": "no spaces"}}
    found = {(violation.path, violation.missing) for violation in shapes.violations(shape, request)}
    assert found == {("BackupSelection.IamRoleArn", True), ("BackupSelection.SelectionName", False)}


def test_the_clock_is_set_and_advanced() -> None:
    try:
        clock.set_now(datetime(2030, 1, 1, tzinfo=UTC))
        clock.advance(86400)
        assert timedelta(0) <= clock.now() - datetime(2030, 1, 2, tzinfo=UTC) < timedelta(minutes=1)
        with pytest.raises(OverflowError):
            clock.advance(1e15)
        assert clock.now().year == 2030
    finally:
        clock.set_offset(0)
