"""What drills cost besides AWS's own time: one by itself, and a hundred side by side.

.venv/bin/python -m benchmarks.drills [drills side by side]

Against the emulator in this process. Time is its clock's: it stands still while anything is computed, and
goes on to the next moment that somebody waits for once all drills wait. So the waits are those of a drill on
AWS, with jobs of two minutes, and what this machine takes to compute is told apart, in its own seconds.
"""

from __future__ import annotations

import os
import platform
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from importlib.metadata import version
from math import ceil
from pathlib import Path
from typing import Any

from moto import mock_aws

import emulator
from emulator import clock as emulated_time
from emulator.backup.timing import set_job_seconds

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests" / "drill"))

JOB_SECONDS = 120.0
TICK = timedelta(seconds=0.25)
SETTINGS = {
    "AWS_ACCESS_KEY_ID": "testing",
    "AWS_SECRET_ACCESS_KEY": "testing",
    "MOTO_EC2_LOAD_DEFAULT_AMIS": "false",
    "MOTO_IAM_LOAD_MANAGED_POLICIES": "false",
}


class WaitingClock:
    """The emulator's clock for several threads: it goes on when all who asked it for the time are asleep."""

    def __init__(self) -> None:
        self._start = emulated_time.now()
        self._changed = threading.Condition()
        self._known: set[threading.Thread] = set()
        self._until: dict[threading.Thread, datetime] = {}

    def now(self) -> datetime:
        """The emulator's time."""
        self._known.add(threading.current_thread())
        return emulated_time.now()

    def monotonic(self) -> float:
        """Seconds since the clock was made."""
        return (self.now() - self._start).total_seconds()

    def sleep(self, seconds: float) -> None:
        """Until all others wait for later."""
        me = threading.current_thread()
        with self._changed:
            self._known.add(me)
            # Whoever waits for about the same moment wakes at the same one: a tick of a quarter of a second.
            wake = self._start + TICK * ceil((self.now() - self._start + timedelta(seconds=seconds)) / TICK)
            self._until[me] = wake
            while emulated_time.now() < wake:
                if self._all_asleep():
                    emulated_time.set_now(min(self._until.values()))
                    self._changed.notify_all()
                else:
                    self._changed.wait(0.05)
            del self._until[me]

    def _all_asleep(self) -> bool:
        # The main thread only waits for the others, and asks no clock while it does.
        main = threading.main_thread()
        others = {each for each in self._known if each.is_alive() and each is not main}
        now = emulated_time.now()
        return all(self._until.get(each, now) > now for each in others or {main})


class Metered:
    """A session that counts its calls by the second of the emulator, and how long this machine is in them."""

    def __init__(self, inner: Any) -> None:
        self._inner = inner
        self.unit, self.account_id, self.region = inner.unit, inner.account_id, inner.region
        self.partition = inner.partition
        self.seconds = 0.0
        self.calls: Counter[str] = Counter()
        self.at: Counter[int] = Counter()

    def _note(self, operation: str, started: float) -> None:
        self.seconds += time.perf_counter() - started
        self.calls[operation] += 1
        self.at[int(emulated_time.now().timestamp())] += 1

    def call(self, service: str, operation: str, **parameters: Any) -> Any:
        """One call."""
        started = time.perf_counter()
        try:
            return self._inner.call(service, operation, **parameters)
        finally:
            self._note(operation, started)

    def pages(self, service: str, operation: str, key: str, **parameters: Any) -> Iterator[Any]:
        """A listing, to its end."""
        started = time.perf_counter()
        listed = list(self._inner.pages(service, operation, key, **parameters))
        self._note(operation, started)
        return iter(listed)


def main() -> None:
    """Prints the machine, one drill's own share, and how much longer many take than one."""
    many = int(sys.argv[1]) if len(sys.argv) > 1 else 100
    os.environ.update(SETTINGS)
    versions = f"Python {platform.python_version()}, moto {version('moto')}"
    print(f"{platform.machine()}, {platform.system()}, {os.cpu_count()} cores, {versions}")
    print(
        f"jobs of {JOB_SECONDS:.0f} s by the emulator's clock, which stands still while this machine computes"
    )
    alone, _ = _measure(1)
    together, polls = _measure(many)
    print(f"{many} drills side by side take {together / alone:.3f} times as long as one")
    print(f"at most {polls} calls in any second of them")


def _measure(count: int) -> tuple[float, int]:
    """So many drills side by side: the emulator's seconds, and the most calls within one of them."""
    from drill_world import session  # noqa: PLC0415
    from scenario_world import a_scenario, a_state, build_volumes, run  # noqa: PLC0415

    emulator.install()
    with mock_aws(), tempfile.TemporaryDirectory() as folder:
        set_job_seconds(0)
        clock = WaitingClock()
        build_volumes(clock, count)
        set_job_seconds(JOB_SECONDS)
        metered = Metered(session())
        began, started, used = clock.monotonic(), time.perf_counter(), time.process_time()
        document = run(
            clock, Path(folder), a_state(a_scenario(side_by_side=min(count, 100))), session=metered
        )
        seconds, machine = clock.monotonic() - began, time.perf_counter() - started
        processor = time.process_time() - used
    if document["result"]["outcome"] != "pass":
        raise SystemExit(f"the drills did not pass: {document['result']}")
    most = max(metered.at.values())
    print(f"{count:4} drills: {seconds:.1f} s by the emulator's clock, {sum(metered.calls.values())} calls")
    print(f"     this machine computed for {machine:.1f} s, {processor:.1f} s of them on a processor")
    if count == 1:
        own = machine - metered.seconds
        print(
            f"     outside of calls, the runner's own: {own:.2f} s, {own / seconds:.2%} of the drill's time"
        )
    names = ("describe_restore_job", "list_restore_jobs", "describe_volumes", "describe_snapshots")
    print("     " + ", ".join(f"{name} {metered.calls[name]}" for name in names))
    return seconds, most


if __name__ == "__main__":
    main()
