"""Where the moments of the emulator's clock lie in the write-ahead log of a PostgreSQL server.

While the clock rests, all that is written is of the moment at which it rests: it lies before the position at
which the log stands when the clock moves on.  While the clock runs, a moment is one of the wall clock, by
which PostgreSQL dates what is committed.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from emulator import clock

_MILLISECOND = timedelta(microseconds=999)
"""What is left of a millisecond, to which the emulator tells times: all of it counts."""


@dataclass(frozen=True)
class Target:
    """Up to where a log is replayed: before a position, or with all that was committed by a moment."""

    setting: str
    value: str
    inclusive: bool


@dataclass(frozen=True)
class _Span:
    """A moment at which the clock rested, or a time for which it ran ``ahead`` of the wall clock, and the
    position at which the log stood at the end."""

    start: datetime
    end: datetime
    ahead: timedelta | None
    position: str


class Timeline:
    """The moments of one server from now on; ``position`` says where its log stands, if it runs."""

    def __init__(self, position: Callable[[], str | None]) -> None:
        self._position = position
        self._spans: list[_Span] = []
        self._began = datetime.now(UTC)
        clock.watch(self.mark)

    def mark(self) -> None:
        """Take the position of this moment down, if anything has been written."""
        position, now, ahead = self._position(), clock.now(), None
        began, self._began = self._began, datetime.now(UTC)
        if position is None or (self._spans and self._spans[-1].position == position):
            return
        if clock.is_running():
            ahead = timedelta(seconds=clock.offset_seconds())
        start = now if ahead is None else min(began + ahead, now)
        self._spans.append(_Span(start, now, ahead, position))

    def target(self, moment: datetime) -> Target:
        """Where ``moment`` lies; before all that is known, at the beginning."""
        self.mark()
        span = next((each for each in reversed(self._spans) if each.start <= moment), self._spans[0])
        if span.ahead is None or moment >= span.end:
            return Target("recovery_target_lsn", span.position, inclusive=False)
        written = moment - span.ahead + _MILLISECOND
        return Target("recovery_target_time", written.isoformat(sep=" "), inclusive=True)

    def close(self) -> None:
        """Take no more down."""
        clock.unwatch(self.mark)
