"""`tierkeep validate` beside Prowler and Cloud Custodian: time, calls, memory; and how it grows.

.venv/bin/python -m benchmarks.peers [--environments FOLDER] [recovery points …]

For each number of recovery points there is an emulator of its own, with the stacks deployed into it by the
real Terraform and a thousand resources that their plan has backed up once a day; the emulator counts what it
is asked. `prowler aws --service backup` and `custodian run` are run beside us at 20,000, each in an
environment of its own with its pinned version, which is thrown away afterwards unless a folder for them is
named. They ask less, and other things: see the columns, and custodian.yaml. Needs the network for their
packages, and Linux.
"""

from __future__ import annotations

import argparse
import os
import platform
import sys
import tempfile
from collections.abc import Callable
from functools import partial
from importlib.metadata import version
from itertools import islice
from math import ceil
from pathlib import Path

from benchmarks.peers.loaded import OF_EACH_TYPE, RESOURCES, Loaded, loaded
from benchmarks.peers.tools import (
    NotRun,
    Run,
    custodian,
    installed,
    most,
    packages,
    prowler,
    tierkeep,
)
from tierkeep import __version__

SIZES = (1_000, 20_000, 100_000)
COMPARED_AT = 20_000
JOBS_SINCE_DAYS = 8

Tool = Callable[[Loaded, Path], Run]


def least_calls(points: int) -> dict[str, int]:
    """The fewest calls that list what grows: what there is, by the longest pages (botocore's models). Of all
    else one thing is asked at a time, once."""
    a_day = min(points // RESOURCES, JOBS_SINCE_DAYS) * RESOURCES
    snapshots = points // 4
    return {
        "ec2 DescribeVolumes": ceil(OF_EACH_TYPE / 1000),
        "rds DescribeDBInstances": ceil(OF_EACH_TYPE / 100),
        "rds DescribeDBInstanceAutomatedBackups": ceil(OF_EACH_TYPE / 100),
        "efs DescribeFileSystems": ceil(OF_EACH_TYPE / 100),
        "dynamodb ListTables": ceil(OF_EACH_TYPE / 100),
        "dynamodb DescribeTable": OF_EACH_TYPE,
        "dynamodb DescribeContinuousBackups": OF_EACH_TYPE,
        "backup ListBackupJobs": ceil(a_day / 1000),
        "backup ListRecoveryPointsByBackupVault": ceil(points / 1000),
        "ec2 DescribeSnapshots": ceil(snapshots / 1000) + 1,
    }


def main() -> None:
    """Prints both tables, the sizes smallest first."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--environments", type=Path, help="where the peers' environments are, or are put to stay"
    )
    parser.add_argument("points", type=int, nargs="*", default=SIZES)
    options = parser.parse_args()
    print(
        f"{platform.machine()}, {platform.system()}, {os.cpu_count()} cores",
        f"Python {platform.python_version()}",
        f"load {os.getloadavg()[0]:.1f}",
        f"tierkeep {__version__}",
        *(f"{name} {version(name)}" for name in ("boto3", "moto", "pydantic")),
        sep=", ",
    )
    ours: dict[int, Run] = {}
    with tempfile.TemporaryDirectory() as temporary:
        homes = options.environments or Path(temporary)
        for points in sorted(options.points):
            folder = Path(temporary) / str(points)
            folder.mkdir()
            with loaded(points, folder) as emulator:
                peers = _peers(homes) if points == COMPARED_AT else {}
                ours[points] = _compare({"tierkeep validate": tierkeep, **peers}, emulator, folder, points)
    _print_growth(ours)


def _peers(homes: Path) -> dict[str, Tool | NotRun]:
    """The peers, with their versions; or why one cannot be run."""
    found: dict[str, Tool | NotRun] = {}
    for name, package, run in (
        ("prowler aws --service backup", "prowler", prowler),
        ("custodian run", "c7n", custodian),
    ):
        try:
            home = installed(package, homes)
        except NotRun as why:
            found[name] = why
        else:
            print(f"{name}: {packages(home, package, 'boto3')}")
            found[name] = partial(run, home=home)
    return found


def _compare(tools: dict[str, Tool | NotRun], emulator: Loaded, folder: Path, points: int) -> Run:
    """Runs the tools one after another, the first once more after the others, and prints how each did.
    Returns the first one's faster run."""
    print(f"\n{RESOURCES:,} resources, {points:,} recovery points")
    print(
        f"{'':29}{'seconds':>9}{'of CPU':>9}{'calls':>8}{'peak MB':>9}{'points seen':>13}  {'ratio':7}found"
    )
    own: list[Run] = []
    for turn, (name, tool) in enumerate([*tools.items(), *islice(tools.items(), 1)]):
        here = folder / f"{turn}-{name.split(maxsplit=1)[0]}"
        here.mkdir()
        try:
            if isinstance(tool, NotRun):
                raise tool
            run = tool(emulator, here)
        except NotRun as why:
            if not own:
                raise
            print(f"{name:29} not run: {why}", flush=True)
            continue
        own += [run] if turn in {0, len(tools)} else []
        _print_run(name, run, own[0])
    return min(own, key=lambda run: run.seconds)


def _print_run(name: str, run: Run, first: Run) -> None:
    print(
        f"{name:29}{run.seconds:9.2f}{run.processor:9.2f}{sum(run.asked.calls.values()):8,}"
        f"{run.megabytes:9.0f}{run.asked.points:13,}  {run.seconds / first.seconds:<7.2f}{run.found}"
    )
    print(f"{'':4}{most(run.asked.calls, 6)}")
    if run.asked.errors:
        print(f"{'':4}answered with an error: {most(run.asked.errors, 6)}")
    sys.stdout.flush()


def _print_growth(ours: dict[int, Run]) -> None:
    """Times and calls of `tierkeep validate`, and where it calls more often than it would have to."""
    print(f"\ntierkeep validate, {RESOURCES:,} resources; of what it lists, calls and the least by paging")
    print(
        f"{'points':>8}{'seconds':>9}{'of CPU':>9}{'peak MB':>9}{'calls':>8}{'paged':>7}{'least':>7}  found"
    )
    for points, run in ours.items():
        calls, least = run.asked.calls, least_calls(points)
        listing = sum(calls.get(name, 0) for name in least)
        print(
            f"{points:8,}{run.seconds:9.2f}{run.processor:9.2f}{run.megabytes:9.0f}{sum(calls.values()):8,}"
            f"{listing:7,}{sum(least.values()):7,}  {run.found}"
        )
        for name, fewest in least.items():
            if calls.get(name) != fewest:
                print(f"{'':8} {name}: {calls.get(name, 0)} of {fewest}")
    first, last = ours[min(ours)], ours[max(ours)]
    times, memory = last.seconds / first.seconds, last.megabytes / first.megabytes
    print(f"{max(ours) / min(ours):.0f} times the points take {times:.1f} times as long, ", end="")
    print(f"and {memory:.2f} times the memory")


if __name__ == "__main__":
    main()
