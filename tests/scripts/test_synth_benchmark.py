"""The benchmark of synthesizing, as far as it is not a matter of time."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from tests.catalogs import ROOT
from tests.stacks import goldens


def test_the_peer_makes_the_same_resources(tmp_path: Path) -> None:
    """As many of each type as the stacks hold, Terraform's own too."""
    made = {name: stack["resource"] for name, stack in goldens.kept("smallest").items()}
    for name, stack in goldens.kept("smallest").items():
        folder = tmp_path / "made" / "stacks" / name
        folder.mkdir(parents=True)
        (folder / "cdk.tf.json").write_text(json.dumps(stack))
    command = [sys.executable, str(ROOT / "benchmarks" / "synth.py"), "--replay", "made", "peer"]
    subprocess.run(command, cwd=tmp_path, check=True, capture_output=True)
    for name, resources in made.items():
        peer = json.loads((tmp_path / "peer" / "stacks" / name / "cdk.tf.json").read_text())["resource"]
        assert {kind: len(each) for kind, each in peer.items()} == {
            kind: len(each) for kind, each in resources.items()
        }
