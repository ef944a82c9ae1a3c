"""What `tierkeep validate` and `tierkeep import` must be allowed to do: to read, and nothing else."""

from __future__ import annotations

from collections.abc import Iterator

from tierkeep.desired.model import Statement
from tierkeep.desired.permissions.commands.ground import Ground, say, without_resources


def validate_statements(ground: Ground) -> Iterator[Statement]:
    """Listings, and each thing in them that may be the catalog's.

    Keys are told by their aliases. Plans and snapshot policies go by ids that AWS gives, and a role may carry
    policies that somebody attached by hand: those are read whatever they are called.
    """
    yield without_resources(
        "backup:ListBackupPlans",
        "backup:ListBackupVaults",
        "dlm:GetLifecyclePolicies",
        "kms:ListAliases",
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
    yield say("ReadPolicies", ("iam:GetPolicy", "iam:GetPolicyVersion"), ground.of_iam("policy/*"))


def import_statements(ground: Ground) -> Iterator[Statement]:
    """The same, and the stacks of CloudFormation that hold snapshot policies."""
    yield from validate_statements(ground)
    yield say(
        "ReadPolicyStacks",
        ("cloudformation:DescribeStackResources", "cloudformation:DescribeStacks"),
        ground.arns("cloudformation", f"{ground.named('stack/')}/*"),
    )
