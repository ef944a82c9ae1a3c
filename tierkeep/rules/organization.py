"""Rules of what is asked of an organisation."""

from __future__ import annotations

from collections.abc import Iterator

from tierkeep.desired.model import DesiredState, DesiredUnit, VaultGuard
from tierkeep.desired.policies import LONGEST_CONTROL, policy_size, vault_guard_policy
from tierkeep.rules.registry import Severity, Violation, rule


def _guards(state: DesiredState) -> Iterator[tuple[DesiredUnit, VaultGuard]]:
    for unit in state.units:
        if unit.organization and unit.organization.guard:
            yield unit, unit.organization.guard


@rule(
    "TK186",
    title="Whoever deploys is not held by the guard of vaults",
    severity=Severity.ERROR,
    source="design: a policy that holds for its own deployer could not let the stacks of vaults change",
    waivable=False,
)
def deployer_stays_in(state: DesiredState) -> Iterator[Violation]:
    """The service control policy denies all but some roles to change vaults, their locks and their policies,
    and keys. The role that deploys them has to be named, and so be known.

    Breaks it: `guard: { targets: [r-abcd] }` without `access`
    Keeps it: the same with `access: { deploy: tierkeep-deploy }`
    """
    for _, guard in _guards(state):
        if all(unit.access.deploy_role_arn is None for unit in state.units):
            yield Violation(
                origin=guard.origin,
                message="the guard would hold for whoever deploys: the catalog names no role for it",
                hint="name `deploy` under `access`",
            )


@rule(
    "TK187",
    title="A service control policy does not hold in the management account",
    severity=Severity.WARNING,
    source="AWS Organizations user guide, orgs_manage_policies_scps; read 2026-11",
)
def not_of_the_management_account(state: DesiredState) -> Iterator[Violation]:
    """Its users and roles may do what they may, whatever the policy says: what lies in vaults there is not
    guarded.

    Breaks it: `organization: { account: one, … }` where account `one` has tiers
    Keeps it: `organization: { account: management, … }` where that has none
    """
    for unit, guard in _guards(state):
        held = [each.id for each in state.units if each.account_id == unit.account_id and each.vaults]
        if held:
            yield Violation(
                origin=guard.origin,
                message=f"vaults in {', '.join(map(str, held))} are not guarded: the account manages",
                hint="keep tiers and copies in other accounts",
            )


@rule(
    "TK188",
    title="A service control policy fits",
    severity=Severity.ERROR,
    source="AWS Organizations user guide, orgs_reference_limits; read 2026-11",
)
def guard_size(state: DesiredState) -> Iterator[Violation]:
    """AWS Organizations takes 10,240 characters, and 10 policies of the kind on a root, unit or account: what
    is attached there besides the catalog's counts too.

    Breaks it: `guard` with 20 `roles` of 64 characters, beside as many in `deletion`
    Keeps it: `guard` with 5 `roles`
    """
    for _, guard in _guards(state):
        size = policy_size(vault_guard_policy(guard))
        if size > LONGEST_CONTROL:
            yield Violation(
                origin=guard.origin,
                message=f"the service control policy has {size:,} characters; AWS takes {LONGEST_CONTROL:,}",
                hint="name fewer roles",
            )
