"""A policy of Data Lifecycle Manager for snapshots or images, with what the provider's own resource lacks.

A stack of CloudFormation that holds this one policy: docs/adr/0012-policies-that-the-provider-lacks.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from cdktf import ITerraformDependable
from constructs import Construct

from modules.lifecycle_policy import KeyArns
from modules.policy_stack import members, policy_stack, tag_list
from tierkeep.desired import model


class SnapshotPolicyStack(Construct):
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
        details = members(
            PolicyType=policy.policy_type,
            ResourceTypes=[policy.resource_type],
            TargetTags=tag_list(policy.target_tags),
            Parameters=_parameters(policy),
            Schedules=[_schedule(each, policy, key_arns) for each in policy.schedules],
        )
        self.policy_id = policy_stack(self, policy, after=after, PolicyDetails=details)


def _parameters(policy: model.SnapshotPolicy) -> dict[str, Any] | None:
    images, exclusions = policy.images, policy.exclusions
    found = members(
        NoReboot=not images.reboot if images else None,
        ExcludeBootVolume=exclusions.boot_volume if exclusions else None,
        ExcludeDataVolumeTags=(tag_list(exclusions.data_volume_tags) or None) if exclusions else None,
    )
    return found or None


def _schedule(
    schedule: model.SnapshotSchedule, policy: model.SnapshotPolicy, key_arns: KeyArns
) -> dict[str, Any]:
    return members(
        Name=schedule.name,
        CreateRule=_create_rule(schedule),
        RetainRule=_age(schedule.retain),
        ArchiveRule=_archive(schedule.archive),
        DeprecateRule=_age(schedule.deprecate) if schedule.deprecate else None,
        CrossRegionCopyRules=[_copy(each, policy, key_arns) for each in schedule.copies] or None,
        FastRestoreRule=_fast_restore(schedule.fast_restore),
        ShareRules=_shares(schedule.share),
        CopyTags=True,
        TagsToAdd=tag_list(schedule.tags_to_add),
    )


def _create_rule(schedule: model.SnapshotSchedule) -> dict[str, Any]:
    by_cron = schedule.cron is not None
    return members(
        CronExpression=schedule.cron,
        Interval=schedule.interval_hours,
        IntervalUnit=None if by_cron else "HOURS",
        Times=[schedule.start_time] if schedule.start_time else None,
        Scripts=[_scripts(schedule.scripts)] if schedule.scripts else None,
    )


def _scripts(scripts: model.Scripts) -> dict[str, Any]:
    own = scripts.own_document
    return members(
        ExecutionHandler=scripts.handler,
        ExecutionHandlerService="AWS_SYSTEMS_MANAGER" if own else None,
        Stages=["PRE", "POST"] if own else None,
        ExecutionTimeout=scripts.timeout_seconds,
        MaximumRetryCount=scripts.retries,
        ExecuteOperationOnScriptFailure=scripts.crash_consistent_on_failure,
    )


def _archive(rule: model.ArchiveRule | None) -> dict[str, Any] | None:
    return {"RetainRule": {"RetentionArchiveTier": _age(rule.retain)}} if rule else None


def _copy(copy: model.CrossRegionCopyRule, policy: model.SnapshotPolicy, key_arns: KeyArns) -> dict[str, Any]:
    return members(
        Target=None if policy.images else copy.target_region,
        TargetRegion=copy.target_region if policy.images else None,
        Encrypted=True,
        CmkArn=key_arns[copy.target_region, copy.key_alias] if copy.key_alias else None,
        CopyTags=True,
        RetainRule=_age(copy.retain),
        DeprecateRule=_age(copy.deprecate) if copy.deprecate else None,
    )


def _fast_restore(rule: model.FastRestoreRule | None) -> dict[str, Any] | None:
    return {"AvailabilityZones": list(rule.availability_zones), **_age(rule.keep)} if rule else None


def _shares(rule: model.ShareRule | None) -> list[dict[str, Any]] | None:
    if rule is None:
        return None
    after = rule.unshare_after
    return [
        members(
            TargetAccounts=list(rule.account_ids),
            UnshareInterval=after.interval if after else None,
            UnshareIntervalUnit=after.unit.value if after else None,
        )
    ]


def _age(age: model.Age) -> dict[str, Any]:
    return {"Interval": age.interval, "IntervalUnit": age.unit.value}
