"""A policy of Data Lifecycle Manager for snapshots or images, as the provider's own resource."""

from __future__ import annotations

from collections.abc import Sequence

from cdktf import ITerraformDependable
from constructs import Construct

from imports.aws.dlm_lifecycle_policy import (
    DlmLifecyclePolicyPolicyDetails,
    DlmLifecyclePolicyPolicyDetailsParameters,
    DlmLifecyclePolicyPolicyDetailsSchedule,
    DlmLifecyclePolicyPolicyDetailsScheduleCreateRule,
    DlmLifecyclePolicyPolicyDetailsScheduleCrossRegionCopyRule,
    DlmLifecyclePolicyPolicyDetailsScheduleCrossRegionCopyRuleRetainRule,
    DlmLifecyclePolicyPolicyDetailsScheduleDeprecateRule,
    DlmLifecyclePolicyPolicyDetailsScheduleFastRestoreRule,
    DlmLifecyclePolicyPolicyDetailsScheduleRetainRule,
    DlmLifecyclePolicyPolicyDetailsScheduleShareRule,
)
from modules.lifecycle_policy import KeyArns, lifecycle_policy
from tierkeep.desired import model


class SnapshotPolicy(Construct):
    """Snapshots of the volumes, or snapshots or images of the instances, that carry a tier's tag."""

    def __init__(
        self,
        scope: Construct,
        policy: model.SnapshotPolicy,
        *,
        key_arns: KeyArns,
        after: Sequence[ITerraformDependable],
    ) -> None:
        super().__init__(scope, f"snapshots-{policy.name}")
        resource = lifecycle_policy(
            self,
            policy,
            DlmLifecyclePolicyPolicyDetails(
                policy_type=policy.policy_type,
                resource_types=[policy.resource_type],
                target_tags=dict(policy.target_tags),
                parameters=_parameters(policy),
                schedule=[_schedule(each, key_arns) for each in policy.schedules],
            ),
            after=after,
        )
        self.policy_id: str = resource.id


def _parameters(policy: model.SnapshotPolicy) -> DlmLifecyclePolicyPolicyDetailsParameters | None:
    images, exclusions = policy.images, policy.exclusions
    if images is None and exclusions is None:
        return None
    return DlmLifecyclePolicyPolicyDetailsParameters(
        no_reboot=not images.reboot if images else None,
        exclude_boot_volume=exclusions.boot_volume if exclusions else None,
    )


def _schedule(schedule: model.SnapshotSchedule, key_arns: KeyArns) -> DlmLifecyclePolicyPolicyDetailsSchedule:
    return DlmLifecyclePolicyPolicyDetailsSchedule(
        name=schedule.name,
        create_rule=_create_rule(schedule),
        retain_rule=DlmLifecyclePolicyPolicyDetailsScheduleRetainRule(
            interval=schedule.retain.interval, interval_unit=schedule.retain.unit.value
        ),
        deprecate_rule=_deprecation(schedule.deprecate),
        cross_region_copy_rule=[_copy(each, key_arns) for each in schedule.copies],
        fast_restore_rule=_fast_restore(schedule.fast_restore),
        share_rule=_share(schedule.share),
        copy_tags=True,
        tags_to_add=dict(schedule.tags_to_add),
    )


def _deprecation(after: model.Age | None) -> DlmLifecyclePolicyPolicyDetailsScheduleDeprecateRule | None:
    if after is None:
        return None
    return DlmLifecyclePolicyPolicyDetailsScheduleDeprecateRule(
        interval=after.interval, interval_unit=after.unit.value
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
