"""Which calls `validate` makes, how many, and what it says where one of them is refused."""

from collections import Counter
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.validate import around_states, validate_states
from tests.validate.deploying import deploy, session_of
from tests.validate.emulating import emulated
from tierkeep.aws import UnitSession, open_unit
from tierkeep.desired.model import DesiredUnit
from tierkeep.validate.findings import UnitResult
from tierkeep.validate.run import OpenUnit, validate_units

STATES = (validate_states.STATE, around_states.STATE)

OPERATIONS = {
    ("kms", "ListAliases"): {"drift.key", "drift.vault", "drift.snapshot-policy", "drift.events"},
    ("kms", "DescribeKey"): {"drift.key"},
    ("kms", "GetKeyRotationStatus"): {"drift.key"},
    ("kms", "GetKeyPolicy"): {"drift.key"},
    ("kms", "ListGrants"): {"drift.key"},
    ("kms", "ListResourceTags"): {"drift.key"},
    ("backup", "ListBackupVaults"): {"drift.vault"},
    ("backup", "GetBackupVaultAccessPolicy"): {"drift.vault"},
    ("backup", "ListTags"): {
        "drift.vault",
        "drift.backup-plan",
        "drift.restore-testing",
        "drift.framework",
        "drift.reports",
    },
    ("backup", "ListBackupPlans"): {"drift.backup-plan", "drift.framework"},
    ("backup", "GetBackupPlan"): {"drift.backup-plan"},
    ("backup", "ListBackupSelections"): {"drift.backup-plan"},
    ("backup", "GetBackupSelection"): {"drift.backup-plan"},
    ("dlm", "GetLifecyclePolicies"): {"drift.snapshot-policy", "drift.alarm"},
    ("dlm", "GetLifecyclePolicy"): {"drift.snapshot-policy", "drift.alarm"},
    ("ssm", "ListDocuments"): {"drift.script-document"},
    ("ssm", "GetDocument"): {"drift.script-document"},
    ("ssm", "DescribeDocument"): {"drift.script-document"},
    ("iam", "GetRole"): {"drift.role"},
    ("iam", "ListRolePolicies"): {"drift.role"},
    ("iam", "GetRolePolicy"): {"drift.role"},
    ("iam", "ListAttachedRolePolicies"): {"drift.role"},
    ("iam", "GetPolicy"): {"drift.role"},
    ("iam", "GetPolicyVersion"): {"drift.role"},
    ("stepfunctions", "DescribeStateMachine"): {"drift.state-machine"},
    ("stepfunctions", "ListTagsForResource"): {"drift.state-machine"},
    ("scheduler", "GetSchedule"): {"drift.state-machine"},
    ("logs", "DescribeLogGroups"): {"drift.state-machine"},
    ("logs", "ListTagsForResource"): {"drift.state-machine"},
    ("resourcegroupstaggingapi", "GetResources"): {"drift.table", "drift.alarm"},
    ("dynamodb", "DescribeContinuousBackups"): {"drift.table"},
    ("backup", "ListRestoreTestingPlans"): {"drift.restore-testing"},
    ("backup", "GetRestoreTestingPlan"): {"drift.restore-testing"},
    ("backup", "ListRestoreTestingSelections"): {"drift.restore-testing"},
    ("backup", "GetRestoreTestingSelection"): {"drift.restore-testing"},
    ("backup", "ListFrameworks"): {"drift.framework", "drift.reports"},
    ("backup", "DescribeFramework"): {"drift.framework", "drift.reports"},
    ("backup", "ListReportPlans"): {"drift.reports"},
    ("s3", "GetBucketTagging"): {"drift.reports"},
    ("s3", "GetBucketVersioning"): {"drift.reports"},
    ("s3", "GetPublicAccessBlock"): {"drift.reports"},
    ("s3", "GetBucketOwnershipControls"): {"drift.reports"},
    ("s3", "GetBucketEncryption"): {"drift.reports"},
    ("s3", "GetBucketPolicy"): {"drift.reports"},
    ("s3", "GetBucketLifecycleConfiguration"): {"drift.reports"},
    ("backup", "DescribeRegionSettings"): {"drift.opt-in"},
    ("sns", "GetTopicAttributes"): {"drift.events"},
    ("sns", "ListTagsForResource"): {"drift.events"},
    ("sns", "ListSubscriptionsByTopic"): {"drift.events"},
    ("sns", "GetSubscriptionAttributes"): {"drift.events"},
    ("sqs", "ListQueues"): {"drift.events"},
    ("sqs", "GetQueueAttributes"): {"drift.events"},
    ("sqs", "ListQueueTags"): {"drift.events"},
    ("events", "ListRules"): {"drift.events"},
    ("events", "ListTagsForResource"): {"drift.events"},
    ("events", "ListTargetsByRule"): {"drift.events"},
    ("backup", "GetBackupVaultNotifications"): {"drift.events"},
    ("cloudwatch", "DescribeAlarms"): {"drift.alarm"},
    ("cloudwatch", "GetDashboard"): {"drift.dashboard"},
    ("budgets", "DescribeBudgets"): {"drift.budget"},
    ("budgets", "ListTagsForResource"): {"drift.budget"},
    ("budgets", "DescribeNotificationsForBudget"): {"drift.budget"},
    ("budgets", "DescribeSubscribersForNotification"): {"drift.budget"},
    ("backup", "DescribeGlobalSettings"): {"drift.organization"},
    ("organizations", "ListDelegatedAdministrators"): {"drift.organization"},
    ("organizations", "ListPolicies"): {"drift.organization"},
    ("organizations", "DescribePolicy"): {"drift.organization"},
    ("organizations", "ListTargetsForPolicy"): {"drift.organization"},
    ("organizations", "ListTagsForResource"): {"drift.organization"},
}
"""Every call, by service and operation, with the checks that cannot do without it."""


@pytest.fixture(scope="module", autouse=True)
def deployed_once() -> Iterator[None]:
    """Both states, deployed for all tests of this module, which change nothing."""
    with pytest.MonkeyPatch.context() as patch, emulated(patch):
        for state in STATES:
            deploy(state, session_of)
        yield


def validated(open_session: OpenUnit, *units: DesiredUnit) -> list[UnitResult]:
    """The results of these units, or of all."""
    return [
        result
        for state in STATES
        for result in validate_units(
            state,
            [unit for unit in state.units if not units or unit in units],
            open_session=open_session,
            on_done=lambda _: None,
        )
    ]


@cache
def _session(account_id: str, region: str) -> tuple[UnitSession, list[Callable[[str, str], None]]]:
    """A session for all tests, since its clients take seconds to make, and who hears of its calls."""
    session = open_unit(
        unit=f"{account_id}/{region}",
        account_id=account_id,
        region=region,
        role_arn=f"arn:aws:iam::{account_id}:role/anybody",
        session_name="test",
    )
    hearers: list[Callable[[str, str], None]] = []

    def tell(model: Any, service: str) -> None:
        for hear in hearers:
            hear(service, model.name)

    for service in {service for service, _ in OPERATIONS}:
        session.client(service).meta.events.register(
            f"before-call.{service}", lambda model, service=service, **_: tell(model, service)
        )
    return session, hearers


def opening(hear: Callable[[str, str], None]) -> OpenUnit:
    """Opens sessions that tell of each call, by service and operation, before it is made."""

    def open_heard(**unit: Any) -> UnitSession:
        session, hearers = _session(unit["account_id"], unit["region"])
        hearers[:] = [hear]
        return session

    return open_heard


def test_the_operations_that_are_used_are_known() -> None:
    """The table above, by which refusals are tried, holds every call that a run makes."""
    calls: set[tuple[str, str]] = set()
    validated(opening(lambda *call: calls.add(call)))
    assert calls == set(OPERATIONS)


@pytest.mark.parametrize("refused", OPERATIONS, ids=":".join)
def test_a_refused_call_is_unknown_where_it_was_needed_and_nowhere_else(refused: tuple[str, str]) -> None:
    """AccessDenied on any one call: no finding, UNKNOWN with the cause for its checks, others as before."""

    def refuse(*call: str) -> None:
        if call == refused:
            raise ClientError({"Error": {"Code": "AccessDeniedException", "Message": "no"}}, call[1])

    asked = [unit for unit in (validate_states.HOME_UNIT, around_states.UNIT) if calls_of(unit)[refused]]
    results = validated(opening(refuse), *asked)
    assert [finding for result in results for finding in result.findings] == []
    unknown = {
        check for result in results for check, verdict in result.verdicts.items() if verdict == "UNKNOWN"
    }
    assert unknown == OPERATIONS[refused]
    causes = {(entry.cause.service, entry.cause.code) for result in results for entry in result.unknowns}
    assert causes == {(refused[0], "AccessDeniedException")}


IN_EACH_UNIT = {
    ("kms", "ListAliases"): 1,
    ("backup", "ListBackupVaults"): 1,
    ("backup", "ListBackupPlans"): 1,
    ("dlm", "GetLifecyclePolicies"): 1,
    ("ssm", "ListDocuments"): 1,
    ("logs", "DescribeLogGroups"): 1,
    ("backup", "ListRestoreTestingPlans"): 1,
    ("backup", "ListFrameworks"): 1,
    ("backup", "ListReportPlans"): 1,
    ("s3", "GetBucketTagging"): 1,
    ("sns", "GetTopicAttributes"): 1,
    ("sqs", "ListQueues"): 1,
    ("events", "ListRules"): 1,
    ("cloudwatch", "DescribeAlarms"): 1,
    ("cloudwatch", "GetDashboard"): 1,
}
"""What is asked whatever a unit holds."""


@cache
def calls_of(unit: DesiredUnit) -> Counter[tuple[str, str]]:
    calls: list[tuple[str, str]] = []
    validated(opening(lambda *call: calls.append(call)), unit)
    return Counter(calls)


def test_each_thing_is_read_once() -> None:
    """A unit takes one call for each listing and each thing in it."""
    assert calls_of(validate_states.HOME_UNIT) == {
        **IN_EACH_UNIT,
        ("kms", "ListAliases"): 2,  # its own and the target Region's
        **dict.fromkeys(
            (
                ("kms", "DescribeKey"),
                ("kms", "GetKeyRotationStatus"),
                ("kms", "GetKeyPolicy"),
                ("kms", "ListGrants"),
                ("kms", "ListResourceTags"),
                ("backup", "GetBackupPlan"),
                ("backup", "ListBackupSelections"),
                ("backup", "GetBackupSelection"),
                ("ssm", "GetDocument"),
                ("ssm", "DescribeDocument"),
                ("stepfunctions", "DescribeStateMachine"),
                ("stepfunctions", "ListTagsForResource"),
                ("scheduler", "GetSchedule"),
                ("logs", "ListTagsForResource"),
                ("resourcegroupstaggingapi", "GetResources"),
            ),
            1,
        ),
        ("backup", "ListTags"): 3,
        ("backup", "GetBackupVaultAccessPolicy"): 2,
        ("dlm", "GetLifecyclePolicy"): 6,
        ("iam", "GetRole"): 3,
        ("iam", "ListRolePolicies"): 3,
        ("iam", "GetRolePolicy"): 2,
        ("iam", "ListAttachedRolePolicies"): 3,
        ("iam", "GetPolicy"): 2,
        ("iam", "GetPolicyVersion"): 2,
        ("dynamodb", "DescribeContinuousBackups"): 2,
    }


def test_what_is_around_takes_no_more_calls_than_it_must() -> None:
    """All alarms and their tags are two calls, all report plans one and their tags; what AWS tells one by one
    is read one by one."""
    unit = around_states.UNIT
    events, organization = unit.events, unit.organization
    assert events
    assert organization
    calls = calls_of(unit)
    for listing, number in IN_EACH_UNIT.items():
        assert (listing, calls[listing]) == (listing, number)
    assert calls["resourcegroupstaggingapi", "GetResources"] == 1
    assert calls["cloudwatch", "ListTagsForResource"] == 0
    assert calls["backup", "GetRestoreTestingPlan"] == len(unit.restore_testing)
    selections = sum(len(each.selections) for each in unit.restore_testing)
    assert calls["backup", "GetRestoreTestingSelection"] == selections
    assert calls["backup", "DescribeFramework"] == len(unit.frameworks)
    assert calls["backup", "DescribeReportPlan"] == 0
    assert calls["sns", "GetSubscriptionAttributes"] == len(events.topic.emails)
    assert calls["events", "ListTargetsByRule"] == len(events.rules)
    assert calls["backup", "GetBackupVaultNotifications"] == len(events.notifications)
    alerts = sum(len(each.alerts) for each in unit.budgets)
    assert calls["budgets", "DescribeSubscribersForNotification"] == alerts
    assert calls["organizations", "DescribePolicy"] == 2
