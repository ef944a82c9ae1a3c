"""The state machine that switches on DynamoDB's own point-in-time recovery, in Amazon States Language.

docs/adr/0018-point-in-time-recovery-of-tables.md says why a machine does so.
"""

from __future__ import annotations

import json
from typing import Any

from tierkeep.desired.terms import Tags

_PER_PAGE = 10
"""Tables of one page. With 50 tags of 384 characters each, which is the most, ten stay below the 256 KiB that
a task may return (Step Functions developer guide, "Quotas related to state machine executions")."""
_AT_ONCE = 1
"""One table after the other: DynamoDB limits the rate of such calls, and nobody waits for the machine."""
_NAMED = 50
"""Tables that a failed execution names: with errors, fewer characters than the 32,768 that a cause may have
(botocore 1.44.5, stepfunctions SensitiveCause)."""
_CALL_AGAIN = {"IntervalSeconds": 2, "BackoffRate": 2, "MaxAttempts": 4, "JitterStrategy": "FULL"}


def definition(partition: str, tags: Tags, period_days: int) -> str:
    """The machine, as JSON: from page to page through the tables that carry the tags.

    It turns on what is off, makes longer what is shorter, and never the other way round. A table that it
    cannot do so for keeps it from no other; in the end the execution fails and names it.
    """
    filters = [{"Key": key, "Values": [value]} for key, value in tags]
    machine = {"StartAt": "Begin", "States": _pages(partition, filters, _one_table(partition, period_days))}
    return json.dumps(machine, sort_keys=True)


def _pages(partition: str, filters: list[dict[str, Any]], one_table: dict[str, Any]) -> dict[str, Any]:
    token = "$.page.PaginationToken"  # noqa: S105  # of a page
    return {
        "Begin": {"Type": "Pass", "Result": {"token": "", "failed": []}, "Next": "Find tables"},
        "Find tables": _call(
            partition,
            "resourcegroupstaggingapi:getResources",
            {
                "ResourceTypeFilters": ["dynamodb:table"],
                "TagFilters": filters,
                "ResourcesPerPage": _PER_PAGE,
                "PaginationToken.$": "$.token",
            },
            again=("InternalServiceException", "ThrottledException"),
            ResultPath="$.page",
            Next="Each table",
        ),
        "Each table": {
            "Type": "Map",
            "ItemsPath": "$.page.ResourceTagMappingList",
            "ItemSelector": {
                "arn.$": "$$.Map.Item.Value.ResourceARN",
                "name.$": "States.ArrayGetItem(States.StringSplit($$.Map.Item.Value.ResourceARN, '/'), 1)",
            },
            "MaxConcurrency": _AT_ONCE,
            "ItemProcessor": {"ProcessorConfig": {"Mode": "INLINE"}, **one_table},
            "ResultSelector": {"failed.$": "$[*].failed"},
            "ResultPath": "$.tables",
            "Next": "Any failed?",
        },
        "Any failed?": {
            "Type": "Choice",
            "Choices": [{"Variable": "$.tables.failed[0]", "IsPresent": True, "Next": "Add them"}],
            "Default": "Another page?",
        },
        "Add them": {
            "Type": "Pass",
            "Parameters": {"lists.$": "States.Array($.failed, $.tables.failed)"},
            "ResultPath": "$.all",
            "Next": "As one list",
        },
        "As one list": {
            "Type": "Pass",
            "InputPath": "$.all.lists[*][*]",
            "ResultPath": "$.failed",
            "Next": "Another page?",
        },
        "Another page?": {
            "Type": "Choice",
            "Choices": [
                {
                    "And": [
                        {"Variable": token, "IsPresent": True},
                        {"Variable": token, "IsString": True},
                        {"Not": {"Variable": token, "StringEquals": ""}},
                    ],
                    "Next": "Next page",
                },
                {"Variable": "$.failed[0]", "IsPresent": True, "Next": "Some failed"},
            ],
            "Default": "All done",
        },
        "Next page": {
            "Type": "Pass",
            "Parameters": {"token.$": token, "failed.$": "$.failed"},
            "Next": "Find tables",
        },
        "All done": {"Type": "Succeed"},
        "Some failed": {
            "Type": "Fail",
            "Error": "TablesWithoutPointInTimeRecovery",
            "CausePath": (
                "States.Format('{} failed: {}', States.ArrayLength($.failed), "
                f"States.JsonToString($.failed[0:{_NAMED}]))"
            ),
        },
    }


def _one_table(partition: str, period_days: int) -> dict[str, Any]:
    found = "$.found.ContinuousBackupsDescription.PointInTimeRecoveryDescription"
    period = f"{found}.RecoveryPeriodInDays"
    name = {"TableName.$": "$.name"}
    asked = {"PointInTimeRecoveryEnabled": True, "RecoveryPeriodInDays": period_days}
    return {
        "StartAt": "Look",
        "States": {
            "Look": _of_table(
                partition, "describeContinuousBackups", name, ResultPath="$.found", Next="On for long enough?"
            ),
            "On for long enough?": {
                "Type": "Choice",
                "Choices": [
                    {
                        "And": [
                            {"Variable": f"{found}.PointInTimeRecoveryStatus", "StringEquals": "ENABLED"},
                            {
                                # Where no period is told, it is the longest, which is the default.
                                "Or": [
                                    {"Variable": period, "IsPresent": False},
                                    {"Variable": period, "NumericGreaterThanEquals": period_days},
                                ]
                            },
                        ],
                        "Next": "Done",
                    }
                ],
                "Default": "Switch on",
            },
            "Switch on": _of_table(
                partition,
                "updateContinuousBackups",
                {**name, "PointInTimeRecoverySpecification": asked},
                ResultPath=None,
                Next="Done",
            ),
            "Done": {"Type": "Pass", "Result": {}, "End": True},
            "Failed": {
                "Type": "Pass",
                "Parameters": {"failed.$": "States.Format('{}: {}', $.arn, $.error.Error)"},
                "End": True,
            },
        },
    }


def _of_table(partition: str, action: str, parameters: dict[str, Any], **more: Any) -> dict[str, Any]:
    """A call about one table. One that has been deleted since it was found needs nothing any more."""
    return _call(
        partition,
        f"dynamodb:{action}",
        parameters,
        again=("ContinuousBackupsUnavailableException", "InternalServerErrorException"),
        Catch=[
            {"ErrorEquals": ["DynamoDb.TableNotFoundException"], "Next": "Done"},
            {"ErrorEquals": ["States.ALL"], "ResultPath": "$.error", "Next": "Failed"},
        ],
        **more,
    )


_PREFIXES = {"dynamodb": "DynamoDb", "resourcegroupstaggingapi": "ResourceGroupsTaggingApi"}
"""What the names of each service's errors begin with (Step Functions developer guide, "Supported AWS SDK
service integrations")."""


def _call(
    partition: str, operation: str, parameters: dict[str, Any], *, again: tuple[str, ...], **more: Any
) -> dict[str, Any]:
    prefix = _PREFIXES[operation.split(":", maxsplit=1)[0]]
    return {
        "Type": "Task",
        "Resource": f"arn:{partition}:states:::aws-sdk:{operation}",
        "Parameters": parameters,
        "Retry": [{"ErrorEquals": [f"{prefix}.{each}" for each in again], **_CALL_AGAIN}],
        **more,
    }
