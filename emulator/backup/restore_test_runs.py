"""What restore testing plans do when their schedules say so.

From "Restore testing" in the AWS Backup Developer Guide: at the scheduled time, one recovery point of each
protected resource is restored, with metadata that AWS Backup infers and the selection overrides.  What was
restored can be validated for as many hours as the selection says, and is deleted after that, or as soon as a
verdict is put.  AWS starts the restores at random within the start window; here they start at its beginning.
"""

from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from moto.core.exceptions import ServiceException

from emulator import clock, schedule
from emulator.backup import inferred_metadata, restored
from emulator.backup.recovery_points import RecoveryPoint
from emulator.backup.resources import kind_named
from emulator.backup.restore_jobs import RestoreJob, moment_to_restore
from emulator.backup.restore_testing import RestoreTestingPlan, Selection, candidates, chosen

if TYPE_CHECKING:
    from emulator.backup.models import BackupBackend


class RestoreTestRuns:
    """The runs of the restore testing plans of ``backend``."""

    def __init__(self, backend: "BackupBackend") -> None:
        self._backend = backend
        self._next: dict[str, clock.Entry] = {}

    def enter(self, plan: RestoreTestingPlan) -> None:
        """Have a plan run from now on that was created or changed; a deleted one no more."""
        entry = self._next.pop(plan.name, None)
        if entry is not None:
            entry.cancel()
        if plan.deleted:
            return
        zone = ZoneInfo(plan.document["ScheduleExpressionTimezone"])
        parsed = schedule.parse(plan.document["ScheduleExpression"])
        moment = parsed.next_after(clock.now(), zone, plan.updated or plan.created)
        if moment is not None:
            self._next[plan.name] = self._backend.agenda.at(moment, partial(self._run, plan))

    def _run(self, plan: RestoreTestingPlan) -> None:
        self.enter(plan)
        plan.last_execution = clock.now()
        for selection in plan.selections.values():
            found = candidates(plan, selection, self._backend.recovery_points())
            for points in found.values():
                self._backend.restore_jobs.add(self._job(plan, selection, chosen(plan, points)))

    def _job(self, plan: RestoreTestingPlan, selection: Selection, point: RecoveryPoint) -> RestoreJob:
        hours = selection.document["ValidationWindowHours"]
        job = RestoreJob(
            backend=self._backend,
            waiting="PENDING",
            role_arn=selection.document["IamRoleArn"],
            point=point,
            metadata={},
            testing_plan_arn=plan.arn,
            ended_well=partial(self._await_validation, timedelta(hours=hours)),
            validated=self._clean_up,
        )
        try:
            overrides = selection.document.get("RestoreMetadataOverrides") or {}
            job.metadata = _overridden(inferred_metadata.inferred(point), overrides)
            if point.resource_type == "EFS":
                # Not among what is inferred, and yet restore tests of file systems succeed without overrides.
                job.metadata.setdefault("CreationToken", job.id)
            kind_named(point.resource_type).check_restore(point, job.metadata)
            job.moment = moment_to_restore(point, job.metadata)
        except ServiceException as error:
            job.refused = error.message
        return job

    def _await_validation(self, window: timedelta, job: RestoreJob) -> None:
        if not window:
            self._clean_up(job)
            return
        job.validation = "VALIDATING"
        self._backend.agenda.at(clock.now() + window, partial(self._time_out, job))

    def _time_out(self, job: RestoreJob) -> None:
        if job.validation == "VALIDATING":
            job.validation = "TIMED_OUT"
            self._clean_up(job)

    def _clean_up(self, job: RestoreJob) -> None:
        if job.deletion is not None:
            return
        try:
            restored.delete(self._backend.place, str(job.created_resource_arn))
        except ServiceException as error:
            job.deletion, job.deletion_message = "FAILED", error.message
        else:
            job.deletion = "SUCCESSFUL"


def _overridden(inferred: dict[str, str], overrides: dict[str, str]) -> dict[str, str]:
    """``inferred`` with ``overrides``, whose keys may be of another case."""
    given = {name.lower() for name in overrides}
    return {**{name: value for name, value in inferred.items() if name.lower() not in given}, **overrides}
