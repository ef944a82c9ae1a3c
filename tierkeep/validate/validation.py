"""A whole run of the validator: results after waivers, baseline and filters. Every output is made of one."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from tierkeep.catalog.tree import Position
from tierkeep.desired.model import DesiredState, Origin
from tierkeep.validate.baseline import against
from tierkeep.validate.filters import Filters
from tierkeep.validate.findings import Finding, Identity, Standing, UnitResult, Unknown, Verdict, overall
from tierkeep.validate.waiving import WaiverUse, waive


@dataclass(frozen=True, kw_only=True, slots=True)
class Validation:
    """What a run of the validator found, and on what its verdict is."""

    catalog: str
    observed_at: datetime
    """When AWS was read, in UTC."""
    filters: Filters
    all_units: bool
    """Whether every unit of the catalog was looked at."""
    results: tuple[UnitResult, ...]
    """By unit, in their order."""
    waivers: tuple[WaiverUse, ...]
    """Of the checks that were asked for."""
    gone: tuple[Identity, ...] | None
    """What the baseline has and this run has not; None where there is no baseline."""
    position: Callable[[Origin], Position]
    """Where a path of the catalog stands in its files."""

    @property
    def complete(self) -> bool:
        """Whether all checks were made of all tiers in all units."""
        return self.all_units and self.filters.every_check and not self.filters.tiers

    @property
    def verdict(self) -> Verdict:
        """On all that was asked for, and on nothing else."""
        return overall(self.results)

    def findings(self, standing: Standing | None = None) -> list[Finding]:
        """The findings of all units, or those that stand so; the worst first."""
        found = [
            each
            for result in self.results
            for each in result.findings
            if standing is None or each.standing is standing
        ]
        return sorted(found, key=lambda each: each.severity.rank)

    def unknowns(self) -> list[Unknown]:
        """What could not be determined in any unit."""
        return [unknown for result in self.results for unknown in result.unknowns]


def conclude(
    state: DesiredState,
    results: Sequence[UnitResult],
    *,
    filters: Filters,
    baseline: Collection[Identity] | None,
    observed_at: datetime,
    position: Callable[[Origin], Position],
) -> Validation:
    """Applies the catalog's waivers, the baseline and the filters, in this order, to what was judged.

    So a filter changes neither what a waiver is seen to waive nor what is gone from the baseline.
    """
    all_units = {result.unit for result in results} == {unit.id for unit in state.units}
    today = observed_at.date().isoformat()
    judged, waivers = waive(results, state.waivers, today=today, everywhere=all_units)
    gone = None
    if baseline is not None:
        judged, gone = against(judged, baseline)
    asked = {check.id for check in filters.checks}
    return Validation(
        catalog=state.name,
        observed_at=observed_at,
        filters=filters,
        all_units=all_units,
        results=tuple(sorted((filters.applied(each) for each in judged), key=lambda each: each.unit)),
        waivers=tuple(use for use in waivers if use.waiver.waives in asked),
        gone=None if gone is None else tuple(each for each in gone if each.check in asked),
        position=position,
    )
