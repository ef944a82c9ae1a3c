"""The `tierkeep` command as a process: help, exit codes, what it loads."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.catalogs import SHIPPED
from tierkeep.cli import exit_codes, main

BROKEN = "version: 1\nname: demo\ntiers: {}\n"


def tierkeep(*arguments: str, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "tierkeep.cli.main", *arguments]
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)


def test_lint_of_the_shipped_catalog() -> None:
    """Clean, with what is worth knowing as notices."""
    done = tierkeep("lint", "--catalog", str(SHIPPED))
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.count("notice: ") == 22
    assert done.stdout.count("notice: ") == 22
    assert "no errors; 4 tiers in 5 units" in done.stdout


def test_lint_of_a_broken_catalog(tmp_path: Path) -> None:
    """Errors go to standard error with their places, and the exit code says that the catalog is invalid."""
    (tmp_path / "catalog.yaml").write_text(BROKEN)
    done = tierkeep("lint", cwd=tmp_path)
    assert done.returncode == exit_codes.CATALOG_INVALID
    assert done.stdout == ""
    assert done.stderr == (
        "catalog.yaml:1:1: the key `accounts` is missing\n"
        "    add `accounts: …`\n"
        "catalog.yaml:3:8: this is empty\n"
        "    name at least one\n"
        "\n"
        "2 errors in the catalog\n"
    )


def test_lint_as_json(tmp_path: Path) -> None:
    """A versioned document on standard output, for machines, with the same errors."""
    file = tmp_path / "catalog.yaml"
    file.write_text(BROKEN)
    done = tierkeep("lint", "--format", "json", "--catalog", str(file))
    assert done.returncode == exit_codes.CATALOG_INVALID
    document = json.loads(done.stdout)
    assert document["schema_version"] == 1
    assert [error["line"] for error in document["errors"]] == [1, 3]


def test_a_missing_catalog_is_no_traceback(tmp_path: Path) -> None:
    """It is said where it was looked for, and how to name another."""
    done = tierkeep("lint", cwd=tmp_path)
    assert done.returncode == exit_codes.CATALOG_INVALID
    assert done.stderr.startswith("catalog.yaml:1:1: cannot be read: no such file or directory\n")
    assert "--catalog FILE" in done.stderr


@pytest.mark.parametrize("command", [(), *((each,) for each in main.COMMANDS)])
def test_help_teaches(command: tuple[str, ...]) -> None:
    """Help of every command ends well and says what it is for."""
    done = tierkeep(*command, "--help")
    assert done.returncode == 0
    assert len(done.stdout.splitlines()) > 5


@pytest.mark.parametrize("arguments", [(), ("nothing",), ("lint", "--nothing")])
def test_wrong_usage(arguments: tuple[str, ...]) -> None:
    """Exit code 2 and a line that says what is wrong."""
    done = tierkeep(*arguments)
    assert done.returncode == exit_codes.USAGE
    assert "usage: tierkeep" in done.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        ["--help"],
        ["checks"],
        ["lint", "--catalog", str(SHIPPED)],
        ["iam", "deploy", "--catalog", str(SHIPPED), "--format", "terraform"],
    ],
)
def test_offline_commands_load_neither_cdktf_nor_boto3(arguments: list[str]) -> None:
    """They start at once, and run where neither is installed."""
    program = (
        "import sys\n"
        "from tierkeep.cli.main import main\n"
        "try: main(sys.argv[1:])\n"
        "except SystemExit: pass\n"
        "print([name for name in ('boto3', 'botocore', 'cdktf', 'jsii', 'imports') if name in sys.modules])\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, *arguments], capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines()[-1] == "[]"


def test_the_catalog_is_validated_by_one_validator() -> None:
    """Each model that is called while modules are imported has one built for it alone, by every command."""
    program = (
        "from tierkeep.catalog import load\n"
        "from tierkeep.catalog.forms import Model\n"
        "def below(model): return [model, *(each for sub in model.__subclasses__() for each in below(sub))]\n"
        "print([each.__name__ for each in below(Model)[1:] if each.__pydantic_complete__])\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == ["[]"]


def test_a_closed_pipe_is_no_error_message() -> None:
    """`tierkeep … | head -1` says nothing about the pipe."""
    command = [
        sys.executable,
        "-m",
        "tierkeep.cli.main",
        "lint",
        "--format",
        "json",
        "--catalog",
        str(SHIPPED),
    ]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout
        assert process.stderr
        process.stdout.close()
        assert process.stderr.read() == ""


def test_a_bug_is_told_as_one(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """An exception that nothing foresaw is one message that says what to do, and exit code 1."""

    def fail(_file: Path, _today: object) -> None:
        raise ZeroDivisionError("of all things")

    monkeypatch.setattr("tierkeep.compiler.compile_catalog", fail)
    assert main.main(["lint"]) == exit_codes.INTERNAL
    assert "internal error: ZeroDivisionError: of all things" in capsys.readouterr().err


@pytest.mark.parametrize("endpoint", ["127.0.0.1:5005", "localhost", " ", "ftp://here"])
def test_an_endpoint_that_is_no_url(endpoint: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is a mistake of usage, and never a reason to call AWS."""
    monkeypatch.setenv("TIERKEEP_ENDPOINT", endpoint)
    done = tierkeep("validate", "--catalog", str(SHIPPED))
    assert done.returncode == exit_codes.USAGE
    assert "TIERKEEP_ENDPOINT is" in done.stderr


def test_a_profile_that_does_not_exist(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each unit is UNKNOWN with the reason; nothing is reported as a bug of Tierkeep."""
    monkeypatch.setenv("AWS_PROFILE", "nosuch")
    done = tierkeep("validate", "--catalog", str(SHIPPED))
    assert done.returncode == exit_codes.UNDETERMINED
    assert "ProfileNotFound" in done.stdout
    assert "internal error" not in done.stderr


def test_sweeping_where_no_drill_was(tmp_path: Path) -> None:
    """A folder without journals is no all-clear."""
    done = tierkeep("drill", "sweep", "--evidence", str(tmp_path / "elsewhere"))
    assert done.returncode == exit_codes.USAGE
    assert "there are no journals in" in done.stderr
