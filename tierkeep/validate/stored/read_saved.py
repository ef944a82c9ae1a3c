"""Reads a file of observed units back, line by line, and says which line is not as it was written."""

from __future__ import annotations

import gzip
import json
import zlib
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tierkeep.validate.stored.lines import (
    SCHEMA_VERSION,
    End,
    Header,
    LineInvalid,
    UnitEnd,
    UnitHead,
    decoded,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tierkeep.validate.stored.records import Record


class SavedInvalid(Exception):  # noqa: N818 - it is what the user is told
    """A file that is no whole file of observed units, or of a newer version. The message says where."""

    def __init__(self, path: Path, line: int, why: str) -> None:
        super().__init__(f"{path}, line {line}: {why}")


@dataclass(frozen=True, kw_only=True, slots=True)
class SavedUnit:
    """A unit as it was observed. Its records can be read once, before the next unit is."""

    head: UnitHead
    records: Iterator[Record]


class Saved:
    """An open file; its header has been read."""

    def __init__(self, lines: _Lines) -> None:
        """Raises `SavedInvalid`."""
        self._lines = lines
        self.header: Header = lines.next(Header)

    def units(self) -> Iterator[SavedUnit]:
        """Its units in their order, up to the end of the file. Raises `SavedInvalid`."""
        number = 0
        while isinstance(head := self._lines.next(UnitHead, End), UnitHead):
            records = self._records()
            yield SavedUnit(head=head, records=records)
            for _ in records:
                pass  # what nobody wanted has to be right too
            number += 1
        if (head.units, head.lines) != (number, self._lines.number):
            raise self._lines.invalid(
                f"{head.units} units on {head.lines} lines were written; some are missing"
            )
        self._lines.end()

    def _records(self) -> Iterator[Record]:
        number = 0
        while not isinstance(record := self._lines.next(), UnitEnd):
            if isinstance(record, Header | UnitHead | End):
                raise self._lines.invalid("the unit before has no end")
            yield record
            number += 1
        if record.records != number:
            raise self._lines.invalid(f"the unit had {record.records} records; there are {number}")


@contextmanager
def opened(path: Path) -> Iterator[Saved]:
    """A saved file. Raises `SavedInvalid`, and `OSError` if there is no such file."""
    with gzip.open(path) as file:
        yield Saved(_Lines(path, file))


class _Lines:
    """The lines of a file, with their numbers."""

    def __init__(self, path: Path, file: gzip.GzipFile) -> None:
        self._path = path
        self._file = file
        self._check = 0
        self.number = 0

    def next(self, *wanted: type) -> Any:
        """The value of the next line; of one of the wanted kinds, where there are any."""
        line = self._line()
        if not line:
            raise self.invalid("the file ends before its end")
        if self.number == 1:
            self._check_version(line)
        # Each part begins anew.
        begins = Header in wanted or UnitHead in wanted
        try:
            value, self._check = decoded(line, 0 if begins else self._check)
        except LineInvalid as error:
            raise self.invalid(str(error)) from error
        if wanted and not isinstance(value, wanted):
            raise self.invalid(f"a line of another kind belongs here: {' or '.join(map(_called, wanted))}")
        return value

    def end(self) -> None:
        """Nothing may follow."""
        if self._line():
            raise self.invalid("something follows the end")

    def invalid(self, why: str) -> SavedInvalid:
        """What to say of the line that was read last."""
        return SavedInvalid(self._path, self.number, why)

    def _line(self) -> bytes:
        self.number += 1
        try:
            return self._file.readline()
        except EOFError as error:
            raise self.invalid("the file is cut off") from error
        except (gzip.BadGzipFile, zlib.error) as error:
            raise self.invalid(f"it is damaged, or no file of gzip: {error}") from error

    def _check_version(self, line: bytes) -> None:
        """Said before anything else, since a newer file's lines may be of any form."""
        try:
            version = json.loads(line)["value"]["schema_version"]
        except (ValueError, KeyError, TypeError):
            raise self.invalid("it is no file of observed units") from None
        if version != SCHEMA_VERSION:
            raise self.invalid(
                f"it has schema version {version}, and this version of Tierkeep reads {SCHEMA_VERSION}"
            )


def _called(kind: type) -> str:
    return {Header: "a header", UnitHead: "a unit", End: "the end"}[kind]
