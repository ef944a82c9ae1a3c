"""The judge sees every leaf: of the shipped catalog's largest unit, of each unit of a catalog with everything
switched on, and of one with everything around."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest

from tests.catalogs import SHIPPED
from tests.stacks.goldens import CATALOGS
from tests.validate.around_states import STATE as AROUND
from tests.validate.around_states import UNIT
from tests.validate.as_desired import NOTHING, observed_as_desired
from tests.validate.leaves import desired_leaves, extras, gaps, mutants
from tierkeep.compiler import compile_catalog
from tierkeep.desired.model import DesiredUnit, UnitId
from tierkeep.validate.comparisons import COMPARISONS, Comparison
from tierkeep.validate.difference import Kind
from tierkeep.validate.findings import Finding, Unknown, Verdict
from tierkeep.validate.judge import judge, judge_comparison
from tierkeep.validate.observed import ObservedUnit

LARGEST = UnitId(account="production", region="ap-south-1")
UNITS = [
    *(unit for unit in compile_catalog(SHIPPED).state.units if unit.id == LARGEST),
    *compile_catalog(CATALOGS["everything"]).state.units,
    *AROUND.units,
]
NOT_BY_LEAF = {
    "tables": "which there are, AWS alone knows, and a recovery that reaches back further is as good; see "
    "test_validate_observe.py"
}
"""Families that are not tried here, each with the reason."""
GENERAL = "the deployed setting is not"
"""What stands in the place of a risk that nobody has thought of."""
JUDGED = [family for family in COMPARISONS if family.name not in NOT_BY_LEAF]
Change = Callable[[Any, str], Iterator[tuple[str, Any]]]


def test_nothing_is_left_out() -> None:
    """Each family has something to judge in one of the units at least."""
    empty = {family.name for family in JUDGED if not any(family.expected(unit, NOTHING) for unit in UNITS)}
    assert empty == set()


@pytest.mark.parametrize("unit", UNITS, ids=lambda each: str(each.id))
def test_what_is_as_desired_passes_whole(unit: DesiredUnit) -> None:
    """An observed state made from the desired one has no findings, and nothing in it is unknown."""
    result = judge(unit, observed_as_desired(unit))
    assert (result.findings, result.unknowns, result.verdict) == ((), (), Verdict.PASS)


def changes(
    unit: DesiredUnit, family: Comparison, change: Change
) -> Iterator[tuple[str, list[Finding | Unknown]]]:
    """What the judge says to each change of the observed things of a family, by what was changed.

    Thing by thing, since all others would be compared at each of thousands of changes.
    """
    observed: ObservedUnit = observed_as_desired(unit)
    expected = family.expected(unit, observed)
    for name, thing in getattr(observed, family.name).items():
        wanted = {name: expected[name]}
        alone = replace(family, expected=lambda *_, wanted=wanted: wanted)
        for path, mutant in change({name: thing}, ""):
            yield path, list(judge_comparison(alone, unit, replace(observed, **{family.name: mutant})))


def reported(outcome: Finding | Unknown) -> str:
    assert isinstance(outcome, Finding), outcome
    return f"[{outcome.resource.name}]" + ("" if outcome.field == "existence" else f".{outcome.field}")


@pytest.mark.parametrize("family", JUDGED, ids=lambda each: each.name)
@pytest.mark.parametrize("unit", UNITS, ids=lambda each: str(each.id))
def test_every_change_is_one_finding_that_names_it(unit: DesiredUnit, family: Comparison) -> None:
    """A leaf with another value, a thing or a part that is gone, and a part that nobody asked for."""
    for change, kinds in (
        (mutants, {Kind.CHANGED, Kind.MISSING, Kind.UNEXPECTED}),
        (gaps, {Kind.MISSING}),
        (extras, {Kind.UNEXPECTED}),
    ):
        for path, outcomes in changes(unit, family, change):
            assert [reported(each) for each in outcomes] == [path]
            (finding,) = outcomes
            assert isinstance(finding, Finding)
            assert finding.kind in kinds
            assert finding.expected != finding.actual
            # A group of settings that is not there would come as a whole, with a risk of its own.
            assert finding.actual == "something" or not finding.risk.startswith(GENERAL)
            assert finding.remedy


AROUND_FIELDS = (
    "events",
    "watching",
    "budgets",
    "restore_testing",
    "frameworks",
    "report_bucket",
    "report_plans",
    "opted_in",
    "organization",
)


def desired_mutants() -> Iterator[Any]:
    """The unit with one leaf of what is around it changed, for every leaf that AWS's answers show."""
    for name in AROUND_FIELDS:
        for path, mutant in desired_leaves(getattr(UNIT, name), name):
            if "backup_policies" in path and path.endswith("time_zone"):
                continue  # They know UTC alone (TK190).
            yield pytest.param(replace(UNIT, **{name: mutant}), id=path)


@pytest.mark.parametrize("desired", list(desired_mutants()))
def test_every_desired_field_is_held_against_aws(desired: DesiredUnit) -> None:
    """Asking for anything else than what is deployed gives a finding, but for what `NOT_OBSERVED` names."""
    observed = observed_as_desired(UNIT)
    keys = {f"{alias}-changed": "another" for alias in observed.aliases}  # type: ignore[union-attr]
    observed = replace(observed, aliases={**keys, **observed.aliases})  # type: ignore[dict-item]
    assert judge(UNIT, observed).findings == ()
    assert judge(desired, observed).findings
