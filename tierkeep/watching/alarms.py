"""The alarms of a unit: on jobs that fail, and on backups and copies that are overdue.

Names and dimensions of metrics: AWS Backup developer guide, "AWS Backup metrics with Amazon CloudWatch"
(the vault of a copy job is its destination, and there is data only where there is something to count);
CloudWatch user guide, the list of metrics of AWS/Backup (by vault, or by vault and type).

What an alarm takes a period without data for counts only where older periods that it looks at have none
either (CloudWatch user guide, "Configuring how CloudWatch alarms treat missing data"). So each period
without data is made a 0 first, of metrics that are silent most of the time.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from tierkeep.desired.model import (
    Alarm,
    BackupRule,
    CopyAction,
    DesiredUnit,
    Engine,
    Metric,
    Protection,
    ResourceType,
    Tags,
    Vault,
    Watching,
)
from tierkeep.watching import machinery, policies
from tierkeep.watching.made import Due, failure, longest, overdue

_BACKUP = "AWS/Backup"

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


def alarms(unit: DesiredUnit) -> tuple[Alarm, ...]:
    """All alarms of a unit, none where its catalog asks for none."""
    watching = unit.watching
    if watching is None or not watching.alarms:
        return ()
    late = (found for due in dues(unit) if (found := overdue(unit, watching, due)))
    failed = (each for kind in _FAILURES for each in kind(unit, watching))
    return tuple(sorted([*late, *failed], key=lambda each: each.name))


def dues(unit: DesiredUnit) -> tuple[Due, ...]:
    """What is to be watched for in a unit, also where no alarm can."""
    watching = unit.watching
    if watching is None or not watching.alarms:
        return ()
    found: list[Due] = []
    tiers: dict[str, list[Protection]] = {}
    for protection in unit.protections:
        if protection.engine is Engine.DLM:
            found += policies.dues(unit, protection)
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
            minutes=longest(unit, group, [None]),
            tier=tier,
            origin=("tiers", tier, "schedules"),
        )
        for kind_of_copies, into in copied_into(rules).items():
            yield Due(
                name=f"{vault}-missed-{kind_of_copies}{suffix}",
                what=f"copy of tier {tier}{of_type} to {into}",
                metric=_of_vault("copies", "NumberOfCopyJobsCompleted", into, types),
                minutes=longest(unit, group, _places(unit, rules, into), into=into),
                tier=tier,
                origin=("tiers", tier, "copy_to"),
            )


def _failures(unit: DesiredUnit, watching: Watching) -> Iterator[Alarm]:
    for vault in unit.vaults:
        rules = [each for plan in unit.plans for each in plan.rules if each.vault_name == vault.name]
        if rules:
            failed = ("NumberOfBackupJobsFailed", "NumberOfBackupJobsExpired")
            metrics = tuple(_of_vault(f"m{at}", name, vault.name) for at, name in enumerate(failed))
            yield failure(
                unit, watching, f"{vault.name}-failed-backups", "Backup jobs failed or expired", metrics
            )
        for kind, name in copied_into(rules).items():
            metric = _of_vault("m0", "NumberOfCopyJobsFailed", name)
            what = f"Copy jobs to {name} failed"
            yield failure(unit, watching, f"{vault.name}-failed-{kind}", what, (metric,))
        yield from _of_any_vault(unit, watching, vault)


def _of_any_vault(unit: DesiredUnit, watching: Watching, vault: Vault) -> Iterator[Alarm]:
    metric = _of_vault("m0", "NumberOfRestoreJobsFailed", vault.name)
    yield failure(unit, watching, f"{vault.name}-failed-restores", "Restore jobs failed", (metric,))
    names = ("NumberOfRecoveryPointsExpired", "NumberOfRecoveryPointsPartial")
    metrics = tuple(
        _of_vault(f"m{at}", name, vault.name, statistic="Maximum") for at, name in enumerate(names)
    )
    what = "Recovery points could not be deleted, which are billed, or are incomplete"
    yield failure(unit, watching, f"{vault.name}-recovery-points", what, metrics)


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


def _of_vault(key: str, name: str, vault: str, more: Tags = (), *, statistic: str = "Sum") -> Metric:
    dimensions = (("BackupVaultName", vault), *more)
    return Metric(id=key, namespace=_BACKUP, name=name, statistic=statistic, dimensions=dimensions)


_FAILURES = (_failures, policies.failures, machinery.failures)
