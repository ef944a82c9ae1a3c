"""The evidence that drills leave is what the pages can show."""

from __future__ import annotations

from pathlib import Path

import pytest
from cases import CASES
from drill_world import desired_state, drill

from tierkeep.drill.clock import Clock
from tierkeep.drill.restorers.base import Restorer
from tierkeep.drill.restorers.registry import RESTORERS
from tierkeep.report.drilled.folder import read_evidence
from tierkeep.report.site.build import site
from tierkeep.report.site.inputs import Inputs


@pytest.mark.parametrize("restorer", RESTORERS, ids=lambda each: each.title)
def test_the_evidence_of_every_restorer_is_shown(restorer: Restorer, clock: Clock, tmp_path: Path) -> None:
    """Read back, it is a drill like any other: with its page, its place in the coverage, and its times."""
    case = CASES[restorer.title](clock)
    evidence = drill(clock, tmp_path, of=case.scope())
    found = read_evidence(tmp_path, catalog="school")
    assert found.unusable == ()
    (shown,) = found.drills
    assert shown.id == evidence["identity"]["drill_id"]
    assert shown.resource == case.arn
    assert shown.passed
    inputs = Inputs(
        state=desired_state(), findings=None, drills=found.drills, unusable=(), written=clock.now()
    )
    pages = dict(site(inputs))
    assert case.arn in pages[f"{shown.id}.html"]
    assert case.arn in pages["coverage.html"]
    assert shown.kind.resource_type in pages["drills.html"]
