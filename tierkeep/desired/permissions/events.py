"""What the roles of our state machines may do, and the one with which EventBridge starts them.

Resources are narrowed as far as the Service Authorization Reference knows any. Step Functions developer
guide, "Using CloudWatch Logs to log execution history" and "Trace Step Functions request data in AWS X-Ray",
say what a logged and traced machine needs.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from tierkeep.desired.model import ResourceType, Statement
from tierkeep.desired.names import Names
from tierkeep.desired.permissions.needs import suffixes

_LOGGING = (
    "logs:CreateLogDelivery",
    "logs:DeleteLogDelivery",
    "logs:DescribeLogGroups",
    "logs:DescribeResourcePolicies",
    "logs:GetLogDelivery",
    "logs:ListLogDeliveries",
    "logs:PutResourcePolicy",
    "logs:UpdateLogDelivery",
)
_TRACING = (
    "xray:GetSamplingRules",
    "xray:GetSamplingTargets",
    "xray:PutTelemetryRecords",
    "xray:PutTraceSegments",
)


def starting_statements(machines: Iterable[str]) -> tuple[Statement, ...]:
    """What EventBridge may do: start the machines, by their ARNs."""
    return (Statement(sid="StartMachines", actions=("states:StartExecution",), resources=tuple(machines)),)


def retry_statements(
    names: Names,
    *,
    role_arn: str,
    vaults: Iterable[str],
    types: Iterable[ResourceType],
    ops_items: bool,
) -> tuple[Statement, ...]:
    """What starting failed jobs of a unit's plans again takes. `vaults` are names, `types` those that are
    copied."""
    points = tuple(sorted({arn for each in types for arn in _recovery_points(names, each)}))
    return (
        _without_resources("backup:DescribeBackupJob", "backup:DescribeCopyJob", ops_items=ops_items),
        Statement(
            sid="ReadPlans",
            actions=("backup:GetBackupPlan",),
            resources=(names.arn("backup", "backup-plan:*"),),
            conditions=(("StringEquals", "aws:ResourceTag/tierkeep:catalog", (names.catalog,)),),
        ),
        *_backing_up(names, role_arn, vaults),
        *([Statement(sid="Copy", actions=("backup:StartCopyJob",), resources=points)] if points else []),
        *_telling(names),
    )


def deployment_statements(
    names: Names, *, role_arn: str, vaults: Iterable[str], ops_items: bool
) -> tuple[Statement, ...]:
    """What backing up a tier's resources on demand takes."""
    return (
        _without_resources("backup:DescribeBackupJob", "tag:GetResources", ops_items=ops_items),
        *_backing_up(names, role_arn, vaults),
        *_telling(names),
    )


def _without_resources(*actions: str, ops_items: bool) -> Statement:
    more = ("ssm:CreateOpsItem",) if ops_items else ()
    return Statement(
        sid="WithoutResources",
        actions=tuple(sorted((*actions, *more, *_LOGGING, *_TRACING))),
        resources=("*",),
    )


def _backing_up(names: Names, role_arn: str, vaults: Iterable[str]) -> Iterator[Statement]:
    yield Statement(
        sid="BackUp",
        actions=("backup:StartBackupJob",),
        resources=tuple(names.vault_arn(each) for each in vaults),
    )
    services = tuple(f"backup.{each}" for each in suffixes(names.partition))
    yield Statement(
        sid="PassBackupRole",
        actions=("iam:PassRole",),
        resources=(role_arn,),
        conditions=(("StringEquals", "iam:PassedToService", services),),
    )


def _telling(names: Names) -> Iterator[Statement]:
    yield Statement(sid="Tell", actions=("sns:Publish",), resources=(names.arn("sns", names.topic),))
    yield Statement(
        sid="EncryptWhatIsTold",
        actions=("kms:Decrypt", "kms:GenerateDataKey"),
        resources=(names.arn("kms", "key/*"),),
        conditions=(("ForAnyValue:StringEquals", "kms:ResourceAliases", (names.alias(names.topic),)),),
    )


def _recovery_points(names: Names, resource_type: ResourceType) -> tuple[str, ...]:
    """What the ARNs of a type's recovery points look like (AWS Backup developer guide, "Encryption for
    backups", says which types are AWS Backup's own)."""
    ours = names.arn("backup", "recovery-point:*")
    return {
        ResourceType.AURORA: (names.arn("rds", "cluster-snapshot:awsbackup:*"),),
        ResourceType.DYNAMODB: (ours, names.arn("dynamodb", "table/*/backup/*")),
        ResourceType.EBS: (f"arn:{names.partition}:ec2:{names.region}::snapshot/*",),
        ResourceType.EC2: (f"arn:{names.partition}:ec2:{names.region}::image/*",),
        ResourceType.EFS: (ours,),
        ResourceType.RDS: (names.arn("rds", "snapshot:awsbackup:*"),),
        ResourceType.S3: (ours,),
    }[resource_type]
