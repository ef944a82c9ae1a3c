"""Reads the budgets of an account, in the unit that owns them."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from tierkeep.aws import UnitSession
from tierkeep.validate import normal
from tierkeep.validate.forms import AlertForm, BudgetForm, TagMap
from tierkeep.validate.scope import Scope
from tierkeep.validate.unread import Unread, attempt

_LAST_DAY = "2087-06-15"
"""When a budget ends that has no end (botocore 1.44.5, budgets TimePeriod)."""
_NOT_COUNTED_BY_DEFAULT = {"UseAmortized", "UseBlended"}
"""Of what a budget counts (botocore 1.44.5, budgets CostTypes); it counts all else."""


def read_budgets(session: UnitSession, scope: Scope) -> Mapping[str, BudgetForm]:
    """The budgets of the scope, and others that carry the catalog's tag or may do so. Raises `AwsError`."""
    if not scope.budgets:
        return {}  # those of the account are in another of its units, or it has none
    budgets = {}
    for budget in list(session.pages("budgets", "describe_budgets", "Budgets", AccountId=session.account_id)):
        name = budget["BudgetName"]
        if name in scope.budgets or scope.may_own(name):
            arn = f"arn:{scope.names.partition}:budgets::{session.account_id}:budget/{name}"
            tags = attempt(_tags, session, arn)
            if scope.takes_in(tags, named=name in scope.budgets):
                budgets[name] = _budget_form(session, budget, arn, tags)
    return budgets


def _tags(session: UnitSession, arn: str) -> TagMap:
    return normal.tag_list(session.call("budgets", "list_tags_for_resource", ResourceARN=arn)["ResourceTags"])


def _budget_form(
    session: UnitSession, budget: Mapping[str, Any], arn: str, tags: TagMap | Unread
) -> BudgetForm:
    limit = budget.get("BudgetLimit")
    known = (
        "BudgetName", "BudgetType", "BudgetLimit", "TimeUnit", "CostFilters", "CostTypes", "TimePeriod",
        "CalculatedSpend", "LastUpdatedTime", "HealthStatus", "BillingViewArn", "FilterExpression", "Metrics",
    )  # fmt: skip
    return BudgetForm(
        type=budget["BudgetType"],
        limit=f"{Decimal(limit['Amount']).normalize():f} {limit['Unit']}" if limit else "no limit",
        period=budget["TimeUnit"],
        filters={name: tuple(sorted(values)) for name, values in budget.get("CostFilters", {}).items()},
        alerts=attempt(_alerts, session, budget["BudgetName"]),
        other_settings={
            **normal.other_settings(budget, *known),
            **_counted_otherwise(budget.get("CostTypes") or {}),
            **_end(budget.get("TimePeriod") or {}),
        },
        tags=tags,
        arn=arn,
    )


def _counted_otherwise(types: Mapping[str, bool]) -> TagMap:
    return {
        f"CostTypes.{name}": str(value).lower()
        for name, value in sorted(types.items())
        if value == (name in _NOT_COUNTED_BY_DEFAULT)
    }


def _end(period: Mapping[str, Any]) -> TagMap:
    end = period["End"].date().isoformat() if period.get("End") else _LAST_DAY
    return {} if end == _LAST_DAY else {"TimePeriod.End": end}


def _alerts(session: UnitSession, budget: str) -> Mapping[str, AlertForm | Unread]:
    asked = {"AccountId": session.account_id, "BudgetName": budget}
    listed = list(session.pages("budgets", "describe_notifications_for_budget", "Notifications", **asked))
    return normal.keyed((_alert_name(each), attempt(_alert, session, asked, each)) for each in listed)


def _alert_name(notification: Mapping[str, Any]) -> str:
    threshold = f"{Decimal(str(notification['Threshold'])).normalize():f}"
    kind = notification.get("ThresholdType") or "PERCENTAGE"
    return f"{notification['NotificationType']} {notification['ComparisonOperator']} {threshold} {kind}"


def _alert(session: UnitSession, asked: Mapping[str, str], notification: Mapping[str, Any]) -> AlertForm:
    """Which alert is meant, AWS is told by what it compares, and not by whether it has gone off."""
    meant = {name: value for name, value in notification.items() if name != "NotificationState"}
    told = list(
        session.pages(
            "budgets", "describe_subscribers_for_notification", "Subscribers", **asked, Notification=meant
        )
    )
    emails, topics = (
        tuple(sorted(each["Address"] for each in told if each["SubscriptionType"] == kind))
        for kind in ("EMAIL", "SNS")
    )
    return AlertForm(emails=emails, topics=topics)
