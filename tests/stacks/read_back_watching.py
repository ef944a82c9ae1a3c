"""Synthesized alarms, dashboards and budgets -> what they say, in the terms of the desired state."""

from __future__ import annotations

import re
from typing import Any

from tierkeep.desired.model import (
    Alarm,
    AlertKind,
    Budget,
    Comparison,
    Dashboard,
    DesiredUnit,
    Metric,
    MissingData,
)

POLICY_ID = {
    "aws_dlm_lifecycle_policy": r"\$\{aws_dlm_lifecycle_policy\.([^.]+)\.id\}",
    "aws_cloudformation_stack": r'\$\{aws_cloudformation_stack\.([^.]+)\.outputs\["PolicyId"\]\}',
}


class Watched:
    """One stack's Terraform."""

    def __init__(self, terraform: dict[str, Any], unit: DesiredUnit) -> None:
        self._resources: dict[str, dict[str, Any]] = terraform.get("resource", {})
        self._unit = unit

    def alarms(self) -> set[Alarm]:
        return {self._alarm(each) for each in self._resources.get("aws_cloudwatch_metric_alarm", {}).values()}

    def dashboards(self) -> set[Dashboard]:
        return {
            Dashboard(name=each["dashboard_name"], body=each["dashboard_body"])
            for each in self._resources.get("aws_cloudwatch_dashboard", {}).values()
        }

    def budgets(self) -> set[Budget]:
        return {self._budget(each) for each in self._resources.get("aws_budgets_budget", {}).values()}

    def _alarm(self, alarm: dict[str, Any]) -> Alarm:
        queries = alarm.get("metric_query", [])
        metrics = [self._metric(each["id"], each["metric"]) for each in queries if "metric" in each]
        periods = {each["metric"]["period"] for each in queries if "metric" in each}
        if not queries:
            one = {**alarm, "stat": alarm["statistic"]}
            metrics, periods = [self._metric("m0", one)], {alarm["period"]}
        (period,) = periods
        told, over = alarm["alarm_actions"], alarm["ok_actions"]
        assert over in ([], told)
        read = Alarm(
            name=alarm["alarm_name"],
            arn=f"arn:{self._unit.partition}:cloudwatch:{self._unit.id.region}:{self._unit.account_id}:alarm:"
            f"{alarm['alarm_name']}",
            description=alarm["alarm_description"],
            metrics=tuple(metrics),
            period_seconds=period,
            evaluation_periods=alarm["evaluation_periods"],
            comparison=Comparison(alarm["comparison_operator"]),
            threshold=alarm["threshold"],
            missing_data=MissingData(alarm["treat_missing_data"]),
            fills=bool(queries) or alarm["treat_missing_data"] == "notBreaching",
            topic_arn=told[0] if told else None,
            tells_end=alarm["treat_missing_data"] == "breaching",
            tags=tuple(sorted(alarm["tags"].items())),
            origin=(),
        )
        assert over == (told if read.tells_end else [])
        assert [each["expression"] for each in queries if each.get("return_data")] == (
            [read.expression] if read.expression else []
        )
        return read

    def _metric(self, key: str, metric: dict[str, Any]) -> Metric:
        dimensions = dict(metric["dimensions"])
        policy = dimensions.pop("DLMPolicyId", None)
        return Metric(
            id=key,
            namespace=metric["namespace"],
            name=metric["metric_name"],
            statistic=metric["stat"],
            dimensions=tuple(sorted(dimensions.items())),
            policy=self._policy(policy) if policy else None,
        )

    def _policy(self, reference: str) -> str:
        (name,) = (
            self._resources[kind][found[1]]["tags"]["tierkeep:policy"]
            for kind, pattern in POLICY_ID.items()
            if (found := re.fullmatch(pattern, reference))
        )
        return str(name)

    def _budget(self, budget: dict[str, Any]) -> Budget:
        (cost_filter,) = budget["cost_filter"]
        (value,) = cost_filter["values"]
        assert (cost_filter["name"], budget["budget_type"], budget["limit_unit"], budget["time_unit"]) == (
            "TagKeyValue",
            "COST",
            "USD",
            "MONTHLY",
        )
        key, _, tier = value.removeprefix("user:").partition("$")
        alerts = budget["notification"]
        assert {(each["comparison_operator"], each["threshold_type"]) for each in alerts} == {
            ("GREATER_THAN", "PERCENTAGE")
        }
        ((emails, topics),) = {
            (tuple(each["subscriber_email_addresses"]), tuple(each["subscriber_sns_topic_arns"]))
            for each in alerts
        }
        return Budget(
            name=budget["name"],
            arn=f"arn:{self._unit.partition}:budgets::{self._unit.account_id}:budget/{budget['name']}",
            tier=tier,
            dollars=int(budget["limit_amount"]),
            tag=(key, tier),
            alerts=tuple((AlertKind(each["notification_type"]), each["threshold"]) for each in alerts),
            emails=emails,
            topic_arn=topics[0] if topics else None,
            tags=tuple(sorted(budget["tags"].items())),
            origin=(),
        )
