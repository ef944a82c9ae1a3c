"""Rules of Data Lifecycle Manager."""

from __future__ import annotations

from collections.abc import Iterator

from tierkeep.desired.model import Age, DesiredState, SnapshotPolicy, SnapshotSchedule, TimeUnit
from tierkeep.rules.registry import Severity, Violation, rule

_DAYS = {TimeUnit.DAYS: 1, TimeUnit.WEEKS: 7, TimeUnit.MONTHS: 30, TimeUnit.YEARS: 365}


def _policies(state: DesiredState) -> Iterator[SnapshotPolicy]:
    for unit in state.units:
        yield from unit.snapshot_policies


def _schedules(state: DesiredState) -> Iterator[SnapshotSchedule]:
    for policy in _policies(state):
        yield from policy.schedules


def _days(age: Age) -> int:
    return age.interval * _DAYS[age.unit]


@rule(
    "TK020",
    title="Data Lifecycle Manager runs in UTC only",
    severity=Severity.ERROR,
    source="botocore 1.44.5, dlm CreateRule.Times and CronExpression; read 2026-11",
)
def utc_only(state: DesiredState) -> Iterator[Violation]:
    """A snapshot policy has no time zone: its times would silently be others than the catalog says."""
    for policy in _policies(state):
        if policy.time_zone not in {"Etc/UTC", "UTC"}:
            yield Violation(
                origin=policy.origin,
                message=f"snapshot policies run in UTC, but this tier's time zone is {policy.time_zone}",
                hint="give the tier `time_zone: Etc/UTC` and its times in UTC",
            )


@rule(
    "TK021",
    title="A snapshot policy has at most 4 schedules",
    severity=Severity.ERROR,
    source="botocore 1.44.5, dlm ScheduleList; read 2026-11",
)
def schedule_count(state: DesiredState) -> Iterator[Violation]:
    """Data Lifecycle Manager refuses a fifth."""
    for policy in _policies(state):
        if len(policy.schedules) > 4:
            yield Violation(
                origin=(*policy.origin[:2], "schedules"),
                message=f"{len(policy.schedules)} schedules; a snapshot policy has at most 4",
                hint="merge schedules, or split the tier",
            )


@rule(
    "TK022",
    title="A snapshot schedule has at most 3 cross-region copy rules",
    severity=Severity.ERROR,
    source="botocore 1.44.5, dlm CrossRegionCopyRules; read 2026-11",
)
def copy_count(state: DesiredState) -> Iterator[Violation]:
    """Data Lifecycle Manager refuses a fourth."""
    for schedule in _schedules(state):
        if len(schedule.copies) > 3:
            yield Violation(
                origin=(*schedule.origin[:2], "copy_to"),
                message=f"{len(schedule.copies)} copies of a snapshot; Data Lifecycle Manager allows 3",
                hint="copy to fewer Regions",
            )


@rule(
    "TK023",
    title="Fast snapshot restore is enabled in at most 10 zones",
    severity=Severity.ERROR,
    source="botocore 1.44.5, dlm FastRestoreRule.AvailabilityZones; read 2026-11",
)
def fast_restore_zones(state: DesiredState) -> Iterator[Violation]:
    """Data Lifecycle Manager refuses more."""
    for schedule in _schedules(state):
        fast = schedule.fast_restore
        if fast and len(fast.availability_zones) > 10:
            yield Violation(
                origin=(*fast.origin, "availability_zones"),
                message=f"{len(fast.availability_zones)} zones; Data Lifecycle Manager allows 10",
                hint="name the zones that a restore would use",
            )


@rule(
    "TK024",
    title="Snapshots encrypted with an AWS-managed key cannot be shared",
    severity=Severity.ERROR,
    source="EBS user guide, snapshot-ami-policy; read 2026-11",
)
def share_needs_own_key(state: DesiredState) -> Iterator[Violation]:
    """The other account could not decrypt them; sharing fails in silence."""
    own_keys = {each.tier: each.customer_managed_key for unit in state.units for each in unit.protections}
    for policy in _policies(state):
        if any(each.share for each in policy.schedules) and not own_keys[policy.tier]:
            yield Violation(
                origin=("tiers", policy.tier, "encryption"),
                message="the tier shares snapshots, and what an AWS-managed key encrypts cannot be shared",
                hint="write `encryption: customer-managed`",
            )


@rule(
    "TK025",
    title="Sharing ends before the snapshot is deleted",
    severity=Severity.ERROR,
    source="EBS user guide, snapshot-ami-policy; read 2026-11",
)
def unshare_before_delete(state: DesiredState) -> Iterator[Violation]:
    """Data Lifecycle Manager refuses an unshare interval that is not shorter than the retention."""
    for schedule in _schedules(state):
        if schedule.share and _days(schedule.share.unshare_after) >= _days(schedule.retain):
            yield Violation(
                origin=(*schedule.share.origin, "unshare_after"),
                message=f"snapshots of `{schedule.name}` are deleted before or when their sharing ends",
                hint="end sharing earlier than the shortest `keep` of the tier's schedules",
            )
