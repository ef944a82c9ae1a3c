"""What a snapshot policy of Data Lifecycle Manager targets.

Sources, read 2026-11: EBS user guide, "How Amazon Data Lifecycle Manager works" (dlm-elements) and the
Terraform provider's `target_tags`: a resource of the policy's type with ANY of the target tags, key and
value, in the policy's account and Region. An instance policy snapshots all volumes of a tagged instance,
whatever their own tags; a volume policy looks at the tags of volumes alone. No opt-in of AWS Backup matters.
"""

from __future__ import annotations

from tierkeep.desired.model import SnapshotPolicy
from tierkeep.desired.selecting.resource import Resource
from tierkeep.desired.support import type_support


def targets(policy: SnapshotPolicy, resource: Resource) -> bool:
    """Whether the policy would snapshot the resource, if both are in the same account and Region."""
    target = type_support()[resource.type].snapshots if resource.type else None
    if target is None or target.resource_type != policy.resource_type:
        return False
    return not set(policy.target_tags).isdisjoint(resource.tags)
