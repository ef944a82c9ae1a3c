"""The catalog's waivers of checks: which findings they waive, which have expired, which waive nothing."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from fnmatch import fnmatchcase

from tierkeep.desired.model import Waiver
from tierkeep.validate.checks import find_check
from tierkeep.validate.findings import Finding, UnitResult


class WaiverState(StrEnum):
    """What has become of a waiver in a run."""

    HOLDS = "holds"
    """It waives something."""
    EXPIRED = "expired"
    """Its last day is over: it waives nothing any more."""
    UNUSED = "waives nothing"
    """All that it could waive was looked at, and there is nothing of it."""
    UNJUDGED = "not judged"
    """It waives nothing of what was looked at, which is not all that it could waive."""


@dataclass(frozen=True, kw_only=True, slots=True)
class WaiverUse:
    """A waiver of a check after a run."""

    waiver: Waiver
    state: WaiverState
    findings: int
    """How many findings it waives, or would if it had not expired."""


def waive(
    results: Sequence[UnitResult], waivers: Iterable[Waiver], *, today: str, everywhere: bool
) -> tuple[tuple[UnitResult, ...], tuple[WaiverUse, ...]]:
    """The results with what is waived marked as such, and what became of each waiver of a check.

    `today` is the day in UTC as YYYY-MM-DD; `everywhere` says that the results are those of all units.
    """
    uses = tuple(
        _use(waiver, results, today=today, everywhere=everywhere)
        for waiver in waivers
        if find_check(waiver.waives)
    )
    valid = [use.waiver for use in uses if use.state is WaiverState.HOLDS]
    return tuple(_waived(result, valid) for result in results), uses


def _use(waiver: Waiver, results: Sequence[UnitResult], *, today: str, everywhere: bool) -> WaiverUse:
    findings = sum(_covers(waiver, finding) for result in results for finding in result.findings)
    unread = any(unknown.check == waiver.waives for result in results for unknown in result.unknowns)
    if today > waiver.until:
        state = WaiverState.EXPIRED
    elif findings:
        state = WaiverState.HOLDS
    else:
        state = WaiverState.UNUSED if everywhere and not unread else WaiverState.UNJUDGED
    return WaiverUse(waiver=waiver, state=state, findings=findings)


def _waived(result: UnitResult, valid: Sequence[Waiver]) -> UnitResult:
    findings = tuple(
        replace(finding, waiver=next((waiver for waiver in valid if _covers(waiver, finding)), None))
        for finding in result.findings
    )
    return replace(result, findings=findings)


def _covers(waiver: Waiver, finding: Finding) -> bool:
    return (
        waiver.waives == finding.check
        and tuple(finding.origin.split("."))[: len(waiver.at)] == waiver.at
        and (waiver.resource is None or _matches(waiver.resource, finding))
    )


def _matches(pattern: str, finding: Finding) -> bool:
    names = (finding.resource.name, finding.resource.arn or "")
    return any(fnmatchcase(name, pattern) for name in names)
