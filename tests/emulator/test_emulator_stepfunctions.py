"""What the emulator adds to Step Functions."""

import json
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from moto import mock_aws

import emulator

DONE = {"StartAt": "Done", "States": {"Done": {"Type": "Succeed"}}}


@pytest.fixture
def machines(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    emulator.install()
    monkeypatch.setenv("MOTO_IAM_LOAD_MANAGED_POLICIES", "false")
    with mock_aws():
        yield boto3.client("stepfunctions")


def test_a_definition_is_judged_without_being_refused(machines: Any) -> None:
    """A good one is OK; one that is no Amazon States Language is FAIL, with an error that says why."""
    good = machines.validate_state_machine_definition(definition=json.dumps(DONE))
    assert (good["result"], good["diagnostics"]) == ("OK", [])
    for broken in ("{", json.dumps({"StartAt": "Done", "States": {"Done": {"Type": "Succed"}}})):
        found = machines.validate_state_machine_definition(definition=broken)
        assert found["result"] == "FAIL"
        assert {each["severity"] for each in found["diagnostics"]} == {"ERROR"}
        assert found["diagnostics"][0]["message"]


def test_versions_are_listed_latest_first(machines: Any) -> None:
    """None before one is published."""
    role = "arn:aws:iam::123456789012:role/machine"
    arn = machines.create_state_machine(name="one", definition=json.dumps(DONE), roleArn=role)[
        "stateMachineArn"
    ]
    assert machines.list_state_machine_versions(stateMachineArn=arn)["stateMachineVersions"] == []
    for comment in ("first", "second"):
        definition = json.dumps({"Comment": comment, **DONE})
        machines.update_state_machine(stateMachineArn=arn, definition=definition, publish=True)
    listed = machines.list_state_machine_versions(stateMachineArn=arn)["stateMachineVersions"]
    assert [each["stateMachineVersionArn"] for each in listed] == [f"{arn}:2", f"{arn}:1"]
