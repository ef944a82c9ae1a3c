"""Time, handed in so that tests need none: instants, durations, and waiting that backs off."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol, TypeVar

from tierkeep.drill.errors import InterruptedDrillError, TimedOutError

T = TypeVar("T")

FIRST_PAUSE_SECONDS = 0.25
LONGEST_PAUSE_SECONDS = 30.0
_GROWTH = 1.5
_SLICE_SECONDS = 0.2


class Clock(Protocol):
    """Where a drill gets its time from."""

    def now(self) -> datetime:
        """The wall clock, in UTC: for instants."""

    def monotonic(self) -> float:
        """Seconds on a clock that never jumps: for durations."""

    def sleep(self, seconds: float) -> None:
        """Let that much time pass."""


class SystemClock:
    """The machine's own clocks."""

    def now(self) -> datetime:
        """The wall clock, in UTC."""
        return datetime.now(UTC)

    def monotonic(self) -> float:
        """Seconds since some fixed moment."""
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        """Sleep."""
        time.sleep(seconds)


def never() -> bool:
    """The stop condition of a wait that nothing stops."""
    return False


def unheard() -> None:
    """The sign of life of a wait that nobody listens to."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Waiter:
    """Waits for AWS: polls at growing intervals, up to 30 seconds, and stops soon after `stop` says so."""

    clock: Clock
    stop: Callable[[], bool] = never
    beat: Callable[[], None] = unheard
    """Shows, whenever something is waited for, that whoever waits gets ahead. May raise `FencedError`."""

    def checkpoint(self) -> None:
        """Raises `InterruptedDrillError` if a stop was asked for, and `FencedError`."""
        self.beat()
        if self.stop():
            raise InterruptedDrillError("interrupted")

    def until(
        self,
        read: Callable[[], T],
        accept: Callable[[T], bool],
        *,
        timeout_seconds: float,
        what: str,
        waiting: Callable[[T], None] | None = None,
    ) -> T:
        """The first value of `read` that `accept` takes; `waiting` is told each value that it does not.

        Reads at least once. Raises `TimedOutError`, naming `what`, once `timeout_seconds` have passed, and
        `InterruptedDrillError` if a stop was asked for.
        """
        deadline = self.clock.monotonic() + timeout_seconds
        pause = FIRST_PAUSE_SECONDS
        while True:
            self.checkpoint()
            value = read()
            if accept(value):
                return value
            if waiting is not None:
                waiting(value)
            left = deadline - self.clock.monotonic()
            if left <= 0:
                raise TimedOutError(f"{what}: not within {timeout_seconds:.0f} s")
            self._pause(min(pause, left))
            pause = min(pause * _GROWTH, LONGEST_PAUSE_SECONDS)

    def _pause(self, seconds: float) -> None:
        # In slices, so that Ctrl-C is answered at once although its handler only notes the wish.
        end = self.clock.monotonic() + seconds
        while (left := end - self.clock.monotonic()) > 0:
            self.checkpoint()
            self.clock.sleep(min(_SLICE_SECONDS, left))
