"""A drill under way: what it is about, what does its work, and what its stages have found so far."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from tierkeep.drill.assertions import asserting
from tierkeep.drill.checks import Check, Rung, Sheet, climbed
from tierkeep.drill.cleanup import Removal, current
from tierkeep.drill.effects import Hands
from tierkeep.drill.errors import TimedOutError
from tierkeep.drill.isolated.preflight import Proof
from tierkeep.drill.makers import Progress
from tierkeep.drill.making import make_besides
from tierkeep.drill.measure import Conclusion, Objective, Phase, Reason, conclude
from tierkeep.drill.record import Made
from tierkeep.drill.restorers.base import Bench, Choice, Restorer
from tierkeep.drill.scope import Scope
from tierkeep.drill.stores import Store

RESTORE = 1
"""The number of the request that restores; what the checks make besides comes after."""


@dataclass(kw_only=True)
class Run:
    """The explicit context that every stage is handed. Stages fill in the lower half, in their order."""

    drill_id: str
    scope: Scope
    restorer: Restorer
    hands: Hands
    store: Store
    initiator: str
    started: datetime
    tags: dict[str, str]
    held: ExitStack
    """What is given up when the drill ends: the lock on the resource."""
    drawn: Mapping[str, Any] | None = None
    """How a scenario came to drill this resource: its run, its population, its sample and seed."""

    choice: Choice | None = None
    proof: Proof | None = None
    """That the network to restore into leads nowhere; None where none is needed."""
    plan_digest: str | None = None
    requested: float | None = None
    """The monotonic instant of the restore request, in seconds."""
    requested_at: datetime | None = None
    progress: Progress | None = None
    """How far the restore has come."""
    arn: str | None = None
    """Of what was restored, once that is known and visible."""
    checks: dict[Rung, tuple[Check, ...]] = field(default_factory=dict)
    checked: dict[Rung, float] = field(default_factory=dict)
    """The monotonic instant at which the last check of each rung was done, in seconds."""
    checked_at: datetime | None = None
    data_of: datetime | None = None
    """When the restored data says that it was written, where an assertion found that."""
    passed_over: tuple[str, ...] = ()
    """Assertions that turned out not to concern the resource."""
    removal: Removal | None = None
    phases: list[Phase] = field(default_factory=list)
    problems: list[Reason] = field(default_factory=list)
    interrupted: bool = False
    teardown_problem: str | None = None

    def chosen(self) -> Choice:
        """The choice of the first stage; a stage that asks for it earlier is a mistake in the stage list."""
        if self.choice is None:
            raise RuntimeError("a stage that needs the choice ran before the stage that makes it")
        return self.choice

    def restored(self) -> str:
        """The ARN of what was restored; a stage that asks for it earlier is a mistake in the stage list."""
        if self.arn is None:
            raise RuntimeError("a stage that needs what was restored ran before the stage that awaits it")
        return self.arn

    def things(self) -> tuple[Made, ...]:
        """What the drill made, by its journal: the teardown may have been first to learn of it."""
        return current(self.hands).things

    def handle(self) -> str | None:
        """By what AWS knows the restore: the id of its job, where there is one."""
        makings = current(self.hands).makings
        return makings[0].handle if makings else None

    def seconds_left(self) -> float:
        """Of the time that the whole restore may take. Raises `TimedOutError` if none is left."""
        if self.requested is None:
            raise RuntimeError("a stage that waits for the restore ran before the stage that asks for it")
        left = self.requested + self.hands.limits.restore - self.hands.waiter.clock.monotonic()
        if left <= 0:
            raise TimedOutError(f"the restore was not ready within {self.hands.limits.restore:.0f} s")
        return left

    def bench(self) -> Bench:
        """What the checks work with."""
        return Bench(
            session=self.hands.session,
            scope=self.scope,
            choice=self.chosen(),
            arn=self.restored(),
            drill_id=self.drill_id,
            tags=self.tags,
            seed=self.drill_id,
            now=self.hands.waiter.clock.now(),
            waiter=self.hands.waiter,
            seconds=self.hands.limits.reading,
            note=self.hands.journal.append,
            make=lambda maker, kind, request: make_besides(self.hands, maker, kind, request),
        )

    def all_checks(self) -> tuple[Check, ...]:
        """The checks that were made; those that the drill never came to are UNKNOWN."""
        cause = self.problems[0].text if self.problems else "the drill has not come to its checks"
        return tuple(
            check
            for sheet in (*self.restorer.sheets(self.scope), *asserting.sheets(self.scope))
            for check in self._made(sheet, cause)
        )

    def _made(self, sheet: Sheet, cause: str) -> tuple[Check, ...]:
        made = self.checks.get(sheet.rung)
        return made if made is not None else sheet.not_run(f"not run: {cause}")

    def climbed(self) -> Rung | None:
        """How far up the ladder the drill came."""
        return climbed(self.all_checks())

    def seconds_to(self, rung: Rung) -> float | None:
        """From the request to the last check of a rung, if it was come to."""
        done = self.checked.get(rung)
        return None if done is None or self.requested is None else done - self.requested

    def objectives(self) -> tuple[Objective, ...]:
        """RTO and RPO as measured so far, and RPO by the data where an assertion found its time."""
        asked = (self.progress.created if self.progress else None) or self.requested_at
        age = None
        if asked is not None and self.choice is not None:
            age = (asked - self.choice.newest).total_seconds()
        return (
            Objective(
                name="RTO",
                definition=f"from the restore request until the last check {_until(self.scope.requires)} was "
                "done, by this machine's monotonic clock; what came after is told apart",
                objective_class=self.scope.recovery_time_class,
                objective_minutes=self.scope.recovery_time_minutes,
                actual_seconds=self.seconds_to(self.scope.requires),
            ),
            Objective(
                name="RPO",
                definition="age of the newest point of the resource when the restore was asked for, whichever"
                " was restored, by the clock of AWS where it dates the restore",
                objective_class=self.scope.recovery_point_class,
                objective_minutes=self.scope.recovery_point_minutes,
                actual_seconds=age,
            ),
            *self._by_the_data(age),
        )

    def _by_the_data(self, age: float | None) -> tuple[Objective, ...]:
        """What a recovery from the newest point would really lose: its age, and by how much the data in the
        point that was restored is older than that point."""
        if self.data_of is None or self.choice is None or age is None:
            return ()
        lag = (self.choice.point.created - self.data_of).total_seconds()
        return (
            Objective(
                name="RPO by the data",
                definition="age of the newest point, and by how much the oldest canary that was found in the "
                "restored data is older than the point that it was found in",
                objective_class=self.scope.recovery_point_class,
                objective_minutes=self.scope.recovery_point_minutes,
                actual_seconds=age + lag,
            ),
        )

    def conclusion(self) -> Conclusion:
        """What the drill amounts to, as far as it has come."""
        return conclude(
            problems=self.problems,
            checks=self.all_checks(),
            objectives=self.objectives(),
            requires=self.scope.requires,
        )


def _until(rung: Rung) -> str:
    return "from outside" if rung is Rung.RESTORED else f"of the rung {rung.value}"
