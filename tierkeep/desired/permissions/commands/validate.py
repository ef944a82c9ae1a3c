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
        "backup:ListFrameworks",
        "backup:ListReportPlans",
        "backup:ListRestoreTestingPlans",
        "dlm:GetLifecyclePolicies",
        "events:ListRules",
        "kms:ListAliases",
        "logs:DescribeLogGroups",
        "sqs:ListQueues",
        "ssm:ListDocuments",
        "tag:GetResources",
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
        (
            "kms:DescribeKey",
            "kms:GetKeyPolicy",
            "kms:GetKeyRotationStatus",
            "kms:ListGrants",
            "kms:ListResourceTags",
        ),
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
    yield from _around_the_vaults(ground)
    yield from _telling(ground)
    yield from _watching(ground)
    yield from _where_asked_for(ground)


def _around_the_vaults(ground: Ground) -> Iterator[Statement]:
    """Restore tests, frameworks, reports and log groups, where the catalog has none too: what is left of
    those that it had is to be found."""
    unhyphenated = f"{ground.catalog.replace('-', '_')}_*"
    yield say(
        "ReadRestoreTests",
        (
            "backup:GetRestoreTestingPlan",
            "backup:GetRestoreTestingSelection",
            "backup:ListRestoreTestingSelections",
            "backup:ListTags",
        ),
        ground.arns("backup", f"restore-testing-plan:{unhyphenated}"),
    )
    yield say(
        "ReadFrameworks",
        ("backup:DescribeFramework", "backup:ListTags"),
        ground.arns("backup", f"framework:{unhyphenated}"),
    )
    yield say("ReadReportPlans", ("backup:ListTags",), ground.arns("backup", f"report-plan:{unhyphenated}"))
    yield say(
        "ReadReportBuckets",
        (
            "s3:GetBucketOwnershipControls",
            "s3:GetBucketPolicy",
            "s3:GetBucketPublicAccessBlock",
            "s3:GetBucketTagging",
            "s3:GetBucketVersioning",
            "s3:GetEncryptionConfiguration",
            "s3:GetLifecycleConfiguration",
        ),
        [f"arn:{each.partition}:s3:::{each.report_bucket}" for each in ground.names],
    )
    yield say(
        "ReadLogGroups",
        ("logs:ListTagsForResource",),
        ground.arns("logs", ground.named("log-group:/aws/vendedlogs/states/")),
    )


def _telling(ground: Ground) -> Iterator[Statement]:
    """What tells of failures: the same."""
    yield say(
        "ReadTopics",
        ("sns:GetTopicAttributes", "sns:ListSubscriptionsByTopic", "sns:ListTagsForResource"),
        [each.arn("sns", each.topic) for each in ground.names],
    )
    yield say(
        "ReadQueues",
        ("sqs:GetQueueAttributes", "sqs:ListQueueTags"),
        [each.arn("sqs", each.dead_letters) for each in ground.names],
    )
    yield say(
        "ReadEventRules",
        ("events:ListTagsForResource", "events:ListTargetsByRule"),
        ground.arns("events", ground.named("rule/")),
    )


def _watching(ground: Ground) -> Iterator[Statement]:
    """What watches over backups: the same. Alarms are listed by their names, which takes all of them."""
    yield say("ReadAlarms", ("cloudwatch:DescribeAlarms",), ground.arns("cloudwatch", "alarm:*"))
    yield say(
        "ReadDashboards",
        ("cloudwatch:GetDashboard",),
        [
            f"arn:{each.partition}:cloudwatch::{each.account_id}:dashboard/{each.dashboard}"
            for each in ground.names
        ],
    )


def _where_asked_for(ground: Ground) -> Iterator[Statement]:
    """What is read only where the catalog has it."""
    units = ground.units
    owned = f"arn:{ground.partition}:budgets::{ground.account_id}:budget"
    if any(unit.budgets for unit in units):
        # Budgets are listed for the account as a whole.
        yield say("ReadBudgets", ("budgets:ViewBudget",), (f"{owned}/*",))
        yield say("ReadTagsOfBudgets", ("budgets:ListTagsForResource",), (ground.named(f"{owned}/"),))
    if any(unit.events and unit.events.topic.emails for unit in units):
        yield without_resources("sns:GetSubscriptionAttributes", sid="ReadSubscriptions")
    if any(unit.events and unit.events.notifications for unit in units):
        yield say(
            "ReadNotifications",
            ("backup:GetBackupVaultNotifications",),
            ground.arns("backup", ground.named("backup-vault:")),
        )
    if any(unit.opted_in for unit in units):
        yield without_resources("backup:DescribeRegionSettings", sid="ReadSettings")
    named = [
        ground.names_in(unit.id.region).document_arn(each.handler)
        for unit in units
        for each in unit.named_documents
    ]
    if named:
        yield say("ReadNamedDocuments", ("ssm:DescribeDocument",), named)
    if any(unit.organization for unit in units):
        yield from _organization(ground)


def _organization(ground: Ground) -> Iterator[Statement]:
    yield without_resources(
        "backup:DescribeGlobalSettings",
        "organizations:ListDelegatedAdministrators",
        "organizations:ListPolicies",
        sid="ReadOrganization",
    )
    owned = f"arn:{ground.partition}:organizations::{ground.account_id}:policy/o-*"
    yield say(
        "ReadOrganizationPolicies",
        (
            "organizations:DescribePolicy",
            "organizations:ListTagsForResource",
            "organizations:ListTargetsForPolicy",
        ),
        tuple(f"{owned}/{kind}/*" for kind in ("backup_policy", "service_control_policy")),
    )


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
    # Of volumes and databases: whoever made them chose it, in this account or in another.
    keys = [f"arn:{ground.partition}:kms:{region}:*:key/*" for region in ground.regions]
    yield say("ReadKeysOfBackups", ("kms:DescribeKey",), keys)
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
