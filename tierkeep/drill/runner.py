"""Running a drill: the stages in order, the clean-up whatever happened, and the evidence of it all."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from tierkeep.aws import AwsError, UnitSession
from tierkeep.drill.clock import Clock, Waiter, never
from tierkeep.drill.effects import Hands, Limits, Observer, Say, unobserved
from tierkeep.drill.errors import DrillError, FencedError, InterruptedDrillError, Outcome
from tierkeep.drill.evidence import drill_tags, write_final
from tierkeep.drill.measure import Phase, Reason
from tierkeep.drill.plan import build_plan
from tierkeep.drill.record import JOURNAL_VERSION
from tierkeep.drill.restorers.registry import restorer_for
from tierkeep.drill.run import Run
from tierkeep.drill.scope import Scope
from tierkeep.drill.stages import STAGES, Stage
from tierkeep.drill.stores import Store

_SPARE = timedelta(hours=24)
"""How long after a drill's time-out its resources count as forgotten, for whoever reads their tag."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Around:
    """What surrounds a drill: time, who asks it to stop, and who is told."""

    clock: Clock
    stop: Callable[[], bool] = never
    """The drill has to stop and tear down."""
    stop_cleaning: Callable[[], bool] = never
    """The teardown too has to stop, and leave the rest to `sweep`."""
    begin_stage: Say = unobserved
    say: Say = unobserved
    observe: Observer = unobserved


def new_drill_id(now: datetime) -> str:
    """An id that sorts by time and that no other drill has; it also serves as the idempotency token."""
    return f"drill-{now:%Y%m%dT%H%M%SZ}-{secrets.token_hex(6)}"


def run_drill(
    scope: Scope,
    session: UnitSession,
    *,
    drill_id: str,
    limits: Limits,
    store: Store,
    around: Around,
    drawn: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Drill, tear down, and return the evidence as written.

    `drawn` says how a scenario came to this resource. What AWS refuses and what fails ends up in the
    evidence. Raises `AwsError` only if AWS does not say who is calling, before anything was done,
    `CannotVerifyError` if this version restores nothing of the kind, and OSError if journal or evidence
    cannot be written.
    """
    restorer = restorer_for(scope)
    initiator = session.call("sts", "get_caller_identity")["Arn"]
    around = replace(around, clock=store.clock(around.clock))
    journal = store.create(drill_id, clock=around.clock)
    with ExitStack() as held:
        held.callback(journal.close)
        hands = Hands(
            session=session,
            journal=journal,
            waiter=Waiter(clock=around.clock, stop=around.stop, beat=journal.beat),
            limits=limits,
            say=around.say,
            observe=around.observe,
        )
        now = around.clock.now()
        expires = now + timedelta(seconds=limits.restore) + _SPARE
        run = Run(
            drill_id=drill_id,
            scope=scope,
            restorer=restorer,
            hands=hands,
            store=store,
            initiator=initiator,
            started=now,
            tags=drill_tags(drill_id=drill_id, expires=expires, catalog=scope.catalog),
            held=held,
            drawn=drawn,
        )
        _start(run)
        try:
            _work(run, around)
        except (DrillError, AwsError) as error:
            run.interrupted = isinstance(error, InterruptedDrillError)
            run.problems.append(_reason(error))
        finally:
            _clean_up(run, around)
        return _conclude(run)


def _conclude(run: Run) -> dict[str, Any]:
    whole = write_final(run)
    if run.removal is not None:
        try:
            run.hands.journal.append("finished", outcome=whole["outcome"]["result"])
        except FencedError as error:
            # It hung for so long that somebody else has finished it: what it measured is no verdict.
            run.problems.append(_reason(error))
            return write_final(run)
    return whole


def _start(run: Run) -> None:
    scope = run.scope
    run.hands.journal.append(
        "started",
        journal_version=JOURNAL_VERSION,
        drill=run.drill_id,
        catalog=scope.catalog,
        tier=scope.tier,
        resource_type=scope.resource_type.value,
        method=scope.method.value,
        unit=str(scope.unit),
        account_id=scope.account_id,
        region=scope.unit.region,
        role_arn=scope.drill_role_arn,
        tags=run.tags,
    )


def _work(run: Run, around: Around) -> None:
    for stage in STAGES:
        if stage.cleans_up:
            continue
        run.hands.waiter.checkpoint()
        _perform(stage, run, around)
        if run.choice is not None and run.plan_digest is None:
            run.plan_digest = build_plan(run.restorer, run.scope, run.choice, run.hands.limits)["digest"]


def _clean_up(run: Run, around: Around) -> None:
    run.hands = replace(run.hands, waiter=replace(run.hands.waiter, stop=around.stop_cleaning))
    try:
        for stage in STAGES:
            if stage.cleans_up:
                _perform(stage, run, around)
    except (DrillError, AwsError) as error:
        run.teardown_problem = f"teardown not confirmed: {error}"
        run.problems.append(Reason(outcome=Outcome.COULD_NOT_VERIFY, text=run.teardown_problem))


def _perform(stage: Stage, run: Run, around: Around) -> None:
    around.observe(f"before {stage.name}")
    around.begin_stage(stage.title)
    began, began_at = around.clock.monotonic(), around.clock.now()
    ended_by: str | None = "an internal error"
    try:
        stage.act(run)
        ended_by = None
    except (DrillError, AwsError) as error:
        ended_by = str(error)
        raise
    finally:
        seconds = around.clock.monotonic() - began
        run.phases.append(
            Phase(stage=stage.name, title=stage.title, began=began_at, seconds=seconds, ended_by=ended_by)
        )
    around.observe(f"after {stage.name}")


def _reason(error: DrillError | AwsError) -> Reason:
    outcome = error.outcome if isinstance(error, DrillError) else Outcome.COULD_NOT_VERIFY
    return Reason(outcome=outcome, text=str(error))
