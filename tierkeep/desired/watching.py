"""What a unit's watching is made of, as plain values. `tierkeep.watching` computes alarms and dashboards."""

from __future__ import annotations

import json
from dataclasses import dataclass
from enum import StrEnum

from tierkeep.desired.terms import Origin, Tags


class MissingData(StrEnum):
    """What an alarm takes a period without data for (botocore 1.44.5, cloudwatch PutMetricAlarm)."""

    BREACHING = "breaching"
    NOT_BREACHING = "notBreaching"


class Comparison(StrEnum):
    """How an alarm compares a value with its threshold (the same)."""

    AT_LEAST = "GreaterThanOrEqualToThreshold"
    LESS = "LessThanThreshold"


@dataclass(frozen=True, kw_only=True, slots=True)
class Metric:
    """A metric of CloudWatch in the unit's account and Region."""

    id: str
    """By which an expression names it."""
    namespace: str
    name: str
    statistic: str
    dimensions: Tags
    policy: str | None = None
    """The snapshot policy, by its name, whose id is in the dimension `DLMPolicyId`: AWS gives it when it
    makes the policy."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Alarm:
    """An alarm of CloudWatch. It goes off when each of the last `evaluation_periods` breaches the
    threshold."""

    name: str
    arn: str
    description: str
    metrics: tuple[Metric, ...]
    period_seconds: int
    evaluation_periods: int
    comparison: Comparison
    threshold: int
    missing_data: MissingData
    fills: bool = True
    """Whether it counts a period without data as a 0. Not where it looks at one metric as it is, of a policy
    in a stack of CloudFormation (ADR 21)."""
    topic_arn: str | None
    """The topic that it tells when it goes off; None tells nobody."""
    tells_end: bool
    """Whether it tells too when it is over."""
    tags: Tags
    origin: Origin

    @property
    def expression(self) -> str | None:
        """The sum of its metrics, a period without data being a 0; None where it is one metric as it is."""
        as_it_is = self.missing_data is MissingData.NOT_BREACHING or not self.fills
        if len(self.metrics) == 1 and as_it_is:
            return None
        return " + ".join(f"FILL({each.id}, 0)" for each in self.metrics)


@dataclass(frozen=True, kw_only=True, slots=True)
class Dashboard:
    """A dashboard of CloudWatch. Dashboards are of an account as a whole, so the Region is in the name."""

    name: str
    body: str
    """As JSON."""

    @property
    def widgets(self) -> int:
        """How many widgets it has."""
        return len(json.loads(self.body)["widgets"])


class AlertKind(StrEnum):
    """What a budget compares with its limit (botocore 1.44.5, budgets NotificationType)."""

    ACTUAL = "ACTUAL"
    FORECASTED = "FORECASTED"


@dataclass(frozen=True, kw_only=True, slots=True)
class Budget:
    """A monthly budget of AWS Budgets for what carries one tag. Budgets are of an account as a whole."""

    name: str
    arn: str
    tier: str
    dollars: int
    tag: tuple[str, str]
    """Key and value of a cost allocation tag."""
    alerts: tuple[tuple[AlertKind, int], ...]
    """Of what, and at which percentage of the limit."""
    emails: tuple[str, ...]
    topic_arn: str | None
    tags: Tags
    origin: Origin


@dataclass(frozen=True, kw_only=True, slots=True)
class Watching:
    """What is asked for in a unit."""

    topic_arn: str | None
    """The topic that alarms tell; None tells nobody."""
    alarms: bool
    by_type: bool
    """Whether each type of a tier has alarms of its own."""
    dashboard: bool
    catalog: str
    tags: Tags
    origin: Origin
