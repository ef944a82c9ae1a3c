"""Every rule is broken by a catalog, with its whole output, and kept by one next to it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.rules.all_cases import CASES
from tests.rules.judging import BASE, output
from tierkeep.rules import all_rules, find_rule

GOLDEN = Path(__file__).parent / "golden"


def test_the_small_catalog_breaks_no_rule(tmp_path: Path) -> None:
    """So that what a changed one breaks comes from the change."""
    assert output(BASE, tmp_path) == []


def test_every_rule_has_a_case() -> None:
    """No rule without a catalog that breaks it and one that keeps it."""
    assert set(CASES) == {each.id for each in all_rules()}
    assert {f"{rule_id}.txt" for rule_id in CASES} == {file.name for file in GOLDEN.iterdir()}


@pytest.mark.parametrize("rule_id", CASES)
def test_broken(rule_id: str, tmp_path: Path) -> None:
    """The rule speaks with its own severity, and the whole of what is said is as it was reviewed."""
    case, rule = CASES[rule_id], find_rule(rule_id)
    assert rule
    said = output(case.broken, tmp_path, case.break_, script=case.scripts[0])
    golden = GOLDEN / f"{rule_id}.txt"
    if os.environ.get("TIERKEEP_UPDATE_GOLDENS"):
        golden.write_text("\n".join(said) + "\n")
    assert any(line.startswith(f"{rule.severity} ") and f": {rule_id}: " in line for line in said)
    assert said == golden.read_text().splitlines()


@pytest.mark.parametrize("rule_id", CASES)
def test_kept(rule_id: str, tmp_path: Path) -> None:
    """The catalog on the near side of the boundary does not break the rule."""
    case = CASES[rule_id]
    said = output(case.kept, tmp_path, case.keep, script=case.scripts[1])
    assert [line for line in said if f": {rule_id}: " in line] == []
