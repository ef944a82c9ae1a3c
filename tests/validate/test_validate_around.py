"""What stands around vaults and plans, observed in the emulator: as deployed, and after changes by hand."""

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from tests.validate.around_states import CATALOG, OTHER, REGION, STATE, UNIT, around
from tests.validate.deploying import deploy, session_of
from tests.validate.deploying_around import alarm_request, as_list, delegate, deploy_logs, expire
from tierkeep.aws import UnitSession, open_unit
from tierkeep.desired.policies import dead_letter_policy
from tierkeep.validate.difference import Kind
from tierkeep.validate.findings import Finding, UnitResult
from tierkeep.validate.run import OpenUnit, validate_units
from tierkeep.watching import alarms

Tamper = Callable[[UnitSession], object]
EVENTS, BUCKET, GUARD = UNIT.events, UNIT.report_bucket, UNIT.organization and UNIT.organization.guard
assert EVENTS
assert BUCKET
assert GUARD
TOPIC, QUEUE = EVENTS.topic, EVENTS.dead_letters
(ALARM, *_) = (each for each in alarms(UNIT) if each.expression)
TEST, MACHINE = UNIT.restore_testing[0], UNIT.state_machines[0]
FRAMEWORK, BUDGET = UNIT.frameworks[0], UNIT.budgets[0]
OURS = {"tierkeep:catalog": STATE.name}


@pytest.fixture
def deployed(aws: None) -> None:
    """All of the unit, deployed."""
    deploy(STATE, session_of)


pytestmark = pytest.mark.usefixtures("deployed")


def validated(open_session: OpenUnit = open_unit) -> tuple[UnitResult, ...]:
    return validate_units(STATE, STATE.units, open_session=open_session, on_done=lambda _: None)


def found(results: tuple[UnitResult, ...]) -> list[Finding]:
    assert [each for result in results for each in result.unknowns] == []
    return [finding for result in results for finding in result.findings]


def delete_document(session: UnitSession) -> None:
    session.call("ssm", "delete_document", Name="quiesce")


def keep_logs_shorter(session: UnitSession) -> None:
    session.call("logs", "put_retention_policy", logGroupName=MACHINE.log_group, retentionInDays=30)


def leave_old_logs(session: UnitSession) -> None:
    deploy_logs(session, replace(MACHINE, log_group=f"{MACHINE.log_group}-old"))


def look_back_less(session: UnitSession) -> None:
    plan = session.call("backup", "get_restore_testing_plan", RestoreTestingPlanName=TEST.name)
    points = {**plan["RestoreTestingPlan"]["RecoveryPointSelection"], "SelectionWindowDays": 2}
    session.call(
        "backup",
        "update_restore_testing_plan",
        RestoreTestingPlanName=TEST.name,
        RestoreTestingPlan={"RecoveryPointSelection": points},
    )


def delete_selection(session: UnitSession) -> None:
    session.call(
        "backup",
        "delete_restore_testing_selection",
        RestoreTestingPlanName=TEST.name,
        RestoreTestingSelectionName="files_efs",
    )


def drop_control(session: UnitSession) -> None:
    controls = session.call("backup", "describe_framework", FrameworkName=FRAMEWORK.name)["FrameworkControls"]
    kept = [each for each in controls if each["ControlName"] != "BACKUP_RECOVERY_POINT_ENCRYPTED"]
    session.call("backup", "update_framework", FrameworkName=FRAMEWORK.name, FrameworkControls=kept)


def stop_recording(session: UnitSession) -> None:
    session.call("config", "stop_configuration_recorder", ConfigurationRecorderName="default")


def leave_old_framework(session: UnitSession) -> None:
    control = {"ControlName": "BACKUP_RECOVERY_POINT_ENCRYPTED"}
    session.call(
        "backup",
        "create_framework",
        FrameworkName="library_1_old",
        FrameworkControls=[control],
        FrameworkTags=OURS,
    )


def report_in_json(session: UnitSession) -> None:
    plan = session.call("backup", "describe_report_plan", ReportPlanName="library_1_copy_job")["ReportPlan"]
    channel = {**plan["ReportDeliveryChannel"], "Formats": ["JSON"]}
    session.call(
        "backup", "update_report_plan", ReportPlanName="library_1_copy_job", ReportDeliveryChannel=channel
    )


def open_bucket(session: UnitSession) -> None:
    session.call("s3", "delete_public_access_block", Bucket=BUCKET.name)


def keep_reports_shorter(session: UnitSession) -> None:
    expire(session, BUCKET.name, 30)


def opt_out(session: UnitSession) -> None:
    session.call("backup", "update_region_settings", ResourceTypeOptInPreference={"EFS": False})


def unsubscribe(session: UnitSession) -> None:
    (arn,) = (
        each["SubscriptionArn"]
        for each in session.pages("sns", "list_subscriptions_by_topic", "Subscriptions", TopicArn=TOPIC.arn)
        if each["Endpoint"] == "one@example.org"
    )
    session.call("sns", "unsubscribe", SubscriptionArn=arn)


def let_anybody_publish(session: UnitSession) -> None:
    anybody = {
        "Sid": "Anybody",
        "Effect": "Allow",
        "Principal": "*",
        "Action": "sns:Publish",
        "Resource": TOPIC.arn,
    }
    policy = json.loads(
        session.call("sns", "get_topic_attributes", TopicArn=TOPIC.arn)["Attributes"]["Policy"]
    )
    policy["Statement"].append(anybody)
    session.call(
        "sns",
        "set_topic_attributes",
        TopicArn=TOPIC.arn,
        AttributeName="Policy",
        AttributeValue=json.dumps(policy),
    )


def keep_undelivered_shorter(session: UnitSession) -> None:
    """With the policy, which moto forgets otherwise."""
    url = session.call("sqs", "get_queue_url", QueueName=QUEUE.name)["QueueUrl"]
    attributes = {"MessageRetentionPeriod": "3600", "Policy": json.dumps(dead_letter_policy(EVENTS))}
    session.call("sqs", "set_queue_attributes", QueueUrl=url, Attributes=attributes)


def disable_rule(session: UnitSession) -> None:
    session.call("events", "disable_rule", Name="library-1-failed-jobs")


def tell_somebody_else(session: UnitSession) -> None:
    target = {"Id": "by-hand", "Arn": f"arn:aws:sns:{REGION}:{session.account_id}:elsewhere"}
    session.call("events", "put_targets", Rule="library-1-incomplete-jobs", Targets=[target])


def leave_old_rule(session: UnitSession) -> None:
    pattern = json.dumps({"source": ["aws.backup"]})
    session.call(
        "events",
        "put_rule",
        Name="library-1-old",
        EventPattern=pattern,
        Tags=as_list((("tierkeep:catalog", STATE.name),)),
    )


def silence_vault(session: UnitSession) -> None:
    session.call("backup", "delete_backup_vault_notifications", BackupVaultName="library-1-files")


def silence_alarm(session: UnitSession) -> None:
    session.call("cloudwatch", "disable_alarm_actions", AlarmNames=[ALARM.name])


def leave_old_alarm(session: UnitSession) -> None:
    old = replace(ALARM, name="library-1-old")
    session.call("cloudwatch", "put_metric_alarm", **alarm_request(old, {}))


def change_dashboard(session: UnitSession) -> None:
    name = "library-1-backups-eu-west-1"
    body = json.loads(session.call("cloudwatch", "get_dashboard", DashboardName=name)["DashboardBody"])
    body["start"] = "-P1D"
    session.call("cloudwatch", "put_dashboard", DashboardName=name, DashboardBody=json.dumps(body))


def raise_limit(session: UnitSession) -> None:
    account = session.account_id
    budget = session.call("budgets", "describe_budgets", AccountId=account)["Budgets"][0]
    changed = {**budget, "BudgetLimit": {"Amount": "5000", "Unit": "USD"}}
    session.call("budgets", "update_budget", AccountId=account, NewBudget=changed)


def close_to_copies(session: UnitSession) -> None:
    settings = {"isCrossAccountBackupEnabled": "false"}
    session.call("backup", "update_global_settings", GlobalSettings=settings)


def end_delegation(session: UnitSession) -> None:
    session.call(
        "organizations",
        "deregister_delegated_administrator",
        AccountId=OTHER,
        ServicePrincipal="backup.amazonaws.com",
    )


def guard_policy(session: UnitSession) -> str:
    listed = session.pages("organizations", "list_policies", "Policies", Filter="SERVICE_CONTROL_POLICY")
    return next(str(each["Id"]) for each in listed if each["Name"] == GUARD.name)


def unguard(session: UnitSession) -> None:
    session.call("organizations", "detach_policy", PolicyId=guard_policy(session), TargetId=OTHER)


def weaken_guard(session: UnitSession) -> None:
    policy = guard_policy(session)
    answer = session.call("organizations", "describe_policy", PolicyId=policy)
    content = json.loads(answer["Policy"]["Content"])
    kept = [each for each in content["Statement"] if each["Sid"] != "GuardKeys"]
    weaker = json.dumps({**content, "Statement": kept})
    session.call("organizations", "update_policy", PolicyId=policy, Content=weaker)


FULL = "BlockPublicAcls BlockPublicPolicy IgnorePublicAcls RestrictPublicBuckets"
TAMPERINGS: dict[Tamper, tuple[tuple[str, str, Kind, Any, Any], ...]] = {
    delete_document: (("quiesce", "existence", Kind.MISSING, ..., None),),
    keep_logs_shorter: ((MACHINE.log_group, "retention_days", Kind.CHANGED, 365, 30),),
    leave_old_logs: ((f"{MACHINE.log_group}-old", "existence", Kind.UNEXPECTED, None, ...),),
    look_back_less: ((TEST.name, "window_days", Kind.CHANGED, TEST.window_days, 2),),
    delete_selection: ((TEST.name, "selections[files_efs]", Kind.MISSING, ..., None),),
    drop_control: ((FRAMEWORK.name, "controls[BACKUP_RECOVERY_POINT_ENCRYPTED]", Kind.MISSING, ..., None),),
    stop_recording: ((FRAMEWORK.name, "status", Kind.CHANGED, "ACTIVE", "INACTIVE"),),
    leave_old_framework: (("library_1_old", "existence", Kind.UNEXPECTED, None, ...),),
    report_in_json: (("library_1_copy_job", "formats", Kind.CHANGED, ("CSV", "JSON"), ("JSON",)),),
    open_bucket: ((BUCKET.name, "blocked", Kind.CHANGED, tuple(FULL.split()), ()),),
    keep_reports_shorter: (
        (BUCKET.name, "expiry[expire].after_days", Kind.CHANGED, BUCKET.keep_days, 30),
        (BUCKET.name, "expiry[expire].noncurrent_after_days", Kind.CHANGED, BUCKET.keep_days, 30),
    ),
    opt_out: (("EFS", "opted_in", Kind.CHANGED, True, False),),
    unsubscribe: ((TOPIC.name, "subscriptions[email:one@example.org]", Kind.MISSING, ..., None),),
    let_anybody_publish: ((TOPIC.name, "policy[Anybody]", Kind.UNEXPECTED, None, ...),),
    keep_undelivered_shorter: ((QUEUE.name, "kept_seconds", Kind.CHANGED, 14 * 86_400, 3600),),
    disable_rule: (("library-1-failed-jobs", "state", Kind.CHANGED, "ENABLED", "DISABLED"),),
    tell_somebody_else: (("library-1-incomplete-jobs", "targets[by-hand]", Kind.UNEXPECTED, None, ...),),
    leave_old_rule: (("library-1-old", "existence", Kind.UNEXPECTED, None, ...),),
    silence_vault: (("library-1-files", "existence", Kind.MISSING, ..., None),),
    silence_alarm: ((ALARM.name, "enabled", Kind.CHANGED, True, False),),
    leave_old_alarm: (("library-1-old", "existence", Kind.UNEXPECTED, None, ...),),
    change_dashboard: (
        ("library-1-backups-eu-west-1", "settings[start]", Kind.CHANGED, '"-P14D"', '"-P1D"'),
    ),
    raise_limit: ((BUDGET.name, "limit", Kind.CHANGED, "100 USD", "5000 USD"),),
    close_to_copies: (("isCrossAccountBackupEnabled", "value", Kind.CHANGED, "true", "false"),),
    end_delegation: ((OTHER, "existence", Kind.MISSING, ..., None),),
    unguard: ((GUARD.name, f"targets[{OTHER}]", Kind.MISSING, ..., None),),
    weaken_guard: ((GUARD.name, "content[GuardKeys]", Kind.MISSING, ..., None),),
}


def test_changes_by_hand_are_found_and_nothing_else() -> None:
    """What was deployed shows no drift; then each change is a finding with resource, field, expected and
    actual, and whatever else anybody has there is theirs."""
    session = session_of(UNIT)
    assert found(validated()) == []
    make_what_is_others(session)
    assert found(validated()) == []
    for tamper in TAMPERINGS:
        tamper(session)
    expected = {entry[:2]: entry[2:] for entries in TAMPERINGS.values() for entry in entries}
    findings = {(each.resource.name, each.field): each for each in found(validated())}
    assert sorted(findings) == sorted(expected)
    for place, finding in findings.items():
        kind, *values = expected[place]
        assert (place, finding.kind) == (place, kind)
        for wanted, actual in zip(values, (finding.expected, finding.actual), strict=True):
            assert (place, actual) == (place, actual if wanted is ... and actual else wanted)


def make_what_is_others(session: UnitSession) -> None:
    """Things without the catalog's tag, some with its prefix, and a subscription of a team's own."""
    others = [{"Key": "tierkeep:catalog", "Value": "library"}]
    session.call("logs", "create_log_group", logGroupName="/aws/vendedlogs/states/library-1-theirs")
    session.call("events", "put_rule", Name="library-1-theirs", EventPattern='{"source": ["theirs"]}')
    theirs = replace(ALARM, name="library-1-theirs", tags=(("tierkeep:catalog", "library"),))
    session.call("cloudwatch", "put_metric_alarm", **alarm_request(theirs, {}))
    session.call("cloudwatch", "put_dashboard", DashboardName="library-1-theirs", DashboardBody="{}")
    endpoint = f"arn:aws:sqs:{REGION}:{session.account_id}:theirs"
    session.call("sqs", "create_queue", QueueName="theirs")
    session.call("sns", "subscribe", TopicArn=TOPIC.arn, Protocol="sqs", Endpoint=endpoint)
    control = {"ControlName": "BACKUP_RESOURCES_PROTECTED_BY_BACKUP_PLAN"}
    session.call("backup", "create_framework", FrameworkName="library_1_theirs", FrameworkControls=[control])
    session.call(
        "organizations",
        "create_policy",
        Name="library-1-theirs",
        Description="",
        Type="SERVICE_CONTROL_POLICY",
        Content=json.dumps({"Version": "2012-10-17", "Statement": []}),
        Tags=others,
    )


def test_what_the_catalog_asked_for_before_is_unexpected() -> None:
    """Once it asks for none of it, each thing that is left is found by its name or its tag."""
    tiers = {name: dict(tier) for name, tier in CATALOG["tiers"].items()}
    state = around(audit=None, drills=None, events=None, watching=None, tiers=tiers)
    results = validate_units(state, state.units, on_done=lambda _: None)
    left = {each.resource.name for each in found(results) if each.kind is Kind.UNEXPECTED}
    assert left == {
        *(each.name for each in UNIT.restore_testing),
        *(each.name for each in UNIT.frameworks),
        *(each.name for each in UNIT.report_plans),
        BUCKET.name,
        TOPIC.name,
        TOPIC.key_alias,
        QUEUE.name,
        *(each.name for each in EVENTS.rules),
        *(each.log_group for each in UNIT.state_machines),
        *(each.name for each in alarms(UNIT)),
        "library-1-backups-eu-west-1",
    }


def test_a_second_administrator_is_unexpected() -> None:
    """Whoever governs the backups of all accounts is named in the catalog."""
    session = session_of(UNIT)
    made = session.call("organizations", "create_account", Email="x@example.org", AccountName="x")
    account = made["CreateAccountStatus"]["AccountId"]
    delegate(session, account)
    (finding,) = found(validated())
    assert (finding.resource.name, finding.kind) == (account, Kind.UNEXPECTED)
    assert "deregister-delegated-administrator" in finding.remedy


def test_an_address_that_is_not_confirmed_is_told_nothing() -> None:
    """AWS lists it without an ARN until its owner has said yes; moto confirms at once."""

    def unconfirmed(**unit: Any) -> UnitSession:
        session = open_unit(**unit)
        session.client("sns").meta.events.register(
            "after-call.sns.ListSubscriptionsByTopic",
            lambda parsed, **_: [
                each.update(SubscriptionArn="PendingConfirmation")
                for each in parsed["Subscriptions"]
                if each["Endpoint"] == "two@example.org"
            ],
        )
        return session

    (finding,) = found(validated(unconfirmed))
    assert (finding.field, finding.expected, finding.actual) == (
        "subscriptions[email:two@example.org].confirmed",
        True,
        False,
    )
    assert "confirms the address" in finding.remedy
