"""What a catalog's `events` come to in its units."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings

from tests.catalogs import SHIPPED, catalogs, model
from tierkeep.compiler import compile_catalog
from tierkeep.desired.model import DesiredState, DesiredUnit, RolePurpose, UnmetKind
from tierkeep.desired.resolve import resolve

STATE = compile_catalog(SHIPPED).state
BACKUP = {"protects": {"efs": {}}}
SNAPSHOTS = {"protects": {"ebs": {"engine": "dlm"}}}


def of(events: dict[str, Any] | None, **tier: Any) -> DesiredState:
    """One tier in one account."""
    base = {
        "description": "x",
        "encryption": "customer-managed",
        "schedules": {"daily": {"every": "1d", "keep": "30d"}},
    }
    account = {"id": "111111111111", "regions": ["eu-west-1"], "tiers": ["one"]}
    found = {"version": 1, "name": "demo", "tiers": {"one": {**base, **tier}}, "accounts": {"main": account}}
    return resolve(model(found if events is None else {**found, "events": events}))


def rules(state: DesiredState) -> list[str]:
    (unit,) = state.units
    return [each.name for each in unit.events.rules] if unit.events else []


def purposes(unit: DesiredUnit) -> set[RolePurpose]:
    return {role.purpose for role in unit.roles}


def test_without_events_there_are_none() -> None:
    """No topic, no machine, no key, and a deployment's backup is said not to be generated."""
    state = of(None, **BACKUP, on_demand={"on": ["before-deployment"], "keep": "7d"})
    (unit,) = state.units
    assert (unit.events, unit.state_machines) == (None, ())
    assert [key.alias for key in unit.keys] == ["alias/demo-one"]
    assert [each.what for each in state.unmet if each.kind is UnmetKind.NOT_GENERATED] == [
        "a backup that a deployment starts"
    ]


def test_each_unit_of_the_reference_tells_its_own_topic() -> None:
    """Those that only receive copies too; what is tried again is where plans are."""
    for unit in STATE.units:
        assert unit.events
        assert unit.events.topic.arn == (f"arn:aws:sns:{unit.id.region}:{unit.account_id}:campus-events")
        assert {each.vault_name for each in unit.events.notifications} == {each.name for each in unit.vaults}
        assert (unit.events.retries is not None) is bool(unit.plans)
        assert (RolePurpose.RETRIES in purposes(unit)) is bool(unit.plans)
    assert not [each for each in STATE.unmet if "deployment" in each.what]


def test_what_is_told_is_what_the_unit_has() -> None:
    """Snapshots where Data Lifecycle Manager makes any, retries where asked for and AWS Backup has a plan."""
    jobs = ["demo-failed-jobs", "demo-incomplete-jobs"]
    assert rules(of({}, **BACKUP)) == jobs
    assert rules(of({"retry": {}}, **BACKUP)) == [*jobs, "demo-retries"]
    assert rules(of({"retry": {}}, **SNAPSHOTS)) == [*jobs, "demo-failed-snapshots"]


def test_snapshots_are_backed_up_for_deployments_by_aws_backup() -> None:
    """Into the tier's vault, by the tag that its resources carry."""
    state = of({}, **SNAPSHOTS, on_demand={"on": ["after-deployment"], "keep": "7d"})
    (unit,) = state.units
    assert [vault.name for vault in unit.vaults] == ["demo-one"]
    (machine,) = unit.state_machines
    tier = json.loads(machine.definition)["States"]["Tier one"]["Parameters"]
    assert tier["types"] == ["ec2:volume"]
    assert tier["filters"] == [{"Key": "backup-tier", "Values": ["one"]}]
    assert tier["job"]["Lifecycle"] == {"DeleteAfterDays": 7}
    assert rules(state)[-1] == "demo-one-after-deployment"


@pytest.mark.parametrize(
    ("events", "tier", "what"),
    [
        ({"retry": {}}, SNAPSHOTS, "starting failed jobs again"),
        ({"ops_items": True}, BACKUP, "OpsItems"),
        ({"ops_items": True, "retry": {}}, BACKUP, None),
    ],
)
def test_what_has_no_effect_is_said(events: dict[str, Any], tier: dict[str, Any], what: str | None) -> None:
    """Retries without a plan, and OpsItems that nothing would open."""
    vain = [each.what for each in of(events, **tier).unmet if each.kind is UnmetKind.NO_EFFECT]
    assert vain == ([what] if what else [])


def test_a_vault_tells_what_event_bridge_does_not() -> None:
    """What is lost of a bucket, and that somebody changed a recovery point."""
    recovery = {"granularity": "5m", "keep": "7d"}
    (unit,) = of({}, protects={"s3": {}}, point_in_time_recovery=recovery).units
    assert unit.events
    (found,) = unit.events.notifications
    assert found.events == (
        "RECOVERY_POINT_MODIFIED",
        "S3_BACKUP_OBJECT_FAILED",
        "S3_RESTORE_OBJECT_FAILED",
    )


@given(catalog=catalogs())
@settings(max_examples=10)
def test_every_catalog_can_have_them(catalog: dict[str, Any]) -> None:
    """Nothing else of its units changes, and every role that a rule or machine names is there."""
    plain = resolve(model(catalog))
    state = resolve(model({**catalog, "events": {"retry": {}, "ops_items": True}}))
    for was, unit in zip(plain.units, state.units, strict=True):
        assert unit.events
        assert (was.vaults, was.plans, was.snapshot_policies) == (
            unit.vaults,
            unit.plans,
            unit.snapshot_policies,
        )
        assert unit.keys[: len(was.keys)] == was.keys
        # Who validates has more to read.
        others = [role for role in was.roles if role.purpose is not RolePurpose.VALIDATE]
        assert [role for role in unit.roles if role in others] == others
        arns = {role.arn for role in unit.roles}
        machines = {machine.arn for machine in unit.state_machines}
        assert {machine.role_arn for machine in unit.state_machines} <= arns
        assert {rule.role_arn for rule in unit.events.rules if rule.role_arn} <= arns
        assert {rule.target_arn for rule in unit.events.rules} <= machines | {unit.events.topic.arn}
