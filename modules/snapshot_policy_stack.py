"""An EBS snapshot policy of Data Lifecycle Manager with what the provider's own resource lacks.

A stack of CloudFormation that holds this one policy: docs/adr/0012-policies-that-the-provider-lacks.md.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from cdktf import ITerraformDependable
from constructs import Construct

from imports.aws.cloudformation_stack import CloudformationStack
from modules.snapshot_policy import KeyArns
from tierkeep.desired import model

_POLICY_ID = "PolicyId"


class SnapshotPolicyStack(Construct):
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
        stack = CloudformationStack(
            self,
            "stack",
            name=policy.name,
            template_body=json.dumps(_template(policy, key_arns), sort_keys=True),
            tags=dict(policy.tags),
            depends_on=after,
        )
        self.policy_id = stack.outputs.lookup(_POLICY_ID)


def _template(policy: model.SnapshotPolicy, key_arns: KeyArns) -> dict[str, Any]:
    properties = {
        "Description": policy.description,
        "ExecutionRoleArn": policy.role_arn,
        "State": "ENABLED",
        "PolicyDetails": _set(
            PolicyType="EBS_SNAPSHOT_MANAGEMENT",
            ResourceTypes=[policy.resource_type],
            TargetTags=_tags(policy.target_tags),
            Parameters=_parameters(policy.exclusions),
            Schedules=[_schedule(each, key_arns) for each in policy.schedules],
        ),
        "Tags": _tags(policy.tags),
    }
    resource = {"Type": "AWS::DLM::LifecyclePolicy", "Properties": properties}
    return {
        "AWSTemplateFormatVersion": "2010-09-09",
        "Resources": {"Policy": resource},
        "Outputs": {_POLICY_ID: {"Value": {"Ref": "Policy"}}},
    }


def _parameters(exclusions: model.VolumeExclusions | None) -> dict[str, Any] | None:
    if exclusions is None:
        return None
    return _set(
        ExcludeBootVolume=exclusions.boot_volume,
        ExcludeDataVolumeTags=_tags(exclusions.data_volume_tags) or None,
    )


def _schedule(schedule: model.SnapshotSchedule, key_arns: KeyArns) -> dict[str, Any]:
    return _set(
        Name=schedule.name,
        CreateRule=_create_rule(schedule),
        RetainRule=_age(schedule.retain),
        ArchiveRule=_archive(schedule.archive),
        CrossRegionCopyRules=[_copy(each, key_arns) for each in schedule.copies] or None,
        FastRestoreRule=_fast_restore(schedule.fast_restore),
        ShareRules=_shares(schedule.share),
        CopyTags=True,
        TagsToAdd=_tags(schedule.tags_to_add),
    )


def _create_rule(schedule: model.SnapshotSchedule) -> dict[str, Any]:
    by_cron = schedule.cron is not None
    return _set(
        CronExpression=schedule.cron,
        Interval=schedule.interval_hours,
        IntervalUnit=None if by_cron else "HOURS",
        Times=[schedule.start_time] if schedule.start_time else None,
        Scripts=[_scripts(schedule.scripts)] if schedule.scripts else None,
    )


def _scripts(scripts: model.Scripts) -> dict[str, Any]:
    own = scripts.own_document
    return _set(
        ExecutionHandler=scripts.handler,
        ExecutionHandlerService="AWS_SYSTEMS_MANAGER" if own else None,
        Stages=["PRE", "POST"] if own else None,
        ExecutionTimeout=scripts.timeout_seconds,
        MaximumRetryCount=scripts.retries,
        ExecuteOperationOnScriptFailure=scripts.crash_consistent_on_failure,
    )


def _archive(rule: model.ArchiveRule | None) -> dict[str, Any] | None:
    return {"RetainRule": {"RetentionArchiveTier": _age(rule.retain)}} if rule else None


def _copy(copy: model.CrossRegionCopyRule, key_arns: KeyArns) -> dict[str, Any]:
    return _set(
        Target=copy.target_region,
        Encrypted=True,
        CmkArn=key_arns[copy.target_region, copy.key_alias] if copy.key_alias else None,
        CopyTags=True,
        RetainRule=_age(copy.retain),
    )


def _fast_restore(rule: model.FastRestoreRule | None) -> dict[str, Any] | None:
    return {"AvailabilityZones": list(rule.availability_zones), **_age(rule.keep)} if rule else None


def _shares(rule: model.ShareRule | None) -> list[dict[str, Any]] | None:
    if rule is None:
        return None
    after = rule.unshare_after
    return [
        _set(
            TargetAccounts=list(rule.account_ids),
            UnshareInterval=after.interval if after else None,
            UnshareIntervalUnit=after.unit.value if after else None,
        )
    ]


def _age(age: model.Age) -> dict[str, Any]:
    return {"Interval": age.interval, "IntervalUnit": age.unit.value}


def _tags(tags: model.Tags) -> list[dict[str, str]]:
    return [{"Key": key, "Value": value} for key, value in tags]


def _set(**members: Any) -> dict[str, Any]:
    """A property's members without those that are not set."""
    return {name: value for name, value in members.items() if value is not None}
