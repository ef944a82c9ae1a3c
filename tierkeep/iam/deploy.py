"""What `cdktf deploy` and `destroy` must be allowed to do: what the AWS provider calls for our resources.

Which operations those are was recorded with provider 5.100.0 (tests/iam/test_recorded_calls.py). What
services ask for besides, without a call of their own: AWS Backup developer guide, "API permissions: actions,
resources, and conditions reference", for vaults; Service Authorization Reference, dependent actions.
"""

from __future__ import annotations

from collections.abc import Iterator

from tierkeep.desired.model import Statement
from tierkeep.desired.permissions.commands.ground import Conditions, Ground, say, without_resources
from tierkeep.iam.deploy_audit import audit_statements, organization_statements
from tierkeep.iam.deploy_events import event_statements


def deploy_statements(ground: Ground) -> Iterator[Statement]:
    """Making, changing, reading back and deleting all that a catalog may ask for in an account."""
    yield without_resources("backup-storage:MountCapsule", "kms:ListAliases")
    yield from _keys(ground)
    yield from _vaults(ground)
    yield from _plans(ground)
    yield from _snapshot_policies(ground)
    yield from _policy_stacks(ground)
    if ground.documents:
        yield from _documents(ground)
    yield from _roles(ground)
    yield from _machines(ground)
    yield from event_statements(ground)
    yield from _watching(ground)
    yield from audit_statements(ground)
    yield from organization_statements(ground)


_LINKED = (
    "backup.amazonaws.com",
    "reports.backup.amazonaws.com",
    "restore-testing.backup.amazonaws.com",
)
"""Services for which AWS Backup makes roles of its own when they are first used."""


def _keys(ground: Ground) -> Iterator[Statement]:
    """A key is found by its tag a few minutes after it was tagged only (KMS developer guide, "ABAC for AWS
    KMS"), so that what follows its creation at once cannot be bound to the tag."""
    keys, aliases = ground.arns("kms", "key/*"), ground.arns("kms", ground.named("alias/"))
    yield without_resources("kms:CreateKey", conditions=ground.to_be_tagged, sid="CreateKeys")
    yield say(
        "FurnishKeys",
        (
            "kms:DescribeKey",
            "kms:EnableKeyRotation",
            "kms:GetKeyPolicy",
            "kms:GetKeyRotationStatus",
            "kms:ListResourceTags",
        ),
        keys,
    )
    yield say("TagKeys", ("kms:TagResource",), keys, ground.to_be_tagged)
    yield say(
        "ChangeKeys",
        (
            "kms:DisableKeyRotation",
            "kms:PutKeyPolicy",
            "kms:ScheduleKeyDeletion",
            "kms:UntagResource",
            "kms:UpdateKeyDescription",
        ),
        keys,
        ground.tagged,
    )
    yield say("NameKeys", ("kms:CreateAlias", "kms:DeleteAlias", "kms:UpdateAlias"), (*keys, *aliases))


def _vaults(ground: Ground) -> Iterator[Statement]:
    yield say(
        "Vaults",
        (
            "backup:CreateBackupVault",
            "backup:CreateLogicallyAirGappedBackupVault",
            "backup:DeleteBackupVault",
            "backup:DeleteBackupVaultAccessPolicy",
            "backup:DeleteBackupVaultLockConfiguration",
            "backup:DescribeBackupVault",
            "backup:GetBackupVaultAccessPolicy",
            "backup:ListTags",
            "backup:PutBackupVaultAccessPolicy",
            "backup:PutBackupVaultLockConfiguration",
            "backup:TagResource",
            "backup:UntagResource",
        ),
        ground.arns("backup", ground.named("backup-vault:")),
    )
    services = tuple(f"backup.{region}.amazonaws.com" for region in ground.regions)
    via: Conditions = (("StringEquals", "kms:ViaService", services),)
    if ground.partition == "aws-cn":
        # The sources have both names for China, and do not say which is where.
        via = (("StringEquals", "kms:ViaService", (*services, *(f"{each}.cn" for each in services))),)
    yield say(
        "EncryptVaults",
        ("kms:CreateGrant", "kms:Decrypt", "kms:GenerateDataKey", "kms:RetireGrant"),
        ground.arns("kms", "key/*"),
        via,
    )


def _plans(ground: Ground) -> Iterator[Statement]:
    plans = ground.arns("backup", "backup-plan:*")
    yield say("CreatePlans", ("backup:CreateBackupPlan", "backup:TagResource"), plans, ground.to_be_tagged)
    yield say("ReadPlans", ("backup:GetBackupPlan", "backup:GetBackupSelection", "backup:ListTags"), plans)
    yield say(
        "ChangePlans",
        (
            "backup:CreateBackupSelection",
            "backup:DeleteBackupPlan",
            "backup:DeleteBackupSelection",
            "backup:UntagResource",
            "backup:UpdateBackupPlan",
        ),
        plans,
        ground.tagged,
    )


def _snapshot_policies(ground: Ground) -> Iterator[Statement]:
    policies = ground.arns("dlm", "policy/*")
    yield without_resources(
        "dlm:CreateLifecyclePolicy", conditions=ground.to_be_tagged, sid="CreateSnapshotPolicies"
    )
    yield say("TagSnapshotPolicies", ("dlm:TagResource",), policies, ground.to_be_tagged)
    yield say("ReadSnapshotPolicies", ("dlm:GetLifecyclePolicy", "dlm:ListTagsForResource"), policies)
    yield say(
        "ChangeSnapshotPolicies",
        ("dlm:DeleteLifecyclePolicy", "dlm:UntagResource", "dlm:UpdateLifecyclePolicy"),
        policies,
        ground.tagged,
    )


def _policy_stacks(ground: Ground) -> Iterator[Statement]:
    """Stacks of CloudFormation that hold a snapshot policy each. They have no role of their own: what
    CloudFormation calls of Data Lifecycle Manager, it calls as who deploys."""
    yield say(
        "PolicyStacks",
        (
            "cloudformation:CreateStack",
            "cloudformation:DeleteStack",
            "cloudformation:DescribeStackEvents",
            "cloudformation:DescribeStacks",
            "cloudformation:GetTemplate",
            "cloudformation:TagResource",
            "cloudformation:UntagResource",
            "cloudformation:UpdateStack",
        ),
        ground.arns("cloudformation", f"{ground.named('stack/')}/*"),
    )


def _documents(ground: Ground) -> Iterator[Statement]:
    yield say(
        "ScriptDocuments",
        (
            "ssm:AddTagsToResource",
            "ssm:CreateDocument",
            "ssm:DeleteDocument",
            "ssm:DescribeDocument",
            "ssm:DescribeDocumentPermission",
            "ssm:GetDocument",
            "ssm:RemoveTagsFromResource",
            "ssm:UpdateDocument",
            "ssm:UpdateDocumentDefaultVersion",
        ),
        ground.arns("ssm", ground.named("document/")),
    )


def _watching(ground: Ground) -> Iterator[Statement]:
    """Where the catalog asks for none of it too: what it asked for before has to be deleted."""
    yield say(
        "Alarms",
        (
            "cloudwatch:DeleteAlarms",
            "cloudwatch:ListTagsForResource",
            "cloudwatch:PutMetricAlarm",
            "cloudwatch:TagResource",
            "cloudwatch:UntagResource",
        ),
        ground.arns("cloudwatch", ground.named("alarm:")),
    )
    yield say("FindAlarms", ("cloudwatch:DescribeAlarms",), ground.arns("cloudwatch", "alarm:*"))
    yield say(
        "Dashboards",
        ("cloudwatch:DeleteDashboards", "cloudwatch:GetDashboard", "cloudwatch:PutDashboard"),
        (f"arn:{ground.partition}:cloudwatch::{ground.account_id}:{ground.named('dashboard/')}",),
    )
    yield say(
        "Budgets",
        (
            "budgets:ListTagsForResource",
            "budgets:ModifyBudget",
            "budgets:TagResource",
            "budgets:UntagResource",
            "budgets:ViewBudget",
        ),
        (f"arn:{ground.partition}:budgets::{ground.account_id}:{ground.named('budget/')}",),
    )


def _roles(ground: Ground) -> Iterator[Statement]:
    """With a permissions boundary in the catalog, nothing is allowed to a role that it does not bound."""
    roles, policies = (ground.of_iam(ground.named(kind)) for kind in ("role/", "policy/"))
    yield say(
        "ReadAndRemoveRoles",
        (
            "iam:DeleteRole",
            "iam:DeleteRolePolicy",
            "iam:GetRole",
            "iam:GetRolePolicy",
            "iam:ListAttachedRolePolicies",
            "iam:ListInstanceProfilesForRole",
            "iam:ListRolePolicies",
            "iam:TagRole",
            "iam:UntagRole",
        ),
        roles,
    )
    yield say(
        "ChangeRoles",
        ("iam:CreateRole", "iam:PutRolePolicy", "iam:UpdateAssumeRolePolicy"),
        roles,
        _bounded(ground),
    )
    if _bounded(ground):
        yield say("BoundRoles", ("iam:PutRolePermissionsBoundary",), roles, _bounded(ground))
    else:
        yield say("UnboundRoles", ("iam:DeleteRolePermissionsBoundary",), roles)
    attached = {arn for role in ground.roles for arn in role.managed_policy_arns}
    yield say(
        "AttachPolicies",
        ("iam:AttachRolePolicy",),
        roles,
        (("ArnLike", "iam:PolicyARN", (*policies, *sorted(attached))), *_bounded(ground)),
    )
    yield say("DetachPolicies", ("iam:DetachRolePolicy",), roles)
    yield say(
        "Policies",
        (
            "iam:CreatePolicy",
            "iam:CreatePolicyVersion",
            "iam:DeletePolicy",
            "iam:DeletePolicyVersion",
            "iam:GetPolicy",
            "iam:GetPolicyVersion",
            "iam:ListPolicyVersions",
            "iam:TagPolicy",
            "iam:UntagPolicy",
        ),
        policies,
    )
    services = tuple(
        sorted(
            {
                "backup.amazonaws.com",
                "dlm.amazonaws.com",
                *(role.service for role in ground.roles if role.service),
            }
        )
    )
    yield say("PassRoles", ("iam:PassRole",), roles, (("StringEquals", "iam:PassedToService", services),))
    yield say(
        "LetBackupHaveItsOwnRoles",
        ("iam:CreateServiceLinkedRole",),
        ground.of_iam(*(f"role/aws-service-role/{each}/*" for each in _LINKED)),
        (("StringEquals", "iam:AWSServiceName", _LINKED),),
    )


def _machines(ground: Ground) -> Iterator[Statement]:
    yield without_resources(
        "logs:DescribeLogGroups", "states:ValidateStateMachineDefinition", sid="LookAtAll"
    )
    yield say(
        "LogGroups",
        (
            "logs:CreateLogGroup",
            "logs:DeleteLogGroup",
            "logs:ListTagsForResource",
            "logs:PutRetentionPolicy",
            "logs:TagResource",
            "logs:UntagResource",
        ),
        ground.arns("logs", ground.named("log-group:/aws/vendedlogs/states/")),
    )
    yield say(
        "StateMachines",
        (
            "states:CreateStateMachine",
            "states:DeleteStateMachine",
            "states:DescribeStateMachine",
            "states:ListStateMachineVersions",
            "states:ListTagsForResource",
            "states:TagResource",
            "states:UntagResource",
            "states:UpdateStateMachine",
        ),
        ground.arns("states", ground.named("stateMachine:")),
    )
    yield say(
        "Schedules",
        (
            "scheduler:CreateSchedule",
            "scheduler:DeleteSchedule",
            "scheduler:GetSchedule",
            "scheduler:UpdateSchedule",
        ),
        ground.arns("scheduler", ground.named("schedule/default/")),
    )


def _bounded(ground: Ground) -> Conditions:
    boundaries = sorted({role.boundary_arn for role in ground.roles if role.boundary_arn})
    return (("StringEquals", "iam:PermissionsBoundary", tuple(boundaries)),) if boundaries else ()
