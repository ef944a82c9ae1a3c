"""Removing what a drill made, from nothing but its journal and AWS.

The drill's own teardown and `tierkeep drill sweep` are this same code, so that what a crash leaves is removed
by the rules that every drill ends with (docs/adr/0005-drill-journal-and-sweep.md). It knows no type: what was
made is removed in the reverse order of its making, each by its kind.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tierkeep.aws import AwsError
from tierkeep.drill.effects import Hands
from tierkeep.drill.errors import (
    CannotVerifyError,
    DrillError,
    FencedError,
    InterruptedDrillError,
    JournalDamagedError,
    NotOursError,
)
from tierkeep.drill.guard import DRILL_TAG, why_not_claim, why_not_delete
from tierkeep.drill.identify import identify
from tierkeep.drill.kinds import kind_named
from tierkeep.drill.makers import Progress, maker_named
from tierkeep.drill.record import Made, Making, Record, read_record
from tierkeep.drill.thing import Thing


@dataclass(frozen=True, kw_only=True, slots=True)
class Removal:
    """That nothing is left of a drill, and how that is known."""

    things: tuple[Made, ...]
    how: str


def current(hands: Hands) -> Record:
    """The drill's state according to its journal. Raises `JournalDamagedError` if it never started."""
    record = read_record(hands.journal.entries)
    if record is None:
        raise JournalDamagedError(f"{hands.journal.name}: the journal is empty")
    return record


def tear_down(hands: Hands, *, foreign: frozenset[str] = frozenset()) -> None:
    """Delete what the drill made, the last first, wherever the guard lets it through.

    What cannot be deleted does not keep the rest. `foreign` are handles known to be other drills'. Raises
    `NotOursError` if a thing must not be deleted, another `CannotVerifyError` if it cannot be found out what
    was made, and `AwsError`; several of them as one `CannotVerifyError`.
    """
    if current(hands).nothing_left is not None:
        return
    steps: list[Callable[[], None]] = [
        lambda making=making: _remove_made(hands, making, foreign)  # type: ignore[misc]
        for making in reversed(current(hands).makings)
    ]
    _all_of(steps)


def _remove_made(hands: Hands, making: Making, foreign: frozenset[str]) -> None:
    wholes = [thing for thing in _made(hands, making, foreign) if thing.kind == making.kind]
    _all_of([lambda whole=whole: _remove_whole(hands, making, whole) for whole in reversed(wholes)])  # type: ignore[misc]


def _remove_whole(hands: Hands, making: Making, whole: Made) -> None:
    """A thing, and then what was made together with it: until it is gone, that is in its use."""
    _remove(hands, whole)
    parts = [thing for thing in current(hands).made_by(making) if thing.kind != making.kind]
    if parts:
        kind = kind_named(whole.kind)
        hands.waiter.until(
            lambda: kind.read(hands.session, whole.arn),
            lambda thing: thing is None or thing.state in kind.ended,
            timeout_seconds=hands.limits.gone,
            what=f"{kind.noun} {whole.arn} gone",
        )
    _all_of([lambda part=part: _remove_part(hands, part) for part in reversed(parts)])  # type: ignore[misc]


def _remove_part(hands: Hands, part: Made) -> None:
    kind = kind_named(part.kind)
    hands.waiter.until(
        lambda: kind.read(hands.session, part.arn),
        lambda thing: thing is None or not thing.users,
        timeout_seconds=hands.limits.gone,
        what=f"{kind.noun} {part.arn} in nobody's use",
    )
    _remove(hands, part)


def _all_of(steps: list[Callable[[], None]]) -> None:
    """Every step, whatever becomes of the others; what went wrong is raised at the end."""
    wrong: list[DrillError | AwsError] = []
    for step in steps:
        try:
            step()
        except (InterruptedDrillError, FencedError):
            raise
        except (DrillError, AwsError) as error:
            wrong.append(error)
    if len(wrong) == 1:
        raise wrong[0]
    if wrong:
        raise CannotVerifyError("; ".join(str(each) for each in wrong))


def _remove(hands: Hands, made: Made) -> None:
    if made.gone is not None:
        return
    record, kind = current(hands), kind_named(made.kind)
    thing = settled(hands, made)
    if thing is None or thing.state in kind.ending:
        return
    if not made.tagged and thing.tag(DRILL_TAG) is None:
        thing = claim(hands, made, thing)
    thing = _with_parts(hands, record, made, thing)
    emptied = _emptied(hands, record, thing)
    if emptied is None:
        return
    _require_ours(hands, record, made, emptied)
    hands.say(f"deleting {emptied.name}")
    hands.delete(made.kind, made.arn, may_still=lambda: _still_ours(hands, record, made))


def _require_ours(hands: Hands, record: Record, made: Made, thing: Thing) -> None:
    """Raises `NotOursError`, journaled, if the guard does not let a thing through."""
    refusal = why_not_delete(thing, record.ownership(made))
    if refusal is not None:
        hands.journal.append("kept", kind=made.kind, arn=made.arn, reason=refusal)
        raise NotOursError(
            f"{kind_named(made.kind).noun} {thing.name} was not deleted: {refusal}. If it is not wanted, "
            f"delete it by hand; if it is, move {hands.journal.name} out of its folder, and no sweep "
            "will ask again"
        )


def _still_ours(hands: Hands, record: Record, made: Made) -> None:
    """The guard's question once more, of the thing as it is now: emptying one takes long enough for somebody
    to take its tag off. Raises `NotOursError`, and `AwsError`."""
    thing = kind_named(made.kind).read(hands.session, made.arn)
    if thing is not None:
        _require_ours(hands, record, made, thing)


def _emptied(hands: Hands, record: Record, thing: Thing) -> Thing | None:
    """The thing once AWS shows that what the drill has deleted within it is going; None if it is gone too."""
    deleted = {each.arn for each in record.things if each.delete_announced}
    if not deleted.intersection(thing.holders):
        return thing
    return hands.waiter.until(
        lambda: kind_named(thing.kind).read(hands.session, thing.arn),
        lambda found: found is None or not deleted.intersection(found.holders),
        timeout_seconds=hands.limits.visible,
        what=f"what was deleted within {thing.arn} going",
    )


def confirm_gone(hands: Hands) -> Removal:
    """Wait until AWS says that nothing exists of what was made. Raises `TimedOutError` and `AwsError`."""
    record = current(hands)
    for making in record.makings:
        if making.nothing is None and not record.made_by(making):
            raise CannotVerifyError(
                f"the journal of {record.drill_id} names nothing that its {making.maker} made; run "
                "`tierkeep drill sweep`"
            )
    for thing in reversed(record.things):
        if thing.gone is None:
            _confirm(hands, record, thing)
    record = current(hands)
    return Removal(things=record.things, how=str(record.nothing_left))


def _confirm(hands: Hands, record: Record, made: Made) -> None:
    kind = kind_named(made.kind)
    name = f"{kind.noun} {made.arn.rpartition('/')[2]}"
    hands.waiter.until(
        lambda: kind.read(hands.session, made.arn),
        lambda thing: thing is None or thing.state in kind.ended,
        timeout_seconds=hands.limits.gone,
        what=f"{name} gone",
    )
    part = made.kind != record.making(made.making).kind
    otherwise = "gone with what it was part of" if part else "deleted by somebody else"
    who = "deleted by the drill" if made.delete_announced else otherwise
    how = f"{who}; {kind.calls.read[0]} in {record.place.unit} knows no {name}"
    hands.journal.append("gone", kind=made.kind, arn=made.arn, how=how)


def _made(hands: Hands, making: Making, foreign: frozenset[str]) -> tuple[Made, ...]:
    """What a request made; nothing, journaled, if it made nothing."""
    known = current(hands).made_by(making)
    if making.nothing is None and not (known and all(each.tagged for each in known)):
        _find_out(hands, making, foreign)
    _note_twins(hands, making, foreign)
    return current(hands).made_by(making)


def _find_out(hands: Hands, making: Making, foreign: frozenset[str]) -> None:
    """Journal what a request made, or that it made nothing."""
    record = current(hands)
    handle = making.handle or identify(hands, record, making, foreign=foreign)
    if handle is None:
        return
    progress = wait_for(hands, making, handle, timeout_seconds=hands.limits.job)
    if progress.restored_from is not None and progress.restored_from not in record.sources:
        raise NotOursError(
            f"{progress.text}, and it restored {progress.restored_from}, of which the journal of "
            f"{record.drill_id} does not say that it is the drill's; nothing was touched"
        )
    if progress.arn is not None:
        note_made(hands, making, progress.arn)
        return
    if not progress.failed:
        raise CannotVerifyError(f"{progress.text}, but AWS names nothing that it made")
    reason = f"{progress.text}, and it made nothing"
    hands.journal.append("nothing-made", making=making.number, reason=reason)


def _note_twins(hands: Hands, making: Making, foreign: frozenset[str]) -> None:
    """A request without a token may have been sent twice on its way, and have made two: both are ours."""
    maker = maker_named(making.maker)
    if maker.confirmed_by_repeating or not current(hands).made_by(making):
        return
    for each in maker.candidates(hands.session, making, foreign):
        note_made(hands, making, each.handle)


def note_parts(hands: Hands, making: Making, arn: str) -> tuple[Made, ...]:
    """Journal what was made together with a thing, unless that is done; all of it. Raises `AwsError`."""
    for kind, part in kind_named(making.kind).parts(hands.session, arn):
        if not note_made(hands, making, part, kind=kind).seen:
            hands.journal.append("seen", kind=kind, arn=part)
    return tuple(thing for thing in current(hands).made_by(making) if thing.kind != making.kind)


def note_made(hands: Hands, making: Making, arn: str, *, kind: str | None = None) -> Made:
    """Journal a thing that a request made, unless that is done; the thing."""
    record = current(hands)
    if all(thing.arn != arn for thing in record.made_by(making)):
        hands.journal.append(
            "made",
            making=making.number,
            kind=kind or making.kind,
            arn=arn,
            tagged_at_birth=maker_named(making.maker).tags_at_birth,
        )
        record = current(hands)
    return record.made(arn)


def wait_for(hands: Hands, making: Making, handle: str, *, timeout_seconds: float) -> Progress:
    """How a request ended. Raises `TimedOutError` and `AwsError`."""
    maker = maker_named(making.maker)
    return hands.waiter.until(
        lambda: maker.progress(hands.session, making, handle),
        lambda progress: progress.ended,
        timeout_seconds=timeout_seconds,
        what=f"{maker.name} {handle} ended",
        waiting=lambda progress: hands.say(progress.text),
    )


def settled(hands: Hands, made: Made) -> Thing | None:
    """The thing, once it is no longer being made, or None if there is none.

    AWS's answers lag: a thing that nobody has seen yet gets some time to show up.
    """
    kind = kind_named(made.kind)
    if not made.seen:
        deadline = hands.waiter.clock.monotonic() + hands.limits.visible
        first = hands.waiter.until(
            lambda: kind.read(hands.session, made.arn),
            lambda thing: thing is not None or hands.waiter.clock.monotonic() >= deadline,
            timeout_seconds=hands.limits.visible,
            what=f"{made.arn} visible",
        )
        if first is None:
            return None
        hands.journal.append("seen", kind=made.kind, arn=made.arn)
    return hands.waiter.until(
        lambda: kind.read(hands.session, made.arn),
        lambda thing: thing is None or thing.state not in kind.pending,
        timeout_seconds=hands.limits.job,
        what=f"{made.arn} made",
    )


def claim(hands: Hands, made: Made, thing: Thing) -> Thing:
    """Tag a thing that our own request made without tags; the thing as it is then.

    Raises `NotOursError` if it cannot be what that made, such as what was backed up: nothing else is ever
    tagged either.
    """
    refusal = why_not_claim(thing, current(hands).ownership(made))
    if refusal is not None:
        raise NotOursError(f"{thing.kind} {thing.name} was left alone: {refusal}")
    return _put_tags(hands, made)


def claim_parts(hands: Hands, making: Making, arn: str) -> None:
    """Note what was made together with a thing, and tag what has no tag yet. Raises as `claim` does."""
    for part in note_parts(hands, making, arn):
        found = None if part.tagged else kind_named(part.kind).read(hands.session, part.arn)
        if found is not None and found.tag(DRILL_TAG) is None:
            claim(hands, part, found)


def _with_parts(hands: Hands, record: Record, made: Made, thing: Thing) -> Thing:
    """A thing as it is once its parts are noted and tagged."""
    kind, making = kind_named(made.kind), record.making(made.making)
    if not kind.part_kinds or made.kind != making.kind:
        return thing
    claim_parts(hands, making, made.arn)
    shown = kind.read(hands.session, made.arn)
    if shown is None:
        raise CannotVerifyError(f"{made.arn} vanished while it was looked at")
    return shown


def _put_tags(hands: Hands, made: Made) -> Thing:
    """Tag a thing, and wait until its tag can be read; the thing as it is then."""
    record, kind = current(hands), kind_named(made.kind)
    hands.tag(record, made.kind, made.arn)
    shown = hands.waiter.until(
        lambda: kind.read(hands.session, made.arn),
        lambda thing: thing is not None and thing.tag(DRILL_TAG) == record.drill_id,
        timeout_seconds=hands.limits.visible,
        what=f"tag {DRILL_TAG} of {made.arn} visible",
    )
    if shown is None:
        raise CannotVerifyError(f"{made.arn} vanished while it was being tagged")
    return shown
