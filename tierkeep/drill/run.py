"""A drill under way: what it is about, what does its work, and what its stages have found so far."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from tierkeep.drill.checks import Check, not_run
from tierkeep.drill.cleanup import Removal, current
from tierkeep.drill.ebs import Choice, RestoreJob
from tierkeep.drill.effects import Hands
from tierkeep.drill.errors import TimedOutError
from tierkeep.drill.measure import Conclusion, Objective, Phase, Reason, conclude
from tierkeep.drill.scope import Scope


@dataclass(kw_only=True)
class Run:
    """The explicit context that every stage is handed. Stages fill in the lower half, in their order."""

    drill_id: str
    scope: Scope
    hands: Hands
    evidence_directory: Path
    initiator: str
    started: datetime
    tags: dict[str, str]
    held: ExitStack
    """What is given up when the drill ends: the lock on the resource."""

    choice: Choice | None = None
    plan_digest: str | None = None
    requested: float | None = None
    """The monotonic instant of the restore request, in seconds."""
    requested_at: datetime | None = None
    job: RestoreJob | None = None
    volume_id: str | None = None
    checks: tuple[Check, ...] = ()
    checked: float | None = None
    """The monotonic instant at which the last check was done, in seconds."""
    checked_at: datetime | None = None
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

    def made_volume_id(self) -> str | None:
        """The volume that the drill made, by its journal: the teardown may have been first to learn of it."""
        return current(self.hands).volume_id

    def seconds_left(self) -> float:
        """Of the time that the whole restore may take. Raises `TimedOutError` if none is left."""
        if self.requested is None:
            raise RuntimeError("a stage that waits for the restore ran before the stage that asks for it")
        left = self.requested + self.hands.limits.restore - self.hands.waiter.clock.monotonic()
        if left <= 0:
            raise TimedOutError(f"the restore was not ready within {self.hands.limits.restore:.0f} s")
        return left

    def all_checks(self) -> tuple[Check, ...]:
        """The checks that were made, or each as UNKNOWN if the drill never came to them."""
        if self.checks:
            return self.checks
        cause = self.problems[0].text if self.problems else "the drill has not come to its checks"
        return not_run(f"not run: {cause}", customer_managed_key=self.scope.customer_managed_key)

    def objectives(self) -> tuple[Objective, Objective]:
        """RTO and RPO as measured so far."""
        taken = None if self.requested is None or self.checked is None else self.checked - self.requested
        age = None
        if self.job is not None and self.choice is not None:
            age = (self.job.created - self.choice.point.created).total_seconds()
        return (
            Objective(
                name="RTO",
                definition="from the restore request until the last check was done, by this machine's "
                "monotonic clock",
                objective_class=self.scope.recovery_time_class,
                objective_minutes=self.scope.recovery_time_minutes,
                actual_seconds=taken,
            ),
            Objective(
                name="RPO",
                definition="age of the newest recovery point when the restore was asked for: creation of the "
                "restore job less creation of the recovery point, both by the clock of AWS Backup",
                objective_class=self.scope.recovery_point_class,
                objective_minutes=self.scope.recovery_point_minutes,
                actual_seconds=age,
            ),
        )

    def conclusion(self) -> Conclusion:
        """What the drill amounts to, as far as it has come."""
        return conclude(problems=self.problems, checks=self.all_checks(), objectives=self.objectives())
