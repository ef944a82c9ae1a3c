"""checkov over the stacks of the reference strategy and of a catalog with everything on.

    python -m scripts.checkov

checkov pins many packages, so it has a virtual environment of its own, below .build. It runs without a
network. Exit codes: 0 each failed check is waived with a reason, 1 one is not, or a waiver waives nothing, or
there is no verdict.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from scripts.checkov.hcl import OF_TERRAFORM, hcl
from scripts.checkov.planted import EXPECTED, planted
from scripts.checkov.waivers import Failure, WaiverError, judged, read
from scripts.own_environment import own_python
from scripts.toolchain import BUILD
from scripts.trim_schema import ROOT, schema_file
from stacks.node import use_packaged_node
from tierkeep.compiler import compile_catalog

REQUIREMENTS = Path(__file__).with_name("requirements.txt")
WAIVERS = ROOT / "tests" / "stacks" / "checkov-waivers.yaml"
CATALOGS = {
    "reference": ROOT / "catalog.yaml",
    "everything": ROOT / "tests" / "stacks" / "catalogs" / "everything.yaml",
}
PLANTED = "planted"
FOLDER = BUILD / "checkov"
OFFLINE = {
    "CKV_SKIP_PACKAGE_UPDATE_CHECK": "True",
    # A file that takes longer to parse than 10 seconds would be left out, as on a machine with much to do.
    "HCL_PARSE_TIMEOUT_SEC": "300",
    # Where nobody listens: what still called would fail.
    "http_proxy": "http://127.0.0.1:9",
    "https_proxy": "http://127.0.0.1:9",
}


class ScanError(Exception):
    """The scan says nothing about the stacks. The message says why."""


def main() -> int:
    """Scans, and says what came of it."""
    python = own_python(REQUIREMENTS, FOLDER)
    stacks = {f"{name}/{stack}": made for name in CATALOGS for stack, made in _synthesized(name).items()}
    _sees_faults(python, max(stacks.values(), key=lambda stack: len(stack["resource"])))
    report = scan(python, stacks)
    verdict = judged(failures(report), read(WAIVERS))
    passed = report["results"]["passed_checks"]
    checks = {each["check_id"] for each in passed} | {
        each.check for each in (*verdict.waived, *verdict.failed)
    }
    print(
        f"checkov {report['summary']['checkov_version']}: {len(checks)} checks of "
        f"{report['summary']['resource_count']} resources in {len(stacks)} stacks: {len(passed)} passed, "
        f"{len(verdict.waived)} waived, {len(verdict.failed)} failed"
    )
    for waived in verdict.waived:
        print(f"waived: {waived}")
    for failure in verdict.failed:
        print(f"failed: {failure}")
    for waiver in verdict.idle:
        print(f"waives nothing: {waiver.check} {waiver.resource}")
    return 0 if verdict.clean else 1


def scan(python: Path, stacks: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """checkov's report on stacks by their name. Raises `ScanError` where it has left something out."""
    sources = FOLDER / "stacks"
    shutil.rmtree(sources, ignore_errors=True)
    (schema,) = json.loads(schema_file().read_text())["provider_schemas"].values()
    for name, stack in stacks.items():
        (sources / name).mkdir(parents=True)
        (sources / name / "main.tf").write_text(hcl(stack, schema))
    command = [
        str(python), "-m", "checkov.main", "--directory", str(sources), "--framework", "terraform",
        "--skip-download", "--compact", "--output", "json", "--soft-fail",
    ]  # fmt: skip
    done = subprocess.run(
        command, env={"PATH": os.environ["PATH"], **OFFLINE}, cwd=FOLDER, capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    try:
        report: dict[str, Any] = json.loads(done.stdout)
    except ValueError as error:
        raise ScanError(f"checkov ended with {done.returncode}: {done.stderr[-1000:]}") from error
    written = sum(
        len(each)
        for stack in stacks.values()
        for kind, each in stack["resource"].items()
        if kind != OF_TERRAFORM
    )
    counted = report["summary"]
    if counted["resource_count"] != written or counted["parsing_errors"] or counted["skipped"]:
        raise ScanError(f"of {written} resources, checkov has read others: {counted}")
    return report


def failures(report: dict[str, Any]) -> list[Failure]:
    """The failed checks of a report."""
    return [
        Failure(
            check=each["check_id"],
            resource=f"{each['file_path'].removeprefix('/').removesuffix('/main.tf')}/{each['resource']}",
            title=each["check_name"],
        )
        for each in report["results"]["failed_checks"]
    ]


def _sees_faults(python: Path, stack: dict[str, Any]) -> None:
    found = failures(scan(python, {PLANTED: planted(stack)}))
    missed = [
        check
        for check, kind in EXPECTED.items()
        if not any(each.check == check and each.resource.startswith(f"{PLANTED}/{kind}") for each in found)
    ]
    if missed:
        raise ScanError(f"checkov does not see what was planted for it: {', '.join(missed)}")


def _synthesized(name: str) -> dict[str, dict[str, Any]]:
    # Not before `main` has seen to it that there is a Node.
    from stacks.application import build  # noqa: PLC0415

    folder = FOLDER / "synthesized" / name
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    build(compile_catalog(CATALOGS[name]).state, endpoint=None, destroyable=None, outdir=str(folder)).synth()
    return {
        file.parent.name: json.loads(file.read_text()) for file in sorted(folder.glob("stacks/*/cdk.tf.json"))
    }


if __name__ == "__main__":
    use_packaged_node()
    try:
        sys.exit(main())
    except (ScanError, WaiverError, subprocess.CalledProcessError) as error:
        sys.exit(f"checkov: no verdict: {error}")
