"""Holding a run: its drills side by side, each by itself, until all are done or the run has to stop.

Nothing of one drill reaches another: each has its own id, journal, lock and evidence, and what goes wrong in
it ends in its own entry of the run's document. The run only decides who starts next, and whether.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tierkeep.aws import AwsError, UnitSession, WrongAccountError
from tierkeep.drill.clock import Clock, never
from tierkeep.drill.effects import Observer, unobserved
from tierkeep.drill.errors import DrillError, Outcome, ScopeError
from tierkeep.drill.plan import default_limits
from tierkeep.drill.runner import Around, new_drill_id, run_drill
from tierkeep.drill.scenarios.budget import Budget
from tierkeep.drill.scenarios.plan import Item
from tierkeep.drill.scenarios.run_document import Progress, Result, RunDocument
from tierkeep.drill.scope import Scope
from tierkeep.drill.stores import LocalStore


class Shown:
    """Who is told how a run goes; as it is, nobody."""

    def begin(self, item: Item) -> None:
        """A drill starts."""

    def stage(self, item: Item, title: str) -> None:
        """A stage of it begins."""

    def say(self, item: Item, text: str) -> None:
        """Something happened in it, or is still being waited for."""

    def end(self, item: Item, outcome: Outcome, cause: str | None) -> None:
        """It ended, or will not start."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Surroundings:
    """What surrounds a run: time, sessions, where evidence goes, who stops it, and who is told."""

    clock: Clock
    evidence_directory: Path
    scope_of: Callable[[Item], Scope]
    """Raises `ScopeError` and `CannotVerifyError`."""
    open_session: Callable[[str], UnitSession]
    """A session in a unit, shared by all drills there. Raises `AwsError` and `WrongAccountError`."""
    stop: Callable[[], bool] = never
    stop_cleaning: Callable[[], bool] = never
    shown: Shown = field(default_factory=Shown)
    on_evidence: Callable[[dict[str, Any]], object] = unobserved  # type: ignore[assignment]
    """Handed the evidence of each drill as soon as it is whole."""
    observe: Observer = unobserved
    """Told each point that the run passes: the seam at which tests stop the process."""


class AtWork:
    """How many drills of a run are under way."""

    def __init__(self) -> None:
        self._count, self._lock = 0, threading.Lock()

    def __call__(self) -> int:
        """So many."""
        return self._count

    def __enter__(self) -> AtWork:
        """One more."""
        with self._lock:
            self._count += 1
        return self

    def __exit__(self, *_: object) -> None:
        """One less."""
        with self._lock:
            self._count -= 1


def hold(
    document: RunDocument,
    items: Sequence[Item],
    *,
    side_by_side: int,
    budget: Budget,
    around: Surroundings,
    at_work: AtWork,
) -> Result:
    """Drill the items, and return what the whole run amounts to.

    What goes wrong in a drill stands in its entry. Raises OSError if the document, a journal or evidence
    cannot be written; then no further drill starts, those under way go on to their end, and what they leave
    is `sweep`'s. An internal error of one is raised in the same way once all have ended.
    """
    queue = _Queue(items, document, budget, around, spent=document.whole["spent_usd"])
    workers = [
        threading.Thread(target=_work, args=(queue, document, around, at_work), name=f"drills-{number}")
        for number in range(min(side_by_side, len(items)))
    ]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    if queue.broken is not None:
        raise queue.broken
    return document.end(around.clock.now())


class _Queue:
    """Who starts next, and whether: the budget is looked at before each start, by one worker at a time."""

    def __init__(
        self,
        items: Sequence[Item],
        document: RunDocument,
        budget: Budget,
        around: Surroundings,
        *,
        spent: float,
    ) -> None:
        self._left = list(reversed(items))
        self._document, self._budget, self._around = document, budget, around
        self._spent = spent
        self._began = around.clock.monotonic()
        self._lock = threading.Lock()
        self.broken: BaseException | None = None
        """Why nothing starts any more, and what is raised when all have ended."""

    def next(self) -> tuple[Item, str] | None:
        """The next drill with its id, noted as running; None if none starts any more. Raises OSError."""
        with self._lock:
            while self._left and self.broken is None and not self._around.stop():
                item = self._left.pop()
                refusal = self._budget.refuses(
                    spent=self._spent,
                    elapsed=self._around.clock.monotonic() - self._began,
                    usd=item.usd,
                    seconds=item.seconds,
                )
                if refusal is None:
                    drill_id = new_drill_id(self._around.clock.now())
                    self._around.observe(f"before start {item.number}")
                    self._document.start(item.number, drill_id, item.usd)
                    self._spent += item.usd or 0.0
                    return item, drill_id
                self._document.note(item.number, Progress.NOT_RUN, cause=refusal)
                self._around.shown.end(item, Outcome.COULD_NOT_VERIFY, refusal)
            return None

    def give_up(self, error: BaseException) -> None:
        """Start nothing any more; the first error is the one that is raised."""
        with self._lock:
            self.broken = self.broken or error


def _work(queue: _Queue, document: RunDocument, around: Surroundings, at_work: AtWork) -> None:
    try:
        while (taken := queue.next()) is not None:
            with at_work:
                _drill(*taken, document, around)
    except BaseException as error:  # noqa: BLE001 - a thread has nobody to raise to: `hold` raises it
        queue.give_up(error)


def _drill(item: Item, drill_id: str, document: RunDocument, around: Surroundings) -> None:
    around.shown.begin(item)
    around.observe(f"started {item.number}")
    try:
        evidence = _evidence(item, drill_id, document, around)
    except (DrillError, ScopeError, AwsError, WrongAccountError) as error:
        outcome = error.outcome if isinstance(error, DrillError) else Outcome.COULD_NOT_VERIFY
        told: dict[str, Any] = {"outcome": outcome.value, "reasons": [str(error)]}
    else:
        around.on_evidence(evidence)
        told = summary(evidence)
    around.observe(f"ended {item.number}")
    progress = Progress.INTERRUPTED if told.pop("interrupted", False) else Progress.DONE
    document.note(item.number, progress, drill_id=drill_id, **told)
    around.observe(f"noted {item.number}")
    reasons = told["reasons"]
    around.shown.end(item, Outcome(told["outcome"]), reasons[0] if reasons else None)


def _evidence(item: Item, drill_id: str, document: RunDocument, around: Surroundings) -> dict[str, Any]:
    scope = around.scope_of(item)
    return run_drill(
        scope,
        around.open_session(item.unit),
        drill_id=drill_id,
        limits=default_limits(scope),
        store=LocalStore(around.evidence_directory),
        around=Around(
            clock=around.clock,
            stop=around.stop,
            stop_cleaning=around.stop_cleaning,
            begin_stage=lambda title: around.shown.stage(item, title),
            say=lambda text: around.shown.say(item, text),
            observe=around.observe,
        ),
        drawn=drawn(document.whole, item),
    )


def summary(evidence: Mapping[str, Any]) -> dict[str, Any]:
    """What the run's document keeps of a drill's evidence, and whether the drill was interrupted."""
    [rto, rpo] = evidence["times"]["objectives"]
    return {
        "outcome": evidence["outcome"]["result"],
        "reasons": [reason["text"] for reason in evidence["outcome"]["reasons"]],
        "climbed": evidence["ladder"]["climbed"],
        "rto_seconds": rto["actual_seconds"],
        "rpo_seconds": rpo["actual_seconds"],
        "teardown_confirmed": evidence["teardown"]["confirmed"],
        "interrupted": evidence["outcome"]["interrupted"],
    }


def drawn(document: Mapping[str, Any], item: Item) -> dict[str, Any]:
    """How the run came to drill this resource, for its evidence."""
    plan = document["plan"]
    return {
        "run_id": document["run_id"],
        "scenario": plan["scenario"],
        "plan_digest": plan["digest"],
        "number": item.number,
        "of": len(plan["drills"]),
        "population": plan["drawn"]["population"],
        "how": plan["drawn"]["how"],
        "seed": plan["seed"],
    }


def torn_down(document: Mapping[str, Any]) -> bool:
    """Whether no drill of the run left anything, by its evidence; one without evidence made nothing."""
    return all(entry.get("teardown_confirmed", True) for entry in document["drills"])
