"""What a machine lacks is said in one sentence."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from scripts import toolchain


def program(folder: Path, name: str, script: str) -> None:
    file = folder / name
    file.write_text(f"#!/bin/sh\n{script}\n")
    file.chmod(file.stat().st_mode | stat.S_IEXEC)


def complaint(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setattr("sys.argv", ["toolchain.py"])
    assert toolchain.main() == 1
    (line,) = capsys.readouterr().err.splitlines()
    return line


def test_no_terraform(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """It is not on the PATH."""
    monkeypatch.setenv("PATH", str(tmp_path))
    assert complaint(capsys, monkeypatch) == (
        "tierkeep: Terraform is not on the PATH: install version 1.10 or newer and run this again."
    )


def test_an_old_terraform(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Its version is named, and the one that is needed."""
    program(tmp_path, "terraform", """echo '{"terraform_version": "1.5.7"}'""")
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    assert complaint(capsys, monkeypatch) == (
        "tierkeep: Terraform 1.5.7 is too old: install version 1.10 or newer."
    )


def test_no_provider(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Neither a registry nor a mirror: what was looked for, where, what to do, and Terraform's own words."""
    script = (
        """[ "$1" = version ] && { echo '{"terraform_version": "1.11.4"}'; exit 0; }; """
        "echo 'Error: no such host' >&2; exit 1"
    )
    program(tmp_path, "terraform", script)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setattr(toolchain, "BUILD", tmp_path / "build")
    monkeypatch.setattr(toolchain, "CLI_CONFIG", tmp_path / "build" / "terraform.tfrc")
    monkeypatch.setattr(toolchain, "MIRROR_ROOTS", (str(tmp_path),))
    line = complaint(capsys, monkeypatch)
    assert "the Terraform provider hashicorp/aws (>= 5.100.0, < 7.0.0) is neither in a registry" in line
    assert "terraform providers mirror DIR" in line
    assert line.endswith("Terraform said: Error: no such host")
    assert not toolchain.CLI_CONFIG.exists()


@pytest.mark.parametrize(
    "layout", ["{host}/hashicorp/aws/5.100.0/{system}/x", "{host}/hashicorp/aws/p_{system}.zip"]
)
def test_a_mirror_is_found(layout: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Unpacked and packed mirrors, some folders down; the configuration names the mirror's own root."""
    monkeypatch.setattr(toolchain, "MIRROR_ROOTS", (str(tmp_path),))
    monkeypatch.setattr(toolchain.platform, "machine", lambda: "x86_64")
    monkeypatch.setattr(toolchain.platform, "system", lambda: "Linux")
    path = tmp_path / "some" / "mirror" / layout.format(host=toolchain.REGISTRY, system="linux_amd64")
    path.parent.mkdir(parents=True)
    path.touch()
    assert list(toolchain._mirrors()) == [tmp_path / "some" / "mirror"]


def test_nothing_of_the_users_own_aws_reaches_terraform(monkeypatch: pytest.MonkeyPatch) -> None:
    """Profiles, credentials, roles and Terraform's variables stay out, and endpoints lead nowhere."""
    for name in ("AWS_PROFILE", "AWS_SESSION_TOKEN", "AWS_ROLE_ARN", "TF_VAR_x", "TIERKEEP_CATALOG"):
        monkeypatch.setenv(name, "the user's own")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "the user's own")
    env = toolchain.environment()
    assert "the user's own" not in env.values()
    assert env["AWS_ENDPOINT_URL"] == "http://127.0.0.1:9"
    assert toolchain.for_emulator("http://127.0.0.1:1")["AWS_ENDPOINT_URL"] == "http://127.0.0.1:1"
