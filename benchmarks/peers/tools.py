"""The tools that are compared: how each is run, and what it says that it found."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
import venv
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.peers.loaded import CATALOG, REGION, Asked, Loaded
from scripts.toolchain import ROOT

PINNED = {"prowler": "5.46.0", "c7n": "0.9.53"}
"""The newest on PyPI in November 2026."""
POLICIES = Path(__file__).with_name("custodian.yaml")


@dataclass(frozen=True, kw_only=True, slots=True)
class Run:
    """What one run of a tool took, and what came of it."""

    seconds: float
    """By the clock on the wall."""
    processor: float
    """Seconds of processor time, of all of its processes: what other work on the machine disturbs least."""
    megabytes: float
    """The most resident memory that it had."""
    code: int
    asked: Asked
    found: str
    """What it found, by its own output."""


class NotRun(Exception):  # noqa: N818 - it is what happened
    """A tool has no figures. The message says why."""


def tierkeep(emulator: Loaded, folder: Path) -> Run:
    """`tierkeep validate`, as this Python runs it."""
    said = folder / "tierkeep.json"
    command = [sys.executable, "-m", "tierkeep.cli.main", "validate", "--catalog", str(CATALOG)]
    return _run(
        [*command, "--output", f"json={said}"],
        emulator,
        folder,
        lambda: _told_by_tierkeep(said),
        codes={0, 4},
    )


def _told_by_tierkeep(said: Path) -> str:
    (unit,) = json.loads(said.read_text())["units"]
    return f"{len(unit['checks'])} checks, {len(unit['findings'])} findings"


def prowler(emulator: Loaded, folder: Path, home: Path) -> Run:
    """`prowler aws --service backup` in the one Region. Raises `NotRun`."""
    command = [_script("prowler", home), "aws", "--service", "backup", "--region", REGION]
    options = [
        "--output-formats",
        "json-ocsf",
        "--output-directory",
        str(folder),
        "--output-filename",
        "prowler",
    ]
    said = folder / "prowler.ocsf.json"
    return _run(
        [*command, *options, "--no-banner"], emulator, folder, lambda: _told_by_prowler(said), codes={0, 3}
    )


def _told_by_prowler(said: Path) -> str:
    found = json.loads(said.read_text())
    checks = {each["metadata"]["event_code"] for each in found}
    failing = sum(each["status_code"] == "FAIL" for each in found)
    return f"{len(checks)} checks, {failing} findings ({len(found)} verdicts)"


def custodian(emulator: Loaded, folder: Path, home: Path) -> Run:
    """`custodian run` of the policies beside this file. Raises `NotRun`."""
    said = folder / "custodian"
    command = [
        _script("custodian", home),
        "run",
        "--region",
        REGION,
        "--output-dir",
        str(said),
        str(POLICIES),
    ]
    return _run(command, emulator, folder, lambda: _told_by_custodian(said), codes={0})


def _told_by_custodian(said: Path) -> str:
    found = {each.parent.name: len(json.loads(each.read_text())) for each in said.glob("*/resources.json")}
    return f"{len(found)} policies, {sum(found.values())} findings"


def _run(
    command: Sequence[str], emulator: Loaded, folder: Path, told: Callable[[], str], *, codes: set[int]
) -> Run:
    """Raises `NotRun` if it ends with another exit code than one of `codes`."""
    emulator.asked()
    log = folder / f"{Path(command[0]).name}.log"
    with log.open("w") as file:
        started = time.perf_counter()
        process = subprocess.Popen(
            command, cwd=ROOT, env=_environment(emulator, folder), stdout=file, stderr=subprocess.STDOUT
        )
        peak, ended = 0.0, 0
        while not ended:
            peak = max(peak, _high_water(process.pid))
            time.sleep(0.02)
            ended, status, used = os.wait4(process.pid, os.WNOHANG)
        seconds = time.perf_counter() - started
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in codes:
        last = " | ".join(log.read_text().strip().splitlines()[-3:])
        raise NotRun(f"exit code {process.returncode}: {last}")
    return Run(
        seconds=seconds,
        processor=used.ru_utime + used.ru_stime,
        megabytes=peak,
        code=process.returncode,
        asked=emulator.asked(),
        found=told(),
    )


def _high_water(process: int) -> float:
    """The most resident memory in MB that a process has had. What `wait4` says of it counts as well what this
    process had when it started the other."""
    found = re.search(r"VmHWM:\s+(\d+) kB", Path(f"/proc/{process}/status").read_text())
    return int(found[1]) / 1024 if found else 0.0  # it has ended, and nobody has asked yet how


def _environment(emulator: Loaded, folder: Path) -> Mapping[str, str]:
    """Dummy credentials, every call to the emulator, nothing of what a tool keeps in the home folder, and
    elsewhere nobody who answers."""
    nowhere = dict.fromkeys(("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"), "http://127.0.0.1:9")
    return {**emulator.environment, **nowhere, "NO_PROXY": "127.0.0.1", "HOME": str(folder)}


def installed(name: str, homes: Path) -> Path:
    """The virtual environment of a peer at its pinned version, made if it is not there. Raises `NotRun`."""
    home = homes / name
    try:
        if not (home / "bin" / "python").exists():
            print(f"setup: {name} {PINNED[name]} into an environment of its own", file=sys.stderr, flush=True)
            venv.create(home, with_pip=True)
        python = str(home / "bin" / "python")
        pip = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        subprocess.run([*pip, f"{name}=={PINNED[name]}"], check=True, capture_output=True, text=True)
    except subprocess.CalledProcessError as failed:
        raise NotRun(f"pip could not install it: {failed.stderr.strip().splitlines()[-1:]}") from None
    return home


def packages(home: Path, *names: str) -> str:
    """The versions of packages in a virtual environment."""
    code = (
        "import sys; from importlib.metadata import version; "
        "print(*(f'{name} {version(name)}' for name in sys.argv[1:]), sep=', ')"
    )
    done = subprocess.run(
        [str(home / "bin" / "python"), "-c", code, *names], check=True, capture_output=True, text=True
    )
    return done.stdout.strip()


def _script(name: str, home: Path) -> str:
    return str(home / "bin" / name)


def most(calls: Mapping[str, int], number: int) -> str:
    """The operations with the most calls, in words."""
    return ", ".join(f"{count:,} {name}" for name, count in Counter(calls).most_common(number))
