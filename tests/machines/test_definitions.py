"""The definitions and patterns, held against what others know of them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from botocore.loaders import Loader
from botocore.model import ServiceModel, Shape, StructureShape
from cfnlint.api import lint
from cfnlint.config import ManualArgs
from moto.events.models import EventPattern

from tests.catalogs import model
from tests.machines.world import ACCOUNT, REGION, SERVERS, catalog
from tests.stacks.goldens import CATALOGS
from tierkeep.compiler import compile_catalog
from tierkeep.desired import event_patterns
from tierkeep.desired.model import DesiredUnit, Role, StateMachine
from tierkeep.desired.resolve import resolve

SAMPLES = json.loads(Path(__file__).with_name("aws-samples.json").read_text())
"""By name, the sample events of AWS's documentation, without the members that no pattern looks at."""


def machines() -> list[tuple[DesiredUnit, StateMachine]]:
    """Of three catalogs, with OpsItems and without, with VSS and without."""
    others = [catalog(), catalog({"servers": SERVERS})]
    states = [compile_catalog(CATALOGS["everything"]).state, *(resolve(model(each)) for each in others)]
    return [(unit, machine) for state in states for unit in state.units for machine in unit.state_machines]


MACHINES = machines()
DISTINCT = {machine.definition: machine for _, machine in MACHINES}


def tasks(states: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """All of a machine, those inside of a map too."""
    for state in states.values():
        if state["Type"] == "Task":
            yield state
        if state["Type"] == "Map":
            yield from tasks(state["ItemProcessor"]["States"])


def test_cfn_lint_finds_no_fault_in_a_definition() -> None:
    """Its rule E3601 holds definitions to the schema of Amazon States Language, and to states that exist."""
    for definition in DISTINCT:
        assert _lint(definition) == []
    broken = json.loads(next(iter(DISTINCT)))
    broken["StartAt"] = "Nowhere"
    assert _lint(json.dumps(broken)) != []


def _lint(definition: str) -> list[str]:
    properties = {"RoleArn": f"arn:aws:iam::{ACCOUNT}:role/x", "DefinitionString": definition}
    resource = {"Type": "AWS::StepFunctions::StateMachine", "Properties": properties}
    template = json.dumps({"AWSTemplateFormatVersion": "2010-09-09", "Resources": {"Machine": resource}})
    return [str(each) for each in lint(template, config=ManualArgs(regions=["eu-west-1"]))]


def test_each_task_is_a_call_that_botocore_knows() -> None:
    """The operation, its members, and all that it needs; Step Functions writes them in Pascal case."""
    loader = Loader()
    for machine in DISTINCT.values():
        for task in tasks(json.loads(machine.definition)["States"]):
            service, operation = task["Resource"].rsplit(":", 2)[-2:]
            found = ServiceModel(loader.load_service_model(service, "service-2"), service)
            shape = found.operation_model(operation[0].upper() + operation[1:]).input_shape
            assert list(_wrong(task["Parameters"], shape)) == []


def _wrong(parameters: dict[str, Any], shape: Shape) -> Iterator[str]:
    if not isinstance(shape, StructureShape):
        return
    given = {name.removesuffix(".$"): value for name, value in parameters.items()}
    pascal = {name[0].upper() + name[1:]: member for name, member in shape.members.items()}
    yield from (each for each in given if each not in pascal)
    yield from (each for each in shape.required_members if each[0].upper() + each[1:] not in given)
    for name, value in given.items():
        if isinstance(value, dict) and name in pascal:
            yield from _wrong(value, pascal[name])


def test_each_role_may_call_what_its_machine_calls_and_no_more() -> None:
    """Besides passing a role to AWS Backup, encrypting what it tells, and writing its log and traces."""
    for unit, machine in MACHINES:
        of_tables = machine.name.endswith("-tables")  # it starts no job and tells nobody
        besides = set() if of_tables else {"iam:PassRole", "kms:Decrypt", "kms:GenerateDataKey"}
        (role,) = (each for each in unit.roles if each.arn == machine.role_arn)
        called = {_action(task["Resource"]) for task in tasks(json.loads(machine.definition)["States"])}
        if not _copies(unit) and machine.name.endswith("-retries"):
            called -= {"backup:StartCopyJob"}
        allowed = {each for each in _actions(role) if not each.startswith(("logs:", "xray:"))}
        assert allowed == called | besides


def _copies(unit: DesiredUnit) -> bool:
    return any(rule.copies for plan in unit.plans for rule in plan.rules)


def _action(resource: str) -> str:
    service, operation = resource.rsplit(":", 2)[-2:]
    prefix = {"resourcegroupstaggingapi": "tag"}.get(service, service)
    return f"{prefix}:{operation[0].upper()}{operation[1:]}"


def _actions(role: Role) -> set[str]:
    return {each for statement in role.statements for each in statement.actions}


ROLE = "arn:aws:iam::1112233445566:role/MockRCBackupTestRole"
PATTERNS = {
    "failed": event_patterns.failed_jobs(),
    "incomplete": event_patterns.incomplete_jobs(),
    "snapshots": event_patterns.failed_snapshots(),
    "retried": event_patterns.retried_jobs(ROLE),
    "deployment": event_patterns.deployments(
        "shop", "before-deployment", codedeploy=["shop"], codepipeline=["web"]
    ),
}


@pytest.mark.parametrize("sample", SAMPLES)
def test_the_sample_events_of_aws_match_the_patterns_that_they_should(sample: str) -> None:
    """Each by those that its entry names, and by no other, as moto's matcher sees it."""
    entry = SAMPLES[sample]
    matched = [
        name
        for name, pattern in PATTERNS.items()
        if EventPattern.load(json.dumps(pattern)).matches_event(entry["event"])
    ]
    assert matched == entry["matched"]


def test_rules_of_one_unit_have_names_of_their_own() -> None:
    """And names that EventBridge takes: 64 characters at most."""
    for unit, _ in MACHINES:
        names = [rule.name for rule in unit.events.rules] if unit.events else []
        assert len(set(names)) == len(names)
        assert max(map(len, names)) <= 64
    assert REGION in {unit.id.region for unit, _ in MACHINES}
