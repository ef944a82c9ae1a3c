"""Whether `tierkeep validate` finds anything at an hour of a month of the reference strategy in the emulator.

.venv/bin/python -m benchmarks.month              # `make month`
.venv/bin/python -m benchmarks.month --each 24    # one hour of each day, more or less
.venv/bin/python -m benchmarks.month --processes 1

It stops with the first hour at which anything is found, or unknown, and says what; then it ends with 4.
"""

from __future__ import annotations

import argparse
import os
import platform
import queue
import resource
import sys
import time
from collections.abc import Iterator, Sequence
from datetime import datetime
from importlib.metadata import version
from multiprocessing import get_context
from typing import TYPE_CHECKING

import pytest

from tests.validate.month import BEGIN, HOURS, SET_UP_HOURS, STATE, Hour, deployed, validated

if TYPE_CHECKING:
    from multiprocessing.process import BaseProcess
    from multiprocessing.queues import Queue

TELL_EVERY = 24
AHEAD = 24
"""So many hours of one process may wait for those of another."""
CREDENTIALS = {"AWS_ACCESS_KEY_ID": "testing", "AWS_SECRET_ACCESS_KEY": "testing"}


def main(arguments: Sequence[str] | None = None) -> int:
    """The exit code: 4 where there was anything to say."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--each", type=int, default=1, help="look at every so many hours alone")
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1)
    asked = parser.parse_args(arguments)
    hours = range(0, HOURS, asked.each)
    started = time.perf_counter()
    print(
        f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}, "
        f"moto {version('moto')}\n{len(hours)} hours from {BEGIN:%Y-%m-%d %H:%M} UTC on, {len(STATE.units)} "
        f"units, {asked.processes} processes; how all is set up is read anew every {SET_UP_HOURS} hours"
    )
    records = 0
    for number, hour in enumerate(_side_by_side(hours, asked.processes), start=1):
        records += hour.records
        if not hour.clean:
            print(_told(hour))
            return 4
        if number % TELL_EVERY == 0:
            print(f"  until {hour.at:%Y-%m-%d %H:%M}  {time.perf_counter() - started:6.0f} s", flush=True)
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    print(
        f"no finding and nothing unknown at {len(hours)} hours: {records} records judged, "
        f"{time.perf_counter() - started:.0f} s, {used.ru_utime + used.ru_stime:.0f} s of processors, "
        f"{used.ru_maxrss / 1024:.0f} MB in a process"
    )
    return 0


def _side_by_side(hours: Sequence[int], processes: int) -> Iterator[Hour]:
    """The hours in their order. Each process has an emulator of its own, and takes its share of them."""
    context = get_context("spawn")
    shares: list[list[int]] = [[] for _ in range(processes)]
    for hour in hours:
        shares[_of(hour, processes)].append(hour)
    done: list[Queue[Hour]] = [context.Queue(maxsize=AHEAD) for _ in shares]
    workers = [
        context.Process(target=_work, args=each, daemon=True) for each in zip(shares, done, strict=True)
    ]
    for worker in workers:
        worker.start()
    for hour in hours:
        number = _of(hour, processes)
        yield _next(done[number], workers[number])
    for worker in workers:
        worker.join()


def _of(hour: int, processes: int) -> int:
    """Which of the processes looks at an hour: the same one at all that share what is read of the set-up."""
    return hour // SET_UP_HOURS % processes


def _next(done: Queue[Hour], worker: BaseProcess) -> Hour:
    while True:
        try:
            return done.get(timeout=1)
        except queue.Empty:
            if not worker.is_alive():
                raise RuntimeError("a process ended before it was done") from None


def _work(hours: Sequence[int], done: Queue[Hour]) -> None:
    os.environ.update(CREDENTIALS)
    with pytest.MonkeyPatch.context() as patch, deployed(patch):
        for hour in validated(hours):
            done.put(hour)


def _told(hour: Hour) -> str:
    at: datetime = hour.at
    lines = [f"at {at:%Y-%m-%d %H:%M} UTC: {len(hour.findings)} findings, {len(hour.unknowns)} unknown"]
    lines += [f"  {each}" for each in (*hour.findings, *hour.unknowns)]
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
