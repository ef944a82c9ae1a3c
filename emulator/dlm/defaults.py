"""What DLM fills in where a policy is silent.

From the data types in the Amazon DLM API reference.
"""

import copy
from typing import Any

Details = dict[str, Any]

TIME = "09:00"
"""When a schedule with an interval and no time starts; DLM picks some time of the next 24 hours."""

DEFAULT_POLICY = {"CreateInterval": 1, "RetainInterval": 7, "CopyTags": False, "ExtendDeletion": False}
"""What a default policy has unless it says otherwise."""


def custom_details(details: Details) -> Details:
    """The details of a custom policy as DLM answers them."""
    details = copy.deepcopy(details)
    details.setdefault("PolicyType", "EBS_SNAPSHOT_MANAGEMENT")
    details.setdefault("PolicyLanguage", "STANDARD")
    if details["PolicyType"] == "EVENT_BASED_POLICY":
        return details
    details.setdefault("ResourceLocations", ["CLOUD"])
    for schedule in details["Schedules"]:
        schedule.setdefault("CopyTags", False)
        rule = schedule["CreateRule"]
        if rule.get("Interval") is not None:
            rule.setdefault("IntervalUnit", "HOURS")
            if not rule.get("Times"):
                rule["Times"] = [TIME]
        if details["PolicyType"] == "EBS_SNAPSHOT_MANAGEMENT":
            rule.setdefault("Location", "CLOUD")
        for script in rule.get("Scripts") or []:
            _fill_in_script(script)
        for region_copy in schedule.get("CrossRegionCopyRules") or []:
            region_copy.setdefault("CopyTags", False)
    return details


def _fill_in_script(script: Details) -> None:
    script.setdefault("ExecutionHandlerService", "AWS_SYSTEMS_MANAGER")
    script.setdefault("ExecuteOperationOnScriptFailure", True)
    script.setdefault("ExecutionTimeout", 10)
    script.setdefault("MaximumRetryCount", 0)


def default_details(resource_type: str, given: Details) -> Details:
    """The details of a default policy for ``resource_type`` (VOLUME or INSTANCE) as DLM answers them."""
    image = resource_type == "INSTANCE"
    return {
        "PolicyLanguage": "SIMPLIFIED",
        "PolicyType": "IMAGE_MANAGEMENT" if image else "EBS_SNAPSHOT_MANAGEMENT",
        "ResourceType": resource_type,
        **DEFAULT_POLICY,
        **{name: value for name, value in given.items() if value is not None},
    }
