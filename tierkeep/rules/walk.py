"""The parts of a desired state that most rules look at."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from tierkeep.desired.model import (
    BackupPlan,
    BackupPolicy,
    BackupRule,
    DesiredState,
    Origin,
    SnapshotPolicy,
    SnapshotSchedule,
)


def rules_of_plans(state: DesiredState) -> Iterator[tuple[BackupPlan, BackupRule]]:
    """Every rule of every backup plan, with its plan."""
    for unit in state.units:
        for plan in unit.plans:
            for each in plan.rules:
                yield plan, each


def policies(state: DesiredState) -> Iterator[SnapshotPolicy]:
    """Every snapshot policy."""
    for unit in state.units:
        yield from unit.snapshot_policies


def backup_policies(state: DesiredState) -> Iterator[BackupPolicy]:
    """Every backup policy of the organisation."""
    for unit in state.units:
        yield from unit.organization.backup_policies if unit.organization else ()


def snapshot_schedules(state: DesiredState) -> Iterator[tuple[SnapshotPolicy, SnapshotSchedule]]:
    """Every schedule of every snapshot policy, with its policy."""
    for policy in policies(state):
        for schedule in policy.schedules:
            yield policy, schedule


def of_map(entries: Iterable[Origin]) -> Origin:
    """Where the map stands to whose entries these belong: an account's overrides where they add any."""
    found = sorted(entries)  # `accounts` before `tiers`
    return found[0][:-1]


def of_tier(tier: str, *path: str) -> Origin:
    """Where a part of a tier stands in the catalog."""
    return ("tiers", tier, *path)
