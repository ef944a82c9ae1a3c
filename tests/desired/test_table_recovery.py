"""What a tier that asks for DynamoDB's own point-in-time recovery makes of a unit, and promises."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.catalogs import model
from tierkeep.desired.model import DesiredState, DesiredUnit, RolePurpose, ScheduledStart
from tierkeep.desired.resolve import resolve
from tierkeep.promises.recovery_point import worst_case
from tierkeep.report.resource_text import explain_resource

NATIVE = {"dynamodb": {"point_in_time_recovery": "native"}}
RECOVERY = {"granularity": "5m", "keep": "14d"}


def state(protects: dict[str, Any], recovery: dict[str, Any] | None = None, **more: Any) -> DesiredState:
    tier = {
        "description": "Basic",
        "protects": protects,
        "encryption": "aws-managed",
        "schedules": {"daily": {"every": "1d", "keep": "7d"}},
        **({"point_in_time_recovery": recovery} if recovery else {}),
    }
    account = {"id": "000000000001", "regions": ["eu-west-1"], "tiers": ["basic"], **more}
    return resolve(
        model({"version": 1, "name": "demo", "tiers": {"basic": tier}, "accounts": {"one": account}})
    )


def unit(protects: dict[str, Any], recovery: dict[str, Any] | None = None, **more: Any) -> DesiredUnit:
    return state(protects, recovery, **more).units[0]


def test_it_makes_a_machine_that_is_started_each_hour_and_may_touch_the_tiers_tables() -> None:
    """With the tag and the period of the catalog, and roles that name it."""
    found = unit(NATIVE, RECOVERY)
    (recovery,), (machine,) = found.table_recoveries, found.state_machines
    assert (recovery.machine, recovery.period_days, recovery.tags) == (
        machine.name, 14, (("backup-tier", "basic"),),
    )  # fmt: skip
    tables, schedules = found.role(RolePurpose.TABLES), found.role(RolePurpose.SCHEDULES)
    assert tables
    assert schedules
    assert machine.role_arn == tables.arn
    assert machine.start == ScheduledStart(expression="rate(1 hour)", role_arn=schedules.arn)
    assert schedules.statements[0].resources == (machine.arn,)
    text = json.dumps(json.loads(machine.definition))
    assert '"RecoveryPeriodInDays": 14' in text
    assert '{"Key": "backup-tier", "Values": ["basic"]}' in text


@pytest.mark.parametrize(
    ("protects", "recovery", "more"),
    [
        ({"dynamodb": {}}, RECOVERY, {}),
        ({"dynamodb": {}, "rds": {}}, RECOVERY, {}),
        (NATIVE, None, {}),
        ({"rds": {"point_in_time_recovery": "native"}}, RECOVERY, {}),
        ({**NATIVE, "rds": {}}, RECOVERY, {"overrides": {"basic": {"protects": ["rds"]}}}),
        (NATIVE, RECOVERY, {"overrides": {"basic": {"retired": "2026-11-26"}}}),
    ],
    ids=["not asked", "beside rds", "no terms", "of rds", "left out here", "retired here"],
)
def test_nothing_is_switched_unless_it_is_asked_for(
    protects: dict[str, Any], recovery: dict[str, Any] | None, more: dict[str, Any]
) -> None:
    """Neither a machine nor a role for one, where a tier does not say `native`, or not here."""
    found = unit(protects, recovery, **more)
    assert (found.table_recoveries, found.state_machines) == ((), ())
    assert not {RolePurpose.TABLES, RolePurpose.SCHEDULES} & {role.purpose for role in found.roles}


@pytest.mark.parametrize(
    ("protects", "recovery", "what", "why"),
    [
        (NATIVE, None, "native recovery of dynamodb", "the tier has no `point_in_time_recovery`"),
        ({"rds": {"point_in_time_recovery": "native"}}, RECOVERY, "native recovery of rds", "dynamodb alone"),
        ({"dynamodb": {}}, RECOVERY, "point-in-time recovery", "natively for dynamodb, only"),
    ],
)  # fmt: skip
def test_what_is_asked_in_vain_is_said(
    protects: dict[str, Any], recovery: dict[str, Any] | None, what: str, why: str
) -> None:
    """Where the catalog asks for it without terms, of a type that has none, or of none that could have it."""
    assert [(each.what, why in each.why) for each in state(protects, recovery).unmet] == [(what, True)]


def test_the_five_minutes_count_only_where_it_is_switched_on() -> None:
    """Otherwise the tier's schedules alone say what may be lost; copies never have it."""
    for protects, minutes in ((NATIVE, 5), ({"dynamodb": {}, "rds": {}}, 26 * 60)):
        found = unit(protects, RECOVERY)
        (tables,) = [each for each in found.protections if each.resource_type == "dynamodb"]
        assert worst_case(found, tables).source.minutes == minutes


def test_a_table_is_told_of_its_own_recovery() -> None:
    """`explain --resource`: the one with the tier's tag, and no other."""
    arn = "arn:aws:dynamodb:eu-west-1:000000000001:table/orders"
    for tags, told in (({"backup-tier": "basic"}, True), ({"backup-tier": "other"}, False)):
        text = explain_resource(state(NATIVE, RECOVERY), arn=arn, tags=tags, format="text")
        assert ("state machine demo-basic-tables: any moment of the past 14 days" in text) == told
