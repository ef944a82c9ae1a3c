"""Freshness: how much would be lost if each protected resource were lost now.

The limit is the objective that the tier is bound to, or what the compiler says that its schedules can do at
worst, whichever is more: what no schedule can keep, the compiler has reported already (TK rules), and a
healthy system has no finding at any hour.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from tierkeep.desired.model import Engine, ResourceType
from tierkeep.promises.lifetime import DAY
from tierkeep.promises.recovery_point import ASSUMED_COMPLETION_MINUTES, length
from tierkeep.promises.timeline import minute_of, moment_of
from tierkeep.validate import stored_checks
from tierkeep.validate.difference import Kind
from tierkeep.validate.stored.check import Fault, StoredCheck
from tierkeep.validate.stored.records import Record
from tierkeep.validate.stored.streams import COPIES, POINTS, RESOURCES, SNAPSHOTS
from tierkeep.validate.stored.tracks import Track, worst_wait
from tierkeep.validate.stored.view import Known, Placed, View
from tierkeep.validate.unread import Unread

LAG_ALLOWANCE_MINUTES = 15
"""How far behind the objective the last restorable moment may be besides: the databases are read some time
before the moment for which the unit is judged."""
SWITCHED_ON_MINUTES = 120
"""A table's own recovery is switched on within an hour after it is tagged (`desired.tables`)."""

HOME = StoredCheck(
    check=stored_checks.FRESH_HOME,
    needs=frozenset({RESOURCES, POINTS, SNAPSHOTS}),
)
COPY = StoredCheck(
    check=stored_checks.FRESH_COPY,
    needs=frozenset({RESOURCES, COPIES}),
)
POINT_IN_TIME = StoredCheck(
    check=stored_checks.POINT_IN_TIME,
    needs=frozenset({RESOURCES, POINTS}),
)
CHECKS = (HOME, COPY, POINT_IN_TIME)

NOT_SAID = Unread(
    service="tierkeep",
    operation="created_at",
    code="NotSaid",
    message="AWS does not say since when it is there, and nothing is kept of it",
)
NOT_JUDGED = Unread(
    service="tierkeep",
    operation="records",
    code="NotRead",
    message="copies of images, and copies that another account makes of what is shared, are not read",
)
SOURCES_UNTOLD = Unread(
    service="ec2",
    operation="describe_snapshots",
    code="NoSource",
    message="the descriptions of the copies do not say which snapshots they were copied from",
)


@dataclass(slots=True)
class Freshness:
    """The family: all of it is judged when everything is seen."""

    view: View

    def see(self, record: Record, placed: Placed | None) -> None:
        """Nothing: the newest points are kept in the summary of their resource."""

    def end(self) -> None:
        """Judge every resource that a tier protects."""
        for known in self.view.resources.values():
            if isinstance(known.record.tags, Unread):
                for check in CHECKS:
                    self.view.ledger.unknown(check, known.named, "tags", known.record.tags)
                continue
            for tracks in _by_place(self.view.tracks_for(known)):
                self._judge(known, tracks)
            self._native(known)

    def _judge(self, known: Known, tracks: list[Track]) -> None:
        continuous = [each for each in tracks if each.continuous]
        periodic = [each for each in tracks if not each.continuous]
        for track in continuous:
            self._continuous(known, track)
        if not periodic:
            return
        track = periodic[0]
        check, place = (COPY, track.holding.place) if track.copy else (HOME, None)
        if track.copy and self._not_read(track):
            self.view.ledger.unknown(check, known.named, track.where, NOT_JUDGED)
            return
        wait = worst_wait(track.cover, place)
        # Absence counts only where everything was read; nothing bounds what never starts.
        if wait is None or self.view.streams.hole(track.stream):
            return
        self._aged(check, known, periodic, wait)

    def _not_read(self, track: Track) -> bool:
        by_dlm = track.cover.engine is Engine.DLM
        images = track.policy is not None and track.policy.images is not None
        return by_dlm and (images or "/" in track.where)

    def _aged(self, check: StoredCheck, known: Known, tracks: list[Track], wait: int) -> None:
        track, now = tracks[0], minute_of(self.view.at)
        newest = known.newest.get(track.where)
        objective = objective_of(self.view, track)
        limit = max(objective, wait)
        since = [each.since for each in tracks]
        oldest_rule = None if None in since else min(each for each in since if each)
        begun = newest if newest is not None else _latest(known.record.created_at, oldest_rule)
        if begun is None:
            self.view.ledger.unknown(check, known.named, _place(track), NOT_SAID)
            return
        if now - begun <= limit:
            return
        if track.copy and track.policy and newest is None and self.view.untold_sources(track.where):
            self.view.ledger.unknown(check, known.named, _place(track), SOURCES_UNTOLD)
            return
        self.view.ledger.fault(
            Fault(
                check=check,
                resource=known.named,
                field=_place(track),
                expected=f"at most {length(limit)} old",
                actual=None
                if newest is None
                else f"{length(now - newest)} old, of {moment_of(newest):%Y-%m-%d %H:%M} UTC",
                origin=track.origin,
                kind=Kind.MISSING if newest is None else Kind.CHANGED,
            )
        )

    def _continuous(self, known: Known, track: Track) -> None:
        if self.view.streams.hole(track.stream):
            return
        begun = _latest(known.record.created_at, track.since)
        first = DAY + track.window_minutes + ASSUMED_COMPLETION_MINUTES
        if begun is None and track.where not in known.continuous:
            self.view.ledger.unknown(POINT_IN_TIME, known.named, _place(track), NOT_SAID)
            return
        if begun is not None and minute_of(self.view.at) - begun <= first:
            return
        if track.where not in known.continuous:
            self._reach_fault(known, track.origin, "continuous backup", "one that goes on", None)
        retain = track.holding.retain
        self._reach(
            known,
            lag=max(track.holding.granularity_minutes or 0, objective_of(self.view, track)),
            back=(retain.interval if retain else 0) * DAY,
            begun=None if begun is None else begun + first,
            origin=track.origin,
        )

    def _native(self, known: Known) -> None:
        recovery = known.protected.recovery if known.protected else None
        if recovery is None or known.record.type is not ResourceType.DYNAMODB:
            return
        created = known.record.created_at
        begun = None if created is None else minute_of(created) + SWITCHED_ON_MINUTES
        if begun is not None and minute_of(self.view.at) <= begun:
            return
        if known.record.restorable_to is None:
            self._reach_fault(known, recovery.origin, "point-in-time recovery", "on", None)
            return
        self._reach(
            known,
            lag=max(recovery.granularity_minutes, self._objective(known)),
            back=recovery.period_days * DAY,
            begun=begun,
            origin=recovery.origin,
        )

    def _objective(self, known: Known) -> int:
        return (known.protection.recovery_point_minutes or 0) if known.protection else 0

    def _reach(
        self, known: Known, *, lag: int, back: int, begun: int | None, origin: tuple[str, ...]
    ) -> None:
        """From when and until when a resource can be restored, where AWS says it (buckets do not)."""
        now, record = minute_of(self.view.at), known.record
        if record.restorable_to is not None:
            behind = now - minute_of(record.restorable_to)
            if behind > lag + LAG_ALLOWANCE_MINUTES:
                self._reach_fault(
                    known,
                    origin,
                    "latest restorable moment",
                    f"at most {length(lag)} ago",
                    f"{length(behind)} ago",
                )
        if record.restorable_from is not None:
            # A day on top: what a database keeps begins with a whole snapshot.
            wanted = max(now - back, begun or 0) + DAY
            if minute_of(record.restorable_from) > wanted:
                self._reach_fault(
                    known,
                    origin,
                    "earliest restorable moment",
                    f"{moment_of(wanted):%Y-%m-%d %H:%M} UTC or before",
                    f"{record.restorable_from:%Y-%m-%d %H:%M} UTC",
                )

    def _reach_fault(
        self, known: Known, origin: tuple[str, ...], what: str, expected: str, actual: str | None
    ) -> None:
        self.view.ledger.fault(
            Fault(
                check=POINT_IN_TIME,
                resource=known.named,
                field=what,
                expected=expected,
                actual=actual,
                origin=origin,
                kind=Kind.MISSING if actual is None else Kind.CHANGED,
            )
        )


def objective_of(view: View, track: Track) -> int:
    """The recovery point objective of a track's type, in minutes; 0 where there is none."""
    return next(
        (
            each.recovery_point_minutes or 0
            for each in view.unit.protections
            if (each.tier, each.resource_type) == (track.tier, track.resource_type)
        ),
        0,
    )


def _by_place(tracks: tuple[Track, ...]) -> Iterator[list[Track]]:
    places: dict[tuple[str, str], list[Track]] = {}
    for each in tracks:
        places.setdefault((each.tier + each.resource_type, each.holding.place), []).append(each)
    yield from places.values()


def _latest(created: datetime | None, since: datetime | None) -> int | None:
    """The later of two moments as a minute; None where its creation is unknown: it may be younger."""
    if created is None:
        return None
    return max(minute_of(each) for each in (created, since) if each)


def _place(track: Track) -> str:
    return f"newest in {track.where}"
