"""What the diff's text and Markdown both say, in the same words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from tierkeep.desired.model import Origin
from tierkeep.diff import Action, Diff, Direction

NOTHING = "nothing changes"
ABSENT = "none"
DIRECTIONS = (Direction.WEAKER, Direction.CHANGED, Direction.STRONGER)


def summary(diff: Diff) -> str:
    """One line: how many promises change in which direction, and what Terraform would do."""
    if diff.empty:
        return NOTHING
    promises = [f"{len(found)} {each}" for each in DIRECTIONS if (found := diff.of(each))]
    counts = Counter(change.action for change in diff.resources)
    actions = [f"{counts[action]} {action}" for action in Action if counts[action]]
    said = ", ".join(promises) or "as they were"
    return f"promises: {said}; Terraform: {', '.join(actions) or 'nothing to do'}"


def dotted(origin: Origin) -> str:
    """A path in the catalog."""
    return ".".join(origin)


def places(found: Sequence[str]) -> str:
    """Where a promise holds: `account/Region type, type; …`."""
    grouped: dict[str, list[str]] = {}
    for each in found:
        unit, _, resource_type = each.partition(" ")
        grouped.setdefault(unit, []).append(resource_type)
    return "; ".join(f"{unit} {', '.join(types)}" for unit, types in grouped.items())
