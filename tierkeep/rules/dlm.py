"""Rules of Data Lifecycle Manager."""

from __future__ import annotations

from collections.abc import Iterator

from tierkeep.desired.model import Age, DesiredState, SnapshotSchedule, TimeUnit
from tierkeep.rules.registry import Severity, Violation, rule
from tierkeep.rules.time_zones import FIXED
from tierkeep.rules.walk import of_map, of_tier, policies, snapshot_schedules

_SHORTEST_DAYS = {TimeUnit.DAYS: 1, TimeUnit.WEEKS: 7, TimeUnit.MONTHS: 30, TimeUnit.YEARS: 365}
_MOST = {TimeUnit.DAYS: 36_500, TimeUnit.WEEKS: 5_200, TimeUnit.MONTHS: 1_200, TimeUnit.YEARS: 100}


def _days(age: Age) -> int:
    return age.interval * _SHORTEST_DAYS[age.unit]


@rule(
    "TK020",
    title="Data Lifecycle Manager runs in UTC only",
    severity=Severity.ERROR,
    source="botocore 1.44.5, dlm CreateRule.Times and CronExpression; read 2026-11",
)
def utc_only(state: DesiredState) -> Iterator[Violation]:
    """A snapshot policy has no time zone: its times would silently be others than the catalog says.

    Breaks it: `time_zone: Europe/Berlin` in a tier whose volumes Data Lifecycle Manager protects
    Keeps it: `time_zone: Etc/UTC` there
    """
    for policy in policies(state):
        if policy.time_zone not in FIXED:
            yield Violation(
                origin=policy.time_zone_origin,
                message=(
                    f"snapshot policies run in UTC, but the time zone of tier {policy.tier} is "
                    f"{policy.time_zone}"
                ),
                hint="give the tier `time_zone: Etc/UTC` and its times in UTC",
            )


@rule(
    "TK021",
    title="A snapshot policy has at most 4 schedules",
    severity=Severity.ERROR,
    source="botocore 1.44.5, dlm ScheduleList; read 2026-11",
)
def schedule_count(state: DesiredState) -> Iterator[Violation]:
    """Data Lifecycle Manager refuses a fifth.

    Breaks it: a tier with 5 `schedules` whose volumes Data Lifecycle Manager protects
    Keeps it: the same with 4 `schedules`
    """
    for policy in policies(state):
        if len(policy.schedules) > 4:
            yield Violation(
                origin=of_map(each.origin for each in policy.schedules),
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
    """Data Lifecycle Manager refuses a fourth.

    Breaks it: 4 Regions in `copy_to` of a tier whose volumes Data Lifecycle Manager protects
    Keeps it: 3 Regions
    """
    for _, schedule in snapshot_schedules(state):
        if len(schedule.copies) > 3:
            yield Violation(
                origin=of_map(copy.origin for copy in schedule.copies),
                message=f"{len(schedule.copies)} copies of a snapshot; Data Lifecycle Manager allows 3",
                hint="copy to fewer Regions",
            )


@rule(
    "TK024",
    title="Snapshots encrypted with an AWS-managed key cannot be shared",
    severity=Severity.ERROR,
    source="EBS user guide, snapshot-ami-policy; read 2026-11",
    waivable=True,
)
def share_needs_own_key(state: DesiredState) -> Iterator[Violation]:
    """The other account could not decrypt them; sharing fails in silence.

    Breaks it: `share` with `encryption: aws-managed`
    Keeps it: `share` with `encryption: customer-managed`
    """
    own_keys = {each.tier: each.customer_managed_key for unit in state.units for each in unit.protections}
    for policy, schedule in snapshot_schedules(state):
        if schedule.share and not own_keys[policy.tier]:
            yield Violation(
                origin=of_tier(policy.tier, "encryption"),
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
    """Data Lifecycle Manager refuses an unshare interval that is not shorter than the retention.

    Breaks it: `unshare_after: 4w` with a schedule that has `keep: 4w`
    Keeps it: `unshare_after: 27d` with it
    """
    for _, schedule in snapshot_schedules(state):
        after = schedule.share.unshare_after if schedule.share else None
        if schedule.share and after and _days(after) >= _days(schedule.retain):
            yield Violation(
                origin=(*schedule.share.origin, "unshare_after"),
                message=f"snapshots of `{schedule.name}` {_go(schedule)} before or when their sharing ends",
                hint="end sharing earlier than the shortest `keep` of the tier's schedules",
            )


def _go(schedule: SnapshotSchedule) -> str:
    return "are archived" if schedule.archive else "are deleted"


@rule(
    "TK028",
    title="A snapshot and its copies are kept at most 100 years",
    severity=Severity.ERROR,
    source="botocore 1.44.5, dlm RetainRule.Interval, CrossRegionCopyRetainRule.Interval; read 2026-11",
)
def snapshot_retention(state: DesiredState) -> Iterator[Violation]:
    """Data Lifecycle Manager refuses more than 36,500 days, 5,200 weeks, 1,200 months or 100 years.

    Breaks it: `daily: { every: 1d, keep: 101y }`
    Keeps it: `daily: { every: 1d, keep: 100y }`
    """
    for _, schedule in snapshot_schedules(state):
        own = (schedule.kept, schedule.origin)
        for age, origin in (own, *((copy.retain, copy.origin) for copy in schedule.copies)):
            if age.interval > _MOST[age.unit]:
                most = f"{_MOST[age.unit]:,} {age.unit.lower()}"
                yield Violation(
                    origin=(*origin, "keep"),
                    message=f"{age.interval:,} {age.unit.lower()} are more than DLM's {most}",
                    hint="write 100y or less",
                )
