"""Virtual environments below .build for tools whose packages do not go with ours."""

from __future__ import annotations

import shutil
import subprocess
import venv
from pathlib import Path

from scripts.toolchain import BUILD


def own_python(requirements: Path, folder: Path) -> Path:
    """The Python of an environment in `folder` that holds exactly the pinned `requirements`.

    It is made where it is not there yet, and made anew where the requirements have changed. Raises
    `CalledProcessError` if they cannot be installed.
    """
    home = folder / "venv"
    mark = home / "installed.txt"
    python = home / "bin" / "python"
    if not mark.exists() or mark.read_bytes() != requirements.read_bytes():
        print(f"setup: {requirements.name} into {home.relative_to(BUILD.parent)}", flush=True)
        venv.create(home, clear=True, with_pip=True)
        install = [str(python), "-m", "pip", "install", "-qq", "--disable-pip-version-check", "--no-deps",
                   "--require-hashes", "-r", str(requirements)]  # fmt: skip
        subprocess.run(install, check=True)
        shutil.copyfile(requirements, mark)
    return python
