"""What stands in the repository for the second opinions, as far as it can be held without asking for them."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
import tarfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from emulator.process import running
from scripts.second_opinions import ministack, moto_tests, reporting
from scripts.second_opinions.calling import Calls
from scripts.second_opinions.differences import ABSENT, ACCEPTED, Verdict, read
from scripts.second_opinions.normal import ERROR, Leaves
from scripts.second_opinions.page import page
from tests.catalogs import ROOT

LOCK = (
    "mot==1 \\\n    --hash=x\nmoto==5 \\\n    --hash=sha256:a \\\n    --hash=sha256:b\n    # via us\nz==1\n"
)


@pytest.fixture(scope="module")
def ours() -> Iterator[Calls]:
    """What our emulator answers to the script."""
    with running("--clock", "at-rest") as endpoint:
        yield ministack.answers_of(endpoint)


def test_the_page_is_that_of_the_lists_and_the_last_runs() -> None:
    """`python -m scripts.second_opinions.page > docs/second-opinions.md` writes it."""
    assert (ROOT / "docs/second-opinions.md").read_text() == page()


def test_the_figures_are_those_of_the_lists() -> None:
    figures = json.loads(reporting.FIGURES.read_text())
    for name, path in {"ministack": ministack.EXPLAINED, "moto_tests": moto_tests.EXPLAINED}.items():
        assert figures[name]["explained"] == sum(len(each.differences) for each in read(path)), name


def test_our_side_of_every_explained_difference_is_what_our_emulator_answers(ours: Calls) -> None:
    """So a change of the emulator that a second opinion would notice is noticed without it."""
    for each in read(ministack.EXPLAINED):
        for line in each.differences:
            step = next(name for name in ours.answers if line.startswith(f"{name}: "))
            assert _is_ours(line.removeprefix(f"{step}: "), ours.answers[step]), line


def _is_ours(difference: str, answer: Leaves) -> bool:
    if difference.startswith(f"{answer.get(ERROR, ACCEPTED)} | "):
        return True
    for path, value in answer.items():
        if difference.startswith(f"{path}: "):
            return difference.startswith(f"{path}: {value} | ")
    return f": {ABSENT} | " in difference


@pytest.mark.parametrize(
    ("difference", "expected"),
    [("a: 1 | 2", True), ("a: 2 | 1", False), ("a: absent | 1", False), ("b: absent | 1", True),
     ("b: 1 | absent", False), ("accepted | X", True), ("X | accepted", False)],
)  # fmt: skip
def test_what_that_finds(difference: str, expected: bool) -> None:
    assert _is_ours(difference, {"a": "1"}) == expected


def test_two_steps_do_not_go_by_one_name(ours: Calls) -> None:
    with pytest.raises(ValueError, match="two steps are called"):
        ours.call("list plans", "backup", "list_backup_plans")


def test_a_package_is_pinned_as_the_lock_has_it() -> None:
    """With its hashes, and without its neighbours."""
    assert moto_tests.locked("moto", LOCK) == "moto==5 \\\n    --hash=sha256:a \\\n    --hash=sha256:b\n"
    with pytest.raises(moto_tests.OpinionError, match="has no nothing"):
        moto_tests.locked("nothing", LOCK)


def test_only_tests_and_settings_come_out_of_the_source_distribution(tmp_path: Path) -> None:
    """moto's code there must not take the place of the installed one."""
    archive = tmp_path / "moto.tar.gz"
    with tarfile.open(archive, "w:gz") as file:
        for name in ("moto/__init__.py", "tests/test_kms/test_kms.py", "pyproject.toml", "setup.py"):
            file.addfile(tarfile.TarInfo(f"moto-5/{name}"), io.BytesIO())
    moto_tests._extract(archive, tmp_path / "source")
    found = {str(path.relative_to(tmp_path / "source")) for path in (tmp_path / "source").rglob("*.*")}
    assert found == {"tests/test_kms/test_kms.py", "pyproject.toml"}


def test_a_report_says_what_is_not_as_it_has_to_be(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    explained = tmp_path / "list.yaml"
    clean = Verdict(explained=("a",), unexplained=(), stale=())
    assert reporting.report("title", {"calls": 3}, clean, explained) == 0
    capsys.readouterr()
    verdict = Verdict(explained=("a",), unexplained=("b [x]",), stale=("c",))
    assert reporting.report("title", {"calls": 3}, verdict, explained) == 1
    out = capsys.readouterr().out
    assert "not explained in list.yaml: b [x]\n" in out
    assert "explained in list.yaml, but gone: c\n" in out


def test_the_figures_are_kept_of_a_clean_run_alone(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    file = tmp_path / "figures.json"
    monkeypatch.setattr(reporting, "FIGURES", file)
    reporting.record("one", {"calls": 3}, Verdict(explained=(), unexplained=("b",), stale=()))
    assert not file.exists()
    for opinion, calls in {"one": 3, "two": 4}.items():
        reporting.record(opinion, {"calls": calls}, Verdict(explained=(), unexplained=(), stale=()))
    assert json.loads(file.read_text()) == {"one": {"calls": 3}, "two": {"calls": 4}}


TESTS = """
import boto3, pytest
from moto import mock_aws

def test_dlm():
    with mock_aws():
        boto3.client("dlm", "eu-west-1").get_lifecycle_policies()

@pytest.mark.skip
def test_skipped(): pass

@pytest.fixture
def late():
    yield
    assert False

def test_teardown(late): pass
"""


@pytest.mark.parametrize(("options", "dlm"), [((), "failed"), (("--emulator",), "passed")])
def test_the_plugin_writes_outcomes_with_the_installation_and_without(
    tmp_path: Path, options: tuple[str, ...], dlm: str
) -> None:
    """The worst phase counts, and the installation is in force on request only."""
    (tmp_path / "test_it.py").write_text(TESTS)
    file = tmp_path / "outcomes.json"
    command = [
        sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-c", os.devnull, "--rootdir", ".",
        "-p", "scripts.second_opinions.moto_plugin", "--outcomes", str(file), *options, "test_it.py",
    ]  # fmt: skip
    env = {"PATH": os.environ["PATH"], "AWS_ACCESS_KEY_ID": "x", "AWS_SECRET_ACCESS_KEY": "x"}
    subprocess.run(command, cwd=tmp_path, env=env, capture_output=True, check=False)
    found = {test.partition("::")[2]: outcome for test, outcome in json.loads(file.read_text()).items()}
    assert found == {"test_dlm": dlm, "test_skipped": "skipped", "test_teardown": "failed"}
