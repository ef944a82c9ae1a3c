"""Finishing what drills left that were killed: each unfinished journal is brought to its end.

Nothing is looked for by its tag or its looks. What a journal says that its drill made is removed under the
rules of every teardown; all else is left alone.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from tierkeep.aws import AwsError, UnitSession, WrongAccountError
from tierkeep.drill.cleanup import confirm_gone, tear_down
from tierkeep.drill.clock import Clock, Waiter
from tierkeep.drill.effects import Hands, Limits, Observer, Say, unobserved
from tierkeep.drill.errors import BusyError, DrillError, FencedError, JournalDamagedError
from tierkeep.drill.guard import why_not_delete
from tierkeep.drill.journal import Journal
from tierkeep.drill.kinds import kind_named
from tierkeep.drill.measure import duration
from tierkeep.drill.record import Made, Making, Place, Record, read_record
from tierkeep.drill.stores import LEASE_SECONDS, Store


class Fate(StrEnum):
    """What a sweep did about one journal."""

    NOTHING_LEFT = "nothing-left"
    REMOVED = "removed"
    WOULD_REMOVE = "would-remove"
    RUNNING = "running"
    COULD_NOT_TELL = "could-not-tell"


@dataclass(frozen=True, kw_only=True, slots=True)
class Swept:
    """One unfinished journal and what became of it."""

    drill_id: str
    unit: str | None
    fate: Fate
    things: tuple[str, ...]
    """ARNs of what its drill made, as far as its journal knows."""
    detail: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Broom:
    """What a sweep needs: time, a way to open sessions, its limits, and who is told."""

    clock: Clock
    open_session: Callable[[Place, str], UnitSession]
    """A session in a place, for the drill of that id. Raises `AwsError` and `WrongAccountError`."""
    limits: Limits
    say: Say = unobserved
    observe: Observer = unobserved


def unfinished(store: Store) -> tuple[str, ...]:
    """The drills whose journal did not come to its end, oldest first, running ones among them.

    A journal that cannot be read counts as unfinished.
    """
    return tuple(drill_id for drill_id in store.drill_ids() if not _finished(store, drill_id))


def left_behind(store: Store, *, unit: str) -> tuple[str, ...]:
    """Ids of the drills of a unit that ended without finishing, and that no process works on any more."""
    return tuple(
        drill_id
        for drill_id in unfinished(store)
        if not _is_held(store, drill_id) and _unit_of(store, drill_id) in (unit, None)
    )


def sweep(store: Store, broom: Broom, *, only: Collection[str] | None = None) -> tuple[Swept, ...]:
    """Bring every unfinished journal of a store to its end, or `only` those of the drills of these ids.

    Raises OSError if one cannot be written.
    """
    broom = replace(broom, clock=store.clock(broom.clock))
    handles = _handles_by_drill(store)
    return tuple(
        _sweep_one(store, drill_id, broom, handles)
        for drill_id in unfinished(store)
        if only is None or drill_id in only
    )


def preview(store: Store, broom: Broom) -> tuple[Swept, ...]:
    """What `sweep` would do. Reads AWS and the journals, and changes neither."""
    return tuple(_preview_one(store, drill_id, broom) for drill_id in unfinished(store))


def _sweep_one(store: Store, drill_id: str, broom: Broom, handles: Mapping[str, frozenset[str]]) -> Swept:
    try:
        journal = _take_over(store, drill_id, broom)
    except BusyError as error:
        return _swept(drill_id, None, Fate.RUNNING, f"{error}; left alone")
    except JournalDamagedError as error:
        return _swept(drill_id, None, Fate.COULD_NOT_TELL, f"{error}; nothing was touched")
    try:
        record = read_record(journal.entries)
        if record is None:
            return _swept(drill_id, None, Fate.NOTHING_LEFT, "the drill was stopped before it did anything")
        others = (each for drill, each in handles.items() if drill != record.drill_id)
        foreign = frozenset[str]().union(*others)
        return _finish(record, journal, broom, foreign)
    except FencedError as error:
        return _swept(drill_id, None, Fate.RUNNING, str(error))
    except JournalDamagedError as error:
        return _swept(drill_id, None, Fate.COULD_NOT_TELL, f"{error}; nothing was touched")
    finally:
        journal.close()


_RENEWED_SECONDS = 2.0
"""What a lease may seem to grow by itself: S3 tells whole seconds."""


def _is_held(store: Store, drill_id: str) -> bool:
    return store.lease_left(drill_id) != 0


def _take_over(store: Store, drill_id: str, broom: Broom) -> Journal:
    """A journal that nobody works on. Raises `BusyError` and `JournalDamagedError`."""
    if store.lease_left(drill_id):
        _await_end_of_lease(store, drill_id, broom)
    return store.resume(drill_id, clock=broom.clock)


def _await_end_of_lease(store: Store, drill_id: str, broom: Broom) -> None:
    """Until a lease runs out, or is renewed, as every holder does that is alive."""
    left = store.lease_left(drill_id) or 0.0
    broom.say(f"{drill_id}: whoever holds its journal counts as gone in {duration(left)}, unless it renews")
    ends = broom.clock.monotonic() + left

    def renewed(now_left: float | None) -> bool:
        return now_left is None or now_left > ends - broom.clock.monotonic() + _RENEWED_SECONDS

    Waiter(clock=broom.clock).until(
        lambda: store.lease_left(drill_id),
        lambda now_left: now_left == 0 or renewed(now_left),
        timeout_seconds=left + LEASE_SECONDS,
        what=f"the lease of {drill_id}",
    )


def _finish(record: Record, journal: Journal, broom: Broom, foreign: frozenset[str]) -> Swept:
    drill_id, before = record.drill_id, record.nothing_left
    if before is not None:
        journal.append("finished", outcome="swept")
        return _swept(drill_id, record, Fate.NOTHING_LEFT, before)
    broom.say(f"{record.drill_id}: finishing what it left in {record.place.unit}")
    try:
        hands = Hands(
            session=broom.open_session(record.place, record.drill_id),
            journal=journal,
            waiter=Waiter(clock=broom.clock, beat=journal.beat),
            limits=broom.limits,
            say=broom.say,
            observe=broom.observe,
        )
        tear_down(hands, foreign=foreign)
        removal = confirm_gone(hands)
    except FencedError:
        raise
    except (DrillError, AwsError, WrongAccountError) as error:
        return _swept(drill_id, read_record(journal.entries), Fate.COULD_NOT_TELL, str(error))
    journal.append("finished", outcome="swept")
    fate = Fate.REMOVED if removal.things else Fate.NOTHING_LEFT
    return _swept(drill_id, read_record(journal.entries), fate, removal.how)


def _preview_one(store: Store, drill_id: str, broom: Broom) -> Swept:
    if _is_held(store, drill_id):
        return _swept(
            drill_id, None, Fate.RUNNING, "its drill or another sweep is still running; would be left alone"
        )
    try:
        record = read_record(store.read(drill_id))
        if record is None:
            return _swept(drill_id, None, Fate.NOTHING_LEFT, "the drill was stopped before it did anything")
        if record.nothing_left is not None:
            return _swept(drill_id, record, Fate.NOTHING_LEFT, record.nothing_left)
        return _foresee(drill_id, record, broom)
    except (JournalDamagedError, AwsError, WrongAccountError) as error:
        return _swept(drill_id, None, Fate.COULD_NOT_TELL, str(error))


def _foresee(drill_id: str, record: Record, broom: Broom) -> Swept:
    """What would become of each request's work, the last made first; the worst of it is the drill's fate."""
    told = [_foresee_making(record, making, broom) for making in reversed(record.makings)]
    fate, detail = _worst(told)
    return _swept(drill_id, record, fate, detail)


_ORDER = (Fate.NOTHING_LEFT, Fate.WOULD_REMOVE, Fate.COULD_NOT_TELL)


def _worst(told: list[tuple[Fate, str]]) -> tuple[Fate, str]:
    fate = max((fate for fate, _ in told), key=_ORDER.index)
    return fate, "; ".join(detail for _, detail in told)


def _foresee_making(record: Record, making: Making, broom: Broom) -> tuple[Fate, str]:
    things = record.made_by(making)
    if making.nothing is not None:
        return Fate.NOTHING_LEFT, making.nothing
    if making.handle is None:
        return Fate.WOULD_REMOVE, (
            f"the answer to its {making.maker} was lost; would look for what that made, and delete it"
        )
    if not things or not all(thing.tagged for thing in things):
        noun = kind_named(making.kind).noun
        return Fate.WOULD_REMOVE, (
            f"would wait for what {making.maker} {making.handle} makes, tag the {noun}, and delete it"
        )
    session = broom.open_session(record.place, record.drill_id)
    wholes = [thing for thing in things if thing.kind == making.kind]
    if all(thing.gone for thing in wholes):
        return _worst([_foresee_thing(record, thing, session) for thing in reversed(things)])
    # What is part of another is in its use for as long as that is there.
    return _worst([_foresee_thing(record, thing, session) for thing in reversed(wholes)])


def _foresee_thing(record: Record, made: Made, session: UnitSession) -> tuple[Fate, str]:
    kind, ours = kind_named(made.kind), record.ownership(made)
    thing = None if made.gone else kind.read(session, made.arn)
    if thing is None:
        return Fate.NOTHING_LEFT, f"{made.arn} is gone already"
    # What the drill made within it goes first, or is told of by itself.
    thing = replace(thing, holders=tuple(each for each in thing.holders if each not in ours.made))
    # A sweep notes the parts of a thing before it asks the guard.
    parts = {arn for _, arn in kind.parts(session, made.arn)}
    refusal = why_not_delete(thing, replace(ours, made=ours.made | parts))
    if refusal is not None:
        return Fate.COULD_NOT_TELL, f"would not delete {made.arn}: {refusal}"
    return Fate.WOULD_REMOVE, f"would delete {made.arn}: made by the drill, tagged as its own"


def _swept(drill_id: str, record: Record | None, fate: Fate, detail: str) -> Swept:
    return Swept(
        drill_id=drill_id,
        unit=record.place.unit if record else None,
        fate=fate,
        things=tuple(thing.arn for thing in record.things) if record else (),
        detail=detail,
    )


def _finished(store: Store, drill_id: str) -> bool:
    try:
        record = read_record(store.read(drill_id))
    except JournalDamagedError:
        return False
    # Without a first event nothing was announced, and so nothing was made.
    return record is None or record.finished


def _unit_of(store: Store, drill_id: str) -> str | None:
    try:
        record = read_record(store.read(drill_id))
    except JournalDamagedError:
        return None
    return record.place.unit if record else None


def _handles_by_drill(store: Store) -> dict[str, frozenset[str]]:
    """What the readable journals of a store know as the work of their drills."""
    handles: dict[str, frozenset[str]] = {}
    for drill_id in store.drill_ids():
        try:
            record = read_record(store.read(drill_id))
        except JournalDamagedError:
            continue
        if record is not None:
            known = {making.handle for making in record.makings if making.handle is not None}
            handles[record.drill_id] = frozenset(known)
    return handles
