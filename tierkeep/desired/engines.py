"""Which engine protects a type of resource in a tier, and why."""

from __future__ import annotations

from tierkeep.catalog.model import Tier
from tierkeep.desired.model import Engine, ResourceType
from tierkeep.desired.support import type_support

ARN_PATTERNS = {each: known.arn_pattern for each, known in type_support().items()}
"""The ARNs of each type, as a selection of AWS Backup names them."""

CONTINUOUS_TYPES = frozenset(each for each, known in type_support().items() if known.point_in_time_recovery)
"""Types with point-in-time recovery through AWS Backup."""

DLM_TYPES = {
    each: (known.snapshots.what, known.snapshots.resource_type)
    for each, known in type_support().items()
    if known.snapshots
}
"""Types that Data Lifecycle Manager can protect: what a policy's name says, and what its API says."""


def choose_engine(tier: Tier, resource_type: ResourceType) -> tuple[Engine, str]:
    """The one engine for a type, and the reason in a few words."""
    named = tier.protects[resource_type.value].engine
    if named is not None:
        return Engine(named), "the catalog names it"
    if resource_type is ResourceType.EBS and tier.fast_snapshot_restore:
        return Engine.DLM, "fast snapshot restore is Data Lifecycle Manager's"
    if resource_type is ResourceType.EBS and tier.share:
        return Engine.DLM, "sharing snapshots is Data Lifecycle Manager's"
    if resource_type is ResourceType.EC2 and tier.application_consistency:
        return Engine.DLM, "pre and post scripts are Data Lifecycle Manager's"
    return Engine.BACKUP, "AWS Backup, unless a tier asks for what only Data Lifecycle Manager has"
