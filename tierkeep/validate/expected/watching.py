"""Alarms and dashboards of CloudWatch, and budgets."""

import json

from tierkeep import watching
from tierkeep.desired.model import Alarm, Budget, DesiredUnit, Metric
from tierkeep.validate import normal
from tierkeep.validate.forms import ONE_METRIC, AlarmForm, AlertForm, BudgetForm, DashboardForm, MetricForm

POLICY_DIMENSION = "DLMPolicyId"
"""The dimension in which AWS's id of a snapshot policy stands."""


def alarm_forms(unit: DesiredUnit) -> dict[str, AlarmForm]:
    """The alarms of a unit by name."""
    return {each.name: _alarm_form(each) for each in watching.alarms(unit)}


def _alarm_form(alarm: Alarm) -> AlarmForm:
    topics = (alarm.topic_arn,) if alarm.topic_arn else ()
    summed = alarm.expression is not None
    return AlarmForm(
        description=alarm.description,
        metrics={each.id if summed else ONE_METRIC: _metric_form(each, alarm) for each in alarm.metrics},
        expression=alarm.expression,
        label=alarm.name if summed else None,
        evaluation_periods=alarm.evaluation_periods,
        comparison=alarm.comparison.value,
        threshold=alarm.threshold,
        missing_data=alarm.missing_data.value,
        enabled=True,
        on_alarm=topics,
        on_ok=topics if alarm.tells_end else (),
        on_missing=(),
        other_settings={},
        tags=dict(alarm.tags),
        arn=alarm.arn,
        origin=alarm.origin,
    )


def _metric_form(metric: Metric, alarm: Alarm) -> MetricForm:
    policy = {POLICY_DIMENSION: metric.policy} if metric.policy else {}
    return MetricForm(
        namespace=metric.namespace,
        name=metric.name,
        statistic=metric.statistic,
        period_seconds=alarm.period_seconds,
        dimensions={**dict(metric.dimensions), **policy},
        other_settings={},
    )


def dashboard_forms(unit: DesiredUnit) -> dict[str, DashboardForm]:
    """The dashboard of a unit that has one."""
    shown = watching.dashboard(unit)
    if shown is None or unit.watching is None:
        return {}
    widgets, settings = normal.dashboard(json.loads(shown.body))
    return {
        shown.name: DashboardForm(
            widgets=widgets, settings=settings, origin=(*unit.watching.origin, "dashboard")
        )
    }


def budget_form(budget: Budget) -> BudgetForm:
    """A monthly budget of costs for what carries one tag."""
    key, value = budget.tag
    topics = (budget.topic_arn,) if budget.topic_arn else ()
    return BudgetForm(
        type="COST",
        limit=f"{budget.dollars} USD",
        period="MONTHLY",
        filters={"TagKeyValue": (f"user:{key}${value}",)},
        alerts={
            f"{kind.value} GREATER_THAN {percentage} PERCENTAGE": AlertForm(
                emails=tuple(sorted(budget.emails)), topics=topics
            )
            for kind, percentage in budget.alerts
        },
        other_settings={},
        tags=dict(budget.tags),
        arn=budget.arn,
        origin=budget.origin,
    )
