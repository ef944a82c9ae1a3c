"""Answers of AWS about what stands around vaults, in one normal form: what it fills in shows nowhere, and
what somebody sets shows somewhere."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, cast

import pytest

from tests.validate.around_states import STATE, UNIT
from tierkeep.aws import AwsError, UnitSession
from tierkeep.validate.readers.buckets import read_report_buckets
from tierkeep.validate.readers.budgets import read_budgets
from tierkeep.validate.readers.event_rules import read_event_rules
from tierkeep.validate.readers.organizing import read_administrators
from tierkeep.validate.readers.telling import read_queues, read_topics
from tierkeep.validate.readers.testing import read_restore_tests
from tierkeep.validate.readers.watching import alarm_form
from tierkeep.validate.scope import Scope
from tierkeep.validate.unread import Unread

SCOPE = Scope.of(UNIT, catalog=STATE.name)
VAULT = "arn:aws:backup:eu-west-1:111111111111:backup-vault"


class Answers:
    """A session in which AWS answers what it is told to, and nothing else exists."""

    account_id = UNIT.account_id

    def __init__(self, **answers: Any) -> None:
        self._answers = answers

    def call(self, service: str, operation: str, **_: Any) -> Any:
        answer = self._answers.get(operation, {"Tags": {}, "ResourceTags": []})
        if isinstance(answer, str):
            raise AwsError(unit="u", service=service, operation=operation, code=answer, message="")
        return answer

    def pages(self, _service: str, operation: str, key: str, **_: Any) -> Iterator[Any]:
        yield from self._answers.get(operation, {}).get(key, ())


def answering(**answers: Any) -> UnitSession:
    return cast("UnitSession", Answers(**answers))


def restore_test(points: dict[str, Any], selection: dict[str, Any]) -> Any:
    name = UNIT.restore_testing[0].name
    summary = {"RestoreTestingPlanName": name, "RestoreTestingPlanArn": f"arn:{name}"}
    plan = {
        **summary,
        "ScheduleExpression": "cron(0 5 ? * * *)",
        "StartWindowHours": 24,
        "RecoveryPointSelection": {"Algorithm": "A", "SelectionWindowDays": 30, **points},
    }
    chosen = {"ProtectedResourceType": "EFS", "IamRoleArn": "r", **selection}
    session = answering(
        list_restore_testing_plans={"RestoreTestingPlans": [summary]},
        get_restore_testing_plan={"RestoreTestingPlan": plan},
        list_restore_testing_selections={"RestoreTestingSelections": [{"RestoreTestingSelectionName": "s"}]},
        get_restore_testing_selection={"RestoreTestingSelection": chosen},
    )
    return read_restore_tests(session, SCOPE)[name]


def test_a_vault_that_is_left_out_again_is_not_tested() -> None:
    """By its ARN or by a pattern; leaving out what is not taken in says nothing."""
    taken = {"IncludeVaults": [f"{VAULT}:one", f"{VAULT}:two"]}
    assert restore_test(taken, {}).vaults == (f"{VAULT}:one", f"{VAULT}:two")
    assert restore_test({**taken, "ExcludeVaults": [f"{VAULT}:Default"]}, {}) == restore_test(taken, {})
    assert restore_test({**taken, "ExcludeVaults": [f"{VAULT}:t*"]}, {}).vaults == (f"{VAULT}:one",)


def test_a_selection_of_all_is_one_without_arns() -> None:
    """AWS writes all as `*`; conditions that narrow it otherwise show."""
    plain = restore_test({}, {})
    assert restore_test({}, {"ProtectedResourceArns": ["*"], "RestoreMetadataOverrides": {}}) == plain
    narrowed = {"StringNotEquals": [{"Key": "aws:ResourceTag/a", "Value": "b"}]}
    (selection,) = restore_test({}, {"ProtectedResourceConditions": narrowed}).selections.values()
    assert set(selection.other_settings) == {"StringNotEquals"}


def budget(**settings: Any) -> Any:
    name = UNIT.budgets[0].name
    document = {"BudgetName": name, "BudgetType": "COST", "TimeUnit": "MONTHLY", **settings}
    return read_budgets(answering(describe_budgets={"Budgets": [document]}), SCOPE)[name]


def test_a_budget_that_counts_as_aws_does_by_default_sets_nothing() -> None:
    """Amounts are compared as numbers; a day on which it ends, and what it does not count, show."""
    types = dict.fromkeys(("IncludeTax", "IncludeCredit", "IncludeSupport"), True)
    filled_in = {
        "CostTypes": {**types, "UseBlended": False, "UseAmortized": False},
        "TimePeriod": {
            "Start": datetime(2026, 11, 1, tzinfo=UTC),
            "End": datetime(2087, 6, 15, tzinfo=UTC),
        },
        "CalculatedSpend": {"ActualSpend": {"Amount": "3", "Unit": "USD"}},
        "HealthStatus": {"Status": "HEALTHY"},
    }
    assert budget(**filled_in) == budget()
    assert budget(BudgetLimit={"Amount": "100.0", "Unit": "USD"}).limit == "100 USD"
    changed = budget(
        CostTypes={**types, "IncludeTax": False, "UseBlended": True},
        TimePeriod={"End": datetime(2027, 1, 1, tzinfo=UTC)},
        AutoAdjustData={"AutoAdjustType": "HISTORICAL"},
    )
    assert set(changed.other_settings) == {
        "CostTypes.IncludeTax",
        "CostTypes.UseBlended",
        "TimePeriod.End",
        "AutoAdjustData",
    }


def rule(target: dict[str, Any]) -> Any:
    assert UNIT.events
    name = UNIT.events.rules[0].name
    session = answering(
        list_rules={"Rules": [{"Name": name, "Arn": "arn:r", "State": "ENABLED", "EventPattern": "{}"}]},
        list_targets_by_rule={"Targets": [{"Id": "t", "Arn": "arn:t", **target}]},
        list_tags_for_resource={"Tags": []},
    )
    return read_event_rules(session, SCOPE)[name].targets["t"]


def test_a_target_that_is_tried_as_by_default_sets_nothing() -> None:
    """An event that is never tried again, or is made into another, shows."""
    by_default = {"MaximumRetryAttempts": 185, "MaximumEventAgeInSeconds": 86_400}
    assert rule({"RetryPolicy": by_default}) == rule({})
    assert "RetryPolicy" in rule({"RetryPolicy": {"MaximumRetryAttempts": 0}}).other_settings
    assert "InputPath" in rule({"InputPath": "$.detail"}).other_settings
    assert rule({"Input": '{"b": 1, "a": 2}'}) == rule({"Input": '{"a":2,"b":1}'})


def test_a_topic_shows_what_is_set_otherwise_than_by_default() -> None:
    """Counters and AWS's own defaults are no settings."""
    attributes = {
        "TopicArn": "a",
        "Owner": "o",
        "SubscriptionsConfirmed": "3",
        "EffectiveDeliveryPolicy": "{}",
        "DisplayName": "",
        "TracingConfig": "PassThrough",
        "FifoTopic": "false",
    }
    (plain,) = read_topics(
        answering(get_topic_attributes={"Attributes": attributes}, list_tags_for_resource={"Tags": []}), SCOPE
    ).values()
    assert not isinstance(plain, Unread)
    assert (plain.other_settings, plain.policy) == ({}, {})
    changed = {**attributes, "DeliveryPolicy": '{"http": {}}'}
    (found,) = read_topics(
        answering(get_topic_attributes={"Attributes": changed}, list_tags_for_resource={"Tags": []}), SCOPE
    ).values()
    assert found == replace(plain, other_settings={"DeliveryPolicy": '{"http": {}}'})


@pytest.mark.parametrize(
    ("attributes", "shown"),
    [
        ({"MaximumMessageSize": "1048576", "VisibilityTimeout": "90"}, set()),
        ({"MaximumMessageSize": "1024"}, {"MaximumMessageSize"}),
        ({"RedrivePolicy": "{}"}, {"RedrivePolicy"}),
    ],
)
def test_a_queue_that_does_not_keep_every_event_shows(attributes: dict[str, str], shown: set[str]) -> None:
    """How large a message may be at most AWS has raised; how long readers wait is theirs."""
    name = SCOPE.names.dead_letters
    every = {"QueueArn": "a", "MessageRetentionPeriod": "60", **attributes}
    session = answering(
        list_queues={"QueueUrls": [f"https://sqs/1/{name}", f"https://sqs/1/{name}-other"]},
        get_queue_attributes={"Attributes": every},
    )
    found = read_queues(session, SCOPE)
    assert set(found) == {name}
    assert set(found[name].other_settings) == shown  # type: ignore[union-attr]


def test_a_bucket_without_any_setting_is_not_unread() -> None:
    """S3 has an error for each thing that is not set, and another for what may not be asked."""
    session = answering(
        get_bucket_tagging="NoSuchTagSet",
        get_bucket_versioning={},
        get_public_access_block="NoSuchPublicAccessBlockConfiguration",
        get_bucket_ownership_controls="OwnershipControlsNotFoundError",
        get_bucket_encryption="AccessDenied",
        get_bucket_policy="NoSuchBucketPolicy",
        get_bucket_lifecycle_configuration="NoSuchLifecycleConfiguration",
    )
    (bucket,) = read_report_buckets(session, SCOPE).values()
    assert (bucket.versioning, bucket.blocked, bucket.ownership) == ("never enabled", (), "not set")
    assert (bucket.policy, bucket.expiry, bucket.tags) == ({}, {}, {})
    assert isinstance(bucket.encryption, Unread)
    assert read_report_buckets(answering(get_bucket_tagging="NoSuchBucket"), SCOPE) == {}


def test_a_delegated_administrator_has_its_state_under_either_name() -> None:
    """AWS takes the member `Status` away, which some answer still."""
    for member in ("State", "Status"):
        listed = {"DelegatedAdministrators": [{"Id": "2", member: "SUSPENDED"}]}
        (found,) = read_administrators(answering(list_delegated_administrators=listed), SCOPE).values()
        assert found.state == "SUSPENDED"


ALARM = {
    "AlarmName": "a",
    "AlarmArn": "arn:a",
    "ActionsEnabled": True,
    "EvaluationPeriods": 1,
    "ComparisonOperator": "LessThanThreshold",
    "Threshold": 1.0,
    "Namespace": "AWS/Backup",
    "MetricName": "m",
    "Statistic": "Sum",
    "Period": 3600,
}


def test_the_state_of_an_alarm_is_no_setting() -> None:
    """Nor is what AWS writes down about it; what nobody asks for shows."""
    state = {
        "StateValue": "ALARM",
        "StateReason": "because",
        "StateUpdatedTimestamp": datetime(2026, 11, 27, tzinfo=UTC),
        "EvaluationState": "PARTIAL_DATA",
        "InsufficientDataActions": [],
        "Dimensions": [],
    }
    assert alarm_form({**ALARM, **state}, {}) == alarm_form(ALARM, {})
    assert set(alarm_form({**ALARM, "DatapointsToAlarm": 3}, {}).other_settings) == {"DatapointsToAlarm"}
    assert alarm_form(ALARM, {}).missing_data == "missing"
