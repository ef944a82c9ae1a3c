"""Resolves pyproject.toml, with all extras, into requirements.lock: every package pinned, with its hashes.

And ministack and checkov, which have environments of their own, into files beside what names them.

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
OWN = ("scripts/second_opinions/ministack", "scripts/checkov/requirements")


def main() -> None:
    """Writes the files. Raises `CalledProcessError` if the packages cannot be resolved."""
    with tempfile.TemporaryDirectory() as folder:
        venv.create(folder, with_pip=True)
        python = Path(folder) / "bin" / "python"
        subprocess.run([python, "-m", "pip", "install", "--quiet", UV], check=True)
        resolve = [
            str(python), "-m", "uv", "pip", "compile", "--universal", "--python-version", "3.11",
            "--generate-hashes", "--no-emit-index-url", "--no-header", "--quiet", *sys.argv[1:],
        ]  # fmt: skip
        for source, locked in (
            (["pyproject.toml", "--all-extras"], "requirements.lock"),
            *(([f"{each}.in"], f"{each}.txt") for each in OWN),
        ):
            subprocess.run([*resolve, *source, "--output-file", locked], cwd=ROOT, check=True)


if __name__ == "__main__":
    main()
