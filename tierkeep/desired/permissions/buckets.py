"""Buckets of S3: what their backup and their restore take.

A bucket's ARN has neither account nor Region, so a condition holds it to the account.
"""

from __future__ import annotations

from collections.abc import Iterator

from tierkeep.desired.model import Statement
from tierkeep.desired.permissions.needs import Conditions, Needs, without_resources


def bucket_backups(needs: Needs) -> Iterator[Statement]:
    """Reading buckets with their inventories, and the rules of EventBridge that tell of changes."""
    yield Statement(
        sid="ReadBuckets",
        actions=(
            "s3:GetBucketAcl",
            "s3:GetBucketLocation",
            "s3:GetBucketNotification",
            "s3:GetBucketTagging",
            "s3:GetBucketVersioning",
            "s3:GetInventoryConfiguration",
            "s3:ListBucket",
            "s3:ListBucketVersions",
            "s3:ListTagsForResource",
            "s3:PutBucketNotification",
            "s3:PutInventoryConfiguration",
        ),
        resources=_buckets(needs),
        conditions=_own(needs),
    )
    yield Statement(
        sid="ReadObjects",
        actions=(
            "s3:GetObject",
            "s3:GetObjectAcl",
            "s3:GetObjectTagging",
            "s3:GetObjectVersion",
            "s3:GetObjectVersionAcl",
            "s3:GetObjectVersionTagging",
        ),
        resources=_objects(needs),
        conditions=_own(needs),
    )
    yield Statement(
        sid="HearOfChanges",
        actions=(
            "events:DeleteRule",
            "events:DescribeRule",
            "events:DisableRule",
            "events:EnableRule",
            "events:ListTargetsByRule",
            "events:PutRule",
            "events:PutTargets",
            "events:RemoveTargets",
        ),
        resources=needs.here("events", "rule/AwsBackupManagedRule*"),
    )
    yield without_resources("cloudwatch:GetMetricData", "events:ListRules", "s3:ListAllMyBuckets")


def bucket_restores(needs: Needs) -> Iterator[Statement]:
    """Writing objects into buckets that exist or are made for it."""
    yield Statement(
        sid="WriteBuckets",
        actions=(
            "s3:CreateBucket",
            "s3:GetBucketLocation",
            "s3:GetBucketOwnershipControls",
            "s3:GetBucketVersioning",
            "s3:ListBucket",
            "s3:ListBucketVersions",
            "s3:PutBucketOwnershipControls",
            "s3:PutBucketVersioning",
        ),
        resources=_buckets(needs),
        conditions=_own(needs),
    )
    yield Statement(
        sid="WriteObjects",
        actions=(
            "s3:DeleteObject",
            "s3:GetObject",
            "s3:GetObjectAcl",
            "s3:GetObjectTagging",
            "s3:GetObjectVersion",
            "s3:GetObjectVersionAcl",
            "s3:ListMultipartUploadParts",
            "s3:PutObject",
            "s3:PutObjectAcl",
            "s3:PutObjectTagging",
            "s3:PutObjectVersionAcl",
        ),
        resources=_objects(needs),
        conditions=_own(needs),
    )


def _buckets(needs: Needs) -> tuple[str, ...]:
    return (f"arn:{needs.partition}:s3:::*",)


def _objects(needs: Needs) -> tuple[str, ...]:
    return (f"arn:{needs.partition}:s3:::*/*",)


def _own(needs: Needs) -> Conditions:
    return (("StringEquals", "aws:ResourceAccount", (needs.home.account_id,)),)
