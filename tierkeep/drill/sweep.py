"""Finishing what drills left that were killed: each unfinished journal is brought to its end.

Nothing is looked for by its tag or its looks. What a journal says that its drill made is removed under the
rules of every teardown; all else is left alone.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from tierkeep.aws import AwsError, UnitSession, WrongAccountError
from tierkeep.drill.cleanup import confirm_gone, tear_down
from tierkeep.drill.clock import Clock, Waiter
from tierkeep.drill.ebs import read_volume
from tierkeep.drill.effects import Hands, Limits, Observer, Say, unobserved
from tierkeep.drill.errors import BusyError, DrillError, JournalDamagedError
from tierkeep.drill.guard import why_not_delete
from tierkeep.drill.journal import SUFFIX, Journal, is_running, read_journal
from tierkeep.drill.record import Place, Record, read_record


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
    volume_id: str | None
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


def unfinished(directory: Path) -> tuple[Path, ...]:
    """The journals in a folder whose drill did not come to its end, oldest first, running ones among them.

    A journal that cannot be read counts as unfinished.
    """
    return tuple(path for path in sorted(directory.glob(f"*{SUFFIX}")) if not _finished(path))


def left_behind(directory: Path, *, unit: str) -> tuple[str, ...]:
    """Ids of the drills of a unit that ended without finishing, and that no process works on any more."""
    return tuple(
        path.stem for path in unfinished(directory) if not is_running(path) and _unit_of(path) in (unit, None)
    )


def sweep(directory: Path, broom: Broom) -> tuple[Swept, ...]:
    """Bring every unfinished journal in the folder to its end. Raises OSError if one cannot be written."""
    jobs = _jobs_by_drill(directory)
    return tuple(_sweep_one(path, broom, jobs) for path in unfinished(directory))


def preview(directory: Path, broom: Broom) -> tuple[Swept, ...]:
    """What `sweep` would do. Reads AWS and the journals, and changes neither."""
    return tuple(_preview_one(path, broom) for path in unfinished(directory))


def _sweep_one(path: Path, broom: Broom, jobs: Mapping[str, str]) -> Swept:
    try:
        journal = Journal.resume(path, clock=broom.clock)
    except BusyError:
        return _swept(path, None, Fate.RUNNING, "its drill or another sweep is still running; left alone")
    except JournalDamagedError as error:
        return _swept(path, None, Fate.COULD_NOT_TELL, f"{error}; nothing was touched")
    try:
        record = read_record(journal.entries)
        if record is None:
            return _swept(path, None, Fate.NOTHING_LEFT, "the drill was stopped before it did anything")
        foreign = frozenset(job for drill, job in jobs.items() if drill != record.drill_id)
        return _finish(path, record, journal, broom, foreign)
    except JournalDamagedError as error:
        return _swept(path, None, Fate.COULD_NOT_TELL, f"{error}; nothing was touched")
    finally:
        journal.close()


def _finish(path: Path, record: Record, journal: Journal, broom: Broom, foreign: frozenset[str]) -> Swept:
    before = record.nothing_left
    if before is not None:
        journal.append("finished", outcome="swept")
        return _swept(path, record, Fate.NOTHING_LEFT, before)
    broom.say(f"{record.drill_id}: finishing what it left in {record.place.unit}")
    try:
        hands = Hands(
            session=broom.open_session(record.place, record.drill_id),
            journal=journal,
            waiter=Waiter(clock=broom.clock),
            limits=broom.limits,
            say=broom.say,
            observe=broom.observe,
        )
        tear_down(hands, foreign_jobs=foreign)
        removal = confirm_gone(hands)
    except (DrillError, AwsError, WrongAccountError) as error:
        return _swept(path, read_record(journal.entries), Fate.COULD_NOT_TELL, str(error))
    journal.append("finished", outcome="swept")
    fate = Fate.NOTHING_LEFT if removal.volume_id is None else Fate.REMOVED
    return _swept(path, read_record(journal.entries), fate, removal.how)


def _preview_one(path: Path, broom: Broom) -> Swept:
    if is_running(path):
        return _swept(
            path, None, Fate.RUNNING, "its drill or another sweep is still running; would be left alone"
        )
    try:
        record = read_record(read_journal(path))
        if record is None:
            return _swept(path, None, Fate.NOTHING_LEFT, "the drill was stopped before it did anything")
        if record.nothing_left is not None:
            return _swept(path, record, Fate.NOTHING_LEFT, record.nothing_left)
        return _foresee(path, record, broom)
    except (JournalDamagedError, AwsError, WrongAccountError) as error:
        return _swept(path, None, Fate.COULD_NOT_TELL, str(error))


def _foresee(path: Path, record: Record, broom: Broom) -> Swept:
    if record.job_id is None:
        detail = (
            "the answer to its restore request was lost; would look for the restore job and delete its volume"
        )
        return _swept(path, record, Fate.WOULD_REMOVE, detail)
    if record.volume_id is None or not record.tagged:
        detail = f"would wait for restore job {record.job_id}, tag the volume that it made, and delete it"
        return _swept(path, record, Fate.WOULD_REMOVE, detail)
    volume = read_volume(broom.open_session(record.place, record.drill_id), record.volume_id)
    if volume is None:
        return _swept(path, record, Fate.NOTHING_LEFT, f"volume {record.volume_id} is gone already")
    refusal = why_not_delete(volume, record.ownership(record.volume_id))
    if refusal is not None:
        return _swept(path, record, Fate.COULD_NOT_TELL, f"would not delete {record.volume_id}: {refusal}")
    detail = f"would delete {record.volume_id}: made by restore job {record.job_id}, tagged as the drill's"
    return _swept(path, record, Fate.WOULD_REMOVE, detail)


def _swept(path: Path, record: Record | None, fate: Fate, detail: str) -> Swept:
    return Swept(
        drill_id=path.stem,
        unit=record.place.unit if record else None,
        fate=fate,
        volume_id=record.volume_id if record else None,
        detail=detail,
    )


def _finished(path: Path) -> bool:
    try:
        record = read_record(read_journal(path))
    except JournalDamagedError:
        return False
    # Without a first event nothing was announced, and so nothing was made.
    return record is None or record.finished


def _unit_of(path: Path) -> str | None:
    try:
        record = read_record(read_journal(path))
    except JournalDamagedError:
        return None
    return record.place.unit if record else None


def _jobs_by_drill(directory: Path) -> dict[str, str]:
    """The restore jobs that the readable journals of a folder know, by drill."""
    jobs: dict[str, str] = {}
    for path in directory.glob(f"*{SUFFIX}"):
        try:
            record = read_record(read_journal(path))
        except JournalDamagedError:
            continue
        if record is not None and record.job_id is not None:
            jobs[record.drill_id] = record.job_id
    return jobs
