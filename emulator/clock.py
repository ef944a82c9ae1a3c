"""The emulator's clock: the wall clock plus an offset that tests move.

Everything that happens by the passing of time (jobs that finish, recovery points that expire, and later
plans that fire) is done by callbacks registered with :func:`on_settle`, which :func:`settle` runs.  It runs
before every request and after every change of the clock, so no thread is needed and tests see no races.
"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from threading import RLock

LOCK = RLock()
"""Guards the clock and the state of every service of this package."""

_offset = timedelta(0)
_callbacks: list[Callable[[datetime], None]] = []


def now() -> datetime:
    """The emulator's time, with time zone UTC."""
    return datetime.now(UTC) + _offset


def offset_seconds() -> float:
    """How far the emulator's clock is ahead of the wall clock, in seconds."""
    return _offset.total_seconds()


def set_offset(seconds: float) -> None:
    """Put the clock ``seconds`` ahead of the wall clock (behind it, if negative)."""
    global _offset  # noqa: PLW0603  # there is one for the whole process
    with LOCK:
        offset = timedelta(seconds=seconds)
        _ = datetime.now(UTC) + offset  # raises OverflowError before anything is changed
        _offset = offset
    settle()


def advance(seconds: float) -> None:
    """Move the clock on by ``seconds``."""
    set_offset(offset_seconds() + seconds)


def set_now(moment: datetime) -> None:
    """Set the clock; it runs on from ``moment``, which must have a time zone."""
    set_offset((moment - datetime.now(UTC)).total_seconds())


def on_settle(callback: Callable[[datetime], None]) -> None:
    """Have ``callback`` called with the time whenever the emulator does what has become due."""
    _callbacks.append(callback)


def settle() -> None:
    """Do everything that has become due by now."""
    with LOCK:
        moment = now()
        for callback in _callbacks:
            callback(moment)
