"""Which engine protects a type of resource in a tier, and why."""

from __future__ import annotations

from tierkeep.catalog.tiers import Tier
from tierkeep.desired.model import Engine, ResourceType
from tierkeep.desired.support import type_support

ARN_PATTERNS = {each: known.arn_pattern for each, known in type_support().items()}
"""The ARNs of each type, as a selection of AWS Backup names them."""

TAGGED_AS = {
    ResourceType.AURORA: "rds:cluster",
    ResourceType.DYNAMODB: "dynamodb:table",
    ResourceType.EBS: "ec2:volume",
    ResourceType.EC2: "ec2:instance",
    ResourceType.EFS: "elasticfilesystem:file-system",
    ResourceType.RDS: "rds:db",
    ResourceType.S3: "s3",
}
"""What the Resource Groups Tagging API calls each type (GetResources in its API reference)."""

CONTINUOUS_TYPES = frozenset(each for each, known in type_support().items() if known.point_in_time_recovery)
"""Types with point-in-time recovery through AWS Backup."""

NATIVE_RECOVERY_TYPES = frozenset({ResourceType.DYNAMODB})
"""Types with a point-in-time recovery of their own, besides AWS Backup, which a tier may ask for."""

DLM_TYPES = {
    each: (known.snapshots.what, known.snapshots.resource_type)
    for each, known in type_support().items()
    if known.snapshots
}
"""Types that Data Lifecycle Manager can protect: what a policy's name says, and what its API says."""


def recovers_natively(tier: Tier, resource_type: ResourceType) -> bool:
    """Whether a tier asks for the point-in-time recovery that a type has of its own, and can have it."""
    return (
        tier.point_in_time_recovery is not None
        and resource_type in NATIVE_RECOVERY_TYPES
        and tier.protects[resource_type.value].point_in_time_recovery == "native"
        and choose_engine(tier, resource_type)[0] is Engine.BACKUP
    )


def recovers_to_a_moment(tier: Tier, resource_type: ResourceType) -> bool:
    """Whether a tier that asks for point-in-time recovery gets it for a type, by AWS Backup or natively."""
    by_backup = resource_type in CONTINUOUS_TYPES and choose_engine(tier, resource_type)[0] is Engine.BACKUP
    return by_backup or recovers_natively(tier, resource_type)


def choose_engine(tier: Tier, resource_type: ResourceType) -> tuple[Engine, str]:
    """The one engine for a type, and the reason in a few words."""
    named = tier.protects[resource_type.value].engine
    if named is not None:
        return Engine(named), "the catalog names it"
    for wanted, what in _only_by_dlm(tier, resource_type):
        if wanted:
            return Engine.DLM, f"{what} Data Lifecycle Manager's"
    return Engine.BACKUP, "AWS Backup, unless a tier asks for what only Data Lifecycle Manager has"


def vss_by_backup(tier: Tier) -> bool:
    """Whether AWS Backup, rather than Data Lifecycle Manager, backs instances up with the Volume Shadow Copy
    Service of Windows: where the tier names this engine for them."""
    asked = tier.application_consistency
    return (
        asked is not None
        and asked.scripts == "vss"
        and ResourceType.EC2.value in tier.protects
        and choose_engine(tier, ResourceType.EC2)[0] is Engine.BACKUP
    )


def _only_by_dlm(tier: Tier, resource_type: ResourceType) -> tuple[tuple[bool, str], ...]:
    """What AWS Backup lacks, or Tierkeep does not generate for it, and whether the tier asks for it."""
    if resource_type is ResourceType.EBS:
        return (
            (tier.fast_snapshot_restore is not None, "fast snapshot restore is"),
            (tier.share is not None, "sharing snapshots is"),
            (any(each.archive_after for each in tier.schedules.values()), "the archive tier is"),
        )
    if resource_type is ResourceType.EC2:
        return (
            (tier.images is not None, "images (AMIs) by a policy of their own are"),
            (tier.application_consistency is not None, "pre and post scripts are"),
            (tier.exclude is not None, "snapshots without some of the volumes are"),
        )
    return ()
