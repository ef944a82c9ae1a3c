"""The rules as people read them: `docs/rules.md`, `tierkeep rules`, and the constraints behind both."""

from __future__ import annotations

import json
import re

import pytest

from tests.catalogs import ROOT
from tests.rules.all_cases import CASES
from tests.rules.judging import same
from tierkeep.cli.main import main
from tierkeep.desired.model import ResourceType
from tierkeep.desired.support import region_support
from tierkeep.rules import all_rules, find_rule
from tierkeep.rules.constraints import ROWS
from tierkeep.rules.page import TEST, page
from tierkeep.rules.time_zones import FIXED, time_zones

SECTIONS = {
    "Plans, rules, selections": 23,
    "Lifecycle and point-in-time recovery": 13,
    "Copies and keys": 15,
    "Vault lock and logically air-gapped vaults": 10,
    "Restore testing, audit, organisation": 11,
    "Data Lifecycle Manager": 37,
    "Roles": 3,
    "Events": 3,
    "Watching": 5,
    "Drift that is not drift": 1,
}
"""How many rows the list of constraints has here; a row is a whole row of the list or a part of one."""


def test_the_page_is_that_of_the_registry() -> None:
    """`python -m tierkeep.rules.page > docs/rules.md` writes it."""
    assert (ROOT / "docs/rules.md").read_text() == page()


def test_the_page_says_which_rules_guard_the_generator() -> None:
    """Those whose case has to alter a state, since no catalog breaks them, and no others."""
    altered = {rule_id for rule_id, case in CASES.items() if case.break_ is not same}
    assert {each.id for each in all_rules() if each.guards_generator} == altered
    sections = page().split("\n## ")
    assert {each[:5] for each in sections if "No catalog can break it" in each} == altered
    assert "No catalog can break [TK008](#tk008), [TK015](#tk015), [TK030](#tk030), [TK031](#tk031)" in page()


def test_the_page_shows_what_is_known_of_support() -> None:
    """Each type and each Region, with its unknowns."""
    lines = page().splitlines()
    for name in (*ResourceType, *region_support()):
        assert sum(line.startswith(f"| {name} | ") for line in lines) == 1, name
    assert "| ap-southeast-7 | yes | ? | ? | yes | ? | no | yes | s3 |" in lines
    assert "| us-iso-east-1 | ? | ? | ? | ? | ? | ? | ? | all |" in lines


def test_every_constraint_is_held_or_says_why_not() -> None:
    """Exactly one of the two, no section is shortened, and no rule is named that does not exist."""
    assert {name: sum(row.section == name for row in ROWS) for name in SECTIONS} == SECTIONS
    assert len({(row.section, row.constraint) for row in ROWS}) == len(ROWS) == sum(SECTIONS.values())
    for row in ROWS:
        assert bool(row.rules or row.test) != bool(row.reason), row.constraint
        assert all(find_rule(rule) for rule in row.rules), row.constraint


def test_every_rule_of_aws_holds_a_constraint() -> None:
    """All but those of Tierkeep's own design stand in the table."""
    held = {rule for row in ROWS for rule in row.rules}
    assert {each.id for each in all_rules() if not each.source.startswith("design")} <= held


def test_the_tests_that_the_page_names_exist() -> None:
    """By file and name."""
    named = {TEST.format(id="X"), *(test for row in ROWS for test in row.test.split(", ") if test)}
    for each in named:
        file, name = each.split("::")
        assert f"def {name.partition('[')[0]}(" in (ROOT / file).read_text(), each


@pytest.mark.parametrize("rule_id", [each.id for each in all_rules()])
def test_every_rule_is_explained(rule_id: str) -> None:
    """Why, an example of each side, a source with the date it was read, unless it is of Tierkeep's own."""
    rule = find_rule(rule_id)
    assert rule
    assert re.fullmatch("TK[0-9]{3}", rule.id)
    assert re.search(r".\n\nBreaks it: .+\nKeeps it: .+\Z", rule.explanation, re.DOTALL)
    assert rule.source.startswith("design") or rule.source.endswith("read 2026-11")


def test_the_command_lists_and_explains(capsys: pytest.CaptureFixture[str]) -> None:
    """One line a rule; one rule with its explanation; the same as JSON."""
    assert main(["rules"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == len(all_rules())
    assert lines[0] == "TK001  error    A start window is at least 60 minutes"
    assert main(["rules", "tk001"]) == 0
    assert capsys.readouterr().out == (
        "TK001 (error): A start window is at least 60 minutes\n\n"
        "AWS Backup starts a backup at some time within the start window, and refuses a window below an "
        "hour.\n\nBreaks it: `start_window: 59m`\nKeeps it: `start_window: 1h`\n\n"
        "Source: botocore 1.44.5, backup BackupRuleInput.StartWindowMinutes; read 2026-11\n"
        "Can be waived: no\n"
    )
    assert main(["rules", "--format", "json"]) == 0
    rules = json.loads(capsys.readouterr().out)["rules"]
    assert [each["id"] for each in rules] == [each.id for each in all_rules()]


def test_an_unknown_rule_is_a_wrong_usage(capsys: pytest.CaptureFixture[str]) -> None:
    """With the nearest one."""
    assert main(["rules", "TTK012"]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err == "tierkeep rules: there is no rule TTK012: did you mean `TK012`?\n"


def test_the_data_covers_what_a_catalog_can_name() -> None:
    """The Regions and zones of the reference strategy are known."""
    assert {"ap-south-1", "ap-southeast-1", "eu-west-1"} <= set(region_support())
    assert {*FIXED, "Asia/Kolkata", "Europe/Berlin", "America/New_York"} <= time_zones()
