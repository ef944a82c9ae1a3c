"""Stacks written for a test, and read back."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

from stacks.application import build
from tierkeep.desired.model import DesiredState


def synthesize(
    state: DesiredState, *, endpoint: str | None = None, destroyable: str | None = None
) -> dict[str, dict[str, Any]]:
    """The Terraform of each stack by the stack's name. This machine's paths are replaced by a dot."""
    with tempfile.TemporaryDirectory() as folder:
        build(state, endpoint=endpoint, destroyable=destroyable, outdir=folder).synth()
        return {
            file.parent.name: json.loads(file.read_text().replace(str(Path.cwd()), "."))
            for file in sorted(Path(folder).glob("stacks/*/cdk.tf.json"))
        }
