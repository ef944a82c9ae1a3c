"""Observing what is deployed in the emulator, and finding what somebody changed by hand."""

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.validate.common_states import DR, TAGS
from tests.validate.deploying import deploy_document, lock_request, plan_request, session_of
from tests.validate.dlm_requests import policy_request
from tests.validate.snapshot_states import POLICY
from tests.validate.validate_states import (
    DEVELOPMENT_UNIT,
    DOCUMENT,
    DR_UNIT,
    FINAL,
    HOME_UNIT,
    MACHINE,
    PLAN,
    STATE,
)
from tierkeep.aws import AwsError, UnitSession, WrongAccountError, open_unit
from tierkeep.desired.model import DesiredState
from tierkeep.validate.difference import Kind
from tierkeep.validate.findings import Finding, UnitResult, Verdict
from tierkeep.validate.normal import digest
from tierkeep.validate.run import OpenUnit, validate_units

Tamper = Callable[[UnitSession], object]

pytestmark = pytest.mark.usefixtures("deployed")


def validated(state: DesiredState = STATE, open_session: OpenUnit = open_unit) -> tuple[UnitResult, ...]:
    return validate_units(state, state.units, open_session=open_session, on_done=lambda _: None)


def findings(results: tuple[UnitResult, ...]) -> list[Finding]:
    return [finding for result in results for finding in result.findings]


def plan_id(session: UnitSession) -> str:
    (plan,) = session.pages("backup", "list_backup_plans", "BackupPlansList")
    return str(plan["BackupPlanId"])


def update_rules(session: UnitSession, change: Callable[[list[dict[str, Any]]], Any]) -> None:
    request = plan_request(PLAN)
    change(request["Rules"])
    session.call("backup", "update_backup_plan", BackupPlanId=plan_id(session), BackupPlan=request)


def change_retention(session: UnitSession) -> None:
    update_rules(session, lambda rules: rules[0].update(Lifecycle={"DeleteAfterDays": 5}))


def change_copy_retention(session: UnitSession) -> None:
    update_rules(session, lambda rules: rules[0]["CopyActions"][0].update(Lifecycle={"DeleteAfterDays": 5}))


def delete_rule(session: UnitSession) -> None:
    update_rules(session, lambda rules: rules.pop())


def set_something_new(session: UnitSession) -> None:
    update_rules(session, lambda rules: rules[0].update(IndexActions=[{"ResourceTypes": ["EBS"]}]))


def switch_vss_off(session: UnitSession) -> None:
    request = plan_request(replace(PLAN, windows_vss=False))
    session.call("backup", "update_backup_plan", BackupPlanId=plan_id(session), BackupPlan=request)


def delete_selection(session: UnitSession) -> None:
    listed = session.pages(
        "backup", "list_backup_selections", "BackupSelectionsList", BackupPlanId=plan_id(session)
    )
    for selection in list(listed):
        session.call(
            "backup",
            "delete_backup_selection",
            BackupPlanId=plan_id(session),
            SelectionId=selection["SelectionId"],
        )


def add_selection(session: UnitSession) -> None:
    selection = {"SelectionName": "by-hand", "IamRoleArn": PLAN.selections[0].role_arn, "Resources": ["*"]}
    session.call(
        "backup", "create_backup_selection", BackupPlanId=plan_id(session), BackupSelection=selection
    )


def delete_plan(session: UnitSession) -> None:
    delete_selection(session)
    session.call("backup", "delete_backup_plan", BackupPlanId=plan_id(session))


def disable_key(session: UnitSession) -> None:
    session.call("kms", "disable_key", KeyId=key_id(session))


def schedule_key_deletion(session: UnitSession) -> None:
    session.call("kms", "schedule_key_deletion", KeyId=key_id(session), PendingWindowInDays=7)


def stop_rotation(session: UnitSession) -> None:
    session.call("kms", "disable_key_rotation", KeyId=key_id(session))


OUTSIDER = "arn:aws:iam::999999999999:role/backup-reader"


def grant_use_of_key(session: UnitSession) -> None:
    session.call(
        "kms",
        "create_grant",
        KeyId=key_id(session),
        GranteePrincipal=OUTSIDER,
        Operations=["DescribeKey", "Decrypt"],
    )


def key_id(session: UnitSession) -> str:
    return str(session.call("kms", "describe_key", KeyId="alias/campus-critical")["KeyMetadata"]["KeyId"])


def delete_alias(session: UnitSession) -> None:
    session.call("kms", "delete_alias", AliasName="alias/campus-critical")


def delete_vault(session: UnitSession) -> None:
    session.call("backup", "delete_backup_vault", BackupVaultName="campus-plain")


LOCKED = "campus-critical"


def lift_lock(session: UnitSession) -> None:
    session.call("backup", "delete_backup_vault_lock_configuration", BackupVaultName=LOCKED)


def lock_vault(session: UnitSession) -> None:
    session.call("backup", "put_backup_vault_lock_configuration", BackupVaultName="campus-plain")


def shorten_lock(session: UnitSession) -> None:
    days = {**lock_request(FINAL), "MinRetentionDays": 1}
    session.call("backup", "put_backup_vault_lock_configuration", BackupVaultName=LOCKED, **days)


def make_lock_liftable(session: UnitSession) -> None:
    days = lock_request(replace(FINAL, changeable_for_days=None))
    session.call("backup", "put_backup_vault_lock_configuration", BackupVaultName=LOCKED, **days)


def untag_vault(session: UnitSession) -> None:
    arn = HOME_UNIT.vaults[1].arn
    session.call("backup", "untag_resource", ResourceArn=arn, TagKeyList=["tierkeep:tier"])


def policy_id(session: UnitSession) -> str:
    policies = session.pages("dlm", "get_lifecycle_policies", "Policies")
    (policy,) = (each for each in policies if each["Tags"]["tierkeep:policy"] == POLICY.name)
    return str(policy["PolicyId"])


def delete_policy(session: UnitSession) -> None:
    session.call("dlm", "delete_lifecycle_policy", PolicyId=policy_id(session))


def disable_policy(session: UnitSession) -> None:
    session.call("dlm", "update_lifecycle_policy", PolicyId=policy_id(session), State="DISABLED")


def keep_snapshots_shorter(session: UnitSession) -> None:
    found = session.call("dlm", "get_lifecycle_policy", PolicyId=policy_id(session))["Policy"]
    details = found["PolicyDetails"]
    details["Schedules"][0]["RetainRule"] = {"Interval": 2, "IntervalUnit": "DAYS"}
    session.call("dlm", "update_lifecycle_policy", PolicyId=found["PolicyId"], PolicyDetails=details)


def change_scripts(session: UnitSession) -> None:
    """A new version runs once it is the default."""
    content = json.dumps({**json.loads(DOCUMENT.content), "description": "Others"})
    made = session.call("ssm", "update_document", Name=DOCUMENT.name, Content=content, DocumentVersion="1")
    version = made["DocumentDescription"]["DocumentVersion"]
    session.call("ssm", "update_document_default_version", Name=DOCUMENT.name, DocumentVersion=version)


def delete_document(session: UnitSession) -> None:
    session.call("ssm", "delete_document", Name=DOCUMENT.name)


def leave_old_document(session: UnitSession) -> None:
    deploy_document(session, replace(DOCUMENT, name="campus-old-scripts"))


def delete_role(session: UnitSession) -> None:
    name = HOME_UNIT.roles[0].name
    for policy in session.pages("iam", "list_attached_role_policies", "AttachedPolicies", RoleName=name):
        session.call("iam", "detach_role_policy", RoleName=name, PolicyArn=policy["PolicyArn"])
    for policy in session.pages("iam", "list_role_policies", "PolicyNames", RoleName=name):
        session.call("iam", "delete_role_policy", RoleName=name, PolicyName=policy)
    session.call("iam", "delete_role", RoleName=name)


def leave_old_vault(session: UnitSession) -> None:
    session.call("backup", "create_backup_vault", BackupVaultName="campus-old", BackupVaultTags=dict(TAGS))


def leave_old_plan(session: UnitSession) -> None:
    request = {**plan_request(PLAN), "BackupPlanName": "campus-old"}
    session.call("backup", "create_backup_plan", BackupPlan=request, BackupPlanTags=dict(TAGS))


def leave_old_policy(session: UnitSession) -> None:
    old = replace(POLICY, tags=(*TAGS, ("tierkeep:policy", "campus-old")), schedules=POLICY.schedules[1:])
    session.call("dlm", "create_lifecycle_policy", **policy_request(old, {}))


def recover_table(session: UnitSession, **asked: Any) -> None:
    session.call(
        "dynamodb", "update_continuous_backups", TableName="orders", PointInTimeRecoverySpecification=asked
    )


def switch_recovery_off(session: UnitSession) -> None:
    recover_table(session, PointInTimeRecoveryEnabled=False)


def shorten_recovery(session: UnitSession) -> None:
    recover_table(session, PointInTimeRecoveryEnabled=True, RecoveryPeriodInDays=7)


def change_machine(session: UnitSession) -> None:
    definition = MACHINE.definition.replace("Succeed", "Fail")
    session.call("stepfunctions", "update_state_machine", stateMachineArn=MACHINE.arn, definition=definition)


def delete_machine(session: UnitSession) -> None:
    session.call("stepfunctions", "delete_state_machine", stateMachineArn=MACHINE.arn)


def stop_schedule(session: UnitSession) -> None:
    schedule = session.call("scheduler", "get_schedule", Name=MACHINE.name)
    kept = ("Name", "ScheduleExpression", "Description", "FlexibleTimeWindow", "Target")
    session.call("scheduler", "update_schedule", State="DISABLED", **{name: schedule[name] for name in kept})


def delete_schedule(session: UnitSession) -> None:
    session.call("scheduler", "delete_schedule", Name=MACHINE.name)


TAMPERINGS: dict[Tamper, tuple[str, str, Kind, Any, Any]] = {
    change_retention: ("campus-critical", "rules[daily].lifecycle.delete_after_days", Kind.CHANGED, 28, 5),
    change_copy_retention: (
        "campus-critical",
        f"rules[daily].copies[{DR_UNIT.vaults[0].arn}].lifecycle.delete_after_days",
        Kind.CHANGED,
        28,
        5,
    ),
    delete_rule: ("campus-critical", "rules[yearly]", Kind.MISSING, ..., None),
    set_something_new: (
        "campus-critical",
        "rules[daily].other_settings[IndexActions]",
        Kind.UNEXPECTED,
        None,
        '[{"ResourceTypes": ["EBS"]}]',
    ),
    switch_vss_off: ("campus-critical", "backup_options[EC2.WindowsVSS]", Kind.MISSING, "enabled", None),
    delete_selection: ("campus-critical", "selections[campus-critical]", Kind.MISSING, ..., None),
    add_selection: ("campus-critical", "selections[by-hand]", Kind.UNEXPECTED, None, ...),
    delete_plan: ("campus-critical", "existence", Kind.MISSING, ..., None),
    disable_key: ("alias/campus-critical", "state", Kind.CHANGED, "Enabled", "Disabled"),
    stop_rotation: ("alias/campus-critical", "rotation", Kind.CHANGED, True, False),
    grant_use_of_key: (
        "alias/campus-critical",
        f"grants[{OUTSIDER}]",
        Kind.UNEXPECTED,
        None,
        "Decrypt, DescribeKey",
    ),
    delete_alias: ("alias/campus-critical", "existence", Kind.MISSING, ..., None),
    delete_vault: ("campus-plain", "existence", Kind.MISSING, ..., None),
    lift_lock: (LOCKED, "lock", Kind.MISSING, ..., None),
    lock_vault: ("campus-plain", "lock", Kind.UNEXPECTED, None, "a lock in governance mode"),
    shorten_lock: (LOCKED, "lock.min_retention_days", Kind.CHANGED, 7, 1),
    make_lock_liftable: (LOCKED, "lock.mode", Kind.CHANGED, "compliance", "governance"),
    untag_vault: ("campus-plain", "tags[tierkeep:tier]", Kind.MISSING, "critical", None),
    delete_policy: ("campus-critical-volumes", "existence", Kind.MISSING, ..., None),
    disable_policy: ("campus-critical-volumes", "status", Kind.CHANGED, "ENABLED", "DISABLED"),
    keep_snapshots_shorter: (
        "campus-critical-volumes",
        "schedules[four-hourly].retain",
        Kind.CHANGED,
        "7 DAYS",
        "2 DAYS",
    ),
    change_scripts: (DOCUMENT.name, "content", Kind.CHANGED, digest(DOCUMENT.content), ...),
    delete_document: (DOCUMENT.name, "existence", Kind.MISSING, ..., None),
    leave_old_document: ("campus-old-scripts", "existence", Kind.UNEXPECTED, None, ...),
    delete_role: ("campus-backup-ap-south-1", "existence", Kind.MISSING, ..., None),
    switch_recovery_off: ("orders", "recovery_period_days", Kind.CHANGED, 14, None),
    shorten_recovery: ("orders", "recovery_period_days", Kind.CHANGED, 14, 7),
    change_machine: (
        MACHINE.name,
        "definition[States.Done]",
        Kind.CHANGED,
        '{"Type": "Succeed"}',
        '{"Type": "Fail"}',
    ),
    delete_machine: (MACHINE.name, "existence", Kind.MISSING, ..., None),
    stop_schedule: (MACHINE.name, "start.state", Kind.CHANGED, "ENABLED", "DISABLED"),
    delete_schedule: (MACHINE.name, "start", Kind.MISSING, "a schedule rate(1 hour)", None),
    leave_old_vault: ("campus-old", "existence", Kind.UNEXPECTED, None, ...),
    leave_old_plan: ("campus-old", "existence", Kind.UNEXPECTED, None, ...),
    leave_old_policy: ("campus-old", "existence", Kind.UNEXPECTED, None, ...),
}


def test_clean_after_a_deploy() -> None:
    """What was deployed from the desired state shows no drift in any unit, whatever AWS filled in."""
    results = validated()
    assert [(result.unit, result.findings, result.unknowns) for result in results] == [
        (unit.id, (), ()) for unit in STATE.units
    ]


@pytest.mark.parametrize("tamper", TAMPERINGS, ids=lambda tamper: tamper.__name__)
def test_a_change_by_hand_is_one_finding(tamper: Tamper) -> None:
    """One finding for one change, with resource, field, expected and actual, in its unit alone."""
    tamper(session_of(HOME_UNIT))
    results = validated()
    (finding,) = findings(results)
    name, field, kind, expected, actual = TAMPERINGS[tamper]
    assert (finding.unit, finding.resource.name, finding.field, finding.kind) == (
        HOME_UNIT.id,
        name,
        field,
        kind,
    )
    for wanted, found in ((expected, finding.expected), (actual, finding.actual)):
        assert found if wanted is ... else found == wanted
    assert [result.verdict for result in results] == [Verdict.PASS, Verdict.FAIL, Verdict.PASS]


def test_a_key_that_is_being_deleted_is_found() -> None:
    """AWS stops a key's rotation with it, so that the two are found together."""
    schedule_key_deletion(session_of(HOME_UNIT))
    found = {finding.field: finding.actual for finding in findings(validated())}
    assert found["state"] == "PendingDeletion"
    assert set(found) <= {"state", "rotation"}


def test_what_belongs_to_others_is_left_alone() -> None:
    """Untagged things and another catalog's, even with the same prefix, are nobody's business."""
    session = session_of(HOME_UNIT)
    session.call(
        "backup", "create_backup_vault", BackupVaultName="campus-library", BackupVaultTags={"a": "b"}
    )
    other = {"tierkeep:catalog": "campus-eu"}
    session.call("backup", "create_backup_vault", BackupVaultName="campus-eu-critical", BackupVaultTags=other)
    request = {**plan_request(PLAN), "BackupPlanName": "campus-library"}
    session.call("backup", "create_backup_plan", BackupPlan=request)
    theirs = policy_request(replace(POLICY, tags=(("a", "b"),), schedules=POLICY.schedules[1:]), {})
    session.call("dlm", "create_lifecycle_policy", **theirs)
    key = session.call("kms", "create_key")["KeyMetadata"]["KeyId"]
    session.call("kms", "create_alias", AliasName="alias/campus-library", TargetKeyId=key)
    assert findings(validated()) == []


def test_an_old_key_of_the_catalog_is_found() -> None:
    """A key that still goes by an alias of the catalog and carries its tag is unexpected."""
    session = session_of(HOME_UNIT)
    tags = [{"TagKey": name, "TagValue": value} for name, value in TAGS]
    key = session.call("kms", "create_key", Tags=tags)["KeyMetadata"]["KeyId"]
    session.call("kms", "create_alias", AliasName="alias/campus-old", TargetKeyId=key)
    (finding,) = findings(validated())
    assert (finding.resource.name, finding.kind) == ("alias/campus-old", Kind.UNEXPECTED)


def test_a_second_policy_with_the_same_tag_is_unexpected() -> None:
    """Two policies at work under one name make twice the snapshots; one of them is too many."""
    session = session_of(HOME_UNIT)
    twin = replace(POLICY, schedules=POLICY.schedules[1:])
    session.call("dlm", "create_lifecycle_policy", **policy_request(twin, {}))
    kinds = [(finding.kind, finding.resource.name) for finding in findings(validated())]
    assert (Kind.UNEXPECTED, "campus-critical-volumes#2") in kinds


def test_findings_stand_although_something_else_is_refused() -> None:
    """A refusal hides no finding of another resource."""
    change_retention(session_of(HOME_UNIT))

    def slow(model: Any, **_: Any) -> None:
        if model.name == "GetLifecyclePolicies":
            raise ClientError({"Error": {"Code": "ThrottlingException", "Message": "slow"}}, model.name)

    def open_slow(**unit: Any) -> UnitSession:
        session = open_unit(**unit)
        session.client("dlm").meta.events.register("before-call.dlm", slow)
        return session

    results = validated(open_session=open_slow)
    assert [finding.actual for finding in findings(results)] == [5]
    assert results[1].verdict is Verdict.UNKNOWN


@pytest.mark.parametrize(
    "error",
    [
        AwsError(unit="u", service="sts", operation="assume_role", code="AccessDenied", message="no"),
        WrongAccountError(unit="u", expected="1", actual="2"),
    ],
    ids=["denied", "wrong account"],
)
def test_a_unit_that_cannot_be_entered_hides_no_other(error: Exception) -> None:
    """A role that cannot be assumed makes its own unit UNKNOWN; the others' results are as they were."""
    change_retention(session_of(HOME_UNIT))

    def refuse_development(**unit: Any) -> UnitSession:
        if unit["account_id"] == DEVELOPMENT_UNIT.account_id:
            raise error
        return open_unit(**unit)

    development, home, dr = validated(open_session=refuse_development)
    assert set(development.verdicts.values()) == {Verdict.UNKNOWN}
    assert len(home.findings) == 1
    assert dr.verdict is Verdict.PASS


def test_an_unreadable_target_region_leaves_only_the_copies_keys_unknown() -> None:
    """The other Region's keys are all that is needed of it."""

    def refuse_dr(**unit: Any) -> UnitSession:
        if unit["region"] == DR:
            raise AwsError(
                unit="u", service="sts", operation="assume_role", code="RegionDisabled", message=""
            )
        return open_unit(**unit)

    _, home, dr = validated(open_session=refuse_dr)
    assert {unknown.field for unknown in home.unknowns} == {
        f"schedules[four-hourly].copies[{DR}].key",
        f"sharing.copies[{DR}].key",
    }
    assert home.findings == ()
    assert dr.verdict is Verdict.UNKNOWN


def test_a_bug_is_not_an_unknown() -> None:
    """Only what AWS said makes a unit UNKNOWN; any other error comes out of the run."""

    def broken(**unit: Any) -> UnitSession:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        validated(open_session=broken)


def test_more_pages_than_one_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tags are read to their last page, though botocore cannot page that listing."""
    session = session_of(HOME_UNIT)
    real = UnitSession.call

    def paged(self: UnitSession, service: str, operation: str, **parameters: Any) -> dict[str, Any]:
        token = parameters.pop("NextToken", None)
        answer = real(self, service, operation, **parameters)
        if operation != "list_tags":
            return answer
        first, *rest = sorted(answer["Tags"].items())
        return {"Tags": dict(rest)} if token else {"Tags": {first[0]: first[1]}, "NextToken": "more"}

    untag_vault(session)
    monkeypatch.setattr(UnitSession, "call", paged)
    assert [finding.field for finding in findings(validated())] == ["tags[tierkeep:tier]"]


def test_units_keep_their_order() -> None:
    """Results come in the order of the units, whichever was done first."""
    order = tuple(reversed(STATE.units))
    results = validate_units(STATE, order, on_done=lambda _: None)
    assert [result.unit for result in results] == [unit.id for unit in order]
