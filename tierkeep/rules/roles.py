"""Rules of the roles that are made: what IAM takes of their policies, and who can assume them."""

from __future__ import annotations

from collections.abc import Iterator

from tierkeep.desired.model import DesiredState, DesiredUnit, Role
from tierkeep.desired.policies import (
    LONGEST_MANAGED,
    LONGEST_TRUST,
    MOST_ATTACHED,
    identity_policy,
    policy_size,
    role_policies,
    role_trust,
)
from tierkeep.rules.registry import Severity, Violation, rule


@rule(
    "TK085",
    title="What a role may do fits into the policies that IAM takes of it",
    severity=Severity.ERROR,
    source="IAM user guide, reference_iam-quotas; read 2026-11",
)
def policy_sizes(state: DesiredState) -> Iterator[Violation]:
    """Tierkeep writes one inline policy for each role, of 10,240 characters at most, and what is longer as up
    to 10 policies of 6,144 characters each, in which each statement must fit. It grows with the types that a
    unit protects and with the accounts and Regions that it copies to.

    Breaks it: `copy_to` with a Region of each of 110 accounts
    Keeps it: `copy_to` with a Region of each of 20 accounts
    """
    for _, role in _roles(state):
        policies = role_policies(role)
        sizes = [policy_size(identity_policy(each.statements)) for each in policies if each.arn]
        longest = max(sizes, default=0)
        attached = len(role.managed_policy_arns) + len(sizes)
        if longest > LONGEST_MANAGED or attached > MOST_ATTACHED:
            yield Violation(
                origin=role.origin,
                message=(
                    f"role {role.name} would need {attached} attached policies, the longest of "
                    f"{longest} characters; IAM takes {MOST_ATTACHED} of {LONGEST_MANAGED}"
                ),
                hint="copy to fewer accounts or Regions, or write `service_policies: aws-managed`",
            )


@rule(
    "TK086",
    title="A permissions boundary is a policy of the role's own account, or of AWS's",
    severity=Severity.ERROR,
    source="IAM user guide, access_policies_boundaries; read 2026-11",
)
def boundaries(state: DesiredState) -> Iterator[Violation]:
    """IAM refuses a boundary from another account or another partition. The name of a policy, without an ARN,
    is one of each account.

    Breaks it: `permissions_boundary: arn:aws:iam::000000000009:policy/boundary`
    Keeps it: `permissions_boundary: boundary`
    """
    for unit, role in _roles(state):
        if role.boundary_arn is None:
            continue
        own = (unit.account_id, "aws")
        _, partition, _, _, account, _ = role.boundary_arn.split(":", 5)
        if partition != unit.partition or account not in own:
            yield Violation(
                origin=("access", "permissions_boundary"),
                message=f"`{role.boundary_arn}` is no policy of {unit.account_id} in {unit.partition}",
                hint="write the policy's name, and make one of that name in each account",
            )


@rule(
    "TK120",
    title="Who may assume a role lies in the role's own partition",
    severity=Severity.ERROR,
    source="IAM user guide, reference_policies_elements_principal and reference-arns; read 2026-11",
    waivable=False,
)
def trusted_in_partition(state: DesiredState) -> Iterator[Violation]:
    """Accounts of China, of GovCloud and of all other Regions know nothing of each other: a role can be
    assumed from its own partition only.

    Breaks it: `validate: { trusted_by: ["arn:aws-cn:iam::000000000009:role/ci"] }` for `eu-west-1`
    Keeps it: `validate: { trusted_by: ["arn:aws:iam::000000000009:role/ci"] }` for `eu-west-1`
    """
    for unit, role in _roles(state):
        for arn in role.trusted:
            if arn.split(":")[1] != unit.partition:
                yield Violation(
                    origin=role.origin,
                    message=f"`{arn}` cannot assume a role in {unit.id}, which lies in {unit.partition}",
                    hint=f"name a role of an account in {unit.partition}, or split the catalog by partition",
                )


@rule(
    "TK121",
    title="Who may assume a role fits into its trust policy",
    severity=Severity.ERROR,
    source="IAM user guide, reference_iam-quotas: 2,048 characters unless raised; read 2026-11",
)
def trust_sizes(state: DesiredState) -> Iterator[Violation]:
    """A trust policy has 2,048 characters at most, unless AWS raises the quota for the account, and it names
    each account and each role that a role trusts.

    Breaks it: `validate: { trusted_by: […] }` with twenty roles of accounts of their own
    Keeps it: the same with ten roles
    """
    for unit, role in _roles(state):
        size = policy_size(role_trust(role, unit.account_id))
        if size > LONGEST_TRUST:
            yield Violation(
                origin=role.origin,
                message=f"the trust policy of {role.name} has {size} characters; IAM takes {LONGEST_TRUST}",
                hint="trust one role that the others assume, or waive this where AWS has raised the quota",
            )


def _roles(state: DesiredState) -> Iterator[tuple[DesiredUnit, Role]]:
    for unit in state.units:
        for role in unit.roles:
            yield unit, role
