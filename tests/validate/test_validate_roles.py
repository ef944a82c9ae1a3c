"""Roles of AWS's services: who may assume them and what they may do, against the emulator."""

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from tests.validate.deploying import ALLOW_ALL, session_of
from tests.validate.validate_states import HOME_UNIT, STATE
from tierkeep.aws import UnitSession, open_unit
from tierkeep.desired.policies import identity_policy, role_policies, role_trust
from tierkeep.validate.difference import Kind
from tierkeep.validate.findings import Finding
from tierkeep.validate.forms import RoleForm
from tierkeep.validate.observed import Scope
from tierkeep.validate.readers.iam import read_roles
from tierkeep.validate.run import validate_units

Tamper = Callable[[UnitSession], object]

pytestmark = pytest.mark.usefixtures("deployed")

ROLE, LONG_ROLE, MADE_ROLE = HOME_UNIT.roles
LONG_POLICY = str(role_policies(LONG_ROLE)[0].arn)
BOUNDARY = str(ROLE.boundary_arn)


def admit_another(session: UnitSession) -> None:
    trust = role_trust(ROLE, session.account_id)
    other = {"Sid": "Other", "Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"}
    document = json.dumps({**trust, "Statement": [*trust["Statement"], other]})
    session.call("iam", "update_assume_role_policy", RoleName=ROLE.name, PolicyDocument=document)


def admit_nobody_elses(session: UnitSession) -> None:
    trust = role_trust(ROLE, session.account_id)
    del trust["Statement"][0]["Condition"]
    document = json.dumps(trust)
    session.call("iam", "update_assume_role_policy", RoleName=ROLE.name, PolicyDocument=document)


def trust_another(session: UnitSession) -> None:
    wider = replace(MADE_ROLE, trusted=(*MADE_ROLE.trusted, "arn:aws:iam::444444444444:role/anybody"))
    document = json.dumps(role_trust(wider, session.account_id))
    session.call("iam", "update_assume_role_policy", RoleName=MADE_ROLE.name, PolicyDocument=document)


def widen_policy(session: UnitSession) -> None:
    wider = (replace(ROLE.statements[0], resources=("*",)), *ROLE.statements[1:])
    document = json.dumps(identity_policy(wider))
    session.call("iam", "put_role_policy", RoleName=ROLE.name, PolicyName="backup", PolicyDocument=document)


def add_policy(session: UnitSession) -> None:
    session.call("iam", "put_role_policy", RoleName=ROLE.name, PolicyName="by-hand", PolicyDocument=ALLOW_ALL)


def delete_inline_policy(session: UnitSession) -> None:
    session.call("iam", "delete_role_policy", RoleName=ROLE.name, PolicyName="backup")


def detach_policy(session: UnitSession) -> None:
    session.call("iam", "detach_role_policy", RoleName=LONG_ROLE.name, PolicyArn=LONG_POLICY)


def new_version_of_policy(session: UnitSession) -> None:
    document = json.dumps(identity_policy(ROLE.statements[:1]))
    session.call(
        "iam", "create_policy_version", PolicyArn=LONG_POLICY, PolicyDocument=document, SetAsDefault=True
    )


def attach_policy(session: UnitSession) -> None:
    session.call("iam", "attach_role_policy", RoleName=ROLE.name, PolicyArn=BOUNDARY)


def unbound(session: UnitSession) -> None:
    session.call("iam", "delete_role_permissions_boundary", RoleName=ROLE.name)


def untag_role(session: UnitSession) -> None:
    session.call("iam", "untag_role", RoleName=ROLE.name, TagKeys=["tierkeep:tier"])


TAMPERINGS: dict[Tamper, tuple[str, str, Kind, Any, Any]] = {
    admit_another: (ROLE.name, "trust[Other]", Kind.UNEXPECTED, None, ...),
    admit_nobody_elses: (ROLE.name, "trust[AssumedByService]", Kind.CHANGED, ..., ...),
    trust_another: (MADE_ROLE.name, "trust[AssumedByTrusted]", Kind.CHANGED, ..., ...),
    widen_policy: (ROLE.name, "policies[backup][KeepSnapshots]", Kind.CHANGED, ..., ...),
    add_policy: (ROLE.name, "policies[by-hand]", Kind.UNEXPECTED, None, ...),
    delete_inline_policy: (ROLE.name, "policies[backup]", Kind.MISSING, ..., None),
    detach_policy: (LONG_ROLE.name, f"policies[{LONG_POLICY}]", Kind.MISSING, ..., None),
    new_version_of_policy: (
        LONG_ROLE.name,
        f"policies[{LONG_POLICY}][KeepSnapshots]",
        Kind.CHANGED,
        ...,
        ...,
    ),
    attach_policy: (ROLE.name, f"policies[{BOUNDARY}]", Kind.UNEXPECTED, None, ...),
    unbound: (ROLE.name, "boundary", Kind.CHANGED, BOUNDARY, None),
    untag_role: (ROLE.name, "tags[tierkeep:tier]", Kind.MISSING, "critical", None),
}


def found() -> list[Finding]:
    results = validate_units(STATE, STATE.units, open_session=open_unit, on_done=lambda _: None)
    assert [result.unknowns for result in results] == [()] * len(results)
    return [finding for result in results for finding in result.findings]


@pytest.mark.parametrize("tamper", TAMPERINGS, ids=lambda tamper: tamper.__name__)
def test_a_change_by_hand_is_one_finding(tamper: Tamper) -> None:
    """One finding for one change of a role, with field, expected and actual."""
    tamper(session_of(HOME_UNIT))
    (finding,) = found()
    name, field, kind, expected, actual = TAMPERINGS[tamper]
    assert (finding.check, finding.resource.name, finding.field, finding.kind) == (
        "drift.role",
        name,
        field,
        kind,
    )
    for wanted, seen in ((expected, finding.expected), (actual, finding.actual)):
        assert seen is not None if wanted is ... else seen == wanted


def test_what_terraform_leaves_is_told_to_be_taken_away() -> None:
    """A policy that somebody attached stays through a deployment: the remedy does not promise otherwise."""
    attach_policy(session_of(HOME_UNIT))
    (finding,) = found()
    assert finding.remedy.startswith("take it away from the role")


def test_what_policies_of_awss_own_say_is_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """They are compared by their ARN: AWS changes what they say, and rightly."""
    arn = "arn:aws:iam::aws:policy/service-role/AWSBackupServiceRolePolicyForBackup"
    session, call = session_of(HOME_UNIT), UnitSession.call

    def pages(self: UnitSession, service: str, operation: str, key: str, **parameters: Any) -> Any:
        if operation == "list_attached_role_policies":
            return iter([{"PolicyName": "AWSBackupServiceRolePolicyForBackup", "PolicyArn": arn}])
        return iter(call(self, service, operation, **parameters)[key])

    monkeypatch.setattr(UnitSession, "pages", pages)
    scope = replace(Scope.of(HOME_UNIT, catalog=STATE.name), roles=frozenset({ROLE.name}))
    (role,) = read_roles(session, scope).values()
    assert isinstance(role, RoleForm)
    assert isinstance(role.policies, dict)
    assert role.policies[arn] == {}
