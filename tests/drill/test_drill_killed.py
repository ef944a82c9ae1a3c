"""SIGKILL between any two stages and around every change in AWS; then `sweep`."""

from __future__ import annotations

import multiprocessing
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from drill_world import LIMITS, World, drill, open_place

from tests.catalogs import ROOT as REPOSITORY
from tierkeep.drill.clock import SystemClock
from tierkeep.drill.restorers.ebs_backup import EbsByBackup
from tierkeep.drill.stages import STAGES
from tierkeep.drill.stores import LocalStore
from tierkeep.drill.sweep import Broom, Fate, preview, sweep


def points() -> Iterator[str]:
    """Where the process of a drill of a volume is killed: at each stage's edges and around each change.

    Around the snapshot to read, which such a drill makes besides, once: `test_drill_restorers.py` lets every
    drill die at every point, within this process.
    """
    yield "done make ec2:snapshot"
    for stage in STAGES:
        if stage.name == "read":
            continue
        yield f"before {stage.name}"
        for effect in stage.effects(EbsByBackup()):
            if not effect.endswith("ec2:snapshot"):
                yield f"announced {effect}"
                yield f"done {effect}"
        yield f"after {stage.name}"


def _drill_until(point: str, directory: Path) -> None:
    def die(passed: str) -> None:
        if passed == point:
            os.kill(os.getpid(), signal.SIGKILL)

    drill(SystemClock(), directory, observe=die)


def _killed_at(point: str, directory: Path) -> None:
    process = multiprocessing.get_context("fork").Process(target=_drill_until, args=(point, directory))
    process.start()
    process.join(timeout=120)
    assert process.exitcode == -signal.SIGKILL, f"the drill never passed {point!r}"


def _broom() -> Broom:
    return Broom(clock=SystemClock(), open_session=open_place, limits=LIMITS)


@pytest.mark.parametrize("point", list(points()))
def test_sweep_removes_what_a_killed_drill_left_and_nothing_else(
    served_world: World, tmp_path: Path, point: str
) -> None:
    """After a kill anywhere and a sweep, the account holds the volumes of before, with the tags of before.

    Among them: the source, a volume tagged by another drill, and one that somebody else restored from the
    same recovery point with the same role.
    """
    clock = SystemClock()
    served_world.decoy("drill-of-somebody-else")
    arn = served_world.session.call(
        "backup", "list_recovery_points_by_backup_vault", BackupVaultName="school-databases"
    )["RecoveryPoints"][0]["RecoveryPointArn"]
    served_world.restore_by_hand(clock, arn)
    before = served_world.inventory()
    _killed_at(point, tmp_path)
    left = served_world.inventory()
    preview(LocalStore(tmp_path), _broom())
    # A restore that goes on may add its volume; what was there stays as it was.
    assert left.items() <= served_world.inventory().items()
    swept = sweep(LocalStore(tmp_path), _broom())
    assert [item.fate for item in swept] in ([Fate.REMOVED], [Fate.NOTHING_LEFT])
    assert served_world.inventory() == before
    assert sweep(LocalStore(tmp_path), _broom()) == ()


def test_where_nothing_was_made_sweep_makes_nothing(served_world: World, tmp_path: Path) -> None:
    """Killed before the restore was asked for, with no job that looks alike: no restore job ever exists."""
    _killed_at("announced make ec2:volume", tmp_path)
    [swept] = sweep(LocalStore(tmp_path), _broom())
    assert swept.fate is Fate.NOTHING_LEFT
    assert served_world.session.call("backup", "list_restore_jobs")["RestoreJobs"] == []


def test_sweep_can_be_killed_and_repeated(served_world: World, tmp_path: Path) -> None:
    """A sweep that dies in the middle of its deletion leaves a journal that the next one finishes."""
    before = served_world.inventory()
    _killed_at("done tag ec2:volume", tmp_path)

    def swept_until_killed() -> None:
        def die(point: str) -> None:
            if point == "done delete ec2:volume":
                os.kill(os.getpid(), signal.SIGKILL)

        broom = Broom(clock=SystemClock(), open_session=open_place, limits=LIMITS, observe=die)
        sweep(LocalStore(tmp_path), broom)

    process = multiprocessing.get_context("fork").Process(target=swept_until_killed)
    process.start()
    process.join(timeout=60)
    assert process.exitcode == -signal.SIGKILL
    [again] = sweep(LocalStore(tmp_path), _broom())
    assert again.fate is Fate.REMOVED
    assert served_world.inventory() == before


_COMMAND = """
import argparse, pathlib, sys, types
sys.path.insert(0, sys.argv[1])
import drill_world
compiler = types.ModuleType("tierkeep.compiler")
compiler.compile_catalog = lambda path, today: types.SimpleNamespace(state=drill_world.desired_state())
sys.modules["tierkeep.compiler"] = compiler
from tierkeep.cli.drill import register
parser = argparse.ArgumentParser()
register(parser.add_subparsers())
args = parser.parse_args(sys.argv[2:])
args.catalog = pathlib.Path("catalog.yaml")
sys.exit(args.run(args))
"""


def command(*arguments: str) -> list[str]:
    """The `drill` command as a process, on the catalog of these tests."""
    return [sys.executable, "-c", _COMMAND, str(Path(__file__).parent), "drill", *arguments]


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    """The command, run to its end."""
    return subprocess.run(
        command(*arguments), cwd=REPOSITORY, capture_output=True, text=True, timeout=120, check=False
    )


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_tears_down_and_exits_130(
    served_world: World, tmp_path: Path, number: signal.Signals
) -> None:
    """Ctrl-C and SIGTERM in the middle of a restore: torn down, said so, evidence of no verdict, exit 130."""
    before = served_world.inventory()
    arguments = command("run", "--tier", "databases", "--evidence", str(tmp_path))
    with subprocess.Popen(
        arguments, cwd=REPOSITORY, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stderr is not None
        for line in process.stderr:
            if "started" in line:
                break
        process.send_signal(number)
        out, error = process.communicate(timeout=60)
    assert process.returncode == 130, error
    assert "torn down" in error
    assert "COULD NOT VERIFY" in out
    assert served_world.inventory() == before
    assert len(list(tmp_path.glob("*.json"))) == len(list(tmp_path.glob("*.html"))) == 1


def test_the_command_drills_plans_and_sweeps(served_world: World, tmp_path: Path) -> None:
    """run, plan and sweep as processes: exit codes, results on stdout, progress on stderr, pages on disk."""
    before = served_world.inventory()

    done = run("run", "--tier", "databases", "--evidence", str(tmp_path))
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("PASSED")
    assert "Check it from outside" in done.stderr
    planned = run("plan", "--tier", "databases")
    assert planned.returncode == 0, planned.stderr
    assert "backup:StartRestoreJob" in planned.stdout
    wrong = run("run", "--tier", "gold", "--evidence", str(tmp_path))
    assert wrong.returncode == 2
    assert "databases" in wrong.stderr
    unknown = run("plan", "--tier", "databases", "--type", "aurora", "--by", "pitr")
    assert unknown.returncode == 6, unknown.stderr
    swept = run("sweep", "--evidence", str(tmp_path))
    assert swept.returncode == 0
    assert "every journal is finished" in swept.stdout
    missing = run("plan", "--tier", "databases", "--resource", served_world.volume_arn + "0")
    assert missing.returncode == 5
    assert served_world.inventory() == before


def test_the_command_keeps_its_evidence_in_a_bucket(served_world: World) -> None:
    """run and sweep as processes, with a place that is wrong, one that is not there, and one that is."""
    before = served_world.inventory()
    place = "s3://school-evidence/drills"
    wrong = run("sweep", "--evidence", "s3://school-evidence")
    assert wrong.returncode == 2
    assert "s3://bucket/drills" in wrong.stderr
    missing = run("run", "--tier", "databases", "--evidence", place)
    assert missing.returncode == 6
    assert "NoSuchBucket" in missing.stderr
    assert "Traceback" not in missing.stderr
    served_world.session.client("s3").create_bucket(
        Bucket="school-evidence", CreateBucketConfiguration={"LocationConstraint": "ap-south-1"}
    )
    done = run("run", "--tier", "databases", "--evidence", place)
    assert done.returncode == 0, done.stderr
    assert f"{place}/drill-" in done.stdout
    swept = run("sweep", "--evidence", place)
    assert swept.returncode == 0, swept.stderr
    assert "every journal is finished" in swept.stdout
    assert served_world.inventory() == before


def test_a_run_tells_of_journals_that_were_not_finished(served_world: World, tmp_path: Path) -> None:
    """A drill that finds an earlier one unfinished in its unit points at `drill sweep`, and drills on."""
    _killed_at("before check", tmp_path)
    done = run("run", "--tier", "databases", "--evidence", str(tmp_path))
    assert done.returncode == 0, done.stderr
    assert "drill sweep" in done.stderr
    [swept] = sweep(LocalStore(tmp_path), _broom())
    assert swept.fate is Fate.REMOVED
