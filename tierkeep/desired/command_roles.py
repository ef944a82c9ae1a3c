"""The IAM roles that Tierkeep's own commands assume in a unit, where the stacks make them.

One in each Region of an account, as the roles of AWS's services are: IAM knows no Regions, and so one role
for all of them would belong to one stack, for which all others have to wait
(docs/adr/0017-roles-of-commands.md).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from tierkeep.catalog.command_roles import MadeRole
from tierkeep.catalog.model import Catalog
from tierkeep.desired.model import DesiredUnit, Role, RolePurpose, Statement
from tierkeep.desired.names import Names, partition_of
from tierkeep.desired.permissions.commands.drill import plan_statements, run_statements, sweep_statements
from tierkeep.desired.permissions.commands.ground import Ground
from tierkeep.desired.permissions.commands.validate import import_statements, validate_statements
from tierkeep.desired.permissions.needs import merged

_NEEDS: dict[RolePurpose, tuple[Callable[[Ground], Iterator[Statement]], ...]] = {
    RolePurpose.VALIDATE: (validate_statements, import_statements),
    RolePurpose.DRILL: (plan_statements, run_statements, sweep_statements),
}


def command_role_arn(role: str | MadeRole | None, purpose: RolePurpose, names: Names) -> str | None:
    """The ARN of the role that a command assumes in the unit of `names`, whoever makes it."""
    if role is None:
        return None
    return names.role_arn(names.role(purpose) if isinstance(role, MadeRole) else role)


def command_roles(catalog: Catalog, names: Names, unit: DesiredUnit) -> tuple[Role, ...]:
    """The roles that the stack of a unit makes for commands; none for drills where nothing is restored."""
    asked = {RolePurpose.VALIDATE: catalog.access.validate_}
    if unit.role(RolePurpose.RESTORE):
        asked[RolePurpose.DRILL] = catalog.access.drill
    by_tags = any(each.only_tagged for each in catalog.assertions.values())
    ground = Ground(catalog=catalog.name, units=(unit,), by_tags=by_tags)
    boundary = catalog.access.permissions_boundary
    return tuple(
        Role(
            name=names.role(purpose),
            arn=names.role_arn(names.role(purpose)),
            purpose=purpose,
            service=None,
            trusted=tuple(dict.fromkeys(_arn(catalog, names, who) for who in sorted(role.trusted_by))),
            managed_policy_arns=(),
            statements=merged(statement for needs in _NEEDS[purpose] for statement in needs(ground)),
            boundary_arn=names.policy_arn(boundary) if boundary else None,
            tags=names.tags(),
            origin=("access", str(purpose), "trusted_by"),
        )
        for purpose, role in asked.items()
        if isinstance(role, MadeRole)
    )


def _arn(catalog: Catalog, names: Names, who: str) -> str:
    """The ARN of `account/role`, in the partition that the account lies in; an ARN stays what it is."""
    if who.startswith("arn:"):
        return who
    name, role = who.split("/")
    account = catalog.accounts[name]
    partition = partition_of(account.regions[0]) if account.regions else names.partition
    return f"arn:{partition}:iam::{account.id}:role/{role}"
