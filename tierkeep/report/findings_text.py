"""The validator's results for people: grouped by unit, worst first, and quiet where all is well."""

from collections.abc import Iterator, Sequence

from rich.console import Console
from rich.text import Text

from tierkeep.validate.checks import NOT_COMPARED
from tierkeep.validate.difference import Kind
from tierkeep.validate.findings import Finding, Resource, Severity, UnitResult, Unknown, Value, Verdict

_VERDICT_STYLE = {Verdict.PASS: "green", Verdict.FAIL: "bold red", Verdict.UNKNOWN: "bold yellow"}
_SEVERITY_STYLE = {
    Severity.CRITICAL: "bold red",
    Severity.HIGH: "red",
    Severity.MEDIUM: "yellow",
    Severity.LOW: "cyan",
}


def print_findings(results: Sequence[UnitResult], console: Console) -> None:
    """Prints one line for each unit, what was found in it, and a summary. Lines are never wrapped."""
    for result in sorted(results, key=_worst_first):
        _print(console, _heading(result))
        for finding in result.findings:
            for line in _finding_lines(finding):
                _print(console, line)
        for unknown in result.unknowns:
            for line in _unknown_lines(unknown):
                _print(console, line)
    _print(console, _summary(results))
    _print(console, Text(f"not compared: {', '.join(NOT_COMPARED)}", style="dim"))


def _print(console: Console, line: Text) -> None:
    console.print(line, soft_wrap=True)


def _worst_first(result: UnitResult) -> tuple[bool, bool, int]:
    worst = min((finding.severity.rank for finding in result.findings), default=len(Severity))
    return result.verdict is Verdict.PASS, not result.findings, worst


def _heading(result: UnitResult) -> Text:
    line = Text()
    line.append(f"{result.verdict:<8}", style=_VERDICT_STYLE[result.verdict])
    line.append(str(result.unit), style="bold")
    counts = _counts(len(result.findings), len(result.unknowns))
    return line.append(f" ({result.account_id}){': ' + counts if counts else ''}")


def _finding_lines(finding: Finding) -> Iterator[Text]:
    head = Text("  ").append(f"{finding.severity:<9}", style=_SEVERITY_STYLE[finding.severity])
    yield head.append(f"{_named(finding.resource)}: {finding.field}")
    yield _detail(
        "expected", f"{_shown(finding.expected, finding)} → actual {_shown(finding.actual, finding)}"
    )
    if finding.origin:
        yield _detail("catalog", finding.origin)
    yield _detail("risk", finding.risk)
    yield _detail("remedy", finding.remedy)
    yield _detail("check", finding.check)


def _unknown_lines(unknown: Unknown) -> Iterator[Text]:
    what = f"{_named(unknown.resource)}: {unknown.field}" if unknown.resource else f"all of {unknown.check}"
    yield Text("  ").append(f"{'unknown':<9}", style=_VERDICT_STYLE[Verdict.UNKNOWN]).append(what)
    yield _detail("cause", str(unknown.cause))
    yield _detail("check", unknown.check)


def _detail(label: str, text: str) -> Text:
    return Text(" " * 11).append(f"{label:<9}", style="dim").append(text)


def _named(resource: Resource) -> str:
    return f"{resource.type} {resource.name}"


def _shown(value: Value, finding: Finding) -> str:
    if value is None:
        return "not set" if finding.kind is Kind.CHANGED else "absent"
    if isinstance(value, bool):
        return "true" if value else "false"
    return ", ".join(value) if isinstance(value, tuple) else str(value)


def _summary(results: Sequence[UnitResult]) -> Text:
    findings = sum(len(result.findings) for result in results)
    unknowns = sum(len(result.unknowns) for result in results)
    clean = sum(result.verdict is Verdict.PASS for result in results)
    return Text(
        f"{_plural(len(results), 'unit')}, {clean} as the catalog says"
        + (f": {_counts(findings, unknowns)}" if findings or unknowns else "")
    )


def _counts(findings: int, unknowns: int) -> str:
    parts = [_plural(findings, "finding")] if findings else []
    if unknowns:
        parts.append(f"{unknowns} not determined")
    return ", ".join(parts)


def _plural(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
