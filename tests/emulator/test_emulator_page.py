"""The honest page: it is up to date, and what it says to be proved is proved by a test that exists."""

import ast
from pathlib import Path

import pytest
from test_emulator_refusals import REFUSALS

from emulator.documented import RULES, Rule
from emulator.page import page

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
KEPT = [rule for rules in RULES.values() for rule in rules if rule.by is not None]


def test_the_page_is_up_to_date() -> None:
    """`python -m emulator.page > docs/emulator.md` writes it."""
    assert (ROOT / "docs/emulator.md").read_text() == page()


@pytest.mark.parametrize("rule", KEPT, ids=lambda rule: rule.text[:40])
def test_what_proves_a_rule_exists(rule: Rule) -> None:
    """Each test that is named is a function of its file, each row is one of the table."""
    assert rule.test
    for named in rule.test.split(", "):
        if named.startswith("refused: "):
            assert named.removeprefix("refused: ") in REFUSALS
        else:
            file, _, function = named.partition("::")
            tree = ast.parse((HERE / file).read_text())
            assert function in {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}


def test_a_rule_that_is_not_kept_says_why() -> None:
    left_out = [rule for rules in RULES.values() for rule in rules if rule.by is None]
    assert left_out
    assert all(rule.why_not and not rule.test for rule in left_out)


def test_every_row_of_refusals_is_a_rule_or_a_gap() -> None:
    """A row that proves no rule is one of a request that the emulator cannot do."""
    proved = {
        name.removeprefix("refused: ")
        for rule in KEPT
        for name in rule.test.split(", ")
        if name.startswith("refused: ")
    }
    assert {
        name for name, (code, _) in REFUSALS.items() if name not in proved and code != "NotImplemented"
    } == set()
