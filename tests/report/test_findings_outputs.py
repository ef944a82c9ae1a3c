"""Every output of `tierkeep validate`, whole, and what each promises its readers."""

from __future__ import annotations

import csv
import io
import json
import os
import re
from dataclasses import replace
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from jsonschema import Draft4Validator, Draft202012Validator

from tests.catalogs import ROOT
from tests.report.findings_case import (
    BASELINE,
    CATALOG,
    DELETED,
    DEVELOPMENT,
    DR,
    FORMULA,
    HOME,
    RESULTS,
    STAGING,
    compiled,
    concluded,
    result,
    unentered,
)
from tierkeep.cli.validate import FORMATS
from tierkeep.report.findings import RENDERERS
from tierkeep.report.findings_markdown import findings_markdown
from tierkeep.report.findings_schema import findings_schema
from tierkeep.validate.checks import NOT_COMPARED
from tierkeep.validate.findings import Standing, Unknown, Verdict
from tierkeep.validate.validation import Validation

HERE = Path(__file__).resolve().parent
SUFFIXES = {
    "text": "txt",
    "json": "json",
    "junit": "xml",
    "sarif": "sarif",
    "ocsf": "ocsf.json",
    "markdown": "md",
    "csv": "csv",
}


@pytest.fixture
def validation(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Validation:
    """The case, run in the folder of its catalog."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("tierkeep.report.findings_sarif.__version__", "1.2.3")
    monkeypatch.setattr("tierkeep.report.findings_ocsf.__version__", "1.2.3")
    return concluded(compiled(Path()))


@pytest.mark.parametrize("name", FORMATS)
def test_the_whole_output(name: str, validation: Validation) -> None:
    """As in the golden file, which `TIERKEEP_UPDATE_GOLDENS=1` writes anew."""
    golden = HERE / "golden" / f"findings.{SUFFIXES[name]}"
    text = f"{RENDERERS[name](validation)}\n"
    if os.environ.get("TIERKEEP_UPDATE_GOLDENS"):
        golden.write_text(text)
    assert text == golden.read_text()


def test_the_command_offers_every_format() -> None:
    """Its list, which it has without loading them, is theirs."""
    assert tuple(RENDERERS) == FORMATS


@pytest.mark.parametrize("name", FORMATS)
def test_every_output_tells_what_is_unknown(name: str, tmp_path: Path) -> None:
    """A run that could read nothing is no clean run in any of them."""
    catalog = compiled(tmp_path)
    unknown = RENDERERS[name](concluded(catalog, [unentered(HOME)], baseline=None))
    clean = RENDERERS[name](concluded(catalog, [result(HOME)], baseline=None))
    assert "AccessDenied" in unknown
    assert "AccessDenied" not in clean


def test_text_is_quiet_where_all_is_well(tmp_path: Path) -> None:
    """A line for each unit, a summary and what is not looked at; what is left out is said."""
    catalog = compiled(tmp_path, CATALOG.partition("waivers:")[0])
    clean = [result(unit) for unit in (HOME, DR, STAGING, DEVELOPMENT)]
    lines = RENDERERS["text"](concluded(catalog, clean, baseline=None)).splitlines()
    assert lines[0] == "PASS    development/ap-south-1 (333333333333)"
    assert len(lines) == 7
    assert lines[4:6] == [
        "4 units, 4 as the catalog says",
        "the verdict is on a part alone: checks drift.key, drift.vault, drift.backup-plan",
    ]


def test_json_has_the_form_that_is_published(validation: Validation) -> None:
    """docs/schemas/findings.schema.json is that of the models, and the documents keep to it."""
    published = json.loads((ROOT / "docs/schemas/findings.schema.json").read_text())
    assert published == findings_schema()
    validator = Draft202012Validator(published)
    document = json.loads(RENDERERS["json"](validation))
    validator.validate(document)
    for key in document:
        assert list(validator.iter_errors({each: document[each] for each in document if each != key})), key


def sarif(validation: Validation) -> dict[str, Any]:
    """The run of the log, after it has been held to the schema."""
    log = json.loads(RENDERERS["sarif"](validation))
    Draft4Validator(json.loads((HERE / "schemas/sarif-2.1.0-rtm.5.json").read_text())).validate(log)
    (run,) = log["runs"]
    found: dict[str, Any] = run
    return found


def test_sarif_points_at_the_line_that_asks_for_it(validation: Validation) -> None:
    """File, line and column of the catalog, the file relative to where the command ran."""
    run = sarif(validation)
    lines = CATALOG.splitlines()
    places = {}
    for each in run["results"]:
        assert run["tool"]["driver"]["rules"][each["ruleIndex"]]["id"] == each["ruleId"]
        (location,) = each["locations"]
        at = location["physicalLocation"]
        assert at["artifactLocation"] == {"uri": "catalog.yaml", "uriBaseId": "%SRCROOT%"}
        places[each["message"]["text"]] = lines[at["region"]["startLine"] - 1]
    (short,) = [line for text, line in places.items() if "delete_after_days" in text]
    assert short.strip().startswith("daily:")
    (deleted,) = [line for text, line in places.items() if "PendingDeletion" in text]
    assert deleted.strip().startswith("encryption:")


def test_sarif_tells_open_waived_known_and_unknown_apart(validation: Validation) -> None:
    """By kind, suppression and state; and a run with holes did not succeed."""
    run = sarif(validation)
    results = run["results"]
    assert [each for each in results if each.get("kind") == "open"] == [
        each for each in results if each["level"] == "none"
    ]
    assert sum(each.get("kind") == "open" for each in results) == len(validation.unknowns())
    suppressed = [each for each in results if "suppressions" in each]
    assert len(suppressed) == len(validation.findings(Standing.WAIVED))
    unchanged = [each for each in results if each["baselineState"] == "unchanged"]
    assert len(unchanged) == len(validation.findings(Standing.KNOWN))
    (invocation,) = run["invocations"]
    assert invocation["executionSuccessful"] is False
    assert len(invocation["toolExecutionNotifications"]) == 2


def test_sarif_keeps_findings_at_one_line_apart(tmp_path: Path) -> None:
    """Of two units as well, whose line is the same: by fingerprints that stay when values change."""
    catalog = compiled(tmp_path)
    elsewhere = replace(DELETED, unit=DR)
    first = sarif(concluded(catalog, [result(HOME, DELETED), result(DR, elsewhere)]))["results"]
    again = sarif(concluded(catalog, [result(HOME, replace(DELETED, actual="Disabled"))]))["results"]
    prints = [each["partialFingerprints"]["primaryLocationLineHash"] for each in first]
    assert len(set(prints)) == 2
    assert again[0]["partialFingerprints"]["primaryLocationLineHash"] in prints


def test_a_catalog_elsewhere_is_named_whole(tmp_path: Path) -> None:
    """Where the command did not run below the catalog's folder."""
    (location,) = sarif(concluded(compiled(tmp_path), [result(HOME, DELETED)]))["results"][0]["locations"]
    expected = {"uri": (tmp_path / "catalog.yaml").resolve().as_uri()}
    assert location["physicalLocation"]["artifactLocation"] == expected


def test_ocsf_events_keep_to_the_schema(validation: Validation) -> None:
    """Compliance Findings of 1.6.0: every check of every unit is there, as failed, passed or unknown."""
    events = json.loads(RENDERERS["ocsf"](validation))
    schema = json.loads((HERE / "schemas/ocsf-1.6.0-compliance-finding.json").read_text())
    validator = Draft202012Validator(schema)
    for event in events:
        validator.validate(event)
        assert event["type_uid"] == event["class_uid"] * 100 + event["activity_id"]
    told = {
        (event["cloud"]["account"]["name"], event["cloud"]["region"], event["metadata"]["event_code"])
        for event in events
    }
    assert told == {
        (each.unit.account, each.unit.region, check) for each in validation.results for check in each.verdicts
    }
    assert len({event["finding_info"]["uid"] for event in events}) == len(events)
    statuses = [event["compliance"]["status_id"] for event in events]
    assert statuses.count(3) == len(validation.findings())
    assert statuses.count(0) == len(validation.unknowns())
    assert sum(event["status"] == "Suppressed" for event in events) == len(
        validation.findings(Standing.WAIVED)
    )


def test_junit_has_a_case_for_each_check_and_unit(validation: Validation) -> None:
    """FAIL is a failure, UNKNOWN an error, WAIVED skipped; the numbers add up; any text of AWS is XML."""
    root = ET.fromstring(RENDERERS["junit"](validation))  # noqa: S314 - our own
    elements = {Verdict.FAIL: "failure", Verdict.UNKNOWN: "error", Verdict.WAIVED: "skipped"}
    expected = {
        (str(each.unit), check): elements.get(verdict)
        for each in validation.results
        for check, verdict in each.verdicts.items()
    }
    found = {
        (case.get("classname"), case.get("name")): next((each.tag for each in case), None)
        for case in root.iter("testcase")
    }
    assert found == expected
    assert set(expected.values()) == {"failure", "error", "skipped", None}
    for suite in (root, *root.iter("testsuite")):
        cases = list(suite.iter("testcase"))
        assert suite.get("tests") == str(len(cases))
        for total, tag in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
            assert suite.get(total) == str(sum(case.find(tag) is not None for case in cases))
    text = "".join(root.itertext())
    assert "no |pipe\ufffd `nor` ]]> <b>tag</b>" in text


def test_csv_has_a_line_for_each_finding_and_no_formula(validation: Validation) -> None:
    """Names in AWS are whatever somebody chose; a spreadsheet must not run them."""
    rows = list(csv.DictReader(io.StringIO(RENDERERS["csv"](validation))))
    assert len(rows) == len(validation.findings()) + len(validation.unknowns())
    assert f"'{FORMULA.resource.name}" in [row["resource_name"] for row in rows]
    assert not [cell for row in rows for cell in row.values() if cell.startswith(("=", "+", "-", "@"))]


@pytest.mark.parametrize("many", [11, 150, 5000])
def test_markdown_is_never_too_long_for_a_comment(many: int, tmp_path: Path) -> None:
    """Rows that do not fit are counted: what is shown and what is not add up, of every kind."""
    unread = unentered(HOME).unknowns[0]
    outcomes = [replace(DELETED, field=f"{'ä' * 120}{number}") for number in range(many)]
    unknowns: list[Unknown] = [replace(unread, field=str(number)) for number in range(many)]
    catalog = compiled(tmp_path)
    text = findings_markdown(concluded(catalog, [result(HOME, *outcomes, *unknowns)], baseline=set()))
    assert len(text.encode()) < 65_536
    assert text.count("<details>") == text.count("</details>")
    for title, mark in (("Falls short", "**critical**"), ("Could not be determined", "AccessDenied")):
        section = text.partition(f"#### {title} ({many})")[2].partition("\n#### ")[0]
        left = re.search(r"and (\d+) more, which", section)
        assert section.count(mark) + int(left[1] if left else 0) == many
    assert text.partition("<details>")[0].count("**critical**") == 10
    assert ", ".join(NOT_COMPARED) in text


def test_markdown_takes_no_markup_from_aws(validation: Validation) -> None:
    """Whatever a name holds, each row keeps its cells, and no code span ends before its time."""
    text = RENDERERS["markdown"](validation)
    (row,) = [line for line in text.splitlines() if "HYPERLINK" in line]
    assert len(re.findall(r"(?<!\\)\|", row)) == 6
    assert "`x`" not in row


def test_the_baseline_of_the_case_is_in_its_outputs(validation: Validation) -> None:
    """What is gone is told by text, JSON and Markdown; what could not be looked for is not."""
    assert validation.gone == (
        next(each for each in BASELINE if each.unit == str(DR) and each.field == "lock"),
    )
    for name in ("text", "json", "markdown"):
        assert "campus-critical-copies" in RENDERERS[name](validation)
    assert len(RESULTS) == len(validation.results)
