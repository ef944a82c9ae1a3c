"""Words in which every output for people says what a run of the validator found."""

from collections.abc import Iterator

from tierkeep.validate.difference import Kind
from tierkeep.validate.findings import Finding, Resource, Standing, Unknown, Value
from tierkeep.validate.validation import Validation
from tierkeep.validate.waiving import WaiverState, WaiverUse


def named(resource: Resource) -> str:
    """A resource, such as `vault campus-critical`."""
    return f"{resource.type} {resource.name}"


def what(outcome: Finding | Unknown) -> str:
    """The resource and the field that an outcome is about."""
    if outcome.resource is None:
        return f"all of {outcome.check}"
    return f"{named(outcome.resource)}: {outcome.field}"


def shown(value: Value, finding: Finding) -> str:
    """A value as people read it."""
    if value is None:
        return "not set" if finding.kind is Kind.CHANGED else "absent"
    if isinstance(value, bool):
        return "true" if value else "false"
    return ", ".join(value) if isinstance(value, tuple) else str(value)


def difference(finding: Finding) -> str:
    """What was expected and what is there."""
    return f"expected {shown(finding.expected, finding)}, actual {shown(finding.actual, finding)}"


def accepted(finding: Finding) -> str:
    """Why a finding that is not open does not fail."""
    if finding.waiver:
        return f"waived until {finding.waiver.until}: {finding.waiver.reason}"
    return "known from the baseline"


def counts(validation: Validation) -> str:
    """How many of each kind there are, such as `2 findings, 8 not determined, 1 waived`; empty for none."""
    numbers = {standing: len(validation.findings(standing)) for standing in Standing}
    return counted(numbers[Standing.OPEN], len(validation.unknowns()), numbers)


def counted(findings: int, unknowns: int, accepted_ones: dict[Standing, int]) -> str:
    """The numbers in words; what is 0 is left out."""
    parts = [plural(findings, "finding")] if findings else []
    if unknowns:
        parts.append(f"{unknowns} not determined")
    parts += [
        f"{number} {standing}"
        for standing in (Standing.KNOWN, Standing.WAIVED)
        if (number := accepted_ones.get(standing, 0))
    ]
    return ", ".join(parts)


def plural(number: int, noun: str) -> str:
    """`1 unit`, `2 units`."""
    return f"{number} {noun}{'' if number == 1 else 's'}"


def scope(validation: Validation) -> str:
    """What the verdict is about, where that is not everything; else empty."""
    if validation.complete:
        return ""
    parts: list[str] = []
    if not validation.all_units:
        parts.append(f"units {', '.join(str(result.unit) for result in validation.results)}")
    if validation.filters.tiers:
        parts.append(f"tiers {', '.join(validation.filters.tiers)} and what all tiers share")
    if not validation.filters.every_check:
        parts.append(f"checks {', '.join(check.id for check in validation.filters.checks)}")
    return f"the verdict is on a part alone: {'; '.join(parts)}"


def waiver_notes(validation: Validation) -> Iterator[str]:
    """What somebody should know of the waivers."""
    for use in validation.waivers:
        if use.state in {WaiverState.EXPIRED, WaiverState.UNUSED}:
            yield _note(use)


def _note(use: WaiverUse) -> str:
    waiver = use.waiver
    of = f"the waiver of {waiver.waives} ({'.'.join(waiver.origin)})"
    if use.state is WaiverState.UNUSED:
        return f"{of} waives nothing: remove it"
    left = f"{plural(use.findings, 'finding')} that it waived" if use.findings else "what it waived is gone"
    return f"{of} ended on {waiver.until}, {left}: {waiver.reason}"
