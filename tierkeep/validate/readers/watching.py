"""Reads alarms and the dashboard of a unit."""

import json
from collections.abc import Mapping
from typing import Any

from tierkeep.aws import AwsError, UnitSession
from tierkeep.validate import normal
from tierkeep.validate.forms import ONE_METRIC, AlarmForm, DashboardForm, MetricForm, TagMap
from tierkeep.validate.scope import CATALOG_TAG, Scope
from tierkeep.validate.unread import Unread, attempt

_OF_STATE = (
    "AlarmName", "AlarmArn", "AlarmConfigurationUpdatedTimestamp", "StateValue", "StateReason",
    "StateReasonData", "StateUpdatedTimestamp", "StateTransitionedTimestamp", "EvaluationState",
)  # fmt: skip
_COMPARED = (
    "AlarmDescription", "ActionsEnabled", "OKActions", "AlarmActions", "InsufficientDataActions",
    "EvaluationPeriods", "Threshold", "ComparisonOperator", "TreatMissingData",
    "MetricName", "Namespace", "Statistic", "Dimensions", "Period", "Unit", "Metrics",
)  # fmt: skip


def read_alarms(session: UnitSession, scope: Scope) -> Mapping[str, AlarmForm]:
    """The alarms of the scope, and others that carry the catalog's tag or may do so. Raises `AwsError`.

    There may be hundreds, whose tags one listing tells of all that carry the catalog's.
    """
    listed = list(
        session.pages("cloudwatch", "describe_alarms", "MetricAlarms", AlarmNamePrefix=f"{scope.catalog}-")
    )
    tags = attempt(_tags, session, scope) if listed else {}
    alarms = {}
    for alarm in listed:
        own = tags if isinstance(tags, Unread) else tags.get(alarm["AlarmArn"], {})
        if scope.takes_in(own, named=alarm["AlarmName"] in scope.alarms):
            alarms[alarm["AlarmName"]] = alarm_form(alarm, own)
    return alarms


def _tags(session: UnitSession, scope: Scope) -> Mapping[str, TagMap]:
    """By the ARNs of alarms."""
    found = session.pages(
        "resourcegroupstaggingapi",
        "get_resources",
        "ResourceTagMappingList",
        ResourceTypeFilters=["cloudwatch:alarm"],
        TagFilters=[{"Key": CATALOG_TAG, "Values": [scope.catalog]}],
    )
    return {each["ResourceARN"]: normal.tag_list(each["Tags"]) for each in found}


def alarm_form(alarm: Mapping[str, Any], tags: TagMap | Unread) -> AlarmForm:
    """An alarm as `DescribeAlarms` answers it: on one metric, or on what it computes of several."""
    queries = alarm.get("Metrics") or ()
    computed = [each for each in queries if "MetricStat" not in each]
    metrics = {each["Id"]: _queried(each) for each in queries if "MetricStat" in each}
    first = computed[0] if computed else {}
    threshold = alarm.get("Threshold", 0)
    return AlarmForm(
        description=alarm.get("AlarmDescription") or "",
        metrics=metrics or {ONE_METRIC: _one_metric(alarm)},
        expression=first.get("Expression"),
        label=first.get("Label"),
        evaluation_periods=alarm["EvaluationPeriods"],
        comparison=alarm["ComparisonOperator"],
        threshold=int(threshold) if threshold == int(threshold) else threshold,
        missing_data=alarm.get("TreatMissingData") or "missing",
        enabled=alarm["ActionsEnabled"],
        on_alarm=tuple(sorted(alarm.get("AlarmActions") or ())),
        on_ok=tuple(sorted(alarm.get("OKActions") or ())),
        on_missing=tuple(sorted(alarm.get("InsufficientDataActions") or ())),
        other_settings={
            **normal.other_settings(alarm, *_OF_STATE, *_COMPARED),
            **normal.other_settings({f"Metrics.{each['Id']}": each for each in computed[1:]}),
        },
        tags=tags,
        arn=alarm["AlarmArn"],
    )


def _queried(query: Mapping[str, Any]) -> MetricForm:
    stat = query["MetricStat"]
    metric = stat["Metric"]
    return MetricForm(
        namespace=metric["Namespace"],
        name=metric["MetricName"],
        statistic=stat["Stat"],
        period_seconds=stat["Period"],
        dimensions=_dimensions(metric),
        # Its value goes into the sum, whether it is shown or not.
        other_settings={
            **normal.other_settings(query, "Id", "MetricStat", "Label", "ReturnData"),
            **normal.other_settings(stat, "Metric", "Period", "Stat"),
        },
    )


def _one_metric(alarm: Mapping[str, Any]) -> MetricForm:
    return MetricForm(
        namespace=alarm.get("Namespace", ""),
        name=alarm.get("MetricName", ""),
        statistic=alarm.get("Statistic", ""),
        period_seconds=alarm.get("Period", 0),
        dimensions=_dimensions(alarm),
        other_settings=normal.other_settings({"Unit": alarm.get("Unit")}),
    )


def _dimensions(metric: Mapping[str, Any]) -> dict[str, str]:
    return normal.tag_list(metric.get("Dimensions"), key="Name", value="Value")


def read_dashboards(session: UnitSession, scope: Scope) -> Mapping[str, DashboardForm]:
    """The dashboard that a unit has, or had: it carries no tags, but only its own name. Raises `AwsError`."""
    try:
        answer = session.call("cloudwatch", "get_dashboard", DashboardName=scope.names.dashboard)
    except AwsError as error:
        if error.not_found:
            return {}
        raise
    widgets, settings = normal.dashboard(json.loads(answer["DashboardBody"]))
    form = DashboardForm(widgets=widgets, settings=settings, arn=answer.get("DashboardArn"))
    return {scope.names.dashboard: form}
