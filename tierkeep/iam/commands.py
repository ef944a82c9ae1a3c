"""The commands that ask AWS for anything, and what each must be allowed to do."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TypeAlias

from tierkeep.desired.model import Access, DesiredState, DesiredUnit, RolePurpose, Statement
from tierkeep.desired.permissions.commands.drill import plan_statements, run_statements, sweep_statements
from tierkeep.desired.permissions.commands.ground import Ground, say
from tierkeep.desired.permissions.commands.validate import import_statements, validate_statements
from tierkeep.iam.deploy import deploy_statements


@dataclass(frozen=True, kw_only=True, slots=True)
class CommandPolicy:
    """What the role of a command must be allowed to do in one account."""

    account: str
    """By the catalog's name."""
    account_id: str
    role_arn: str | None
    """The role that the command assumes there; None where it works as the caller."""
    statements: tuple[Statement, ...]
    made: bool = False
    """Whether the stacks make the role, one in each Region of the account, and give it this policy."""


_Say: TypeAlias = Callable[[Ground], Iterator[Statement]]
_Role: TypeAlias = Callable[[Access], str | None]


@dataclass(frozen=True, kw_only=True, slots=True)
class _Command:
    say: _Say
    role: _Role
    restores: bool = False
    """Whether it has anything to do only where something can be restored."""


def _drills(access: Access) -> str | None:
    return access.drill_role_arn


COMMANDS: dict[str, _Command] = {
    "deploy": _Command(say=deploy_statements, role=lambda access: access.deploy_role_arn),
    "validate": _Command(say=validate_statements, role=lambda access: access.validate_role_arn),
    "import": _Command(say=import_statements, role=lambda access: access.validate_role_arn),
    "drill plan": _Command(say=plan_statements, role=_drills, restores=True),
    "drill run": _Command(say=run_statements, role=_drills, restores=True),
    "drill sweep": _Command(say=sweep_statements, role=_drills, restores=True),
}
"""By name. All others read the catalog only, and need nothing of AWS."""


def account_policies(state: DesiredState, command: str) -> tuple[CommandPolicy, ...]:
    """What a command must be allowed to do, for each of its roles in the accounts where it works."""
    found = COMMANDS[command]
    by_role: dict[tuple[str, str | None], list[DesiredUnit]] = {}
    for unit in state.units:
        if not found.restores or unit.role(RolePurpose.RESTORE):
            by_role.setdefault((unit.id.account, found.role(unit.access)), []).append(unit)
    by_tags = any(each.only_tagged for each in state.assertions)
    return tuple(
        CommandPolicy(
            account=account,
            account_id=units[0].account_id,
            role_arn=role_arn,
            statements=tuple(found.say(Ground(catalog=state.name, units=tuple(units), by_tags=by_tags))),
            made=role_arn in {role.arn for unit in units for role in unit.roles},
        )
        for (account, role_arn), units in by_role.items()
    )


KEEPS_EVIDENCE = ("drill run", "drill sweep")
"""The commands that keep evidence and journals, and may do so in a bucket."""


def caller_statements(
    state: DesiredState, command: str, *, evidence: tuple[str, str] | None = None
) -> tuple[Statement, ...]:
    """What who runs the command must be allowed to do: assume its roles, and keep Terraform's state or, in a
    bucket below a prefix, the evidence of drills.

    Terraform's documentation, "Backend type: s3", names the permissions for a state with a lock file.
    """
    roles = [each.role_arn for each in account_policies(state, command) if each.role_arn]
    statements = [say("AssumeRoles", ("sts:AssumeRole",), roles)] if roles else []
    if command == "deploy":
        statements += _state(state)
    if evidence is not None and command in KEEPS_EVIDENCE:
        statements += _evidence(state, *evidence)
    return tuple(statements)


def _evidence(state: DesiredState, name: str, prefix: str) -> Iterator[Statement]:
    """Nothing is ever deleted there. A write that is bound to an ETag needs reading too ("Conditional writes"
    in the Amazon S3 User Guide)."""
    if not state.units:
        return
    bucket = f"arn:{state.units[0].partition}:s3:::{name}"
    yield say("FindEvidence", ("s3:ListBucket",), (bucket,), (("StringLike", "s3:prefix", (f"{prefix}/*",)),))
    yield say("KeepEvidence", ("s3:GetObject", "s3:PutObject"), (f"{bucket}/{prefix}/*",))


def _state(state: DesiredState) -> Iterator[Statement]:
    kept = state.state
    if kept.bucket is None or not state.units:
        return
    bucket = f"arn:{state.units[0].partition}:s3:::{kept.bucket}"
    yield say(
        "FindState",
        ("s3:ListBucket",),
        (bucket,),
        (("StringLike", "s3:prefix", (f"{kept.prefix}/*",)),),
    )
    yield say("KeepState", ("s3:GetObject", "s3:PutObject"), (f"{bucket}/{kept.prefix}/*.tfstate",))
    yield say(
        "LockState",
        ("s3:DeleteObject", "s3:GetObject", "s3:PutObject"),
        (f"{bucket}/{kept.prefix}/*.tfstate.tflock",),
    )
