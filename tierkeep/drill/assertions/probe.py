"""Probes: whether the application on a restored instance serves, asked there by Systems Manager."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tierkeep.aws import AwsError
from tierkeep.desired.assertions import Probe
from tierkeep.desired.script_text import environment
from tierkeep.drill.assertions.answer import Answer, Asking
from tierkeep.drill.errors import CannotVerifyError, TimedOutError
from tierkeep.drill.kinds.instance import describe
from tierkeep.drill.measure import duration
from tierkeep.drill.restorers.base import Bench
from tierkeep.drill.thing import name_of

CALLS = ("ec2:DescribeInstances", "ssm:SendCommand", "ssm:GetCommandInvocation")
DOCUMENT = "AWS-RunShellScript"

SERVED, NOT_SERVED = 0, 1
"""How the script ends; with anything else, it could not ask."""
_REACHABLE_SECONDS = 600.0
"""Until Systems Manager takes a command for a new instance: its agent reports when it has started."""
_MARGIN_SECONDS = 30
"""How much longer than the script asks it may run, so that it is heard."""
_PENDING = frozenset({"Pending", "InProgress", "Delayed", "Cancelling"})
_NOT_YET = "InvocationDoesNotExist"
"""What GetCommandInvocation answers just after the command was sent (its API reference)."""
_UNREACHABLE = "InvalidInstanceId"
"""What SendCommand answers while the instance is no managed node, or not running (its API reference)."""


def expected(form: Probe) -> str:
    """In words."""
    told = "is answered" if form.protocol == "tcp" else f"is answered with {form.status}"
    if form.text is not None:
        told += f" and a body with {form.text!r}"
    return f"{url(form)} {told} within {duration(form.within_seconds)}"


def url(form: Probe) -> str:
    """What is asked, on the instance itself."""
    return f"{form.protocol}://127.0.0.1:{form.port}{form.path}"


def script(form: Probe, *, seconds: int) -> str:
    """What runs on the instance: for so long at most it asks."""
    return (
        environment()
        .get_template("probe.sh.j2")
        .render(
            http=form.protocol != "tcp",
            url=url(form),
            status=str(form.status),
            text=form.text,
            port=str(form.port),
            within=seconds,
        )
    )


def probe(asking: Asking, form: Probe) -> Answer:
    """The application answers as it must, in time. Its answer is the command's output.

    Raises `CannotVerifyError` if no command reaches the instance or comes to a verdict, and `AwsError`.
    """
    bench = asking.bench
    asking.require_time()
    _require_linux(bench)
    command = _send(asking, form)
    left = asking.deadline - bench.waiter.clock.monotonic()
    said = bench.waiter.until(
        lambda: _invocation(bench, command),
        lambda found: found is not None and found["Status"] not in _PENDING,
        timeout_seconds=max(left, 0.0),
        what=f"command {command} on {name_of(bench.arn)} ended",
    )
    return _answer(command, said or {})


def _require_linux(bench: Bench) -> None:
    found = describe(bench.session, name_of(bench.arn))
    if found is None:
        raise CannotVerifyError(f"EC2 knows no {bench.arn}")
    if str(found.get("Platform", "")).lower() == "windows":
        raise CannotVerifyError("this version probes Linux instances, and this one has Windows")


def _send(asking: Asking, form: Probe) -> str:
    """The id of the command, once Systems Manager takes it."""
    bench = asking.bench
    left = asking.deadline - bench.waiter.clock.monotonic()
    seconds = int(min(form.within_seconds, max(left - 2 * _MARGIN_SECONDS, 1.0)))
    request = {
        "InstanceIds": [name_of(bench.arn)],
        "DocumentName": DOCUMENT,
        "Comment": f"{bench.drill_id}: {asking.assertion.name}"[:100],
        "TimeoutSeconds": 60,
        "Parameters": {
            "commands": script(form, seconds=seconds).splitlines(),
            "executionTimeout": [str(seconds + _MARGIN_SECONDS)],
        },
    }
    bench.note("probing", arn=bench.arn, assertion=asking.assertion.name, url=url(form))
    try:
        sent = bench.waiter.until(
            lambda: _sent(bench, request),
            lambda command: command is not None,
            timeout_seconds=min(_REACHABLE_SECONDS, max(left, 0.0)),
            what=f"{name_of(bench.arn)} within reach of Systems Manager",
        )
    except TimedOutError as error:
        raise CannotVerifyError(
            f"{error}: it needs the agent, an instance profile (`isolation: … instance_profile`) and "
            "endpoints of ssm and ssmmessages in the isolated VPC"
        ) from error
    return str(sent)


def _sent(bench: Bench, request: Mapping[str, Any]) -> str | None:
    try:
        return str(bench.session.call("ssm", "send_command", **request)["Command"]["CommandId"])
    except AwsError as error:
        if error.code == _UNREACHABLE:
            return None
        raise


def _invocation(bench: Bench, command: str) -> dict[str, Any] | None:
    try:
        return bench.session.call(
            "ssm", "get_command_invocation", CommandId=command, InstanceId=name_of(bench.arn)
        )
    except AwsError as error:
        if error.code == _NOT_YET:
            return None
        raise


def _answer(command: str, invocation: Mapping[str, Any]) -> Answer:
    code, details = invocation["ResponseCode"], invocation["StatusDetails"]
    output = str(invocation.get("StandardOutputContent", "")).strip()
    ended = {("Success", SERVED): True, ("Failed", NOT_SERVED): False}
    holds = ended.get((str(details), int(code)))
    if holds is None:
        error = str(invocation.get("StandardErrorContent", "")).strip()
        told = "; ".join(each for each in (output, error) if each)
        raise CannotVerifyError(
            f"command {command} ended as {details} with {code}: {told[:500] or 'it said nothing'}"
        )
    return Answer(actual=output or "the script said nothing", holds=holds, output=output or None)
