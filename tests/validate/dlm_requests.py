"""What makes a desired state's policies of Data Lifecycle Manager, as requests to it."""

from collections.abc import Mapping
from typing import Any

from tierkeep.desired.model import (
    Age,
    DefaultPolicy,
    Scripts,
    SharedCopyPolicy,
    SnapshotPolicy,
    SnapshotSchedule,
)


def policy_request(policy: SnapshotPolicy, key_arns: Mapping[tuple[str, str], str]) -> dict[str, Any]:
    details: dict[str, Any] = {
        "PolicyType": "IMAGE_MANAGEMENT" if policy.images else "EBS_SNAPSHOT_MANAGEMENT",
        "ResourceTypes": [policy.resource_type],
        "TargetTags": [{"Key": name, "Value": value} for name, value in policy.target_tags],
        "Schedules": [schedule_request(schedule, key_arns) for schedule in policy.schedules],
    }
    if policy.images:
        details["Parameters"] = {"NoReboot": not policy.images.reboot}
        for schedule in details["Schedules"]:
            for copy in schedule["CrossRegionCopyRules"]:
                copy["TargetRegion"] = copy.pop("Target")
    if policy.exclusions:
        tags = policy.exclusions.data_volume_tags
        details["Parameters"] = {
            "ExcludeBootVolume": policy.exclusions.boot_volume,
            "ExcludeDataVolumeTags": [{"Key": name, "Value": value} for name, value in tags],
        }
    return {
        "ExecutionRoleArn": policy.role_arn,
        "Description": policy.description,
        "State": "ENABLED",
        "Tags": dict(policy.tags),
        "PolicyDetails": details,
    }


def default_policy_request(policy: DefaultPolicy) -> dict[str, Any]:
    excluded = policy.exclusions
    exclusions: dict[str, Any] = {
        "ExcludeTags": [{"Key": name, "Value": value} for name, value in excluded.tags]
    }
    if policy.resource_type == "VOLUME":
        exclusions["ExcludeBootVolumes"] = excluded.boot_volumes
        exclusions["ExcludeVolumeTypes"] = list(excluded.volume_types)
    return {
        "ExecutionRoleArn": policy.role_arn,
        "Description": policy.description,
        "State": "ENABLED",
        "Tags": dict(policy.tags),
        "DefaultPolicy": policy.resource_type,
        "CreateInterval": policy.every_days,
        "RetainInterval": policy.keep_days,
        "CopyTags": policy.copy_tags,
        "ExtendDeletion": policy.extend_deletion,
        "CrossRegionCopyTargets": [{"TargetRegion": region} for region in policy.copy_regions],
        "Exclusions": exclusions,
    }


def copy_policy_request(policy: SharedCopyPolicy, key_arns: Mapping[tuple[str, str], str]) -> dict[str, Any]:
    copies = [
        {
            "Target": copy.target_region,
            "EncryptionConfiguration": {
                "Encrypted": True,
                "CmkArn": key_arns[copy.target_region, str(copy.key_alias)],
            },
            "RetainRule": age_request(copy.retain),
        }
        for copy in policy.copies
    ]
    event = {
        "EventType": "shareSnapshot",
        "SnapshotOwner": list(policy.owners),
        "DescriptionRegex": policy.description_regex,
    }
    return {
        "ExecutionRoleArn": policy.role_arn,
        "Description": policy.description,
        "State": "ENABLED",
        "Tags": dict(policy.tags),
        "PolicyDetails": {
            "PolicyType": "EVENT_BASED_POLICY",
            "EventSource": {"Type": "MANAGED_CWE", "Parameters": event},
            "Actions": [{"Name": "copy", "CrossRegionCopy": copies}],
        },
    }


def schedule_request(schedule: SnapshotSchedule, key_arns: Mapping[tuple[str, str], str]) -> dict[str, Any]:
    request: dict[str, Any] = {
        "Name": schedule.name,
        "CopyTags": True,
        "TagsToAdd": [{"Key": name, "Value": value} for name, value in schedule.tags_to_add],
        "CreateRule": (
            {"CronExpression": schedule.cron}
            if schedule.cron
            else {
                "Interval": schedule.interval_hours,
                "IntervalUnit": "HOURS",
                "Times": [schedule.start_time],
            }
        ),
        "RetainRule": age_request(schedule.retain),
        "CrossRegionCopyRules": [
            {
                "Target": copy.target_region,
                "Encrypted": True,
                "CmkArn": key_arns[copy.target_region, str(copy.key_alias)],
                "CopyTags": True,
                "RetainRule": age_request(copy.retain),
                **({"DeprecateRule": age_request(copy.deprecate)} if copy.deprecate else {}),
            }
            for copy in schedule.copies
        ],
    }
    if schedule.fast_restore:
        zones = list(schedule.fast_restore.availability_zones)
        request["FastRestoreRule"] = {"AvailabilityZones": zones, **age_request(schedule.fast_restore.keep)}
    if schedule.share:
        after = schedule.share.unshare_after
        request["ShareRules"] = [
            {
                "TargetAccounts": list(schedule.share.account_ids),
                "UnshareInterval": after.interval,
                "UnshareIntervalUnit": after.unit.value,
            }
        ]
    if schedule.archive:
        request["ArchiveRule"] = {
            "RetainRule": {"RetentionArchiveTier": age_request(schedule.archive.retain)}
        }
    if schedule.deprecate:
        request["DeprecateRule"] = age_request(schedule.deprecate)
    if schedule.scripts:
        request["CreateRule"]["Scripts"] = [scripts_request(schedule.scripts)]
    return request


def scripts_request(scripts: Scripts) -> dict[str, Any]:
    return {
        "ExecutionHandler": scripts.handler,
        "Stages": ["PRE", "POST"],
        "ExecutionTimeout": scripts.timeout_seconds,
        "MaximumRetryCount": scripts.retries,
        "ExecuteOperationOnScriptFailure": scripts.crash_consistent_on_failure,
    }


def age_request(age: Age) -> dict[str, Any]:
    return {"Interval": age.interval, "IntervalUnit": age.unit.value}
