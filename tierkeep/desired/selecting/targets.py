"""What a policy of Data Lifecycle Manager targets.

Sources, read 2026-11: EBS user guide, "How Amazon Data Lifecycle Manager works" (dlm-elements) and the
Terraform provider's `target_tags`: a resource of the policy's type with ANY of the target tags, key and
value, in the policy's account and Region. An instance policy snapshots all volumes of a tagged instance,
whatever their own tags; a volume policy looks at the tags of volumes alone. A default policy asks for no tag,
and leaves out what carries an excluded one. No opt-in of AWS Backup matters.
"""

from __future__ import annotations

from tierkeep.desired.model import DefaultPolicy, SnapshotPolicy
from tierkeep.desired.selecting.answer import Answer
from tierkeep.desired.selecting.resource import Resource
from tierkeep.desired.support import type_support


def targets(policy: SnapshotPolicy, resource: Resource) -> bool:
    """Whether the policy would snapshot the resource, if both are in the same account and Region."""
    target = type_support()[resource.type].snapshots if resource.type else None
    if target is None or target.resource_type != policy.resource_type:
        return False
    return not set(policy.target_tags).isdisjoint(resource.tags)


def by_default(policy: DefaultPolicy, resource: Resource) -> Answer:
    """Whether the default policy would back the resource up, if both are in the same account and Region.

    Whether a volume is one that an instance boots from, or of an excluded type, its ARN does not say.
    """
    target = type_support()[resource.type].snapshots if resource.type else None
    if target is None or target.resource_type != policy.resource_type:
        return Answer.NO
    excluded = policy.exclusions
    if not set(excluded.tags).isdisjoint(resource.tags):
        return Answer.NO
    return Answer.OPEN if excluded.boot_volumes or excluded.volume_types else Answer.YES
