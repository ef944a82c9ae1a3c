"""One drill at a time per resource.

A local file lock beside the journals, which the operating system gives up with the process. It holds between
processes of one machine; a lock that several machines share belongs here too, once journals live in a bucket.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tierkeep.drill.errors import BusyError


@contextmanager
def exclusive(directory: Path, *, resource_arn: str, drill_id: str) -> Iterator[None]:
    """Hold the lock on a resource. Raises `BusyError`, naming the drill that holds it."""
    directory.mkdir(parents=True, exist_ok=True)
    name = hashlib.sha256(resource_arn.encode()).hexdigest()[:24]
    # The file stays when the lock goes: removing it could remove the lock of whoever came next.
    descriptor = os.open(directory / f"{name}.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
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
