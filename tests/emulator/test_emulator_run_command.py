"""SSM's Run Command: how commands go on by the clock, and end as tests say."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import boto3
import pytest
from botocore.config import Config
from emulated import REGION, Aws, refusal
from moto.core.utils import get_service_model
from wire_shapes import wire_problems

from emulator import clock, control
from emulator.process import running
from emulator.ssm import outcomes

SHELL = {"DocumentName": "AWS-RunShellScript", "Parameters": {"commands": ["echo hello"]}}
GONE = "i-00000000000000000"
NO_COMMAND = "00000000-0000-0000-0000-000000000000"
TEMPLATE = {
    "schemaVersion": "2.2",
    "parameters": {
        "command": {
            "type": "String",
            "default": "dry-run",
            "allowedValues": ["pre-script", "post-script", "dry-run"],
        },
        "word": {"type": "String"},
    },
    "mainSteps": [
        {
            "action": "aws:runShellScript",
            "name": "scripts",
            "inputs": {"runCommand": ["OPERATION={{ command }}", "echo $OPERATION {{word}}"]},
        }
    ],
}


@pytest.fixture
def ssm(aws: Aws) -> Iterator[Any]:
    yield boto3.client("ssm", region_name=REGION, config=Config(parameter_validation=False))
    outcomes.clear()


@pytest.fixture
def instance(aws: Aws) -> str:
    return launched(aws)


def launched(aws: Aws, **tags: str) -> str:
    image = aws.ec2.register_image(Name=f"base-{tags}", RootDeviceName="/dev/sda1")["ImageId"]
    given = [{"Key": key, "Value": value} for key, value in tags.items()]
    specification = [{"ResourceType": "instance", "Tags": given}] if given else []
    made = aws.ec2.run_instances(ImageId=image, MinCount=1, MaxCount=1, TagSpecifications=specification)
    return str(made["Instances"][0]["InstanceId"])


def sent(ssm: Any, *instances: str, **settings: Any) -> str:
    return str(
        ssm.send_command(**{**SHELL, "InstanceIds": list(instances), **settings})["Command"]["CommandId"]
    )


def invocation(ssm: Any, command: str, instance: str) -> dict[str, Any]:
    return dict(ssm.get_command_invocation(CommandId=command, InstanceId=instance))


def listed(ssm: Any, command: str) -> dict[str, Any]:
    [found] = ssm.list_commands(CommandId=command)["Commands"]
    return dict(found)


def test_a_command_waits_runs_and_succeeds_without_a_word(ssm: Any, instance: str) -> None:
    clock.set_now(datetime(2027, 1, 1, tzinfo=UTC))
    outcomes.add(seconds=10)
    command = sent(ssm, instance, Comment="why")
    waiting = invocation(ssm, command, instance)
    assert (waiting["Status"], waiting["ResponseCode"], waiting["ExecutionStartDateTime"]) == (
        "Pending",
        -1,
        "",
    )
    assert (listed(ssm, command)["Status"], listed(ssm, command)["CompletedCount"]) == ("Pending", 0)
    clock.advance(5)
    running = invocation(ssm, command, instance)
    assert (running["Status"], running["ResponseCode"]) == ("InProgress", -1)
    assert listed(ssm, command)["Status"] == "InProgress"
    clock.advance(5)
    ended = invocation(ssm, command, instance)
    assert (ended["Status"], ended["StatusDetails"], ended["ResponseCode"]) == ("Success", "Success", 0)
    assert (ended["StandardOutputContent"], ended["StandardErrorContent"]) == ("", "")
    assert (ended["PluginName"], ended["Comment"]) == ("aws:runShellScript", "why")
    assert ended["ExecutionStartDateTime"] == "2027-01-01T00:00:02.000Z"
    assert (ended["ExecutionElapsedTime"], ended["ExecutionEndDateTime"]) == (
        "PT8S",
        "2027-01-01T00:00:10.000Z",
    )
    together = listed(ssm, command)
    assert (together["Status"], together["TargetCount"], together["CompletedCount"]) == ("Success", 1, 1)


@pytest.mark.parametrize(
    ("status", "answered", "code", "errors", "late"),
    [
        ("Failed", ("Failed", "Failed"), 1, 1, 0),
        ("TimedOut", ("TimedOut", "ExecutionTimedOut"), 137, 1, 0),
        ("ExecutionTimedOut", ("TimedOut", "ExecutionTimedOut"), 137, 1, 0),
        ("DeliveryTimedOut", ("TimedOut", "DeliveryTimedOut"), -1, 0, 1),
    ],
)
def test_a_command_ends_as_a_test_has_said(
    aws: Aws,
    ssm: Any,
    instance: str,
    status: str,
    answered: tuple[str, str],
    code: int,
    errors: int,
    late: int,
) -> None:
    """On the instance, and as a whole where others succeed."""
    other = launched(aws)
    outcomes.add(document="AWS-*Shell*", instance=instance, status=status, stdout="out", stderr="err")
    command = sent(ssm, instance, other)
    clock.advance(5)
    ended = invocation(ssm, command, instance)
    assert ((ended["Status"], ended["StatusDetails"]), ended["ResponseCode"]) == (answered, code)
    assert (ended["StandardOutputContent"], ended["StandardErrorContent"]) == ("out", "err")
    assert invocation(ssm, command, other)["Status"] == "Success"
    whole = listed(ssm, command)
    assert (whole["Status"], whole["StatusDetails"]) == answered
    assert (whole["ErrorCount"], whole["DeliveryTimedOutCount"], whole["CompletedCount"]) == (errors, late, 2)


def test_an_outcome_is_chosen_by_document_parameters_and_times(ssm: Any, instance: str) -> None:
    outcomes.add(document="AWS-RunPowerShellScript", status="Failed")
    outcomes.add(contains="needle", status="Failed", response_code=7)
    outcomes.add(status="Failed", times=1)

    def outcome(line: str) -> tuple[str, int]:
        command = sent(ssm, instance, Parameters={"commands": [line]})
        clock.advance(5)
        ended = invocation(ssm, command, instance)
        return ended["Status"], ended["ResponseCode"]

    assert outcome("the needle") == ("Failed", 7)
    assert [outcome("hay"), outcome("hay")] == [("Failed", 1), ("Success", 0)]


def test_output_is_cut_where_aws_cuts_it(ssm: Any, instance: str) -> None:
    outcomes.add(stdout="o" * 30_000, stderr="e" * 30_000)
    command = sent(ssm, instance)
    clock.advance(5)
    ended = invocation(ssm, command, instance)
    assert (len(ended["StandardOutputContent"]), len(ended["StandardErrorContent"])) == (24_000, 8_000)
    [found] = ssm.list_command_invocations(CommandId=command, Details=True)["CommandInvocations"]
    assert [len(plugin["Output"]) for plugin in found["CommandPlugins"]] == [2_500]


def test_a_script_really_runs_if_a_test_has_asked_for_it(
    ssm: Any, instance: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With its exit code, both outputs, and nothing of this process's environment."""
    monkeypatch.setenv("SECRET", "told")
    outcomes.add(document="AWS-RunShellScript", run=True)
    lines = [
        "echo at $AWS_SSM_INSTANCE_ID",
        "echo ${SECRET-unknown} >&2",
        "pwd > here && cat here | wc -l",
        "exit 3",
    ]
    command = sent(ssm, instance, Parameters={"commands": lines})
    clock.advance(5)
    ended = invocation(ssm, command, instance)
    assert (ended["Status"], ended["ResponseCode"]) == ("Failed", 3)
    assert ended["StandardOutputContent"].split() == ["at", instance, "1"]
    assert ended["StandardErrorContent"] == "unknown\n"


def test_a_script_that_goes_on_for_too_long_is_killed(ssm: Any, instance: str) -> None:
    outcomes.add(run=True, timeout=0.3)
    command = sent(ssm, instance, Parameters={"commands": ["echo begun", "sleep 60 & sleep 60"]})
    clock.advance(5)
    ended = invocation(ssm, command, instance)
    assert (ended["StatusDetails"], ended["ResponseCode"]) == ("ExecutionTimedOut", 137)
    assert ended["StandardOutputContent"] == "begun\n"


def test_a_documents_own_step_runs_with_its_parameters(ssm: Any, instance: str) -> None:
    ssm.create_document(Name="freeze", DocumentType="Command", Content=json.dumps(TEMPLATE))
    outcomes.add(run=True)
    named = {"DocumentName": "freeze", "Parameters": {"command": ["pre-script"], "word": ["now"]}}
    command = sent(ssm, instance, **named)
    clock.advance(5)
    ended = invocation(ssm, command, instance)
    assert (ended["PluginName"], ended["StandardOutputContent"]) == ("scripts", "pre-script now\n")
    assert ssm.get_command_invocation(CommandId=command, InstanceId=instance, PluginName="scripts")

    def refused(**parameters: list[str]) -> str:
        return refusal(ssm.send_command, **{**named, "InstanceIds": [instance], "Parameters": parameters})

    assert refused(command=["pre-script"]) == "InvalidParameters"
    assert refused(command=["another"], word=["x"]) == "InvalidParameters"
    assert refused(other=["x"], word=["x"]) == "InvalidParameters"


def test_a_script_that_the_emulator_does_not_know_is_not_made_up(ssm: Any, instance: str) -> None:
    outcomes.add(run=True)
    request = {"DocumentName": "AWS-RunPatchBaseline", "InstanceIds": [instance]}
    assert refusal(ssm.send_command, **request) == "NotImplemented"


def test_targets_are_found_by_their_tags(aws: Aws, ssm: Any) -> None:
    """Any of a key's values, and all of the keys."""
    one, two = launched(aws, tier="gold", os="linux"), launched(aws, tier="silver", os="linux")
    launched(aws, tier="gold", os="windows")

    def reached(*targets: tuple[str, list[str]]) -> set[str]:
        given = [{"Key": key, "Values": values} for key, values in targets]
        command = ssm.send_command(**SHELL, Targets=given)["Command"]["CommandId"]
        found = ssm.list_command_invocations(CommandId=command)["CommandInvocations"]
        return {each["InstanceId"] for each in found}

    assert reached(("tag:tier", ["gold", "silver"]), ("tag:os", ["linux"])) == {one, two}
    assert reached(("InstanceIds", [two])) == {two}
    assert reached(("tag:tier", ["lead"])) == set()
    group = [{"Key": "resource-groups:Name", "Values": ["x"]}]
    assert refusal(ssm.send_command, **SHELL, Targets=group) == "NotImplemented"


def test_a_stopped_instance_is_tried_until_it_is_too_late(aws: Aws, ssm: Any, instance: str) -> None:
    aws.ec2.stop_instances(InstanceIds=[instance])
    command = sent(ssm, instance, TimeoutSeconds=60)
    clock.advance(59)
    assert invocation(ssm, command, instance)["Status"] == "Delayed"
    clock.advance(1)
    late = invocation(ssm, command, instance)
    assert (late["StatusDetails"], late["ResponseCode"]) == ("DeliveryTimedOut", -1)


def test_a_cancelled_command_ends_where_it_has_not_ended(aws: Aws, ssm: Any, instance: str) -> None:
    other, third = launched(aws), launched(aws)
    outcomes.add(instance=instance, seconds=0, stdout="done")
    outcomes.add(seconds=100)
    command = sent(ssm, instance, other, third)
    clock.advance(50)
    ssm.cancel_command(CommandId=command, InstanceIds=[other])
    assert invocation(ssm, command, third)["Status"] == "InProgress"
    ssm.cancel_command(CommandId=command)
    ended = [invocation(ssm, command, each) for each in (instance, other, third)]
    assert [each["Status"] for each in ended] == ["Success", "Cancelled", "Cancelled"]
    assert [each["ResponseCode"] for each in ended] == [0, 137, 137]
    assert listed(ssm, command)["Status"] == "Cancelled"


def test_lists_are_filtered_and_paged(ssm: Any, instance: str) -> None:
    clock.set_now(datetime(2027, 1, 1, tzinfo=UTC))
    outcomes.add(contains="bad", status="Failed")
    first = sent(ssm, instance, Parameters={"commands": ["bad"]})
    clock.advance(3600)
    second, third = (
        sent(ssm, instance),
        sent(ssm, instance, DocumentName="AWS-RunPatchBaseline", Parameters={}),
    )

    def found(**filters: str) -> list[str]:
        given = [{"key": key, "value": value} for key, value in filters.items()]
        return [each["CommandId"] for each in ssm.list_commands(Filters=given)["Commands"]]

    assert found(ExecutionStage="Executing") == [third, second]
    clock.advance(5)
    assert found(Status="Failed") == [first]
    assert found(InvokedAfter="2027-01-01T00:30:00Z") == [third, second]
    assert found(InvokedBefore="2027-01-01T00:30:00Z", ExecutionStage="Complete") == [first]
    assert found(DocumentName="AWS-RunPatchBaseline") == [third]

    pages, token = [], None
    while True:
        page = ssm.list_command_invocations(MaxResults=2, **({"NextToken": token} if token else {}))
        pages.append([each["CommandId"] for each in page["CommandInvocations"]])
        token = page.get("NextToken")
        if not token:
            break
    assert pages == [[third, second], [first]]
    clock.advance(31 * 86_400)
    assert ssm.list_commands()["Commands"] == []


@pytest.mark.parametrize(
    ("operation", "request_", "code"),
    [
        ("send_command", {**SHELL, "InstanceIds": [GONE]}, "InvalidInstanceId"),
        ("send_command", {**SHELL, "InstanceIds": ["OWN", "OWN"]}, "DuplicateInstanceId"),
        ("send_command", {**SHELL, "InstanceIds": ["OWN"], "DocumentName": "none"}, "InvalidDocument"),
        ("send_command", {**SHELL, "InstanceIds": ["OWN"], "Parameters": {}}, "InvalidParameters"),
        ("send_command", {**SHELL, "InstanceIds": ["OWN"], "TimeoutSeconds": 1}, "ValidationException"),
        ("send_command", SHELL, "ValidationException"),
        ("get_command_invocation", {"CommandId": NO_COMMAND, "InstanceId": "OWN"}, "InvocationDoesNotExist"),
        ("get_command_invocation", {"CommandId": "SENT", "InstanceId": GONE}, "InvocationDoesNotExist"),
        (
            "get_command_invocation",
            {"CommandId": "SENT", "InstanceId": "OWN", "PluginName": "another"},
            "InvalidPluginName",
        ),
        ("list_commands", {"CommandId": NO_COMMAND}, "InvalidCommandId"),
        ("list_commands", {"NextToken": "made up"}, "InvalidNextToken"),
        (
            "list_command_invocations",
            {"Filters": [{"key": "ExecutionStage", "value": "Complete"}]},
            "InvalidFilterKey",
        ),
        ("cancel_command", {"CommandId": NO_COMMAND}, "InvalidCommandId"),
        ("cancel_command", {"CommandId": "SENT", "InstanceIds": [GONE]}, "InvalidInstanceId"),
        ("cancel_command", {"CommandId": "SENT", "InstanceIds": ["OWN", "OWN"]}, "DuplicateInstanceId"),
    ],
)
def test_what_aws_refuses(
    ssm: Any, instance: str, operation: str, request_: dict[str, Any], code: str
) -> None:
    written = json.dumps(request_).replace("OWN", instance).replace("SENT", sent(ssm, instance))
    assert refusal(getattr(ssm, operation), **json.loads(written)) == code


def test_a_terminated_instance_takes_no_command(aws: Aws, ssm: Any, instance: str) -> None:
    aws.ec2.terminate_instances(InstanceIds=[instance])
    assert refusal(ssm.send_command, **SHELL, InstanceIds=[instance]) == "InvalidInstanceId"


def test_a_command_that_is_not_there_has_no_invocations(ssm: Any) -> None:
    assert ssm.list_command_invocations(CommandId=NO_COMMAND)["CommandInvocations"] == []


def test_what_run_command_answers_is_of_its_model(aws: Aws, ssm: Any, instance: str) -> None:
    """Waiting, running, failed, cancelled: nothing that the model does not have, and of its types."""
    bodies: list[tuple[str, bytes]] = []

    def keep(http_response: Any, model: Any, **_: Any) -> None:
        if model.name in operations:
            bodies.append((model.name, http_response.content))

    operations = {
        "SendCommand", "GetCommandInvocation", "ListCommandInvocations", "ListCommands", "CancelCommand"
    }  # fmt: skip
    ssm.meta.events.register("after-call", keep)
    outcomes.add(status="Failed", stdout="out", stderr="err", times=1, seconds=10)
    commands = [sent(ssm, instance), ssm.send_command(
        **SHELL, Targets=[{"Key": "tag:a", "Values": ["b"]}], TimeoutSeconds=60, Comment="c"
    )["Command"]["CommandId"], sent(ssm, instance)]  # fmt: skip
    ssm.cancel_command(CommandId=commands[2])
    for _ in range(3):
        for each in (commands[0], commands[2]):
            invocation(ssm, each, instance)
        ssm.list_command_invocations(Details=True)
        ssm.list_commands()
        clock.advance(5)
    assert {name for name, _ in bodies} == operations
    for name, body in bodies:
        assert wire_problems(get_service_model("ssm").operation_model(name), body) == []


def test_outcomes_are_added_shown_and_removed_over_http() -> None:
    """Scripts run only where the emulator was started so."""
    path = "/emulator/ssm/outcomes"
    status, made = control.respond("POST", path, b'{"document": "a", "status": "Failed", "times": 2}')
    assert (status, made["status"]) == (200, "Failed")
    assert control.respond("GET", path, b"")[1]["outcomes"] == [made]
    for wrong in (
        b'{"status": "Odd"}',
        b'{"run": true}',
        b'{"seconds": "1"}',
        b'{"colour": "x"}',
        b'{"times": 0}',
    ):
        assert control.respond("POST", path, wrong)[0] == 400
    assert control.respond("DELETE", path, json.dumps({"id": made["id"]}).encode())[1] == {"outcomes": []}
    assert control.respond("DELETE", path, json.dumps({"id": made["id"]}).encode())[0] == 400


@pytest.mark.parametrize("allowed", [False, True])
def test_over_http_scripts_run_where_the_emulator_was_started_so(allowed: bool) -> None:
    """Or any web page could have them run: it can send such a request, though not read the answer."""
    with running(*(["--run-scripts"] if allowed else []), "--job-seconds", "0") as url:
        wanted = Request(f"{url}/emulator/ssm/outcomes", data=b'{"run": true}')
        if not allowed:
            with pytest.raises(HTTPError, match="400"):
                urlopen(wanted)
            return
        urlopen(wanted).close()
        session = boto3.Session("testing", "testing", region_name=REGION)
        ec2, ssm = (session.client(name, endpoint_url=url) for name in ("ec2", "ssm"))
        image = ec2.describe_images()["Images"][0]["ImageId"]
        made = ec2.run_instances(ImageId=image, MinCount=1, MaxCount=1)["Instances"][0]["InstanceId"]
        ended = invocation(ssm, sent(ssm, made), made)
    assert (ended["Status"], ended["StandardOutputContent"]) == ("Success", "hello\n")
