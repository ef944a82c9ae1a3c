"""What IAM decides of a request by an identity policy: small, and written from the IAM user guide alone.

It raises on what it does not know, rather than guess: policy elements, operators, and keys that a request
lacks. "Policy evaluation logic" and "IAM JSON policy elements: Condition operators"; read 2026-11.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Any

Context = Mapping[str, tuple[str, ...]]


@dataclass(frozen=True)
class Request:
    """One action on one resource, with the condition keys that the request carries."""

    action: str
    resource: str
    context: Context = field(default_factory=dict)

    def __str__(self) -> str:
        return f"{self.action} on {self.resource} with {dict(self.context)}"


def allowing(policy: Mapping[str, Any], request: Request) -> Iterator[tuple[str, str]]:
    """The statements and the actions in them that allow a request, as (Sid, action)."""
    for statement in policy["Statement"]:
        assert set(statement) <= {"Sid", "Effect", "Action", "Resource", "Condition"}
        assert statement["Effect"] == "Allow"
        if not any(_like(each, request.resource) for each in statement["Resource"]):
            continue
        if not _holds(statement.get("Condition", {}), request.context):
            continue
        for action in statement["Action"]:
            if _like(action.lower(), request.action.lower()):
                yield statement["Sid"], action


def _holds(conditions: Mapping[str, Mapping[str, list[str]]], context: Context) -> bool:
    """All operators and all keys must hold; of a key's values any."""
    return all(
        _test(operator, wanted, context.get(key))
        for operator, keys in conditions.items()
        for key, wanted in keys.items()
    )


def _test(operator: str, wanted: list[str], found: tuple[str, ...] | None) -> bool:
    if operator == "Null":
        return (found is None) == (wanted == ["true"])
    prefix, _, plain = operator.rpartition(":")
    match = {"StringEquals": str.__eq__, "Bool": str.__eq__, "StringLike": _liked, "ArnLike": _liked}[plain]
    if prefix == "ForAllValues":
        return all(any(match(each, value) for each in wanted) for value in found or ())
    assert prefix in {"", "ForAnyValue"}
    assert prefix or found is None or len(found) == 1
    return any(match(each, value) for each in wanted for value in found or ())


def _liked(pattern: str, value: str) -> bool:
    return _like(pattern, value)


def _like(pattern: str, value: str) -> bool:
    return fnmatchcase(value, pattern.replace("[", "[[]"))
