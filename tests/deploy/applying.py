"""A synthesized stack, applied with the real Terraform and provider."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from scripts.toolchain import for_emulator
from tierkeep.desired.model import DesiredState
from tierkeep.validate.findings import Finding, Unknown
from tierkeep.validate.run import validate_units


def apply(folder: Path, stack: dict[str, Any], endpoint: str) -> str | None:
    """Applies and plans a stack; what went wrong, or None.

    In a folder where a stack is applied already, it becomes this one.
    """
    folder.mkdir(exist_ok=True)
    stack["terraform"]["backend"] = {"local": {"path": "terraform.tfstate"}}
    (folder / "cdk.tf.json").write_text(json.dumps(stack))
    for arguments in (
        ["init"],
        ["apply", "-auto-approve", "-input=false"],
        ["plan", "-detailed-exitcode", "-input=false"],
    ):
        done = terraform(folder, endpoint, *arguments)
        if done.returncode != 0:
            return f"terraform {arguments[0]} of {folder.name}: {done.stdout}{done.stderr}"
    return None


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
