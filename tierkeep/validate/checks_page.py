"""The checks as people read them: a list, one explained, and `docs/checks.md`.

python -m tierkeep.validate.checks_page > docs/checks.md
"""

from collections.abc import Iterator, Sequence
from itertools import groupby

from tierkeep.validate.check import Check
from tierkeep.validate.checks import CHECKS, NOT_COMPARED

_HEAD = """\
# The checks

Generated: `python -m tierkeep.validate.checks_page > docs/checks.md`.

What `tierkeep validate` asks of every unit (an account in a Region), by family. A finding is at most as bad
as its check says, and says itself how bad it is, what it puts at risk and what sets it right.
`tierkeep checks CHECK` prints what stands here about one check. How to run them and how to waive what they
find: [validate.md](validate.md).
"""


def listed(checks: Sequence[Check]) -> str:
    """A line for each, without the last one's end."""
    widths = [max(len(text(each)) for each in checks) for text in (_id, _severities)]
    return "\n".join(
        f"{each.id:<{widths[0]}}  {each.severities:<{widths[1]}}  {each.question}" for each in checks
    )


def _id(check: Check) -> str:
    return check.id


def _severities(check: Check) -> str:
    return check.severities


def explained(check: Check) -> str:
    """All that is known of one, without the last line's end."""
    return (
        f"{check.id} ({check.severities}): {check.question}\n\n"
        f"At risk: {check.risk}\nRemedy: {check.remedy}\nSource: {check.source}"
    )


def page(checks: Sequence[Check] = CHECKS) -> str:
    """The page as Markdown, of these checks."""
    return "\n".join([_HEAD, *_table(checks), "", *_families(checks), *_not_compared()])


def _table(checks: Sequence[Check]) -> Iterator[str]:
    yield "| check | severity | question |"
    yield "|---|---|---|"
    for each in checks:
        yield f"| [{each.id}](#{_anchor(each)}) | {each.severities} | {each.question} |"


def _anchor(check: Check) -> str:
    """As GitHub makes it of a heading: without the dot."""
    return check.id.replace(".", "")


def _families(checks: Sequence[Check]) -> Iterator[str]:
    for family, members in groupby(checks, key=lambda each: each.family):
        yield f"## Family {family}\n"
        for each in members:
            yield f"### {each.id}\n\n{each.question}\n"
            yield f"- Severity: {each.severities}"
            yield f"- At risk: {each.risk}"
            yield f"- Remedy: {each.remedy}"
            yield f"- Source: {_linked(each.source)}\n"


def _linked(source: str) -> str:
    """A URL as it is, a document of this repository as a link from docs/."""
    return f"<{source}>" if ":" in source else f"[{source}]({source.removeprefix('docs/')})"


def _not_compared() -> Iterator[str]:
    yield "## What is not looked at\n"
    yield "Every report says so, since a backup may depend on it:\n"
    yield from (f"- {each}" for each in NOT_COMPARED)
    yield ""


if __name__ == "__main__":
    print(page(), end="")
