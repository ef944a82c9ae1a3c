"""What makes a desired state's policies of Data Lifecycle Manager, as requests to it."""

from collections.abc import Mapping
from typing import Any

from tierkeep.desired.model import Age, Scripts, SharedCopyPolicy, SnapshotPolicy, SnapshotSchedule


def policy_request(policy: SnapshotPolicy, key_arns: Mapping[tuple[str, str], str]) -> dict[str, Any]:
    details: dict[str, Any] = {
        "PolicyType": "EBS_SNAPSHOT_MANAGEMENT",
        "ResourceTypes": [policy.resource_type],
        "TargetTags": [{"Key": name, "Value": value} for name, value in policy.target_tags],
        "Schedules": [schedule_request(schedule, key_arns) for schedule in policy.schedules],
    }
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
