"""`tierkeep report` as a command: what it writes, what it says, and what it never touches."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.catalogs import SHIPPED
from tests.report.pages import case
from tierkeep.cli import exit_codes
from tierkeep.cli.main import main

AT = ("--at", "2026-11-22T21:00:00Z")


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def report(*arguments: str) -> int:
    return main(["report", "--catalog", str(SHIPPED), "--out", "site", *AT, *arguments])


def test_a_site_from_all_inputs(elsewhere: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Exit code 0, and the path of the first page."""
    case.write(elsewhere / "evidence", case.history())
    (elsewhere / "findings.json").write_text(json.dumps(case.findings(30)))
    assert report("--findings", "findings.json") == exit_codes.OK
    out, err = capsys.readouterr()
    assert (out, err) == ("36 pages: site/index.html\n", "")
    assert "27" in (elsewhere / "site" / "index.html").read_text()
    once = {each.name: each.read_bytes() for each in (elsewhere / "site").iterdir()}
    assert report("--findings", "findings.json") == exit_codes.OK
    assert {each.name: each.read_bytes() for each in (elsewhere / "site").iterdir()} == once


def test_what_cannot_be_used_is_named_and_the_rest_is_written(
    elsewhere: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """On standard error, on the pages, and by exit code 6: no page passes for whole that is not."""
    case.write(elsewhere / "evidence", case.history()).joinpath("drill-cut.json").write_text('{"sch')
    (elsewhere / "findings.json").write_text(json.dumps(case.findings(3, catalog="harbour")))
    assert report("--findings", "findings.json") == exit_codes.UNDETERMINED
    err = capsys.readouterr().err
    assert "tierkeep report: findings.json: is of the catalog harbour, not of campus\n" in err
    assert "tierkeep report: drill-cut.json: it ends too early: EOF" in err
    for page in ("index", "findings", "drills", "coverage"):
        text = (elsewhere / "site" / f"{page}.html").read_text()
        assert "Not everything could be used" in text
        assert "of the catalog harbour" in text


@pytest.mark.parametrize(
    ("content", "why"),
    [
        ("{", "is not what `tierkeep validate --format json` prints: Invalid JSON: EOF"),
        ('{"schema_version": 2}', "is not what `tierkeep validate --format json` prints: schema_version"),
        ("[]", "is not what `tierkeep validate --format json` prints: "),
        (json.dumps({**case.findings(1), "observed_at": "soon"}), "no instant with its offset in observed"),
    ],
)  # fmt: skip
def test_findings_that_are_none(
    content: str, why: str, elsewhere: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Told with what is wrong."""
    (elsewhere / "findings.json").write_text(content)
    assert report("--findings", "findings.json") == exit_codes.UNDETERMINED
    assert why in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (("--findings", "none.json"), "--findings none.json: there is no such file"),
        (("--evidence", "none"), "--evidence none: there is no such folder"),
        (("--evidence", "s3://school/drills"), "with `aws s3 sync s3://school/drills evidence`"),
    ],
)
def test_input_that_is_not_there(
    arguments: tuple[str, ...], why: str, elsewhere: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """What is named has to be there: nothing is written."""
    assert report(*arguments) == exit_codes.USAGE
    assert why in capsys.readouterr().err
    assert not (elsewhere / "site").exists()


@pytest.mark.parametrize("at", ["yesterday", "2026-11-22", "2026-11-22T21:00:00"])
def test_a_moment_needs_its_offset(at: str, capsys: pytest.CaptureFixture[str]) -> None:
    """What is no instant is refused."""
    with pytest.raises(SystemExit) as caught:
        report("--at", at)
    assert caught.value.code == exit_codes.USAGE
    assert "is no instant with its offset" in capsys.readouterr().err


def test_nothing_is_replaced_that_tierkeep_did_not_write(
    elsewhere: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Neither a page of somebody's own, nor anything else in the folder, is touched."""
    (elsewhere / "site").mkdir()
    (elsewhere / "site" / "index.html").write_text("mine")
    (elsewhere / "site" / "CNAME").write_text("example.org")
    assert report() == exit_codes.USAGE
    assert "site/index.html is there already, and Tierkeep did not write it" in capsys.readouterr().err
    assert sorted(each.name for each in (elsewhere / "site").iterdir()) == ["CNAME", "index.html"]
    (elsewhere / "site" / "index.html").unlink()
    assert report() == exit_codes.OK
    assert (elsewhere / "site" / "CNAME").read_text() == "example.org"


def test_pages_of_the_last_time_that_are_gone_go(elsewhere: Path) -> None:
    """A site is what the input says now; what somebody put beside it stays."""
    case.write(elsewhere / "evidence", [case.evidence(1)])
    assert report() == exit_codes.OK
    (elsewhere / "site" / "drill-mine.html").write_text("mine")
    (page,) = (elsewhere / "site").glob("drill-2*.html")
    assert report("--evidence", str(case.write(elsewhere / "other", []))) == exit_codes.OK
    assert not page.exists()
    assert (elsewhere / "site" / "drill-mine.html").exists()


@pytest.mark.parametrize("listed", ["{", '["../../precious.html"]', '["index.html", 3]', "null"])
def test_a_list_that_was_tampered_with_deletes_nothing(
    listed: str, elsewhere: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Names that could lead out of the folder are no list of ours."""
    (elsewhere / "precious.html").write_text("precious")
    (elsewhere / "site").mkdir()
    (elsewhere / "site" / "tierkeep-pages.json").write_text(listed)
    assert report() == exit_codes.USAGE
    assert "is not the list that Tierkeep writes" in capsys.readouterr().err
    assert (elsewhere / "precious.html").read_text() == "precious"


def test_a_folder_that_cannot_be_written_to(elsewhere: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Told without a traceback."""
    (elsewhere / "site").write_text("a file")
    assert report() == exit_codes.USAGE
    assert capsys.readouterr().err == "tierkeep report: cannot write to site: file exists\n"


def test_it_needs_neither_aws_nor_cdktf(elsewhere: Path) -> None:
    """It starts with what it reads, and connects to nothing."""
    script = (
        "import sys, socket; from tierkeep.cli.main import main\n"
        "def refuse(*_): raise AssertionError('it asked a network')\n"
        "socket.socket.connect = refuse\n"
        f"code = main(['report', '--catalog', {str(SHIPPED)!r}, '--out', 'site'])\n"
        "print(code, 'cdktf' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=elsewhere, capture_output=True, text=True, check=True
    )
    assert done.stdout.endswith("0 False\n")
