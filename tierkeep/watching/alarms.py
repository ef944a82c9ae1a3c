"""The alarms of a unit: on jobs that fail, and on backups and copies that are overdue.

Names and dimensions of metrics: AWS Backup developer guide, "AWS Backup metrics with Amazon CloudWatch"
(the vault of a copy job is its destination, and there is data only where there is something to count);
CloudWatch user guide, the list of metrics of AWS/Backup (by vault, or by vault and type); EBS user guide,
"Monitor your policies using Amazon CloudWatch" (by policy).

What an alarm takes a period without data for counts only where older periods that it looks at have none
either (CloudWatch user guide, "Configuring how CloudWatch alarms treat missing data"). So each period
without data is made a 0 first, of metrics that are silent most of the time.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from tierkeep.desired.model import (
    Alarm,
    BackupRule,
    Comparison,
    CopyAction,
    DesiredUnit,
    Engine,
    Metric,
    MissingData,
    Origin,
    PolicyResource,
    Protection,
    ResourceType,
    SnapshotPolicy,
    Tags,
    Vault,
    Watching,
)
from tierkeep.desired.support import type_support
from tierkeep.promises.cover import Cover, cover
from tierkeep.promises.cron import ScheduleError
from tierkeep.promises.recovery_point import length, longest_wait

_BACKUP, _DLM = "AWS/Backup", "AWS/EBS"
_HOUR = 3600
MOST_HOURS = 7 * 24
"""An alarm whose period is an hour looks back no further (botocore 1.44.5, cloudwatch
PutMetricAlarm.Period)."""
_LATE_HOURS = 1
"""An alarm waits for so long besides: AWS Backup counts every five minutes, and no schedule keeps to
hours."""

AWS_TYPES = {
    ResourceType.AURORA: "Aurora",
    ResourceType.DYNAMODB: "DynamoDB",
    ResourceType.EBS: "EBS",
    ResourceType.EC2: "EC2",
    ResourceType.EFS: "EFS",
    ResourceType.RDS: "RDS",
    ResourceType.S3: "S3",
}
"""What AWS Backup calls each type (API reference, BackupJob.ResourceType)."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Due:
    """Something of a tier that has to come again and again: a backup, or a copy of one."""

    name: str
    """Of the alarm that watches for it."""
    what: str
    metric: Metric
    minutes: int | None
    """The longest from one to the next, windows included, as the tier promises it; None where that cannot be
    told."""
    tier: str
    origin: Origin

    @property
    def hours(self) -> int | None:
        """After so long without one it is overdue; None where no alarm looks back so far."""
        hours = -(-self.minutes // 60) + _LATE_HOURS if self.minutes is not None else None
        return hours if hours is None or hours <= MOST_HOURS else None


def alarms(unit: DesiredUnit) -> tuple[Alarm, ...]:
    """All alarms of a unit, none where its catalog asks for none."""
    watching = unit.watching
    if watching is None or not watching.alarms:
        return ()
    overdue = (found for due in dues(unit) if (found := _overdue(unit, watching, due)))
    return tuple(sorted([*overdue, *_failures(unit, watching)], key=lambda each: each.name))


def dues(unit: DesiredUnit) -> tuple[Due, ...]:
    """What is to be watched for in a unit, also where no alarm can."""
    watching = unit.watching
    if watching is None or not watching.alarms:
        return ()
    found: list[Due] = []
    tiers: dict[str, list[Protection]] = {}
    for protection in unit.protections:
        if protection.engine is Engine.DLM:
            found += _of_policies(unit, protection)
        else:
            tiers.setdefault(protection.tier, []).append(protection)
    for protections in tiers.values():
        for group in [[each] for each in protections] if watching.by_type else [protections]:
            found += _of_vaults(unit, group, by_type=watching.by_type)
    return tuple(found)


def _of_vaults(unit: DesiredUnit, group: list[Protection], *, by_type: bool) -> Iterator[Due]:
    tier, kind = group[0].tier, group[0].resource_type
    types: Tags = (("ResourceType", AWS_TYPES[kind]),) if by_type else ()
    suffix, of_type = (f"-{kind}", f" of type {kind}") if by_type else ("", "")
    rules = [each for plan in unit.plans if plan.tier == tier for each in plan.rules]
    for vault in sorted({each.vault_name for each in rules}):
        yield Due(
            name=f"{vault}-missed-backups{suffix}",
            what=f"backup of tier {tier}{of_type}",
            metric=_of_vault("backups", "NumberOfBackupJobsCompleted", vault, types),
            minutes=_longest(unit, group, [None]),
            tier=tier,
            origin=("tiers", tier, "schedules"),
        )
        for kind_of_copies, into in copied_into(rules).items():
            yield Due(
                name=f"{vault}-missed-{kind_of_copies}{suffix}",
                what=f"copy of tier {tier}{of_type} to {into}",
                metric=_of_vault("copies", "NumberOfCopyJobsCompleted", into, types),
                minutes=_longest(unit, group, _places(unit, rules, into), into=into),
                tier=tier,
                origin=("tiers", tier, "copy_to"),
            )


def _of_policies(unit: DesiredUnit, protection: Protection) -> Iterator[Due]:
    tier, target = protection.tier, type_support()[protection.resource_type].snapshots
    for policy in unit.snapshot_policies:
        if policy.tier != tier or target is None or policy.resource_type != target.resource_type:
            continue
        if policy.resource is not PolicyResource.NATIVE:
            continue  # see `_failures`
        yield Due(
            name=f"{policy.name}-missed-snapshots",
            what=f"snapshot by policy {policy.name}",
            metric=_of_policy("snapshots", "SnapshotsCreateCompleted", policy.name),
            minutes=_longest(unit, [protection], [None]),
            tier=tier,
            origin=("tiers", tier, "schedules"),
        )
        places = {copy.target_region for each in policy.schedules for copy in each.copies}
        if places:
            yield Due(
                name=f"{policy.name}-missed-copies",
                what=f"copy by policy {policy.name}",
                metric=_of_policy("copies", "SnapshotsCopiedRegionCompleted", policy.name),
                minutes=_longest(unit, [protection], places),
                tier=tier,
                origin=("tiers", tier, "copy_to"),
            )


def _longest(
    unit: DesiredUnit, group: Iterable[Protection], places: Iterable[str | None], *, into: str | None = None
) -> int | None:
    """Of what protects several types, until the next of any place: AWS counts copies to all places as one,
    and those `into` vaults of one name.

    None where a schedule is one that cannot be told, or does not go on.
    """
    longest = 0
    for protection in group:
        try:
            of = _into(cover(unit, protection), into)
            waits = [longest_wait(of, place) for place in places]
        except ScheduleError:
            return None
        told = [each for each in waits if each is not None]
        if not told:
            return None
        longest = max(longest, min(told))
    return longest


def _into(of: Cover, vault: str | None) -> Cover:
    """The same without copies to vaults of other names."""
    if vault is None:
        return of
    scheduled = (
        replace(each, copies=tuple(copy for copy in each.copies if copy.vault == vault))
        for each in of.scheduled
    )
    return replace(of, scheduled=tuple(scheduled))


def _overdue(unit: DesiredUnit, watching: Watching, due: Due) -> Alarm | None:
    if due.hours is None or due.minutes is None:
        return None
    return _alarm(
        unit,
        watching,
        due.name,
        f"No {due.what} has completed for {due.hours}h; the next comes within {length(due.minutes)}",
        (due.metric,),
        hours=due.hours,
        comparison=Comparison.LESS,
        missing=MissingData.BREACHING,
    )


def _failures(unit: DesiredUnit, watching: Watching) -> Iterator[Alarm]:
    for vault in unit.vaults:
        rules = [each for plan in unit.plans for each in plan.rules if each.vault_name == vault.name]
        if rules:
            failed = ("NumberOfBackupJobsFailed", "NumberOfBackupJobsExpired")
            metrics = tuple(_of_vault(f"m{at}", name, vault.name) for at, name in enumerate(failed))
            yield _failure(
                unit, watching, f"{vault.name}-failed-backups", "Backup jobs failed or expired", metrics
            )
        for kind, name in copied_into(rules).items():
            metric = _of_vault("m0", "NumberOfCopyJobsFailed", name)
            what = f"Copy jobs to {name} failed"
            yield _failure(unit, watching, f"{vault.name}-failed-{kind}", what, (metric,))
        yield from _of_any_vault(unit, watching, vault)
    # Not of a policy in a stack of CloudFormation: its id is an output, which each update of the stack makes
    # unknown, and provider 5.100.0 then fails to plan an alarm that names it.
    native = [each for each in unit.snapshot_policies if each.resource is PolicyResource.NATIVE]
    for policy in native:
        metrics = tuple(_of_policy(f"m{at}", name, policy.name) for at, name in enumerate(_failing(policy)))
        what = "Snapshots, their copies or deletion failed"
        yield _failure(unit, watching, f"{policy.name}-failed-snapshots", what, metrics)
    for copying in unit.copy_policies:
        metric = _of_policy("m0", "SnapshotsCopiedAccountFailed", copying.name)
        what = "Copies of shared snapshots failed"
        yield _failure(unit, watching, f"{copying.name}-failed-copies", what, (metric,))


def _of_any_vault(unit: DesiredUnit, watching: Watching, vault: Vault) -> Iterator[Alarm]:
    metric = _of_vault("m0", "NumberOfRestoreJobsFailed", vault.name)
    yield _failure(unit, watching, f"{vault.name}-failed-restores", "Restore jobs failed", (metric,))
    names = ("NumberOfRecoveryPointsExpired", "NumberOfRecoveryPointsPartial")
    metrics = tuple(
        _of_vault(f"m{at}", name, vault.name, statistic="Maximum") for at, name in enumerate(names)
    )
    what = "Recovery points could not be deleted, which are billed, or are incomplete"
    yield _failure(unit, watching, f"{vault.name}-recovery-points", what, metrics)


def copied_into(rules: Iterable[BackupRule]) -> dict[str, str]:
    """The names of the vaults of a tier's copies, the same in each place, by what is in them: `copies`, or
    `gapped-copies` in air-gapped vaults. AWS counts copy jobs by the name."""
    return {
        "gapped-copies" if copy.air_gapped else "copies": _vault_name(copy)
        for each in rules
        for copy in each.copies
    }


def _places(unit: DesiredUnit, rules: Iterable[BackupRule], into: str) -> set[str | None]:
    return {copy.place(unit.id) for each in rules for copy in each.copies if _vault_name(copy) == into}


def _vault_name(copy: CopyAction) -> str:
    return copy.destination_vault_arn.split(":")[-1]


def _failing(policy: SnapshotPolicy) -> Iterator[str]:
    yield "SnapshotsCreateFailed"
    yield "SnapshotsDeleteFailed"
    if any(each.copies for each in policy.schedules):
        yield "SnapshotsCopiedRegionFailed"


def _failure(
    unit: DesiredUnit, watching: Watching, name: str, what: str, metrics: tuple[Metric, ...]
) -> Alarm:
    return _alarm(
        unit,
        watching,
        name,
        f"{what} within the last hour",
        metrics,
        hours=1,
        comparison=Comparison.AT_LEAST,
        missing=MissingData.NOT_BREACHING,
    )


def _alarm(
    unit: DesiredUnit,
    watching: Watching,
    name: str,
    description: str,
    metrics: tuple[Metric, ...],
    *,
    hours: int,
    comparison: Comparison,
    missing: MissingData,
) -> Alarm:
    return Alarm(
        name=name,
        arn=f"arn:{unit.partition}:cloudwatch:{unit.id.region}:{unit.account_id}:alarm:{name}",
        description=description,
        metrics=metrics,
        period_seconds=_HOUR,
        evaluation_periods=hours,
        comparison=comparison,
        threshold=1,
        missing_data=missing,
        topic_arn=watching.topic_arn,
        tells_end=missing is MissingData.BREACHING,
        tags=watching.tags,
        origin=(*watching.origin, "alarms"),
    )


def _of_vault(key: str, name: str, vault: str, more: Tags = (), *, statistic: str = "Sum") -> Metric:
    dimensions = (("BackupVaultName", vault), *more)
    return Metric(id=key, namespace=_BACKUP, name=name, statistic=statistic, dimensions=dimensions)


def _of_policy(key: str, name: str, policy: str) -> Metric:
    return Metric(id=key, namespace=_DLM, name=name, statistic="Sum", dimensions=(), policy=policy)
