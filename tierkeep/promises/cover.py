"""What a tier does for one resource type: the rules or schedules that apply to it, in one form.

Without account and ARNs, so that the same promise in many accounts is the same value and computed once.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from tierkeep.desired.model import (
    Age,
    BackupPlan,
    BackupRule,
    DesiredUnit,
    Engine,
    Lifecycle,
    Protection,
    ResourceType,
    SnapshotPolicy,
    SnapshotSchedule,
    TableRecovery,
    TimeUnit,
    UnitId,
    VaultLock,
)
from tierkeep.desired.support import type_support
from tierkeep.promises.cron import ScheduleError, interval
from tierkeep.promises.lifetime import longest_days
from tierkeep.promises.timeline import Run, Survey, survey

SNAPSHOT_START_MINUTES = 60
"""Data Lifecycle Manager begins within an hour of the scheduled time (API reference, CreateRule.Times)."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Copied:
    """Where the recovery points of a schedule are copied, and how long the copies are kept."""

    place: str
    """A Region of the same account, or `account/Region`."""
    vault: str | None
    """None for copies of snapshots, which lie in no vault."""
    retain: Age | None
    """None is kept always."""
    cold_after_days: int | None = None
    """None is never in cold storage."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Scheduled:
    """One rule of AWS Backup or one schedule of Data Lifecycle Manager."""

    name: str
    cron: str
    start_window_minutes: int
    retain: Age | None
    """None is kept always."""
    copies: tuple[Copied, ...]
    plan: str
    """The backup plan; empty for Data Lifecycle Manager, whose schedules never give way to each other."""
    granularity_minutes: int | None
    """For point-in-time recovery; None for a rule that makes snapshots."""
    cold_after_days: int | None = None
    """None is never in cold storage."""
    native: bool = False
    """Whether it is the point-in-time recovery that the resources have of their own, in no vault."""

    @property
    def run(self) -> Run:
        """What its starts depend on."""
        return Run(
            name=self.name,
            cron=self.cron,
            start_window_minutes=self.start_window_minutes,
            keep_days=longest_days(self.retain),
            plan=self.plan,
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class Cover:
    """All that protects one resource type of a tier in a unit."""

    engine: Engine
    region: str
    vault: str | None
    time_zone: str
    scheduled: tuple[Scheduled, ...]
    measured_completion_minutes: int | None = None
    """How long a backup takes until it can be restored from; None where nobody has measured it."""
    measured_copy_minutes: int | None = None
    """How long a copy takes after that."""
    lock: VaultLock | None = None
    """The lock of the vault; those that receive copies have the same."""

    @property
    def copy_places(self) -> tuple[str, ...]:
        """The Regions, of this account and of others, that receive copies."""
        return tuple(sorted({copy.place for each in self.scheduled for copy in each.copies}))

    @property
    def runs(self) -> tuple[Run, ...]:
        """The starts, in the order of `scheduled`."""
        return tuple(each.run for each in self.scheduled)

    def snapshots(self, copied_to: str | None = None) -> frozenset[int]:
        """Indices of what makes snapshots; with a place, of what is copied there: always as a snapshot."""
        return frozenset(
            index
            for index, each in enumerate(self.scheduled)
            if (
                each.granularity_minutes is None
                if copied_to is None
                else any(copy.place == copied_to for copy in each.copies)
            )
        )

    def survey(self, of: frozenset[int]) -> Survey:
        """Gaps and numbers of the starts of some of its schedules. Raises `ScheduleError`."""
        return survey(self.runs, self.time_zone, of)


def cover(unit: DesiredUnit, protection: Protection) -> Cover:
    """What protects the type in the unit. Raises `ScheduleError` if its rules are in several time zones."""
    if protection.engine is Engine.DLM:
        return _cover_by_snapshots(unit, protection)
    pattern = type_support()[protection.resource_type].arn_pattern.format(partition=unit.partition)
    rules = [
        (plan, rule)
        for plan in unit.plans
        if plan.tier == protection.tier and _selects(plan, pattern)
        for rule in plan.rules
    ]
    native = [_native(each) for each in unit.table_recoveries if _recovers(each, protection)]
    zones = sorted({rule.time_zone for _, rule in rules})
    if len(zones) > 1:
        raise ScheduleError(f"the rules of one resource type are in the time zones {', '.join(zones)}")
    return Cover(
        engine=protection.engine,
        region=unit.id.region,
        vault=rules[0][1].vault_name if rules else None,
        time_zone=zones[0] if zones else "Etc/UTC",
        scheduled=(*(_by_rule(unit.id, plan, rule) for plan, rule in rules), *native),
        measured_completion_minutes=protection.measured_completion_minutes,
        measured_copy_minutes=protection.measured_copy_minutes,
        lock=_lock(unit, {rule.vault_name for _, rule in rules}),
    )


def _lock(unit: DesiredUnit, vaults: set[str]) -> VaultLock | None:
    """Without its origin, so that it is the same for whoever has it."""
    found = next((vault.lock for vault in unit.vaults if vault.name in vaults), None)
    return replace(found, origin=()) if found else None


def _recovers(recovery: TableRecovery, protection: Protection) -> bool:
    return recovery.tier == protection.tier and protection.resource_type is ResourceType.DYNAMODB


def _native(recovery: TableRecovery) -> Scheduled:
    """A recovery as a schedule. When it begins is nobody's business: it is always on."""
    return Scheduled(
        name="native",
        cron="cron(0 0 * * ? *)",
        start_window_minutes=0,
        retain=Age(interval=recovery.period_days, unit=TimeUnit.DAYS),
        copies=(),
        plan="",
        granularity_minutes=recovery.granularity_minutes,
        native=True,
    )


def _selects(plan: BackupPlan, pattern: str) -> bool:
    return any(pattern in selection.resource_patterns for selection in plan.selections)


def _by_rule(unit: UnitId, plan: BackupPlan, rule: BackupRule) -> Scheduled:
    return Scheduled(
        name=rule.name,
        cron=rule.schedule,
        start_window_minutes=rule.start_window_minutes,
        retain=_age(rule.lifecycle),
        copies=tuple(
            Copied(
                place=copy.place(unit),
                vault=copy.destination_vault_arn.split(":")[-1],
                retain=_age(copy.lifecycle),
                cold_after_days=copy.lifecycle.cold_storage_after_days,
            )
            for copy in rule.copies
        ),
        plan=plan.name,
        granularity_minutes=rule.granularity_minutes,
        cold_after_days=rule.lifecycle.cold_storage_after_days,
    )


def _age(lifecycle: Lifecycle) -> Age | None:
    days = lifecycle.delete_after_days
    return None if days is None else Age(interval=days, unit=TimeUnit.DAYS)


def _cover_by_snapshots(unit: DesiredUnit, protection: Protection) -> Cover:
    target = type_support()[protection.resource_type].snapshots
    return Cover(
        engine=protection.engine,
        region=unit.id.region,
        vault=None,
        time_zone="Etc/UTC",
        scheduled=tuple(
            _by_schedule(each)
            for policy in policies_of(unit, protection.tier)
            if target and policy.resource_type == target.resource_type
            for each in policy.schedules
        ),
        measured_completion_minutes=protection.measured_completion_minutes,
        measured_copy_minutes=protection.measured_copy_minutes,
    )


def policies_of(unit: DesiredUnit, tier: str) -> tuple[SnapshotPolicy, ...]:
    """The snapshot policies of a tier in a unit."""
    return tuple(policy for policy in unit.snapshot_policies if policy.tier == tier)


def _by_schedule(schedule: SnapshotSchedule) -> Scheduled:
    expression = schedule.cron
    if expression is None:
        expression = interval(schedule.interval_hours or 24, schedule.start_time or "00:00")
    return Scheduled(
        name=schedule.name,
        cron=expression,
        start_window_minutes=SNAPSHOT_START_MINUTES,
        retain=schedule.kept,
        copies=(
            *(Copied(place=copy.target_region, vault=None, retain=copy.retain) for copy in schedule.copies),
            *(
                Copied(place=str(copy.destination), vault=None, retain=copy.retain)
                for copy in schedule.copies_elsewhere
            ),
        ),
        plan="",
        granularity_minutes=None,
    )
