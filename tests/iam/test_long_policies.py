"""A role whose policy is too long to be inline."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise
from typing import Any

from stacks.unit import stack_id
from tests.iam.policies import copying_to, state_of
from tests.stacks.read_back import Stack, without_origins
from tests.stacks.synthesis import synthesize
from tierkeep.desired.model import DesiredUnit, RolePurpose
from tierkeep.desired.policies import (
    LONGEST_INLINE,
    LONGEST_MANAGED,
    identity_policy,
    policy_size,
    role_policies,
)
from tierkeep.diff.terraform import resources
from tierkeep.rules import judge


def main_unit(catalog: dict[str, Any]) -> DesiredUnit:
    return next(unit for unit in state_of(catalog).units if unit.roles)


def test_it_stands_in_policies_of_the_account_that_each_fit() -> None:
    """All statements, in their order, in as few policies as take them; a short one stays inline."""
    role = main_unit(copying_to(15)).role(RolePurpose.BACKUP)
    assert role
    assert policy_size(identity_policy(role.statements)) > LONGEST_INLINE
    policies = role_policies(role)
    assert [each.name for each in policies] == [f"{role.name}-{number}" for number in (1, 2, 3)]
    assert [each.arn for each in policies] == [f"arn:aws:iam::111111111111:policy/{p.name}" for p in policies]
    assert tuple(each for policy in policies for each in policy.statements) == role.statements
    for one, other in pairwise(policies):
        assert policy_size(identity_policy(one.statements)) <= LONGEST_MANAGED
        together = (*one.statements, other.statements[0])
        assert policy_size(identity_policy(together)) > LONGEST_MANAGED
    assert not [each for each in judge(state_of(copying_to(15))) if each.rule.id == "TK085"]
    short = main_unit(copying_to(1)).role(RolePurpose.BACKUP)
    assert short
    assert [(each.name, each.arn) for each in role_policies(short)] == [("backup", None)]


def test_the_loop_is_closed() -> None:
    """Read back from Terraform, the role may do what is desired; the diff knows the same resources."""
    state = state_of(copying_to(15))
    unit = next(unit for unit in state.units if unit.roles)
    made = synthesize(state)[stack_id(unit)]
    assert Stack(made, unit).roles() == set(without_origins(unit.roles))
    synthesized = {kind: len(found) for kind, found in made["resource"].items() if kind != "terraform_data"}
    assert Counter(kind for kind, _ in resources(unit)) == synthesized
    assert synthesized["aws_iam_policy"] == 3
