"""Removing what a drill made, from nothing but its journal and AWS.

The drill's own teardown and `tierkeep drill sweep` are this same code, so that what a crash leaves is removed
by the rules that every drill ends with (docs/adr/0005-drill-journal-and-sweep.md).
"""

from __future__ import annotations

from dataclasses import dataclass

from tierkeep.drill.ebs import RestoreJob, describe_job, read_volume
from tierkeep.drill.effects import Hands
from tierkeep.drill.errors import CannotVerifyError, JournalDamagedError, NotOursError
from tierkeep.drill.guard import DRILL_TAG, Volume, why_not_claim, why_not_delete
from tierkeep.drill.identify import identify_job
from tierkeep.drill.record import Record, read_record


@dataclass(frozen=True, kw_only=True, slots=True)
class Removal:
    """What became of the one thing that a drill makes. `volume_id` is None if it made nothing."""

    volume_id: str | None
    gone: bool
    how: str
    """How it is known that it is gone, or why it is not known."""


def current(hands: Hands) -> Record:
    """The drill's state according to its journal. Raises `JournalDamagedError` if it never started."""
    record = read_record(hands.journal.entries)
    if record is None:
        raise JournalDamagedError(f"{hands.journal.path}: the journal is empty")
    return record


def tear_down(hands: Hands, *, foreign_jobs: frozenset[str] = frozenset()) -> None:
    """Delete the volume that the drill made, if it made one and the guard lets it through.

    `foreign_jobs` are restore jobs known to be other drills'. Raises `NotOursError` if the volume must not be
    deleted, another `CannotVerifyError` if it cannot be found out what was made, and `AwsError`.
    """
    record = current(hands)
    if record.nothing_left is not None:
        return
    volume_id = _made(hands, record, foreign_jobs)
    if volume_id is None:
        return
    volume = _settled(hands, volume_id, known=record.tagged)
    if volume is None or volume.state == "deleting":
        return
    if not record.tagged and volume.tag(DRILL_TAG) is None:
        volume = _claim(hands, record, volume)
    refusal = why_not_delete(volume, record.ownership(volume_id))
    if refusal is not None:
        hands.journal.append("kept", volume_id=volume_id, reason=refusal)
        raise NotOursError(
            f"volume {volume_id} was not deleted: {refusal}. If it is not wanted, delete it by hand; "
            f"if it is, move {hands.journal.path.name} out of its folder, and no sweep will ask again"
        )
    hands.say(f"deleting {volume_id}")
    hands.delete(volume_id)


def confirm_gone(hands: Hands) -> Removal:
    """Wait until EC2 says that the volume does not exist. Raises `TimedOutError` and `AwsError`."""
    record = current(hands)
    if record.nothing_left is not None:
        return Removal(volume_id=record.volume_id, gone=True, how=record.nothing_left)
    if record.volume_id is None:
        raise CannotVerifyError(
            f"the journal of {record.drill_id} names no volume; run `tierkeep drill sweep`"
        )
    volume_id = record.volume_id
    hands.waiter.until(
        lambda: read_volume(hands.session, volume_id),
        lambda volume: volume is None or volume.state == "deleted",
        timeout_seconds=hands.limits.gone,
        what=f"volume {volume_id} gone",
    )
    who = "deleted by the drill" if record.delete_announced else "deleted by somebody else"
    how = f"{who}; ec2:DescribeVolumes in {record.place.unit} knows no {volume_id}"
    hands.journal.append("gone", volume_id=volume_id, how=how)
    return Removal(volume_id=volume_id, gone=True, how=how)


def _made(hands: Hands, record: Record, foreign_jobs: frozenset[str]) -> str | None:
    """The id of the volume that the drill's restore job made, or None, journaled, if it made none."""
    if record.tagged and record.volume_id is not None:
        return record.volume_id
    job_id = record.job_id or identify_job(hands, record, foreign_jobs=foreign_jobs)
    if job_id is None:
        return None
    job = wait_for_job(hands, job_id, timeout_seconds=hands.limits.job)
    if job.recovery_point_arn != record.recovery_point_arn:
        raise NotOursError(
            f"restore job {job_id} restored {job.recovery_point_arn}, but the journal of {record.drill_id} "
            f"says {record.recovery_point_arn}; nothing was touched"
        )
    if job.volume_id is None:
        if not job.failed:
            raise CannotVerifyError(
                f"restore job {job_id} is {job.status}, but AWS Backup names no volume of it"
            )
        hands.journal.append(
            "nothing-made", reason=f"restore job {job_id} ended as {job.status} without a volume"
        )
        return None
    if job.volume_id != record.volume_id:
        hands.journal.append("created", job_id=job_id, volume_id=job.volume_id)
    return job.volume_id


def wait_for_job(hands: Hands, job_id: str, *, timeout_seconds: float) -> RestoreJob:
    """The restore job, once it has ended. Raises `TimedOutError` and `AwsError`."""
    return hands.waiter.until(
        lambda: describe_job(hands.session, job_id),
        lambda job: job.ended,
        timeout_seconds=timeout_seconds,
        what=f"restore job {job_id} ended",
        waiting=lambda job: hands.say(f"restore job {job_id} is {job.status}, {job.percent_done}"),
    )


def _settled(hands: Hands, volume_id: str, *, known: bool) -> Volume | None:
    """The volume, once it is no longer being created, or None if there is none.

    EC2's answers lag: a volume that nobody has seen yet (`known` is false) gets some time to show up.
    """
    if not known:
        deadline = hands.waiter.clock.monotonic() + hands.limits.visible
        first = hands.waiter.until(
            lambda: read_volume(hands.session, volume_id),
            lambda volume: volume is not None or hands.waiter.clock.monotonic() >= deadline,
            timeout_seconds=hands.limits.visible,
            what=f"volume {volume_id} visible",
        )
        if first is None:
            return None
    return hands.waiter.until(
        lambda: read_volume(hands.session, volume_id),
        lambda volume: volume is None or volume.state != "creating",
        timeout_seconds=hands.limits.visible,
        what=f"volume {volume_id} created",
    )


def _claim(hands: Hands, record: Record, volume: Volume) -> Volume:
    """Tag the volume of our own job that a crash left untagged; the volume as it is then."""
    refusal = why_not_claim(volume, record.ownership(volume.volume_id))
    if refusal is not None:
        raise NotOursError(f"volume {volume.volume_id} was left alone: {refusal}")
    return put_tags(hands, record, volume.volume_id)


def put_tags(hands: Hands, record: Record, volume_id: str) -> Volume:
    """Tag the volume, and wait until its tag can be read; the volume as it is then."""
    hands.tag(record, volume_id)
    shown = hands.waiter.until(
        lambda: read_volume(hands.session, volume_id),
        lambda volume: volume is not None and volume.tag(DRILL_TAG) == record.drill_id,
        timeout_seconds=hands.limits.visible,
        what=f"tag {DRILL_TAG} of {volume_id} visible",
    )
    if shown is None:
        raise CannotVerifyError(f"volume {volume_id} vanished while it was being tagged")
    return shown
