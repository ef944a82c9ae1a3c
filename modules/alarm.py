"""An alarm of CloudWatch on one metric, or on the sum of several."""

from __future__ import annotations

from collections.abc import Mapping

from constructs import Construct

from imports.aws.cloudwatch_metric_alarm import (
    CloudwatchMetricAlarm,
    CloudwatchMetricAlarmMetricQuery,
    CloudwatchMetricAlarmMetricQueryMetric,
)
from tierkeep.desired import model

_SUM = "sum"


class MetricAlarm(Construct):
    """An alarm. `policy_ids` are those of the snapshot policies that its metrics are of, by their names."""

    def __init__(self, scope: Construct, alarm: model.Alarm, *, policy_ids: Mapping[str, str]) -> None:
        super().__init__(scope, f"alarm-{alarm.name}")
        topics = [alarm.topic_arn] if alarm.topic_arn else []
        one = alarm.metrics[0] if alarm.expression is None else None
        CloudwatchMetricAlarm(
            self,
            "alarm",
            alarm_name=alarm.name,
            alarm_description=alarm.description,
            comparison_operator=alarm.comparison.value,
            threshold=alarm.threshold,
            evaluation_periods=alarm.evaluation_periods,
            treat_missing_data=alarm.missing_data.value,
            namespace=one.namespace if one else None,
            metric_name=one.name if one else None,
            statistic=one.statistic if one else None,
            period=alarm.period_seconds if one else None,
            dimensions=_dimensions(one, policy_ids) if one else None,
            metric_query=None if one else _queries(alarm, policy_ids),
            alarm_actions=topics,
            ok_actions=topics if alarm.tells_end else [],
            tags=dict(alarm.tags),
        )


def _queries(alarm: model.Alarm, policy_ids: Mapping[str, str]) -> list[CloudwatchMetricAlarmMetricQuery]:
    metrics = [
        CloudwatchMetricAlarmMetricQuery(
            id=each.id,
            metric=CloudwatchMetricAlarmMetricQueryMetric(
                namespace=each.namespace,
                metric_name=each.name,
                stat=each.statistic,
                period=alarm.period_seconds,
                dimensions=_dimensions(each, policy_ids),
            ),
        )
        for each in alarm.metrics
    ]
    total = CloudwatchMetricAlarmMetricQuery(
        id=_SUM, expression=alarm.expression, label=alarm.name, return_data=True
    )
    return [*metrics, total]


def _dimensions(metric: model.Metric, policy_ids: Mapping[str, str]) -> dict[str, str]:
    policy = {"DLMPolicyId": policy_ids[metric.policy]} if metric.policy else {}
    return {**dict(metric.dimensions), **policy}
