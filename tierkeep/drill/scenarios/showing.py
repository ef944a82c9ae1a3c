"""How a run goes, for people, on stderr: what is under way on a terminal, plain lines anywhere else."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.markup import escape
from rich.progress import Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn

from tierkeep.drill.errors import Outcome
from tierkeep.drill.scenarios.holding import Shown
from tierkeep.drill.scenarios.plan import Item
from tierkeep.drill.thing import name_of

_MARKS = {Outcome.PASS: "passed", Outcome.FAIL: "FAILED", Outcome.COULD_NOT_VERIFY: "could not verify"}
_COLOURS = {Outcome.PASS: "green", Outcome.FAIL: "red", Outcome.COULD_NOT_VERIFY: "yellow"}


class _Lines(Shown):
    """A line where a drill starts and where it ends."""

    def __init__(self, count: int) -> None:
        self._count = count

    def begin(self, item: Item) -> None:
        self._print(item, "starts")

    def end(self, item: Item, outcome: Outcome, cause: str | None) -> None:
        self._print(item, _MARKS[outcome] + (f": {cause}" if cause else ""))

    def _print(self, item: Item, text: str) -> None:
        # In one piece, since several drills print at the same time.
        sys.stderr.write(f"[{item.number}/{self._count}] {name_of(item.resource_arn)}: {text}\n")
        sys.stderr.flush()


class _Live(Shown):
    """What is under way, with its stage and what it waits for; what ended leaves a line."""

    def __init__(self, progress: Progress, count: int) -> None:
        self._progress, self._count = progress, count
        self._tasks: dict[int, TaskID] = {}
        self._titles: dict[int, str] = {}
        self._lock = threading.Lock()

    def begin(self, item: Item) -> None:
        task = self._progress.add_task(self._text(item, "starts"), total=None)
        with self._lock:
            self._tasks[item.number] = task

    def stage(self, item: Item, title: str) -> None:
        self._titles[item.number] = title
        self._progress.update(self._tasks[item.number], description=self._text(item, f"{title} …"))

    def say(self, item: Item, text: str) -> None:
        told = f"{self._titles.get(item.number, '')} … {text}"
        self._progress.update(self._tasks[item.number], description=self._text(item, told))

    def end(self, item: Item, outcome: Outcome, cause: str | None) -> None:
        with self._lock:
            task = self._tasks.pop(item.number, None)
        if task is not None:
            self._progress.remove_task(task)
        text = self._text(item, _MARKS[outcome] + (f": {cause}" if cause else ""))
        self._progress.console.print(f"[{_COLOURS[outcome]}]·[/] {text}")

    def _text(self, item: Item, text: str) -> str:
        return escape(f"{item.number}/{self._count} {name_of(item.resource_arn)}: {text}")


@contextmanager
def showing_run(count: int) -> Iterator[Shown]:
    """Progress of a run of so many drills, as stderr allows it."""
    console = Console(stderr=True, highlight=False)
    if not console.is_terminal:
        yield _Lines(count)
        return
    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True) as progress:
        yield _Live(progress, count)
