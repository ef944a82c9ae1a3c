"""A folder of this machine: journals with every line on disk, and locks that end with their process."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tierkeep.drill.clock import Clock
from tierkeep.drill.errors import BusyError
from tierkeep.drill.journal import FOLDER, SUFFIX, Entry, Journal, parse_journal, whole_lines
from tierkeep.drill.stores.base import Store
from tierkeep.drill.stores.names import lock_name


class LocalStore(Store):
    """Evidence in a folder, journals below it. flock holds between the processes of one machine."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self._journals = directory / FOLDER

    def __str__(self) -> str:
        return str(self.directory)

    def create(self, drill_id: str, *, clock: Clock) -> Journal:
        """A new file."""
        self._journals.mkdir(parents=True, exist_ok=True)
        path = self._path(drill_id)
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_APPEND | os.O_CLOEXEC, 0o644)
        _lock(descriptor, path)
        _sync_directory(self._journals)
        return Journal(name=str(path), lines=_File(path, descriptor), content=b"", clock=clock)

    def resume(self, drill_id: str, *, clock: Clock) -> Journal:
        """The file, its torn last line cut off."""
        path = self._path(drill_id)
        descriptor = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CLOEXEC)
        _lock(descriptor, path)
        try:
            file = _File(path, descriptor)
            return Journal(name=str(path), lines=file, content=file.seize(), clock=clock)
        except BaseException:
            os.close(descriptor)
            raise

    def read(self, drill_id: str) -> tuple[Entry, ...]:
        """What is on disk."""
        path = self._path(drill_id)
        return parse_journal(path.read_bytes(), str(path))

    def has_journals(self) -> bool:
        """Whether the folder of journals is there."""
        return self._journals.is_dir()

    def drill_ids(self) -> tuple[str, ...]:
        """By the names of the files."""
        return tuple(path.stem for path in sorted(self._journals.glob(f"*{SUFFIX}")))

    def lease_left(self, drill_id: str) -> float | None:
        """The operating system gives a lock up with its process: held, or not."""
        descriptor = os.open(self._path(drill_id), os.O_RDONLY | os.O_CLOEXEC)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return None
        finally:
            os.close(descriptor)
        return 0.0

    @contextmanager
    def exclusive(self, *, resource_arn: str, drill_id: str, clock: Clock) -> Iterator[None]:
        """A file beside the journals."""
        directory = self._journals / "locks"
        directory.mkdir(parents=True, exist_ok=True)
        # The file stays when the lock goes: removing it could remove the lock of whoever came next.
        descriptor = os.open(
            directory / lock_name(resource_arn), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644
        )
        try:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                holder = os.pread(descriptor, 200, 0).decode(errors="replace").strip() or "unknown"
                raise BusyError(f"another drill of {resource_arn} is running: {holder}") from error
            os.ftruncate(descriptor, 0)
            os.pwrite(descriptor, f"{drill_id} (process {os.getpid()})\n".encode(), 0)
            yield
        finally:
            os.close(descriptor)

    def write(self, name: str, text: str) -> str:
        """A file that is replaced as a whole."""
        path = self.directory / name
        _write_atomically(path, text)
        return str(path)

    def clock(self, clock: Clock) -> Clock:
        """The machine's own."""
        return clock

    def _path(self, drill_id: str) -> Path:
        return self._journals / f"{drill_id}{SUFFIX}"


class _File:
    """An open journal, locked."""

    def __init__(self, path: Path, descriptor: int) -> None:
        self._path = path
        self._descriptor = descriptor

    def add(self, lines: bytes) -> None:
        while lines:
            lines = lines[os.write(self._descriptor, lines) :]
        os.fsync(self._descriptor)

    def beat(self) -> None:
        """The lock needs no sign of life."""

    def seize(self) -> bytes:
        """The lock is held: nobody else has written."""
        content = self._path.read_bytes()
        whole = whole_lines(content)
        if whole != content:
            os.ftruncate(self._descriptor, len(whole))
        return whole

    def close(self) -> None:
        os.close(self._descriptor)


def _lock(descriptor: int, path: Path) -> None:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        os.close(descriptor)
        raise BusyError(f"{path.stem} is in use by another process") from error


def _write_atomically(path: Path, text: str) -> None:
    """Replace a file as a whole: a reader, or a crash, sees the old one or the new one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.part")
    with temporary.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)
    _sync_directory(path.parent)


def _sync_directory(directory: Path) -> None:
    """Put a directory's entries on disk: without it, a crash may lose the name of a file that was synced."""
    descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
