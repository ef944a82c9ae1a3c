"""A diff for the terminal: the weaker promises first, then what Terraform would do, the worst first."""

from __future__ import annotations

from collections.abc import Iterator, Set

from tierkeep.diff import Diff, PromiseChange, ResourceChange
from tierkeep.report.diff_lines import ABSENT, DIRECTIONS, dotted, places, summary


def diff_text(diff: Diff, *, old: str, new: str) -> str:
    """The whole diff, without a final newline. `old` and `new` say what was compared."""
    return "\n".join(_lines(diff, old, new))


def _lines(diff: Diff, old: str, new: str) -> Iterator[str]:
    yield f"{old} → {new}"
    yield summary(diff)
    for note in diff.notes:
        yield ""
        yield f"note: {note}"
    for direction in DIRECTIONS:
        if found := diff.of(direction):
            yield ""
            yield f"{direction.upper()} PROMISES" if direction != "changed" else "PROMISES IN OTHER WORDS"
            for each in found:
                yield from _promise(each)
    if diff.resources:
        yield ""
        yield "TERRAFORM WOULD"
        told: set[str] = set()
        for change in diff.resources:
            yield from _resource(change, told)
            told.add(change.hazard)


def _promise(change: PromiseChange) -> Iterator[str]:
    of = f"{change.tier}: " if change.tier else ""
    yield f"  {of}{change.what}: {change.old or ABSENT} → {change.new or ABSENT}"
    if change.places:
        yield f"      in       {places(change.places)}"
    yield f"      catalog  {dotted(change.origin)}"


def _resource(change: ResourceChange, told: Set[str]) -> Iterator[str]:
    """The lines of one resource; a hazard that was told stands there once."""
    yield f"  {change.action}: {change.type} {change.name} in {change.unit}"
    for each in change.fields:
        forced = " (cannot change in place)" if each.name in change.forced_by else ""
        yield f"      {each.name}: {each.old or ABSENT} → {each.new or ABSENT}{forced}"
    if change.forced_by and not {each.name for each in change.fields}.intersection(change.forced_by):
        yield f"      because of {', '.join(change.forced_by)}"
    if change.hazard and change.hazard not in told:
        yield f"      careful: {change.hazard}"
    yield f"      catalog  {dotted(change.origin)}"
