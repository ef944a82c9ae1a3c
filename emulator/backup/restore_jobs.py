"""Restore jobs."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from emulator import clock
from emulator.backup import arns, events, keys, metrics, restored
from emulator.backup.jobs import Job, JobFailedError
from emulator.backup.recovery_points import RecoveryPoint
from emulator.backup.resources import kind_named
from emulator.backup.resources.base import Kind
from emulator.backup.resources.metadata import MOMENT_KEYS, moment_of
from emulator.errors import InvalidParameterValue, InvalidRequest, MissingParameterValue

if TYPE_CHECKING:
    from emulator.backup.models import BackupBackend


FINAL_VALIDATIONS = ("FAILED", "SUCCESSFUL", "TIMED_OUT")
"""A validation that is written stays ("Restore testing validation" in the AWS Backup Developer Guide)."""


@dataclass(kw_only=True)
class RestoreJob(Job):
    """A restore job, and the verdict that a validation has put on it.

    A restore test (``testing_plan_arn``) validates and deletes what it has restored: see
    :mod:`emulator.backup.restore_test_runs`.  One that is ``refused`` fails for that reason.  With
    ``copy_tags`` what is restored gets the recovery point's tags (CopySourceTagsToRestoredResource).  A
    continuous backup is restored as of ``moment``.
    """

    point: RecoveryPoint
    metadata: dict[str, str]
    copy_tags: bool = False
    moment: datetime | None = None
    testing_plan_arn: str | None = None
    ended_well: Callable[["RestoreJob"], None] | None = None
    validated: Callable[["RestoreJob"], None] | None = None
    refused: str | None = None
    deletion: str | None = None
    deletion_message: str | None = None
    created_resource_arn: str | None = None
    validation: str | None = None
    validation_message: str | None = None

    def about(self) -> tuple[str, ...]:
        return self.point.arn, self.point.resource_arn

    def changed(self) -> None:
        events.of_restore_job(self)
        metrics.of_job(self.backend, "Restore", self.state, self.point.vault_name, self.point.resource_type)
        if self.state == "COMPLETED" and self.ended_well:
            self.ended_well(self)

    def work(self) -> None:
        if self.refused is not None:
            raise JobFailedError(self.refused)
        unusable = keys.refusal(self.point.key_arn)
        if unusable:
            raise JobFailedError(unusable)
        kind = kind_named(self.point.resource_type)
        self.created_resource_arn = self._restored(kind)
        if self.copy_tags:
            restored.tag(self.backend.place, self.created_resource_arn, self.point.tags)
        if self.testing_plan_arn:
            restored.mark_as_test(self.backend.place, self.created_resource_arn, self.id)
        self.point.last_restored = self.due

    def _restored(self, kind: Kind) -> str:
        place, metadata = self.backend.place, self.metadata
        if self.moment is None:
            return kind.restore(place, self.point, metadata, self.due)
        snapshot = kind.as_of(place, self.point, self.moment)
        of_the_moment = {name.lower() for name in MOMENT_KEYS}
        try:
            rest = {name: value for name, value in metadata.items() if name.lower() not in of_the_moment}
            return kind.restore(place, snapshot, rest, self.due)
        finally:
            kind.delete(place, snapshot)

    def validate(self, status: str, message: str | None) -> None:
        """:raises InvalidRequest: the job has not completed."""
        if self.state != "COMPLETED":
            raise InvalidRequest(f"Restore job {self.id} is not completed")
        if self.validation in FINAL_VALIDATIONS:
            raise InvalidRequest(f"Restore job {self.id} has been validated: {self.validation}")
        self.validation = status
        self.validation_message = message
        if self.validated:
            self.validated(self)

    def described(self) -> dict[str, Any]:
        """The job as DescribeRestoreJob answers it."""
        return {
            "AccountId": self.backend.account_id,
            "RestoreJobId": self.id,
            "RecoveryPointArn": self.point.arn,
            "SourceResourceArn": self.point.resource_arn,
            "BackupVaultArn": self.point.vault_arn,
            "CreationDate": self.created,
            "CompletionDate": self.completed,
            "Status": self.state,
            "StatusMessage": self.message,
            "PercentDone": self.percent_done(),
            "BackupSizeInBytes": self.point.size,
            "IamRoleArn": self.role_arn,
            "CreatedResourceArn": self.created_resource_arn,
            "ResourceType": self.point.resource_type,
            "RecoveryPointCreationDate": self.point.created,
            "CreatedBy": {"RestoreTestingPlanArn": self.testing_plan_arn} if self.testing_plan_arn else None,
            "DeletionStatus": self.deletion,
            "DeletionStatusMessage": self.deletion_message,
            "ValidationStatus": self.validation,
            "ValidationStatusMessage": self.validation_message,
            "IsParent": False,
        }

    def minutes(self) -> int | None:
        """How long the restore took, in whole minutes."""
        return int((self.completed - self.created).total_seconds() // 60) if self.completed else None


def make(backend: "BackupBackend", request: dict[str, Any]) -> RestoreJob:
    """The job that a request to StartRestoreJob asks for, after AWS's checks of it."""
    point = backend.recovery_point(request["RecoveryPointArn"])
    role = request.get("IamRoleArn")
    if not role:
        raise MissingParameterValue("IamRoleArn is missing")
    arns.check_role(role)
    resource_type = request.get("ResourceType")
    if resource_type and resource_type != point.resource_type:
        raise InvalidParameterValue(f"The recovery point is not of resource type {resource_type}")
    kind_named(point.resource_type).check_restore(point, request["Metadata"])
    return RestoreJob(
        waiting="PENDING",
        role_arn=role,
        backend=backend,
        point=point,
        metadata=dict(request["Metadata"]),
        copy_tags=bool(request.get("CopySourceTagsToRestoredResource")),
        moment=moment_to_restore(point, request["Metadata"]),
    )


def moment_to_restore(point: RecoveryPoint, metadata: dict[str, str]) -> datetime | None:
    """The moment as of which a continuous backup is restored; None for a snapshot.

    Without a RestoreTime it is the latest.  That AWS refuses the request, rather than failing the job, if the
    moment cannot be restored is not documented.

    :raises InvalidParameterValue: the backup does not reach there.
    """
    if not point.continuous:
        return None
    return moment_of(metadata, *point.restorable(clock.now()))


def latest(jobs: list[RestoreJob], resource_arn: str) -> RestoreJob | None:
    """The last completed of ``jobs`` that restored a recovery point of ``resource_arn``."""
    done = [job for job in jobs if job.state == "COMPLETED" and job.point.resource_arn == resource_arn]
    return max(done, key=_completed, default=None)


def _completed(job: RestoreJob) -> datetime:
    return job.completed or job.created
