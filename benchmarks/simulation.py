"""How long the emulator takes for the reference strategy with a hundred resources, by simulated time.

.venv/bin/python benchmarks/simulation.py
"""

from __future__ import annotations

import os
import platform
import resource
import time
from datetime import timedelta
from importlib.metadata import version

from moto import mock_aws

import emulator
from emulator import clock
from emulator.backup.timing import set_job_seconds
from tests.catalogs import SHIPPED
from tests.simulation.comparison import existing
from tests.simulation.deployed import Accounts, deploy
from tests.simulation.workload import create
from tests.simulation.year import DAYS, FIRST, HOW_MANY
from tierkeep.compiler import compile_catalog
from tierkeep.promises.calendar import end_of

STEPS = (1, 30, 90, 180, DAYS)

# Neither moto's images nor its managed policies are needed, and the latter take seconds.
SETTINGS = {
    "AWS_ACCESS_KEY_ID": "testing",
    "AWS_SECRET_ACCESS_KEY": "testing",
    "MOTO_EC2_LOAD_DEFAULT_AMIS": "false",
    "MOTO_IAM_LOAD_MANAGED_POLICIES": "false",
}


def main() -> None:
    """Prints a table: days, seconds until then (reading not counted), what exists, memory of the process."""
    os.environ.update(SETTINGS)
    versions = f"Python {platform.python_version()}, moto {version('moto')}"
    print(f"{platform.machine()}, {platform.system()}, {os.cpu_count()} cores, {versions}")
    state = compile_catalog(SHIPPED).state
    emulator.install()
    with mock_aws():
        set_job_seconds(0)
        accounts = Accounts()
        clock.set_now(end_of(FIRST - timedelta(days=1), "Etc/UTC"))
        made = sum(1 for _ in create(state, accounts, HOW_MANY))
        deploy(state, accounts)
        print(f"  {made} resources")
        seconds = 0.0
        for days in STEPS:
            at = end_of(FIRST + timedelta(days=days - 1), "Etc/UTC")
            started = time.perf_counter()
            clock.set_now(at)
            seconds += time.perf_counter() - started
            kept = sum(existing(state, accounts, at).values())
            megabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
            print(f"  {days:4} days {seconds:6.1f} s  {kept:6} recovery points {megabytes:6.0f} MB")


if __name__ == "__main__":
    main()
