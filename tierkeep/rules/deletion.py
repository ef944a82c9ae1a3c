"""Rules of who may delete: what a vault's policy needs, and what it does not guard."""

from __future__ import annotations

from collections.abc import Iterator

from tierkeep.desired.model import DesiredState, Engine
from tierkeep.rules.registry import Severity, Violation, rule


@rule(
    "TK088",
    title="Whoever deploys may change the policies that say who may delete",
    severity=Severity.ERROR,
    source="design: a policy that shuts out its own deployer could only be changed by one of the others",
    waivable=False,
)
def deployer_stays_in(state: DesiredState) -> Iterator[Violation]:
    """A vault's policy that lets some roles only delete lets them only change it, too: otherwise it would
    guard nothing. Tierkeep adds the role that deploys, and so has to know it.

    Breaks it: `access: { deletion: [break-glass] }`
    Keeps it: `access: { deploy: tierkeep-deploy, deletion: [break-glass] }`
    """
    for unit in state.units:
        if unit.access.deploy_role_arn is None and any(vault.deletable_by for vault in unit.vaults):
            yield Violation(
                origin=("access", "deletion"),
                message="the next deployment could not change the vaults' policies: no role deploys",
                hint="add `deploy: …`, the role that deploys in each account",
            )


@rule(
    "TK089",
    title="Who may delete is said of vaults only",
    severity=Severity.NOTICE,
    source="design: snapshots of Data Lifecycle Manager lie in no vault (EBS user guide, dlm; read 2026-11)",
)
def snapshots_lie_in_no_vault(state: DesiredState) -> Iterator[Violation]:
    """Snapshots of Data Lifecycle Manager lie in no vault: whoever IAM lets deletes them, whatever
    `access.deletion` says.

    Breaks it: `access: { deletion: [break-glass], … }` with volumes of Data Lifecycle Manager
    Keeps it: the same with `engine: backup`
    """
    asked = any(vault.deletable_by for unit in state.units for vault in unit.vaults)
    for unit in state.units:
        for each in unit.protections:
            if asked and each.engine is Engine.DLM:
                yield Violation(
                    origin=each.origin,
                    message=f"`access.deletion` does not guard the snapshots of {each.resource_type}",
                    hint="keep ec2:DeleteSnapshot from all but few by IAM or a service control policy",
                )
