"""Snapshot policies: scripts, volumes left out, the archive tier, and which resource deploys them."""

from __future__ import annotations

from typing import Any

import pytest

from tests.catalogs import model
from tierkeep.desired.model import (
    Age,
    DesiredState,
    Engine,
    PolicyResource,
    RolePurpose,
    SnapshotPolicy,
    Statement,
    TimeUnit,
    UnmetKind,
)
from tierkeep.desired.resolve import resolve

SCRIPTS = {"scripts": "pre-and-post", "document": "quiesce"}
NO_SNAPSHOT = {"on_failure": "no-snapshot"}
MONTHLY = {"every": "1mo", "on": 1, "keep": "2y"}


def _state(**tier: Any) -> DesiredState:
    basic = {
        "description": "Basic",
        "protects": {"ec2": {}, "ebs": {}},
        "encryption": "aws-managed",
        "schedules": {"monthly": MONTHLY},
        **tier,
    }
    account = {"id": "000000000001", "regions": ["cn-north-1"], "tiers": ["basic"]}
    return resolve(
        model({"version": 1, "name": "demo", "tiers": {"basic": basic}, "accounts": {"one": account}})
    )


def _policy(state: DesiredState) -> SnapshotPolicy:
    (unit,) = state.units
    (policy,) = unit.snapshot_policies
    return policy


def _statements(state: DesiredState) -> dict[str, Statement]:
    role = state.units[0].role(RolePurpose.SNAPSHOTS)
    assert role
    return {each.sid: each for each in role.statements}


def _days(number: int) -> Age:
    return Age(interval=number, unit=TimeUnit.DAYS)


@pytest.mark.parametrize(
    ("asked", "handler", "timeout", "retries", "otherwise"),
    [
        (SCRIPTS, "quiesce", 10, 0, True),
        (
            {**SCRIPTS, "timeout_seconds": 60, "retries": 2, "on_failure": "no-snapshot"},
            "quiesce",
            60,
            2,
            False,
        ),
        ({"scripts": "vss", "retries": 1}, "AWS_VSS_BACKUP", None, 1, True),
    ],
)
def test_scripts_of_instances(
    asked: dict[str, Any], handler: str, timeout: int | None, retries: int, otherwise: bool
) -> None:
    """On every schedule of the instance policy; AWS's defaults are written out where there are any."""
    policy = _policy(_state(application_consistency=asked))
    (scripts,) = {each.scripts for each in policy.schedules}
    assert scripts
    assert (scripts.handler, scripts.timeout_seconds, scripts.retries) == (handler, timeout, retries)
    assert scripts.crash_consistent_on_failure is otherwise
    assert (policy.resource_type, policy.resource) == ("INSTANCE", PolicyResource.STACK)


def test_scripts_without_a_document_are_not_generated() -> None:
    """What cannot run is asked for in vain, and said aloud; the policy stays the native resource."""
    state = _state(application_consistency={"scripts": "pre-and-post"})
    policy = _policy(state)
    assert {each.scripts for each in policy.schedules} == {None}
    assert policy.resource is PolicyResource.NATIVE
    assert [(each.kind, each.what) for each in state.unmet] == [
        (UnmetKind.NOT_GENERATED, "pre and post scripts")
    ]
    assert "RunDocuments" not in _statements(state)


@pytest.mark.parametrize(
    ("asked", "document"),
    [
        (SCRIPTS, "arn:aws-cn:ssm:cn-north-1:000000000001:document/quiesce"),
        (
            {**SCRIPTS, "document": "arn:aws-cn:ssm:cn-north-1:000000000009:document/shared"},
            "arn:aws-cn:ssm:cn-north-1:000000000009:document/shared",
        ),
        ({"scripts": "vss"}, "arn:aws-cn:ssm:cn-north-1::document/AWSEC2-CreateVssSnapshot"),
    ],
)
def test_the_role_may_run_the_scripts_and_no_other(asked: dict[str, Any], document: str) -> None:
    """The one document, on the instances of the tier; in whatever partition."""
    found = _statements(_state(application_consistency=asked))
    assert found["RunDocuments"].resources == (document,)
    assert found["RunOnInstances"].resources == ("arn:aws-cn:ec2:cn-north-1:000000000001:instance/*",)
    assert found["RunOnInstances"].conditions == (
        ("StringEquals", "aws:ResourceTag/backup-tier", ("basic",)),
    )


@pytest.mark.parametrize(
    ("asked", "resource"),
    [
        ({"boot_volume": True}, PolicyResource.NATIVE),
        ({"data_volumes_with_tags": {"scratch": "yes"}}, PolicyResource.STACK),
    ],
)
def test_volumes_left_out_of_instances(asked: dict[str, Any], resource: PolicyResource) -> None:
    """Data Lifecycle Manager takes over the instances for it; the provider knows one of the two ways."""
    state = _state(exclude=asked)
    policy = _policy(state)
    assert policy.exclusions
    assert policy.exclusions.boot_volume is ("boot_volume" in asked)
    assert policy.exclusions.data_volume_tags == tuple(asked.get("data_volumes_with_tags", {}).items())
    assert policy.resource is resource
    engines = {each.resource_type: each.engine for each in state.units[0].protections}
    assert engines == {"ebs": Engine.BACKUP, "ec2": Engine.DLM}


def test_the_archive_takes_what_is_left_of_the_retention() -> None:
    """Both together are never less than `keep`, and for volumes only: instances keep theirs as they are."""
    state = _state(
        schedules={"monthly": {**MONTHLY, "archive_after": "3mo"}, "yearly": {**MONTHLY, "every": "1y"}},
        protects={"ec2": {"engine": "dlm"}, "ebs": {}},
    )
    instances, volumes = sorted(state.units[0].snapshot_policies, key=lambda each: each.resource_type)
    monthly, yearly = volumes.schedules
    assert monthly.archive
    assert (monthly.retain, monthly.archive.retain, monthly.kept) == (_days(92), _days(639), _days(731))
    two_years = Age(interval=2, unit=TimeUnit.YEARS)
    assert (yearly.archive, yearly.retain, yearly.kept) == (None, two_years, two_years)
    assert [each.kept for each in instances.schedules] == [two_years, two_years]
    assert (volumes.resource, instances.resource) == (PolicyResource.STACK, PolicyResource.NATIVE)


def test_an_account_that_archives_sooner_promises_less() -> None:
    """A restore from the archive takes longer."""
    basic = {
        "description": "Basic",
        "protects": {"ebs": {}},
        "encryption": "aws-managed",
        "schedules": {"monthly": {**MONTHLY, "archive_after": "6mo"}},
    }
    sooner = {"basic": {"schedules": {"monthly": {"archive_after": "1mo"}}}}
    account = {"id": "000000000001", "regions": ["eu-west-1"], "tiers": ["basic"], "overrides": sooner}
    state = resolve(
        model({"version": 1, "name": "demo", "tiers": {"basic": basic}, "accounts": {"one": account}})
    )
    (less,) = [each for each in state.unmet if each.kind is UnmetKind.WEAKENED]
    assert (less.what, less.why) == ("backups outside of the archive tier for 6mo", "for 1mo")
    assert less.origin[-1] == "archive_after"
