"""The roles of Tierkeep's commands that the stacks make: who may assume them, and what for."""

from __future__ import annotations

from itertools import chain
from typing import Any

import pytest

from tests.catalogs import model
from tests.iam.policies import everything, smallest, state_of
from tierkeep.cli import main
from tierkeep.desired.model import DesiredState, DesiredUnit, ResourceType, Role, RolePurpose
from tierkeep.desired.policies import (
    LONGEST_INLINE,
    LONGEST_MANAGED,
    identity_policy,
    policy_size,
    role_policies,
    role_trust,
)
from tierkeep.desired.resolve import resolve
from tierkeep.iam import COMMANDS, account_policies

RUNNER = "arn:aws:iam::555555555555:role/tools/runner"
MADE = {
    "deploy": "deploy",
    "validate": {"trusted_by": ["vaults/ci", RUNNER]},
    "drill": {"trusted_by": ["other/drills"]},
    "permissions_boundary": "bounds",
}
COMMANDS_OF = {
    RolePurpose.VALIDATE: ("validate", "import"),
    RolePurpose.DRILL: ("drill plan", "drill run", "drill sweep"),
}

OF_COMMANDS = {RolePurpose.DRILL, RolePurpose.VALIDATE}
"""Who runs a command assumes these; the rest are services' of AWS."""


def made(**access: Any) -> DesiredState:
    """The catalog with everything, its main account in two Regions."""
    catalog = everything(**{**MADE, **access})
    catalog["accounts"]["main"]["regions"].append("eu-central-1")
    return state_of(catalog)


def role(unit: DesiredUnit, purpose: RolePurpose) -> Role:
    found = unit.role(purpose)
    assert found
    return found


def test_each_region_has_roles_of_its_own() -> None:
    """Named as those of AWS's services, so that no stack waits for another's; and commands assume them."""
    for unit in made().units:
        validating = role(unit, RolePurpose.VALIDATE)
        assert validating.name == f"campus-validate-{unit.id.region}"
        assert unit.access.validate_role_arn == validating.arn
        drilling = unit.role(RolePurpose.DRILL)
        assert (drilling is None) == (unit.role(RolePurpose.RESTORE) is None)
        assert drilling is None or unit.access.drill_role_arn == drilling.arn


def test_where_copies_arrive_nothing_is_needed_of_where_they_come_from() -> None:
    """The roles of a Region name no other one."""
    for unit in made().units:
        for purpose in COMMANDS_OF:
            found = unit.role(purpose)
            arns = [arn for each in found.statements for arn in each.resources] if found else []
            regions = {arn.split(":")[3] for arn in arns if arn.count(":") > 4} - {""}
            assert regions <= {unit.id.region}


@pytest.mark.parametrize("purpose", COMMANDS_OF)
def test_a_role_may_do_what_is_printed_for_its_commands(purpose: RolePurpose) -> None:
    """All of that, and nothing else."""
    state = made()
    for unit in state.units:
        if found := unit.role(purpose):
            printed = [
                policy
                for command in COMMANDS_OF[purpose]
                for policy in account_policies(state, command)
                if policy.role_arn == found.arn
            ]
            assert len(printed) == len(COMMANDS_OF[purpose])
            assert all(each.made for each in printed)
            wanted = chain.from_iterable(each.statements for each in printed)
            assert allowed(found.statements) == allowed(wanted)


def allowed(statements: Any) -> set[tuple[str, str, Any]]:
    return {
        (action, resource, each.conditions)
        for each in statements
        for action in each.actions
        for resource in each.resources
    }


def test_only_who_is_named_may_assume_a_role() -> None:
    """By ARN, in a condition on the principals' accounts: `account/role` is of an account of the catalog."""
    (unit, *_) = made().units
    found = role(unit, RolePurpose.VALIDATE)
    assert found.trusted == (RUNNER, "arn:aws:iam::999999999999:role/ci")
    (statement,) = role_trust(found, unit.account_id)["Statement"]
    assert statement == {
        "Sid": "AssumedByTrusted",
        "Effect": "Allow",
        "Principal": {"AWS": ["arn:aws:iam::555555555555:root", "arn:aws:iam::999999999999:root"]},
        "Action": "sts:AssumeRole",
        "Condition": {"ArnEquals": {"aws:PrincipalArn": list(found.trusted)}},
    }


def test_the_boundary_bounds_these_roles_too() -> None:
    """As it does those of AWS's services. What `validate` may do is one inline policy; what a drill may do of
    every type can be longer than IAM takes inline, and stands in policies of its own then."""
    for unit in made().units:
        for each in unit.roles:
            assert each.boundary_arn == f"arn:aws:iam::{unit.account_id}:policy/bounds"
            if each.purpose in OF_COMMANDS:
                arns = [one.arn for one in role_policies(each)]
                assert arns == [None] or (each.purpose is RolePurpose.DRILL and all(arns))


def test_a_drill_uses_the_keys_of_its_region() -> None:
    """By the name of its role there, and no other's."""
    for unit in made(key_administrators=["keepers"]).units:
        for key in (each for each in unit.keys if each.holds_backups):
            assert key.roles
            drilling = [each for each in key.roles.users if "drill" in each]
            assert drilling == [f"arn:aws:iam::{unit.account_id}:role/campus-drill-{unit.id.region}"]
            assert not [each for each in key.roles.users if "validate" in each]


def test_a_role_of_a_name_is_nobodys_but_yours() -> None:
    """No stack makes it, and one policy is printed for all Regions of an account."""
    state = made(validate="validate", drill="drill")
    assert {each.purpose for unit in state.units for each in unit.roles} == set(RolePurpose) - OF_COMMANDS
    for command in COMMANDS:
        policies = account_policies(state, command)
        assert len({each.account for each in policies}) == len(policies)
        assert not any(each.made for each in policies)


def test_in_another_partition_roles_are_of_that_partition() -> None:
    """The account's own Regions say in which one `account/role` lies."""
    catalog = everything("cn-north-1", "cn-northwest-1", validate={"trusted_by": ["other/ci", "vaults/ci"]})
    for unit in resolve(model(catalog)).units:
        found = role(unit, RolePurpose.VALIDATE)
        assert found.trusted == (
            "arn:aws-cn:iam::222222222222:role/ci",
            "arn:aws-cn:iam::999999999999:role/ci",
        )


def test_a_role_for_drills_in_vain_is_told() -> None:
    """Where nothing of the catalog can be restored; and an account whose role runs a command is not idle."""
    catalog = smallest(ResourceType.EBS, protects={"ebs": {"engine": "dlm"}})
    catalog["accounts"]["tools"] = {"id": "222222222222"}
    catalog["access"] = {"drill": {"trusted_by": ["tools/ci"]}}
    assert [each.what for each in state_of(catalog).unmet] == ["the role for drills"]


def test_what_the_stacks_make_is_not_printed_to_be_made(
    tmp_path: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    """Terraform of `tierkeep iam` leaves it alone, the text says so, and a bare document is one role's."""
    file = tmp_path / "catalog.yaml"
    catalog = smallest(ResourceType.EBS)
    catalog["access"] = {"drill": {"trusted_by": [RUNNER]}}
    catalog["accounts"]["main"]["regions"].append("eu-central-1")
    file.write_text(str(catalog))

    def printed(*options: str) -> str:
        main.main(["iam", "drill", "run", "--catalog", str(file), *options])
        output = capsys.readouterr()
        return output.out or output.err

    arns = [f"arn:aws:iam::111111111111:role/campus-drill-{each}" for each in ("ap-south-1", "eu-central-1")]
    assert [line for line in printed("--format", "terraform").splitlines() if line] == [
        f"# In account main (111111111111) the stacks make {arn}." for arn in arns
    ]
    text = printed()
    assert all(f"as {arn}, which the stacks make" in text for arn in arns)
    assert "the stacks make 2 roles in main, one in each Region" in printed("--format", "policy")


def test_a_policy_fits_into_its_role() -> None:
    """However much a catalog asks for: one inline policy, or several of the account, ten at most."""
    for unit in made().units:
        for each in unit.roles:
            if each.purpose in OF_COMMANDS:
                policies = role_policies(each)
                longest = LONGEST_INLINE if len(policies) == 1 else LONGEST_MANAGED
                assert len(policies) <= 10
                assert all(policy_size(identity_policy(part.statements)) <= longest for part in policies)
