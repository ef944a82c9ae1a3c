"""Budgets change in place, with their notifications, subscribers and tags."""

from functools import cache
from typing import Any

import boto3
import pytest
from emulated import ACCOUNT, Aws, refusal

WHICH = {"AccountId": ACCOUNT, "BudgetName": "backups"}
ALARM = {"NotificationType": "ACTUAL", "ComparisonOperator": "GREATER_THAN", "Threshold": 80.0}
MAIL = {"SubscriptionType": "EMAIL", "Address": "a@example.com"}
OTHER = {"SubscriptionType": "EMAIL", "Address": "b@example.com"}


@cache
def budgets() -> Any:
    return boto3.client(
        "budgets", region_name="us-east-1", aws_access_key_id="testing", aws_secret_access_key="testing"
    )


def budget(amount: str, **settings: Any) -> dict[str, Any]:
    limit = {"Amount": amount, "Unit": "USD"}
    return {
        "BudgetName": "backups",
        "BudgetLimit": limit,
        "TimeUnit": "MONTHLY",
        "BudgetType": "COST",
        **settings,
    }


@pytest.fixture
def made(aws: Aws) -> None:
    """A budget with one notification and one subscriber."""
    budgets().create_budget(
        AccountId=ACCOUNT,
        Budget=budget("100"),
        NotificationsWithSubscribers=[{"Notification": ALARM, "Subscribers": [MAIL]}],
        ResourceTags=[{"Key": "tier", "Value": "gold"}],
    )


def subscribers(notification: dict[str, Any] = ALARM) -> list[dict[str, str]]:
    call = budgets().describe_subscribers_for_notification
    return list(call(**WHICH, Notification=notification)["Subscribers"])


def test_an_update_replaces_the_budget_and_keeps_its_notifications(made: None) -> None:
    budgets().update_budget(AccountId=ACCOUNT, NewBudget=budget("250", TimeUnit="QUARTERLY"))
    found = budgets().describe_budget(**WHICH)["Budget"]
    assert (float(found["BudgetLimit"]["Amount"]), found["TimeUnit"]) == (250, "QUARTERLY")
    assert subscribers() == [MAIL]


def test_the_type_of_a_budget_can_be_changed(made: None) -> None:
    """ "You can change every part of a budget except for the budgetName and the calculatedSpend"."""
    budgets().update_budget(AccountId=ACCOUNT, NewBudget=budget("1", BudgetType="USAGE"))
    assert budgets().describe_budget(**WHICH)["Budget"]["BudgetType"] == "USAGE"


def test_a_notification_is_changed_with_its_subscribers(made: None) -> None:
    new = {**ALARM, "Threshold": 95.0}
    budgets().update_notification(**WHICH, OldNotification=ALARM, NewNotification=new)
    [found] = budgets().describe_notifications_for_budget(**WHICH)["Notifications"]
    assert found["Threshold"] == 95
    assert subscribers(new) == [MAIL]


def test_subscribers_come_and_go_and_the_last_takes_the_notification_along(made: None) -> None:
    which = {**WHICH, "Notification": ALARM}
    budgets().create_subscriber(**which, Subscriber=OTHER)
    assert subscribers() == [MAIL, OTHER]
    third = {**OTHER, "Address": "c@example.com"}
    budgets().update_subscriber(**which, OldSubscriber=MAIL, NewSubscriber=third)
    assert subscribers() == [OTHER, third]
    for each in (OTHER, third):
        budgets().delete_subscriber(**which, Subscriber=each)
    assert budgets().describe_notifications_for_budget(**WHICH)["Notifications"] == []


def test_tags_of_a_budget(made: None) -> None:
    arn = f"arn:aws:budgets::{ACCOUNT}:budget/backups"
    budgets().tag_resource(ResourceARN=arn, ResourceTags=[{"Key": "a", "Value": "b"}])
    budgets().untag_resource(ResourceARN=arn, ResourceTagKeys=["tier"])
    assert budgets().list_tags_for_resource(ResourceARN=arn)["ResourceTags"] == [{"Key": "a", "Value": "b"}]


def test_changes_that_are_refused(made: None) -> None:
    client, which = budgets(), {**WHICH, "Notification": ALARM}
    missing = budget("1", BudgetName="none")
    assert refusal(client.update_budget, AccountId=ACCOUNT, NewBudget=missing) == "NotFoundException"
    unlimited = {name: value for name, value in budget("1").items() if name != "BudgetLimit"}
    code = refusal(client.update_budget, AccountId=ACCOUNT, NewBudget=unlimited)
    assert code == "InvalidParameterException"
    again = {**which, "Subscribers": [OTHER]}
    assert refusal(client.create_notification, **again) == "DuplicateRecordException"
    assert subscribers() == [MAIL]
    other = {**WHICH, "Notification": {**ALARM, "Threshold": 95.0}}
    assert refusal(client.delete_notification, **other) == "NotFoundException"
    assert refusal(client.create_subscriber, **which, Subscriber=MAIL) == "DuplicateRecordException"
    assert refusal(client.delete_subscriber, **which, Subscriber=OTHER) == "NotFoundException"
    for number in range(10):
        each = {**MAIL, "Address": f"{number}@example.com"}
        client.create_subscriber(**which, Subscriber=each)
    assert refusal(client.create_subscriber, **which, Subscriber=OTHER) == "CreationLimitExceededException"
