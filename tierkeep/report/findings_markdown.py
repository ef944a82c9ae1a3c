"""A run of the validator as Markdown, for a comment on a pull request: short, worst first, tails folded."""

import re
from collections.abc import Iterator, Sequence

from tierkeep.report.findings_words import accepted, counts, difference, plural, scope, waiver_notes, what
from tierkeep.validate.checks import NOT_COMPARED
from tierkeep.validate.findings import Finding, Standing, Unknown, Verdict
from tierkeep.validate.validation import Validation

MOST_BYTES = 65_000
"""GitHub takes comments of 65,536 characters. Bytes are never fewer, whatever it counts."""

_EMPTY_TABLE = 400
"""Bytes that a table takes of which no row fits."""
_SHOWN = 10
"""Rows that a table shows before the rest is folded."""
_MOST_IN_CELL = 300
_MARKS = {Verdict.PASS: "✅", Verdict.FAIL: "❌", Verdict.UNKNOWN: "❓", Verdict.WAIVED: "☑️"}


def findings_markdown(validation: Validation) -> str:
    """The whole comment, without a final newline and of at most `MOST_BYTES`."""
    head = list(_head(validation))
    tail = ["", f"<sub>not compared: {', '.join(NOT_COMPARED)}</sub>"]
    left = MOST_BYTES - _size(head) - _size(tail)
    body: list[str] = []
    tables = [each for each in _tables(validation) if each[-1]]
    for position, (title, columns, rows) in enumerate(tables, 1):
        # What comes first may take most of the room: it is what fails. The others are counted at least.
        table = _table(title, columns, rows, room=left - _EMPTY_TABLE * (len(tables) - position))
        left -= _size(table)
        body += table
    return "\n".join([*head, *body, *tail])


def _head(validation: Validation) -> Iterator[str]:
    verdict = validation.verdict
    yield f"### {_MARKS[verdict]} tierkeep validate: {verdict}"
    yield ""
    clean = sum(result.verdict is Verdict.PASS for result in validation.results)
    found = counts(validation)
    units = f"{plural(len(validation.results), 'unit')} of {_code(validation.catalog)}"
    yield f"{units}, {clean} as the catalog says{': ' + found if found else ''}"
    if part := scope(validation):
        yield ""
        yield f"> {_short(part, 1000)}"
    notes = list(waiver_notes(validation))
    for note in notes[:_SHOWN]:
        yield ""
        yield f"> {_text(note)}"
    if len(notes) > _SHOWN:
        yield ""
        yield f"> and {len(notes) - _SHOWN} more waivers that expired or waive nothing"


def _tables(validation: Validation) -> Iterator[tuple[str, tuple[str, ...], list[str]]]:
    open_ones = validation.findings(Standing.OPEN)
    columns = ("severity", "unit", "what", "difference", "catalog")
    yield "Falls short", columns, [_row(*_finding(each)) for each in open_ones]
    unknowns = [_row(*_unknown(each)) for each in validation.unknowns()]
    yield "Could not be determined", ("unit", "what", "cause"), unknowns
    for title, standing in (("Known", Standing.KNOWN), ("Waived", Standing.WAIVED)):
        rows = [_row(*_accepted(each)) for each in validation.findings(standing)]
        yield title, ("severity", "unit", "what", "why it does not fail"), rows
    gone = [_row(_code(str(each))) for each in validation.gone or ()]
    yield "Gone since the baseline", ("what",), gone


def _finding(finding: Finding) -> tuple[str, ...]:
    return (
        f"**{finding.severity}**",
        _code(str(finding.unit)),
        f"{_code(what(finding))}<br>{_text(finding.risk)}",
        _code(difference(finding)),
        _code(finding.origin) if finding.origin else "",
    )


def _unknown(unknown: Unknown) -> tuple[str, ...]:
    return _code(str(unknown.unit)), _code(what(unknown)), _code(str(unknown.cause))


def _accepted(finding: Finding) -> tuple[str, ...]:
    return finding.severity, _code(str(finding.unit)), _code(what(finding)), _text(accepted(finding))


def _table(title: str, columns: Sequence[str], rows: Sequence[str], *, room: int) -> list[str]:
    """The rows that there is room for: some in sight, others folded, the rest counted."""
    head = [_row(*columns), _row(*("---" for _ in columns))]
    top = ["", f"#### {title} ({len(rows)})", "", *head]
    fold = ["", f"<details><summary>{len(rows)} more</summary>", "", *head]
    end = ["", "</details>", "", f"and {len(rows)} more, which this comment has no room for"]
    left = room - _size(top) - _size(fold) - _size(end)
    fitting = 0
    for row in rows:
        left -= _size([row])
        if left < 0:
            break
        fitting += 1
    folded = rows[_SHOWN:fitting]
    lines = [*top, *rows[: min(_SHOWN, fitting)]]
    if folded:
        summary = f"<details><summary>{len(folded)} more</summary>"
        lines += ["", summary, "", *head, *folded, "", "</details>"]
    if fitting < len(rows):
        lines += ["", f"and {len(rows) - fitting} more, which this comment has no room for"]
    return lines


def _row(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"


def _size(lines: Sequence[str]) -> int:
    return sum(len(line.encode()) + 1 for line in lines)


def _short(text: str, most: int) -> str:
    text = " ".join(text.split())
    return text if len(text) <= most else f"{text[: most - 1]}…"


def _code(text: str) -> str:
    """What AWS or a catalog says, as code: no markup in it counts, and nobody is mentioned by it."""
    disarmed = _short(text, _MOST_IN_CELL).replace("`", "'").replace("|", r"\|")
    return f"`{disarmed}`"


def _text(text: str) -> str:
    """A sentence, with what Markdown or HTML would take for markup disarmed."""
    return re.sub(r"([\\`*_\[\]<>|#])", r"\\\1", _short(text, _MOST_IN_CELL))
