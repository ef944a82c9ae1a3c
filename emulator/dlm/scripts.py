"""Pre and post scripts: what DLM has Systems Manager run in an instance before and after its snapshots.

From "How Amazon Data Lifecycle Manager pre and post scripts work" and "Identify snapshots created with pre
and post scripts" in the Amazon EBS User Guide, and Script in the Amazon DLM API reference.  How the commands
end is up to :mod:`emulator.ssm.outcomes`.  Of VSS backups, which follow a course of their own, there is only
what shows: whether the command succeeds, and the tag that says so.
"""

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

from emulator import clock
from emulator.dlm.made import Made
from emulator.ssm import commands
from emulator.ssm.errors import InvalidDocument, InvalidInstance, InvalidParameters

if TYPE_CHECKING:
    from emulator.dlm.models import DlmBackend
    from emulator.ssm.invocations import Invocation

Details = dict[str, Any]
Tags = dict[str, str]

PRE_TAG = "aws:dlm:pre-script"
POST_TAG = "aws:dlm:post-script"
VSS_TAG = "AppConsistent"

SUCCESS, FAILED = "SUCCESS", "FAILED"
"""What becomes of a script: the values of the tags."""

VSS = "AWS_VSS_BACKUP"
VSS_DOCUMENT = "AWSEC2-CreateVssSnapshot"


class Scripts:
    """One run of a schedule with scripts on an instance.

    ``make`` makes the snapshots with tags, or answers None where the policy excludes all volumes.
    """

    def __init__(
        self, dlm: "DlmBackend", script: Details, instance_id: str, make: Callable[[Tags], Made | None]
    ) -> None:
        self._dlm = dlm
        self._script = script
        self._instance_id = instance_id
        self._make = make
        self._stages = script.get("Stages") or ["PRE", "POST"]

    def begin(self) -> None:
        """Run the pre script, and go on from there."""
        if self._script["ExecutionHandler"] == VSS:
            self._attempt(None, self._script["MaximumRetryCount"], self._after_vss)
        elif "PRE" in self._stages:
            self._attempt("pre-script", self._script["MaximumRetryCount"], self._after_pre)
        else:
            self._snapshot({})

    def _after_vss(self, result: str) -> None:
        if result == SUCCESS or self._script["ExecuteOperationOnScriptFailure"]:
            self._make({VSS_TAG: "true" if result == SUCCESS else "false"})

    def _after_pre(self, result: str) -> None:
        """Without the pre script, snapshots are crash-consistent or not made, and no post script runs."""
        if result == SUCCESS:
            self._snapshot({PRE_TAG: result})
        elif self._script["ExecuteOperationOnScriptFailure"]:
            self._make({PRE_TAG: result})

    def _snapshot(self, tags: Tags) -> None:
        done = self._make(tags)
        if done is not None and "POST" in self._stages:
            self._attempt("post-script", self._script["MaximumRetryCount"], partial(self._after_post, done))

    def _after_post(self, done: Made, result: str) -> None:
        done.tag(POST_TAG, result)

    def _attempt(self, command: str | None, retries: int, then: Callable[[str], None]) -> None:
        """Have a script run, again while it fails and there are retries; ``then`` is told how it went."""
        handler = VSS_DOCUMENT if command is None else self._script["ExecutionHandler"]
        parameters = {} if command is None else {"command": [command]}
        request = {"DocumentName": handler, "InstanceIds": [self._instance_id], "Parameters": parameters}
        try:
            [invocation] = commands.send(_systems_manager(self._dlm), request).invocations
        except (InvalidDocument, InvalidInstance, InvalidParameters):
            then(FAILED)  # and would each time
            return
        latest = clock.now() + timedelta(seconds=self._script["ExecutionTimeout"])
        end = invocation.end if command is None else min(invocation.end, latest)
        self._dlm.agenda.at(end, partial(self._judge, invocation, command, retries, then))

    def _judge(
        self, invocation: "Invocation", command: str | None, retries: int, then: Callable[[str], None]
    ) -> None:
        invocation.cancel()  # it is too late, if it has not ended
        result = SUCCESS if invocation.status == "Success" else FAILED
        if result == SUCCESS or not retries:
            then(result)
        else:
            self._attempt(command, retries - 1, then)


def _systems_manager(dlm: "DlmBackend") -> Any:
    from moto.ssm.models import ssm_backends

    return ssm_backends[dlm.account_id][dlm.region_name]
