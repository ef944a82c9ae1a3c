"""What the deployment that adopts a thing changes about it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from tierkeep.adopt.model import Change, Effect
from tierkeep.validate.difference import Difference, Kind, Undetermined, differences
from tierkeep.validate.judge import reported_value
from tierkeep.validate.unread import Unread

Rules = tuple[tuple[str, Kind | None, Effect], ...]
"""Path, kind (None is any) and effect; the first that fits is taken, and what none fits is updated in
place."""


def changes(expected: Any, actual: Any, rules: Rules = ()) -> tuple[Change, ...] | Unread:
    """Every setting that is not as expected, with what Terraform does about it; or what could not be read."""
    found = []
    for each in differences(expected, actual):
        if isinstance(each, Undetermined):
            return each.cause
        found.append(
            Change(
                effect=_effect(each, rules),
                field=each.path,
                actual=reported_value(each.actual),
                expected=reported_value(each.expected),
            )
        )
    return (*found, *_foreign_tags(expected, actual))


def _effect(difference: Difference, rules: Rules) -> Effect:
    for pattern, kind, effect in rules:
        if kind in {None, difference.kind} and re.fullmatch(pattern, difference.path):
            return effect
    return Effect.UPDATE


def _foreign_tags(expected: Any, actual: Any) -> Iterator[Change]:
    """Tags that the catalog does not give: nobody's business while they are deployed, but Terraform takes all
    tags of what it adopts for its own, and removes these. Those of AWS itself it leaves."""
    tags: Mapping[str, str] = getattr(actual, "tags", {})
    for key in sorted(tags.keys() - getattr(expected, "tags", {}).keys()):
        if not key.startswith("aws:"):
            yield Change(effect=Effect.UPDATE, field=f"tags[{key}]", actual=tags[key], expected=None)
