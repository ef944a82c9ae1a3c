"""Integrity: whether what is kept is whole, the jobs that make it succeed, and anybody tried it."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from tierkeep.desired.model import Origin, RestoreTestingPlan, RestoreTestingSelection
from tierkeep.desired.support import type_support
from tierkeep.promises.lifetime import DAY
from tierkeep.promises.recovery_point import length
from tierkeep.promises.timeline import Run, minute_of, survey
from tierkeep.validate import stored_checks
from tierkeep.validate.difference import Kind
from tierkeep.validate.findings import Resource as Named
from tierkeep.validate.stored.check import Fault, StoredCheck
from tierkeep.validate.stored.freshness import NOT_SAID
from tierkeep.validate.stored.named import point_named, snapshot_named
from tierkeep.validate.stored.records import Image, Job, JobKind, Record, RecoveryPoint, Snapshot
from tierkeep.validate.stored.streams import (
    BACKUP_JOBS,
    COPIES,
    COPY_JOBS,
    IMAGES,
    POINTS,
    RESOURCES,
    RESTORE_JOBS,
    SNAPSHOTS,
)
from tierkeep.validate.stored.view import Known, Placed, View
from tierkeep.validate.unread import Unread

_FAILED = {"FAILED", "EXPIRED", "ABORTED", "PARTIAL"}
_WHOLE = {"COMPLETED", "AVAILABLE"}
_UNDER_WAY_MINUTES = 7 * DAY
"""AWS Backup gives a job up after its completion window, seven days by default (developer guide,
plan-options-and-configuration): what is still being made, or deleted, after that is stuck."""
_RESTORE_MINUTES = 2 * DAY
"""For a restore test to be complete once it has started; AWS promises no time, archives take days."""

STATUS = StoredCheck(
    check=stored_checks.STATUS,
    needs=frozenset({POINTS, COPIES, SNAPSHOTS, IMAGES}),
)
BACKUP_JOB = StoredCheck(
    check=stored_checks.BACKUP_JOBS,
    needs=frozenset({BACKUP_JOBS}),
)
COPY_JOB = StoredCheck(
    check=stored_checks.COPY_JOBS,
    needs=frozenset({COPY_JOBS}),
)
ISSUES = StoredCheck(
    check=stored_checks.JOB_ISSUES,
    needs=frozenset({BACKUP_JOBS}),
)
RESTORE_JOB = StoredCheck(
    check=stored_checks.RESTORE_JOBS,
    needs=frozenset({RESTORE_JOBS}),
)
UNTESTED = StoredCheck(
    check=stored_checks.UNTESTED,
    needs=frozenset({RESTORE_JOBS, RESOURCES}),
)
NOT_FAR_ENOUGH = Unread(
    service="backup",
    operation="list_restore_jobs",
    code="NotFarEnough",
    message="restore jobs were not read as far back as its latest test may be",
)
CHECKS = (STATUS, BACKUP_JOB, COPY_JOB, ISSUES, RESTORE_JOB, UNTESTED)

_OF_KIND = {JobKind.BACKUP: BACKUP_JOB, JobKind.COPY: COPY_JOB, JobKind.RESTORE: RESTORE_JOB}


@dataclass(slots=True)
class _Line:
    """The jobs of one kind, of one resource, into one vault."""

    succeeded: datetime | None = None
    failed: datetime | None = None
    why: str = ""
    issues: datetime | None = None
    issue: str = ""


@dataclass(slots=True)
class Integrity:
    """The family."""

    view: View
    restores_since: datetime | None
    """From when restore jobs were read; None where nobody knows."""
    _lines: dict[tuple[str, JobKind, str | None], _Line] = field(default_factory=dict)
    _tested: dict[str, datetime] = field(default_factory=dict)
    """When each resource was last restored."""
    _stopped: dict[tuple[str, str], tuple[RecoveryPoint, Placed]] = field(default_factory=dict)
    """The first continuous backup that has stopped, of each resource in each vault."""

    def see(self, record: Record, placed: Placed | None) -> None:
        """Take a record into account."""
        match record:
            case Job():
                self._job(record)
            case RecoveryPoint() if placed:
                self._point(record, placed)
            case Snapshot() if placed and placed.ours and record.state != "completed":
                if record.state != "pending" or self._stuck(record.started_at):
                    self._state(snapshot_named(record, placed), record.state, placed)
            case Image() if placed and placed.ours and record.state != "available":
                if record.state != "pending" or self._stuck(record.created_at):
                    self._state(Named(type="image", name=record.id, arn=record.arn), record.state, placed)

    def _stuck(self, since: datetime) -> bool:
        return self.view.age_minutes(since) > _UNDER_WAY_MINUTES

    def _state(self, resource: Named, state: str, placed: Placed) -> None:
        self.view.ledger.fault(
            Fault(
                check=STATUS,
                resource=resource,
                field="state",
                expected="available" if resource.type == "image" else "completed",
                actual=state,
                origin=placed.track.origin if placed.track else (),
            ),
            alike=(placed.owner.record.arn if placed.owner else resource.name, state),
        )

    def _point(self, point: RecoveryPoint, placed: Placed) -> None:
        if point.last_restored_at:
            self._restored(point.resource_arn, point.last_restored_at)
        status = point.status
        under_way = status in {"CREATING", "DELETING"} and not self._stuck(point.created_at)
        if status == "DELETING" and point.delete_at:
            under_way = not self._stuck(point.delete_at)
        if status in _WHOLE or under_way:
            return
        if point.continuous and status == "STOPPED":
            self._stopped.setdefault((point.resource_arn, point.vault_arn), (point, placed))
            return
        self._status(point, placed)

    def _status(self, point: RecoveryPoint, placed: Placed) -> None:
        status = point.status
        self.view.ledger.fault(
            Fault(
                check=STATUS,
                resource=point_named(point, placed),
                field="status",
                expected="COMPLETED",
                actual=f"{status}: {point.status_message}" if point.status_message else status,
                origin=placed.track.origin if placed.track else (),
            ),
            alike=(point.resource_arn, point.vault_arn, status),
        )

    def _job(self, job: Job) -> None:
        if job.kind is JobKind.RESTORE and job.restore_testing_plan is None:
            return  # Somebody's own restore is no test, whether it fails or not.
        line = self._lines.setdefault((job.resource_arn, job.kind, job.vault_arn), _Line())
        bad = job.state in _FAILED or job.validation == "FAILED"
        if bad:
            if line.failed is None or job.created_at > line.failed:
                said = job.message or (f"validation {job.validation}" if job.validation else "no message")
                line.failed, line.why = job.created_at, f"{job.state}: {said}"
        elif job.state == "COMPLETED":
            if line.succeeded is None or job.created_at > line.succeeded:
                line.succeeded = job.created_at
                with_issues = job.kind is JobKind.BACKUP and job.category not in {None, "SUCCESS"}
                line.issues = job.created_at if with_issues else None
                line.issue = f"{job.category}: {job.message or 'no message'}"
            if job.kind is JobKind.RESTORE:
                self._restored(job.resource_arn, job.created_at)

    def _restored(self, arn: str, moment: datetime) -> None:
        self._tested[arn] = max(moment, self._tested.get(arn, moment))

    def end(self) -> None:
        """The latest of each line of jobs, and what was never tried."""
        # Jobs of what is deleted may fail; whether it is, only a whole listing says.
        unread = any(kind == RESOURCES for _, kind, _ in self.view.streams.holes())
        for (arn, kind, vault), line in self._lines.items():
            known = self.view.resources.get(arn)
            if known is None and not unread:
                continue
            resource = known.named if known else Named(type="resource", name=arn.rsplit(":", 1)[-1], arn=arn)
            origin = known.origin if known else ()
            if line.failed and (line.succeeded is None or line.succeeded < line.failed):
                at = f"{line.failed:%Y-%m-%d %H:%M} UTC"
                where = f"{kind} jobs into {vault}" if vault else f"{kind} jobs"
                self._fault(_OF_KIND[kind], resource, where, "COMPLETED", f"{line.why} ({at})", origin)
            elif line.issues:
                self._fault(ISSUES, resource, "message category", "SUCCESS", line.issue, origin)
        self._judge_stopped()
        self._untested()

    def _judge_stopped(self) -> None:
        """Continuous backups that have stopped and that none has taken the place of.

        A changed retention stops one and begins another, and what has stopped needs not be deleted (API
        reference, DescribeRecoveryPoint.Status): nothing is wrong with it while another goes on, nor once its
        resource is gone or no tier asks for point-in-time recovery of it any more.
        """
        unread = next((cause for _, kind, cause in self.view.streams.holes() if kind == RESOURCES), None)
        for (arn, vault), (point, placed) in self._stopped.items():
            known = self.view.resources.get(arn)
            if known is None:
                if unread:
                    self.view.ledger.unknown(STATUS, point_named(point, placed), "status", unread)
                continue
            wanted = any(track.continuous and track.where == vault for track in known.tracks)
            if wanted and vault not in known.continuous:
                self._status(point, placed)

    def _fault(
        self, check: StoredCheck, resource: Named, what: str, expected: str, actual: str, origin: Origin
    ) -> None:
        self.view.ledger.fault(
            Fault(
                check=check,
                resource=resource,
                field=what,
                expected=expected,
                actual=actual,
                origin=origin,
            )
        )

    def _untested(self) -> None:
        if self.view.streams.hole("jobs/restore"):
            return
        for plan in self.view.unit.restore_testing:
            limit = longest_untested(plan)
            if limit is None:
                continue
            for known, selection in self._selected(plan):
                self._tried(known, plan, selection, limit)

    def _selected(self, plan: RestoreTestingPlan) -> Iterator[tuple[Known, RestoreTestingSelection]]:
        for known in self.view.resources.values():
            tags = known.record.tags
            if isinstance(tags, Unread) or known.protection is None:
                continue
            name = type_support()[known.record.type].name
            for selection in plan.selections:
                wanted = all(tags.get(key) == value for key, value in selection.required_tags)
                if selection.resource_type == name and wanted:
                    yield known, selection

    def _tried(
        self, known: Known, plan: RestoreTestingPlan, selection: RestoreTestingSelection, limit: int
    ) -> None:
        begun = known.begun()
        if begun is None:
            self.view.ledger.unknown(UNTESTED, known.named, plan.name, NOT_SAID)
            return
        tested = self._tested.get(known.record.arn)
        now = minute_of(self.view.at)
        if now - minute_of(tested or begun) <= limit:
            return
        if tested is None and (
            self.restores_since is None or self.view.age_minutes(self.restores_since) < limit
        ):
            self.view.ledger.unknown(UNTESTED, known.named, plan.name, NOT_FAR_ENOUGH)
            return
        self.view.ledger.fault(
            Fault(
                check=UNTESTED,
                resource=known.named,
                field=f"restored by {plan.name}",
                expected=f"at least every {length(limit)}",
                actual=f"{length(now - minute_of(tested))} ago" if tested else None,
                origin=selection.origin,
                kind=Kind.CHANGED if tested else Kind.MISSING,
            )
        )


def longest_untested(plan: RestoreTestingPlan) -> int | None:
    """The longest from one test of a resource to the next, in minutes; None where the plan does not go on."""
    run = Run(
        name=plan.name,
        cron=plan.schedule,
        start_window_minutes=plan.start_window_hours * 60,
        keep_days=1,
        plan="",
    )
    gap = survey((run,), plan.time_zone, frozenset({0})).gap
    return gap.minutes + run.start_window_minutes + _RESTORE_MINUTES if gap else None
