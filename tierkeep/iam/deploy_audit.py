"""What deploying must be allowed for restore testing, frameworks, reports and settings.

As for the rest: what provider 5.100.0 calls. AWS Backup developer guide, "Using service-linked roles for AWS
Backup", for the roles that AWS makes with the first plan and the first framework. What AWS's own policies
AWSBackupAuditAccess and AWSBackupOrganizationAdminAccess allow of reading recorders, the place of buckets and
the organisation stays, although no call of the provider's asks for it.
"""

from __future__ import annotations

from collections.abc import Iterator

from tierkeep.desired.model import Statement
from tierkeep.desired.permissions.commands.ground import Ground, say, without_resources


def audit_statements(ground: Ground) -> Iterator[Statement]:
    """Making, changing, reading back and deleting what stands around the vaults."""
    yield without_resources(
        "backup:DescribeRegionSettings", "backup:UpdateRegionSettings", sid="RegionSettings"
    )
    yield say(
        "ReadRecorders",
        ("config:DescribeConfigurationRecorderStatus", "config:DescribeConfigurationRecorders"),
        ground.arns("config", "configuration-recorder/*"),
    )
    yield from _named(ground, "RestoreTests", "restore-testing-plan:", _RESTORE_TESTS)
    yield from _named(ground, "Frameworks", "framework:", _FRAMEWORKS)
    yield from _named(ground, "ReportPlans", "report-plan:", _REPORT_PLANS)
    bucket = f"arn:{ground.partition}:s3:::{ground.catalog}-backup-reports-{ground.account_id}-*"
    yield say("ReportBuckets", _BUCKETS, (bucket,))
    yield say("EmptyReportBuckets", ("s3:DeleteObject", "s3:DeleteObjectVersion"), (f"{bucket}/*",))


def organization_statements(ground: Ground) -> Iterator[Statement]:
    """In the management account alone, and only where the catalog asks anything of the organisation."""
    if not any(unit.organization for unit in ground.units):
        return
    yield without_resources(
        "backup:DescribeGlobalSettings",
        "backup:UpdateGlobalSettings",
        "organizations:DescribeOrganization",
        "organizations:ListDelegatedAdministrators",
        sid="Organization",
    )
    owned = f"arn:{ground.partition}:organizations::{ground.account_id}"
    yield from _policies(ground, owned)
    yield say(
        "DelegateBackup",
        (
            "organizations:DeregisterDelegatedAdministrator",
            "organizations:RegisterDelegatedAdministrator",
        ),
        (f"{owned}:account/o-*/*",),
        (("StringEquals", "organizations:ServicePrincipal", ("backup.amazonaws.com",)),),
    )


def _policies(ground: Ground, owned: str) -> Iterator[Statement]:
    """Backup policies and what guards vaults: those with the catalog's tag alone are changed, and attached to
    anything. Attaching is asked of both, the policy and its target."""
    kinds = ("backup_policy", "service_control_policy")
    policies = tuple(f"{owned}:policy/o-*/{kind}/*" for kind in kinds)
    yield without_resources(
        "organizations:CreatePolicy", conditions=ground.to_be_tagged, sid="CreateOrganizationPolicies"
    )
    yield say("TagOrganizationPolicies", ("organizations:TagResource",), policies, ground.to_be_tagged)
    yield say(
        "ReadOrganizationPolicies",
        (
            "organizations:DescribePolicy",
            "organizations:ListTagsForResource",
            "organizations:ListTargetsForPolicy",
        ),
        policies,
    )
    attaching = ("organizations:AttachPolicy", "organizations:DetachPolicy")
    yield say(
        "ChangeOrganizationPolicies",
        (
            *attaching,
            "organizations:DeletePolicy",
            "organizations:UntagResource",
            "organizations:UpdatePolicy",
        ),
        policies,
        ground.tagged,
    )
    yield say(
        "AttachOrganizationPolicies",
        attaching,
        (f"{owned}:root/o-*/r-*", f"{owned}:ou/o-*/ou-*", f"{owned}:account/o-*/*"),
    )


def _named(ground: Ground, sid: str, kind: str, actions: tuple[str, ...]) -> Iterator[Statement]:
    """By name, in which AWS takes no hyphens: `campus_full`, with an id of AWS's own behind it."""
    names = f"{kind}{ground.catalog.replace('-', '_')}_*"
    tags = ("backup:ListTags", "backup:TagResource", "backup:UntagResource")
    yield say(sid, (*actions, *tags), ground.arns("backup", names))


_RESTORE_TESTS = (
    "backup:CreateRestoreTestingPlan",
    "backup:CreateRestoreTestingSelection",
    "backup:DeleteRestoreTestingPlan",
    "backup:DeleteRestoreTestingSelection",
    "backup:GetRestoreTestingPlan",
    "backup:GetRestoreTestingSelection",
    "backup:UpdateRestoreTestingPlan",
)
"""Selections are replaced, not updated (modules/restore_testing.py)."""
_FRAMEWORKS = (
    "backup:CreateFramework",
    "backup:DeleteFramework",
    "backup:DescribeFramework",
    "backup:UpdateFramework",
)
_REPORT_PLANS = (
    "backup:CreateReportPlan",
    "backup:DeleteReportPlan",
    "backup:DescribeReportPlan",
    "backup:UpdateReportPlan",
)
_BUCKETS = (
    "s3:CreateBucket",
    "s3:DeleteBucket",
    "s3:DeleteBucketPolicy",
    "s3:GetAccelerateConfiguration",
    "s3:GetBucketAcl",
    "s3:GetBucketCORS",
    "s3:GetBucketLocation",
    "s3:GetBucketLogging",
    "s3:GetBucketObjectLockConfiguration",
    "s3:GetBucketOwnershipControls",
    "s3:GetBucketPolicy",
    "s3:GetBucketPublicAccessBlock",
    "s3:GetBucketRequestPayment",
    "s3:GetBucketTagging",
    "s3:GetBucketVersioning",
    "s3:GetBucketWebsite",
    "s3:GetEncryptionConfiguration",
    "s3:GetLifecycleConfiguration",
    "s3:GetReplicationConfiguration",
    "s3:ListBucket",
    "s3:ListBucketVersions",
    "s3:PutBucketOwnershipControls",
    "s3:PutBucketPolicy",
    "s3:PutBucketPublicAccessBlock",
    "s3:PutBucketTagging",
    "s3:PutBucketVersioning",
    "s3:PutEncryptionConfiguration",
    "s3:PutLifecycleConfiguration",
)
"""What the provider reads and writes of a bucket with its parts."""
