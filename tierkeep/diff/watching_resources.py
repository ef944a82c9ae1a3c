"""Alarms, dashboards and budgets with their attributes as flat text, to compare."""

from __future__ import annotations

import json
from collections.abc import Iterator

from tierkeep.desired.model import Alarm, Budget, Dashboard, DesiredUnit, Metric, Origin, Tags
from tierkeep.watching import alarms, dashboard


def watching_resources(unit: DesiredUnit) -> Iterator[tuple[str, str, Origin, dict[str, str]]]:
    """The type, the name, the path in the catalog and the attributes of each."""
    for alarm in alarms(unit):
        yield "aws_cloudwatch_metric_alarm", alarm.name, alarm.origin, _alarm(alarm)
    shown = dashboard(unit)
    if shown:
        yield "aws_cloudwatch_dashboard", shown.name, ("watching", "dashboard"), _dashboard(shown)
    for budget in unit.budgets:
        yield "aws_budgets_budget", budget.name, budget.origin, _budget(budget)


def _alarm(alarm: Alarm) -> dict[str, str]:
    told = alarm.topic_arn or "nobody"
    return {
        "alarm_name": alarm.name,
        "alarm_description": alarm.description,
        "alarm_actions": told,
        "ok_actions": told if alarm.tells_end else "nobody",
        "comparison_operator": alarm.comparison.value,
        "evaluation_periods": f"{alarm.evaluation_periods} of {alarm.period_seconds} seconds",
        "metric_query": " + ".join(_metric(each) for each in alarm.metrics),
        "threshold": str(alarm.threshold),
        "treat_missing_data": alarm.missing_data.value,
        "tags": _tags(alarm.tags),
    }


def _metric(metric: Metric) -> str:
    of = ", ".join(value for _, value in metric.dimensions) or metric.policy
    return f"{metric.statistic} of {metric.namespace} {metric.name} of {of}"


def _dashboard(shown: Dashboard) -> dict[str, str]:
    titles = [each["properties"]["title"] for each in json.loads(shown.body)["widgets"]]
    return {"dashboard_name": shown.name, "dashboard_body": ", ".join(titles)}


def _budget(budget: Budget) -> dict[str, str]:
    told = [*budget.emails, *([budget.topic_arn] if budget.topic_arn else [])]
    return {
        "name": budget.name,
        "limit_amount": f"{budget.dollars} USD",
        "cost_filter": "=".join(budget.tag),
        **{
            f"notification at {percentage}% {kind.value.lower()}": ", ".join(told)
            for kind, percentage in budget.alerts
        },
        "tags": _tags(budget.tags),
    }


def _tags(tags: Tags) -> str:
    return ", ".join(f"{key}={value}" for key, value in tags)
