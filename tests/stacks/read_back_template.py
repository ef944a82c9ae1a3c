"""A stack of CloudFormation -> the snapshot policy that it holds, in the terms of the desired state.

Written from the documentation of AWS::DLM::LifecyclePolicy, not from `modules/`.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from tierkeep.desired.model import (
    Age,
    ArchiveRule,
    CrossRegionCopyRule,
    DefaultExclusions,
    DefaultPolicy,
    FastRestoreRule,
    Images,
    Scripts,
    ShareRule,
    SnapshotPolicy,
    SnapshotSchedule,
    Tags,
    TimeUnit,
    VolumeExclusions,
)

AliasOf = Callable[[str, str], str]
"""The alias of a key, by its Region and the reference to it."""


def policy_in(stack: dict[str, Any], alias_of: AliasOf) -> SnapshotPolicy:
    """The one policy of a stack, which is at work and goes by the stack's name and tags."""
    properties, tags = _properties(stack), dict(_tags(_properties(stack)["Tags"]))
    details = properties["PolicyDetails"]
    parameters = details.get("Parameters", {})
    images = None
    if details["PolicyType"] == "IMAGE_MANAGEMENT":
        images = Images(reboot=not parameters.pop("NoReboot"), origin=())
    else:
        assert details["PolicyType"] == "EBS_SNAPSHOT_MANAGEMENT"
    return SnapshotPolicy(
        name=tags["tierkeep:policy"],
        tier=tags["tierkeep:tier"],
        description=properties["Description"],
        resource_type=details["ResourceTypes"][0],
        role_arn=properties["ExecutionRoleArn"],
        target_tags=_tags(details["TargetTags"]),
        time_zone="Etc/UTC",
        schedules=tuple(_schedule(each, alias_of, images) for each in details["Schedules"]),
        exclusions=VolumeExclusions(
            boot_volume=parameters["ExcludeBootVolume"],
            data_volume_tags=_tags(parameters.get("ExcludeDataVolumeTags", [])),
            origin=(),
        )
        if parameters
        else None,
        images=images,
        tags=_tags(properties["Tags"]),
        origin=(),
    )


def _properties(stack: dict[str, Any]) -> dict[str, Any]:
    template = json.loads(stack["template_body"])
    ((name, resource),) = template["Resources"].items()
    assert template["Outputs"] == {"PolicyId": {"Value": {"Ref": name}}}, "what alarms name the policy by"
    assert resource["Type"] == "AWS::DLM::LifecyclePolicy"
    properties: dict[str, Any] = resource["Properties"]
    tags = dict(_tags(properties["Tags"]))
    assert (stack["tags"], stack["name"]) == (tags, tags["tierkeep:policy"])
    assert properties["State"] == "ENABLED"
    return properties


def is_default(stack: dict[str, Any]) -> bool:
    """Whether a stack holds a default policy."""
    return "DefaultPolicy" in _properties(stack)


def default_policy_in(stack: dict[str, Any]) -> DefaultPolicy:
    """The one default policy of a stack, every setting of which is given, since what an update leaves out
    stays as it was."""
    properties = _properties(stack)
    exclusions = properties["Exclusions"]
    volumes = properties["DefaultPolicy"] == "VOLUME"
    assert "PolicyDetails" not in properties
    assert ("ExcludeBootVolumes" in exclusions, "ExcludeVolumeTypes" in exclusions) == (volumes, volumes)
    return DefaultPolicy(
        name=stack["name"],
        description=properties["Description"],
        resource_type=properties["DefaultPolicy"],
        role_arn=properties["ExecutionRoleArn"],
        every_days=properties["CreateInterval"],
        keep_days=properties["RetainInterval"],
        copy_tags=properties["CopyTags"],
        extend_deletion=properties["ExtendDeletion"],
        copy_regions=tuple(each["TargetRegion"] for each in properties["CrossRegionCopyTargets"]),
        exclusions=DefaultExclusions(
            boot_volumes=exclusions.get("ExcludeBootVolumes", False),
            volume_types=tuple(exclusions.get("ExcludeVolumeTypes", [])),
            tags=_tags(exclusions["ExcludeTags"]),
        ),
        tags=_tags(properties["Tags"]),
        origin=(),
    )


def _schedule(schedule: dict[str, Any], alias_of: AliasOf, images: Images | None) -> SnapshotSchedule:
    assert schedule["CopyTags"] is True
    create, fast = schedule["CreateRule"], schedule.get("FastRestoreRule")
    archive = schedule.get("ArchiveRule")
    assert create.get("IntervalUnit", "HOURS") == "HOURS"
    return SnapshotSchedule(
        name=schedule["Name"],
        interval_hours=create.get("Interval"),
        start_time=create["Times"][0] if "Times" in create else None,
        cron=create.get("CronExpression"),
        retain=_age(schedule["RetainRule"]),
        copies=tuple(_copy(each, alias_of, images) for each in schedule.get("CrossRegionCopyRules", [])),
        fast_restore=FastRestoreRule(
            availability_zones=tuple(fast["AvailabilityZones"]), keep=_age(fast), origin=()
        )
        if fast
        else None,
        share=_share(schedule.get("ShareRules", [])),
        scripts=_scripts(create.get("Scripts", [])),
        archive=ArchiveRule(retain=_age(archive["RetainRule"]["RetentionArchiveTier"]), origin=())
        if archive
        else None,
        deprecate=_age(schedule["DeprecateRule"]) if "DeprecateRule" in schedule else None,
        tags_to_add=_tags(schedule["TagsToAdd"]),
        origin=(),
    )


def _copy(copy: dict[str, Any], alias_of: AliasOf, images: Images | None) -> CrossRegionCopyRule:
    region = copy["TargetRegion" if images else "Target"]
    assert copy["Encrypted"] is True
    assert copy["CopyTags"] is True
    return CrossRegionCopyRule(
        target_region=region,
        key_alias=alias_of(region, copy["CmkArn"]) if "CmkArn" in copy else None,
        retain=_age(copy["RetainRule"]),
        deprecate=_age(copy["DeprecateRule"]) if "DeprecateRule" in copy else None,
        origin=(),
    )


def _share(rules: list[dict[str, Any]]) -> ShareRule | None:
    if not rules:
        return None
    (rule,) = rules
    after = None
    if "UnshareInterval" in rule:
        after = Age(interval=rule["UnshareInterval"], unit=TimeUnit(rule["UnshareIntervalUnit"]))
    return ShareRule(account_ids=tuple(rule["TargetAccounts"]), unshare_after=after, origin=())


def _scripts(scripts: list[dict[str, Any]]) -> Scripts | None:
    if not scripts:
        return None
    (script,) = scripts
    vss = script["ExecutionHandler"] == "AWS_VSS_BACKUP"
    assert script.get("Stages") == (None if vss else ["PRE", "POST"])
    assert script.get("ExecutionHandlerService") == (None if vss else "AWS_SYSTEMS_MANAGER")
    return Scripts(
        handler=script["ExecutionHandler"],
        timeout_seconds=script.get("ExecutionTimeout"),
        retries=script["MaximumRetryCount"],
        crash_consistent_on_failure=script["ExecuteOperationOnScriptFailure"],
        origin=(),
    )


def _age(block: dict[str, Any]) -> Age:
    return Age(interval=block["Interval"], unit=TimeUnit(block["IntervalUnit"]))


def _tags(tags: list[dict[str, str]]) -> Tags:
    return tuple(sorted((each["Key"], each["Value"]) for each in tags))
