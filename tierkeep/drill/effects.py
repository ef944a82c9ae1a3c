"""Every change that a drill makes in AWS: announced in the journal, made, confirmed in the journal."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeAlias

from tierkeep.aws import AwsError, UnitSession
from tierkeep.drill.clock import Waiter
from tierkeep.drill.journal import Journal
from tierkeep.drill.record import DELETE_VOLUME, START_RESTORE, TAG_VOLUME, Record

Say: TypeAlias = Callable[[str], None]
"""Told, in a short sentence, what is going on. For people; nothing depends on it."""

Observer: TypeAlias = Callable[[str], None]
"""Told the name of each point that a drill passes: the seam at which tests stop the process."""

_NOT_DONE = frozenset(
    {
        "InvalidParameterValueException",
        "InvalidRequestException",
        "MissingParameterValueException",
        "ResourceNotFoundException",
    }
)
"""Answers of AWS Backup after which it has certainly made nothing (API reference of StartRestoreJob)."""


def unobserved(_point: str) -> None:
    """The observer of a drill that nobody observes."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Limits:
    """How long a drill waits for what, in seconds."""

    restore: float
    """For the restore, from its request until the volume is ready."""
    settle: float = 180.0
    """After an announced StartRestoreJob without an answer, until a list without its job means that there is
    none."""
    token: float = 45 * 60.0
    """For how long a retry with the same idempotency token counts as a retry.

    AWS has documented one hour ("Idempotency tokens time out after one hour", an earlier edition of the API
    reference of StartRestoreJob) and documents no time now; past it, a retry might start a second restore.
    """
    job: float = 3600.0
    """For a restore job to end when cleaning up; a restore cannot be cancelled."""
    visible: float = 120.0
    """Until a volume that a job names, or a tag that was put on it, shows in EC2's answers."""
    gone: float = 300.0
    """Until a deleted volume no longer exists."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Hands:
    """What changes AWS on behalf of one drill: a session, the drill's journal, and who is told."""

    session: UnitSession
    journal: Journal
    waiter: Waiter
    limits: Limits
    say: Say
    observe: Observer = unobserved

    def start_restore(self, request: dict[str, Any], *, again: bool = False) -> str:
        """Ask AWS Backup for the restore, or for the same one again; the restore job's id.

        A refusal of the first request means that nothing was made; one of a retry says nothing of the first.
        """
        self._announce(START_RESTORE, request=request)
        try:
            answer = self.session.call("backup", "start_restore_job", **request)
        except AwsError as error:
            if not again and (error.access_denied or error.code in _NOT_DONE):
                self.journal.append("refused", action=START_RESTORE, code=error.code, message=error.message)
            raise
        job_id: str = answer["RestoreJobId"]
        self._confirm(START_RESTORE, job_id=job_id)
        return job_id

    def tag(self, record: Record, volume_id: str) -> None:
        """Put the drill's tags on the volume."""
        self._announce(TAG_VOLUME, volume_id=volume_id, tags=dict(record.tags))
        tags = [{"Key": key, "Value": value} for key, value in record.tags]
        self.session.call("ec2", "create_tags", Resources=[volume_id], Tags=tags)
        self._confirm(TAG_VOLUME, volume_id=volume_id)

    def delete(self, volume_id: str) -> None:
        """Delete the volume. Only `cleanup` may ask for this, after the guard has let it through."""
        self._announce(DELETE_VOLUME, volume_id=volume_id)
        self.session.call("ec2", "delete_volume", VolumeId=volume_id)
        self._confirm(DELETE_VOLUME, volume_id=volume_id)

    def _announce(self, action: str, **fields: Any) -> None:
        self.journal.append("intent", action=action, **fields)
        self.observe(f"announced {action}")

    def _confirm(self, action: str, **fields: Any) -> None:
        self.observe(f"done {action}")
        self.journal.append("done", action=action, **fields)
