"""`docs/rules.md`, from the registry and the list of constraints.

python -m tierkeep.rules.page > docs/rules.md
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

from tierkeep.rules import Rule, all_rules
from tierkeep.rules.constraints import ROWS, Row
from tierkeep.rules.support_table import support_table

TEST = "tests/rules/test_each_rule.py::test_broken[{id}]"
"""The test that breaks a rule; its neighbour `test_kept` just keeps it."""

_HEAD = """\
# The rules

Generated: `python -m tierkeep.rules.page > docs/rules.md`.

What `tierkeep lint` judges a catalog by, before anything is deployed. An error is what AWS would refuse,
ignore or lose data by; a warning is what AWS's own sources do not settle or what holds only in some cases; a
notice is worth knowing. `tierkeep rules ID` prints what stands here about one rule.

A catalog may break a rule knowingly, for some time. The error becomes a notice, until the day is over:

    waivers:
      TK013: { reason: One missing run a year is agreed, until: 2027-06-30, at: tiers.archive.schedules }

`at` is a path of the catalog and may be left out; a list holds several waivers of one rule.

No catalog can break {guards}:
what would break them a catalog cannot say. They hold what Tierkeep itself computes to AWS's limits, and would
speak if a change of Tierkeep were to exceed them.
"""


def page() -> str:
    """The page as Markdown."""
    guards = ", ".join(f"[{each.id}](#{each.id.lower()})" for each in all_rules() if each.guards_generator)
    sections = (_section(each) for each in all_rules())
    head = _HEAD.replace("{guards}", guards)
    return "\n".join([head, *_table(), "", *_constraints(), *sections, *support_table()])


def _table() -> Iterator[str]:
    yield "## Rule, source, test\n"
    yield "| rule | severity | title | source | test |"
    yield "|---|---|---|---|---|"
    for each in all_rules():
        cells = (f"[{each.id}](#{each.id.lower()})", each.severity, each.title, each.source)
        yield f"| {' | '.join(cells)} | `{TEST.format(id=each.id)}` |"


def _constraints() -> Iterator[str]:
    yield "## What AWS will not do, and what holds it\n"
    for section, rows in groupby(ROWS, key=lambda row: row.section):
        yield f"### {section}\n"
        yield "| constraint | held by |"
        yield "|---|---|"
        yield from (f"| {row.constraint} | {_held_by(row)} |" for row in rows)
        yield ""


def _held_by(row: Row) -> str:
    rules = [f"[{rule}](#{rule.lower()})" for rule in row.rules]
    tests = [f"by construction: `{test}`" for test in row.test.split(", ") if test]
    return "; ".join([*rules, *tests]) or row.reason


def _section(rule: Rule) -> str:
    explanation = rule.explanation.replace("\nBreaks it:", "\n- Breaks it:").replace(
        "\nKeeps it:", "\n- Keeps it:"
    )
    waivable = "" if rule.waivable else " It cannot be waived."
    guards = " No catalog can break it: it guards what Tierkeep computes." if rule.guards_generator else ""
    title = f"## {rule.id}\n\n{rule.title} ({rule.severity}).{waivable}{guards}"
    return f"{title}\n\n{explanation}\n\nSource: {rule.source}\n"


if __name__ == "__main__":
    print(page(), end="")
