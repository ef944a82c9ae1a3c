"""What people and programs get to see, and the command's exit codes."""

import argparse
import io
import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from rich.console import Console

from tests.validate.as_desired import observed_as_desired
from tests.validate.validate_states import DEVELOPMENT_UNIT, DR_UNIT, HOME_UNIT, STATE
from tierkeep.catalog.tree import Position
from tierkeep.cli import validate
from tierkeep.desired.model import DesiredState, DesiredUnit, Origin
from tierkeep.report.findings_json import findings_json
from tierkeep.report.findings_text import print_findings
from tierkeep.validate.checks import NOT_COMPARED
from tierkeep.validate.filters import Filters
from tierkeep.validate.findings import UnitResult
from tierkeep.validate.forms import LifecycleForm
from tierkeep.validate.judge import judge, undetermined
from tierkeep.validate.unread import Unread
from tierkeep.validate.validation import Validation, conclude

DENIED = Unread(service="sts", operation="assume_role", code="AccessDenied", message="not authorized")
MOMENT = datetime(2026, 11, 22, 21, 0, 0, 123456, tzinfo=UTC)


def clean(desired: DesiredUnit) -> UnitResult:
    return judge(desired, observed_as_desired(desired))


def drifted() -> UnitResult:
    observed = observed_as_desired(HOME_UNIT)
    plan = observed.plans["campus-critical"]  # type: ignore[index]
    lifecycle = LifecycleForm(cold_storage_after_days=None, delete_after_days=5)
    rules = {"daily": replace(plan.rules["daily"], lifecycle=lifecycle)}
    return judge(HOME_UNIT, replace(observed, plans={"campus-critical": replace(plan, rules=rules)}))


RESULTS = (clean(DR_UNIT), drifted(), undetermined(DEVELOPMENT_UNIT, DENIED))


def position(_origin: Origin) -> Position:
    return Position(Path("catalog.yaml"), 1, 1)


def concluded(results: Sequence[UnitResult]) -> Validation:
    return conclude(STATE, results, filters=Filters(), baseline=None, observed_at=MOMENT, position=position)


def text_of(results: Sequence[UnitResult]) -> str:
    stream = io.StringIO()
    print_findings(concluded(results), Console(file=stream, width=80, highlight=False))
    return stream.getvalue()


def test_a_clean_unit_takes_one_line() -> None:
    """Quiet where all is well: a line for each unit, and a summary."""
    assert text_of([clean(DR_UNIT), clean(DEVELOPMENT_UNIT)]) == (
        "PASS    development/ap-south-1 (333333333333)\n"
        "PASS    production/ap-southeast-1 (111111111111)\n"
        "2 units, 2 as the catalog says\n"
        "the verdict is on a part alone: units development/ap-south-1, production/ap-southeast-1\n"
        f"not compared: {', '.join(NOT_COMPARED)}\n"
    )


def test_a_finding_is_told_whole() -> None:
    """Resource, field, expected, actual, catalog path, risk and remedy, on lines that are not wrapped."""
    text = text_of([drifted()])
    assert text.splitlines()[0] == "FAIL    production/ap-south-1 (111111111111): 2 findings"
    assert "backup plan campus-critical: rules[daily].lifecycle.delete_after_days\n" in text
    assert "expected 28 → actual 5\n" in text
    assert "catalog  tiers.critical.schedules.daily\n" in text
    assert "risk     points are deleted 23 days before the tier's promise\n" in text
    assert "remedy   deploy production/ap-south-1 again, which puts it back; if it is meant" in text
    assert "rules[yearly]" in text
    assert "→ actual absent" in text


def test_an_unknown_says_which_call_and_why() -> None:
    """The cause names service, operation and AWS's code."""
    text = text_of([undetermined(DEVELOPMENT_UNIT, DENIED)])
    assert "UNKNOWN development/ap-south-1 (333333333333): 52 not determined" in text
    assert "cause    sts:assume_role: AccessDenied: not authorized\n" in text


def test_the_worst_unit_comes_first() -> None:
    """Units with findings, then those that are unknown, then the clean ones."""
    lines = [line for line in text_of(RESULTS).splitlines() if line[0] in "FUP"]
    assert [line.split()[0] for line in lines] == ["FAIL", "UNKNOWN", "PASS"]


def document(results: Sequence[UnitResult]) -> dict[str, Any]:
    parsed: dict[str, Any] = json.loads(findings_json(concluded(results)))
    return parsed


def test_the_json_document_is_as_it_is_described() -> None:
    """Version 1: these members and no others."""
    found = document(RESULTS)
    assert set(found) == {
        "schema_version",
        "catalog",
        "observed_at",
        "verdict",
        "scope",
        "summary",
        "not_compared",
        "units",
        "waivers",
        "gone",
    }
    assert (found["schema_version"], found["catalog"], found["verdict"]) == (1, "campus", "UNKNOWN")
    assert found["observed_at"] == "2026-11-22T21:00:00+00:00"
    assert found["summary"] == {
        "units": 3, "passed": 1, "failed": 1, "unknown": 1, "waived": 0, "findings": 2,
        "known_findings": 0, "waived_findings": 0, "unknowns": 52,
    }  # fmt: skip
    assert [unit["unit"] for unit in found["units"]] == [
        "development/ap-south-1", "production/ap-south-1", "production/ap-southeast-1",
    ]  # fmt: skip
    unit = found["units"][1]
    assert set(unit) == {"unit", "account_id", "verdict", "checks", "findings", "unknowns"}
    assert unit["checks"][2] == {"id": "drift.backup-plan", "verdict": "FAIL"}
    assert set(unit["findings"][0]) == {
        "check", "severity", "standing", "kind", "resource", "field", "expected", "actual", "risk", "remedy",
        "origin", "waiver",
    }  # fmt: skip
    assert unit["findings"][0]["resource"] == {
        "type": "backup plan", "name": "campus-critical", "arn": "arn:plan:campus-critical",
    }  # fmt: skip
    assert found["units"][0]["unknowns"][0] == {
        "check": "drift.key",
        "resource": None,
        "field": "",
        "origin": "",
        "cause": {
            "service": "sts", "operation": "assume_role", "code": "AccessDenied", "message": "not authorized",
        },
    }  # fmt: skip


def test_json_is_stable() -> None:
    """The order in which units were done does not show."""
    assert document(RESULTS) == document(tuple(reversed(RESULTS)))


Run = Callable[..., int]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> Run:
    """The command over `STATE`, each unit answering the given result."""
    answers = {result.unit: result for result in map(clean, STATE.units)}
    parser = argparse.ArgumentParser()
    validate.register(parser.add_subparsers())

    def answered(
        state: DesiredState, units: Sequence[DesiredUnit], *, on_done: Any, storage: Any
    ) -> tuple[UnitResult, ...]:
        for unit in units:
            on_done(answers[unit.id])
        return tuple(answers[unit.id] for unit in units)

    monkeypatch.setattr(
        "tierkeep.compiler.compile_catalog", lambda *_: SimpleNamespace(state=STATE, position=position)
    )
    monkeypatch.setattr("tierkeep.validate.run.validate_units", answered)

    def run_with(*arguments: str, results: Sequence[UnitResult] = ()) -> int:
        answers.update({result.unit: result for result in results})
        args = parser.parse_args(["validate", *arguments], argparse.Namespace(catalog=Path("catalog.yaml")))
        code: int = args.run(args)
        return code

    return run_with


@pytest.mark.parametrize(
    ("results", "code"),
    [
        ([], 0),
        ([drifted()], 4),
        ([undetermined(DEVELOPMENT_UNIT, DENIED)], 6),
        ([drifted(), undetermined(DEVELOPMENT_UNIT, DENIED)], 6),
    ],
    ids=["clean", "drift", "unknown", "both"],
)
@pytest.mark.parametrize("form", ["text", "json"])
def test_exit_codes(run: Run, results: list[UnitResult], code: int, form: str) -> None:
    """0 clean, 4 drift, 6 as soon as anything is unknown, in either format."""
    assert run("--format", form, results=results) == code


@pytest.mark.parametrize(
    ("arguments", "units"),
    [
        (["--unit", "production/ap-south-1"], ["production/ap-south-1"]),
        (["--account", "production"], ["production/ap-south-1", "production/ap-southeast-1"]),
        (["--region", "ap-south-1"], ["development/ap-south-1", "production/ap-south-1"]),
        (["--account", "production", "--region", "ap-south-1"], ["production/ap-south-1"]),
        (
            ["--unit", "production/ap-south-1", "--unit", "development/ap-south-1"],
            ["development/ap-south-1", "production/ap-south-1"],
        ),
    ],
)
def test_a_run_can_be_limited(
    run: Run, capsys: pytest.CaptureFixture[str], arguments: list[str], units: list[str]
) -> None:
    """The options narrow each other; a repeated one widens itself."""
    assert run("--format", "json", *arguments) == 0
    found = json.loads(capsys.readouterr().out)
    assert [unit["unit"] for unit in found["units"]] == units


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (["--unit", "production/mars"], "production/ap-south-1, production/ap-southeast-1"),
        (["--account", "prod"], "development, production"),
        (["--region", "mars"], "ap-south-1, ap-southeast-1"),
        (["--account", "development", "--region", "ap-southeast-1"], "no unit"),
    ],
)
def test_an_unknown_name_is_a_usage_error(
    run: Run, capsys: pytest.CaptureFixture[str], arguments: list[str], named: str
) -> None:
    """Nothing is read; the message lists what exists, on stderr."""
    assert run(*arguments) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert named in captured.err


def test_piped_output_is_plain(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    """No colours and no progress where no terminal looks."""
    assert run(results=[drifted()]) == 4
    captured = capsys.readouterr()
    assert "\x1b" not in captured.out
    assert captured.err == ""
