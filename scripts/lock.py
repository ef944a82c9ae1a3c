"""Resolves pyproject.toml, with all extras, into requirements.lock: every package pinned, with its hashes.

Takes uv from the package index into a throw-away environment, since nothing else needs it.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
UV = "uv==0.13.9"


def main() -> None:
    """Writes requirements.lock. Raises `CalledProcessError` if the packages cannot be resolved."""
    with tempfile.TemporaryDirectory() as folder:
        venv.create(folder, with_pip=True)
        python = Path(folder) / "bin" / "python"
        subprocess.run([python, "-m", "pip", "install", "--quiet", UV], check=True)
        resolve = [
            str(python), "-m", "uv", "pip", "compile", "pyproject.toml", "--all-extras", "--universal",
            "--python-version", "3.11", "--generate-hashes", "--no-emit-index-url", "--no-header", "--quiet",
            "--output-file", "requirements.lock",
        ]  # fmt: skip
        subprocess.run([*resolve, *sys.argv[1:]], cwd=ROOT, check=True)


if __name__ == "__main__":
    main()
