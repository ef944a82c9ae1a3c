"""What state machines may do, and what starts them."""

from __future__ import annotations

from collections.abc import Sequence

from tierkeep.desired.model import Statement, TableRecovery
from tierkeep.desired.names import Names
from tierkeep.desired.permissions.needs import merged, without_resources

_LOG_AND_TRACE = without_resources(
    "logs:CreateLogDelivery",
    "logs:DeleteLogDelivery",
    "logs:DescribeLogGroups",
    "logs:DescribeResourcePolicies",
    "logs:GetLogDelivery",
    "logs:ListLogDeliveries",
    "logs:PutResourcePolicy",
    "logs:UpdateLogDelivery",
    "xray:GetSamplingRules",
    "xray:GetSamplingTargets",
    "xray:PutTelemetryRecords",
    "xray:PutTraceSegments",
)
"""Step Functions developer guide, "Logging using CloudWatch Logs" and "AWS X-Ray and Step Functions"."""


def machine_statements(*own: Statement) -> tuple[Statement, ...]:
    """What any state machine needs to write its log and its traces, with what its own tasks need."""
    return merged((_LOG_AND_TRACE, *own))


def table_statements(names: Names, recoveries: Sequence[TableRecovery]) -> tuple[Statement, ...]:
    """Finding tables by their tags, and the point-in-time recovery of those of the tiers alone."""
    keys = sorted({key for each in recoveries for key, _ in each.tags})
    values = {key: tuple(sorted({dict(each.tags)[key] for each in recoveries})) for key in keys}
    return machine_statements(
        without_resources("tag:GetResources"),
        Statement(
            sid="SwitchRecovery",
            actions=("dynamodb:DescribeContinuousBackups", "dynamodb:UpdateContinuousBackups"),
            resources=(names.tables_arn,),
            conditions=tuple(("StringEquals", f"aws:ResourceTag/{key}", values[key]) for key in keys),
        ),
    )


def start_statements(machine_arns: Sequence[str]) -> tuple[Statement, ...]:
    """Starting these machines and nothing else."""
    return (
        Statement(sid="StartMachines", actions=("states:StartExecution",), resources=tuple(machine_arns)),
    )
