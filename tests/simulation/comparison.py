"""What exists in a simulated AWS, and what the retention calendar says should: derived twice."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime

from emulator.backup.models import backup_backends
from tests.simulation.deployed import Accounts
from tests.simulation.workload import Resource
from tierkeep.desired.model import DesiredState, Engine
from tierkeep.promises.calendar import Holding, end_of, holdings, recovery_points
from tierkeep.promises.cover import Cover, cover

Kept = tuple[str, str, str, str, datetime]
"""Where (account, Region), of what (an ARN, or a volume), by which schedule, created when (in UTC)."""


def promised(resources: Iterable[Resource], day: date, since: date) -> Counter[Kept]:
    """What the calendar says at the end of a day, of resources that are protected since a day."""
    expected: Counter[Kept] = Counter()
    for resource in resources:
        of = cover(resource.unit, resource.protection)
        at = end_of(day, of.time_zone)
        for holding in holdings(of):
            for created in recovery_points(of, holding, at, since):
                expected.update(_kept(resource, of, holding, created))
    return expected


def _kept(resource: Resource, of: Cover, holding: Holding, created: datetime) -> Iterator[Kept]:
    for name in resource.volumes if of.engine is Engine.DLM else (resource.arn,):
        yield resource.unit.account_id, holding.place, name, holding.schedule, created


def existing(state: DesiredState, accounts: Accounts, at: datetime) -> Counter[Kept]:
    """What AWS has, asked through its own API. The moment is that of the emulator's clock."""
    found: Counter[Kept] = Counter()
    for unit in state.units:
        where = (unit.account_id, unit.id.region)
        found.update(_snapshots(where, accounts))
        for vault in unit.vaults:
            found.update(_recovery_points(where, vault.name, accounts, at))
    return found


def _snapshots(where: tuple[str, str], accounts: Accounts) -> Iterator[Kept]:
    pages = accounts.client("ec2", *where).get_paginator("describe_snapshots")
    filters = [{"Name": "tag-key", "Values": ["aws:dlm:lifecycle-schedule-name"]}]
    for page in pages.paginate(OwnerIds=["self"], Filters=filters):
        for each in page["Snapshots"]:
            tags = {tag["Key"]: tag["Value"] for tag in each["Tags"]}
            schedule = tags["aws:dlm:lifecycle-schedule-name"]
            yield *where, each["VolumeId"], schedule, each["StartTime"].astimezone(UTC)


def _recovery_points(where: tuple[str, str], vault: str, accounts: Accounts, at: datetime) -> Iterator[Kept]:
    pages = accounts.client("backup", *where).get_paginator("list_recovery_points_by_backup_vault")
    for page in pages.paginate(BackupVaultName=vault):
        for each in page["RecoveryPoints"]:
            created = each["CreationDate"].astimezone(UTC)
            if each["Status"] == "AVAILABLE":
                created = _oldest_restorable(where, vault, each["RecoveryPointArn"], at)
            yield *where, each["ResourceArn"], each["CreatedBy"]["BackupRuleName"], created


def _oldest_restorable(where: tuple[str, str], vault: str, arn: str, at: datetime) -> datetime:
    """AWS Backup's API does not tell it; the emulator knows it."""
    account_id, region = where
    point = backup_backends[account_id][region].vaults.get(vault).recovery_point(arn)
    return point.restorable(at)[0]
