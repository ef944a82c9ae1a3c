"""The stored state of a unit -> findings: a fold that sees each record once.

Pure: the moment is handed in. Memory grows with resources, not with recovery points: of points there are bits
for expected starts, newest and oldest moments, and counts.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Protocol

from tierkeep.desired.model import DesiredState, DesiredUnit
from tierkeep.desired.selecting import OptIn
from tierkeep.promises.timeline import minute_of
from tierkeep.validate.findings import Finding, Unknown
from tierkeep.validate.findings import Resource as Named
from tierkeep.validate.observed import ObservedUnit
from tierkeep.validate.stored import cost, freshness, integrity, protection, retention, security, silent
from tierkeep.validate.stored.check import PART
from tierkeep.validate.stored.records import (
    Image,
    Incomplete,
    Job,
    JobKind,
    PlanVersion,
    Record,
    RecoveryPoint,
    Resource,
    Snapshot,
    Whole,
)
from tierkeep.validate.stored.tracks import Track
from tierkeep.validate.stored.view import Known, Placed, View
from tierkeep.validate.unread import Unread

CHECKS = (
    *protection.CHECKS,
    *freshness.CHECKS,
    *retention.CHECKS,
    *integrity.CHECKS,
    *security.CHECKS,
    *silent.CHECKS,
    *cost.CHECKS,
)
"""All of them, each with what has to be read for it."""

OPT_IN_NOT_READ = Unread(
    service="backup",
    operation="describe_region_settings",
    code="NotRead",
    message="the Region's opt-in settings are not among what was observed",
)
_RUNNING = {"CREATED", "PENDING", "RUNNING", "ABORTING"}
_BEING_MADE = {"CREATING", "pending"}


class Family(Protocol):
    """A family of checks."""

    def see(self, record: Record, placed: Placed | None) -> None:
        """Take a record into account; `placed` says where a point, snapshot or image belongs."""

    def end(self) -> None:
        """Judge what needs the whole stream."""


class StoredJudge:
    """Judges what is stored in a unit. Records come in the order of `records.py`.

    Within what is kept, snapshots of the unit's own Region come before those that are copies elsewhere.
    """

    def __init__(
        self,
        state: DesiredState,
        unit: DesiredUnit,
        observed: ObservedUnit,
        at: datetime,
        plan_versions: Mapping[str, PlanVersion | Unread],
        *,
        restores_since: datetime | None = None,
        opted_in: OptIn | Unread = OPT_IN_NOT_READ,
    ) -> None:
        """`at` is in UTC; `restores_since` is from when jobs were read, None where nobody knows.

        Raises `ScheduleError` where a schedule of the unit cannot be read.
        """
        self.view = View.of(state, unit, observed, at, plan_versions, opted_in)
        self.families: tuple[Family, ...] = (
            protection.Protection(self.view),
            freshness.Freshness(self.view),
            retention.Retention(self.view),
            integrity.Integrity(self.view, restores_since),
            security.Security(self.view),
            silent.Silent(self.view),
            cost.Cost(self.view),
        )

    def see(self, record: Record) -> None:
        """Take one record into account."""
        view, placed = self.view, None
        match record:
            case Whole() | Incomplete():
                view.streams.see(record)
                return
            case Resource():
                view.add(record)
                return
            case RecoveryPoint():
                placed = view.place_point(record)
                _sum_up_point(view, record, placed)
            case Snapshot():
                placed = view.place_snapshot(record)
                _sum_up_snapshot(view, record, placed)
            case Image():
                placed = view.place_image(record)
                _sum_up_image(record, placed)
            case Job():
                _sum_up_job(view, record)
        for family in self.families:
            family.see(record, placed)

    def outcomes(self) -> list[Finding | Unknown]:
        """All findings, and what could not be determined. To be asked once, when the stream has ended."""
        for stream, kind, cause in self.view.streams.holes():
            for check in CHECKS:
                if kind in check.needs:
                    part = Named(type=PART, name=stream, arn=None)
                    self.view.ledger.unknown(check, part, "", cause)
        for family in self.families:
            family.end()
        return self.view.ledger.outcomes()


def _sum_up_point(view: View, point: RecoveryPoint, placed: Placed) -> None:
    owner, track, start = placed.owner, placed.track, placed.start
    if owner is None:
        return
    whole = point.status == "COMPLETED"
    if point.continuous:
        # Copies of it are snapshots. There is one of a resource, so that whichever plan began it goes on.
        if (point.status == "AVAILABLE" or whole) and point.source_vault_arn is None:
            owner.continuous.add(point.vault_arn)
        return
    _first(owner, point.created_at)
    if whole:
        _newest(owner, point.vault_arn, point.created_at)
    if track and start is not None:
        _mark(owner, track, start, busy=point.status in _BEING_MADE)
    elif track is None and point.plan is None:
        for other, index in view.substitutes(point, owner.record.type):
            _mark(owner, other, index, busy=point.status in _BEING_MADE)


def _sum_up_snapshot(view: View, snapshot: Snapshot, placed: Placed) -> None:
    owner, track, start = placed.owner, placed.track, placed.start
    if track is None:
        return
    if track.copy:
        view.count_copy(snapshot, track)
        original = view.source_minute(snapshot)
        if owner is not None and original is not None and snapshot.state == "completed":
            owner.newest[track.where] = max(original, owner.newest.get(track.where, 0))
        return
    view.remember(snapshot, placed)
    if owner is None:
        return
    _first(owner, snapshot.started_at)
    if snapshot.state == "completed":
        _newest(owner, track.where, snapshot.started_at)
    if start is not None:
        _mark(owner, track, start, busy=snapshot.state in _BEING_MADE)


def _sum_up_image(image: Image, placed: Placed) -> None:
    owner, track, start = placed.owner, placed.track, placed.start
    if owner is None or track is None or track.copy:
        return
    _first(owner, image.created_at)
    if image.state == "available":
        _newest(owner, track.where, image.created_at)
    if start is not None:
        _mark(owner, track, start, busy=image.state in _BEING_MADE)


def _sum_up_job(view: View, job: Job) -> None:
    owner = view.resources.get(job.resource_arn)
    if owner is None or job.vault_arn is None or job.kind is JobKind.RESTORE:
        return
    track = view.track_of_job(job, owner.record.type)
    if track is None or track.copy is not (job.kind is JobKind.COPY):
        return
    start = track.start_of(job.created_at, late=track.copy)
    if start is None:
        return
    if job.state in _RUNNING:
        owner.on(track).busy |= 1 << start
    elif job.state == "COMPLETED" and not track.copy:
        owner.on(track).made |= 1 << start


def _first(owner: Known, moment: datetime) -> None:
    owner.first = min(moment, owner.first or moment)


def _newest(owner: Known, where: str, moment: datetime) -> None:
    owner.newest[where] = max(minute_of(moment), owner.newest.get(where, 0))


def _mark(owner: Known, track: Track, start: int, *, busy: bool) -> None:
    kept = owner.on(track)
    if busy:
        kept.busy |= 1 << start
    else:
        kept.add(start)
