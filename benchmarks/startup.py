"""How long commands take as whole processes, beside what they stand on, in one run on one machine.

.venv/bin/python benchmarks/startup.py
"""

from __future__ import annotations

import platform
import statistics
import subprocess
import sys
import tempfile
import time
from importlib.metadata import version
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
RUNS = 7
COMMANDS = {
    "python -c pass": ["-c", "pass"],
    'python -c "import cdktf"': ["-c", "import cdktf"],
    "python main.py (5 stacks)": [str(ROOT / "main.py")],
    "tierkeep --help": ["-m", "tierkeep.cli.main", "--help"],
    "tierkeep lint": ["-m", "tierkeep.cli.main", "lint", "--catalog", str(ROOT / "catalog.yaml")],
}


def seconds(command: list[str], folder: str) -> float:
    """The median wall time of a command, after one run that warms the caches."""
    times = []
    for _ in range(RUNS + 1):
        started = time.perf_counter()
        subprocess.run([sys.executable, *command], cwd=folder, check=True, capture_output=True)
        times.append(time.perf_counter() - started)
    return statistics.median(times[1:])


def main() -> None:
    """Prints a table."""
    print(f"{platform.machine()}, {platform.system()}, Python {platform.python_version()}", end="; ")
    print(", ".join(f"{name} {version(name)}" for name in ("cdktf", "pydantic", "boto3")))
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "catalog.yaml").write_text((ROOT / "catalog.yaml").read_text())
        took = {name: seconds(command, folder) for name, command in COMMANDS.items()}
    base = took['python -c "import cdktf"']
    print(f"median of {RUNS} warm runs")
    for name, each in took.items():
        print(f"  {name:28} {each:6.2f} s   {each / base:5.2f} x import cdktf")


if __name__ == "__main__":
    main()
