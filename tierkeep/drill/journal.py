"""The journal of a drill: append-only JSON lines, each kept for good before what it announces is done.

Each line is one event with its number and its instant; a line counts only with its newline, so that a torn
last line is one that was never written: what it would have announced had not begun, and what it would have
confirmed stays unconfirmed. Where the lines are kept, and who may write them, is a store's
(`tierkeep.drill.stores`).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Protocol, TypeAlias

from tierkeep.drill.clock import Clock
from tierkeep.drill.errors import JournalDamagedError

SUFFIX = ".jsonl"
FOLDER = "journal"

Entry: TypeAlias = Mapping[str, Any]
"""One event: `seq`, `at` (ISO instant), `event`, and the event's own fields."""


class Lines(Protocol):
    """The lines of a journal, held by this process against every other."""

    def add(self, lines: bytes) -> None:
        """Keep more lines; they are there for good when this returns.

        Raises OSError, and `FencedError` if another process holds the journal by now.
        """

    def beat(self) -> None:
        """Show that the holder is getting ahead. Raises `FencedError`."""

    def seize(self) -> bytes:
        """Hold the journal again, whoever does; its lines. Raises OSError and `FencedError`."""

    def close(self) -> None:
        """Let others have the journal."""


class Journal:
    """A journal open for appending, held against every other process until it is closed."""

    def __init__(self, *, name: str, lines: Lines, content: bytes, clock: Clock) -> None:
        self.name = name
        """Where it is, for people."""
        self._lines = lines
        self._entries = list(parse_journal(content, name))
        self._clock = clock

    @property
    def entries(self) -> tuple[Entry, ...]:
        """Every event so far, oldest first."""
        return tuple(self._entries)

    def append(self, event: str, **fields: Any) -> None:
        """Write one event; it is kept for good when this returns.

        Raises OSError, or `FencedError` if the journal is another process's by now; then nothing may be done.
        """
        entry = {"seq": len(self._entries) + 1, "at": self._clock.now().isoformat(), "event": event, **fields}
        self._lines.add(as_line(entry))
        self._entries.append(entry)

    def append_late(self, event: str, **fields: Any) -> None:
        """Write an event that others must learn of although the journal is theirs by now.

        Raises OSError and `FencedError`.
        """
        self._entries = list(parse_journal(self._lines.seize(), self.name))
        self.append(event, **fields)

    def beat(self) -> None:
        """Show, now and then, that this process is getting ahead. Raises `FencedError`."""
        self._lines.beat()

    def close(self) -> None:
        """Give the journal up."""
        self._lines.close()


def as_line(entry: Entry) -> bytes:
    """An event as it is written."""
    return json.dumps(entry, ensure_ascii=False).encode() + b"\n"


def whole_lines(content: bytes) -> bytes:
    """Without a torn last line."""
    return content[: content.rfind(b"\n") + 1]


def parse_journal(content: bytes, name: str) -> tuple[Entry, ...]:
    """The events of a journal, but for a torn last line. Raises `JournalDamagedError`."""
    entries: list[Entry] = []
    for number, line in enumerate(content.split(b"\n")[:-1], start=1):
        try:
            entry = json.loads(line)
        except ValueError as error:
            raise JournalDamagedError(f"{name}:{number}: not a line of a journal: {error}") from error
        if not isinstance(entry, dict) or entry.get("seq") != number or "event" not in entry:
            raise JournalDamagedError(f"{name}:{number}: expected event number {number}; lines are missing")
        entries.append(entry)
    return tuple(entries)
