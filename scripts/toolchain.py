"""Finds Terraform and its AWS provider, and says in one sentence what is missing.

    python scripts/toolchain.py            checks both
    python scripts/toolchain.py terraform  checks Terraform alone

The demo and the tests take their environment from here: a provider that is really there, and nothing of the
user's own AWS configuration.
"""

from __future__ import annotations

import json
import os
import platform
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BUILD = ROOT / ".build"
CLI_CONFIG = BUILD / "terraform.tfrc"
MINIMUM = (1, 10)
"""The first Terraform with lock files beside a state in S3."""
REGISTRY = "registry.terraform.io"
MIRROR_ROOTS = ("/usr/local/share", "/usr/share", "/opt", "/var/lib", str(Path.home()))
MIRROR_DEPTH = 3


class ToolMissingError(Exception):
    """Something that a machine must have is not there. The message says what to do."""


def constraint() -> str:
    """The versions of the AWS provider that cdktf.json admits."""
    (provider,) = json.loads((ROOT / "cdktf.json").read_text())["terraformProviders"]
    return str(provider).partition("@")[2]


def check_terraform() -> str:
    """Terraform's version. Raises `ToolMissingError` if it is not there, or too old."""
    wanted = ".".join(map(str, MINIMUM))
    if shutil.which("terraform") is None:
        raise ToolMissingError(
            f"Terraform is not on the PATH: install version {wanted} or newer and run this again."
        )
    answer = _run(["terraform", "version", "-json"], cwd=ROOT, env=_without_dead_config(dict(os.environ)))
    try:
        version = str(json.loads(answer.stdout)["terraform_version"])
    except (ValueError, KeyError):
        raise ToolMissingError(
            "`terraform version` did not answer with its version: "
            f"{answer.stderr.strip() or answer.stdout.strip()}"
        ) from None
    found = re.match(r"(\d+)\.(\d+)", version)
    if not found or (int(found[1]), int(found[2])) < MINIMUM:
        raise ToolMissingError(f"Terraform {version} is too old: install version {wanted} or newer.")
    return version


def check_provider() -> str:
    """Where the AWS provider comes from, in words; writes `CLI_CONFIG` if that is a mirror found here.

    Raises `ToolMissingError` if neither the registry nor a mirror on this machine has it.
    """
    own = _own_config()
    tried = _init({**_without_dead_config(dict(os.environ)), **_plugin_cache(own)})
    if tried is None:
        CLI_CONFIG.unlink(missing_ok=True)
        return f"as {own} says" if own else "by Terraform's own configuration"
    for mirror in _mirrors():
        with tempfile.TemporaryDirectory() as folder:
            config = Path(folder) / CLI_CONFIG.name
            config.write_text(_mirror_config(mirror))
            if _init({**os.environ, "TF_CLI_CONFIG_FILE": str(config)}) is None:
                BUILD.mkdir(exist_ok=True)
                # In one step: another process may be about to read it.
                Path(shutil.copy(config, f"{CLI_CONFIG}.{os.getpid()}")).replace(CLI_CONFIG)
                return f"from the mirror {mirror}"
    roots = ", ".join(MIRROR_ROOTS)
    raise ToolMissingError(
        f"the Terraform provider hashicorp/aws ({constraint()}) is neither in a registry that can be reached "
        f"nor in a mirror below {roots}: connect to the network, or put a filesystem mirror there "
        f"(`terraform providers mirror DIR`). Terraform said: {tried}"
    )


def environment() -> dict[str, str]:
    """The environment for Terraform and cdktf, without anything that could lead to a real AWS account.

    Dummy credentials stand in for the user's own, and every service's endpoint is a port that nothing listens
    on, until the caller sets the emulator's.
    """
    kept = {
        key: value for key, value in os.environ.items() if not key.startswith(("AWS_", "TF_", "TIERKEEP_"))
    }
    env = {
        **kept,
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}",
        "AWS_ACCESS_KEY_ID": "testing",
        "AWS_SECRET_ACCESS_KEY": "testing",
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_ENDPOINT_URL": "http://127.0.0.1:9",
        "CHECKPOINT_DISABLE": "1",
        "CI": "1",
        # Each run of Terraform and its provider lasts seconds and reads one large schema: collecting garbage
        # four times as seldom takes a quarter off its time, for some 20 MB.
        "GOGC": os.environ.get("GOGC", "400"),
    }
    own = str(CLI_CONFIG) if CLI_CONFIG.is_file() else _own_config()
    return {**env, **({"TF_CLI_CONFIG_FILE": own} if own else {}), **_plugin_cache(own)}


def for_emulator(endpoint: str) -> dict[str, str]:
    """`environment()` with everything sent to an emulator."""
    return {**environment(), "AWS_ENDPOINT_URL": endpoint, "TIERKEEP_ENDPOINT": endpoint}


def cdktf() -> Path:
    """The cdktf command line that `make setup` installed."""
    return ROOT / "node_modules" / ".bin" / "cdktf"


def _own_config() -> str | None:
    """The user's own configuration of Terraform's command line, if the variable names a file."""
    own = os.environ.get("TF_CLI_CONFIG_FILE")
    return own if own and Path(own).is_file() else None


def _plugin_cache(config: str | None) -> dict[str, str]:
    """Lets each provider be downloaded once; with a mirror or a configuration there is nothing to save."""
    if config:
        return {}
    folder = BUILD / "plugins"
    folder.mkdir(parents=True, exist_ok=True)
    return {"TF_PLUGIN_CACHE_DIR": str(folder)}


def _init(env: dict[str, str]) -> str | None:
    """Lets Terraform look for the provider; None if it finds it, else its own words for why not."""
    required = {"aws": {"source": "hashicorp/aws", "version": constraint()}}
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "main.tf.json"
        file.write_text(json.dumps({"terraform": {"required_providers": required}}))
        init = ["terraform", "init", "-backend=false", "-input=false", "-no-color"]
        answer = _run(init, cwd=file.parent, env=env)
    if answer.returncode == 0:
        return None
    lines = [line.strip("│╷╵ ") for line in answer.stderr.splitlines()]
    return " ".join(line for line in lines if line and not line.startswith("To see which"))[:400]


def _mirrors() -> Iterator[Path]:
    """Folders on this machine that hold the provider in the layout of a filesystem mirror."""
    machine = {"x86_64": "amd64", "aarch64": "arm64", "arm64": "arm64"}.get(platform.machine(), "*")
    system = f"{platform.system().lower()}_{machine}"
    for root in MIRROR_ROOTS:
        for depth in range(MIRROR_DEPTH + 1):
            provider = f"{'*/' * depth}{REGISTRY}/hashicorp/aws"
            for pattern in (f"{provider}/*/{system}", f"{provider}/*_{system}.zip"):
                for found in sorted(Path(root).glob(pattern)):
                    yield next(parent.parent for parent in found.parents if parent.name == REGISTRY)


def _mirror_config(mirror: Path) -> str:
    return (
        "provider_installation {\n"
        f'  filesystem_mirror {{\n    path    = "{mirror}"\n    include = ["hashicorp/aws"]\n  }}\n'
        '  direct {\n    exclude = ["hashicorp/aws"]\n  }\n'
        "}\n"
    )


def _without_dead_config(env: dict[str, str]) -> dict[str, str]:
    """Without a TF_CLI_CONFIG_FILE that does not exist: Terraform would complain at every step."""
    if not Path(env.get("TF_CLI_CONFIG_FILE", os.devnull)).exists():
        del env["TF_CLI_CONFIG_FILE"]
    return env


def _run(command: list[str], *, cwd: Path, env: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, cwd=cwd, env=env, capture_output=True, text=True, check=False)


def main() -> int:
    """Checks, and says what was found. Returns the exit code."""
    try:
        print(f"Terraform {check_terraform()}")
        if sys.argv[1:] != ["terraform"]:
            print(f"provider hashicorp/aws {constraint()}: {check_provider()}")
    except ToolMissingError as missing:
        print(f"tierkeep: {missing}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
