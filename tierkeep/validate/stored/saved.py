"""Writes observed units into a file, from which they can be judged again without AWS: gzipped lines of JSON.

A header, then each unit with its records, then an end. Units are read at the same time, so each is written
into a part of its own; put together they are one file, since a gzip file may have several members. It takes
the place of an earlier one in one step, when it is whole.
"""

from __future__ import annotations

import errno
import gzip
import hashlib
import os
import shutil
import tempfile
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from pydantic import TypeAdapter

from tierkeep import __version__
from tierkeep.validate.stored.lines import SCHEMA_VERSION, End, Header, UnitEnd, UnitHead, encoded

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime
    from types import TracebackType

    from tierkeep.desired.model import DesiredState, UnitId
    from tierkeep.validate.stored.records import Record

LEVEL = 6
"""gzip's own default: 9, which is Python's, takes twice as long for two hundredths less."""


def digest(state: DesiredState) -> str:
    """The SHA-256 of a desired state: equal states have equal ones, on any machine."""
    return hashlib.sha256(TypeAdapter(dict[str, Any]).dump_json(asdict(state))).hexdigest()


@contextmanager
def saving(target: Path, state: DesiredState, *, at: datetime, since_days: int) -> Iterator[Saving]:
    """A file that is being written of what is observed of a catalog. Raises `OSError` where none can be."""
    if target.is_dir():
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(target))
    header = Header(
        schema_version=SCHEMA_VERSION,
        catalog=state.name,
        catalog_digest=digest(state),
        observed_at=at,
        since_days=since_days,
        tierkeep=__version__,
    )
    with Saving(target, header) as save:
        yield save


class Saving:
    """A file that is being written, as a context: unless `finish` was called, it leaves nothing behind."""

    def __init__(self, target: Path, header: Header) -> None:
        """Raises `OSError` where nothing can be written beside the target."""
        self._target = target
        self._header = header
        self._folder = Path(tempfile.mkdtemp(prefix=f".{target.name}.", dir=target.parent))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        shutil.rmtree(self._folder, ignore_errors=True)

    def part(self, head: UnitHead) -> Part:
        """Where a unit's records go; to be used as a context too."""
        return Part(self._path(head.unit), head)

    def finish(self, units: Sequence[UnitId]) -> None:
        """Puts the parts of these units together, in this order, in the place of the target."""
        whole = self._folder / "whole"
        lines = 1
        with whole.open("wb") as out:
            out.write(gzip.compress(encoded(self._header, 0)[0], LEVEL))
            for unit in units:
                with self._path(unit).open("rb") as part:
                    shutil.copyfileobj(part, out)
                lines += int(self._path(unit).with_suffix(".lines").read_text())
            out.write(gzip.compress(encoded(End(units=len(units), lines=lines + 1), 0)[0], LEVEL))
            out.flush()
            os.fsync(out.fileno())
        whole.replace(self._target)

    def _path(self, unit: UnitId) -> Path:
        return self._folder / f"{unit.account}.{unit.region}.gz"


class Part:
    """What is written of one unit, by one thread."""

    def __init__(self, path: Path, head: UnitHead) -> None:
        self._path = path
        self._file = gzip.open(path, "wb", LEVEL)  # noqa: SIM115 - it is closed when the context ends
        self._check = 0
        self._records = 0
        self._write(head)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is None:
            self._write(UnitEnd(records=self._records))
            self._path.with_suffix(".lines").write_text(str(self._records + 2))
        self._file.close()

    def write(self, record: Record) -> None:
        """The next record."""
        self._write(record)
        self._records += 1

    def _write(self, value: Any) -> None:
        line, self._check = encoded(value, self._check)
        self._file.write(line)
