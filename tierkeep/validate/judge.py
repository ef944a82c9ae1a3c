"""A DesiredUnit and an ObservedUnit -> findings. Pure: the same two states give the same result."""

from collections.abc import Iterable, Iterator
from dataclasses import is_dataclass
from typing import Any

from tierkeep.desired.model import DesiredUnit, Origin, UnitId
from tierkeep.validate.check import Check
from tierkeep.validate.checks import CHECKS
from tierkeep.validate.comparisons import COMPARISONS, Comparison
from tierkeep.validate.difference import Difference, Kind, Undetermined, differences
from tierkeep.validate.drift_checks import DRIFT_CHECKS
from tierkeep.validate.findings import Finding, Resource, UnitResult, Unknown, Value, verdicts
from tierkeep.validate.observed import ObservedUnit
from tierkeep.validate.remedies import remedy
from tierkeep.validate.risks import assess
from tierkeep.validate.unread import Unread


def judge(
    desired: DesiredUnit, observed: ObservedUnit, stored: Iterable[Finding | Unknown] | None = None
) -> UnitResult:
    """Compares how a unit shall be set up with how it is.

    `stored` is what is to be said of what it stores; None is that nobody asked, and no verdict on it.
    """
    outcomes = [
        outcome for comparison in COMPARISONS for outcome in judge_comparison(comparison, desired, observed)
    ]
    if stored is None:
        return _result(desired, outcomes, DRIFT_CHECKS)
    return _result(desired, [*outcomes, *stored], CHECKS)


def undetermined(desired: DesiredUnit, cause: Unread) -> UnitResult:
    """The result for a unit that could not be entered: every check is UNKNOWN, for one cause."""
    return _result(
        desired,
        [Unknown(check=check.id, unit=desired.id, resource=None, field="", cause=cause) for check in CHECKS],
        CHECKS,
    )


def judge_comparison(
    comparison: Comparison, desired: DesiredUnit, observed: ObservedUnit
) -> Iterator[Finding | Unknown]:
    """Compares things of one kind."""
    check, unit = comparison.check, desired.id
    expected = comparison.expected(desired, observed)
    actual = comparison.actual(expected, observed)
    if isinstance(actual, Unread):
        yield Unknown(check=check.id, unit=unit, resource=None, field="", cause=actual)
        return
    for name, wanted in expected.items():
        found = actual.get(name)
        arn = getattr(found, "arn", None) or getattr(wanted, "arn", None)
        resource = Resource(type=comparison.resource_type, name=name, arn=arn)
        if found is None:
            outcomes: Iterator[Difference | Undetermined] = iter(
                [Difference(path="", kind=Kind.MISSING, expected=wanted, actual=None, origin=wanted.origin)]
            )
        else:
            outcomes = differences(wanted, found)
        by_stack = getattr(wanted, "by_stack", False)
        for outcome in outcomes:
            yield _reported(check, resource, outcome, unit=unit, by_stack=by_stack, asked_by=wanted.origin)
    for name in sorted(actual.keys() - expected.keys()):
        yield _unexpected(comparison, name, actual[name], unit=unit)


def _unexpected(comparison: Comparison, name: str, found: Any, *, unit: UnitId) -> Finding | Unknown:
    """A thing that nobody asked for: the catalog's own, or not known to be, if its tags could not be read."""
    resource = Resource(type=comparison.resource_type, name=name, arn=getattr(found, "arn", None))
    tags = found if isinstance(found, Unread) else getattr(found, "tags", None)
    if isinstance(tags, Unread):
        path = "" if tags is found else "tags"
        return _reported(comparison.check, resource, Undetermined(path=path, cause=tags), unit=unit)
    difference = Difference(path="", kind=Kind.UNEXPECTED, expected=None, actual=found, origin=())
    return _reported(comparison.check, resource, difference, unit=unit)


def _reported(
    check: Check,
    resource: Resource,
    outcome: Difference | Undetermined,
    *,
    unit: UnitId,
    by_stack: bool = False,
    asked_by: Origin = (),
) -> Finding | Unknown:
    if isinstance(outcome, Undetermined):
        return Unknown(
            check=check.id,
            unit=unit,
            resource=resource,
            field=outcome.path or "existence",
            cause=outcome.cause,
            origin=_dotted(asked_by),
        )
    severity, risk = assess(check, outcome)
    origin = _dotted(outcome.origin)
    todo = remedy(check, resource, outcome, unit=unit, origin=origin or "the catalog", by_stack=by_stack)
    return Finding(
        check=check.id,
        severity=severity,
        kind=outcome.kind,
        unit=unit,
        resource=resource,
        field=outcome.path or "existence",
        expected=reported_value(outcome.expected),
        actual=reported_value(outcome.actual),
        risk=risk,
        remedy=todo,
        origin=origin,
    )


def _dotted(origin: Origin) -> str:
    return ".".join(origin)


def reported_value(value: Any) -> Value:
    """A field as it is, a whole thing as the line that describes it."""
    result: Value = str(value) if is_dataclass(value) else value
    return result


def _result(desired: DesiredUnit, outcomes: list[Finding | Unknown], asked: Iterable[Check]) -> UnitResult:
    findings = tuple(
        sorted((outcome for outcome in outcomes if isinstance(outcome, Finding)), key=_worst_first)
    )
    unknowns = tuple(outcome for outcome in outcomes if isinstance(outcome, Unknown))
    return UnitResult(
        unit=desired.id,
        account_id=desired.account_id,
        findings=findings,
        unknowns=unknowns,
        verdicts=verdicts(asked, findings, unknowns),
    )


def _worst_first(finding: Finding) -> tuple[int, str, str, str]:
    return finding.severity.rank, finding.check, finding.resource.name, finding.field
