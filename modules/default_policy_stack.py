"""A default policy of Data Lifecycle Manager, which the provider's own resource lacks.

A stack of CloudFormation that holds this one policy: docs/adr/0012-policies-that-the-provider-lacks.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from cdktf import ITerraformDependable
from constructs import Construct

from modules.policy_stack import policy_stack, tag_list
from tierkeep.desired import model


class DefaultPolicyStack(Construct):
    """Backups of all volumes, or instances, of the Region that have no recent one."""

    def __init__(
        self, scope: Construct, policy: model.DefaultPolicy, *, after: Sequence[ITerraformDependable]
    ) -> None:
        super().__init__(scope, f"snapshots-{policy.name}")
        policy_stack(
            self,
            policy,
            after=after,
            # All that an update leaves out stays as it was, so that each member is always written.
            DefaultPolicy=policy.resource_type,
            CreateInterval=policy.every_days,
            RetainInterval=policy.keep_days,
            CopyTags=policy.copy_tags,
            ExtendDeletion=policy.extend_deletion,
            CrossRegionCopyTargets=[{"TargetRegion": region} for region in policy.copy_regions],
            Exclusions=_exclusions(policy),
        )


def _exclusions(policy: model.DefaultPolicy) -> dict[str, Any]:
    excluded = policy.exclusions
    by_tag = {"ExcludeTags": tag_list(excluded.tags)}
    if policy.resource_type != "VOLUME":
        return by_tag
    return {
        **by_tag,
        "ExcludeBootVolumes": excluded.boot_volumes,
        "ExcludeVolumeTypes": list(excluded.volume_types),
    }
