"""States that more than one of our state machines has, in Amazon States Language with JSONPath.

Step Functions developer guide, "Using Amazon States Language to define Step Functions workflows", "Learning
to use AWS service SDK integrations in Step Functions" and "Intrinsic functions for JSONPath states".
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

State = dict[str, Any]
States = dict[str, State]
"""States by their names, each of which a state machine has once."""

POLL_SECONDS = 60
"""Between two looks at a job: those of AWS Backup take minutes at least."""
AT_WORK = ("CREATED", "PENDING", "RUNNING", "ABORTING")
"""The states of a backup or copy job that has not ended (AWS Backup API reference, BackupJob and CopyJob)."""
_BUSY = {
    "ErrorEquals": [
        "Backup.LimitExceededException",
        "Backup.ServiceUnavailableException",
        "ResourceGroupsTaggingApi.InternalServiceException",
        "ResourceGroupsTaggingApi.ThrottledException",
        "Sns.InternalErrorException",
        "Sns.ThrottledException",
        "Ssm.InternalServerErrorException",
        "States.Timeout",
    ],
    "IntervalSeconds": 10,
    "MaxAttempts": 5,
    "BackoffRate": 2,
    "MaxDelaySeconds": 300,
}
"""The errors that name a service in trouble: the same request may succeed a little later."""


def told(text: str, *paths: str) -> str:
    """An intrinsic function that fills `{}` of a text with values of the state's input.

    Raises `ValueError` for what would have to be escaped, so that a text stays what it is.
    """
    if any(mark in text.replace("{}", "") for mark in "{}'\\"):
        raise ValueError(f"{text!r} has a character that intrinsic functions read otherwise")
    arguments = ", ".join((f"'{text}'", *paths))
    return f"States.Format({arguments})"


@dataclass(frozen=True, kw_only=True, slots=True)
class Teller:
    """Calls services, and tells people what needs them: by a topic and, if asked, by OpsItems."""

    partition: str
    topic_arn: str
    ops_items: bool

    def call(
        self, action: str, parameters: Mapping[str, Any], *, to: str, after: str, refused: str = ""
    ) -> State:
        """A state that calls an operation and keeps its answer at `to`; an error leads to `refused`."""
        state: State = {
            "Type": "Task",
            "Resource": f"arn:{self.partition}:states:::aws-sdk:{action}",
            "Parameters": dict(parameters),
            "ResultPath": to,
            "Retry": [_BUSY],
            "Next": after,
        }
        if refused:
            state["Catch"] = [{"ErrorEquals": ["States.ALL"], "ResultPath": "$.error", "Next": refused}]
        return state

    def tell(self, subject: str, message: str, *, after: str) -> State:
        """A state that publishes a message, an intrinsic function."""
        parameters = {"TopicArn": self.topic_arn, "Subject": subject, "Message.$": message}
        return self.call("sns:publish", parameters, to="$.told", after=after)

    def escalate(
        self, name: str, subject: str, message: str, *, resource: str, job: str, after: str
    ) -> States:
        """States that publish a message and open an OpsItem about a resource, whose first is `name`.

        `resource` and `job` are paths; a job has one OpsItem, however often its event arrives (Systems
        Manager user guide, "Reducing duplicate OpsItems").
        """
        about, item = f"{name}: what it is about", f"{name}: OpsItem"
        if not self.ops_items:
            return {name: self.tell(subject, message, after=after)}
        parameters = {
            "Title": subject,
            "Description.$": message,
            "Source": "Tierkeep",
            "Category": "Availability",
            "Severity": "2",
            "OperationalData": {
                "/aws/resources": {
                    "Type": "SearchableString",
                    "Value.$": "States.JsonToString(States.Array($.item.resource))",
                },
                "/aws/dedup": {
                    "Type": "SearchableString",
                    "Value.$": "States.JsonToString($.item.dedup)",
                },
            },
        }
        opened = self.call("ssm:createOpsItem", parameters, to="$.item", after=after)
        known = {"ErrorEquals": ["Ssm.OpsItemAlreadyExistsException"], "ResultPath": None, "Next": after}
        return {
            name: self.tell(subject, message, after=about),
            about: compute(
                {
                    "resource": {"arn.$": resource},
                    "dedup": {"dedupString.$": told("tierkeep-{}", job)},
                },
                at="$.item",
                after=item,
            ),
            item: {**opened, "Catch": [known]},
        }


def keep(value: object, *, at: str, after: str) -> State:
    """A state that puts a constant somewhere."""
    return {"Type": "Pass", "Result": value, "ResultPath": at, "Next": after}


def move(path: str, *, at: str, after: str) -> State:
    """A state that puts what stands at a path somewhere else too."""
    return {"Type": "Pass", "InputPath": path, "ResultPath": at, "Next": after}


def compute(values: Mapping[str, Any], *, at: str, after: str) -> State:
    """A state that puts values somewhere, of which those with names that end in `.$` are computed."""
    return {"Type": "Pass", "Parameters": dict(values), "ResultPath": at, "Next": after}


def choose(*choices: State, otherwise: str) -> State:
    """A state that goes on by the first choice that holds."""
    return {"Type": "Choice", "Choices": list(choices), "Default": otherwise}


def wait(seconds: int | str, *, after: str) -> State:
    """A state that waits for so long, or for the seconds at a path."""
    key = "Seconds" if isinstance(seconds, int) else "SecondsPath"
    return {"Type": "Wait", key: seconds, "Next": after}
