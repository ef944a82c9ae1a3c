"""SIGKILL while a run is under way, at its own points and at its drills'; then `drill resume`."""

from __future__ import annotations

import json
import multiprocessing
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from drill_world import World
from scenario_world import a_broom, a_scenario, a_state, build_volumes, resume, run

from tests.catalogs import ROOT as REPOSITORY
from tierkeep.desired.model import DesiredState
from tierkeep.drill.clock import SystemClock
from tierkeep.drill.scenarios.run_document import unfinished_runs
from tierkeep.drill.stores import LocalStore
from tierkeep.drill.sweep import sweep

COUNT = 3
"""Volumes of the run: that of `served_world`, which carries no tag, and two more."""


def points() -> Iterator[str]:
    """Where the process is killed: around each write of the run's document, and within a drill of it."""
    for number in (1, COUNT):
        yield f"before start {number}"
        yield f"started {number}"
        yield f"ended {number}"
        yield f"noted {number}"
    yield "announced make ec2:volume"
    yield "done make ec2:volume"
    yield "before read"
    yield "before confirm"


def state() -> DesiredState:
    return a_state(a_scenario(side_by_side=2))


def _run_until(point: str, directory: Path) -> None:
    def die(passed: str) -> None:
        if passed == point:
            os.kill(os.getpid(), signal.SIGKILL)

    run(SystemClock(), directory, state(), observe=die)


@pytest.mark.parametrize("point", list(points()))
def test_a_killed_run_is_resumed_and_leaves_nothing(served_world: World, tmp_path: Path, point: str) -> None:
    """Each resource is drilled to its end once, whatever was under way; the account is as before."""
    build_volumes(SystemClock(), COUNT - 1, vault=False)
    before = served_world.inventory()
    process = multiprocessing.get_context("fork").Process(target=_run_until, args=(point, tmp_path))
    process.start()
    process.join(timeout=120)
    assert process.exitcode == -signal.SIGKILL, f"the run never passed {point!r}"
    [run_id] = unfinished_runs(tmp_path)
    known = json.loads((tmp_path / "runs" / f"{run_id}.json").read_text())
    done = [entry["number"] for entry in known["drills"] if entry["progress"] == "done"]
    document = resume(SystemClock(), tmp_path, run_id, state())
    assert document["finished"]
    assert document["result"]["counts"] == {"pass": COUNT, "fail": 0, "could-not-verify": 0}
    # What was done stays done: it is not drilled again.
    assert all(len(document["drills"][number - 1]["attempts"]) == 1 for number in done)
    assert served_world.inventory() == before
    assert sweep(LocalStore(tmp_path), a_broom(SystemClock())) == ()


_COMMAND = """
import argparse, sys, types
sys.path.insert(0, sys.argv[1])
import scenario_world
compiler = types.ModuleType("tierkeep.compiler")
state = scenario_world.a_state(scenario_world.a_scenario(side_by_side=2))
compiler.compile_catalog = lambda path, today: types.SimpleNamespace(state=state)
sys.modules["tierkeep.compiler"] = compiler
from tierkeep.cli.drill import register
parser = argparse.ArgumentParser()
register(parser.add_subparsers())
args = parser.parse_args(sys.argv[2:])
args.catalog = None
sys.exit(args.run(args))
"""


def command(*arguments: str) -> list[str]:
    """The `drill` command as a process, on the scenarios of these tests."""
    return [sys.executable, "-c", _COMMAND, str(Path(__file__).parent), "drill", *arguments]


def said(*arguments: str) -> subprocess.CompletedProcess[str]:
    """The command, run to its end."""
    return subprocess.run(
        command(*arguments), cwd=REPOSITORY, capture_output=True, text=True, timeout=120, check=False
    )


def test_the_command_plans_runs_and_lists(served_world: World, tmp_path: Path) -> None:
    """plan, run and resume as processes: exit codes, results on stdout, progress on stderr, pages on disk."""
    build_volumes(SystemClock(), 1, vault=False)
    before = served_world.inventory()
    evidence = ("--evidence", str(tmp_path))
    listed = said("plan")
    assert listed.returncode == 0, listed.stderr
    assert "full: every 1mo, all, the newest point" in listed.stdout
    planned = said("plan", "full", "--seed", "5", *evidence)
    assert planned.returncode == 0, planned.stderr
    assert "all 2" in planned.stdout
    assert "(seed 5)" in planned.stdout
    done = said("run", "full", *evidence)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("PASSED  drill full: 2 passed")
    assert "[1/2] " in done.stderr
    assert len(list(tmp_path.glob("drill-*.html"))) == 2
    assert said("resume", *evidence).stdout == "No run is unfinished.\n"
    for wrong in (
        ("run",),
        ("run", "half"),
        ("run", "full", "--tier", "databases"),
        ("run", "--tier", "databases", "--seed", "5"),
        ("resume", "run-of-nobody", *evidence),
        ("resume", "--evidence", str(tmp_path / "elsewhere")),
    ):
        refused = said(*wrong)
        assert refused.returncode == 2, refused
        assert refused.stderr.startswith("tierkeep drill: ")
        assert refused.stderr.count("\n") == 1
    assert served_world.inventory() == before


def test_a_plan_of_what_cannot_be_listed_is_unknown(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Where AWS does not answer, the plan says so, and so does its exit code."""
    monkeypatch.setenv("TIERKEEP_ENDPOINT", "http://127.0.0.1:9")
    planned = said("plan", "full", "--evidence", str(tmp_path))
    assert "COULD NOT VERIFY: ebs of tier databases" in planned.stdout
    assert planned.returncode == 6, planned.stderr


def test_a_run_that_cannot_be_kept_is_not_begun(served_world: World, tmp_path: Path) -> None:
    """Nothing is drilled, and nobody is sent to resume what never was."""
    before = served_world.inventory()
    place = tmp_path / "file"
    place.touch()
    done = said("run", "full", "--evidence", str(place))
    assert done.returncode == 6, done
    assert "Nothing was begun" in done.stderr
    assert "resume" not in done.stderr
    assert served_world.inventory() == before


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_tears_all_down_and_exits_130(
    served_world: World, tmp_path: Path, number: signal.Signals
) -> None:
    """In the middle of restores: all torn down, the rest not started, and `resume` drills all of them."""
    build_volumes(SystemClock(), 3, vault=False)
    before = served_world.inventory()
    arguments = command("run", "full", "--evidence", str(tmp_path))
    with subprocess.Popen(
        arguments, cwd=REPOSITORY, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stderr is not None
        for line in process.stderr:
            if "[2/4]" in line:
                break
        process.send_signal(number)
        out, error = process.communicate(timeout=60)
    assert process.returncode == 130, error
    assert "torn down" in error
    assert "COULD NOT VERIFY" in out
    assert served_world.inventory() == before
    [run_id] = unfinished_runs(tmp_path)
    resumed = said("resume", run_id, "--evidence", str(tmp_path))
    assert resumed.returncode == 0, resumed.stderr
    assert "4 passed" in resumed.stdout
    assert served_world.inventory() == before
