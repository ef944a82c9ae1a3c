"""`tierkeep validate` as users run it, against an emulated AWS that holds nothing."""

from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from tierkeep.cli.main import main
from tierkeep.validate.checks import CHECKS

CATALOG = """\
version: 1
name: campus
tiers:
  critical:
    description: Critical production
    protects: { efs: {} }
    encryption: customer-managed
    schedules:
      daily: { every: 1d, at: "02:00", keep: 4w }
  basic:
    description: All else
    protects: { efs: {} }
    encryption: customer-managed
    schedules:
      weekly: { every: 1w, on: sunday, at: "02:00", keep: 4w }
accounts:
  production: { id: "123456789012", regions: [ap-south-1], tiers: [critical, basic] }
"""


@pytest.fixture
def folder(aws: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the command runs."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    (tmp_path / "catalog.yaml").write_text(CATALOG)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_one_run_for_a_terminal_and_for_ci(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Text on standard output and files besides, each with the same findings; FAIL is exit code 4."""
    arguments = ["--output", "sarif=found.sarif", "--output", "junit=found.xml", "--output", "text=found.txt"]
    assert main(["validate", *arguments]) == 4
    text = capsys.readouterr().out
    assert "vault campus-critical: existence" in text
    assert (folder / "found.txt").read_text() == text
    results = json.loads((folder / "found.sarif").read_text())["runs"][0]["results"]
    assert len(results) == text.count("expected ")
    cases = ET.parse(folder / "found.xml").getroot().iter("testcase")  # noqa: S314 - our own
    assert {case.get("name") for case in cases} == {check.id for check in CHECKS}


def test_a_baseline_makes_what_is_there_known(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The JSON of one run is the baseline of the next, which exits 0 and still tells; what is new exits 4."""
    assert main(["validate", "--only", "drift.vault", "--output", "json=baseline.json"]) == 4
    capsys.readouterr()
    assert main(["validate", "--only", "drift.vault", "--baseline", "baseline.json"]) == 0
    assert "known    vault campus-critical: existence" in capsys.readouterr().out
    assert main(["validate", "--baseline", "baseline.json"]) == 4


def test_waivers_of_the_catalog(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What they cover does not fail, and is still told with the reason and its last day."""
    waivers = "waivers:\n  drift.vault: { reason: They come with the audit, until: 2999-12-31 }\n"
    (folder / "catalog.yaml").write_text(CATALOG + waivers)
    assert main(["validate", "--only", "drift.vault"]) == 0
    out = capsys.readouterr().out
    assert out.startswith("WAIVED  production/ap-south-1 (123456789012): 2 waived\n")
    assert "until    2999-12-31: They come with the audit" in out
    assert main(["validate", "--only", "drift"]) == 4


def test_a_part_of_the_checks_and_tiers(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Only these are told, and that they are a part."""
    assert main(["validate", "--only", "drift.vault", "--tier", "basic"]) == 4
    out = capsys.readouterr().out
    assert "vault campus-basic: existence" in out
    assert "campus-critical" not in out
    assert "the verdict is on a part alone: tiers basic and what all tiers share; checks drift.vault" in out
    assert main(["validate", "--check", "drift.table"]) == 0


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--only", "drit"], "families: drift"),
        (["--tier", "gold"], "it has basic, critical"),
        (["--baseline", "nowhere.json"], "nowhere.json cannot be read"),
        (["--output", "json=nowhere/found.json"], "there is no folder nowhere"),
        (["--output", "json=found", "--output", "csv=./found"], "it is named twice"),
    ],
)
def test_what_cannot_be_is_said_before_aws_is_asked(
    arguments: list[str],
    said: str,
    folder: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Exit code 2, the reason on standard error, nothing on standard output."""
    monkeypatch.setattr("tierkeep.validate.run.validate_units", None)
    assert main(["validate", *arguments]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert said in captured.err


@pytest.mark.parametrize("output", ["found.json", "yaml=found", "json="])
def test_an_output_names_a_format_and_a_file(
    output: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The formats are listed."""
    with pytest.raises(SystemExit) as caught:
        main(["validate", "--output", output])
    assert caught.value.code == 2
    assert "formats: text, json, junit, sarif, ocsf, markdown, csv" in capsys.readouterr().err
