"""What moto's Budgets lacks: changes to budgets, notifications and their subscribers, and tags.

From botocore's budgets model: a notification has one to eleven subscribers.  The ARN of a budget is
``arn:aws:budgets::123456789012:budget/name``.
"""

import json
from collections.abc import Callable
from copy import deepcopy
from functools import wraps
from typing import Any

from moto.core.exceptions import ServiceException

from emulator import clock

MOST_SUBSCRIBERS = 11

_TAGS = "emulator_tags"


class NotFound(ServiceException):
    """There is no such budget, notification or subscriber."""

    code = "NotFoundException"


class Duplicate(ServiceException):
    """There is one already."""

    code = "DuplicateRecordException"


class LimitExceeded(ServiceException):
    """There are as many as there can be."""

    code = "CreationLimitExceededException"


class InvalidParameter(ServiceException):
    """The change cannot be made."""

    code = "InvalidParameterException"


def install() -> None:
    """Give moto's Budgets the operations."""
    from moto.budgets.responses import BudgetsResponse

    response: Any = BudgetsResponse
    response.create_budget = _with_tags(response.create_budget)
    response.create_notification = _once(response.create_notification)
    response.delete_notification = _of_one_there_is(response.delete_notification)
    for operation in (
        _update_budget,
        _update_notification,
        _describe_subscribers_for_notification,
        _create_subscriber,
        _update_subscriber,
        _delete_subscriber,
        _tag_resource,
        _untag_resource,
        _list_tags_for_resource,
    ):
        setattr(response, operation.__name__[1:], operation)


def _with_tags(create_budget: Callable[[Any], str]) -> Callable[[Any], str]:
    @wraps(create_budget)
    def created(self: Any) -> str:
        answer = create_budget(self)
        budget = _budget(self, self._get_param("Budget")["BudgetName"])
        setattr(budget, _TAGS, {tag["Key"]: tag["Value"] for tag in self._get_param("ResourceTags") or []})
        return answer

    return created


def _once(create_notification: Callable[[Any], str]) -> Callable[[Any], str]:
    """botocore's model has DuplicateRecordException among its errors; moto has no check."""

    @wraps(create_notification)
    def created(self: Any) -> str:
        if _is_there(self):
            raise Duplicate("The notification already exists.")
        return create_notification(self)

    return created


def _of_one_there_is(delete_notification: Callable[[Any], str]) -> Callable[[Any], str]:
    """botocore's model has NotFoundException among its errors; moto has no check."""

    @wraps(delete_notification)
    def deleted(self: Any) -> str:
        there = _is_there(self)
        answer = delete_notification(self)  # which refuses budgets that there are not
        if not there:
            raise NotFound("Unable to delete notification - the notification doesn't exist.")
        return answer

    return deleted


def _is_there(self: Any) -> bool:
    """Whether there is the budget that a request names, and has its notification."""
    account, name = self._get_param("AccountId") or self.current_account, self._get_param("BudgetName")
    budget, wanted = self.backend.budgets[account].get(name), self._get_param("Notification")
    return budget is not None and any(_same(each.details, wanted) for each in budget.notifications)


def _budget(self: Any, name: str | None = None) -> Any:
    name = name or self._get_param("BudgetName")
    account = self._get_param("AccountId") or self.current_account
    budget = self.backend.budgets[account].get(name)
    if budget is None:
        raise NotFound(f"Unable to find budget: {name} - the budget doesn't exist.")
    return budget


def _same(one: dict[str, Any], other: dict[str, Any]) -> bool:
    """Whether two notifications are the same: their type, operator and threshold, and its type."""

    def identity(details: dict[str, Any]) -> tuple[Any, ...]:
        kind = details.get("ThresholdType") or "PERCENTAGE"
        return details["NotificationType"], details["ComparisonOperator"], float(details["Threshold"]), kind

    return identity(one) == identity(other)


def _notification(self: Any, parameter: str = "Notification") -> Any:
    wanted = self._get_param(parameter)
    for each in _budget(self).notifications:
        if _same(each.details, wanted):
            return each
    raise NotFound("Unable to find notification - the notification doesn't exist.")


def _update_budget(self: Any) -> str:
    """Everything but the name is replaced, and the notifications stay (UpdateBudget in the API reference)."""
    new = self._get_param("NewBudget")
    budget = _budget(self, new["BudgetName"])
    if not any(new.get(limit) for limit in ("BudgetLimit", "PlannedBudgetLimits", "AutoAdjustData")):
        raise InvalidParameter("Please provide a budget limit, planned limits or auto-adjust data.")
    kept = {"TimePeriod": budget.budget["TimePeriod"], "LastUpdatedTime": clock.now().timestamp()}
    budget.budget = {**kept, **deepcopy(new), "LastUpdatedTime": kept["LastUpdatedTime"]}
    return "{}"


def _update_notification(self: Any) -> str:
    notification, new = _notification(self, "OldNotification"), self._get_param("NewNotification")
    others = [each for each in _budget(self).notifications if each is not notification]
    if any(_same(each.details, new) for each in others):
        raise Duplicate("The notification already exists.")
    notification.details = new
    return "{}"


def _describe_subscribers_for_notification(self: Any) -> str:
    return json.dumps({"Subscribers": _notification(self).subscribers, "NextToken": None})


def _create_subscriber(self: Any) -> str:
    notification, new = _notification(self), self._get_param("Subscriber")
    if new in notification.subscribers:
        raise Duplicate("The subscriber already exists.")
    if len(notification.subscribers) >= MOST_SUBSCRIBERS:
        raise LimitExceeded(f"A notification has at most {MOST_SUBSCRIBERS} subscribers.")
    notification.subscribers = [*notification.subscribers, new]
    return "{}"


def _update_subscriber(self: Any) -> str:
    notification, new = _notification(self), self._get_param("NewSubscriber")
    rest = _without(notification, self._get_param("OldSubscriber"))
    if new in rest:
        raise Duplicate("The subscriber already exists.")
    notification.subscribers = [*rest, new]
    return "{}"


def _delete_subscriber(self: Any) -> str:
    """Deleting the last one deletes the notification (DeleteSubscriber in the API reference)."""
    notification = _notification(self)
    notification.subscribers = _without(notification, self._get_param("Subscriber"))
    if not notification.subscribers:
        _budget(self).notifications.remove(notification)
    return "{}"


def _without(notification: Any, subscriber: dict[str, Any]) -> list[dict[str, Any]]:
    if subscriber not in notification.subscribers:
        raise NotFound("Unable to find subscriber - the subscriber doesn't exist.")
    return [each for each in notification.subscribers if each != subscriber]


def _tags(self: Any) -> dict[str, str]:
    account, _, name = self._get_param("ResourceARN").partition("::")[2].partition(":budget/")
    budget = self.backend.budgets[account].get(name)
    if budget is None:
        raise NotFound(f"There is no budget {self._get_param('ResourceARN')}")
    tags: dict[str, str] = budget.__dict__.setdefault(_TAGS, {})
    return tags


def _tag_resource(self: Any) -> str:
    _tags(self).update({tag["Key"]: tag["Value"] for tag in self._get_param("ResourceTags")})
    return "{}"


def _untag_resource(self: Any) -> str:
    tags = _tags(self)
    for key in self._get_param("ResourceTagKeys"):
        tags.pop(key, None)
    return "{}"


def _list_tags_for_resource(self: Any) -> str:
    listed = [{"Key": key, "Value": value} for key, value in sorted(_tags(self).items())]
    return json.dumps({"ResourceTags": listed})
