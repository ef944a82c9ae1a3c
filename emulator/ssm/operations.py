"""Run Command: moto's records commands and gives every one the same result, at once.

Here they take time by the clock and end as :mod:`emulator.ssm.outcomes` says, by default in success without
output; and there are ListCommandInvocations and CancelCommand, which moto lacks, as it does OpsItems.
"""

import json
from collections.abc import Callable
from datetime import datetime
from typing import Any

from moto.core.responses import ActionResult
from moto.core.utils import get_service_model

from emulator import clock, shapes
from emulator.backup.paging import slice_of
from emulator.errors import InvalidParameterValue
from emulator.ssm import commands, ops_items
from emulator.ssm.commands import Command
from emulator.ssm.errors import (
    Invalid,
    InvalidFilter,
    InvalidInstance,
    InvalidPlugin,
    InvalidToken,
    InvocationMissing,
)
from emulator.ssm.invocations import Invocation

PAGE = 50
"""The longest page (CommandMaxResults in botocore's ssm model)."""

Request = dict[str, Any]


def install() -> None:
    """Give the operations to moto's Systems Manager."""
    from moto.ssm.responses import SimpleSystemManagerResponse

    response: Any = SimpleSystemManagerResponse
    for name, operation in (
        ("SendCommand", _send),
        ("GetCommandInvocation", _get_invocation),
        ("ListCommandInvocations", _list_invocations),
        ("ListCommands", _list),
        ("CancelCommand", _cancel),
        ("CreateOpsItem", ops_items.create),
        ("DescribeOpsItems", ops_items.describe),
        ("GetOpsItem", ops_items.get),
    ):
        setattr(response, _METHODS[name], _checked(name, operation))


_METHODS = {
    "SendCommand": "send_command",
    "GetCommandInvocation": "get_command_invocation",
    "ListCommandInvocations": "list_command_invocations",
    "ListCommands": "list_commands",
    "CancelCommand": "cancel_command",
    "CreateOpsItem": "create_ops_item",
    "DescribeOpsItems": "describe_ops_items",
    "GetOpsItem": "get_ops_item",
}


def _checked(name: str, operation: Callable[[Any, Request], dict[str, Any]]) -> Callable[[Any], ActionResult]:
    """The operation, for requests that are what the service model says."""

    def answered(self: Any) -> ActionResult:
        request = json.loads(self.body or "{}")
        shape = get_service_model("ssm").operation_model(name).input_shape
        found = [str(violation) for violation in shapes.violations(shape, request)]
        if found:
            raise Invalid(f"{len(found)} validation error detected: {'; '.join(found)}")
        return ActionResult(operation(self.ssm_backend, request))

    return answered


def _send(backend: Any, request: Request) -> dict[str, Any]:
    return {"Command": commands.send(backend, request).described()}


def _get_invocation(backend: Any, request: Request) -> dict[str, Any]:
    command = commands.kept(backend).get(request["CommandId"])
    if command is None:
        raise InvocationMissing("There is no such command")
    invocation = command.of_instance(request["InstanceId"])
    if request.get("PluginName") not in (None, invocation.step):
        raise InvalidPlugin(f"The command has no step {request['PluginName']}")
    return {**command.named(), **invocation.described()}


def _list_invocations(backend: Any, request: Request) -> dict[str, Any]:
    """A command that is not there has none: the list is empty (issue 190 of aws/aws-sdk)."""
    filters = _filters(request)
    if "ExecutionStage" in filters:
        raise InvalidFilter("ExecutionStage is a filter of ListCommands only")
    found = [
        (command, invocation)
        for command in _newest_first(backend)
        if request.get("CommandId") in (None, command.id)
        for invocation in command.invocations
        if request.get("InstanceId") in (None, invocation.instance_id)
        and _passes(filters, command, invocation)
    ]
    page, token = _page(found, request)
    listed = [
        {**command.named(), **invocation.listed(details=bool(request.get("Details")))}
        for command, invocation in page
    ]
    return {"CommandInvocations": listed, "NextToken": token}


def _list(backend: Any, request: Request) -> dict[str, Any]:
    if request.get("CommandId"):
        commands.get(backend, request["CommandId"])
    filters = _filters(request)
    found = [
        command
        for command in _newest_first(backend)
        if request.get("CommandId") in (None, command.id)
        and _sent_to(command, request.get("InstanceId"))
        and _passes(filters, command, command)
    ]
    page, token = _page(found, request)
    return {"Commands": [command.described() for command in page], "NextToken": token}


def _cancel(backend: Any, request: Request) -> dict[str, Any]:
    command = commands.get(backend, request["CommandId"])
    wanted = request.get("InstanceIds") or []
    commands.check_distinct(wanted)
    missing = [each for each in wanted if not _sent_to(command, each)]
    if missing:
        raise InvalidInstance(f"The command was not sent to {', '.join(missing)}")
    for invocation in command.invocations:
        if not wanted or invocation.instance_id in wanted:
            invocation.cancel()
    return {}


def _newest_first(backend: Any) -> list[Command]:
    return list(reversed(commands.kept(backend).values()))


def _sent_to(command: Command, instance_id: str | None) -> bool:
    return instance_id is None or any(each.instance_id == instance_id for each in command.invocations)


def _filters(request: Request) -> dict[str, str]:
    return {each["key"]: each["value"] for each in request.get("Filters") or []}


def _passes(filters: dict[str, str], command: Command, item: Command | Invocation) -> bool:
    after, before = _moment(filters.get("InvokedAfter")), _moment(filters.get("InvokedBefore"))
    stage = "Executing" if item.status_details in ("Pending", "InProgress", "Delayed") else "Complete"
    return (
        (after is None or command.created >= after)
        and (before is None or command.created < before)
        and filters.get("DocumentName") in (None, command.document.name)
        and filters.get("Status") in (None, item.status, item.status_details)
        and filters.get("ExecutionStage") in (None, stage)
    )


def _moment(text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        read = datetime.fromisoformat(text)
    except ValueError as error:
        raise Invalid(f"{text} is no time") from error
    return read if read.tzinfo else read.replace(tzinfo=clock.now().tzinfo)


def _page(found: list[Any], request: Request) -> tuple[list[Any], str | None]:
    try:
        return slice_of(found, {"MaxResults": PAGE, **request})
    except InvalidParameterValue as error:
        raise InvalidToken(error.message) from error
