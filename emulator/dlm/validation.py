"""What DLM refuses in a policy.

The limits are those of the data types in the Amazon DLM API reference and of "Create custom policies for EBS
snapshots" and "Quotas" in the Amazon EBS User Guide; lengths, ranges and patterns are in the service model.
"""

from typing import Any

from emulator import schedule
from emulator.dlm.errors import InvalidRequest

Details = dict[str, Any]

INTERVALS = (1, 2, 3, 4, 6, 8, 12, 24)
"""Hours between two runs of a schedule."""

LONGEST_RETENTION = {"DAYS": 36_500, "WEEKS": 5_200, "MONTHS": 1_200, "YEARS": 100}
LONGEST_DEPRECATION = {"DAYS": 3_650, "WEEKS": 520, "MONTHS": 120, "YEARS": 10}
SHORTEST_ARCHIVE_DAYS = 90
OF_SNAPSHOTS = ("ArchiveRule", "FastRestoreRule", "ShareRules")
"""What schedules of custom snapshot policies alone may have (Schedule in the Amazon DLM API reference)."""
_DAYS = {"DAYS": 1, "WEEKS": 7, "MONTHS": 30, "YEARS": 365}


def check_details(details: Details) -> None:
    """Check a custom policy's details.

    :raises InvalidRequest: DLM does not take them.
    """
    kind = details.get("PolicyType") or "EBS_SNAPSHOT_MANAGEMENT"
    if kind == "EVENT_BASED_POLICY":
        _check_event_based(details)
        return
    _require(details, "PolicyDetails", ("ResourceTypes", "TargetTags", "Schedules"))
    if kind == "IMAGE_MANAGEMENT" and details["ResourceTypes"] != ["INSTANCE"]:
        raise InvalidRequest("A policy for AMIs must have the resource type INSTANCE")
    _check_distinct("TargetTags", details["TargetTags"])
    _check_parameters(kind, details)
    kinds_of_retention = set()
    for item in details["Schedules"]:
        _check_schedule(kind, details, item)
        kinds_of_retention.add("Count" if item["RetainRule"].get("Count") is not None else "Interval")
    if len(kinds_of_retention) > 1:
        raise InvalidRequest(
            "All schedules of a policy must have the same type of retention, by count or by age"
        )


def _check_event_based(details: Details) -> None:
    _require(details, "PolicyDetails", ("EventSource", "Actions"))
    given = [name for name in ("Schedules", "TargetTags", "ResourceTypes") if details.get(name)]
    if given:
        raise InvalidRequest(
            "An event-based policy has neither schedules nor targets", exclusive=["EventSource", *given]
        )
    for action in details["Actions"]:
        for copy in action["CrossRegionCopy"]:
            _check_encryption(copy["EncryptionConfiguration"])
            _check_age(copy.get("RetainRule"), "CrossRegionCopy.RetainRule")


def _check_parameters(kind: str, details: Details) -> None:
    parameters = details.get("Parameters") or {}
    if parameters.get("NoReboot") is not None and kind != "IMAGE_MANAGEMENT":
        raise InvalidRequest("NoReboot is for AMI policies only")
    excluding = [name for name in ("ExcludeBootVolume", "ExcludeDataVolumeTags") if parameters.get(name)]
    if excluding and (kind != "EBS_SNAPSHOT_MANAGEMENT" or details["ResourceTypes"] != ["INSTANCE"]):
        raise InvalidRequest(f"{', '.join(excluding)}: for snapshot policies that target instances only")


def _check_schedule(kind: str, details: Details, item: Details) -> None:
    _require(item, "Schedule", ("Name", "CreateRule", "RetainRule"))
    _check_create_rule(item["CreateRule"], details)
    _check_retention(item["RetainRule"], "RetainRule")
    _check_distinct("TagsToAdd", item.get("TagsToAdd") or [])
    if item.get("VariableTags") and details["ResourceTypes"] != ["INSTANCE"]:
        raise InvalidRequest("VariableTags is for policies that target instances only")
    of_snapshots = [name for name in OF_SNAPSHOTS if kind == "IMAGE_MANAGEMENT" and item.get(name)]
    if of_snapshots:
        raise InvalidRequest(f"{', '.join(of_snapshots)}: for snapshot policies only")
    _check_fast_restore(item)
    _check_copies(kind, details, item.get("CrossRegionCopyRules") or [])
    _check_sharing(item.get("ShareRules") or [])
    if item.get("DeprecateRule"):
        _check_deprecation(kind, item["DeprecateRule"], item["RetainRule"])
    if item.get("ArchiveRule"):
        _check_archive(details, item)


def _check_create_rule(rule: Details, details: Details) -> None:
    if rule.get("CronExpression"):
        exclusive = [name for name in ("Interval", "IntervalUnit", "Times") if rule.get(name)]
        if exclusive:
            raise InvalidRequest(
                "A creation rule has either an interval or a cron expression",
                exclusive=["CronExpression", *exclusive],
            )
        _check_cron(rule["CronExpression"])
    elif rule.get("Interval") is None:
        raise InvalidRequest(
            "A creation rule needs an interval or a cron expression", required=["Interval", "CronExpression"]
        )
    elif rule["Interval"] not in INTERVALS:
        raise InvalidRequest(f"Interval must be one of {', '.join(map(str, INTERVALS))}")
    images = details.get("PolicyType") == "IMAGE_MANAGEMENT"
    if rule.get("Scripts") and (images or details["ResourceTypes"] != ["INSTANCE"]):
        raise InvalidRequest("Scripts is for snapshot policies that target instances only")


def _check_cron(expression: str) -> None:
    try:
        parsed = schedule.parse(expression)
    except ValueError as error:
        raise InvalidRequest(f"Invalid cron expression: {error}") from error
    if parsed.more_often_than_hourly:
        raise InvalidRequest("The schedule interval must be at least 1 hour")


def _check_retention(rule: Details, name: str) -> None:
    """A rule that keeps by count or by age: exactly one of both."""
    if rule.get("Count") is not None and (rule.get("Interval") is not None or rule.get("IntervalUnit")):
        raise InvalidRequest(f"{name} has either a count or an interval", exclusive=["Count", "Interval"])
    if rule.get("Count") is None and rule.get("Interval") is None:
        raise InvalidRequest(f"{name} needs a count or an interval", required=["Count", "Interval"])
    if rule.get("Count") is None:
        _check_age(rule, name)


def _check_age(rule: Details | None, name: str, longest: dict[str, int] = LONGEST_RETENTION) -> None:
    if rule is None:
        return
    _require(rule, name, ("Interval", "IntervalUnit"))
    most = longest[rule["IntervalUnit"]]
    if not 1 <= rule["Interval"] <= most:
        raise InvalidRequest(f"The interval of {name} must be between 1 and {most} {rule['IntervalUnit']}")


def _check_fast_restore(item: Details) -> None:
    rule = item.get("FastRestoreRule")
    if not rule:
        return
    if rule.get("AvailabilityZones") and rule.get("AvailabilityZoneIds"):
        raise InvalidRequest(
            "FastRestoreRule has either zones or zone ids",
            exclusive=["AvailabilityZones", "AvailabilityZoneIds"],
        )
    if not rule.get("AvailabilityZones") and not rule.get("AvailabilityZoneIds"):
        raise InvalidRequest("FastRestoreRule needs zones", required=["AvailabilityZones"])
    _check_retention(rule, "FastRestoreRule")
    kept, fast = item["RetainRule"], rule
    if (kept.get("Count") is None) != (fast.get("Count") is None):
        raise InvalidRequest("FastRestoreRule must be by count or by age as RetainRule is")
    if _span(fast) > _span(kept):
        raise InvalidRequest("FastRestoreRule must not outlast RetainRule")


def _check_copies(kind: str, details: Details, copies: list[Details]) -> None:
    if copies and (details.get("ResourceLocations") or ["CLOUD"]) != ["CLOUD"]:
        raise InvalidRequest("Cross-Region copies are for policies that target resources in a Region only")
    targets = []
    for copy in copies:
        if copy.get("Target") and copy.get("TargetRegion"):
            raise InvalidRequest("A copy has one target", exclusive=["Target", "TargetRegion"])
        target = (
            copy.get("TargetRegion")
            if kind == "IMAGE_MANAGEMENT"
            else copy.get("Target") or copy.get("TargetRegion")
        )
        if not target:
            raise InvalidRequest(
                "A copy needs a target", required=["TargetRegion" if kind == "IMAGE_MANAGEMENT" else "Target"]
            )
        targets.append(target)
        _check_encryption(copy)
        _check_age(copy.get("RetainRule"), "CrossRegionCopyRule.RetainRule")
        if copy.get("DeprecateRule"):
            _check_deprecated_copy(kind, copy)
    if len(set(targets)) < len(targets):
        raise InvalidRequest("Two copies of a schedule have the same target")


def _check_deprecated_copy(kind: str, copy: Details) -> None:
    name = "CrossRegionCopyRule.DeprecateRule"
    if kind != "IMAGE_MANAGEMENT":
        raise InvalidRequest(f"{name} is for AMI policies only")
    _check_age(copy["DeprecateRule"], name, LONGEST_DEPRECATION)
    if copy.get("RetainRule") and _span(copy["DeprecateRule"]) > _span(copy["RetainRule"]):
        raise InvalidRequest(f"{name} must not outlast CrossRegionCopyRule.RetainRule")


def _check_encryption(copy: Details) -> None:
    if copy.get("CmkArn") and not copy["Encrypted"]:
        raise InvalidRequest("CmkArn needs Encrypted to be true", required=["Encrypted"])


def _check_sharing(rules: list[Details]) -> None:
    for rule in rules:
        if (rule.get("UnshareInterval") is None) != (rule.get("UnshareIntervalUnit") is None):
            raise InvalidRequest(
                "Unsharing needs an interval and its unit",
                required=["UnshareInterval", "UnshareIntervalUnit"],
            )


def _check_deprecation(kind: str, rule: Details, kept: Details) -> None:
    if kind != "IMAGE_MANAGEMENT":
        raise InvalidRequest("DeprecateRule is for AMI policies only")
    if (rule.get("Count") is None) != (kept.get("Count") is None):
        raise InvalidRequest("DeprecateRule must be by count or by age as RetainRule is")
    if rule.get("Count") is None:
        _check_age(rule, "DeprecateRule", LONGEST_DEPRECATION)
    if _span(rule) > _span(kept):
        raise InvalidRequest("DeprecateRule must not outlast RetainRule")


def _check_archive(details: Details, item: Details) -> None:
    if details["ResourceTypes"] != ["VOLUME"]:
        raise InvalidRequest("ArchiveRule is for policies that target volumes only")
    tier = item["ArchiveRule"]["RetainRule"]["RetentionArchiveTier"]
    _check_retention(tier, "RetentionArchiveTier")
    if (tier.get("Count") is None) != (item["RetainRule"].get("Count") is None):
        raise InvalidRequest("RetentionArchiveTier must be by count or by age as RetainRule is")
    if tier.get("Count") is None and _span(tier) < SHORTEST_ARCHIVE_DAYS:
        raise InvalidRequest(
            f"Snapshots must stay in the archive tier for at least {SHORTEST_ARCHIVE_DAYS} days"
        )


def _span(rule: Details) -> int:
    """How much a rule keeps: a count, or an age in days."""
    if rule.get("Count") is not None:
        return int(rule["Count"])
    return int(rule["Interval"]) * _DAYS[rule["IntervalUnit"]]


def _check_distinct(name: str, tags: list[Details]) -> None:
    pairs = [(tag["Key"], tag["Value"]) for tag in tags]
    if len(set(pairs)) < len(pairs):
        raise InvalidRequest(f"{name} has the same tag twice")


def _require(document: Details, name: str, members: tuple[str, ...]) -> None:
    missing = [member for member in members if document.get(member) in (None, [], {})]
    if missing:
        raise InvalidRequest(f"{name} lacks {', '.join(missing)}", required=missing)
