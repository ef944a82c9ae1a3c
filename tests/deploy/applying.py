"""A synthesized stack, applied with the real Terraform and provider."""

from __future__ import annotations

import json
import re
import subprocess
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from scripts.toolchain import check_provider, check_terraform, for_emulator
from tierkeep.desired.model import DesiredState
from tierkeep.validate.findings import Finding, Unknown
from tierkeep.validate.run import validate_units


def apply(folder: Path, stack: dict[str, Any], endpoint: str, *, replan: bool | None = None) -> str | None:
    """Applies a stack, and plans it again with nothing to do; what went wrong, or None.

    In a folder where a stack is applied already, it becomes this one, and is planned again only if asked to:
    each command takes seconds of a processor, and `drift` sees what of a change did not arrive.
    """
    begun = folder.exists()
    replan = not begun if replan is None else replan
    folder.mkdir(exist_ok=True)
    stack["terraform"]["backend"] = {"local": {"path": "terraform.tfstate"}}
    (folder / "cdk.tf.json").write_text(json.dumps(stack))
    if not begun:
        done = initialise(folder, endpoint)
        if done.returncode != 0:
            return f"terraform init of {folder.name}: {done.stdout}{done.stderr}"
    plan = [["plan", "-detailed-exitcode", "-input=false"]] if replan else []
    for arguments in (["apply", "-auto-approve", "-input=false"], *plan):
        done = terraform(folder, endpoint, *arguments)
        if done.returncode != 0:
            return f"terraform {arguments[0]} of {folder.name}: {done.stdout}{done.stderr}"
    return None


@cache
def require_terraform() -> None:
    """Fails the test where Terraform or the provider is missing: then nothing would be tested."""
    check_terraform()
    check_provider()


def initialise(folder: Path, endpoint: str) -> subprocess.CompletedProcess[str]:
    """Runs `terraform init` in a folder that holds a stack."""
    done = terraform(folder, endpoint, "init")
    if done.returncode == 0:
        forget_hashes(folder)
    return done


def forget_hashes(folder: Path) -> None:
    """Takes the checksums out of an initialised folder's lock file.

    With them each command compares the provider's 700 MB with its checksum: a fifth of the time it takes.
    """
    lock = folder / ".terraform.lock.hcl"
    lock.write_text(re.sub(r"\n  hashes += \[.*?\]", "", lock.read_text(), flags=re.DOTALL))


def drift(state: DesiredState, endpoint: str) -> list[Finding | Unknown]:
    """What `tierkeep validate` finds in what is deployed of a state, or could not find out."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TIERKEEP_ENDPOINT", endpoint)
        results = validate_units(state, state.units, on_done=lambda _: None)
    return [each for result in results for each in (*result.findings, *result.unknowns)]


def terraform(folder: Path, endpoint: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Runs Terraform in a folder against an emulator."""
    return subprocess.run(
        ["terraform", *arguments, "-no-color"],
        cwd=folder,
        env=for_emulator(endpoint),
        capture_output=True,
        text=True,
        check=False,
    )
