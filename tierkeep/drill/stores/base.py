"""What drills and sweeps need of the place where journals, locks and evidence are kept."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Protocol

from tierkeep.drill.clock import Clock
from tierkeep.drill.journal import Entry, Journal


class Store(Protocol):
    """A place for journals, locks and evidence. As text it is what `--evidence` takes.

    Each method raises OSError where the place cannot be read or written.
    """

    def create(self, drill_id: str, *, clock: Clock) -> Journal:
        """A new, empty journal. Raises `FileExistsError` if the drill has one already."""

    def resume(self, drill_id: str, *, clock: Clock) -> Journal:
        """A journal to go on with.

        Raises `BusyError` while its drill or another sweep works on it, and `JournalDamagedError`.
        """

    def read(self, drill_id: str) -> tuple[Entry, ...]:
        """The events of a journal that may be in use. Raises `JournalDamagedError`."""

    def has_journals(self) -> bool:
        """Whether drills have written here."""

    def drill_ids(self) -> tuple[str, ...]:
        """The drills that have a journal, oldest first."""

    def lease_left(self, drill_id: str) -> float | None:
        """In how many seconds who holds a journal counts as gone, unless it shows itself again.

        0 if nobody holds it; None if it is held and its holder's end would be known at once.
        """

    def exclusive(self, *, resource_arn: str, drill_id: str, clock: Clock) -> AbstractContextManager[None]:
        """Hold the lock on a resource, for a drill whose journal is open.

        Raises `BusyError`, naming the drill that holds it.
        """

    def write(self, name: str, text: str) -> str:
        """Write a document as a whole; where it is, for people."""

    def clock(self, clock: Clock) -> Clock:
        """The clock by which all who share this place date what they write."""
