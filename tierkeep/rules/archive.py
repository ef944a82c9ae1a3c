"""Rules of the archive tier of EBS snapshots."""

from __future__ import annotations

from collections.abc import Iterator

from tierkeep.desired.model import ArchiveRule, DesiredState, SnapshotPolicy, SnapshotSchedule
from tierkeep.promises.recovery_point import length
from tierkeep.rules.registry import Severity, Violation, rule
from tierkeep.rules.walk import policies, snapshot_schedules

_SOURCE = "EBS user guide, snapshot-ami-policy (considerations); read 2026-11"
_SHORTEST_STAY_DAYS = 90
_LONGEST_RETURN_MINUTES = 72 * 60


def _archived(state: DesiredState) -> Iterator[tuple[SnapshotPolicy, SnapshotSchedule, ArchiveRule]]:
    for policy, schedule in snapshot_schedules(state):
        if schedule.archive:
            yield policy, schedule, schedule.archive


@rule(
    "TK077",
    title="One schedule of a tier archives its snapshots",
    severity=Severity.ERROR,
    source=_SOURCE,
)
def one_schedule(state: DesiredState) -> Iterator[Violation]:
    """Data Lifecycle Manager takes an archiving rule for one schedule of a policy.

    Breaks it: `archive_after` on two of a tier's `schedules`
    Keeps it: `archive_after` on one of them
    """
    for policy in policies(state):
        archived = [each for each in policy.schedules if each.archive]
        for each in archived[1:]:
            yield Violation(
                origin=(*each.origin, "archive_after"),
                message=f"`{each.name}` archives its snapshots, and so does `{archived[0].name}`",
                hint="archive those of one schedule, or split the tier",
            )


@rule(
    "TK078",
    title="Snapshots that are archived are made every 28 days or less often",
    severity=Severity.ERROR,
    source=_SOURCE,
)
def rarely(state: DesiredState) -> Iterator[Violation]:
    """An archived snapshot is a full one: Data Lifecycle Manager takes an archiving rule only for a schedule
    that runs every 28 days or less often, by a cron expression.

    Breaks it: `weekly: { every: 1w, on: sunday, keep: 1y, archive_after: 30d }`
    Keeps it: `monthly: { every: 1mo, on: 1, keep: 1y, archive_after: 30d }`
    """
    for _, schedule, archive in _archived(state):
        if not _monthly_or_rarer(schedule):
            yield Violation(
                origin=(*archive.origin, "archive_after"),
                message=f"`{schedule.name}` runs more often than every 28 days",
                hint="archive the snapshots of a monthly or yearly schedule",
            )


def _monthly_or_rarer(schedule: SnapshotSchedule) -> bool:
    """Whether it names one day of the month, as no more frequent schedule of a catalog does."""
    return schedule.cron is not None and schedule.cron.removeprefix("cron(").split()[2].isdigit()


@rule(
    "TK079",
    title="What is archived stays in the archive tier for 90 days",
    severity=Severity.ERROR,
    source=_SOURCE,
)
def shortest_stay(state: DesiredState) -> Iterator[Violation]:
    """Data Lifecycle Manager refuses less. A snapshot is in the archive tier from `archive_after` until
    `keep` ends.

    Breaks it: `{ every: 1mo, on: 1, keep: 119d, archive_after: 30d }`
    Keeps it: `{ every: 1mo, on: 1, keep: 120d, archive_after: 30d }`
    """
    for _, schedule, archive in _archived(state):
        days = archive.retain.interval
        if days < _SHORTEST_STAY_DAYS:
            kept = schedule.retain.interval + _SHORTEST_STAY_DAYS
            yield Violation(
                origin=archive.origin,
                message=f"deleted {max(0, days)} days after it has been archived: EBS keeps it there for "
                f"{_SHORTEST_STAY_DAYS} days or longer",
                hint=f"keep it for {kept}d or longer",
            )


@rule(
    "TK080",
    title="A restore from the archive tier takes 24 to 72 hours",
    severity=Severity.NOTICE,
    source="EBS user guide, snapshot-archive; read 2026-11",
)
def slow_to_restore(state: DesiredState) -> Iterator[Violation]:
    """An archived snapshot is a recovery point, but it must come back to the standard tier before a volume
    can be made from it. No recovery time objective that is shorter holds for it. Archived, it is neither
    shared nor enabled for fast snapshot restore, and it is a full snapshot, whose size is billed in whole.

    Breaks it: `archive_after` on a schedule
    Keeps it: a schedule without
    """
    for policy, schedule, archive in _archived(state):
        promise = state.promise(policy.tier)
        minutes = promise.recovery_time_minutes if promise else None
        missed = minutes is not None and minutes < _LONGEST_RETURN_MINUTES
        objective = (
            f"; the objective of tier {policy.tier} is {length(minutes)}" if missed and minutes else ""
        )
        yield Violation(
            origin=(*archive.origin, "archive_after"),
            message=(
                f"after {schedule.retain.interval} days a restore of `{schedule.name}` takes 24 to 72 hours "
                f"more{objective}"
            ),
            hint="have another schedule make younger recovery points for what is urgent",
        )
