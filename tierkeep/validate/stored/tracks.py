"""What each schedule shall keep in each place, as tracks that single points are held against.

A track is one rule or schedule, of one type of resource, in one vault or Region. Its expected starts are
those of the retention calendar; what there is of a resource is one bit for each of them, so that a resource
with a thousand points takes no more memory than one with three.
"""

from bisect import bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache

from tierkeep.desired.model import (
    BackupRule,
    DesiredUnit,
    Engine,
    Origin,
    Protection,
    ResourceType,
    SnapshotPolicy,
    SnapshotSchedule,
)
from tierkeep.desired.support import type_support
from tierkeep.promises.calendar import Holding, holdings
from tierkeep.promises.cover import Cover, cover
from tierkeep.promises.lifetime import DAY, expiry, longest_days
from tierkeep.promises.recovery_point import (
    ASSUMED_COPY_MINUTES,
    completion_minutes,
    exposures,
)
from tierkeep.promises.timeline import minute_of, moment_of, timeline
from tierkeep.validate.stored.records import PlanVersion
from tierkeep.validate.unread import Unread


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Track:
    """One schedule of one type in one place. Compared by identity: each is made once."""

    tier: str
    resource_type: ResourceType
    cover: Cover
    holding: Holding
    by: str
    """The name of the backup plan or snapshot policy."""
    where: str
    """A vault's ARN; for snapshots and images, their Region."""
    source_arn: str | None
    """Of copies, the vault of their originals."""
    starts: tuple[int, ...]
    """Expected starts as `timeline.minute_of`, ascending: all whose points may still be there, and some that
    are to come."""
    since: datetime | None
    """From when its rule is as it is; None is for as long as anybody knows."""
    since_unread: Unread | None
    rule: BackupRule | None
    policy: SnapshotPolicy | None
    schedule: SnapshotSchedule | None
    delete_after_days: int | None
    cold_after_days: int | None
    lock_days: tuple[int | None, int | None]
    """The range that the vault's lock takes."""
    air_gapped: bool
    origin: Origin

    @property
    def name(self) -> str:
        """Of the rule or schedule."""
        return self.holding.schedule

    @property
    def copy(self) -> bool:
        """Whether what it holds are copies."""
        return self.holding.copy

    @property
    def continuous(self) -> bool:
        """Whether it is point-in-time recovery."""
        return self.holding.granularity_minutes is not None

    @property
    def window_minutes(self) -> int:
        """So long after its scheduled time a backup may start."""
        return self.cover.scheduled[self.holding.index].start_window_minutes

    @property
    def ready_minutes(self) -> int:
        """So long after its scheduled time a backup, or its copy, must be complete."""
        return (
            self.window_minutes + completion_minutes(self.cover) + (copying(self.cover) if self.copy else 0)
        )

    @property
    def stream(self) -> str:
        """The part of the stream that its points come in."""
        if self.cover.engine is Engine.BACKUP:
            return f"points/{self.where}"
        what = "images" if self.policy and self.policy.images else "snapshots"
        return f"{what}/{self.where}" if self.copy else what

    def of_the_same(self, other: "Track") -> bool:
        """Whether both hold what one schedule makes."""
        return self.cover is other.cover and self.holding.index == other.holding.index

    def start_of(self, moment: datetime, *, late: bool = False) -> int | None:
        """The index of the expected start that a point of that moment belongs to.

        It lies within the start window before it; with `late`, anywhere after the start and before the next.
        """
        minute = minute_of(moment)
        index = bisect_right(self.starts, minute) - 1
        if index < 0 or (not late and minute - self.starts[index] > self.window_minutes):
            return None
        return index

    def due(self, at: datetime, begun: datetime | None) -> int:
        """The starts, as bits, whose points must be there at a moment, for what began at another."""
        end = minute_of(at)
        first = max((minute_of(each) for each in (begun, self.since) if each), default=0)
        retain, ready = self.holding.retain, self.ready_minutes
        bits = 0
        for index in range(bisect_right(self.starts, end - ready) - 1, -1, -1):
            start = self.starts[index]
            # A start in the very minute of creation may find the resource, or not.
            if start <= first or (retain is not None and expiry(start, retain) <= end):
                break
            bits |= 1 << index
        return bits

    def alive(self, index: int, at: datetime) -> bool:
        """Whether the point of a start has not reached its end."""
        retain = self.holding.retain
        return retain is None or expiry(self.starts[index], retain) > minute_of(at)

    def moments(self, bits: int) -> Iterator[datetime]:
        """The scheduled times of the starts in a set of bits, ascending."""
        while bits:
            lowest = bits & -bits
            yield moment_of(self.starts[lowest.bit_length() - 1])
            bits ^= lowest


MOST_ALIKE = 64
"""So many points that began between one start and the next are told apart."""


@dataclass(slots=True)
class Kept:
    """What there is of one resource on one track: each bit stands for an expected start."""

    points: list[int] = field(default_factory=list)
    """Starts after which, and before the next, a point began; then those after which two did, and so on."""
    made: int = 0
    """Starts with a backup job that says that it is complete."""
    busy: int = 0
    """Starts for which a job is under way."""

    def add(self, start: int) -> None:
        """Take a point down."""
        bit = 1 << start
        for number, known in enumerate(self.points):
            if not known & bit:
                self.points[number] |= bit
                return
        if len(self.points) < MOST_ALIKE:
            self.points.append(bit)

    @property
    def there(self) -> int:
        """Starts after which, and before the next, at least one point began, or is about to."""
        return (self.points[0] if self.points else 0) | self.busy

    def after(self, start: int) -> int:
        """How many began after a start and before the next."""
        return sum(known >> start & 1 for known in (*self.points, self.busy))


def unmet(track: Track, wanted: int, kept: Kept) -> int:
    """The wanted starts that have no point.

    Where a start window reaches beyond the next start, a point may belong to either. Each start, from the
    oldest on, takes the oldest point within its window that is left.
    """
    missing = wanted & ~kept.there
    if not missing:
        return 0
    starts, left, found = track.starts, dict[int, int](), 0
    while wanted:
        lowest = wanted & -wanted
        wanted ^= lowest
        index = lowest.bit_length() - 1
        for at in range(index, bisect_right(starts, starts[index] + track.window_minutes)):
            number = left.setdefault(at, kept.after(at))
            if number:
                left[at] = number - 1
                break
        else:
            found |= lowest
    return found


def copying(of: Cover) -> int:
    """How long a copy takes, in minutes: as measured, or the allowance of the compiler."""
    return ASSUMED_COPY_MINUTES if of.measured_copy_minutes is None else of.measured_copy_minutes


@lru_cache(maxsize=4096)
def worst_wait(of: Cover, copied_to: str | None) -> int | None:
    """The oldest that the newest point of a healthy system gets, in minutes; None where nothing bounds it.

    Of snapshots alone, also where point-in-time recovery keeps a better objective. Raises `ScheduleError`.
    """
    periodic = tuple(each for each in of.scheduled if each.granularity_minutes is None)
    for each in exposures(replace(of, scheduled=periodic)):
        if each.place == (copied_to or of.region) and each.copy is (copied_to is not None):
            return each.minutes
    return None


def tracks_of(
    unit: DesiredUnit,
    protection: Protection,
    at: datetime,
    versions: Mapping[str, PlanVersion | Unread],
    locks: Mapping[str, tuple[int | None, int | None]],
) -> list[Track]:
    """The tracks of one protected type. Raises `ScheduleError` where a schedule cannot be read."""
    of = cover(unit, protection)
    starts = _starts(of, at.astimezone(UTC).date())
    return [
        _track(unit, protection, of, holding, starts[holding.index], versions=versions, locks=locks)
        for holding in holdings(of)
        if not of.scheduled[holding.index].native
    ]


@lru_cache(maxsize=256)
def _starts(of: Cover, today: date) -> tuple[tuple[int, ...], ...]:
    """By schedule, the starts up to a day whose points, of the longest kept, may still be there on it."""
    keep = [0] * len(of.scheduled)
    for each in holdings(of):
        keep[each.index] = max(keep[each.index], longest_days(each.retain) + 2)
    found: list[list[int]] = [[] for _ in of.scheduled]
    last = today + timedelta(days=1)
    first = last - timedelta(days=max(keep, default=0) + 2)
    oldest = [(last.toordinal() - 1 - days) * DAY for days in keep]
    for minute, run in timeline(of.runs, of.time_zone).starts(first, last):
        if minute >= oldest[run]:
            found[run].append(minute)
    return tuple(map(tuple, found))


def _track(
    unit: DesiredUnit,
    protection: Protection,
    of: Cover,
    holding: Holding,
    starts: tuple[int, ...],
    *,
    versions: Mapping[str, PlanVersion | Unread],
    locks: Mapping[str, tuple[int | None, int | None]],
) -> Track:
    common = Track(
        tier=protection.tier,
        resource_type=protection.resource_type,
        cover=of,
        holding=holding,
        by="",
        where="",
        source_arn=None,
        starts=starts,
        since=None,
        since_unread=None,
        rule=None,
        policy=None,
        schedule=None,
        delete_after_days=None,
        cold_after_days=None,
        lock_days=(None, None),
        air_gapped=False,
        origin=(),
    )
    if protection.engine is Engine.DLM:
        return _of_snapshots(unit, common)
    return _of_points(unit, common, versions, locks)


def _of_points(
    unit: DesiredUnit,
    common: Track,
    versions: Mapping[str, PlanVersion | Unread],
    locks: Mapping[str, tuple[int | None, int | None]],
) -> Track:
    scheduled = common.cover.scheduled[common.holding.index]
    plan = next(each for each in unit.plans if (each.name, each.tier) == (scheduled.plan, common.tier))
    rule = next(each for each in plan.rules if each.name == scheduled.name)
    copy = next(
        (each for each in rule.copies if common.copy and each.place(unit.id) == common.holding.place), None
    )
    lifecycle = copy.lifecycle if copy else rule.lifecycle
    vault = next((each.arn for each in unit.vaults if each.name == rule.vault_name), rule.vault_name)
    where = copy.destination_vault_arn if copy else vault
    version = versions.get(plan.name)
    since = None
    if isinstance(version, PlanVersion):
        since = version.rules_since.get(rule.name, version.created_at)
    return replace(
        common,
        by=plan.name,
        where=where,
        source_arn=vault if copy else None,
        since=since,
        since_unread=version if isinstance(version, Unread) else None,
        rule=rule,
        delete_after_days=lifecycle.delete_after_days,
        cold_after_days=lifecycle.cold_storage_after_days,
        lock_days=locks.get(where, (None, None)),
        air_gapped=copy is not None and copy.air_gapped,
        origin=copy.origin if copy else rule.origin,
    )


def _of_snapshots(unit: DesiredUnit, common: Track) -> Track:
    target = type_support()[common.resource_type].snapshots
    policy = next(
        each
        for each in unit.snapshot_policies
        if each.tier == common.tier and target and each.resource_type == target.resource_type
    )
    schedule = next(each for each in policy.schedules if each.name == common.holding.schedule)
    copy = next(
        (each for each in schedule.copies if common.copy and each.target_region == common.holding.place), None
    )
    return replace(
        common,
        by=policy.name,
        where=common.holding.place,
        policy=policy,
        schedule=schedule,
        origin=copy.origin if copy else schedule.origin,
    )
