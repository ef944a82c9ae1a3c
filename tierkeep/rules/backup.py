"""Rules of AWS Backup's plans: windows, lifecycles, and what they would back up twice."""

from __future__ import annotations

from collections.abc import Iterator

from tierkeep.desired.limits import (
    LONGEST_RETENTION_DAYS,
    POINT_IN_TIME_LAG_MINUTES,
    SHORTEST_START_WINDOW_MINUTES,
)
from tierkeep.desired.model import BackupRule, DesiredState, Engine, Origin, Protection, ResourceType
from tierkeep.rules.registry import Severity, Violation, rule
from tierkeep.rules.walk import rules_of_plans

_LONGEST_WINDOW = 52_560_000
_TIME_TO_COMPLETE = 60


@rule(
    "TK001",
    title="A start window is at least 60 minutes",
    severity=Severity.ERROR,
    source="botocore 1.44.5, backup BackupRuleInput.StartWindowMinutes; read 2026-11",
)
def start_window(state: DesiredState) -> Iterator[Violation]:
    """AWS Backup starts a backup at some time within the start window, and refuses a window below an hour.

    Breaks it: `start_window: 59m`
    Keeps it: `start_window: 1h`
    """
    for _, each in rules_of_plans(state):
        if each.start_window_minutes < SHORTEST_START_WINDOW_MINUTES:
            yield Violation(
                origin=each.start_window_origin,
                message=f"AWS Backup refuses a start window of {each.start_window_minutes} minutes",
                hint="write 1h or longer",
            )


@rule(
    "TK002",
    title="A completion window ends at least 60 minutes after the start window",
    severity=Severity.WARNING,
    source="botocore 1.44.5, CompletionWindowMinutes; not in the guide; read 2026-11",
)
def completion_window(state: DesiredState) -> Iterator[Violation]:
    """A backup that starts at the end of its start window needs time to complete, or it is cancelled.

    Breaks it: `start_window: 1h` with `completion_window: 119m`
    Keeps it: `start_window: 1h` with `completion_window: 2h`
    """
    for _, each in rules_of_plans(state):
        # A window that is shorter still is TK053's.
        left = each.completion_window_minutes - each.start_window_minutes
        if 0 <= left < _TIME_TO_COMPLETE:
            yield Violation(
                origin=_of_windows(each),
                message=(
                    f"the completion window of {each.completion_window_minutes} minutes leaves less than "
                    f"an hour after the start window of {each.start_window_minutes}"
                ),
                hint=f"write `completion_window: {_hours_to_complete(each)}h` or longer",
            )


def _hours_to_complete(each: BackupRule) -> int:
    return -(-(each.start_window_minutes + _TIME_TO_COMPLETE) // 60)


def _of_windows(each: BackupRule) -> Origin:
    """Of two windows that do not fit each other the one that stands nearer to the account's tier."""
    nearer = ("defaults", "tiers", "accounts")
    origins = (each.completion_window_origin, each.start_window_origin)
    # A window that nobody wrote has the tier as a whole for its origin.
    return max(origins, key=lambda origin: nearer.index(origin[0]) if origin[-1].endswith("_window") else -1)


@rule(
    "TK003",
    title="Point-in-time recovery reaches back 1 to 35 days",
    severity=Severity.ERROR,
    source="AWS Backup developer guide, point-in-time-recovery; read 2026-11",
)
def continuous_retention(state: DesiredState) -> Iterator[Violation]:
    """AWS Backup refuses a continuous rule with a longer retention. Schedules can keep what is older.

    Breaks it: `point_in_time_recovery: { granularity: 5m, keep: 36d }`
    Keeps it: `point_in_time_recovery: { granularity: 5m, keep: 35d }`
    """
    for _, each in rules_of_plans(state):
        if each.continuous and (each.lifecycle.delete_after_days or 0) > 35:
            yield Violation(
                origin=(*each.origin, "keep"),
                message=f"point-in-time recovery cannot reach back {each.lifecycle.delete_after_days} days",
                hint="write 35d or less, and let the schedules keep what is older",
            )


@rule(
    "TK004",
    title="A backup is kept 1 to 36,500 days",
    severity=Severity.ERROR,
    source="AWS Backup developer guide, plan-options-and-configuration; read 2026-11",
)
def retention(state: DesiredState) -> Iterator[Violation]:
    """AWS Backup refuses a longer retention, for the backups of a schedule and for their copies.

    Breaks it: `daily: { every: 1d, keep: 100y }`, which is 36,525 days
    Keeps it: `daily: { every: 1d, keep: 36500d }`
    """
    for _, each in rules_of_plans(state):
        own = (each.lifecycle, each.origin)
        for lifecycle, origin in (own, *((copy.lifecycle, copy.origin) for copy in each.copies)):
            days = lifecycle.delete_after_days or 0
            if days > LONGEST_RETENTION_DAYS:
                yield Violation(
                    origin=(*origin, "keep"),
                    message=f"{days} days are more than AWS Backup's {LONGEST_RETENTION_DAYS:,}",
                    hint="write 99y or less",
                )


@rule(
    "TK006",
    title="A start window is at most 100 years",
    severity=Severity.ERROR,
    source="botocore 1.44.5, backup BackupRuleInput.StartWindowMinutes; read 2026-11",
)
def longest_start_window(state: DesiredState) -> Iterator[Violation]:
    """AWS Backup counts a start window in minutes, 52,560,000 at most.

    Breaks it: `start_window: 36501d`
    Keeps it: `start_window: 36500d`
    """
    for _, each in rules_of_plans(state):
        if each.start_window_minutes > _LONGEST_WINDOW:
            yield Violation(
                origin=each.start_window_origin,
                message=f"a start window of {each.start_window_minutes:,} minutes; AWS allows 52,560,000",
                hint="write a few hours: a backup that starts late is a backup that is missing",
            )


@rule(
    "TK018",
    title="Point-in-time recovery lags 5 minutes",
    severity=Severity.ERROR,
    source="AWS Backup developer guide, point-in-time-recovery; DynamoDB API reference, "
    "PointInTimeRecoveryDescription; read 2026-11",
    waivable=True,
)
def granularity(state: DesiredState) -> Iterator[Violation]:
    """The last restorable moment lies up to 5 minutes back, whatever a catalog promises; with DynamoDB's own
    recovery too. Less cannot be kept; more would have the catalog say something else than what is deployed,
    since nothing can be set.

    Breaks it: `point_in_time_recovery: { granularity: 4m, keep: 35d }`, or `granularity: 1h`
    Keeps it: `point_in_time_recovery: { granularity: 5m, keep: 35d }`
    """
    promised = [(each.granularity_minutes, each.origin) for _, each in rules_of_plans(state)]
    promised += [
        (each.granularity_minutes, each.origin) for unit in state.units for each in unit.table_recoveries
    ]
    for lag, origin in promised:
        if lag is not None and lag != POINT_IN_TIME_LAG_MINUTES:
            less = f"AWS cannot restore to a moment {lag} minutes ago"
            more = (
                f"AWS's lag is {POINT_IN_TIME_LAG_MINUTES} minutes and cannot be set, "
                f"to {lag:,} minutes neither"
            )
            yield Violation(
                origin=(*origin, "granularity"),
                message=less if lag < POINT_IN_TIME_LAG_MINUTES else more,
                hint=f"write {POINT_IN_TIME_LAG_MINUTES}m",
            )


@rule(
    "TK053",
    title="A completion window is no shorter than its start window",
    severity=Severity.ERROR,
    source="design: a catalog counts both windows from the scheduled time (docs/catalog.md)",
)
def completes_after_start(state: DesiredState) -> Iterator[Violation]:
    """A backup that starts after its completion window has ended would be cancelled before it has begun: a
    catalog counts both from the scheduled time. botocore has AWS count completion from the start of the job
    (backup BackupRuleInput.CompletionWindowMinutes, read 2026-11), and then such windows work. So whoever
    knows which holds can waive the rule; a longer window costs nothing.

    Breaks it: `start_window: 3h` with `completion_window: 2h`
    Keeps it: `start_window: 2h` with `completion_window: 4h`
    """
    for _, each in rules_of_plans(state):
        if each.completion_window_minutes < each.start_window_minutes:
            yield Violation(
                origin=_of_windows(each),
                message=(
                    f"the completion window of {each.completion_window_minutes:,} minutes is over before the "
                    f"start window of {each.start_window_minutes:,} is"
                ),
                hint=f"write `completion_window: {_hours_to_complete(each)}h` or longer, or start sooner",
            )


@rule(
    "TK055",
    title="AWS Backup does not back up a volume twice",
    severity=Severity.NOTICE,
    source="design: an AMI holds the instance's volumes (AWS Backup developer guide, whats-backed-up)",
)
def volumes_twice(state: DesiredState) -> Iterator[Violation]:
    """A backup of an instance holds its attached volumes. One that carries the tier's tag beside its instance
    is backed up alone too, and both are paid for; which volumes are tagged a catalog does not say.

    Breaks it: `protects: { ebs: {}, ec2: {} }`
    Keeps it: `protects: { ec2: {} }`
    """
    for unit in state.units:
        backed_up = [each for each in unit.protections if each.engine is Engine.BACKUP]
        instances = {each.tier for each in backed_up if each.resource_type is ResourceType.EC2}
        yield from (
            _twice(each)
            for each in backed_up
            if each.resource_type is ResourceType.EBS and each.tier in instances
        )


def _twice(volumes: Protection) -> Violation:
    return Violation(
        origin=volumes.origin,
        message="an attached volume is in its instance's backup, and backed up alone if it is tagged too",
        hint="give the tier's tag either to an instance or to its volumes",
    )
