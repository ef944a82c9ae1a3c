"""Reads the snapshot policies of Data Lifecycle Manager."""

from collections.abc import Mapping
from typing import Any

from tierkeep.aws import UnitSession
from tierkeep.validate import normal
from tierkeep.validate.forms import (
    CopyRuleForm,
    DefaultForm,
    FastRestoreForm,
    PolicyForm,
    ScheduleForm,
    ScriptsForm,
    ShareForm,
    SharingForm,
)
from tierkeep.validate.scope import POLICY_TAG, Scope
from tierkeep.validate.unread import Unread, attempt


def read_policies(session: UnitSession, scope: Scope) -> Mapping[str, PolicyForm | Unread]:
    """The snapshot policies of the scope by their tag, and others of the catalog. Raises `AwsError`.

    The listing's filters look at target tags, not at a policy's own, so all summaries are read. Of several
    policies with one tag, the one that is enabled, or else the first by id, is the one that is meant. With
    the scope's `all_of_a_name`, a policy without that tag goes by its tag `Name`, as people use it, and a
    default policy, of which AWS has one of each type, by its type.
    """
    found = []
    for summary in session.pages("dlm", "get_lifecycle_policies", "Policies"):
        tags = summary.get("Tags") or {}
        name = tags.get(POLICY_TAG) or (_other_name(summary, scope) if scope.all_of_a_name else None)
        if name in scope.snapshot_policies or scope.owns(tags):
            found.append((summary["State"] != "ENABLED", summary["PolicyId"], name))
    return normal.keyed(
        (name or policy_id, attempt(_read_policy, session, policy_id))
        for _, policy_id, name in sorted(found, key=lambda entry: entry[:2])
    )


def _other_name(summary: Mapping[str, Any], scope: Scope) -> str | None:
    if summary.get("DefaultPolicy"):
        return scope.default_policies.get(summary["PolicyType"])
    name: str | None = (summary.get("Tags") or {}).get("Name")
    return name


def _read_policy(session: UnitSession, policy_id: str) -> PolicyForm:
    return policy_form(session.call("dlm", "get_lifecycle_policy", PolicyId=policy_id)["Policy"])


def policy_form(policy: Mapping[str, Any]) -> PolicyForm:
    """A policy as `GetLifecyclePolicy` answers it."""
    details = policy["PolicyDetails"]
    parameters = details.get("Parameters") or {}
    policy_type = details.get("PolicyType") or "EBS_SNAPSHOT_MANAGEMENT"
    by_default = details.get("PolicyLanguage") == "SIMPLIFIED"
    return PolicyForm(
        status=_status(policy),
        policy_type=policy_type,
        description=policy.get("Description", ""),
        role_arn=policy["ExecutionRoleArn"],
        resource_types=(
            (details.get("ResourceType", ""),)
            if by_default
            else tuple(sorted(details.get("ResourceTypes") or ()))
        ),
        target_tags=_tag_texts(details.get("TargetTags")),
        # What is filled in of it for snapshots means nothing.
        reboot=policy_type == "IMAGE_MANAGEMENT" and parameters.get("NoReboot") is False,
        without_boot_volume=bool(parameters.get("ExcludeBootVolume")),
        without_volumes=_tag_texts(parameters.get("ExcludeDataVolumeTags")),
        schedules=normal.keyed(
            (schedule.get("Name", ""), schedule_form(schedule)) for schedule in details.get("Schedules") or ()
        ),
        sharing=_sharing_form(details) if details.get("EventSource") else None,
        default=_default_form(details) if by_default else None,
        other_settings={} if by_default else _other_policy_settings(details),
        tags=dict(policy.get("Tags") or {}),
        arn=policy.get("PolicyArn"),
    )


def _tag_texts(tags: list[dict[str, str]] | None) -> tuple[str, ...]:
    return tuple(sorted(f"{tag['Key']}={tag['Value']}" for tag in tags or ()))


def _status(policy: Mapping[str, Any]) -> str:
    """A disabled policy's StatusMessage only repeats its state."""
    state, message = str(policy["State"]), policy.get("StatusMessage")
    return f"{state}: {message}" if state == "ERROR" and message else state


def _other_policy_settings(details: Mapping[str, Any]) -> dict[str, str]:
    defaults = {"ResourceLocations": ["CLOUD"], "PolicyLanguage": "STANDARD"}
    read = ["PolicyType", "ResourceTypes", "TargetTags", "Schedules", "Parameters", "EventSource"]
    if details.get("EventSource"):
        read.append("Actions")
    as_by_default = [name for name, default in defaults.items() if details.get(name) == default]
    parameters = details.get("Parameters") or {}
    return {
        **normal.other_settings(details, *read, *as_by_default),
        **normal.other_settings(parameters, "ExcludeBootVolume", "ExcludeDataVolumeTags", "NoReboot"),
    }


def _default_form(details: Mapping[str, Any]) -> DefaultForm:
    """A default policy's details, with what AWS fills in (DLM API reference, PolicyDetails)."""
    exclusions = details.get("Exclusions") or {}
    return DefaultForm(
        every_days=details.get("CreateInterval") or 1,
        keep_days=details.get("RetainInterval") or 7,
        copy_tags=bool(details.get("CopyTags")),
        extend_deletion=bool(details.get("ExtendDeletion")),
        copy_regions=tuple(
            sorted(each["TargetRegion"] for each in details.get("CrossRegionCopyTargets") or ())
        ),
        without_boot_volumes=bool(exclusions.get("ExcludeBootVolumes")),
        without_volume_types=tuple(sorted(exclusions.get("ExcludeVolumeTypes") or ())),
        without_tags=_tag_texts(exclusions.get("ExcludeTags")),
        other_settings={
            **normal.other_settings(details, *_OF_DEFAULT_POLICIES),
            **normal.other_settings(exclusions, "ExcludeBootVolumes", "ExcludeVolumeTypes", "ExcludeTags"),
        },
    )


_OF_DEFAULT_POLICIES = (
    "PolicyType", "PolicyLanguage", "ResourceType", "CreateInterval", "RetainInterval", "CopyTags",
    "ExtendDeletion", "CrossRegionCopyTargets", "Exclusions",
)  # fmt: skip


def schedule_form(schedule: Mapping[str, Any]) -> ScheduleForm:
    """A schedule of a policy as `GetLifecyclePolicy` answers it."""
    create = schedule.get("CreateRule") or {}
    expression = create.get("CronExpression")
    shares = schedule.get("ShareRules") or []
    return ScheduleForm(
        when=(
            normal.cron(expression)
            if expression
            else f"every {create.get('Interval')} {create.get('IntervalUnit', 'HOURS')}"
        ),
        start_time=None if expression else ", ".join(create.get("Times") or ()) or None,
        retain=_age_text(schedule.get("RetainRule") or {}),
        copies=normal.keyed(
            (rule.get("Target") or rule.get("TargetRegion", ""), _copy_rule_form(rule))
            for rule in schedule.get("CrossRegionCopyRules") or ()
        ),
        fast_restore=_fast_restore_form(schedule.get("FastRestoreRule") or {}),
        share=_share_form(shares),
        scripts=normal.keyed(
            (script["ExecutionHandler"], _scripts_form(script)) for script in create.get("Scripts") or ()
        ),
        archived=_archived(schedule.get("ArchiveRule")),
        deprecated=_deprecated(schedule),
        copy_tags=bool(schedule.get("CopyTags")),
        tags_to_add=normal.tag_list(schedule.get("TagsToAdd")),
        other_settings=_other_schedule_settings(schedule),
    )


def _sharing_form(details: Mapping[str, Any]) -> SharingForm:
    """AWS allows one action a policy; whatever the event, what is copied is what counts."""
    source = details["EventSource"]
    event = source.get("Parameters") or {}
    as_meant = {"Type": "MANAGED_CWE", "EventType": "shareSnapshot"}
    given = {"Type": source.get("Type"), **event}
    known = [name for name, value in as_meant.items() if given.get(name) == value]
    return SharingForm(
        owners=tuple(sorted(event.get("SnapshotOwner") or ())),
        description_regex=event.get("DescriptionRegex", ""),
        copies=normal.keyed(
            (copy["Target"], _copy_rule_form({**copy, **copy["EncryptionConfiguration"]}))
            for action in details.get("Actions") or ()
            for copy in action["CrossRegionCopy"]
        ),
        other_settings=normal.other_settings(given, "SnapshotOwner", "DescriptionRegex", *known),
    )


def _other_schedule_settings(schedule: Mapping[str, Any]) -> dict[str, str]:
    """What a schedule sets beyond the desired state's words."""
    known = (
        "Name", "CopyTags", "TagsToAdd", "CreateRule", "RetainRule", "FastRestoreRule",
        "CrossRegionCopyRules", "ShareRules", "ArchiveRule", "DeprecateRule",
    )  # fmt: skip
    create = {
        name: value
        for name, value in (schedule.get("CreateRule") or {}).items()
        if (name, value) != ("Location", "CLOUD")
    }
    zone_ids = (schedule.get("FastRestoreRule") or {}).get("AvailabilityZoneIds")
    return {
        **normal.other_settings(schedule, *known),
        **normal.other_settings(create, "Interval", "IntervalUnit", "Times", "CronExpression", "Scripts"),
        **normal.other_settings({"AvailabilityZoneIds": zone_ids}),
    }


def _scripts_form(script: Mapping[str, Any]) -> ScriptsForm:
    stages = script.get("Stages")
    failing = script.get("ExecuteOperationOnScriptFailure")
    return ScriptsForm(
        stages=tuple(sorted(stages)) if stages else None,
        timeout_seconds=script.get("ExecutionTimeout"),
        retries=script.get("MaximumRetryCount") or 0,
        crash_consistent_on_failure=failing is None or failing,
    )


def _archived(rule: Mapping[str, Any] | None) -> str | None:
    return _age_text(rule["RetainRule"].get("RetentionArchiveTier") or {}) if rule else None


def _deprecated(rule: Mapping[str, Any]) -> str | None:
    return _age_text(rule["DeprecateRule"]) if rule.get("DeprecateRule") else None


def _copy_rule_form(rule: Mapping[str, Any]) -> CopyRuleForm:
    known = ("Target", "TargetRegion", "Encrypted", "CmkArn", "CopyTags", "RetainRule", "DeprecateRule")
    return CopyRuleForm(
        encrypted=bool(rule.get("Encrypted")),
        copy_tags=bool(rule.get("CopyTags")),
        key=rule.get("CmkArn"),
        retain=_age_text(rule.get("RetainRule") or {}),
        deprecated=_deprecated(rule),
        other_settings=normal.other_settings(rule, *known, "EncryptionConfiguration"),
    )


def _fast_restore_form(rule: Mapping[str, Any]) -> FastRestoreForm | None:
    zones = rule.get("AvailabilityZones") or ()
    if not zones:
        return None
    return FastRestoreForm(availability_zones=tuple(sorted(zones)), keep=_age_text(rule))


def _share_form(rules: list[dict[str, Any]]) -> ShareForm | None:
    """AWS allows one share rule a schedule."""
    if not rules:
        return None
    return ShareForm(
        account_ids=tuple(sorted(account for rule in rules for account in rule["TargetAccounts"])),
        unshare_after=", ".join(
            f"{rule['UnshareInterval']} {rule['UnshareIntervalUnit']}"
            if rule.get("UnshareInterval")
            else "never"
            for rule in rules
        ),
    )


def _age_text(rule: Mapping[str, Any]) -> str:
    """An age, or a count of snapshots; the one of them that is not set comes back absent or as 0."""
    if rule.get("Interval"):
        return f"{rule['Interval']} {rule['IntervalUnit']}"
    return f"{rule['Count']} snapshots" if rule.get("Count") else "no limit"
