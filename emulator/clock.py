"""The emulator's clock, and what is to be done when.

The clock is at rest until it is advanced or set, or it runs with the wall clock; it begins at rest.  What
happens by the passing of time (jobs that end, plans that fire, recovery points that expire) stands in an
:class:`Agenda` as a moment and an action.  :func:`settle` does what has become due, in order of time, before
every request and after every change of the clock; an action sees the clock at its own moment, so that what it
makes is dated as if it had been done then.  No thread is needed, and tests see no races.

The clock may be put back.  What was done is not undone by that, nor done again.
"""

import gc
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from heapq import heapify, heappop, heappush
from threading import RLock

LOCK = RLock()
"""Guards the clock and the state of every service of this package."""

Action = Callable[[], None]


class ActionFailedError(Exception):
    """What was due could not be done: a fault of the emulator.  A job that fails says so in its state."""


class _Time:
    """Where the clock stands: ``resting`` at a moment, or ahead of the wall clock by ``offset``."""

    def __init__(self) -> None:
        self.resting: datetime | None = _wall_clock()
        self.offset = timedelta(0)
        self.acting = threading.local()

    def now(self) -> datetime:
        moment: datetime | None = getattr(self.acting, "moment", None)
        if moment is not None:
            return moment
        return self.resting if self.resting is not None else _wall_clock() + self.offset


def _wall_clock() -> datetime:
    """To the millisecond, as AWS Backup tells times: who has read a time can wait for just that time."""
    moment = datetime.now(UTC)
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


_time = _Time()


class Entry:
    """One thing that is to be done."""

    __slots__ = ("action", "agenda", "moment")

    def __init__(self, agenda: "Agenda", moment: datetime, action: Action) -> None:
        self.agenda: Agenda | None = agenda
        self.moment = moment
        self.action = action

    def cancel(self) -> None:
        """Leave it undone."""
        self.agenda = None


_entries: list[tuple[datetime, int, Entry]] = []
_count = 0


class Agenda:
    """What one service of one account and Region has to do."""

    def at(self, moment: datetime, action: Action) -> Entry:
        """Have ``action`` done at ``moment``, or as soon as it can be if that is past.

        Actions of the same moment are done in the order in which they were entered.
        """
        global _count  # noqa: PLW0603  # there is one for the whole process
        moment = max(moment, now())
        entry = Entry(self, moment, action)
        _count += 1
        heappush(_entries, (moment, _count, entry))
        return entry

    def clear(self) -> None:
        """Leave everything undone."""
        _entries[:] = [item for item in _entries if item[2].agenda not in (self, None)]
        heapify(_entries)


_watchers: list[Action] = []


def watch(watcher: Action) -> None:
    """Have ``watcher`` called before each change of the clock: it sees what was done until then.

    If it fails, the clock is left alone, and who would change it gets an :class:`ActionFailedError`.
    """
    _watchers.append(watcher)


def unwatch(watcher: Action) -> None:
    """Call ``watcher`` no more."""
    if watcher in _watchers:
        _watchers.remove(watcher)


def _about_to_change() -> None:
    for watcher in tuple(_watchers):
        try:
            watcher()
        except Exception as error:
            raise ActionFailedError(
                f"What was done until {now().isoformat()} is not known: {error}"
            ) from error


def now() -> datetime:
    """The emulator's time, with time zone UTC."""
    return _time.now()


def is_running() -> bool:
    """Whether the clock runs with the wall clock."""
    return _time.resting is None


def run() -> None:
    """Let the clock run with the wall clock, from the moment at which it stands."""
    with LOCK:
        _about_to_change()
        moment = now()
        _time.resting = None
        _time.offset = moment - _wall_clock()


def rest() -> None:
    """Bring the clock to rest at the moment at which it stands."""
    with LOCK:
        _about_to_change()
        _time.resting = now()


def offset_seconds() -> float:
    """How far the emulator's clock is ahead of the wall clock, in seconds."""
    if _time.resting is None:
        return _time.offset.total_seconds()
    return (_time.resting - _wall_clock()).total_seconds()


def set_offset(seconds: float) -> None:
    """Put the clock ``seconds`` ahead of the wall clock (behind it, if negative).

    :raises OverflowError: there is no such moment; the clock is left alone.
    """
    offset = timedelta(seconds=seconds)
    _set(_wall_clock() + offset, offset)


def advance(seconds: float) -> None:
    """Move the clock on by ``seconds``.

    :raises OverflowError: there is no such moment; the clock is left alone.
    """
    with LOCK:
        step = timedelta(seconds=seconds)
        _set(now() + step, _time.offset + step)


def set_now(moment: datetime) -> None:
    """Set the clock to ``moment``, which must have a time zone; there it rests, or runs on from it."""
    _set(moment.astimezone(UTC), moment - _wall_clock())


def _set(moment: datetime, offset: timedelta) -> None:
    with LOCK:
        _about_to_change()
        if _time.resting is None:
            _time.offset = offset
        else:
            _time.resting = moment
    settle()


def settle() -> None:
    """Do everything that has become due by now, in order of time.

    :raises ActionFailedError: something could not be done; what is due after it is left for the next time.
    """
    if not _entries or _entries[0][0] > now():
        return
    with LOCK:
        # What an action asks of a service is answered as of its moment; the rest of the agenda is next.
        if getattr(_time.acting, "moment", None) is not None:
            return
        end = now()
        try:
            with _present_objects_left_alone():
                while _entries and _entries[0][0] <= end:
                    moment, _, entry = heappop(_entries)
                    if entry.agenda is not None:
                        _time.acting.moment = moment
                        _do(entry)
        finally:
            _time.acting.moment = None


@contextmanager
def _present_objects_left_alone() -> Iterator[None]:
    """Have garbage be looked for among new objects alone.

    A long advance makes and drops many; to look through all service models each time costs it a quarter more.
    """
    if gc.get_freeze_count():  # somebody else's
        yield
        return
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()


def _do(entry: Entry) -> None:
    try:
        entry.action()
    except Exception as error:
        action = entry.action.func if isinstance(entry.action, partial) else entry.action
        name = getattr(action, "__qualname__", "an action")
        raise ActionFailedError(f"{name}, due at {entry.moment.isoformat()}: {error!r}") from error
