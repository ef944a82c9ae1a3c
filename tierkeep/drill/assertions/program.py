"""A program of a team's as a process: its time-out holds for all that it starts, its output is bounded."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

MOST_OUTPUT = 16 * 1024
"""Bytes of a program's output that are kept, the last of them."""
_GRACE_SECONDS = 5.0
"""Between asking a program to end and ending it."""
_LOOK_SECONDS = 0.05
_BLOCK = 8192


@dataclass(frozen=True, kw_only=True, slots=True)
class Ended:
    """How a program ended."""

    exit_code: int | None
    """None if it took too long; negative for the signal that ended it."""
    output: str
    """What it printed, on both channels; the last of it where it was more than is kept."""


def run_program(
    command: Sequence[str],
    *,
    folder: Path,
    environment: Mapping[str, str],
    seconds: float,
    checkpoint: Callable[[], None],
) -> Ended:
    """Run a program without a shell, in a session of its own, for so many seconds at most.

    When it is over, everything that is left of its process group is killed, so that nothing goes on behind
    the drill's back. `checkpoint` may raise to stop it. Raises OSError if it cannot be started.
    """
    process = subprocess.Popen(  # noqa: S603 - a program that the catalog names, without a shell
        list(command),
        cwd=folder,
        env=dict(environment),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )
    kept = _Kept(process.stdout)
    try:
        in_time = _wait(process.pid, seconds, checkpoint)
        if not in_time:
            _signal(process.pid, signal.SIGTERM)
            _wait(process.pid, _GRACE_SECONDS, _nothing)
    finally:
        # Before the program is reaped: until then nobody else can have its number, nor its group.
        _signal(process.pid, signal.SIGKILL)
        code = process.wait()
        output = kept.text()
    return Ended(exit_code=code if in_time else None, output=output)


def _nothing() -> None:
    """The checkpoint of a wait that nothing stops."""


def _wait(pid: int, seconds: float, checkpoint: Callable[[], None]) -> bool:
    """Whether a process ended within that time, by the machine's clock: a real process takes real time.

    It is left to be reaped.
    """
    end = time.monotonic() + seconds
    while os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is None:
        if time.monotonic() >= end:
            return False
        checkpoint()
        time.sleep(_LOOK_SECONDS)
    return True


def _signal(group: int, number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(group, number)


class _Kept:
    """The end of what comes out of a pipe, read by a thread of its own so that nobody waits for a reader."""

    def __init__(self, stream: IO[bytes] | None) -> None:
        if stream is None:
            raise RuntimeError("the program's output is not a pipe")
        self._stream = stream
        self._kept = bytearray()
        self._dropped = 0
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def _read(self) -> None:
        while block := os.read(self._stream.fileno(), _BLOCK):
            self._kept += block
            over = len(self._kept) - MOST_OUTPUT
            if over > 0:
                self._dropped += over
                del self._kept[:over]

    def text(self) -> str:
        """What was kept, when all that could write to the pipe is gone."""
        # A process that left the group holds the pipe open for as long as it likes.
        self._thread.join(timeout=_GRACE_SECONDS)
        text = bytes(self._kept).decode(errors="replace")
        return f"[{self._dropped} bytes before this were not kept]\n{text}" if self._dropped else text
