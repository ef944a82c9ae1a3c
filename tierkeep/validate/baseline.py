"""What an earlier run found: findings that it has are known, and those that it alone has are gone."""

from collections.abc import Collection, Sequence
from dataclasses import replace

from tierkeep.validate.findings import Identity, UnitResult


def against(
    results: Sequence[UnitResult], baseline: Collection[Identity]
) -> tuple[tuple[UnitResult, ...], tuple[Identity, ...]]:
    """The results with what the baseline has marked as known, and what of the baseline is gone.

    Gone is only what was looked for: neither units that this run left out, nor checks of which it could not
    read something.
    """
    found = {finding.identity for result in results for finding in result.findings}
    looked_for = {
        (str(result.unit), check)
        for result in results
        for check in result.verdicts
        if not any(unknown.check == check for unknown in result.unknowns)
    }
    gone = sorted(each for each in set(baseline) - found if (each.unit, each.check) in looked_for)
    return tuple(_known(result, baseline) for result in results), tuple(gone)


def _known(result: UnitResult, baseline: Collection[Identity]) -> UnitResult:
    findings = tuple(replace(each, known=each.identity in baseline) for each in result.findings)
    return replace(result, findings=findings)
