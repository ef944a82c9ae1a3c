"""Alarms and dashboards as plain values: how long an alarm waits, what it says, what a dashboard may hold."""

from __future__ import annotations

import json
from itertools import combinations, pairwise
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from tests.catalogs import catalogs, model
from tests.stacks import goldens
from tierkeep.compiler import compile_catalog
from tierkeep.desired.model import Alarm, DesiredUnit, MissingData
from tierkeep.desired.resolve import resolve
from tierkeep.promises.recovery_point import worst_case
from tierkeep.watching import alarms, dashboard, dues

EVERYTHING = compile_catalog(goldens.CATALOGS["everything"]).state


def _unit(watching: dict[str, Any], *, events: dict[str, Any] | None = None, **tier: Any) -> DesiredUnit:
    basic = {
        "description": "x",
        "protects": {"efs": {}},
        "encryption": "aws-managed",
        "schedules": {"daily": {"every": "1d", "keep": "30d"}},
        **tier,
    }
    account = {"id": "111111111111", "regions": ["eu-west-1"], "tiers": ["basic"]}
    catalog = {
        "version": 1,
        "name": "demo",
        "watching": {"topic": "told", **watching},
        "tiers": {"basic": basic},
        "accounts": {"one": account},
        **({} if events is None else {"events": events}),
    }
    return next(unit for unit in resolve(model(catalog)).units if unit.plans or unit.snapshot_policies)


@pytest.mark.parametrize(
    ("tier", "hours"),
    [
        # The gap, the start window, an hour to complete (assumed), and one more.
        ({"schedules": {"four": {"every": "4h", "keep": "7d"}}}, 4 + 1 + 1 + 1),
        ({"start_window": "3h"}, 24 + 3 + 1 + 1),
        ({"start_window": "90m"}, 24 + 2 + 1 + 1),
        ({"protects": {"efs": {"measured": {"completion": "5h"}}}}, 24 + 1 + 5 + 1),
        # The night on which the clock is put back is an hour longer.
        ({"time_zone": "Europe/Berlin"}, 25 + 1 + 1 + 1),
        ({"protects": {"ebs": {"engine": "dlm"}}}, 24 + 1 + 1 + 1),
        # Point-in-time recovery bounds the loss, and says nothing of the backups.
        (
            {"protects": {"rds": {}}, "point_in_time_recovery": {"granularity": "5m", "keep": "7d"}},
            24 + 1 + 1 + 1,
        ),
        ({"schedules": {"weekly": {"every": "1w", "on": "sunday", "keep": "30d"}}}, None),
    ],
)
def test_an_alarm_waits_for_as_long_as_a_tier_may_take(tier: dict[str, Any], hours: int | None) -> None:
    """By the arithmetic of the worst-case RPO; there is none that would have to look back further than a
    week."""
    unit = _unit({"alarms": "by-tier"}, **tier)
    (due,) = dues(unit)
    assert due.hours == hours
    missed = [each for each in alarms(unit) if each.missing_data is MissingData.BREACHING]
    assert [(each.name, each.evaluation_periods) for each in missed] == ([(due.name, hours)] if hours else [])


def test_a_copy_is_waited_for_besides() -> None:
    """Two hours longer, as assumed; in the vault where it arrives, by whose name AWS counts."""
    backups, copies = dues(_unit({"alarms": "by-tier"}, copy_to={"eu-central-1": {}}))
    assert (backups.hours, copies.hours) == (27, 29)
    assert copies.metric.dimensions == (("BackupVaultName", "demo-basic-copies"),)


def test_by_type_each_type_has_its_own() -> None:
    """By the name that AWS Backup has for it."""
    two = {"protects": {"efs": {}, "dynamodb": {}}}
    assert [each.metric.dimensions[1:] for each in dues(_unit({"alarms": "by-type"}, **two))] == [
        (("ResourceType", "DynamoDB"),),
        (("ResourceType", "EFS"),),
    ]
    assert [each.metric.dimensions[1:] for each in dues(_unit({"alarms": "by-tier"}, **two))] == [()]


def _counted(unit: DesiredUnit) -> dict[str, list[str]]:
    """The metrics of each alarm by its name."""
    return {each.name: [metric.name for metric in each.metrics] for each in alarms(unit)}


def _by_name(unit: DesiredUnit, name: str) -> Alarm:
    (found,) = (each for each in alarms(unit) if each.name == name)
    return found


def test_what_tells_and_tries_again_is_watched_itself() -> None:
    """Each state machine, each rule and the queue of what no rule could deliver: a retry that does not work
    is not silent."""
    unit = _unit(
        {"alarms": "by-tier"},
        events={"retry": {}},
        on_demand={"on": ["before-deployment"], "keep": "7d"},
    )
    found = _counted(unit)
    executions = ["ExecutionsFailed", "ExecutionsTimedOut", "ExecutionsAborted"]
    events = ["FailedInvocations", "InvocationsFailedToBeSentToDlq"]
    ours = {name: found[name] for name in found if not name.startswith("demo-basic-") or "lost" in name}
    assert ours == {
        "demo-basic-before-deployment-lost-events": events,
        "demo-deployments-failed-executions": executions,
        "demo-failed-jobs-lost-events": events,
        "demo-incomplete-jobs-lost-events": events,
        "demo-retries-failed-executions": executions,
        "demo-retries-lost-events": events,
        "demo-events-undelivered-waiting": ["ApproximateNumberOfMessagesVisible"],
    }
    retries = _by_name(unit, "demo-retries-failed-executions")
    machine = next(each for each in unit.state_machines if each.name == "demo-retries")
    assert {each.dimensions for each in retries.metrics} == {(("StateMachineArn", machine.arn),)}
    assert retries.expression == "FILL(m0, 0) + FILL(m1, 0) + FILL(m2, 0)"
    lost = _by_name(unit, "demo-retries-lost-events")
    assert {each.dimensions for each in lost.metrics} == {(("RuleName", "demo-retries"),)}


def test_without_events_there_is_nothing_of_theirs() -> None:
    """But the machine that switches on the point-in-time recovery of tables is there without them."""
    assert not [name for name in _counted(_unit({"alarms": "by-tier"})) if "basic" not in name]
    tables = _unit(
        {"alarms": "by-tier"},
        protects={"dynamodb": {"point_in_time_recovery": "native"}},
        point_in_time_recovery={"granularity": "5m", "keep": "7d"},
    )
    machines = [each.name for each in tables.state_machines]
    assert machines
    assert {f"{each}-failed-executions" for each in machines} <= set(_counted(tables))


def test_tiers_with_names_alike_have_alarms_of_their_own() -> None:
    """A snapshot policy of tier `one` is named like the vault of a tier `one-volumes`."""
    tier = {
        "description": "x",
        "encryption": "customer-managed",
        "schedules": {"daily": {"every": "1d", "keep": "30d"}},
        "copy_to": {"eu-central-1": {}},
    }
    snapshots = {
        **tier,
        "protects": {"ebs": {"engine": "dlm"}, "ec2": {"engine": "dlm"}},
        "application_consistency": {"scripts": "vss"},
    }
    files = {**tier, "protects": {"efs": {}}}
    tiers = {"one": snapshots, **dict.fromkeys(("one-volumes", "one-instances-stack"), files)}
    account = {"id": "111111111111", "regions": ["eu-west-1"], "tiers": sorted(tiers)}
    catalog = {
        "version": 1,
        "name": "demo",
        "watching": {"topic": "told", "alarms": "by-tier"},
        "tiers": tiers,
        "accounts": {"one": account},
    }
    for unit in resolve(model(catalog)).units:
        names = [each.name for each in alarms(unit)]
        assert len(set(names)) == len(names)


def test_images_are_counted_as_images() -> None:
    """A policy of images counts no snapshots that it makes (EBS user guide, "Monitor your policies using
    Amazon CloudWatch"): an alarm on those would go off for ever, and one on failures never."""
    unit = _unit({"alarms": "by-tier"}, protects={"ec2": {}}, images={"reboot": True})
    assert _counted(unit) == {
        "demo-basic-images-missed-images": ["ImagesCreateCompleted"],
        "demo-basic-images-failed-images": [
            "ImagesCreateFailed", "ImagesDeregisterFailed", "SnapshotsDeleteFailed",
        ],
    }  # fmt: skip


def test_a_policy_in_a_stack_is_watched_by_one_metric_at_a_time() -> None:
    """The provider fails to plan a query that names an output of a stack which is to be updated."""
    unit = _unit(
        {"alarms": "by-tier"},
        protects={"ec2": {}},
        application_consistency={"scripts": "vss"},
        copy_to={"eu-central-1": {}},
        schedules={"daily": {"every": "1d", "keep": "30d"}},
    )
    assert _counted(unit) == {
        "demo-basic-instances-stack-missed-snapshots": ["SnapshotsCreateCompleted"],
        "demo-basic-instances-stack-missed-snapshot-copies": ["SnapshotsCopiedRegionCompleted"],
        "demo-basic-instances-stack-failed-snapshots": ["SnapshotsCreateFailed"],
        "demo-basic-instances-stack-failed-snapshot-deletion": ["SnapshotsDeleteFailed"],
        "demo-basic-instances-stack-failed-snapshot-copies": ["SnapshotsCopiedRegionFailed"],
    }
    assert {each.expression for each in alarms(unit)} == {None}
    assert {each.metrics[0].policy for each in alarms(unit)} == {"demo-basic-instances"}


@settings(max_examples=10, suppress_health_check=[HealthCheck.too_slow])
@given(catalog=catalogs())
def test_no_alarm_goes_off_while_a_promise_is_kept(catalog: dict[str, Any]) -> None:
    """For any catalog: what an alarm waits for is no less than the worst case of the RPO, where that is by
    backups; names and what CloudWatch limits are as it takes them."""
    catalog["watching"] = {"topic": "told", "alarms": "by-type", "dashboard": True}
    for unit in resolve(model(catalog)).units:
        found = alarms(unit)
        assert len({each.name for each in found}) == len(found)
        for each in found:
            assert each.period_seconds * each.evaluation_periods <= 604_800
            assert len(each.name) <= 255
            assert len(each.description) <= 1024
            assert len(each.metrics) <= 9, "ten queries of an alarm, one of them the sum"
        waits = {due.name: due for due in dues(unit)}
        for protection in unit.protections:
            source = worst_case(unit, protection).source
            due = waits.get(f"{catalog['name']}-{protection.tier}-missed-backups-{protection.resource_type}")
            if due and due.hours and source.gap and source.minutes:
                assert due.hours * 60 > source.minutes


@pytest.mark.parametrize("unit", EVERYTHING.units, ids=lambda unit: str(unit.id))
def test_a_dashboard_is_one_that_cloudwatch_takes(unit: DesiredUnit) -> None:
    """By "Dashboard body structure and syntax" of CloudWatch's API reference."""
    shown = dashboard(unit)
    assert shown
    body = json.loads(shown.body)
    assert set(body) <= {"start", "end", "periodOverride", "variables", "widgets"}
    assert len(body["widgets"]) == shown.widgets <= 500
    for widget in body["widgets"]:
        assert set(widget) == {"type", "x", "y", "width", "height", "properties"}
        assert 0 <= widget["x"] <= 23
        assert 1 <= widget["width"] <= 24 - widget["x"]
        _check(widget, unit)
    for one, other in combinations(body["widgets"], 2):
        beside = one["x"] + one["width"] <= other["x"] or other["x"] + other["width"] <= one["x"]
        assert beside or one["y"] + one["height"] <= other["y"] or other["y"] + other["height"] <= one["y"]


def _check(widget: dict[str, Any], unit: DesiredUnit) -> None:
    properties = widget["properties"]
    if widget["type"] == "alarm":
        assert set(properties["alarms"]) <= {each.arn for each in alarms(unit)}
        assert 1 <= len(properties["alarms"]) <= 100
        return
    assert widget["type"] == "metric"
    assert properties["region"] == unit.id.region
    assert properties["period"] % 60 == 0
    assert properties["view"] in {"timeSeries", "singleValue", "gauge", "bar", "pie", "table"}
    assert 1 <= len(properties["metrics"]) <= 500
    for metric in properties["metrics"]:
        if isinstance(metric[0], dict):
            assert set(metric[0]) == {"expression", "label", "id"}
            continue
        assert all(isinstance(each, str) for each in metric)
        assert len(metric) % 2 == 0, "namespace and name, then names and values of dimensions"


def test_all_alarms_are_on_the_dashboard() -> None:
    """In as many widgets as they need, in their order."""
    for unit in EVERYTHING.units:
        shown = dashboard(unit)
        assert shown
        widgets = [each for each in json.loads(shown.body)["widgets"] if each["type"] == "alarm"]
        arns = [arn for each in widgets for arn in each["properties"]["alarms"]]
        assert arns == [each.arn for each in alarms(unit)]
        assert all(one < other for one, other in pairwise(arns))
