"""`tierkeep checks` and docs/checks.md: what people read of the checks."""

from __future__ import annotations

import json
import re

import pytest

from tests.catalogs import ROOT
from tierkeep.cli.main import main
from tierkeep.validate.check import Check
from tierkeep.validate.checks import CHECKS, families
from tierkeep.validate.checks_page import page
from tierkeep.validate.risks import _RISKS


def test_the_page_is_that_of_the_checks() -> None:
    """`python -m tierkeep.validate.checks_page > docs/checks.md` writes it."""
    assert (ROOT / "docs/checks.md").read_text() == page()


@pytest.mark.parametrize("check", CHECKS, ids=lambda each: each.id)
def test_every_check_is_explained(check: Check, capsys: pytest.CaptureFixture[str]) -> None:
    """A stable id of its family, a question, risk and remedy, and a source that can be looked up."""
    assert re.fullmatch(r"[a-z]+(-[a-z]+)*\.[a-z]+(-[a-z]+)*", check.id)
    assert [each.id for each in CHECKS].count(check.id) == 1
    assert check.question.endswith("?")
    assert check.risk
    assert check.remedy
    assert check.source.startswith("https://") or (ROOT / check.source).is_file()
    if check.mildest:
        assert check.severity.rank < check.mildest.rank
    assert main(["checks", check.id]) == 0
    out = capsys.readouterr().out
    for text in (check.id, check.question, check.risk, check.remedy, check.source):
        assert text in out


def test_findings_are_as_bad_as_their_check_says() -> None:
    """No risk that the judge knows of a check is worse or milder than the check's own range."""
    for check in CHECKS:
        known = [each for own, _, _, each in _RISKS if own == check.id and isinstance(each, tuple)]
        for severity, _risk in known:
            assert check.severity.rank <= severity.rank <= (check.mildest or check.severity).rank
        if known:
            assert check.severity in [severity for severity, _ in known]


def test_the_command_lists_checks(capsys: pytest.CaptureFixture[str]) -> None:
    """A line each; by family; as JSON and as the page."""
    assert main(["checks"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == [check.id for check in CHECKS]
    assert main(["checks", "--family", "drift"]) == 0
    of_family = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in of_family] == [
        check.id for check in CHECKS if check.family == "drift"
    ]
    assert main(["checks", "--format", "json", "drift.key"]) == 0
    (found,) = json.loads(capsys.readouterr().out)["checks"]
    assert (found["id"], found["family"], found["severity"], found["mildest"]) == (
        "drift.key", "drift", "critical", "low",
    )  # fmt: skip
    assert main(["checks", "--format", "markdown"]) == 0
    assert capsys.readouterr().out == page()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["drift.valt"], "there is no check drift.valt: did you mean `drift.vault`?"),
        (["--family", "drit"], "there is no family drit: did you mean `drift`?"),
    ],
)
def test_an_unknown_name_is_a_wrong_usage(
    arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """With the nearest one."""
    assert main(["checks", *arguments]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err == f"tierkeep checks: {said}\n"


def test_links_from_the_page_lead_somewhere() -> None:
    """Each check of the table has its heading, in each family."""
    text = page()
    anchors = re.findall(r"\]\(#([^)]+)\)", text)
    headings = [each.lower().replace(".", "") for each in re.findall(r"^### (.+)$", text, re.MULTILINE)]
    assert anchors == headings
    assert re.findall(r"^## Family (.+)$", text, re.MULTILINE) == list(families())
