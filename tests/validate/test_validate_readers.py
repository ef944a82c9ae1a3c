"""AWS's answers in one normal form: what AWS fills in shows nowhere, what somebody sets shows somewhere."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import botocore.session
import pytest
from hypothesis import given, strategies

from tests.validate.common_states import DR
from tests.validate.deploying import rule_request
from tests.validate.dlm_requests import policy_request
from tests.validate.snapshot_states import INSTANCE_POLICY, POLICY
from tests.validate.validate_states import DAILY, PLAN
from tierkeep.desired.model import Scripts
from tierkeep.validate import normal
from tierkeep.validate.difference import differences
from tierkeep.validate.expected import plan_form, policy_form
from tierkeep.validate.forms import LifecycleForm, LockForm
from tierkeep.validate.readers.backup import backup_options, lock_form, rule_form, selection_form
from tierkeep.validate.readers.dlm import policy_form as read_policy_form
from tierkeep.validate.readers.dlm import schedule_form

RULE = {"RuleName": "daily", "TargetBackupVaultName": "vault", "RuleId": "id"}
SCHEDULE = {
    "Name": "daily",
    "CreateRule": {"Interval": 24},
    "RetainRule": {"Interval": 1, "IntervalUnit": "DAYS"},
}
POLICY_ANSWER: dict[str, Any] = {
    **policy_request(POLICY, {(DR, "alias/campus-critical-copies"): "alias/campus-critical-copies"}),
    "PolicyId": "policy-1",
}


def test_scripts_of_aws_own_have_no_stages_or_timeout_of_ours() -> None:
    """What AWS answers for them is its own affair; what is left out is by default as it documents."""
    vss = replace(
        INSTANCE_POLICY,
        schedules=(
            replace(
                INSTANCE_POLICY.schedules[0],
                scripts=Scripts(
                    handler="AWS_VSS_BACKUP",
                    timeout_seconds=None,
                    retries=0,
                    crash_consistent_on_failure=True,
                    origin=(),
                ),
            ),
        ),
    )
    answer = {**policy_request(INSTANCE_POLICY, {}), "PolicyId": "policy-1"}
    for script in ({}, {"ExecutionTimeout": 10, "MaximumRetryCount": 0, "Stages": ["PRE", "POST"]}):
        rule = {"Scripts": [{"ExecutionHandler": "AWS_VSS_BACKUP", **script}]}
        answer["PolicyDetails"]["Schedules"][0]["CreateRule"].update(rule)
        assert list(differences(policy_form(vss), read_policy_form(answer))) == []


def test_an_unset_rule_has_aws_defaults() -> None:
    """What AWS fills in when it is not set is filled in here as well."""
    filled_in = {
        "ScheduleExpression": "cron(0 5 ? * * *)",
        "ScheduleExpressionTimezone": "Etc/UTC",
        "StartWindowMinutes": 480,
        "CompletionWindowMinutes": 10080,
        "EnableContinuousBackup": False,
        "Lifecycle": {"OptInToArchiveForSupportedResources": False},
        "CopyActions": [],
        "RecoveryPointTags": {},
        "IndexActions": [],
    }
    assert rule_form(RULE) == rule_form({**RULE, **filled_in})


@pytest.mark.parametrize(
    "unset", [{}, {"DeleteAfterDays": 0}, {"DeleteAfterDays": -1}, {"DeleteAfterDays": None}]
)
def test_unset_days_are_never(unset: dict[str, Any]) -> None:
    """Absent, 0 and -1 all mean never."""
    never = LifecycleForm(cold_storage_after_days=None, delete_after_days=None)
    assert rule_form({**RULE, "Lifecycle": unset}).lifecycle == never


def test_a_vault_is_locked_where_aws_says_so() -> None:
    """A day from which a lock is final is compliance mode; an unset bound of its range is none."""
    assert lock_form({"Locked": False, "MinRetentionDays": 0}) is lock_form({}) is None
    liftable = lock_form({"Locked": True, "MinRetentionDays": 7, "MaxRetentionDays": 0})
    assert liftable == LockForm(mode="governance", min_retention_days=7, max_retention_days=None)
    final = lock_form({"Locked": True, "LockDate": datetime(2027, 6, 30, 12, tzinfo=UTC)})
    assert str(final) == "a lock in compliance mode, final from 2027-06-30T12:00:00+00:00"


@pytest.mark.parametrize(
    "empty", [{}, {"Conditions": {}}, {"Conditions": {"StringLike": []}}, {"ListOfTags": []}]
)
def test_empty_conditions_are_none(empty: dict[str, Any]) -> None:
    """AWS answers empty structures on every selection; they are no drift."""
    plain = selection_form({"SelectionName": "s", "IamRoleArn": "r"})
    assert selection_form({"SelectionName": "s", "IamRoleArn": "r", **empty}) == plain


def test_options_that_are_disabled_are_not_set() -> None:
    """AWS's default; any other option of any type of resource shows."""
    options = {"WindowsVSS": "disabled", "Other": "x"}
    settings = [{"ResourceType": "EC2", "BackupOptions": options}, {"ResourceType": "EBS"}]
    assert backup_options({"AdvancedBackupSettings": settings}) == {"EC2.Other": "x"}
    assert backup_options({}) == backup_options({"AdvancedBackupSettings": []}) == {}


def test_conditions_that_widen_a_selection_show() -> None:
    """A tag list, an excluded resource or another operator than equality changes what is protected."""
    form = selection_form(
        {
            "SelectionName": "s",
            "IamRoleArn": "r",
            "ListOfTags": [{"ConditionType": "STRINGEQUALS", "ConditionKey": "a", "ConditionValue": "b"}],
            "NotResources": ["arn:aws:ec2:*"],
            "Conditions": {"StringLike": [{"ConditionKey": "aws:ResourceTag/a", "ConditionValue": "b*"}]},
        }
    )
    assert set(form.other_settings) == {"ListOfTags", "NotResources", "StringLike"}


def test_what_dlm_fills_in_is_no_drift() -> None:
    """Filled-in parameters, locations, languages and zeros are the defaults that they are."""
    details = {
        **POLICY_ANSWER["PolicyDetails"],
        "ResourceLocations": ["CLOUD"],
        "PolicyLanguage": "STANDARD",
        "Parameters": {"ExcludeBootVolume": False, "NoReboot": False},
    }
    answer = {**POLICY_ANSWER, "StatusMessage": "ENABLED", "PolicyDetails": details}
    assert read_policy_form(answer) == read_policy_form(POLICY_ANSWER)
    retain = {"Interval": 1, "IntervalUnit": "DAYS", "Count": 0}
    filled = {**SCHEDULE, "RetainRule": retain, "CreateRule": {"Interval": 24, "IntervalUnit": "HOURS"}}
    assert schedule_form(filled) == schedule_form(SCHEDULE)
    cron = {"CronExpression": "cron(0 6 ? * SUN *)"}
    assert schedule_form({**SCHEDULE, "CreateRule": {**cron, "Times": ["06:00"]}}) == schedule_form(
        {**SCHEDULE, "CreateRule": cron}
    )


def test_what_was_asked_for_reads_back_equal() -> None:
    """Rules and policies sent to AWS and answered unchanged have the forms of the desired state."""
    assert read_policy_form(POLICY_ANSWER) == policy_form(POLICY)
    (asked, *_) = plan_form(replace(PLAN, rules=(DAILY,))).rules.values()
    assert rule_form(rule_request(DAILY)) == asked


def test_a_policy_in_error_carries_the_message() -> None:
    """The message says why, so it stands in the finding."""
    answer = {**POLICY_ANSWER, "State": "ERROR", "StatusMessage": "role cannot be assumed"}
    assert read_policy_form(answer).status == "ERROR: role cannot be assumed"


def test_retention_by_count_is_told_from_retention_by_age() -> None:
    """The two read differently, and so does none."""
    texts = [
        schedule_form({**SCHEDULE, "RetainRule": rule}).retain
        for rule in ({"Count": 7}, {"Interval": 7, "IntervalUnit": "DAYS"}, {})
    ]
    assert texts == ["7 snapshots", "7 DAYS", "no limit"]


def test_names_that_come_twice_are_both_kept() -> None:
    """A second rule of one name cannot hide behind the first."""
    assert normal.keyed([("a", 1), ("a", 2), ("b", 3), ("a", 4)]) == {"a": 1, "a#2": 2, "b": 3, "a#3": 4}


@given(strategies.lists(strategies.tuples(strategies.sampled_from(["a", "a#2", "b"]), strategies.integers())))
def test_nothing_is_lost_to_a_name(items: list[tuple[str, int]]) -> None:
    """However names repeat, every item is there."""
    assert sorted(normal.keyed(items).values()) == sorted(item for _, item in items)


def sample(shape: Any, depth: int = 0) -> Any:
    """A value of a shape of botocore that is no default."""
    match shape.type_name:
        case "structure":
            return {name: sample(member, depth + 1) for name, member in shape.members.items() if depth < 6}
        case "list":
            return [sample(shape.member, depth + 1)]
        case "map":
            return {"key": "value"}
        case "string":
            # STANDARD is the default of the one enumeration that has it.
            return next((value for value in reversed(shape.enum) if value != "STANDARD"), "sample")
        case "boolean":
            return True
        case "integer" | "long":
            return 77
    raise TypeError(shape.type_name)


def members(service: str, structure: str, ignored: dict[str, str]) -> list[Any]:
    model = botocore.session.get_session().get_service_model(service)
    shape = model.shape_for(structure)
    return [
        pytest.param(name, sample(member), id=name)
        for name, member in shape.members.items()
        if name not in ignored
    ]


NO_SETTING = {"RuleName": "the rule is found by it", "RuleId": "AWS's own id", "Name": "found by it",
              "SelectionName": "found by it"}  # fmt: skip


@pytest.mark.parametrize(("member", "value"), members("backup", "BackupRule", NO_SETTING))
def test_no_setting_of_a_rule_is_invisible(member: str, value: Any) -> None:
    """Whatever AWS's model of a rule can hold changes the form when it is set, known to us or not."""
    assert rule_form({**RULE, member: value}) != rule_form(RULE)


@pytest.mark.parametrize(("member", "value"), members("backup", "Lifecycle", {}))
def test_no_setting_of_a_lifecycle_is_invisible(member: str, value: Any) -> None:
    """The same of a rule's lifecycle and of its copies'."""
    copy = {"DestinationBackupVaultArn": "arn"}
    plain = rule_form({**RULE, "CopyActions": [copy]})
    assert rule_form({**RULE, "CopyActions": [copy], "Lifecycle": {member: value}}) != plain
    assert rule_form({**RULE, "CopyActions": [{**copy, "Lifecycle": {member: value}}]}) != plain


@pytest.mark.parametrize(("member", "value"), members("backup", "BackupSelection", NO_SETTING))
def test_no_setting_of_a_selection_is_invisible(member: str, value: Any) -> None:
    """The same of a selection."""
    plain = {"SelectionName": "s", "IamRoleArn": "r"}
    assert selection_form({**plain, member: value}) != selection_form(plain)


@pytest.mark.parametrize(("member", "value"), members("dlm", "Schedule", NO_SETTING))
def test_no_setting_of_a_schedule_is_invisible(member: str, value: Any) -> None:
    """The same of a snapshot policy's schedule."""
    assert schedule_form({**SCHEDULE, member: value}) != schedule_form(SCHEDULE)


@pytest.mark.parametrize(("member", "value"), members("dlm", "CrossRegionCopyRule", {}))
def test_no_setting_of_a_copy_rule_is_invisible(member: str, value: Any) -> None:
    """The same of a cross-region copy rule."""
    plain = {**SCHEDULE, "CrossRegionCopyRules": [{}]}
    assert schedule_form({**SCHEDULE, "CrossRegionCopyRules": [{member: value}]}) != schedule_form(plain)


@pytest.mark.parametrize(("member", "value"), members("dlm", "PolicyDetails", {}))
def test_no_setting_of_a_policy_is_invisible(member: str, value: Any) -> None:
    """The same of a policy's details."""
    details = {"Schedules": []}
    plain = {**POLICY_ANSWER, "PolicyDetails": details}
    assert read_policy_form({**plain, "PolicyDetails": {**details, member: value}}) != read_policy_form(plain)
