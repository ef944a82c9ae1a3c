"""How linting grows with the number of accounts: time and memory of whole processes.

.venv/bin/python benchmarks/lint.py
"""

from __future__ import annotations

import platform
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SIZES = (1, 10, 100, 500)


def catalog(accounts: int) -> str:
    """The shipped tiers for so many production accounts in two Regions each."""
    head = (ROOT / "catalog.yaml").read_text().partition("\naccounts:\n")[0]
    fixed = (
        '  staging: { id: "900000000001", regions: [ap-south-1], tiers: [testing] }\n'
        '  development: { id: "900000000002", regions: [ap-south-1], tiers: [development] }\n'
    )
    many = "".join(
        f'  team-{number}: {{ id: "{number:012d}", regions: [ap-south-1, eu-central-1], '
        "tiers: [critical, database] }\n"
        for number in range(1, accounts + 1)
    )
    return f"{head}\naccounts:\n{fixed}{many}"


def measure(file: Path) -> tuple[float, float]:
    """Seconds of one process that lints the file, and the most memory that any child took so far, in MB."""
    started = time.perf_counter()
    command = [sys.executable, "-m", "tierkeep.cli.main", "lint", "--catalog", str(file)]
    subprocess.run(command, check=True, capture_output=True)
    return time.perf_counter() - started, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024


def main() -> None:
    """Prints a table, smallest first, so that each row's memory is its own."""
    print(f"{platform.machine()}, {platform.system()}, Python {platform.python_version()}")
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "catalog.yaml"
        base = 0.0
        for accounts in SIZES:
            file.write_text(catalog(accounts))
            measure(file)
            seconds, megabytes = min(measure(file) for _ in range(3))
            base = base or seconds
            ratio = seconds / base
            print(f"  {accounts:4} accounts {seconds:6.2f} s  {ratio:5.1f} x  {megabytes:6.0f} MB")


if __name__ == "__main__":
    main()
