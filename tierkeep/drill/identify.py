"""Which restore job, if any, an announced StartRestoreJob made whose answer never reached the journal."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from tierkeep.drill.ebs import RESOURCE_TYPE, RestoreJob, read_volume, restore_job
from tierkeep.drill.effects import Hands
from tierkeep.drill.errors import CannotVerifyError
from tierkeep.drill.record import Record

_LOOK_BACK = timedelta(hours=24)
"""How far before the announcement to look for jobs: wide, for clocks that disagree. Looking too wide costs
nothing, since no job is taken for ours by its looks."""


def identify_job(hands: Hands, record: Record, *, foreign_jobs: frozenset[str]) -> str | None:
    """The id of the restore job that the drill made, or None, journaled, if it made none.

    A job is never ours merely because it looks alike: AWS has to say so, by answering the same request with
    the same idempotency token. Where nothing looks alike, nothing was made, and nothing is asked again, since
    that would make what was never there. Raises `CannotVerifyError` if jobs look alike and the token is too
    old to be sure of, and `AwsError`.
    """
    request, announced = record.restore_request, record.restore_announced
    if request is None or announced is None:
        return None
    candidates = _candidates(hands, request, announced, foreign_jobs)
    if not candidates:
        reason = f"AWS Backup lists no restore job of {request['RecoveryPointArn']} that can be the drill's"
        hands.journal.append("nothing-made", reason=reason)
        return None
    if abs(_age(hands, announced)) < hands.limits.token:
        hands.say(
            "asking AWS Backup again, with the same idempotency token, which restore job is the drill's"
        )
        return hands.start_restore(request, again=True)
    remaining = [job for job in candidates if _leaves_something(hands, job)]
    if not remaining:
        reason = "nothing exists of any restore job that the drill can have started"
        hands.journal.append("nothing-made", reason=reason)
        return None
    named = "; ".join(f"{job.job_id} ({job.status}, {job.volume_id or 'no volume yet'})" for job in remaining)
    raise CannotVerifyError(
        f"the answer to the restore that {record.drill_id} asked for at {announced.isoformat()} is lost, "
        "and its idempotency token is too old to ask again. These restore jobs of that recovery point may "
        f"be the drill's or somebody else's: {named}. Nothing was touched; AWS CloudTrail's event "
        f"StartRestoreJob with idempotencyToken {request['IdempotencyToken']} names the right one"
    )


def _age(hands: Hands, announced: datetime) -> float:
    return (hands.waiter.clock.now() - announced).total_seconds()


def _candidates(
    hands: Hands, request: dict[str, Any], announced: datetime, foreign_jobs: frozenset[str]
) -> list[RestoreJob]:
    """The jobs that can be the drill's; looks again until lists can be trusted to be complete."""
    patience = max(0.0, hands.limits.settle - _age(hands, announced))
    deadline = hands.waiter.clock.monotonic() + patience

    def listed() -> list[RestoreJob]:
        jobs = hands.session.pages(
            "backup",
            "list_restore_jobs",
            "RestoreJobs",
            ByResourceType=RESOURCE_TYPE,
            ByCreatedAfter=announced - _LOOK_BACK,
        )
        return [restore_job(job) for job in jobs if _looks_alike(job, request, foreign_jobs)]

    return hands.waiter.until(
        listed,
        lambda jobs: bool(jobs) or hands.waiter.clock.monotonic() >= deadline,
        timeout_seconds=patience,
        what="the list of restore jobs is complete",
        waiting=lambda _: hands.say("the journal announces a restore without an answer; looking for its job"),
    )


def _looks_alike(job: dict[str, Any], request: dict[str, Any], foreign_jobs: frozenset[str]) -> bool:
    return (
        job.get("RecoveryPointArn") == request["RecoveryPointArn"]
        and job.get("IamRoleArn") == request["IamRoleArn"]
        and job["RestoreJobId"] not in foreign_jobs
        # Restore testing starts its own jobs; those carry their plan.
        and not job.get("CreatedBy")
    )


def _leaves_something(hands: Hands, job: RestoreJob) -> bool:
    if job.volume_id is not None:
        return read_volume(hands.session, job.volume_id) is not None
    return not job.failed
