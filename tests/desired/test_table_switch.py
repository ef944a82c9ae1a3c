"""The machine that switches on the recovery of tables, run by moto's interpreter of Amazon States Language.

It calls moto's own tagging API and DynamoDB, so that both sides of every call are somebody else's.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import count
from typing import Any

import boto3
import pytest
from cfnlint.jsonschema import CfnTemplateValidator
from cfnlint.rules.resources.stepfunctions.StateMachineDefinition import StateMachineDefinition
from moto import mock_aws
from moto.dynamodb.models import DynamoDBBackend

import emulator
from emulator import faults
from tierkeep.desired import table_switch
from tierkeep.desired.table_switch import definition

REGION = "eu-west-1"
TAGS = (("backup-tier", "critical"),)
DAYS = 14


class World:
    """Tables, and executions of the machine that look after them."""

    def __init__(self, tables: Any, machines: Any) -> None:
        self.tables, self._machines = tables, machines
        self._arn = self._machines.create_state_machine(
            name="switch",
            definition=definition("aws", TAGS, DAYS),
            roleArn="arn:aws:iam::123456789012:role/switch",
        )["stateMachineArn"]
        self._names = count()

    def table(self, name: str, *, tier: str = "critical", days: int | None = None) -> None:
        self.tables.create_table(
            TableName=name,
            AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
            KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
            BillingMode="PAY_PER_REQUEST",
            Tags=[{"Key": "backup-tier", "Value": tier}],
        )
        if days is not None:
            asked = {"PointInTimeRecoveryEnabled": True, "RecoveryPeriodInDays": days}
            self.tables.update_continuous_backups(TableName=name, PointInTimeRecoverySpecification=asked)

    def period(self, name: str) -> int | None:
        """How many days it reaches back; None where it is off."""
        found = self.tables.describe_continuous_backups(TableName=name)["ContinuousBackupsDescription"]
        recovery = found["PointInTimeRecoveryDescription"]
        enabled = recovery["PointInTimeRecoveryStatus"] == "ENABLED"
        return int(recovery["RecoveryPeriodInDays"]) if enabled else None

    def run(self) -> tuple[dict[str, Any], list[str]]:
        """The end of an execution, and what it called of DynamoDB, in order."""
        execution = self._machines.start_execution(
            stateMachineArn=self._arn, name=f"run-{next(self._names)}"
        )["executionArn"]
        while (ended := self._machines.describe_execution(executionArn=execution))["status"] == "RUNNING":
            pass
        history = self._machines.get_execution_history(executionArn=execution, maxResults=1000)["events"]
        calls = [event["taskScheduledEventDetails"] for event in history if event["type"] == "TaskScheduled"]
        return ended, [each["resource"] for each in calls]


@pytest.fixture(scope="module")
def clients() -> tuple[Any, Any]:
    """They take long to make, and work in every ``mock_aws``."""
    emulator.install()
    session = boto3.Session(aws_access_key_id="testing", aws_secret_access_key="testing", region_name=REGION)
    return session.client("dynamodb"), session.client("stepfunctions")


@pytest.fixture
def world(clients: tuple[Any, Any], monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    monkeypatch.setattr(table_switch, "_NAMED", 3)
    monkeypatch.setenv("MOTO_IAM_LOAD_MANAGED_POLICIES", "false")
    with mock_aws(config={"stepfunctions": {"execute_state_machine": True}}):
        yield World(*clients)
    faults.clear()


def test_nothing_to_do(world: World) -> None:
    """Without a table of the tier it succeeds, and touches none of others."""
    world.table("theirs", tier="other")
    ended, calls = world.run()
    assert (ended["status"], calls) == ("SUCCEEDED", ["getResources"])
    assert world.period("theirs") is None


def test_on_longer_and_never_shorter(world: World) -> None:
    """What is off goes on, what is shorter gets longer, and what is as long or longer stays."""
    world.table("off")
    world.table("shorter", days=DAYS - 1)
    world.table("as-long", days=DAYS)
    world.table("longer", days=35)
    ended, calls = world.run()
    assert ended["status"] == "SUCCEEDED"
    assert [world.period(each) for each in ("off", "shorter", "as-long", "longer")] == [DAYS, DAYS, DAYS, 35]
    assert (calls.count("describeContinuousBackups"), calls.count("updateContinuousBackups")) == (4, 2)
    again, calls = world.run()
    assert (again["status"], calls.count("updateContinuousBackups")) == ("SUCCEEDED", 0)


def test_one_failure_stops_no_other_and_is_named(world: World) -> None:
    """Over two pages: both tables that fail, in whichever call, are named; all others are switched on."""
    names = [f"table-{number:02}" for number in range(13)]
    for each in names:
        world.table(each)
    faults.add("access-denied", operation="DescribeContinuousBackups", resource="table-02")
    faults.add("access-denied", operation="UpdateContinuousBackups", resource="table-11")
    ended, calls = world.run()
    faults.clear()
    assert (ended["status"], ended["error"]) == ("FAILED", "TablesWithoutPointInTimeRecovery")
    assert ended["cause"] == "2 failed: " + json.dumps(
        [
            f"arn:aws:dynamodb:{REGION}:123456789012:table/{each}: DynamoDb.DynamoDbException"
            for each in ("table-02", "table-11")
        ],
        separators=(",", ":"),
    )
    assert calls.count("getResources") == 2
    assert [each for each in names if world.period(each) is None] == ["table-02", "table-11"]


def test_a_table_that_is_gone_is_no_failure(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Which somebody deletes after it was found, and before it is asked."""
    for each in ("gone", "there"):
        world.table(each)
    describe = DynamoDBBackend.describe_continuous_backups

    def deleted_first(self: DynamoDBBackend, table_name: str) -> dict[str, Any]:
        if table_name == "gone":
            self.delete_table(table_name)
        return describe(self, table_name)

    monkeypatch.setattr(DynamoDBBackend, "describe_continuous_backups", deleted_first)
    ended, _ = world.run()
    assert (ended["status"], world.period("there")) == ("SUCCEEDED", DAYS)


def test_the_listing_fails_loudly(world: World) -> None:
    """Where tables cannot be found, nothing is known of them: the execution fails."""
    world.table("off")
    faults.add("access-denied", service="resourcegroupstaggingapi")
    ended, _ = world.run()
    faults.clear()
    assert (ended["status"], world.period("off")) == ("FAILED", None)


def test_it_names_no_more_than_a_cause_may_hold(world: World) -> None:
    """Of many failures it names the first, here three, and says how many there are."""
    for number in range(4):
        world.table(f"table-{number}")
    faults.add("access-denied", operation="DescribeContinuousBackups")
    ended, _ = world.run()
    assert ended["status"] == "FAILED"
    assert ended["cause"].startswith("4 failed: ")
    assert ended["cause"].count(":table/") == 3


def test_the_definition_is_as_the_language_says() -> None:
    """By cfn-lint's schema of Amazon States Language, which finds nothing, and finds a planted fault."""
    machine = json.loads(definition("aws", TAGS, DAYS))
    assert _faults(machine) == []
    machine["States"]["Find tables"]["Nex"] = machine["States"]["Find tables"].pop("Next")
    assert _faults(machine)


@pytest.mark.parametrize("partition", ["aws-cn", "aws-us-gov"])
def test_other_partitions_have_the_same_machine(partition: str) -> None:
    """But for their name, which cfn-lint's schema does not know."""
    here = definition(partition, TAGS, DAYS)
    assert "arn:aws:" not in here
    assert here.replace(f"arn:{partition}:", "arn:aws:") == definition("aws", TAGS, DAYS)


def _faults(machine: dict[str, Any]) -> list[str]:
    rule = StateMachineDefinition()
    return [
        error.message for error in rule.validate(CfnTemplateValidator({}), None, {"Definition": machine}, {})
    ]
