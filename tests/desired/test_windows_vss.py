"""VSS for Windows by AWS Backup: where it is asked for, what it makes of a unit, and what is in vain."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.catalogs import model
from tierkeep.desired.model import DesiredState, DesiredUnit, Engine, RolePurpose, UnitId, UnmetKind
from tierkeep.desired.resolve import resolve
from tierkeep.diff import Action, Direction, compare
from tierkeep.report.promises_tier import explain_tier

BY_BACKUP = {"ec2": {"engine": "backup"}, "efs": {}}
VSS = {"scripts": "vss"}


def _state(protects: dict[str, Any] = BY_BACKUP, account: dict[str, Any] | None = None, **tier: Any) -> Any:
    basic = {
        "description": "Basic",
        "protects": protects,
        "encryption": "aws-managed",
        "schedules": {"daily": {"every": "1d", "keep": "7d"}},
        **tier,
    }
    one = {"id": "000000000001", "regions": ["eu-west-1"], "tiers": ["basic"], **(account or {})}
    accounts = {"one": one, "two": {"id": "000000000002", "regions": ["eu-west-1"], "tiers": ["basic"]}}
    return resolve(model({"version": 1, "name": "demo", "tiers": {"basic": basic}, "accounts": accounts}))


def _unit(state: DesiredState, account: str = "one") -> DesiredUnit:
    found = state.unit(UnitId(account=account, region="eu-west-1"))
    assert found
    return found


def _of_instances(state: DesiredState) -> Engine:
    return next(each.engine for each in _unit(state).protections if each.resource_type == "ec2")


@pytest.mark.parametrize(
    ("protects", "asked", "engine", "vss"),
    [
        (BY_BACKUP, VSS, Engine.BACKUP, True),
        ({"ec2": {}, "efs": {}}, VSS, Engine.DLM, False),
        (BY_BACKUP, None, Engine.BACKUP, False),
    ],
    ids=["by AWS Backup", "by Data Lifecycle Manager", "not asked"],
)
def test_the_engine_that_the_tier_names_has_it(
    protects: dict[str, Any], asked: dict[str, Any] | None, engine: Engine, vss: bool
) -> None:
    """Where none is named, Data Lifecycle Manager as ever; nothing of what is asked for is in vain."""
    state = _state(protects, **({"application_consistency": asked} if asked else {}))
    assert _of_instances(state) is engine
    assert [each.windows_vss for each in _unit(state).plans] == [vss]
    assert state.unmet == ()


def test_a_plan_for_point_in_time_recovery_has_nothing_of_it() -> None:
    """It holds no instances."""
    recovery = {"granularity": "5m", "keep": "7d"}
    state = _state({**BY_BACKUP, "rds": {}}, application_consistency=VSS, point_in_time_recovery=recovery)
    assert {each.name: each.windows_vss for each in _unit(state).plans} == {
        "demo-basic": True,
        "demo-basic-continuous": False,
    }


def test_the_role_may_run_awss_document_on_the_tiers_instances_and_no_other() -> None:
    """Of a tier that does not ask for it, nothing."""
    role = _unit(_state(application_consistency=VSS)).role(RolePurpose.BACKUP)
    assert role
    sending = [each for each in role.statements if "ssm:SendCommand" in each.actions]
    assert [(each.resources, each.conditions) for each in sending] == [
        (("arn:aws:ssm:eu-west-1::document/AWSEC2-CreateVssSnapshot",), ()),
        (
            ("arn:aws:ec2:eu-west-1:000000000001:instance/*",),
            (("StringEquals", "aws:ResourceTag/backup-tier", ("basic",)),),
        ),
    ]
    without = _unit(_state()).role(RolePurpose.BACKUP)
    assert without
    assert "ssm:" not in json.dumps([each.actions for each in without.statements])


@pytest.mark.parametrize(
    ("asked", "vain"),
    [
        ({}, []),
        ({"retries": 1}, ["trying VSS again"]),
        ({"on_failure": "no-snapshot"}, ["no backup where VSS fails"]),
    ],
)
def test_what_data_lifecycle_manager_alone_has_is_in_vain(asked: dict[str, Any], vain: list[str]) -> None:
    """AWS Backup does not try again, and backs up in any case."""
    unmet = _state(application_consistency={**VSS, **asked}).unmet
    assert [(each.kind, each.what) for each in unmet] == [(UnmetKind.NO_EFFECT, each) for each in vain]


def test_scripts_are_not_its() -> None:
    """It runs none of anybody's own."""
    (vain,) = _state(application_consistency={"scripts": "pre-and-post", "document": "quiesce"}).unmet
    assert (vain.kind, vain.what) == (UnmetKind.NO_EFFECT, "application consistency")


def test_an_account_without_instances_has_nothing_of_it() -> None:
    """Another account has; a tier all of whose accounts leave them out asks in vain."""
    narrowed = {"overrides": {"basic": {"protects": ["efs"]}}}
    state = _state(account=narrowed, application_consistency=VSS)
    assert [each.windows_vss for name in ("one", "two") for each in _unit(state, name).plans] == [False, True]
    (lacking,) = state.unmet
    assert (lacking.kind, lacking.why) == (UnmetKind.NOT_EVERYWHERE, "it has no effect in one/eu-west-1")
    (vain,) = _state({"efs": {}}, application_consistency=VSS).unmet
    assert vain.kind is UnmetKind.NO_EFFECT


def test_explain_says_what_there_is_where_it_fails() -> None:
    """Of instances, and of nothing else in the plan."""
    (found,) = explain_tier(_state(application_consistency=VSS), "basic", unit=None, at=None)
    extras = {types[0][0].value: each.extras for each in found.protected for types in [each.types]}
    (said,) = extras["ec2"]
    assert said.startswith("VSS by AWS Backup: ")
    assert "where it fails, crash-consistent" in said
    assert extras["efs"] == ()


def test_diff_tells_of_the_promise_and_of_the_plan() -> None:
    """A weaker promise, and a change in place of the plan and of the role."""
    with_vss, without = _state(application_consistency=VSS), _state()
    lost = compare(with_vss, without)
    assert [(each.direction, each.what, each.old) for each in lost.promises] == [
        (Direction.WEAKER, "pre and post scripts", "VSS by AWS Backup, else crash-consistent")
    ]
    assert {(each.type, each.action) for each in lost.resources} == {
        ("aws_backup_plan", Action.UPDATE), ("aws_iam_role_policy", Action.UPDATE),
    }  # fmt: skip
    fields = {field for each in lost.resources if each.type == "aws_backup_plan" for field in each.fields}
    assert {(each.name, each.old) for each in fields} == {
        ("advanced_backup_setting of EC2", "WindowsVSS enabled")
    }
    moved = compare(with_vss, _state({"ec2": {}, "efs": {}}, application_consistency=VSS))
    assert [each.direction for each in moved.promises if each.what == "pre and post scripts"] == [
        Direction.CHANGED
    ]
