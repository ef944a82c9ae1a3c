"""Reads state machines of Step Functions, the schedules that start them, and their log groups."""

from collections.abc import Mapping
from typing import Any

from tierkeep.aws import AwsError, UnitSession
from tierkeep.validate import normal
from tierkeep.validate.forms import LogGroupForm, MachineForm, StartForm, TagMap
from tierkeep.validate.scope import Scope
from tierkeep.validate.unread import Unread, attempt


def read_machines(session: UnitSession, scope: Scope) -> Mapping[str, MachineForm | Unread]:
    """The state machines of the scope that exist, by name."""
    machines: dict[str, MachineForm | Unread] = {}
    for arn in sorted(scope.state_machines):
        name = arn.rsplit(":", 1)[-1]
        try:
            machine = session.call("stepfunctions", "describe_state_machine", stateMachineArn=arn)
        except AwsError as error:
            if error.code != "StateMachineDoesNotExist":
                machines[name] = Unread.because(error)
        else:
            tags = attempt(session.call, "stepfunctions", "list_tags_for_resource", resourceArn=arn)
            machines[name] = MachineForm(
                status=machine["status"],
                type=machine["type"],
                definition=normal.machine_definition(machine["definition"]),
                role_arn=machine["roleArn"],
                logging=_logging(machine.get("loggingConfiguration") or {}),
                tracing=bool((machine.get("tracingConfiguration") or {}).get("enabled")),
                start=attempt(_start, session, name),
                tags=tags
                if isinstance(tags, Unread)
                else normal.tag_list(tags.get("tags"), key="key", value="value"),
                arn=arn,
            )
    return machines


def _logging(configuration: Mapping[str, Any]) -> str:
    """What goes into which log group."""
    groups = [each["cloudWatchLogsLogGroup"]["logGroupArn"] for each in configuration.get("destinations", ())]
    names = ", ".join(arn.split(":log-group:")[-1].removesuffix(":*") for arn in groups)
    level, data = configuration.get("level", "OFF"), configuration.get("includeExecutionData")
    return f"{level}{' with data' if data else ''} to {names or 'no log group'}"


def _start(session: UnitSession, name: str) -> StartForm | None:
    try:
        schedule = session.call("scheduler", "get_schedule", Name=name)
    except AwsError as error:
        if error.not_found:
            return None
        raise
    target, flexible = schedule["Target"], schedule["FlexibleTimeWindow"]
    settings = {name: schedule.get(name) for name in ("StartDate", "EndDate", "KmsKeyArn")}
    if flexible.get("Mode") != "OFF":
        settings["FlexibleTimeWindow"] = flexible
    return StartForm(
        state=schedule["State"],
        expression=schedule["ScheduleExpression"],
        time_zone=schedule.get("ScheduleExpressionTimezone") or "UTC",
        description=schedule.get("Description", ""),
        target=target["Arn"],
        role_arn=target["RoleArn"],
        # AWS fills in a retry policy, which nobody sets here.
        other_settings={
            **normal.other_settings(settings),
            **normal.other_settings(target, "Arn", "RoleArn", "RetryPolicy"),
        },
    )


def read_log_groups(session: UnitSession, scope: Scope) -> Mapping[str, LogGroupForm]:
    """The log groups of the scope, and others that carry the catalog's tag or may do so. Raises
    `AwsError`."""
    groups = {}
    prefix = scope.names.machine_logs(f"{scope.catalog}-")
    for group in session.pages("logs", "describe_log_groups", "logGroups", logGroupNamePrefix=prefix):
        name, arn = group["logGroupName"], group["arn"].removesuffix(":*")
        tags = attempt(_log_group_tags, session, arn)
        if scope.takes_in(tags, named=name in scope.log_groups):
            groups[name] = LogGroupForm(
                retention_days=group.get("retentionInDays"),
                key=group.get("kmsKeyId"),
                other_settings=_other_log_settings(group),
                tags=tags,
                arn=arn,
            )
    return groups


def _log_group_tags(session: UnitSession, arn: str) -> TagMap:
    tags: TagMap = session.call("logs", "list_tags_for_resource", resourceArn=arn).get("tags", {})
    return tags


def _other_log_settings(group: Mapping[str, Any]) -> TagMap:
    """In a cheaper class a log group cannot be asked as much."""
    kind = group.get("logGroupClass") or "STANDARD"
    return {} if kind == "STANDARD" else {"logGroupClass": kind}
