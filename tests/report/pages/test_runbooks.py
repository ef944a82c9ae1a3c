"""`tierkeep docs`: a runbook for each tier, whose commands can be run as they stand."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import botocore.session
import pytest

from tests.catalogs import ROOT, SHIPPED
from tests.report.pages import case
from tests.stacks.goldens import CATALOGS
from tierkeep.cli import exit_codes
from tierkeep.cli.main import main
from tierkeep.compiler import compile_catalog
from tierkeep.desired.model import Contact, CrossRegionCopyRule, DesiredState, ResourceType
from tierkeep.report.runbooks.build import runbooks
from tierkeep.report.runbooks.places import places
from tierkeep.report.runbooks.recovering import RESTORE_JOBS

GOLDEN = Path(__file__).resolve().parent / "golden"
EVERYTHING = compile_catalog(CATALOGS["everything"]).state
RETIRED = compile_catalog(ROOT / "tests" / "promises" / "retired.yaml").state
STATES = {"shipped": compile_catalog(SHIPPED).state, "everything": EVERYTHING, "retired": RETIRED}


DEFAULTS = {"min-count", "max-count"}
"""What the command line gives by itself: one instance."""


def written(state: DesiredState, count: int | None = None) -> dict[str, str]:
    return dict(runbooks(state, case.drills_of(case.history()[:count]), ()))


def blocks(page: str) -> list[str]:
    """The fenced blocks of shell."""
    return re.findall(r"```bash\n(.*?)```", page, re.DOTALL)


@pytest.mark.parametrize("name", ["index.md", "tier-testing.md", "tier-database.md"])
def test_the_whole_page(name: str) -> None:
    """As in the golden file, which `TIERKEEP_UPDATE_GOLDENS=1` writes anew; the same each time."""
    contacts = (
        Contact(
            name="Storage on call",
            phone="+44 20 7946 0000",
            email=None,
            url="https://pager.example.org/s",
            tiers=(),
        ),
        Contact(name="Keepers", phone=None, email="databases@example.org", url=None, tiers=("database",)),
    )
    state = replace(STATES["shipped"], contacts=contacts)
    text = written(state)[name]
    assert text == written(state)[name]
    if os.environ.get("TIERKEEP_UPDATE_GOLDENS"):
        GOLDEN.mkdir(exist_ok=True)
        (GOLDEN / name).write_text(text)
    assert text == (GOLDEN / name).read_text()


@pytest.mark.parametrize("state", STATES.values(), ids=STATES)
def test_every_tier_has_a_page_whose_links_are_whole(state: DesiredState) -> None:
    """Also of a retired tier; a table's rows have as many cells as its head."""
    pages = written(state)
    assert set(pages) == {"index.md", *(f"tier-{each.tier}.md" for each in state.promises)}
    for page in pages.values():
        assert all(target in pages for target in re.findall(r"\]\(([^)]+)\)", page))
        assert not re.search(r"\n\n\n|None\b|\bFalse\b|\{\{", page)
        for table in re.findall(r"(?:^\|.*\|\n)+", page, re.MULTILINE):
            cells = {len(re.findall(r"(?<!\\)\|", row)) for row in table.splitlines()}
            assert len(cells) == 1, table


def test_every_type_can_be_recovered_by_hand() -> None:
    """A catalog with everything on has a way for each type, and to a moment where it promises that."""
    text = "\n".join(written(EVERYTHING).values())
    assert set(RESTORE_JOBS) == set(ResourceType)
    for each in ResourceType:
        assert re.search(f"#### {each}: (a recovery point|a snapshot|an image)", text), each
    for command in (
        "restore-db-instance-to-point-in-time",
        "restore-db-cluster-to-point-in-time",
        "restore-table-to-point-in-time",
        "RestoreTime: env.moment",
        "create-volume",
        "run-instances",
    ):
        assert command in text, command


@pytest.mark.parametrize("state", STATES.values(), ids=STATES)
def test_the_commands_pass_shellcheck(state: DesiredState, tmp_path: Path) -> None:
    """Each page's blocks, in their order, as one script."""
    for name, page in written(state).items():
        if not blocks(page):
            continue
        script = tmp_path / f"{name}.sh"
        script.write_text("#!/bin/bash\n" + "\n".join(blocks(page)))
        done = subprocess.run(
            [Path(sys.executable).with_name("shellcheck"), "--severity=style", script],
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.stdout == "", f"{name}:\n{done.stdout}"


def calls(state: DesiredState) -> Iterator[tuple[str, str, set[str]]]:
    """Every call of the AWS command line: service, operation and options."""
    for page in written(state).values():
        for block in blocks(page):
            for service, operation, rest in re.findall(r"\baws ([a-z0-9]+) ([a-z-]+)(.*)", block):
                unquoted = re.sub("'[^']*'", "", rest)
                yield service, operation, set(re.findall(r"(?<=\s)--([a-z-]+)", unquoted))


def test_the_commands_are_those_of_aws() -> None:
    """By botocore's models, from which the command line is made: the operation, its parameters and all it
    requires."""
    session = botocore.session.get_session()
    of_the_command_line = {"query", "output", "output-json"}
    seen = set()
    for service, operation, options in {(s, o, frozenset(p)) for s, o, p in calls(EVERYTHING)}:
        model = session.get_service_model(service)
        if operation == "wait":
            continue
        name = {each.lower(): each for each in model.operation_names}[operation.replace("-", "")]
        shape = model.operation_model(name).input_shape
        known = {botocore.xform_name(each, "-") for each in shape.members}
        given = options - of_the_command_line
        assert given <= known, f"{service} {operation}: {given - known}"
        required = {botocore.xform_name(each, "-") for each in shape.required_members} - DEFAULTS
        assert required <= given, f"{service} {operation} requires {required - given}"
        seen.add(operation)
    assert len(seen) >= 12


@pytest.mark.skipif(shutil.which("jq") is None, reason="not run: no jq on the PATH")
@pytest.mark.parametrize("resource_type", list(ResourceType))
def test_what_jq_makes_is_what_a_restore_job_takes(resource_type: ResourceType) -> None:
    """Metadata is a map of texts, with all that one fills in and what was there, where it is still wanted."""
    job = RESTORE_JOBS[resource_type]
    given = {each.variable: f"<{each.variable}>" for each in job.wanted}
    metadata = {"file-system-id": "fs-1", "InstanceType": "t3.micro", "KeyName": "null"}
    done = subprocess.run(
        ["jq", job.metadata],
        input=json.dumps(metadata),
        env={**os.environ, **given, "vpc_id": "<vpc_id>"},
        capture_output=True,
        text=True,
        check=True,
    )
    made = json.loads(done.stdout)
    assert all(isinstance(each, str) for each in made.values())
    assert all(any(value in each for each in made.values()) for value in given.values())


def test_a_retired_tier_can_still_be_recovered() -> None:
    """Until its last recovery point expires, and the page says when that is."""
    alive = {each.tier for unit in RETIRED.units for each in unit.protections}
    gone = {each.tier for unit in RETIRED.units for each in unit.retired} - alive
    assert gone
    for tier in gone:
        page = written(RETIRED)[f"tier-{tier}.md"]
        assert "The tier is retired: in " in page
        assert "Recovery points are left until 20" in page
        assert "create-volume" in page or "start-restore-job" in page


def test_copies_of_snapshots_alone_have_their_place() -> None:
    """Also in a Region in which no stack holds anything."""
    unit = next(unit for unit in STATES["shipped"].units if unit.snapshot_policies)
    policy = unit.snapshot_policies[0]
    far = replace(
        policy.schedules[0],
        copies=(
            CrossRegionCopyRule(
                target_region="eu-north-1",
                key_alias=None,
                retain=policy.schedules[0].retain,
                origin=(),
            ),
        ),
    )
    changed = replace(unit, snapshot_policies=(replace(policy, schedules=(far,)),))
    found = places(replace(STATES["shipped"], units=(changed,)), policy.tier)
    assert [(str(each.unit), each.home) for each in found] == [
        (str(unit.id), True),
        (f"{unit.id.account}/eu-north-1", False),
    ]


def test_never_measured_is_said_and_so_is_the_latest() -> None:
    """A type without a drill has no time, and nothing stands in its place."""
    pages = written(STATES["shipped"])
    assert (
        "**Never measured, and never proven to be recoverable:** aurora in production/ap-south-1"
        in (pages["tier-database.md"])
    )
    assert "Never measured" not in pages["tier-testing.md"]
    assert "| 25 | 21 min 7 s | 26 min 2 s |" in pages["tier-testing.md"]


def test_contacts_stand_in_their_order_and_as_they_are() -> None:
    """Each for its tiers; characters of Markdown in a name do nothing."""
    contacts = (
        Contact(name="*Z* <b> | [x](y)", phone="+44 1", email=None, url=None, tiers=()),
        Contact(name="A", phone=None, email="a_b_c@example.org", url=None, tiers=("database",)),
    )
    pages = written(replace(STATES["shipped"], contacts=contacts))
    assert r"1. **\*Z\* \<b\> \| \[x\](y)**: +44 1" in pages["tier-database.md"]
    assert r"2. **A**: a\_b\_c@example.org" in pages["tier-database.md"]
    assert "**A**" not in pages["tier-testing.md"]
    assert "names nobody" in written(STATES["shipped"])["tier-testing.md"]


def test_the_command_writes_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Evidence that cannot be used is named, there and on standard error; the rest is written."""
    monkeypatch.chdir(tmp_path)
    case.write(tmp_path / "evidence", case.history())
    arguments = ["docs", "--catalog", str(SHIPPED), "--out", "runbooks"]
    assert main(arguments) == exit_codes.OK
    once = {each.name: each.read_bytes() for each in (tmp_path / "runbooks").iterdir()}
    assert main(arguments) == exit_codes.OK
    assert {each.name: each.read_bytes() for each in (tmp_path / "runbooks").iterdir()} == once
    (tmp_path / "evidence" / "drill-cut.json").write_text("{")
    assert main(arguments) == exit_codes.UNDETERMINED
    assert "tierkeep docs: drill-cut.json: it ends too early" in capsys.readouterr().err
    assert "`drill-cut.json`: it ends too early" in (tmp_path / "runbooks" / "tier-testing.md").read_text()
    assert main([*arguments, "--evidence", "none"]) == exit_codes.USAGE
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "index.md").write_text("mine")
    assert main([*arguments[:-1], "mine"]) == exit_codes.USAGE
    assert (tmp_path / "mine" / "index.md").read_text() == "mine"
