"""Progress for people, on stderr: a spinner on a terminal, plain lines anywhere else."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

from rich.console import Console
from rich.markup import escape
from rich.status import Status


class Progress(Protocol):
    """Who is told how far a drill has come."""

    def stage(self, title: str) -> None:
        """A stage begins."""

    def say(self, text: str) -> None:
        """Something happened, or is still being waited for."""


class _Lines:
    """One line per event; waiting says the same thing once only."""

    def __init__(self) -> None:
        self._last = ""

    def stage(self, title: str) -> None:
        self._write(f"{title} …")

    def say(self, text: str) -> None:
        self._write(f"  {text}")

    def _write(self, line: str) -> None:
        if line != self._last:
            print(line, file=sys.stderr, flush=True)
            self._last = line


class _Spinner:
    """The stage under way with what it waits for; a stage that ended leaves a line."""

    def __init__(self, status: Status) -> None:
        self._status = status
        self._title: str | None = None

    def stage(self, title: str) -> None:
        self.end()
        self._title = title
        self._status.update(f"{escape(title)} …")

    def say(self, text: str) -> None:
        self._status.update(f"{escape(self._title or '')} … [dim]{escape(text)}[/dim]")

    def end(self) -> None:
        if self._title is not None:
            self._status.console.print(f"[green]·[/green] {escape(self._title)}")


@contextmanager
def showing_progress() -> Iterator[Progress]:
    """Progress as stderr allows it."""
    console = Console(stderr=True, highlight=False)
    if not console.is_terminal:
        yield _Lines()
        return
    with console.status("") as status:
        spinner = _Spinner(status)
        yield spinner
        spinner.end()
