"""The stages of a drill: one list, which the runner runs and the plan explains, whatever is drilled.

A stage names the changes (`effects`) that it announces in the journal; the tests kill a drill at each stage's
edges and around each effect, and take both from here.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tierkeep.drill import evidence
from tierkeep.drill.checks import Rung
from tierkeep.drill.cleanup import confirm_gone, current, tear_down
from tierkeep.drill.effects import Limits
from tierkeep.drill.guard import DRILL_TAG
from tierkeep.drill.kinds import kind_named
from tierkeep.drill.locks import exclusive
from tierkeep.drill.makers import maker_named
from tierkeep.drill.making import await_ended, await_named, await_ready, take_over
from tierkeep.drill.measure import duration
from tierkeep.drill.record import DELETE, MAKE, TAG
from tierkeep.drill.restorers.base import Choice, Restorer
from tierkeep.drill.run import RESTORE, Run
from tierkeep.drill.scope import Scope


@dataclass(frozen=True, kw_only=True, slots=True)
class Plan:
    """What a stage explains itself with."""

    restorer: Restorer
    scope: Scope
    choice: Choice
    limits: Limits

    @property
    def noun(self) -> str:
        """What is restored, as people say it."""
        return kind_named(self.restorer.kind).noun


@dataclass(frozen=True, kw_only=True, slots=True)
class Stage:
    """One step of a drill."""

    name: str
    title: str
    explain: Callable[[Plan], str]
    """What it would do, for `tierkeep drill plan`."""
    act: Callable[[Run], None]
    calls: Callable[[Restorer], tuple[str, ...]] = lambda _: ()
    """The API calls that it makes, as `service:Operation`."""
    effects: Callable[[Restorer], tuple[str, ...]] = lambda _: ()
    """What it changes in AWS, each announced in the journal first."""
    cleans_up: bool = False
    """It runs whatever happened before it."""


def _choose(run: Run) -> None:
    choice = run.restorer.choose(run.hands.session, run.scope)
    locks = run.hands.journal.path.parent / "locks"
    run.held.enter_context(exclusive(locks, resource_arn=choice.point.resource_arn, drill_id=run.drill_id))
    run.choice = choice
    run.hands.journal.append(
        "chosen",
        restorer=run.restorer.title,
        wish=choice.wish,
        point_arn=choice.point.arn,
        point_created=choice.point.created.isoformat(),
        source_arn=choice.point.resource_arn,
    )
    run.hands.say(f"chose {choice.point.arn} of {choice.point.created.isoformat()}")


def _explain_choose(plan: Plan) -> str:
    choice, scope = plan.choice, plan.scope
    where = f" in vault {scope.vault_name}" if scope.vault_name else ""
    among = f"of {choice.out_of} completed{where}" if choice.out_of is not None else "of any moment"
    return (
        f"{scope.point.in_words()} {among}: {choice.point.arn}, "
        f"of {choice.point.created.isoformat()}, made of {choice.point.resource_arn}"
    )


def _restore(run: Run) -> None:
    request = run.restorer.request(run.scope, run.chosen(), drill_id=run.drill_id, tags=run.tags)
    run.requested = run.hands.waiter.clock.monotonic()
    run.requested_at = run.hands.waiter.clock.now()
    handle = run.hands.make(number=RESTORE, maker=run.restorer.maker, kind=run.restorer.kind, request=request)
    run.hands.say(f"restore started: {handle}")


def _tag(run: Run) -> None:
    making = current(run.hands).making(RESTORE)
    run.progress = await_named(run.hands, making, timeout_seconds=run.seconds_left())
    made = take_over(run.hands, making, str(run.progress.arn), timeout_seconds=run.seconds_left())
    run.arn = made.arn
    run.hands.say(f"{made.arn} carries the drill's tags")


def _tagging(restorer: Restorer) -> tuple[str, ...]:
    return () if maker_named(restorer.maker).tags_at_birth else (f"{TAG} {restorer.kind}",)


def _explain_tag(plan: Plan) -> str:
    if maker_named(plan.restorer.maker).tags_at_birth:
        return f"as soon as it shows, with the tags that it was made with, {_TAGS}"
    return f"as soon as AWS names it: {_TAGS}"


_TAGS = f"{DRILL_TAG} with the drill's id, its expiry, the catalog"


def _wait(run: Run) -> None:
    making, kind = current(run.hands).making(RESTORE), kind_named(run.restorer.kind)
    run.progress = await_ended(run.hands, making, timeout_seconds=run.seconds_left())
    await_ready(run.hands, kind, run.restored(), timeout_seconds=run.seconds_left())


def _explain_wait(plan: Plan) -> str:
    longest = duration(plan.limits.restore)
    return f"until the restore has ended and the {plan.noun} is no longer being made, {longest} at most"


def _check(run: Run) -> None:
    run.checks[Rung.RESTORED] = run.restorer.check(run.bench())
    _note_checked(run, Rung.RESTORED)


def _read(run: Run) -> None:
    run.checks[Rung.READABLE] = run.restorer.read(run.bench())
    _note_checked(run, Rung.READABLE)


def _note_checked(run: Run, rung: Rung) -> None:
    run.checked[rung] = run.hands.waiter.clock.monotonic()
    run.checked_at = run.hands.waiter.clock.now()


def _explain_read(plan: Plan) -> str:
    longest = duration(plan.limits.reading)
    return f"{plan.restorer.explain_read(plan.scope, plan.choice)}; {longest} at most"


def _making(made: tuple[tuple[str, str], ...]) -> tuple[str, ...]:
    return tuple(f"{MAKE} {kind}" for _, kind in made)


def _tear_down(run: Run) -> None:
    tear_down(run.hands)


def _confirm(run: Run) -> None:
    run.removal = confirm_gone(run.hands)


def _kinds(restorer: Restorer) -> tuple[str, ...]:
    """What it makes, the last first."""
    besides = (*restorer.completing, *restorer.helpers)
    return (*(kind for _, kind in reversed(besides)), restorer.kind)


def _reads(restorer: Restorer) -> tuple[str, ...]:
    return tuple(dict.fromkeys(call for kind in _kinds(restorer) for call in kind_named(kind).calls.read))


def _deletes(restorer: Restorer) -> tuple[str, ...]:
    return tuple(call for kind in _kinds(restorer) for call in kind_named(kind).calls.delete)


STAGES: tuple[Stage, ...] = (
    Stage(
        name="choose",
        title="Choose what to restore",
        calls=lambda restorer: restorer.choosing_calls,
        explain=_explain_choose,
        act=_choose,
    ),
    Stage(
        name="restore",
        title="Ask for the restore",
        calls=lambda restorer: maker_named(restorer.maker).calls[:1],
        explain=lambda plan: plan.restorer.explain_restore(plan.scope, plan.choice),
        act=_restore,
        effects=lambda restorer: (f"{MAKE} {restorer.kind}",),
    ),
    Stage(
        name="tag",
        title="Await it, and see to its tags",
        calls=lambda restorer: (
            *maker_named(restorer.maker).calls[1:],
            *kind_named(restorer.kind).calls.read,
            *(kind_named(restorer.kind).calls.tag if _tagging(restorer) else ()),
        ),
        explain=_explain_tag,
        act=_tag,
        effects=_tagging,
    ),
    Stage(
        name="wait",
        title="Wait until it is ready",
        calls=lambda restorer: (
            *maker_named(restorer.maker).calls[1:],
            *kind_named(restorer.kind).calls.read,
        ),
        explain=_explain_wait,
        act=_wait,
    ),
    Stage(
        name="check",
        title="Check it from outside",
        calls=lambda restorer: restorer.checking_calls,
        explain=lambda plan: plan.restorer.explain_check(plan.scope, plan.choice),
        act=_check,
        effects=lambda restorer: _making(restorer.completing),
    ),
    Stage(
        name="read",
        title="Read what it holds",
        calls=lambda restorer: restorer.reading_calls,
        explain=_explain_read,
        act=_read,
        effects=lambda restorer: _making(restorer.helpers),
    ),
    Stage(
        name="evidence",
        title="Write the evidence",
        explain=lambda _: (
            "RTO and RPO against their objectives; written before the teardown and again after it"
        ),
        act=evidence.write_interim,
    ),
    Stage(
        name="tear-down",
        title="Delete what was made",
        calls=lambda restorer: (*_reads(restorer), *_deletes(restorer)),
        explain=lambda _: (
            "the last made first, and only what is the journal's, still carries the drill's tag and "
            "is in nobody's use"
        ),
        act=_tear_down,
        effects=lambda restorer: tuple(f"{DELETE} {kind}" for kind in _kinds(restorer)),
        cleans_up=True,
    ),
    Stage(
        name="confirm",
        title="Confirm that it is gone",
        calls=_reads,
        explain=lambda plan: f"until AWS knows nothing of it any more, {duration(plan.limits.gone)} at most",
        act=_confirm,
        cleans_up=True,
    ),
)
"""What a drill does, in order."""
