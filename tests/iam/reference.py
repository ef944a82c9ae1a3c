"""AWS's own word on actions: its Service Authorization Reference and the policies that it manages."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from moto.iam.aws_managed_policies import aws_managed_policies_data


@dataclass(frozen=True)
class Action:
    """What the Service Authorization Reference says of an action: ARNs of its resources, its conditions."""

    required: tuple[str, ...]
    optional: tuple[str, ...]
    conditions: tuple[str, ...]


@cache
def action(name: str) -> Action:
    """The entry of an action; scripts/trim_authorization.py adds one that is missing."""
    found = _actions()[name]
    return Action(tuple(found["required"]), tuple(found["optional"]), tuple(found["conditions"]))


@cache
def _actions() -> dict[str, Any]:
    content: dict[str, Any] = json.loads(Path(__file__).with_name("reference.json").read_text())
    actions: dict[str, Any] = content["actions"]
    return actions


@cache
def managed_policies() -> dict[str, Any]:
    """Policies that AWS manages, in AWS's words, as moto carries them."""
    policies: dict[str, Any] = json.loads(aws_managed_policies_data)
    return policies


def managed_actions(*names: str) -> set[str]:
    """All actions that these policies allow, in small letters, as IAM reads them."""
    found: set[str] = set()
    for name in names:
        for statement in managed_policies()[name]["Document"]["Statement"]:
            actions = statement["Action"]
            found |= {each.lower() for each in ([actions] if isinstance(actions, str) else actions)}
    return found


def may_meet(pattern: str, reference: str) -> bool:
    """Whether an ARN exists that both a pattern of a policy and one of the reference fit."""
    parts = re.sub(r"\$\{[^}]+\}", "*", reference).split(":", 5)
    return all(_overlap(one, two) for one, two in zip(pattern.split(":", 5), parts, strict=True))


@cache
def _overlap(one: str, two: str) -> bool:
    if not one or not two:
        return not (one + two).strip("*")
    if one[0] == "*":
        return _overlap(one[1:], two) or _overlap(one, two[1:])
    if two[0] == "*":
        return _overlap(one, two[1:]) or _overlap(one[1:], two)
    return one[0] == two[0] and _overlap(one[1:], two[1:])
