"""A run of the validator for people: grouped by unit, worst first, and quiet where all is well."""

import io
from collections.abc import Iterator

from rich.console import Console
from rich.text import Text

from tierkeep.report.findings_words import (
    counted,
    counts,
    plural,
    scope,
    shown,
    waiver_notes,
    what,
)
from tierkeep.validate.checks import NOT_COMPARED
from tierkeep.validate.findings import Finding, Severity, Standing, UnitResult, Unknown, Verdict
from tierkeep.validate.validation import Validation

_VERDICT_STYLE = {
    Verdict.PASS: "green",
    Verdict.FAIL: "bold red",
    Verdict.UNKNOWN: "bold yellow",
    Verdict.WAIVED: "cyan",
}
_SEVERITY_STYLE = {
    Severity.CRITICAL: "bold red",
    Severity.HIGH: "red",
    Severity.MEDIUM: "yellow",
    Severity.LOW: "cyan",
}


def findings_text(validation: Validation) -> str:
    """The lines without colours, for a file, without the last one's end."""
    stream = io.StringIO()
    print_findings(validation, Console(file=stream, highlight=False, color_system=None))
    return stream.getvalue().removesuffix("\n")


def print_findings(validation: Validation, console: Console) -> None:
    """Prints one line for each unit, what was found in it, and a summary. Lines are never wrapped."""
    for line in _lines(validation):
        console.print(line, soft_wrap=True)


def _lines(validation: Validation) -> Iterator[Text]:
    for result in sorted(validation.results, key=_worst_first):
        yield from _unit_lines(result)
    for identity in validation.gone or ():
        yield Text(f"gone since the baseline: {identity}")
    for note in waiver_notes(validation):
        yield Text(note, style="yellow")
    yield _summary(validation)
    if part := scope(validation):
        yield Text(part, style="bold")
    yield Text(f"not compared: {', '.join(NOT_COMPARED)}", style="dim")


def _unit_lines(result: UnitResult) -> Iterator[Text]:
    """What fails, what is unknown, and what is accepted, in this order."""
    yield _heading(result)
    for finding in result.findings:
        if finding.standing is Standing.OPEN:
            yield from _finding_lines(finding)
    for unknown in result.unknowns:
        yield from _unknown_lines(unknown)
    for finding in sorted(result.findings, key=lambda each: each.standing):
        if finding.standing is not Standing.OPEN:
            yield from _accepted_lines(finding)


def _worst_first(result: UnitResult) -> tuple[bool, bool, int]:
    """Units with open findings by the worst of them, those that are unknown, waived ones, clean ones."""
    ranks = [finding.severity.rank for finding in result.findings if finding.standing is Standing.OPEN]
    accepted_only = result.verdict in {Verdict.PASS, Verdict.WAIVED}
    return (
        accepted_only,
        not (ranks or (accepted_only and result.findings)),
        min(ranks, default=len(Severity)),
    )


def _heading(result: UnitResult) -> Text:
    line = Text()
    line.append(f"{result.verdict:<8}", style=_VERDICT_STYLE[result.verdict])
    line.append(str(result.unit), style="bold")
    standings = [finding.standing for finding in result.findings]
    numbers = {standing: standings.count(standing) for standing in Standing}
    found = counted(numbers[Standing.OPEN], len(result.unknowns), numbers)
    return line.append(f" ({result.account_id}){': ' + found if found else ''}")


def _finding_lines(finding: Finding) -> Iterator[Text]:
    yield (
        Text("  ")
        .append(f"{finding.severity:<9}", style=_SEVERITY_STYLE[finding.severity])
        .append(what(finding))
    )
    yield _detail("expected", f"{shown(finding.expected, finding)} → actual {shown(finding.actual, finding)}")
    if finding.origin:
        yield _detail("catalog", finding.origin)
    yield _detail("risk", finding.risk)
    yield _detail("remedy", finding.remedy)
    yield _detail("check", finding.check)


def _unknown_lines(unknown: Unknown) -> Iterator[Text]:
    yield Text("  ").append(f"{'unknown':<9}", style=_VERDICT_STYLE[Verdict.UNKNOWN]).append(what(unknown))
    yield _detail("cause", str(unknown.cause))
    yield _detail("check", unknown.check)


def _accepted_lines(finding: Finding) -> Iterator[Text]:
    head = Text("  ").append(f"{finding.standing:<9}", style=_VERDICT_STYLE[Verdict.WAIVED])
    yield head.append(f"{what(finding)} ({finding.severity}, {finding.check})")
    if finding.waiver:
        yield _detail("until", f"{finding.waiver.until}: {finding.waiver.reason}")


def _detail(label: str, text: str) -> Text:
    return Text(" " * 11).append(f"{label:<9}", style="dim").append(text)


def _summary(validation: Validation) -> Text:
    clean = sum(result.verdict is Verdict.PASS for result in validation.results)
    found = counts(validation)
    units = plural(len(validation.results), "unit")
    return Text(f"{units}, {clean} as the catalog says{': ' + found if found else ''}")
