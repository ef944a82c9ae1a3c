"""A command on one instance, and how it goes on by the clock.

The states are those of "Understanding command statuses" in the AWS Systems Manager User Guide.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from emulator import clock
from emulator.backup import timing
from emulator.ssm import shell
from emulator.ssm.documents import Document, Parameters
from emulator.ssm.outcomes import STATUSES, UNDELIVERED, Outcome

MOST_OUT, MOST_ERR = 24_000, 8_000
"""Characters that GetCommandInvocation answers of stdout and stderr (Systems Manager API reference)."""

MOST_OUTPUT = 2_500
"""Characters of a plugin's output in ListCommandInvocations (CommandPlugin in the same reference)."""

_BEFORE_STDERR = "\n----------ERROR-------\n"

ENDED = frozenset({*STATUSES, "Cancelled"})


@dataclass(kw_only=True)
class Invocation:
    """A command on an instance, that ends as ``outcome`` says, ``length`` after it was asked for."""

    instance_id: str
    step: str
    outcome: Outcome
    created: datetime
    length: timedelta
    stdout: str
    stderr: str
    details: str
    code: int
    cancelled: datetime | None = None

    @property
    def begun(self) -> datetime:
        return self.created + self.length * timing.STARTING_SHARE

    @property
    def end(self) -> datetime:
        return self.cancelled or self.created + self.length

    @property
    def status_details(self) -> str:
        """What StatusDetails answers now."""
        now = clock.now()
        if self.cancelled is not None:
            return "Cancelled"
        if now >= self.end:
            return self.details
        if self.details == "DeliveryTimedOut":
            return "Delayed"
        return "InProgress" if now >= self.begun else "Pending"

    @property
    def status(self) -> str:
        details = self.status_details
        return STATUSES[details][0] if details in STATUSES else details

    @property
    def ended(self) -> bool:
        return self.status_details in ENDED

    @property
    def ran(self) -> bool:
        """Whether it has run on the instance, or does."""
        reached = self.begun <= min(clock.now(), self.end)
        return reached and self.details not in UNDELIVERED

    @property
    def response_code(self) -> int:
        if self.cancelled is not None:
            return shell.KILLED if self.ran else -1
        return self.code if self.ended else -1

    @property
    def visible(self) -> bool:
        """Whether there is output: not before it has ended by itself."""
        return self.ended and self.cancelled is None

    def cancel(self) -> None:
        """End it, unless it has ended."""
        if not self.ended:
            self.cancelled = clock.now()

    def described(self) -> dict[str, Any]:
        """What GetCommandInvocation answers of it."""
        begun = self.begun if self.ran else None
        end = self.end if begun and self.ended else None
        return {
            "InstanceId": self.instance_id,
            "PluginName": self.step,
            "ResponseCode": self.response_code,
            "ExecutionStartDateTime": _written(begun),
            "ExecutionElapsedTime": f"PT{(end - begun).total_seconds():g}S" if begun and end else "",
            "ExecutionEndDateTime": _written(end),
            "Status": self.status,
            "StatusDetails": self.status_details,
            "StandardOutputContent": self.stdout[:MOST_OUT] if self.visible else "",
            "StandardOutputUrl": "",
            "StandardErrorContent": self.stderr[:MOST_ERR] if self.visible else "",
            "StandardErrorUrl": "",
        }

    def listed(self, *, details: bool) -> dict[str, Any]:
        """What ListCommandInvocations answers of it."""
        return {
            "InstanceId": self.instance_id,
            "InstanceName": "",
            "RequestedDateTime": self.created,
            "Status": self.status,
            "StatusDetails": self.status_details,
            "StandardOutputUrl": "",
            "StandardErrorUrl": "",
            "CommandPlugins": [self._plugin()] if details else [],
        }

    def _plugin(self) -> dict[str, Any]:
        output = self.stdout + (_BEFORE_STDERR + self.stderr if self.stderr else "")
        return {
            "Name": self.step,
            "Status": "Pending" if self.status == "Delayed" else self.status,
            "StatusDetails": self.status_details,
            "ResponseCode": self.response_code,
            "ResponseStartDateTime": self.begun if self.ran else None,
            "ResponseFinishDateTime": self.end if self.ran and self.ended else None,
            "Output": output[:MOST_OUTPUT] if self.visible else "",
            "StandardOutputUrl": "",
            "StandardErrorUrl": "",
            "OutputS3Region": None,
            "OutputS3BucketName": None,
            "OutputS3KeyPrefix": None,
        }


@dataclass(frozen=True)
class Node:
    """An instance: one that does not run takes no command before it is too late."""

    id: str
    region: str
    running: bool


def make(
    node: Node, document: Document, parameters: Parameters, outcome: Outcome, delivery: timedelta
) -> Invocation:
    """A command on an instance.  A script that is to be run has been run when this returns.

    :param delivery: how long it is tried to reach the instance.
    :raises NotImplementedByEmulator: a script is to be run that the document does not have.
    """
    length = timing.job_time() if outcome.seconds is None else timedelta(seconds=outcome.seconds)
    details, code, stdout, stderr = outcome.status, outcome.code, outcome.stdout, outcome.stderr
    if not node.running:
        details, code, stdout, stderr, length = "DeliveryTimedOut", -1, "", "", delivery
    elif outcome.run:
        script = document.script(parameters)
        done = shell.run(script, node.id, node.region, min(outcome.timeout, _execution_timeout(parameters)))
        details = ("Success" if done.code == 0 else "Failed") if done.finished else "ExecutionTimedOut"
        code, stdout, stderr = done.code, done.stdout, done.stderr
    return Invocation(
        instance_id=node.id,
        step=document.step,
        outcome=outcome,
        created=clock.now(),
        length=length,
        stdout=stdout,
        stderr=stderr,
        details=details,
        code=code,
    )


def _execution_timeout(parameters: Parameters) -> float:
    """AWS's documents have the parameter, an hour by default."""
    [seconds] = parameters.get("executionTimeout") or ["3600"]
    return float(seconds) if seconds.isdecimal() else 3600.0


def _written(moment: datetime | None) -> str:
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z") if moment else ""
