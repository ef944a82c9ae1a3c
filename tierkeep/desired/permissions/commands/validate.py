"""What `tierkeep validate` and `tierkeep import` must be allowed to do: to read, and nothing else."""

from __future__ import annotations

from collections.abc import Iterator

from tierkeep.desired.model import Statement
from tierkeep.desired.permissions.commands.ground import Ground, say, without_resources


def validate_statements(ground: Ground) -> Iterator[Statement]:
    """How everything is set up, and what is stored."""
    yield from _set_up(ground)
    yield from _stored(ground)


def import_statements(ground: Ground) -> Iterator[Statement]:
    """How everything is set up, and the stacks of CloudFormation that hold snapshot policies."""
    yield from _set_up(ground)
    yield say(
        "ReadPolicyStacks",
        ("cloudformation:DescribeStackResources", "cloudformation:DescribeStacks"),
        ground.arns("cloudformation", f"{ground.named('stack/')}/*"),
    )


def _set_up(ground: Ground) -> Iterator[Statement]:
    """Listings, and each thing in them that may be the catalog's.

    Keys are told by their aliases. Plans and snapshot policies go by ids that AWS gives, and a role may carry
    policies that somebody attached by hand: those are read whatever they are called. So is the recovery of
    tables, which are others'.
    """
    yield without_resources(
        "backup:ListBackupPlans",
        "backup:ListBackupVaults",
        "dlm:GetLifecyclePolicies",
        "kms:ListAliases",
        "tag:GetResources",
        "ssm:ListDocuments",
    )
    yield say(
        "ReadVaults",
        ("backup:GetBackupVaultAccessPolicy", "backup:ListTags"),
        ground.arns("backup", ground.named("backup-vault:")),
    )
    yield say(
        "ReadPlans",
        (
            "backup:GetBackupPlan",
            "backup:GetBackupSelection",
            "backup:ListBackupSelections",
            "backup:ListTags",
        ),
        ground.arns("backup", "backup-plan:*"),
    )
    yield say("ReadSnapshotPolicies", ("dlm:GetLifecyclePolicy",), ground.arns("dlm", "policy/*"))
    if ground.documents:
        yield say("ReadScriptDocuments", ("ssm:GetDocument",), ground.arns("ssm", ground.named("document/")))
    yield say(
        "ReadKeys",
        ("kms:DescribeKey", "kms:GetKeyPolicy", "kms:GetKeyRotationStatus", "kms:ListResourceTags"),
        ground.arns("kms", "key/*"),
        (("ForAnyValue:StringLike", "kms:ResourceAliases", (ground.named("alias/"),)),),
    )
    yield say(
        "ReadRoles",
        ("iam:GetRole", "iam:GetRolePolicy", "iam:ListAttachedRolePolicies", "iam:ListRolePolicies"),
        ground.of_iam(ground.named("role/")),
    )
    yield say(
        "ReadStateMachines",
        ("states:DescribeStateMachine", "states:ListTagsForResource"),
        ground.arns("states", ground.named("stateMachine:")),
    )
    yield say(
        "ReadSchedules",
        ("scheduler:GetSchedule",),
        ground.arns("scheduler", ground.named("schedule/default/")),
    )
    yield say("ReadTables", ("dynamodb:DescribeContinuousBackups",), ground.arns("dynamodb", "table/*"))
    yield say("ReadPolicies", ("iam:GetPolicy", "iam:GetPolicyVersion"), ground.of_iam("policy/*"))


def _stored(ground: Ground) -> Iterator[Statement]:
    """Recovery points and jobs of AWS Backup, snapshots and images, and resources that a tier may protect,
    whosever they are."""
    yield without_resources(
        "backup:DescribeRegionSettings",
        "backup:ListBackupJobs",
        "backup:ListCopyJobs",
        "backup:ListRestoreJobs",
        "dynamodb:ListTables",
        "ec2:DescribeFastSnapshotRestores",
        "ec2:DescribeImages",
        "ec2:DescribeInstances",
        "ec2:DescribeSnapshots",
        "ec2:DescribeVolumes",
        "s3:ListAllMyBuckets",
        sid="ListStored",
    )
    yield say(
        "ListRecoveryPoints",
        ("backup:ListRecoveryPointsByBackupVault",),
        ground.arns("backup", ground.named("backup-vault:")),
    )
    yield say("ReadPlanVersions", ("backup:ListBackupPlanVersions",), ground.arns("backup", "backup-plan:*"))
    yield say("ReadSharing", ("ec2:DescribeSnapshotAttribute",), ground.unowned("ec2", "snapshot/*"))
    yield say("ReadTablesThemselves", ("dynamodb:DescribeTable",), ground.arns("dynamodb", "table/*"))
    yield say(
        "ReadBuckets",
        ("s3:GetBucketNotification", "s3:GetBucketVersioning"),
        (f"arn:{ground.partition}:s3:::*",),
    )
    yield say(
        "ReadDatabases",
        ("rds:DescribeDBInstances",),
        ground.arns("rds", "db:*"),
    )
    yield say("ReadClusters", ("rds:DescribeDBClusters",), ground.arns("rds", "cluster:*"))
    yield say(
        "ReadAutomatedBackups",
        ("rds:DescribeDBInstanceAutomatedBackups",),
        ground.arns("rds", "auto-backup:*", "db:*"),
    )
    yield say(
        "ReadFileSystems",
        ("elasticfilesystem:DescribeFileSystems",),
        ground.arns("elasticfilesystem", "file-system/*"),
    )
