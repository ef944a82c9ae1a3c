"""An EBS snapshot policy of Data Lifecycle Manager, as the provider's own resource."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from cdktf import ITerraformDependable
from constructs import Construct

from imports.aws.dlm_lifecycle_policy import (
    DlmLifecyclePolicy,
    DlmLifecyclePolicyPolicyDetails,
    DlmLifecyclePolicyPolicyDetailsParameters,
    DlmLifecyclePolicyPolicyDetailsSchedule,
    DlmLifecyclePolicyPolicyDetailsScheduleCreateRule,
    DlmLifecyclePolicyPolicyDetailsScheduleCrossRegionCopyRule,
    DlmLifecyclePolicyPolicyDetailsScheduleCrossRegionCopyRuleRetainRule,
    DlmLifecyclePolicyPolicyDetailsScheduleFastRestoreRule,
    DlmLifecyclePolicyPolicyDetailsScheduleRetainRule,
    DlmLifecyclePolicyPolicyDetailsScheduleShareRule,
)
from tierkeep.desired import model

KeyArns = Mapping[tuple[str, str], str]
"""ARNs of the keys of copies, by Region and alias: Data Lifecycle Manager takes no alias."""


class SnapshotPolicy(Construct):
    """Snapshots of the volumes, or of the instances, that carry a tier's tag."""

    def __init__(
        self,
        scope: Construct,
        policy: model.SnapshotPolicy,
        *,
        key_arns: KeyArns,
        after: Sequence[ITerraformDependable],
    ) -> None:
        super().__init__(scope, f"snapshots-{policy.name}")
        resource = DlmLifecyclePolicy(
            self,
            "policy",
            description=policy.description,
            execution_role_arn=policy.role_arn,
            state="ENABLED",
            policy_details=DlmLifecyclePolicyPolicyDetails(
                policy_type="EBS_SNAPSHOT_MANAGEMENT",
                resource_types=[policy.resource_type],
                target_tags=dict(policy.target_tags),
                parameters=_parameters(policy.exclusions),
                schedule=[_schedule(each, key_arns) for each in policy.schedules],
            ),
            tags=dict(policy.tags),
            depends_on=after,
        )
        self.policy_id: str = resource.id


def _parameters(
    exclusions: model.VolumeExclusions | None,
) -> DlmLifecyclePolicyPolicyDetailsParameters | None:
    if exclusions is None:
        return None
    return DlmLifecyclePolicyPolicyDetailsParameters(exclude_boot_volume=exclusions.boot_volume)


def _schedule(schedule: model.SnapshotSchedule, key_arns: KeyArns) -> DlmLifecyclePolicyPolicyDetailsSchedule:
    return DlmLifecyclePolicyPolicyDetailsSchedule(
        name=schedule.name,
        create_rule=_create_rule(schedule),
        retain_rule=DlmLifecyclePolicyPolicyDetailsScheduleRetainRule(
            interval=schedule.retain.interval, interval_unit=schedule.retain.unit.value
        ),
        cross_region_copy_rule=[_copy(each, key_arns) for each in schedule.copies],
        fast_restore_rule=_fast_restore(schedule.fast_restore),
        share_rule=_share(schedule.share),
        copy_tags=True,
        tags_to_add=dict(schedule.tags_to_add),
    )


def _create_rule(schedule: model.SnapshotSchedule) -> DlmLifecyclePolicyPolicyDetailsScheduleCreateRule:
    if schedule.cron is not None:
        return DlmLifecyclePolicyPolicyDetailsScheduleCreateRule(cron_expression=schedule.cron)
    return DlmLifecyclePolicyPolicyDetailsScheduleCreateRule(
        interval=schedule.interval_hours,
        interval_unit="HOURS",
        times=[schedule.start_time] if schedule.start_time else None,
    )


def _copy(
    copy: model.CrossRegionCopyRule, key_arns: KeyArns
) -> DlmLifecyclePolicyPolicyDetailsScheduleCrossRegionCopyRule:
    return DlmLifecyclePolicyPolicyDetailsScheduleCrossRegionCopyRule(
        target=copy.target_region,
        encrypted=True,
        cmk_arn=key_arns[copy.target_region, copy.key_alias] if copy.key_alias else None,
        copy_tags=True,
        retain_rule=DlmLifecyclePolicyPolicyDetailsScheduleCrossRegionCopyRuleRetainRule(
            interval=copy.retain.interval, interval_unit=copy.retain.unit.value
        ),
    )


def _fast_restore(
    rule: model.FastRestoreRule | None,
) -> DlmLifecyclePolicyPolicyDetailsScheduleFastRestoreRule | None:
    if rule is None:
        return None
    return DlmLifecyclePolicyPolicyDetailsScheduleFastRestoreRule(
        availability_zones=list(rule.availability_zones),
        interval=rule.keep.interval,
        interval_unit=rule.keep.unit.value,
    )


def _share(rule: model.ShareRule | None) -> DlmLifecyclePolicyPolicyDetailsScheduleShareRule | None:
    if rule is None:
        return None
    after = rule.unshare_after
    return DlmLifecyclePolicyPolicyDetailsScheduleShareRule(
        target_accounts=list(rule.account_ids),
        unshare_interval=after.interval if after else None,
        unshare_interval_unit=after.unit.value if after else None,
    )
