"""`tierkeep explain` on the shipped catalog, whole outputs as goldens."""

from __future__ import annotations

import difflib
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.catalogs import ROOT, SHIPPED, model
from tests.promises.tiers import state_of
from tierkeep.cli.main import main
from tierkeep.desired.model import Age, TimeUnit, UnitId
from tierkeep.desired.resolve import resolve
from tierkeep.report.promises_tier import explain_tier
from tierkeep.report.retired import retirement

GOLDEN = Path(__file__).parent / "golden"

COMMANDS = {
    "overview.txt": [],
    "overview.json": ["--format", "json"],
    "overview.md": ["--format", "markdown"],
    "critical.txt": ["critical"],
    "critical.json": ["critical", "--format", "json"],
    "critical.md": ["critical", "--format", "markdown"],
    "database-at.txt": ["database", "--at", "2027-03-01"],
    "database-at.json": ["database", "--at", "2027-03-01", "--format", "json"],
    "database-at.md": ["database", "--at", "2027-03-01", "--format", "markdown"],
    "development.txt": ["development"],
    "testing.txt": ["testing", "--unit", "staging/ap-south-1"],
}
LOCKED = Path(__file__).parent / "locked.yaml"
"""Tiers with vault locks, which the shipped catalog has none of."""
OF_LOCKED = {
    "locked.txt": ["governed"],
    "locked.json": ["governed", "--format", "json"],
    "locked.md": ["governed", "--format", "markdown"],
    "locked-final.txt": ["final"],
    "locked-final.md": ["final", "--format", "markdown"],
}
RETIRED = LOCKED.with_name("retired.yaml")
"""Tiers by which nothing is backed up any more: everywhere, and in one account."""
OF_RETIRED = {
    "retired.txt": ["old"],
    "retired.json": ["old", "--format", "json"],
    "retired.md": ["old", "--format", "markdown"],
    "retired-overview.txt": [],
    "retired-overview.md": ["--format", "markdown"],
    "retired-elsewhere.txt": ["new"],
    "retired-shared.txt": ["drives"],
    "retired-without-vault.txt": ["loose"],
}
ALL = {
    name: (arguments, catalog)
    for commands, catalog in ((COMMANDS, SHIPPED), (OF_LOCKED, LOCKED), (OF_RETIRED, RETIRED))
    for name, arguments in commands.items()
}


@pytest.mark.parametrize("name", sorted(ALL))
def test_the_output_is_the_golden(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Every word of it: JSON is a public contract, text and Markdown are read by people."""
    arguments, catalog = ALL[name]
    assert main(["explain", *arguments, "--catalog", str(catalog)]) == 0
    text = capsys.readouterr().out
    if os.environ.get("TIERKEEP_UPDATE_GOLDENS"):
        GOLDEN.mkdir(exist_ok=True)
        (GOLDEN / name).write_text(text)
    golden = (GOLDEN / name).read_text()
    changed = "\n".join(difflib.unified_diff(golden.splitlines(), text.splitlines(), lineterm=""))
    assert not changed, f"{name} changed; TIERKEEP_UPDATE_GOLDENS=1 accepts it:\n{changed}"


def test_there_is_no_golden_without_a_command() -> None:
    """What is not compared is not kept."""
    assert {file.name for file in GOLDEN.iterdir()} == {*ALL}


@pytest.mark.parametrize("name", sorted(name for name in ALL if name.endswith(".txt")))
def test_text_is_plain_and_fits_a_terminal(name: str) -> None:
    """At most 100 columns, no control characters."""
    lines = (GOLDEN / name).read_text().splitlines()
    assert max(len(line) for line in lines) <= 100
    assert all(line.isprintable() for line in lines)


def test_text_and_json_say_the_same_worst_case() -> None:
    """The sum that text shows is the sum of JSON's parts."""
    document = json.loads((GOLDEN / "critical.json").read_text())
    (tier,) = document["tiers"]
    for group in tier["protected"]:
        for each in group["worst_case"]:
            assert each["minutes"] == sum(part["minutes"] for part in each["parts"])
            assert f"{each['minutes'] // 60}h       = " in (GOLDEN / "critical.txt").read_text()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["nope"], "the catalog has no tier nope; it has critical, database, development, testing"),
        (["critical", "--unit", "production/mars"], "has no unit production/mars; it has development/"),
        (["critical", "--unit", "staging/ap-south-1"], "no resource of critical lives in staging/ap-south-1"),
        (["critical", "--at", "tomorrow"], "--at tomorrow is no date; write one such as 2027-03-01"),
        (["critical", "--at", "0001-01-01"], "write a date from 1970 to 2199"),
        (["critical", "--resource", "arn:aws:s3:::bucket"], "--resource goes without TIER"),
        (["critical", "--tags", "a=b"], "name it with --resource ARN"),
        (["--resource", "arn:aws:s3:::bucket", "--tags", "ab"], "--tags ab: write KEY=VALUE"),
    ],
)  # fmt: skip
def test_usage(arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Exit code 2, nothing on standard output, and what would be right."""
    assert main(["explain", "--catalog", str(SHIPPED), *arguments]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert said in captured.err


def test_units_that_have_a_tier_alike_share_an_explanation() -> None:
    """One explanation, with the unit's name; another unit's is left out."""
    tier = {"protects": {"efs": {}}, "schedules": {"daily": {"every": "1d", "keep": "7d"}}}
    state = state_of(tier)
    unit = UnitId(account="prod", region="ap-south-1")
    (found,) = explain_tier(state, "one", unit=None, at=None)
    assert found.units == (unit,)
    assert explain_tier(state, "one", unit=UnitId(account="prod", region="eu-west-1"), at=None) == ()


def test_it_starts_without_what_it_does_not_need() -> None:
    """Neither boto3 nor cdktf nor rich is imported by the whole command."""
    script = (
        "import sys; from tierkeep.cli.main import main; "
        f"assert main(['explain', 'critical', '--catalog', {str(SHIPPED)!r}]) == 0; "
        "sys.exit(len({'boto3', 'botocore', 'cdktf', 'rich'} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr.decode()


def test_what_snapshots_leave_out_or_archive_is_said() -> None:
    """Scripts and volumes of instances once, the archive with what a restore from it takes, and all of `keep`
    in the calendar."""
    state = state_of(
        {
            "protects": {"ec2": {}, "ebs": {}},
            "schedules": {"monthly": {"every": "1mo", "on": 1, "keep": "1y", "archive_after": "3mo"}},
            "application_consistency": {"scripts": "pre-and-post", "document": "quiesce", "retries": 1},
            "exclude": {"boot_volume": True, "data_volumes_with_tags": {"scratch": "yes"}},
        }
    )
    (tier,) = explain_tier(state, "one", unit=None, at=None)
    said = {each.types[0][0].value: each for each in tier.protected}
    left_out, scripts = said["ec2"].extras
    assert left_out == (
        "NOT in its snapshots: the volume that the instance boots from, data volumes with scratch=yes"
    )
    assert scripts == (
        "pre and post scripts of quiesce, 10 seconds each, tried up to 2 times; where the first fails, "
        "a crash-consistent snapshot"
    )
    (archive,) = said["ebs"].extras
    assert archive == (
        "monthly: in the archive tier of EBS after 92 days, for 274 days: bringing a snapshot back from it "
        "takes 24 to 72 hours"
    )
    (row,) = said["ebs"].rows
    assert row.holding.retain == Age(interval=366, unit=TimeUnit.DAYS)
    assert max(cell.to_days for cell in row.cells if cell.most) >= 365


def test_copies_that_another_account_makes_are_copies(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """With their own place, worst case and retention, as copies of AWS Backup are."""
    text = SHIPPED.read_text().replace(
        "    on_demand: { on: [before-deployment, after-deployment], keep: 4w }\n",
        "    copy_to: { vaults/eu-west-1: { keep: 1y } }\n",
    )
    catalog = tmp_path / "catalog.yaml"
    catalog.write_text(text.replace("accounts:\n", 'accounts:\n  vaults: { id: "999999999999" }\n', 1))
    assert main(["explain", "testing", "--catalog", str(catalog)]) == 0
    said = " ".join(capsys.readouterr().out.split())
    assert "vaults/eu-west-1 (copies)" in said
    assert "copied to vaults/eu-west-1, kept 1 year" in said
    assert "shared with 333333333333, 999999999999, for 3 weeks" in said


def test_copies_that_another_accounts_policy_still_deletes_are_no_work() -> None:
    """Where the tier lives on, what copies its snapshots stays, and deletes what it has copied before."""
    drives = {
        "description": "x",
        "protects": {"ebs": {"engine": "dlm"}},
        "encryption": "customer-managed",
        "schedules": {"daily": {"every": "1d", "keep": "30d"}},
        "copy_to": {"vaults/eu-west-1": {}},
    }
    here: dict[str, Any] = {"id": "111111111111", "regions": ["eu-west-1"], "tiers": ["drives"]}
    accounts = {
        "one": here | {"overrides": {"drives": {"retired": "2026-11-26"}}},
        "two": here | {"id": "222222222222"},
        "vaults": {"id": "999999999999"},
    }
    catalog: dict[str, Any] = {"version": 1, "name": "demo", "tiers": {"drives": drives}}
    for others, told in ((["one", "two", "vaults"], False), (["one", "vaults"], True)):
        state = resolve(model(catalog | {"accounts": {name: accounts[name] for name in others}}))
        found = retirement(state, "drives", unit=None)
        assert found
        assert any("their copies in vaults/eu-west-1" in each for each in found.by_hand) is told
