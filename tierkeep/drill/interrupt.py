"""Ctrl-C and SIGTERM while a drill runs: noted, and answered where it is safe.

An exception out of a signal handler could strike between a change in AWS and its line in the journal. So the
handler only counts: the first signal ends the drill and has it tear down, and a second one leaves the rest of
the teardown to `tierkeep drill sweep`.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from types import FrameType

_STDERR = 2


class Signals:
    """How often the process was asked to stop."""

    def __init__(self) -> None:
        self._count = 0

    def stop(self) -> bool:
        """At least once: end the drill, tear down."""
        return self._count >= 1

    def stop_cleaning(self) -> bool:
        """At least twice: end the teardown too."""
        return self._count >= 2

    def note(self, _number: int, _frame: FrameType | None) -> None:
        """The signal handler."""
        self._count += 1
        told = {
            1: "interrupted: stopping and tearing down; once more leaves the rest to `tierkeep drill sweep`",
            2: "interrupted again: leaving the rest to `tierkeep drill sweep`",
        }.get(self._count)
        if told is not None:
            # Past Python's stream, which may be in the middle of a line; without a terminal, unheard.
            with suppress(OSError):
                os.write(_STDERR, f"\n{told}\n".encode())


@contextmanager
def noting_signals() -> Iterator[Signals]:
    """Count SIGINT and SIGTERM instead of dying of them. Works in the main thread only."""
    signals = Signals()
    previous = {number: signal.signal(number, signals.note) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield signals
    finally:
        for number, handler in previous.items():
            signal.signal(number, handler)
