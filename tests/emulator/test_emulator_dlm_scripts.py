"""Pre and post scripts of snapshot policies: what runs in the instance, and what becomes of snapshots."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import pytest
from emulated import ACCOUNT, REGION, Aws, refusal

from emulator import clock
from emulator.backup.timing import set_job_seconds
from emulator.ssm import outcomes

START = datetime(2027, 1, 1, tzinfo=UTC)
RUN = START + timedelta(hours=5)
TAG = {"Key": "backup", "Value": "yes"}
DOCUMENT = {
    "schemaVersion": "2.2",
    "parameters": {
        "command": {"type": "String", "allowedValues": ["pre-script", "post-script", "dry-run"]},
    },
    "mainSteps": [
        {"action": "aws:runShellScript", "name": "run", "inputs": {"runCommand": ["echo {{ command }}"]}}
    ],
}


@pytest.fixture
def ssm(aws: Aws) -> Iterator[Any]:
    """Systems Manager with the document of the scripts, at the start of 2027, and an instance to back up."""
    clock.set_now(START)
    set_job_seconds(0)
    client = boto3.client("ssm", region_name=REGION)
    client.create_document(Name="freeze", DocumentType="Command", Content=json.dumps(DOCUMENT))
    image = aws.ec2.register_image(Name="base", RootDeviceName="/dev/sda1")["ImageId"]
    tags = [{"ResourceType": "instance", "Tags": [TAG]}]
    aws.ec2.run_instances(ImageId=image, MinCount=1, MaxCount=1, TagSpecifications=tags)
    yield client
    outcomes.clear()


def details(**script: Any) -> dict[str, Any]:
    rule = {"Interval": 24, "IntervalUnit": "HOURS", "Times": ["05:00"]}
    scripts = [{"ExecutionHandler": "freeze", **script}]
    schedule = {"Name": "daily", "CreateRule": {**rule, "Scripts": scripts}, "RetainRule": {"Count": 5}}
    return {"ResourceTypes": ["INSTANCE"], "TargetTags": [TAG], "Schedules": [schedule]}


def enabled(aws: Aws, **script: Any) -> None:
    aws.dlm.create_lifecycle_policy(
        ExecutionRoleArn=f"arn:aws:iam::{ACCOUNT}:role/dlm",
        Description="with scripts",
        State="ENABLED",
        PolicyDetails=details(**script),
    )


def found(aws: Aws) -> list[dict[str, str]]:
    """The tags about scripts of each snapshot that DLM has made."""
    names = ("aws:dlm:pre-script", "aws:dlm:post-script", "AppConsistent")
    tags = [
        {tag["Key"].removeprefix("aws:dlm:"): tag["Value"] for tag in each.get("Tags", [])}
        for each in aws.ec2.describe_snapshots(OwnerIds=["self"])["Snapshots"]
    ]
    wanted = [name.removeprefix("aws:dlm:") for name in names]
    return [
        {key: value for key, value in each.items() if key in wanted} for each in tags if "dlm:managed" in each
    ]


def sent(ssm: Any) -> list[tuple[str, datetime]]:
    """The commands that were sent, oldest first, and when."""
    commands = reversed(ssm.list_commands()["Commands"])
    return [
        (each["Parameters"].get("command", [""])[0], each["RequestedDateTime"].astimezone(UTC))
        for each in commands
    ]


def test_scripts_run_before_and_after_the_snapshots(aws: Aws, ssm: Any) -> None:
    outcomes.add(seconds=8)
    enabled(aws)
    clock.set_now(RUN + timedelta(seconds=7))
    assert (sent(ssm), found(aws)) == ([("pre-script", RUN)], [])
    clock.advance(1)
    assert found(aws) == [{"pre-script": "SUCCESS"}]
    [made] = [
        each["StartTime"].astimezone(UTC)
        for each in aws.ec2.describe_snapshots(OwnerIds=["self"])["Snapshots"]
        if "dlm:managed" in {tag["Key"] for tag in each.get("Tags", [])}
    ]
    assert made == RUN + timedelta(seconds=8)
    clock.advance(8)
    assert sent(ssm) == [("pre-script", RUN), ("post-script", made)]
    assert found(aws) == [{"pre-script": "SUCCESS", "post-script": "SUCCESS"}]
    clock.set_now(RUN + timedelta(days=1, minutes=1))
    assert len(sent(ssm)) == 4


PRE_FAILS = {"contains": "pre-script", "status": "Failed"}
POST_FAILS = {"contains": "post-script", "status": "Failed"}
PRE, POST = "pre-script", "post-script"


@pytest.mark.parametrize(
    ("script", "outcome", "ran", "tags"),
    [
        ({"Stages": ["PRE"]}, {}, [PRE], [{"pre-script": "SUCCESS"}]),
        ({"Stages": ["POST"]}, {}, [POST], [{"post-script": "SUCCESS"}]),
        ({}, PRE_FAILS, [PRE], [{"pre-script": "FAILED"}]),
        ({"ExecuteOperationOnScriptFailure": True}, PRE_FAILS, [PRE], [{"pre-script": "FAILED"}]),
        ({"ExecuteOperationOnScriptFailure": False}, PRE_FAILS, [PRE], []),
        ({"ExecuteOperationOnScriptFailure": False, "MaximumRetryCount": 2}, PRE_FAILS, [PRE] * 3, []),
        (
            {"MaximumRetryCount": 2},
            {**PRE_FAILS, "times": 2},
            [PRE, PRE, PRE, POST],
            [{"pre-script": "SUCCESS", "post-script": "SUCCESS"}],
        ),
        ({}, POST_FAILS, [PRE, POST], [{"pre-script": "SUCCESS", "post-script": "FAILED"}]),
        (
            {"MaximumRetryCount": 3},
            {**POST_FAILS, "times": 3},
            [PRE, POST, POST, POST, POST],
            [{"pre-script": "SUCCESS", "post-script": "SUCCESS"}],
        ),
        ({"ExecutionHandler": "gone"}, {}, [], [{"pre-script": "FAILED"}]),
        ({"ExecutionHandler": "gone", "ExecuteOperationOnScriptFailure": False}, {}, [], []),
        ({"ExecutionHandler": "AWS_VSS_BACKUP"}, {}, [""], [{"AppConsistent": "true"}]),
        ({"ExecutionHandler": "AWS_VSS_BACKUP"}, {"status": "Failed"}, [""], [{"AppConsistent": "false"}]),
        (
            {"ExecutionHandler": "AWS_VSS_BACKUP", "ExecuteOperationOnScriptFailure": False},
            {"status": "Failed"},
            [""],
            [],
        ),
    ],
)
def test_what_becomes_of_snapshots_by_how_the_scripts_end(
    aws: Aws,
    ssm: Any,
    script: dict[str, Any],
    outcome: dict[str, Any],
    ran: list[str],
    tags: list[dict[str, str]],
) -> None:
    """As the tables of the guide have it: retries, crash-consistent snapshots, the post script."""
    if outcome:
        outcomes.add(**outcome)
    enabled(aws, **script)
    clock.set_now(RUN + timedelta(minutes=5))
    assert [command for command, _ in sent(ssm)] == ran
    assert found(aws) == tags


def test_a_script_that_takes_too_long_fails_and_is_tried_again(aws: Aws, ssm: Any) -> None:
    """The time-out is each attempt's own, ten seconds unless the policy says otherwise."""
    outcomes.add(seconds=60)
    enabled(aws, ExecutionTimeout=20, MaximumRetryCount=1, Stages=["PRE"])
    clock.set_now(RUN + timedelta(seconds=39))
    assert sent(ssm) == [(PRE, RUN), (PRE, RUN + timedelta(seconds=20))]
    assert found(aws) == []
    clock.advance(1)
    assert found(aws) == [{"pre-script": "FAILED"}]
    assert {each["Status"] for each in ssm.list_command_invocations()["CommandInvocations"]} == {"Cancelled"}


def test_a_stopped_instance_runs_no_script(aws: Aws, ssm: Any) -> None:
    [instance] = aws.ec2.describe_instances()["Reservations"][0]["Instances"]
    aws.ec2.stop_instances(InstanceIds=[instance["InstanceId"]])
    enabled(aws)
    clock.set_now(RUN + timedelta(minutes=1))
    assert found(aws) == [{"pre-script": "FAILED"}]


def test_the_scripts_of_the_document_really_run_if_a_test_has_asked_for_it(aws: Aws, ssm: Any) -> None:
    outcomes.add(document="freeze", run=True)
    enabled(aws)
    clock.set_now(RUN + timedelta(minutes=1))
    ended = [
        ssm.get_command_invocation(CommandId=each["CommandId"], InstanceId=each["InstanceId"])
        for each in reversed(ssm.list_command_invocations()["CommandInvocations"])
    ]
    assert [each["StandardOutputContent"] for each in ended] == ["pre-script\n", "post-script\n"]
    assert found(aws) == [{"pre-script": "SUCCESS", "post-script": "SUCCESS"}]


@pytest.mark.parametrize("change", [{"ResourceTypes": ["VOLUME"]}, {"PolicyType": "IMAGE_MANAGEMENT"}])
def test_scripts_are_for_snapshots_of_instances(aws: Aws, change: dict[str, Any]) -> None:
    request = {"ExecutionRoleArn": f"arn:aws:iam::{ACCOUNT}:role/dlm", "Description": "d", "State": "ENABLED"}
    create = aws.dlm.create_lifecycle_policy
    assert refusal(create, **request, PolicyDetails={**details(), **change}) == "InvalidRequestException"
