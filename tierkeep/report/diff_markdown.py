"""A diff as Markdown, for a comment on a pull request: summary, weaker promises first, tables."""

from __future__ import annotations

from collections.abc import Iterator

from tierkeep.diff import Action, Diff, Direction, PromiseChange, ResourceChange
from tierkeep.report.diff_lines import ABSENT, DIRECTIONS, dotted, places, summary

_TITLES = {
    Direction.WEAKER: "⚠️ Weaker promises",
    Direction.CHANGED: "Promises in other words",
    Direction.STRONGER: "Stronger promises",
}


def diff_markdown(diff: Diff, *, old: str, new: str) -> str:
    """The whole diff, without a final newline. `old` and `new` say what was compared."""
    return "\n".join(_lines(diff, old, new))


def _lines(diff: Diff, old: str, new: str) -> Iterator[str]:
    yield f"### Backups: `{old}` → `{new}`"
    yield ""
    yield f"**{'⚠️ ' if diff.needs_attention else ''}{summary(diff)}**"
    for note in diff.notes:
        yield ""
        yield f"> {note}"
    for direction in DIRECTIONS:
        if found := diff.of(direction):
            yield ""
            yield f"#### {_TITLES[direction]}"
            yield ""
            yield "| tier | promise | old | new | where | catalog |"
            yield "| --- | --- | --- | --- | --- | --- |"
            yield from (_promise(each) for each in found)
    if diff.resources:
        yield ""
        yield "#### Terraform would"
        yield ""
        yield "| action | resource | unit | changes |"
        yield "| --- | --- | --- | --- |"
        yield from (_resource(each) for each in diff.resources)
        yield from _hazards(diff)


def _promise(change: PromiseChange) -> str:
    cells = (
        change.tier,
        change.what,
        change.old or ABSENT,
        change.new or ABSENT,
        places(change.places),
        f"`{dotted(change.origin)}`",
    )
    return f"| {' | '.join(_cell(each) for each in cells)} |"


def _resource(change: ResourceChange) -> str:
    fields = "<br>".join(
        f"{each.name}: {each.old or ABSENT} → {each.new or ABSENT}" for each in change.fields
    )
    action = change.action if change.action.harmless else f"**{change.action}**"
    cells = (action, f"`{change.type}` {change.name}", str(change.unit), fields)
    return f"| {' | '.join(_cell(each) for each in cells)} |"


def _hazards(diff: Diff) -> Iterator[str]:
    found: dict[tuple[Action, str, str], list[str]] = {}
    for each in diff.resources:
        if each.hazard:
            found.setdefault((each.action, each.type, each.hazard), []).append(each.name)
    for (action, kind, hazard), names in found.items():
        yield ""
        yield f"- **{action}** `{kind}` {', '.join(sorted(set(names)))}: {hazard}."


def _cell(text: str) -> str:
    return text.replace("|", "\\|")
