"""What a vault's access policy denies to who asks.

From "Vault access policies" in the AWS Backup Developer Guide: a policy can deny an action on a vault and on
its recovery points to principals of the account, and only Deny matters there, since their own IAM policies
allow.  Conditions on anything but who asks, and NotPrincipal, are not decided: such statements deny nothing
here.  What other accounts may copy into a vault is decided in :mod:`emulator.backup.permissions`.
"""

import json
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

from emulator.backup import arns
from emulator.backup.resources.base import Place
from emulator.backup.vaults import Vault
from emulator.errors import AccessDenied


@dataclass(frozen=True)
class Caller:
    """Who asks: ``arn`` is what STS's GetCallerIdentity would answer."""

    account: str
    arn: str

    @property
    def role_arn(self) -> str | None:
        """The role whose session the caller is, if it is one."""
        owner = arns.parse(self.arn)
        kind, _, rest = owner.resource.partition("/")
        if kind != "assumed-role":
            return None
        return f"arn:{owner.partition}:iam::{self.account}:role/{rest.split('/')[0]}"

    @property
    def principal_arn(self) -> str:
        """What the condition key aws:PrincipalArn holds: for a session, its role's ARN."""
        return self.role_arn or self.arn

    @property
    def names(self) -> tuple[str, ...]:
        """All that a policy may call the caller: its ARN, its role's, its account."""
        root = f"arn:{arns.parse(self.arn).partition}:iam::{self.account}:root"
        return self.arn, self.principal_arn, self.account, root


def caller(place: Place, access_key: str) -> Caller:
    """Who signed a request with ``access_key``; the account's root where moto does not know the key."""
    from moto.sts.models import sts_backends

    backend = sts_backends[place.account][place.partition]
    _, arn, _ = backend.get_caller_identity(access_key, place.region)
    if arn.endswith(":user/moto"):  # what moto calls a key that it does not know
        arn = f"arn:{place.partition}:iam::{place.account}:root"
    return Caller(place.account, arn)


def check(vault: Vault, action: str, who: Caller) -> None:
    """:raises AccessDenied: the policy of ``vault`` denies ``action`` (as backup:DeleteRecoveryPoint)."""
    if vault.policy is None:
        return
    statements = json.loads(vault.policy)["Statement"]
    for statement in [statements] if isinstance(statements, dict) else statements:
        if statement.get("Effect") == "Deny" and _concerns(statement, action, who):
            raise AccessDenied(
                f"User: {who.arn} is not authorized to perform: {action} on resource: {vault.arn} "
                "with an explicit deny in a resource-based policy"
            )


def _concerns(statement: dict[str, Any], action: str, who: Caller) -> bool:
    if "Action" in statement:
        acts = _any_like(action.lower(), [name.lower() for name in _listed(statement["Action"])])
    else:
        left_out = [name.lower() for name in _listed(statement.get("NotAction"))]
        acts = bool(left_out) and not _any_like(action.lower(), left_out)
    return (
        acts
        and _names(statement.get("Principal"), who)
        and all(
            _holds(operator, key, _listed(wanted), who)
            for operator, keys in (statement.get("Condition") or {}).items()
            for key, wanted in keys.items()
        )
    )


def _names(principal: Any, who: Caller) -> bool:
    named = _listed(principal.get("AWS") if isinstance(principal, dict) else principal)
    return any(name == "*" or name in who.names for name in named)


def _holds(operator: str, key: str, wanted: list[str], who: Caller) -> bool:
    known = {"aws:principalarn": who.principal_arn, "aws:principalaccount": who.account}
    value = known.get(key.lower())
    if value is None:
        return False
    if operator in ("StringEquals", "StringLike", "ArnEquals", "ArnLike"):
        return _any_like(value, wanted)
    if operator in ("StringNotEquals", "StringNotLike", "ArnNotEquals", "ArnNotLike"):
        return not _any_like(value, wanted)
    return False


def _any_like(value: str, patterns: list[str]) -> bool:
    return any(fnmatchcase(value, pattern) for pattern in patterns)


def _listed(value: Any) -> list[str]:
    if value is None:
        return []
    return [value] if isinstance(value, str) else list(value)
