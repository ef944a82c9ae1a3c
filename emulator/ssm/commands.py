"""Commands: which instances they go to, and what has become of them together.

From SendCommand and Command in the Systems Manager API reference.  Every instance that has not been
terminated counts as a managed node, as if the SSM Agent ran on all.  MaxConcurrency and MaxErrors are
recorded and hold nothing up.
"""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from emulator import clock
from emulator.errors import NotImplementedByEmulator
from emulator.ssm import documents, invocations, outcomes
from emulator.ssm.errors import (
    DuplicateInstance,
    Invalid,
    InvalidCommand,
    InvalidInstance,
    InvocationMissing,
)
from emulator.ssm.invocations import Invocation, Node

DELIVERY_SECONDS = 3600
"""How long it is tried to reach an instance ("Understanding command timeout values": by default an hour)."""

_KEPT = timedelta(days=30)
"""How long a command is listed ("Run Command" in the AWS Systems Manager User Guide)."""

_ATTRIBUTE = "emulator_commands"
_GONE = ("shutting-down", "terminated")

Request = dict[str, Any]


@dataclass(kw_only=True)
class Command:
    """A command as ``request`` asks for it."""

    request: Request
    document: documents.Document
    id: str = field(default_factory=lambda: str(uuid4()))
    created: datetime = field(default_factory=clock.now)
    invocations: list[Invocation] = field(default_factory=list)

    @property
    def status_details(self) -> str:
        """What has become of it on all instances.

        A failure outweighs a time-out, which outweighs the rest; what could not be delivered does not count.
        """
        if not self.invocations:
            return "NoInstancesInTag"
        found = {each.status_details for each in self.invocations}
        if found == {"Pending"}:
            return "Pending"
        if not found <= invocations.ENDED:
            return "InProgress"
        worst = ("Failed", "ExecutionTimedOut", "DeliveryTimedOut", "Cancelled", "Success", "Undeliverable")
        details = next(each for each in worst if each in found)
        return "Success" if details == "Undeliverable" else details

    @property
    def status(self) -> str:
        details = self.status_details
        if details == "NoInstancesInTag":
            return "Failed"
        return outcomes.STATUSES[details][0] if details in outcomes.STATUSES else details

    def of_instance(self, instance_id: str) -> Invocation:
        """:raises InvocationMissing: it was not sent there."""
        for each in self.invocations:
            if each.instance_id == instance_id:
                return each
        raise InvocationMissing("The command was not sent to the instance")

    def described(self) -> dict[str, Any]:
        """What SendCommand and ListCommands answer of it."""
        request = self.request
        found = Counter(each.status_details for each in self.invocations)
        return {
            **self.named(),
            "ExpiresAfter": self.created + delivery(request),
            "Parameters": request.get("Parameters") or {},
            "InstanceIds": request.get("InstanceIds") or [],
            "Targets": request.get("Targets") or [],
            "RequestedDateTime": self.created,
            "Status": self.status,
            "StatusDetails": self.status_details,
            "OutputS3Region": request.get("OutputS3Region"),
            "OutputS3BucketName": request.get("OutputS3BucketName"),
            "OutputS3KeyPrefix": request.get("OutputS3KeyPrefix"),
            "MaxConcurrency": request.get("MaxConcurrency") or "50",
            "MaxErrors": request.get("MaxErrors") or "0",
            "TargetCount": len(self.invocations),
            "CompletedCount": sum(each.ended for each in self.invocations),
            "ErrorCount": found["Failed"] + found["ExecutionTimedOut"],
            "DeliveryTimedOutCount": found["DeliveryTimedOut"],
            "ServiceRole": request.get("ServiceRoleArn"),
            "NotificationConfig": request.get("NotificationConfig"),
            "CloudWatchOutputConfig": request.get("CloudWatchOutputConfig"),
            "TimeoutSeconds": int(delivery(request).total_seconds()),
        }

    def named(self) -> dict[str, Any]:
        """What answers about the command and its invocations have in common."""
        return {
            "CommandId": self.id,
            "DocumentName": self.document.name,
            "DocumentVersion": self.document.version,
            "Comment": self.request.get("Comment") or "",
        }


def delivery(request: Request) -> timedelta:
    """How long it is tried to reach the instances."""
    return timedelta(seconds=request.get("TimeoutSeconds") or DELIVERY_SECONDS)


def send(backend: Any, request: Request) -> Command:
    """Send a command from ``backend``, moto's Systems Manager of an account and Region.

    :raises InvalidDocument: there is no such document.
    :raises InvalidParameters: the document cannot be run with these parameters.
    :raises InvalidInstance: there is no such instance.
    :raises DuplicateInstance: an instance is named twice.
    """
    document = documents.find(backend, request["DocumentName"], request.get("DocumentVersion"))
    parameters = request.get("Parameters") or {}
    document.check(parameters)
    command = Command(request=request, document=document)
    for node in _nodes(backend, request):
        outcome = outcomes.of(document.name, node.id, parameters)
        made = invocations.make(node, document, parameters, outcome, delivery(request))
        command.invocations.append(made)
    kept(backend)[command.id] = command
    return command


def kept(backend: Any) -> dict[str, Command]:
    """The commands of the last days by their ids, oldest first."""
    found: dict[str, Command] = backend.__dict__.setdefault(_ATTRIBUTE, {})
    for old in [each.id for each in found.values() if each.created + _KEPT <= clock.now()]:
        del found[old]
    return found


def get(backend: Any, command_id: str) -> Command:
    """:raises InvalidCommand: there is no such command."""
    command = kept(backend).get(command_id)
    if command is None:
        raise InvalidCommand(f"There is no command {command_id}")
    return command


def check_distinct(instance_ids: list[str]) -> None:
    """:raises DuplicateInstance: an instance is named twice."""
    if len(set(instance_ids)) < len(instance_ids):
        raise DuplicateInstance("An instance is named twice")


def _nodes(backend: Any, request: Request) -> list[Node]:
    instance_ids, targets = request.get("InstanceIds") or [], request.get("Targets") or []
    if bool(instance_ids) == bool(targets):
        raise Invalid("Give either InstanceIds or Targets")
    check_distinct(instance_ids)
    present = _present(backend)
    missing = [each for each in instance_ids if each not in present]
    if missing:
        raise InvalidInstance(f"Instances [{', '.join(missing)}] not in a valid state for account")
    if targets:
        ec2 = _ec2(backend)
        instance_ids = [each for each in present if all(_meets(ec2, each, target) for target in targets)]
    return [Node(each, backend.region_name, present[each] == "running") for each in instance_ids]


def _present(backend: Any) -> dict[str, str]:
    """The states of the instances that there are."""
    return {
        instance.id: instance.state
        for reservation in _ec2(backend).reservations.values()
        for instance in reservation.instances
        if instance.state not in _GONE
    }


def _meets(ec2: Any, instance_id: str, target: dict[str, Any]) -> bool:
    key, values = target["Key"], target["Values"]
    if key == "InstanceIds":
        return instance_id in values
    if not key.startswith("tag:"):
        raise NotImplementedByEmulator(f"The emulator has no targets by {key}")
    return ec2.tags.get(instance_id, {}).get(key.removeprefix("tag:")) in values


def _ec2(backend: Any) -> Any:
    from moto.ec2.models import ec2_backends

    return ec2_backends[backend.account_id][backend.region_name]
