"""`tierkeep validate` with --save, --observed and --since, and when it is interrupted."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from dataclasses import replace
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.request import Request, urlopen

import pytest
from emulated_store import WORLD

from emulator import faults
from tests.catalogs import SHIPPED
from tierkeep.cli import exit_codes, main
from tierkeep.desired.model import DesiredState
from tierkeep.validate.stored.saved import digest

pytestmark = pytest.mark.usefixtures("stored", "_no_faults_left", "without_waiting")


@pytest.fixture(autouse=True)
def _compiled(monkeypatch: pytest.MonkeyPatch) -> None:
    compiled_is(WORLD, monkeypatch)


def compiled_is(state: DesiredState, monkeypatch: pytest.MonkeyPatch) -> None:
    compiled = SimpleNamespace(state=state, position=lambda _: None)
    monkeypatch.setattr("tierkeep.compiler.compile_catalog", lambda *_: compiled)


def no_way_to_aws(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: Any, **__: Any) -> None:
        raise AssertionError("a session was opened")

    monkeypatch.setattr("boto3.Session", refuse)


def test_what_was_saved_is_judged_as_it_was_live(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Offline the same report comes out, with the moment at which it was observed, and AWS is not asked."""
    file = tmp_path / "observed.json.gz"
    faults.add("access-denied", service="ec2", operation="DescribeImages")
    code = main.main(["validate", "--format", "json", "--save", str(file)])
    live = capsys.readouterr().out
    assert code == exit_codes.UNDETERMINED
    assert [each.name for each in tmp_path.iterdir()] == [file.name]
    no_way_to_aws(monkeypatch)
    assert main.main(["validate", "--format", "json", "--observed", str(file)]) == code
    captured = capsys.readouterr()
    assert (captured.out, captured.err) == (live, "")
    unread = [
        each for unit in json.loads(live)["units"] for each in unit["unknowns"]
        if each["check"] == "integrity.status" and each["resource"]["type"] == "part of the records"
    ]  # fmt: skip
    assert {(each["resource"]["name"], each["cause"]["code"]) for each in unread} == {
        ("images", "UnauthorizedOperation")
    }


def test_a_unit_that_was_not_saved_is_unknown(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Unknown is never a pass; and one that is saved can be chosen of several."""
    file = tmp_path / "observed.json.gz"
    main.main(["validate", "--save", str(file), "--region", "ap-southeast-1"])
    capsys.readouterr()
    assert main.main(["validate", "--format", "json", "--observed", str(file)]) == exit_codes.UNDETERMINED
    units = {each["unit"]: each for each in json.loads(capsys.readouterr().out)["units"]}
    causes = {each["cause"]["code"] for each in units["production/ap-south-1"]["unknowns"]}
    assert causes == {"NotSaved"}
    assert units["production/ap-southeast-1"]["unknowns"] == []


def test_a_changed_catalog_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What came into it since was not read; that of another name is another's."""
    file = tmp_path / "observed.json.gz"
    main.main(["validate", "--save", str(file)])
    capsys.readouterr()
    changed = replace(WORLD, tag_key="tier")
    assert digest(changed) != digest(WORLD)
    compiled_is(changed, monkeypatch)
    main.main(["validate", "--observed", str(file)])
    assert "the catalog has changed since this was observed" in capsys.readouterr().err
    other = replace(WORLD, name="library")
    compiled_is(other, monkeypatch)
    assert main.main(["validate", "--observed", str(file)]) == exit_codes.USAGE
    assert "is of the catalog campus, not of library" in capsys.readouterr().err


def test_what_cannot_be_read_or_written_is_a_mistake_of_usage(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit code 2, nothing on stdout, and on stderr which file and why."""
    damaged = tmp_path / "damaged"
    damaged.write_text("nothing")
    for arguments, told in (
        (["--observed", str(tmp_path / "none")], "none: No such file"),
        (["--observed", str(damaged)], "damaged, line 1: it is damaged, or no file of gzip"),
        (["--save", str(tmp_path / "no" / "file")], "no/file: No such file"),
        (["--observed", str(damaged), "--since", "3"], "--since goes without --observed"),
    ):
        assert main.main(["validate", *arguments]) == exit_codes.USAGE
        captured = capsys.readouterr()
        assert told in captured.err
        assert captured.out == ""


@pytest.mark.parametrize("since", ["0", "31", "a week"])
def test_since_is_what_aws_lists(since: str, capsys: pytest.CaptureFixture[str]) -> None:
    """AWS Backup lists jobs of 30 days."""
    with pytest.raises(SystemExit) as ended:
        main.main(["validate", "--since", since])
    assert ended.value.code == exit_codes.USAGE
    assert "1 to 30 days" in capsys.readouterr().err


def test_progress_counts_units_and_records(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """One line on stderr, where a terminal looks, and it is taken away at the end."""
    monkeypatch.setattr("sys.stderr.isatty", lambda: True, raising=False)
    main.main(["validate", "--format", "json"])
    lines = capsys.readouterr().err.split("\r\x1b[2K")
    assert lines[1] == "reading 2 units"
    found = [int(each) for line in lines for each in re.findall("([0-9]+) records", line)]
    assert found == sorted(found)
    assert found[-1] > 100
    assert any(line.startswith("read 2 of 2 units, ") for line in lines)
    assert lines[-1] == ""


def test_ctrl_c_prints_what_is_known_within_a_second(emulator_url: str, tmp_path: Path) -> None:
    """What was not read is UNKNOWN for that reason; an earlier file stays; it exits as an interrupt does."""
    file = tmp_path / "observed.json.gz"
    file.write_text("an earlier one")
    fault = {
        "kind": "timeout",
        "service": "ec2",
        "operation": "DescribeSnapshots",
        "seconds": 120.0,
        "times": 1,
    }
    asked(emulator_url, "POST", fault)
    command = [sys.executable, "-m", "tierkeep.cli.main", "validate", "--format", "json", "--save", str(file)]
    command += ["--catalog", str(SHIPPED), "--unit", "staging/ap-south-1"]
    environment = {**os.environ, "TIERKEEP_ENDPOINT": emulator_url}
    try:
        with subprocess.Popen(
            command,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            # A shell that runs the tests in the background lets them, and so this, ignore SIGINT.
            preexec_fn=partial(signal.signal, signal.SIGINT, signal.SIG_DFL),  # noqa: PLW1509
        ) as run:
            while asked(emulator_url, "GET")["faults"][0]["times"]:
                assert run.poll() is None
                time.sleep(0.1)
            time.sleep(2)
            run.send_signal(signal.SIGINT)
            started = time.monotonic()
            out, err = run.communicate(timeout=100)
            took = time.monotonic() - started
    finally:
        asked(emulator_url, "DELETE")
    # Within a second, of which a busy machine makes some; the call that hangs takes two minutes.
    assert (run.returncode, took < 20) == (exit_codes.INTERRUPTED, True), (took, err)
    assert b"interrupted: what was not read yet is UNKNOWN" in err
    assert file.read_text() == "an earlier one"
    assert [each.name for each in tmp_path.iterdir()] == [file.name]
    (unit,) = json.loads(out)["units"]
    told = [each["resource"] for each in unit["unknowns"] if each["cause"]["code"] == "Interrupted"]
    if None in told:
        # A machine so busy that the judge missed its half second: then nothing of the unit is known.
        assert {each["verdict"] for each in unit["checks"]} == {"UNKNOWN"}
        return
    unread = {each["name"] for each in told}
    assert "snapshots" in unread
    # Resources come first, and four listings are read at a time.
    assert len([name for name in unread if name.startswith("resources/")]) <= 3
    assert unit["checks"][0] == {"id": "drift.key", "verdict": "FAIL"}


def asked(url: str, method: str, document: dict[str, Any] | None = None) -> dict[str, Any]:
    """What the emulator answers about its faults."""
    body = json.dumps(document).encode() if document else None
    with urlopen(Request(f"{url}/emulator/faults", body, method=method)) as answer:
        found: dict[str, Any] = json.load(answer)
        return found
