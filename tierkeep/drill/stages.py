"""The stages of a drill: one list, which the runner runs and the plan explains, whatever is drilled.

A stage names the changes (`effects`) that it announces in the journal; the tests kill a drill at each stage's
edges and around each effect, and take both from here.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tierkeep.drill import evidence
from tierkeep.drill.assertions import asserting
from tierkeep.drill.checks import Rung
from tierkeep.drill.cleanup import claim_parts, confirm_gone, current, tear_down
from tierkeep.drill.effects import Limits
from tierkeep.drill.guard import DRILL_TAG
from tierkeep.drill.isolated import preflight
from tierkeep.drill.kinds import kind_named
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
    calls_in: Callable[[Restorer, Scope], tuple[str, ...]] = lambda *_: ()
    """Those that it makes only in some scopes."""
    effects: Callable[[Restorer], tuple[str, ...]] = lambda _: ()
    """What it changes in AWS, each announced in the journal first."""
    cleans_up: bool = False
    """It runs whatever happened before it."""


def _choose(run: Run) -> None:
    choice = run.restorer.choose(run.hands.session, run.scope)
    lock = run.store.exclusive(
        resource_arn=choice.point.resource_arn, drill_id=run.drill_id, clock=run.hands.waiter.clock
    )
    run.held.enter_context(lock)
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


def _isolate(run: Run) -> None:
    if not run.restorer.networked:
        return
    run.proof = preflight.prove(run.hands.session, run.scope)
    preflight.require(run.proof)
    run.hands.say("the network leads nowhere")


def _explain_isolate(plan: Plan) -> str:
    if not plan.restorer.networked:
        return f"nothing to prove: no {plan.noun} needs a network"
    isolation = preflight.where(plan.scope)
    return (
        f"of {', '.join(isolation.subnet_ids)} and {isolation.security_group_id}: routes, peering, "
        "endpoints, rules, neighbours; where one leads out, or cannot be read, nothing is restored"
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
    claim_parts(run.hands, making, run.restored())


def _tagging_parts(restorer: Restorer) -> tuple[str, ...]:
    if maker_named(restorer.maker).tags_at_birth:
        return ()
    return tuple(f"{TAG} {kind}" for kind in kind_named(restorer.kind).part_kinds)


def _calls_for_parts(restorer: Restorer) -> tuple[str, ...]:
    parts = [kind_named(kind).calls for kind in kind_named(restorer.kind).part_kinds]
    tagging = [call for each in parts for call in each.tag] if _tagging_parts(restorer) else []
    return (*(call for each in parts for call in each.read), *tagging)


def _explain_wait(plan: Plan) -> str:
    longest = duration(plan.limits.restore)
    until = f"until the restore has ended and the {plan.noun} is no longer being made, {longest} at most"
    parts = ", ".join(f"each {kind_named(kind).noun}" for kind in kind_named(plan.restorer.kind).part_kinds)
    if not parts:
        return until
    how = "" if maker_named(plan.restorer.maker).tags_at_birth else f", and gets {_TAGS}"
    return f"{until}; {parts} that was made with it is journaled{how}"


def _check(run: Run) -> None:
    run.checks[Rung.RESTORED] = run.restorer.check(run.bench())
    _note_checked(run, Rung.RESTORED)


def _read(run: Run) -> None:
    run.checks[Rung.READABLE] = run.restorer.read(run.bench())
    _note_checked(run, Rung.READABLE)


def _assert(run: Run) -> None:
    sheets = asserting.sheets(run.scope)
    if not sheets:
        return
    asserted = asserting.hold(run.restorer, run.bench())
    run.data_of, run.passed_over = asserted.data_of, asserted.passed_over
    for sheet in sheets:
        run.checks[sheet.rung] = tuple(each for each in asserted.checks if each.rung is sheet.rung)
        _note_checked(run, sheet.rung)


def _note_checked(run: Run, rung: Rung) -> None:
    run.checked[rung] = run.hands.waiter.clock.monotonic()
    run.checked_at = run.hands.waiter.clock.now()


def _explain_read(plan: Plan) -> str:
    longest = duration(plan.limits.reading)
    return f"{plan.restorer.explain_read(plan.scope, plan.choice)}; {longest} at most"


def _explain_assert(plan: Plan) -> str:
    longest = f"; {duration(plan.limits.reading)} at most" if plan.scope.assertions else ""
    return f"{asserting.explain(plan.scope)}{longest}"


def _making(made: tuple[tuple[str, str], ...]) -> tuple[str, ...]:
    return tuple(f"{MAKE} {kind}" for _, kind in made)


def _tear_down(run: Run) -> None:
    tear_down(run.hands)


def _confirm(run: Run) -> None:
    run.removal = confirm_gone(run.hands)


def _kinds(restorer: Restorer) -> tuple[str, ...]:
    """What it makes, the last first, and parts after what they are parts of."""
    besides = (*restorer.completing, *restorer.helpers)
    made = (*(kind for _, kind in reversed(besides)), restorer.kind)
    parts = () if maker_named(restorer.maker).parts_go_along else kind_named(restorer.kind).part_kinds
    return tuple(dict.fromkeys((*made, *parts)))


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
        name="isolate",
        title="Prove that the network leads nowhere",
        calls=lambda restorer: preflight.calls(restorer.resource_type) if restorer.networked else (),
        explain=_explain_isolate,
        act=_isolate,
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
            *_calls_for_parts(restorer),
        ),
        explain=_explain_wait,
        act=_wait,
        effects=_tagging_parts,
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
        name="assert",
        title="Hold it to the catalog's assertions",
        calls_in=asserting.calls,
        explain=_explain_assert,
        act=_assert,
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
