"""Retention: whether what the calendar holds is there, for as long as the tier says, and no longer.

Ages are counted as in `promises.calendar`. What was made before a rule became what it is now is not held
against it.
"""

from bisect import bisect_right
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from tierkeep.desired.model import Engine
from tierkeep.desired.support import Feature, Support, type_support
from tierkeep.promises.lifetime import expiry
from tierkeep.promises.timeline import minute_of, moment_of
from tierkeep.validate import stored_checks
from tierkeep.validate.difference import Kind
from tierkeep.validate.findings import Resource as Named
from tierkeep.validate.stored.check import Fault, StoredCheck
from tierkeep.validate.stored.named import point_named, snapshot_named
from tierkeep.validate.stored.records import Record, RecoveryPoint, Snapshot
from tierkeep.validate.stored.streams import BACKUP_JOBS, COPIES, POINTS, RESOURCES, SNAPSHOTS
from tierkeep.validate.stored.tracks import Track, unmet
from tierkeep.validate.stored.view import Known, Placed, View

GRACE = timedelta(hours=8)
"""AWS Backup deletes within so long after a point's end (developer guide, deleting-backups)."""
SNAPSHOT_GRACE = timedelta(hours=24)
"""Data Lifecycle Manager deletes with a later run of its policy; when, its documentation does not say."""
_A_DAY = timedelta(days=1)

_EVERYWHERE = frozenset({POINTS, COPIES})

MISSING = StoredCheck(
    check=stored_checks.MISSING,
    needs=frozenset({RESOURCES, POINTS, SNAPSHOTS, COPIES, BACKUP_JOBS}),
)
DELETED_EARLY = StoredCheck(
    check=stored_checks.DELETED_EARLY,
    needs=frozenset({RESOURCES, POINTS, BACKUP_JOBS}),
)
TOO_SHORT = StoredCheck(
    check=stored_checks.TOO_SHORT,
    needs=_EVERYWHERE,
)
TOO_LONG = StoredCheck(
    check=stored_checks.TOO_LONG,
    needs=_EVERYWHERE,
)
NEVER_EXPIRES = StoredCheck(
    check=stored_checks.NEVER_EXPIRES,
    needs=_EVERYWHERE,
)
COLD_STORAGE = StoredCheck(
    check=stored_checks.COLD_STORAGE,
    needs=frozenset({POINTS, COPIES, SNAPSHOTS}),
)
OVERDUE = StoredCheck(
    check=stored_checks.OVERDUE,
    needs=frozenset({POINTS, COPIES, SNAPSHOTS}),
)
LOCK_RANGE = StoredCheck(
    check=stored_checks.LOCK_RANGE,
    needs=_EVERYWHERE,
)
CHECKS = (MISSING, DELETED_EARLY, TOO_SHORT, TOO_LONG, NEVER_EXPIRES, COLD_STORAGE, OVERDUE, LOCK_RANGE)


@dataclass(slots=True)
class Retention:
    """The family."""

    view: View
    _copies: dict[Track, Counter[int]] = field(default_factory=dict)
    """How many copied snapshots there are of each start: whose the older ones are, nothing says."""

    def see(self, record: Record, placed: Placed | None) -> None:
        """Single points against their rule."""
        if placed is None:
            return
        if isinstance(record, RecoveryPoint):
            self._point(record, placed)
        if isinstance(record, Snapshot) and placed.track:
            self._snapshot(record, placed, placed.track)
            if placed.track.copy and placed.start is not None:
                self._copies.setdefault(placed.track, Counter())[placed.start] += 1

    def _point(self, point: RecoveryPoint, placed: Placed) -> None:
        # What is being deleted, or could not be, is a finding of its own; a continuous backup goes on.
        other = point.continuous or point.status in {"DELETING", "EXPIRED"}
        if point.delete_at and self.view.at > point.delete_at + GRACE and not other:
            end = f"gone by {point.delete_at:%Y-%m-%d %H:%M} UTC"
            self._fault(OVERDUE, point, placed, "existence", end, "still there", kind=Kind.UNEXPECTED)
        track = placed.track
        if track is None:
            if point.delete_after_days is None and not point.plan and point.vault_arn in self._tier_vaults():
                self._fault(NEVER_EXPIRES, point, placed, "delete_after_days", "an end", None)
            return
        self._range(point, placed, track)
        if track.since_unread:
            for check in (TOO_SHORT, TOO_LONG, NEVER_EXPIRES, COLD_STORAGE):
                self.view.ledger.unknown(
                    check, None, f"since when {track.by} is as it is", track.since_unread
                )
        elif track.since is None or point.created_at >= track.since:
            self._lifecycle(point, placed, track)

    def _tier_vaults(self) -> set[str]:
        return {each.arn for each in self.view.unit.vaults}

    def _lifecycle(self, point: RecoveryPoint, placed: Placed, track: Track) -> None:
        wanted, found = track.delete_after_days, point.delete_after_days
        if found is None and wanted is not None:
            self._fault(NEVER_EXPIRES, point, placed, "delete_after_days", wanted, None)
        elif found is not None and (wanted is None or found < wanted):
            self._fault(TOO_SHORT, point, placed, "delete_after_days", wanted, found)
        elif found is not None and wanted is not None and found > wanted:
            self._fault(TOO_LONG, point, placed, "delete_after_days", wanted, found)
        elif found is not None:
            self._end(point, placed, found)
        cold = type_support()[track.resource_type].features[Feature.COLD_STORAGE]
        # For other types AWS ignores it (developer guide, plan-options-and-configuration).
        if cold is not Support.NO and point.cold_after_days != track.cold_after_days:
            self._fault(
                COLD_STORAGE, point, placed, "cold_after_days", track.cold_after_days, point.cold_after_days
            )

    def _end(self, point: RecoveryPoint, placed: Placed, days: int) -> None:
        """The moment of deletion beside the number of days: AWS computes one from the other."""
        wanted = point.created_at + timedelta(days=days)
        if placed.track and placed.track.continuous:
            return  # It goes on, and ends with what it protects.
        if point.delete_at is None:
            self._fault(NEVER_EXPIRES, point, placed, "delete_at", f"{wanted:%Y-%m-%d}", None)
        elif abs(point.delete_at - wanted) > _A_DAY:
            check = TOO_SHORT if point.delete_at < wanted else TOO_LONG
            self._fault(
                check, point, placed, "delete_at", f"{wanted:%Y-%m-%d}", f"{point.delete_at:%Y-%m-%d}"
            )

    def _range(self, point: RecoveryPoint, placed: Placed, track: Track) -> None:
        least, most = track.lock_days
        days = point.delete_after_days
        below = least is not None and days is not None and days < least
        above = most is not None and (days is None or days > most)
        if below or above:
            wanted = f"{least or 1} to {most or 'any number of'} days"
            self._fault(LOCK_RANGE, point, placed, "delete_after_days", wanted, days)

    def _fault(
        self,
        check: StoredCheck,
        point: RecoveryPoint,
        placed: Placed,
        what: str,
        expected: str | int | None,
        actual: str | int | None,
        *,
        kind: Kind = Kind.CHANGED,
    ) -> None:
        self.view.ledger.fault(
            Fault(
                check=check,
                resource=point_named(point, placed),
                field=what,
                expected=expected,
                actual=actual,
                origin=placed.track.origin if placed.track else (),
                kind=kind,
            ),
            alike=(point.resource_arn, point.vault_arn, point.rule, what),
        )

    def _snapshot(self, snapshot: Snapshot, placed: Placed, track: Track) -> None:
        if snapshot.archived and track.schedule and track.schedule.archive is None:
            self.view.ledger.fault(
                Fault(
                    check=COLD_STORAGE,
                    resource=snapshot_named(snapshot, placed),
                    field="archived",
                    expected=False,
                    actual=True,
                    origin=track.origin,
                ),
                alike=(snapshot.volume_id, track.where),
            )
        retain = track.holding.retain
        if retain is None:
            return
        end = moment_of(expiry(minute_of(snapshot.started_at), retain))
        if self.view.at > end + SNAPSHOT_GRACE:
            self.view.ledger.fault(
                Fault(
                    check=OVERDUE,
                    resource=Named(
                        type="snapshot", name=f"{track.name} of {track.by} in {track.where}", arn=snapshot.arn
                    ),
                    field="existence",
                    expected=f"gone by {end:%Y-%m-%d %H:%M} UTC",
                    actual="still there",
                    origin=track.origin,
                    kind=Kind.UNEXPECTED,
                ),
                alike=(track.by, track.name, track.where),
            )

    def end(self) -> None:
        """What is not there."""
        expected: Counter[Track] = Counter()
        asked: dict[Track, int] = {}
        for known in self.view.resources.values():
            for track in self.view.tracks_for(known):
                if track.continuous or self.view.streams.hole(track.stream):
                    continue
                if track.copy and track.cover.engine is Engine.DLM:
                    if known.begun() is None:
                        continue
                    due = self._due(known, track)
                    expected[track] += due.bit_count()
                    asked[track] = asked.get(track, 0) | due
                else:
                    self._missing(known, track)
        for track, number in expected.items():
            if not (track.policy and track.policy.images) and "/" not in track.where:
                self._missing_copies(track, number, asked[track])

    def _missing(self, known: Known, track: Track) -> None:
        kept = known.on(track)
        # Since when a thing is there may be unknown (freshness says so); what a job made, was there.
        due = self._due(known, track) if known.begun() else 0
        made = self._alive(track, kept.made)
        missing = unmet(track, due | made, kept)
        early = missing & made
        if early:
            kept_for = f"kept for {track.delete_after_days} days"
            self._absent(DELETED_EARLY, known, track, kept_for, f"gone: {_some(track, early)}")
        missing &= ~early
        if missing:
            there = (due & ~missing).bit_count()
            without = f"{there}, without {_some(track, missing)}"
            self._absent(MISSING, known, track, due.bit_count(), without)

    def _absent(
        self, check: StoredCheck, known: Known, track: Track, expected: int | str, actual: str
    ) -> None:
        self.view.ledger.fault(
            Fault(
                check=check,
                resource=known.named,
                field=f"{track.name} in {track.where}",
                expected=expected,
                actual=actual,
                origin=track.origin,
                kind=Kind.MISSING,
            )
        )

    def _alive(self, track: Track, bits: int) -> int:
        """Those of some starts whose points have not reached their end."""
        alive, left = 0, bits
        while left:
            lowest = left & -left
            if track.alive(lowest.bit_length() - 1, self.view.at):
                alive |= lowest
            left ^= lowest
        return alive

    def _due(self, known: Known, track: Track) -> int:
        """The starts that are asked for; of copies also that of the first point seen, if that is due."""
        due = track.due(self.view.at, known.begun())
        for home, kept in known.kept.items():
            if track.copy and not home.copy and home.of_the_same(track):
                due |= kept.there & track.due(self.view.at, known.record.created_at)
        return due

    def _missing_copies(self, track: Track, expected: int, asked: int) -> None:
        """Copied snapshots by their number: all resources' together, of the starts that any is asked for."""
        last = track.due(self.view.at, None)
        lowest = (asked & -asked).bit_length() - 1
        # The original of the last may have begun so late that another start was due.
        latest = track.starts[last.bit_length() - 1] + track.window_minutes if last else 0
        highest = bisect_right(track.starts, latest) - 1
        counts = self._copies.get(track, Counter())
        found = sum(number for start, number in counts.items() if lowest <= start <= highest)
        if found < expected:
            self.view.ledger.fault(
                Fault(
                    check=MISSING,
                    resource=Named(type="snapshot policy", name=track.by, arn=None),
                    field=f"copies of {track.name} in {track.where}",
                    expected=expected,
                    actual=found,
                    origin=track.origin,
                    kind=Kind.MISSING,
                )
            )


def _some(track: Track, bits: int) -> str:
    moments: list[datetime] = list(track.moments(bits))
    shown = ", ".join(f"{each:%Y-%m-%d %H:%M}" for each in moments[:3])
    return f"{shown} UTC" + (f" and {len(moments) - 3} more" if len(moments) > 3 else "")
