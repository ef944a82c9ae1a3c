"""Step Functions behind EventBridge, as a role and by the clock; and OpsItems."""

import json
import time
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from emulated import REGION, Aws, refusal
from moto.core.models import DEFAULT_ACCOUNT_ID

from emulator import clock, stepfunctions

OTHER = "222222222222"


def definition(**states: Any) -> str:
    return json.dumps({"StartAt": next(iter(states)), "States": states})


def client_of(account: str, service: str) -> Any:
    sts = boto3.client("sts", region_name=REGION)
    keys = sts.assume_role(RoleArn=f"arn:aws:iam::{account}:role/somebody", RoleSessionName="test")[
        "Credentials"
    ]
    session = boto3.Session(keys["AccessKeyId"], keys["SecretAccessKey"], keys["SessionToken"])
    return session.client(service, region_name=REGION)


def made(states: Any, text: str, account: str = DEFAULT_ACCOUNT_ID) -> str:
    """A state machine, by its ARN."""
    role = f"arn:aws:iam::{account}:role/machine"
    return str(states.create_state_machine(name="m", definition=text, roleArn=role)["stateMachineArn"])


def ended(states: Any, execution: str) -> dict[str, Any]:
    deadline = time.monotonic() + 20
    while (found := states.describe_execution(executionArn=execution))["status"] == "RUNNING":
        assert time.monotonic() < deadline
        time.sleep(0.01)
    described: dict[str, Any] = found
    return described


@pytest.mark.usefixtures("aws")
def test_an_event_starts_a_state_machine_with_itself_or_with_a_constant() -> None:
    states, events = (boto3.client(each, region_name=REGION) for each in ("stepfunctions", "events"))
    role = f"arn:aws:iam::{DEFAULT_ACCOUNT_ID}:role/machine"
    keep = {"Type": "Pass", "End": True}
    machine = states.create_state_machine(name="m", definition=definition(Keep=keep), roleArn=role)[
        "stateMachineArn"
    ]
    events.put_rule(Name="rule", EventPattern=json.dumps({"source": ["ours"]}))
    entry = {"Source": "ours", "DetailType": "said", "Detail": json.dumps({"tier": "one"})}
    outputs = []
    for given in ({}, {"Input": json.dumps({"tier": "two"})}):
        events.put_targets(Rule="rule", Targets=[{"Id": "1", "Arn": machine, "RoleArn": role, **given}])
        events.put_events(Entries=[entry])
        newest = states.list_executions(stateMachineArn=machine)["executions"]
        outputs.append([json.loads(ended(states, each["executionArn"])["output"]) for each in newest])
    ((event,), _) = outputs
    assert (event["source"], event["detail"]) == ("ours", {"tier": "one"})
    assert {"tier": "two"} in outputs[1]


@pytest.mark.usefixtures("aws")
def test_a_task_works_in_the_account_of_the_machines_role() -> None:
    states = client_of(OTHER, "stepfunctions")
    make = {
        "Type": "Task",
        "Resource": "arn:aws:states:::aws-sdk:sns:createTopic",
        "Parameters": {"Name": "made"},
        "End": True,
    }
    role = f"arn:aws:iam::{OTHER}:role/machine"
    machine = states.create_state_machine(name="m", definition=definition(Make=make), roleArn=role)[
        "stateMachineArn"
    ]
    done = ended(states, states.start_execution(stateMachineArn=machine)["executionArn"])
    assert json.loads(done["output"])["TopicArn"] == f"arn:aws:sns:{REGION}:{OTHER}:made"


@pytest.mark.usefixtures("aws")
def test_a_state_waits_by_the_emulators_clock() -> None:
    """A day goes by in no time; before it is over, nothing does."""
    states = boto3.client("stepfunctions", region_name=REGION)
    wait = {"Type": "Wait", "Seconds": 86_400, "Next": "Done"}
    text = definition(Wait=wait, Done={"Type": "Succeed"})
    machine = made(states, text)
    execution = states.start_execution(stateMachineArn=machine)["executionArn"]
    deadline = time.monotonic() + 20
    while (until := stepfunctions.waiting_until()) is None:
        assert time.monotonic() < deadline
        time.sleep(0.01)
    assert (until - clock.now()).total_seconds() == pytest.approx(86_400, abs=1)
    clock.advance(86_000)
    time.sleep(0.05)
    assert states.describe_execution(executionArn=execution)["status"] == "RUNNING"
    clock.advance(400)
    assert ended(states, execution)["status"] == "SUCCEEDED"
    assert stepfunctions.waiting_until() is None


@pytest.mark.usefixtures("aws")
def test_a_definition_is_validated() -> None:
    states = boto3.client("stepfunctions", region_name=REGION)
    good = definition(Done={"Type": "Succeed"})
    assert states.validate_state_machine_definition(definition=good)["result"] == "OK"
    answer = states.validate_state_machine_definition(definition=json.dumps({"States": {}}))
    assert (answer["result"], answer["diagnostics"][0]["severity"]) == ("FAIL", "ERROR")


@pytest.mark.usefixtures("aws")
def test_an_open_ops_item_keeps_out_another_of_its_string() -> None:
    """And all of them can be read and listed."""
    ssm = boto3.client("ssm", region_name=REGION)
    dedup = {"/aws/dedup": {"Type": "SearchableString", "Value": json.dumps({"dedupString": "one"})}}
    wanted = {"Title": "A backup failed", "Source": "us", "Description": "why", "OperationalData": dedup}
    first = ssm.create_ops_item(**wanted)["OpsItemId"]
    assert ssm.get_ops_item(OpsItemId=first)["OpsItem"]["Description"] == "why"
    assert refusal(ssm.create_ops_item, **wanted) == "OpsItemAlreadyExistsException"
    other = ssm.create_ops_item(**{**wanted, "OperationalData": {}})["OpsItemId"]
    assert [each["OpsItemId"] for each in ssm.describe_ops_items()["OpsItemSummaries"]] == [first, other]
    with pytest.raises(ClientError, match="does not exist"):
        ssm.get_ops_item(OpsItemId="oi-000000000000")


def test_what_is_refused_has_the_id_of_its_request(aws: Aws) -> None:
    """Step Functions puts it into the cause of a failure."""
    with pytest.raises(ClientError) as caught:
        aws.backup.describe_backup_job(BackupJobId="none")
    assert caught.value.response["ResponseMetadata"]["RequestId"]
