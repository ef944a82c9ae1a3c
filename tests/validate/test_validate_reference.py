"""The reference strategy, compiled, deployed and validated."""

from pathlib import Path

import pytest

from tests.validate.as_desired import NOTHING
from tests.validate.deploying import deploy, session_of
from tierkeep.compiler import compile_catalog
from tierkeep.validate.comparisons import COMPARISONS
from tierkeep.validate.findings import Verdict
from tierkeep.validate.run import validate_units

CATALOG = Path(__file__).parents[2] / "catalog.yaml"


@pytest.mark.usefixtures("aws")
def test_the_shipped_catalog_is_clean_after_a_deploy_and_all_missing_before() -> None:
    """Everything that the catalog asks for is found by its own name, and only once it is there."""
    state = compile_catalog(CATALOG).state
    before = validate_units(state, state.units, on_done=lambda _: None)
    for unit, result in zip(state.units, before, strict=True):
        things = [
            (family.resource_type, name)
            for family in COMPARISONS
            if family.name != "opt_ins"  # AWS opts an account in to all types at first
            for name in family.expected(unit, NOTHING)
        ]
        found = [(each.resource.type, each.resource.name) for each in result.findings]
        assert sorted(found) == sorted(things)
        assert {finding.field for finding in result.findings} == {"existence"}
        assert all(finding.origin for finding in result.findings)
    deploy(state, session_of)
    after = validate_units(state, state.units, on_done=lambda _: None)
    assert [result.verdict for result in after] == [Verdict.PASS] * len(state.units)
