"""The journal of a drill: append-only JSON lines, each on disk before what it announces is done.

One file per drill, `<drill id>.jsonl`. Each line is one event with its number and its instant; a line
counts only with its newline, so that a torn last line is one that was never written: what it would have
announced had not begun, and what it would have confirmed stays unconfirmed.
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeAlias

from tierkeep.drill.clock import Clock
from tierkeep.drill.errors import BusyError, JournalDamagedError

SUFFIX = ".jsonl"

Entry: TypeAlias = Mapping[str, Any]
"""One event: `seq`, `at` (ISO instant), `event`, and the event's own fields."""


class Journal:
    """A journal open for appending, locked against every other process until it is closed.

    The lock goes with the process, however it ends. It is a local file lock; journals in a bucket will need
    conditional writes in its place.
    """

    def __init__(self, *, path: Path, descriptor: int, entries: list[Entry], clock: Clock) -> None:
        self.path = path
        self._descriptor = descriptor
        self._entries = entries
        self._clock = clock

    @classmethod
    def create(cls, directory: Path, drill_id: str, *, clock: Clock) -> Journal:
        """A new, empty journal. Raises OSError, as `FileExistsError` if the drill has one already."""
        directory.mkdir(parents=True, exist_ok=True)
        path = directory / f"{drill_id}{SUFFIX}"
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_APPEND | os.O_CLOEXEC, 0o644)
        _lock(descriptor, path)
        sync_directory(directory)
        return cls(path=path, descriptor=descriptor, entries=[], clock=clock)

    @classmethod
    def resume(cls, path: Path, *, clock: Clock) -> Journal:
        """A journal to go on with, its torn last line cut off.

        Raises `BusyError` while its drill or another sweep runs, and `JournalDamagedError`.
        """
        descriptor = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CLOEXEC)
        _lock(descriptor, path)
        try:
            content = path.read_bytes()
            entries = _parse(content, path)
            whole = content.rfind(b"\n") + 1
            if whole != len(content):
                os.ftruncate(descriptor, whole)
        except BaseException:
            os.close(descriptor)
            raise
        return cls(path=path, descriptor=descriptor, entries=entries, clock=clock)

    @property
    def entries(self) -> tuple[Entry, ...]:
        """Every event so far, oldest first."""
        return tuple(self._entries)

    def append(self, event: str, **fields: Any) -> None:
        """Write one event; it is on disk when this returns. Raises OSError, and then nothing may be done."""
        instant = self._clock.now().isoformat()
        entry = {"seq": len(self._entries) + 1, "at": instant, "event": event, **fields}
        line = json.dumps(entry, ensure_ascii=False).encode() + b"\n"
        while line:
            line = line[os.write(self._descriptor, line) :]
        os.fsync(self._descriptor)
        self._entries.append(entry)

    def close(self) -> None:
        """Close the file and give up the lock."""
        os.close(self._descriptor)


def read_journal(path: Path) -> tuple[Entry, ...]:
    """The events of a journal that may be in use. Raises `JournalDamagedError`."""
    return tuple(_parse(path.read_bytes(), path))


def is_running(path: Path) -> bool:
    """Whether some process holds this journal."""
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(descriptor)
    return False


def sync_directory(directory: Path) -> None:
    """Put a directory's entries on disk: without it, a crash may lose the name of a file that was synced."""
    descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _lock(descriptor: int, path: Path) -> None:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        os.close(descriptor)
        raise BusyError(f"{path.stem} is in use by another process") from error


def _parse(content: bytes, path: Path) -> list[Entry]:
    lines = content.split(b"\n")[:-1]
    entries: list[Entry] = []
    for number, line in enumerate(lines, start=1):
        try:
            entry = json.loads(line)
        except ValueError as error:
            raise JournalDamagedError(f"{path}:{number}: not a line of a journal: {error}") from error
        if not isinstance(entry, dict) or entry.get("seq") != number or "event" not in entry:
            raise JournalDamagedError(f"{path}:{number}: expected event number {number}; lines are missing")
        entries.append(entry)
    return entries
