"""Rules of fast snapshot restore, which AWS skips in silence when its quota is used up."""

from __future__ import annotations

from collections.abc import Iterator

from tierkeep.desired.model import Age, DesiredState, DesiredUnit, FastRestoreRule, SnapshotSchedule, TimeUnit
from tierkeep.promises.cron import interval
from tierkeep.promises.timeline import CYCLE_YEARS, Run, survey
from tierkeep.rules.registry import Severity, Violation, rule
from tierkeep.rules.walk import snapshot_schedules

_QUOTA = 5
_QUOTA_SOURCE = (
    "EBS user guide, ebs-fast-snapshot-restore and ebs-resource-quotas (older text: 50); read 2026-11"
)
_CYCLE_DAYS = CYCLE_YEARS * 1461 // 4
_LONGEST_DAYS = {TimeUnit.DAYS: 1, TimeUnit.WEEKS: 7, TimeUnit.MONTHS: 31, TimeUnit.YEARS: 366}


def _fast(state: DesiredState) -> Iterator[tuple[SnapshotSchedule, FastRestoreRule]]:
    for _, schedule in snapshot_schedules(state):
        if schedule.fast_restore:
            yield schedule, schedule.fast_restore


def _fast_of_tiers(unit: DesiredUnit) -> dict[str, tuple[SnapshotSchedule, FastRestoreRule]]:
    """Those of a unit, by tier: they share its quota."""
    return {
        policy.tier: (schedule, schedule.fast_restore)
        for policy in unit.snapshot_policies
        for schedule in policy.schedules
        if schedule.fast_restore
    }


@rule(
    "TK023",
    title="Fast snapshot restore is enabled in at most 10 zones",
    severity=Severity.ERROR,
    source="botocore 1.44.5, dlm FastRestoreRule.AvailabilityZones; read 2026-11",
)
def zones(state: DesiredState) -> Iterator[Violation]:
    """Data Lifecycle Manager refuses more for one schedule. Each costs by the hour for each snapshot.

    Breaks it: 11 `availability_zones` of one Region
    Keeps it: 10 of them
    """
    for _, fast in _fast(state):
        count = len(fast.availability_zones)
        if count > 10:
            yield Violation(
                origin=(*fast.origin, "availability_zones"),
                message=f"{count} zones; Data Lifecycle Manager allows 10",
                hint="name the zones that a restore would use",
            )


@rule(
    "TK026",
    title="One volume does not use up the quota of fast snapshot restore",
    severity=Severity.WARNING,
    source=_QUOTA_SOURCE,
)
def beyond_quota(state: DesiredState) -> Iterator[Violation]:
    """AWS enables 5 snapshots a Region by default. Past that, Data Lifecycle Manager skips the rest and says
    nothing, and a restore takes hours longer than promised. How many snapshots of one volume are enabled at a
    time follows from how often its schedule runs and how long each stays enabled. All tiers of a Region share
    the quota: with one volume each they must not use it up either.

    Breaks it: a schedule `every: 4h` with `fast_snapshot_restore: { keep: 1d }`
    Keeps it: a schedule `every: 1d` with `fast_snapshot_restore: { keep: 5d }`
    """
    for unit in state.units:
        fast_of_tiers = _fast_of_tiers(unit)
        enabled, shared = _together(fast_of_tiers)
        if enabled <= _QUOTA:
            continue
        for schedule, fast in fast_of_tiers.values():
            arithmetic = f"{_arithmetic(schedule, fast)}{shared}"
            yield Violation(
                origin=(*fast.origin, "keep"),
                message=f"{arithmetic}, more than the quota of {_QUOTA} a Region",
                hint="choose a rarer schedule, enable each snapshot for a shorter time, or raise the quota",
            )


@rule(
    "TK027",
    title="The quota of fast snapshot restore is enough for so many volumes",
    severity=Severity.NOTICE,
    source=_QUOTA_SOURCE,
)
def enough_for(state: DesiredState) -> Iterator[Violation]:
    """The quota is for all volumes of a Region together, and how many volumes carry a tier's tag a catalog
    does not say. Past the quota, Data Lifecycle Manager skips the rest and says nothing.

    Breaks it: any `fast_snapshot_restore`
    Keeps it: a tier without
    """
    for unit in state.units:
        fast_of_tiers = _fast_of_tiers(unit)
        enabled, shared = _together(fast_of_tiers)
        if enabled > _QUOTA:
            continue
        for schedule, fast in fast_of_tiers.values():
            volumes = f"{_count(_QUOTA // enabled, 'volume')}{' of each tier' if shared else ''}"
            yield Violation(
                origin=fast.origin,
                message=(
                    f"{_arithmetic(schedule, fast)}{shared}: the quota of {_QUOTA} a Region is enough for "
                    f"{volumes}, and AWS skips the rest without a word"
                ),
                hint="ask AWS for a higher quota where more volumes carry the tier's tag",
            )


@rule(
    "TK054",
    title="Fast snapshot restore ends no later than the snapshot",
    severity=Severity.ERROR,
    source="design: what is deleted restores at no speed",
)
def no_longer_than_the_snapshot(state: DesiredState) -> Iterator[Violation]:
    """A snapshot is deleted when its schedule's `keep` is over, enabled or not: the longer promise is void.

    Breaks it: `fast_snapshot_restore: { keep: 8d }` with a schedule that has `keep: 7d`
    Keeps it: `fast_snapshot_restore: { keep: 7d }` with it
    """
    for schedule, fast in _fast(state):
        if _longest(fast.keep) > _longest(schedule.retain):
            yield Violation(
                origin=(*fast.origin, "keep"),
                message=f"snapshots of `{schedule.name}` are deleted before their fast restore ends",
                hint=f"enable it no longer than `{schedule.name}` keeps its snapshots",
            )


def _longest(age: Age) -> int:
    return age.interval * _LONGEST_DAYS[age.unit]


def _together(fast: dict[str, tuple[SnapshotSchedule, FastRestoreRule]]) -> tuple[int, str]:
    """How many snapshots of one volume of each tier are enabled at a time, and in words if tiers share."""
    total = sum(_enabled(schedule, each) for schedule, each in fast.values())
    return total, f"; with those of {', '.join(sorted(fast))} together {total}" if len(fast) > 1 else ""


def _enabled(schedule: SnapshotSchedule, fast: FastRestoreRule) -> int:
    """How many snapshots of one volume are enabled at a time, at least 1."""
    cron = schedule.cron or interval(schedule.interval_hours or 24, schedule.start_time or "00:00")
    run = Run(name=schedule.name, cron=cron, start_window_minutes=60, keep_days=1, plan="")
    starts = survey((run,), "Etc/UTC", frozenset({0})).starts[0]
    days = _longest(fast.keep)
    return max(1, -(-starts * days // _CYCLE_DAYS))


def _arithmetic(schedule: SnapshotSchedule, fast: FastRestoreRule) -> str:
    enabled, zone_count = _enabled(schedule, fast), len(fast.availability_zones)
    kept = _count(fast.keep.interval, fast.keep.unit.lower().removesuffix("s"))
    return (
        f"each volume has {_count(enabled, 'enabled snapshot')} at a time (`{schedule.name}` "
        f"kept enabled for {kept}), billed in {_count(zone_count, 'zone')} each"
    )


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'s' if number > 1 else ''}"
