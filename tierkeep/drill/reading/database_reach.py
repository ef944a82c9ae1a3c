"""The way into databases for assertions: queries of what was restored, and of its source."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

from tierkeep.drill.assertions.reach import NotThereError, Row, Unreached
from tierkeep.drill.errors import CannotVerifyError
from tierkeep.drill.reading.database_contents import connected
from tierkeep.drill.reading.sql import DAMAGE, Address, Database, SqlError
from tierkeep.drill.restorers.base import Bench


class _Side:
    """One of the two databases, connected to when it is first asked."""

    def __init__(self, bench: Bench, address: Callable[[], Address], held: ExitStack) -> None:
        self._bench, self._address, self._held = bench, address, held
        self._database: Database | None = None

    def query(self, text: str) -> list[Row]:
        """Raises `SqlError`, `CannotVerifyError` and `AwsError`."""
        if self._database is None:
            self._database = self._held.enter_context(connected(self._bench, self._address))
        return self._database.query(text)


@dataclass(frozen=True, kw_only=True, slots=True)
class DatabaseReach(Unreached):
    """A restored database, and its source as it is now: both with the login that the catalog names, in
    transactions that cannot write."""

    restored: _Side
    source: _Side

    def query(self, text: str) -> Sequence[Row]:
        """The rows that a query of what was restored gives."""
        try:
            return self.restored.query(text)
        except SqlError as error:
            if error.fault in DAMAGE:
                raise NotThereError(str(error)) from error
            raise CannotVerifyError(str(error)) from error

    def source_query(self, text: str) -> Sequence[Row]:
        """The rows that a query of the source gives. That it lacks something says nothing of a backup."""
        try:
            return self.source.query(text)
        except SqlError as error:
            raise CannotVerifyError(f"the source: {error}") from error


@contextmanager
def opened(
    bench: Bench, *, what: str, restored: Callable[[], Address], source: Callable[[], Address]
) -> Iterator[DatabaseReach]:
    """The way in, for as long as the assertions last."""
    with ExitStack() as held:
        yield DatabaseReach(
            what=what, restored=_Side(bench, restored, held), source=_Side(bench, source, held)
        )
