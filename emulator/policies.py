"""What a resource's policy says to who asks: the one place where policies' statements are evaluated.

From "Policy evaluation logic" and "IAM JSON policy elements" (Principal, NotPrincipal, Action, NotAction,
Condition operators) in the IAM User Guide.  A statement with a condition that cannot be decided here, since
the key's value is not known or the operator is none of ours, is taken not to apply: it neither allows nor
denies.
"""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from functools import cache, lru_cache
from typing import Any

Statement = dict[str, Any]


class Verdict(Enum):
    """What a policy says: nothing is not a refusal, where another policy may allow."""

    ALLOWED = "allowed"
    DENIED = "denied"
    SILENT = "silent"


@dataclass(frozen=True)
class Principal:
    """Who asks: ``arn`` is what STS's GetCallerIdentity would answer, or a role's own ARN."""

    account: str
    arn: str

    @property
    def partition(self) -> str:
        return self.arn.split(":")[1]

    @property
    def root(self) -> str:
        """What stands for the whole account."""
        return f"arn:{self.partition}:iam::{self.account}:root"

    @property
    def role_arn(self) -> str | None:
        """The role whose session this is, if it is one."""
        kind, _, rest = self.arn.split(":", 5)[5].partition("/")
        if kind != "assumed-role":
            return None
        return f"arn:{self.partition}:iam::{self.account}:role/{rest.split('/')[0]}"

    @property
    def principal_arn(self) -> str:
        """What the condition key aws:PrincipalArn holds: for a session, its role's ARN."""
        return self.role_arn or self.arn

    @property
    def components(self) -> tuple[str, ...]:
        """All that a policy may name: the session, its role, the account."""
        return tuple(dict.fromkeys((self.arn, self.principal_arn, self.root)))

    @property
    def keys(self) -> dict[str, str | None]:
        """The condition keys that hold who this is."""
        return {"aws:principalarn": self.principal_arn, "aws:principalaccount": self.account}


def account(account_id: str, partition: str) -> Principal:
    """An account as a whole."""
    return Principal(account_id, f"arn:{partition}:iam::{account_id}:root")


@dataclass(frozen=True)
class Request:
    """What is asked.

    ``keys`` are the condition keys by their names in lower case; None says that a request like this never has
    the key, while a key that is not there is not known.  ``resource`` is None where a statement's Resource is
    not to be looked at.
    """

    action: str
    who: Principal
    keys: Mapping[str, str | None] = field(default_factory=dict)
    resource: str | None = None


def verdict(policy: str | None, request: Request) -> Verdict:
    """What a policy, as JSON, says to a request: a Deny outweighs every Allow."""
    effects = {statement.get("Effect") for statement in _statements(policy) if _concerns(statement, request)}
    if "Deny" in effects:
        return Verdict.DENIED
    return Verdict.ALLOWED if "Allow" in effects else Verdict.SILENT


@lru_cache
def _statements(policy: str | None) -> list[Statement]:
    """The statements of a policy, which may have a single one that is no list."""
    found = json.loads(policy).get("Statement", []) if policy else []
    return [found] if isinstance(found, dict) else list(found)


def _concerns(statement: Statement, request: Request) -> bool:
    return (
        _acts(statement, request.action)
        and _principal(statement, request.who)
        and _resource(statement, request.resource)
        and all(
            _holds(operator, key, _listed(wanted), request.keys)
            for operator, keys in (statement.get("Condition") or {}).items()
            for key, wanted in keys.items()
        )
    )


def _acts(statement: Statement, action: str) -> bool:
    named = [name.lower() for name in _listed(statement.get("Action", statement.get("NotAction")))]
    matched = any(_like(action.lower(), name) for name in named)
    return matched if "Action" in statement else bool(named) and not matched


def _principal(statement: Statement, who: Principal) -> bool:
    """Whether a statement is about who asks.

    NotPrincipal leaves out only whose session, role and account are all named ("Specifying NotPrincipal with
    Deny").
    """
    if "NotPrincipal" in statement:
        left_out = _aws(statement["NotPrincipal"])
        return not all(_names(left_out, each, who) for each in who.components)
    named = _aws(statement.get("Principal"))
    return any(_names(named, each, who) for each in who.components)


def _aws(principal: Any) -> list[str]:
    """The accounts, users and roles of an element; services and federated users are nobody here."""
    return _listed(principal.get("AWS") if isinstance(principal, dict) else principal)


def _names(named: list[str], component: str, who: Principal) -> bool:
    return "*" in named or component in named or (component == who.root and who.account in named)


def _resource(statement: Statement, resource: str | None) -> bool:
    if resource is None or "Resource" not in statement:
        return True
    return any(_like(resource, pattern) for pattern in _listed(statement["Resource"]))


def _holds(operator: str, key: str, wanted: list[str], keys: Mapping[str, str | None]) -> bool:
    base = operator.removesuffix("IfExists")
    positive = base.replace("Not", "")
    if key.lower() not in keys or positive not in _OPERATORS:
        return False
    value = keys[key.lower()]
    if value is None:
        return positive != base or operator != base
    return any(_OPERATORS[positive](value, each) for each in wanted) != (positive != base)


def _like(value: str, pattern: str) -> bool:
    return _matcher(pattern).fullmatch(value) is not None


@cache
def _matcher(pattern: str) -> re.Pattern[str]:
    """Of wildcards, policies have * and ? only."""
    return re.compile(re.escape(pattern).replace(r"\*", ".*").replace(r"\?", "."), re.DOTALL)


_OPERATORS: dict[str, Callable[[str, str], bool]] = {
    "StringEquals": lambda value, wanted: value == wanted,
    "StringEqualsIgnoreCase": lambda value, wanted: value.lower() == wanted.lower(),
    "StringLike": _like,
    "ArnEquals": _like,
    "ArnLike": _like,
    "Bool": lambda value, wanted: value.lower() == wanted.lower(),
}
"""The positive ones: with Not in their names they are the others."""


def _listed(value: Any) -> list[str]:
    if value is None:
        return []
    items = value if isinstance(value, list) else [value]
    return [str(item).lower() if isinstance(item, bool) else str(item) for item in items]
