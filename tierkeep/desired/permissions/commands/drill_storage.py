"""What `tierkeep drill` must be allowed to do with buckets and file systems; `drill` has the whole.

Buckets that drills restore bear their name, as tables do; file systems carry their tag, as volumes do.
"""

from __future__ import annotations

from collections.abc import Iterator

from tierkeep.desired.model import ResourceType, Statement
from tierkeep.desired.permissions.commands.ground import Conditions, Ground, say, without_resources

FULLY_MANAGED = frozenset({ResourceType.DYNAMODB, ResourceType.EFS, ResourceType.S3})
"""Whose recovery points are AWS Backup's own (AWS Backup developer guide, backup-feature-availability)."""

_FILE_SYSTEMS = "file-system/*"
_MADE_BY_DRILL = ("Null", "aws:ResourceTag/tierkeep:drill", ("false",))
_NO_DRILLS = ("Null", "aws:ResourceTag/tierkeep:drill", ("true",))
_OUR_KEYS = ("ForAllValues:StringLike", "aws:TagKeys", ("tierkeep:*",))


def protects(ground: Ground, *types: ResourceType) -> bool:
    """Whether any tier protects one of these types in the account."""
    return any(each.resource_type in types for unit in ground.units for each in unit.protections)


def reading_storage(ground: Ground) -> Iterator[Statement]:
    """What a restored bucket holds, beside the versions that its source still has of that time."""
    if not protects(ground, ResourceType.S3):
        return
    yield say(
        "ReadRestoredBuckets",
        ("s3:GetBucketPublicAccessBlock", "s3:GetObject"),
        (*_restored_buckets(ground), *_restored_objects(ground)),
        _own(ground),
    )
    yield say(
        "ReadSourceBuckets",
        ("s3:GetObjectVersion", "s3:ListBucketVersions"),
        (f"arn:{ground.partition}:s3:::*", f"arn:{ground.partition}:s3:::*/*"),
        _own(ground),
    )


def removing_storage(ground: Ground) -> Iterator[Statement]:
    """Looking at what a drill restored, tagging it, and deleting it with all that is in it."""
    if protects(ground, ResourceType.S3):
        yield from _removing_buckets(ground)
    if protects(ground, ResourceType.EFS):
        yield from _removing_file_systems(ground)


def _removing_buckets(ground: Ground) -> Iterator[Statement]:
    yield without_resources("s3:ListAllMyBuckets", sid="ListBuckets")
    yield say(
        "RemoveRestoredBuckets",
        (
            "s3:DeleteBucket",
            "s3:GetBucketPolicy",
            "s3:GetBucketTagging",
            "s3:GetReplicationConfiguration",
            "s3:ListBucket",
            "s3:ListBucketVersions",
            "s3:PutBucketTagging",
        ),
        _restored_buckets(ground),
        _own(ground),
    )
    yield say(
        "EmptyRestoredBuckets",
        ("s3:DeleteObject", "s3:DeleteObjectVersion"),
        _restored_objects(ground),
        _own(ground),
    )


def _removing_file_systems(ground: Ground) -> Iterator[Statement]:
    systems = ground.arns("elasticfilesystem", _FILE_SYSTEMS)
    yield say(
        "ReadFileSystems",
        ("elasticfilesystem:DescribeAccessPoints", "elasticfilesystem:DescribeFileSystems"),
        systems,
    )
    yield say(
        "TagRestoredFileSystems",
        ("elasticfilesystem:TagResource",),
        systems,
        (*ground.to_be_tagged, _OUR_KEYS, _NO_DRILLS),
    )
    yield say(
        "DeleteDrilledFileSystems",
        ("elasticfilesystem:DeleteFileSystem",),
        systems,
        (*ground.tagged, _MADE_BY_DRILL),
    )


def _restored_buckets(ground: Ground) -> tuple[str, ...]:
    return (f"arn:{ground.partition}:s3:::tierkeep-drill-*",)


def _restored_objects(ground: Ground) -> tuple[str, ...]:
    return (f"arn:{ground.partition}:s3:::tierkeep-drill-*/*",)


def _own(ground: Ground) -> Conditions:
    """A bucket's ARN has neither account nor Region."""
    return (("StringEquals", "aws:ResourceAccount", (ground.account_id,)),)
