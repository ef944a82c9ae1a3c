"""moto's own tests of the services that the emulator extends, with its installation and without.

    python -m scripts.second_opinions.moto_tests [processes]

The tests are those of moto's source distribution on the package index, of the version and with the hash that
requirements.lock has.  A test that passes with moto alone and not with the emulator's installation has to be
explained.  Exit codes: 0 each is, 1 one is not, or an explained one passes.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path

from scripts.second_opinions.differences import judged, read, regressions
from scripts.second_opinions.reporting import console, record, report
from scripts.toolchain import BUILD, ROOT

HERE = Path(__file__).parent
REQUIREMENTS = HERE / "moto_tests.txt"
EXPLAINED = HERE / "moto_tests.yaml"
FOLDER = BUILD / "second-opinions" / "moto"
SERVICES = ("backup", "budgets", "dynamodb", "ebs", "ec2", "events", "kms", "organizations", "rds", "s3")
"""moto has no tests of DLM, since it has no DLM."""

LEFT_OUT = "not network and not requires_docker"
"""By moto's own marks: what a machine without a network or Docker cannot run."""

SECONDS = 120
"""For one test."""


class OpinionError(Exception):
    """The tests could not be run.  The message says why."""


def sources() -> Path:
    """The folder with moto's tests, which are fetched where they are not there yet.

    Raises `OpinionError` if the source distribution has none.
    """
    pin = locked("moto", (ROOT / "requirements.lock").read_text())
    home, mark = FOLDER / "source", FOLDER / "source.txt"
    if not mark.exists() or mark.read_text() != pin:
        console.print(f"moto's source distribution into {home.relative_to(ROOT)}")
        shutil.rmtree(FOLDER, ignore_errors=True)
        FOLDER.mkdir(parents=True)
        (FOLDER / "moto.txt").write_text(pin)
        _pip("download", "--no-deps", "--no-binary", "moto", "--require-hashes", "-r", "moto.txt", "-d", ".")
        _pip("install", "--no-deps", "--require-hashes", "-r", str(REQUIREMENTS), "--target", "packages")
        _extract(next(FOLDER.glob("moto-*.tar.gz")), home)
        mark.write_text(pin)
    if not any((home / "tests").glob("test_*")):
        raise OpinionError("moto's source distribution holds no tests")
    return home


def locked(package: str, lock: str) -> str:
    """The lines of a lock file that pin ``package``, with its hashes."""
    found = re.search(rf"^{package}==[^\\\n]*(?:\\\n[^\\\n]*)*", lock, re.MULTILINE)
    if found is None:
        raise OpinionError(f"requirements.lock has no {package}")
    return found[0] + "\n"


def outcomes(name: str, processes: str, *options: str) -> dict[str, str]:
    """Run the tests, and return what each came to."""
    home, file = sources(), FOLDER / f"{name}.json"
    console.print(f"moto's tests, {name}: output in {(FOLDER / name).relative_to(ROOT)}.log")
    file.unlink(missing_ok=True)
    command = [
        sys.executable, "-m", "pytest", "-q", "--color=no", "--tb=short", "--timeout", str(SECONDS),
        "-p", "no:cacheprovider", "-p", "scripts.second_opinions.moto_plugin",
        "-n", processes, "--dist", "loadfile", "-m", LEFT_OUT, "--outcomes", str(file), *options,
        *(f"tests/test_{service}" for service in SERVICES),
    ]  # fmt: skip
    env = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(FOLDER / "packages"),
        "AWS_ACCESS_KEY_ID": "testing",
        "AWS_SECRET_ACCESS_KEY": "testing",
        "AWS_DEFAULT_REGION": "us-east-1",
        # The installation turns it on; read anew for every test, it takes seconds.
        "MOTO_IAM_LOAD_MANAGED_POLICIES": "false",
    }
    with (FOLDER / f"{name}.log").open("w") as log:
        subprocess.run(command, cwd=home, env=env, stdout=log, stderr=subprocess.STDOUT, check=False)
    if not file.exists():
        raise OpinionError(f"pytest did not finish: {(FOLDER / f'{name}.log').read_text()[-500:]}")
    found: dict[str, str] = json.loads(file.read_text())
    return found


def main(processes: str) -> int:
    """Run both, compare, and say what came of it."""
    without = outcomes("without", processes)
    within = outcomes("with", processes, "--emulator")
    differences = regressions(within, without)
    figures = {
        "tests": len(without),
        "passed by moto alone": _count(without, "passed"),
        "passed with the emulator's installation": _count(within, "passed"),
        "skipped by moto": _count(without, "skipped"),
        "failed by moto alone": _count(without, "failed"),
        "passed by moto alone only": len(differences),
    }
    verdict = judged(differences, read(EXPLAINED))
    record("moto_tests", {**figures, "explained": len(verdict.explained)}, verdict)
    return report("moto's own tests", figures, verdict, EXPLAINED)


def _count(found: dict[str, str], outcome: str) -> int:
    return sum(each == outcome for each in found.values())


def _extract(archive: Path, home: Path) -> None:
    """The tests and pytest's settings alone: moto itself is to be the one that is installed."""
    with tarfile.open(archive) as file:
        for member in file.getmembers():
            _, _, member.name = member.name.partition("/")
            if member.name == "pyproject.toml" or member.name.startswith("tests/"):
                file.extract(member, home, filter="data")


def _pip(*arguments: str) -> None:
    command = [
        sys.executable,
        "-m",
        "pip",
        arguments[0],
        "-qq",
        "--disable-pip-version-check",
        *arguments[1:],
    ]
    subprocess.run(command, cwd=FOLDER, check=True)


if __name__ == "__main__":
    try:
        sys.exit(main(*(sys.argv[1:] or ["auto"])))
    except (OpinionError, subprocess.CalledProcessError) as error:
        sys.exit(f"second opinions: moto's tests are not run: {error}")
