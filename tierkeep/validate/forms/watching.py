"""Alarms and dashboards of CloudWatch, and budgets."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from tierkeep.desired.model import Origin
from tierkeep.validate.forms.shared import OPEN, TagMap
from tierkeep.validate.unread import Unread

ONE_METRIC = "metric"
"""What the metric of an alarm without an expression goes by."""


@dataclass(frozen=True, kw_only=True, slots=True)
class MetricForm:
    """A metric that an alarm looks at."""

    namespace: str
    name: str
    statistic: str
    period_seconds: int
    dimensions: Mapping[str, str | Unread]
    """A snapshot policy goes by AWS's id as read, by its name once it is resolved."""
    other_settings: TagMap
    origin: Origin = field(default=(), compare=False)

    def __str__(self) -> str:
        return f"the metric {self.namespace} {self.name}"


@dataclass(frozen=True, kw_only=True, slots=True)
class AlarmForm:
    """An alarm. Its metrics go by their ids, which an expression names; by `ONE_METRIC` where it has none."""

    description: str
    metrics: Mapping[str, MetricForm]
    expression: str | None
    """What it computes of its metrics; None where it looks at one as it is."""
    label: str | None
    """What that is called."""
    evaluation_periods: int
    comparison: str
    threshold: float
    missing_data: str
    enabled: bool
    """Whether it tells anybody at all."""
    on_alarm: tuple[str, ...]
    """ARNs of what it tells when it goes off, and below, when it is over or has no data."""
    on_ok: tuple[str, ...]
    on_missing: tuple[str, ...]
    other_settings: TagMap
    tags: TagMap | Unread = field(metadata=OPEN)
    arn: str | None = field(default=None, compare=False)
    origin: Origin = field(default=(), compare=False)

    def __str__(self) -> str:
        return f"an alarm: {self.description}"


@dataclass(frozen=True, kw_only=True, slots=True)
class DashboardForm:
    """A dashboard."""

    widgets: TagMap
    """By their titles, each as JSON."""
    settings: TagMap
    """What it says besides, as JSON."""
    arn: str | None = field(default=None, compare=False)
    origin: Origin = field(default=(), compare=False)

    def __str__(self) -> str:
        return f"a dashboard of {len(self.widgets)} widgets"


@dataclass(frozen=True, kw_only=True, slots=True)
class AlertForm:
    """Whom a budget tells."""

    emails: tuple[str, ...]
    topics: tuple[str, ...]
    origin: Origin = field(default=(), compare=False)

    def __str__(self) -> str:
        return f"an alert to {', '.join((*self.emails, *self.topics)) or 'nobody'}"


@dataclass(frozen=True, kw_only=True, slots=True)
class BudgetForm:
    """A budget with its alerts."""

    type: str
    limit: str
    """Such as `100 USD`."""
    period: str
    filters: Mapping[str, tuple[str, ...]]
    """What it counts."""
    alerts: Mapping[str, AlertForm | Unread] | Unread
    """By what they compare, such as `ACTUAL GREATER_THAN 80 PERCENTAGE`."""
    other_settings: TagMap
    tags: TagMap | Unread = field(metadata=OPEN)
    arn: str | None = field(default=None, compare=False)
    origin: Origin = field(default=(), compare=False)

    def __str__(self) -> str:
        return f"a budget of {self.limit} {self.period.lower()}"
