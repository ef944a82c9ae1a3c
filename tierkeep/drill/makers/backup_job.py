"""Restore jobs of AWS Backup, known again by their idempotency token."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from tierkeep.aws import UnitSession
from tierkeep.drill.kinds import kind_named
from tierkeep.drill.makers.base import Candidate, Maker, Progress
from tierkeep.drill.record import Making
from tierkeep.drill.thing import name_of

LOOK_BACK = timedelta(hours=24)
"""How far before the announcement to look for jobs: wide, for clocks that disagree. Looking too wide costs
nothing, since no job is taken for ours by its looks."""

_FAILED = ("FAILED", "ABORTED")

_NOT_DONE = frozenset(
    {
        "InvalidParameterValueException",
        "InvalidRequestException",
        "MissingParameterValueException",
        "ResourceNotFoundException",
    }
)
"""Answers after which AWS Backup has certainly made nothing (API reference of StartRestoreJob)."""


class BackupJobMaker(Maker):
    """StartRestoreJob. It takes no tags, so what it makes is without any for a while."""

    name = "backup:StartRestoreJob"
    calls = ("backup:StartRestoreJob", "backup:DescribeRestoreJob")
    tags_at_birth = False
    confirmed_by_repeating = True

    def ask(self, session: UnitSession, request: dict[str, Any]) -> str:
        """The id of the restore job."""
        answer = session.call("backup", "start_restore_job", **request)
        return str(answer["RestoreJobId"])

    def not_done(self, code: str) -> bool:
        """Errors of what was asked for."""
        return code in _NOT_DONE

    def progress(self, session: UnitSession, making: Making, handle: str) -> Progress:
        """The job, as AWS Backup describes it."""
        job = session.call("backup", "describe_restore_job", RestoreJobId=handle)
        failed = job["Status"] in _FAILED
        reason = f": {job.get('StatusMessage') or 'no reason'}" if failed else ""
        percent = "" if failed else f", {job.get('PercentDone') or '0%'}"
        return Progress(
            arn=job.get("CreatedResourceArn") or _left(session, making, failed=failed),
            ended=failed or job["Status"] == "COMPLETED",
            failed=failed,
            text=f"restore job {handle} is {job['Status']}{percent}{reason}",
            restored_from=job.get("RecoveryPointArn"),
            created=job["CreationDate"],
        )

    def candidates(self, session: UnitSession, making: Making, foreign: frozenset[str]) -> list[Candidate]:
        """Restore jobs of the same recovery point and role."""
        jobs = session.pages(
            "backup",
            "list_restore_jobs",
            "RestoreJobs",
            ByResourceType=making.request["ResourceType"],
            ByCreatedAfter=making.announced - LOOK_BACK,
        )
        return [
            _candidate(session, making, job) for job in jobs if _looks_alike(job, making.request, foreign)
        ]

    def trail(self, request: dict[str, Any]) -> str:
        """By its token."""
        return f"StartRestoreJob with idempotencyToken {request['IdempotencyToken']}"


def _looks_alike(job: dict[str, Any], request: dict[str, Any], foreign: frozenset[str]) -> bool:
    return (
        job.get("RecoveryPointArn") == request["RecoveryPointArn"]
        and job.get("IamRoleArn") == request["IamRoleArn"]
        and job["RestoreJobId"] not in foreign
        # Restore testing starts its own jobs; those carry their plan.
        and not job.get("CreatedBy")
    )


def _left(session: UnitSession, making: Making, *, failed: bool) -> str | None:
    """What a job has made that failed later: AWS Backup need not name it."""
    return kind_named(making.kind).left_by(session, making.request) if failed else None


def _candidate(session: UnitSession, making: Making, job: dict[str, Any]) -> Candidate:
    status, kind = job["Status"], kind_named(making.kind)
    failed = status in _FAILED
    arn = job.get("CreatedResourceArn") or _left(session, making, failed=failed)
    leaves = kind.read(session, arn) is not None if arn else not failed
    what = name_of(arn) if arn else f"no {kind.noun} yet"
    return Candidate(
        handle=job["RestoreJobId"], text=f"{job['RestoreJobId']} ({status}, {what})", leaves_something=leaves
    )
