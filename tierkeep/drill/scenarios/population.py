"""The resources that a scenario draws from: those with something to restore, and those that should have it.

Each is listed once, page by page. What carries the tier's tag and has no point is told: nothing of it can be
restored, and no drill of another resource shows that.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeAlias

from tierkeep.aws import UnitSession
from tierkeep.desired.engines import TAGGED_AS
from tierkeep.desired.model import ResourceType
from tierkeep.desired.support import type_support
from tierkeep.drill.errors import CannotVerifyError
from tierkeep.drill.kinds.instance import arn_of as instance_arn
from tierkeep.drill.kinds.table import describe as describe_table
from tierkeep.drill.kinds.volume import arn_of as volume_arn
from tierkeep.drill.restorers.ebs_dlm import listed_snapshots
from tierkeep.drill.restorers.ec2_dlm import listed_images
from tierkeep.drill.scope import Method, Scope
from tierkeep.drill.thing import GIB, name_of


@dataclass(frozen=True, kw_only=True, slots=True)
class Member:
    """A resource with something to restore. Size in bytes, of its newest point, where that is told."""

    resource_arn: str
    newest: datetime | None
    """When its newest point was made; None where it has any moment of a span."""
    size_bytes: int | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Population:
    """What was found of one type of a tier in one unit."""

    members: tuple[Member, ...]
    without_point: tuple[str, ...]
    """ARNs of resources that carry the tier's tag now, and of which nothing can be restored."""
    left_out: int
    """How many more have something to restore, and do not carry the tags that the scenario asks for."""


def tagged(
    session: UnitSession, resource_type: ResourceType, tags: Iterable[tuple[str, str]]
) -> frozenset[str]:
    """ARNs of the resources of a type that carry all of these tags now. Raises `AwsError`.

    The instances of clusters, which RDS calls DB instances too, are none of type `rds`: what backs them up
    backs up their cluster.
    """
    listed = session.pages(
        "resourcegroupstaggingapi",
        "get_resources",
        "ResourceTagMappingList",
        ResourceTypeFilters=[TAGGED_AS[resource_type]],
        TagFilters=[{"Key": key, "Values": [value]} for key, value in tags],
    )
    arns = frozenset(each["ResourceARN"] for each in listed)
    if resource_type is not ResourceType.RDS or not arns:
        return arns
    return arns - {each["DBInstanceArn"] for each in _databases(session) if each.get("DBClusterIdentifier")}


def population(
    session: UnitSession, scope: Scope, *, of_tier: frozenset[str], wanted: frozenset[str] | None
) -> Population:
    """What there is to drill of a scope that names no resource.

    `of_tier` are the resources that carry the tier's tag, `wanted` those that carry what the scenario asks
    for besides; None wants all, those that are gone by now among them: what is left of them can be restored.
    Raises `CannotVerifyError` if this version cannot list them, `NothingToRestoreError` if nothing makes
    backups there, and `AwsError`.
    """
    list_members = LISTED.get((scope.method, scope.resource_type)) or LISTED.get((scope.method, None))
    if list_members is None:
        raise CannotVerifyError(
            f"could not verify: this version cannot list what {scope.resource_type.value} of tier "
            f"{scope.tier!r} has to restore {scope.method.words}"
        )
    listed = list_members(session, scope, of_tier)
    members = tuple(each for each in listed if wanted is None or each.resource_arn in wanted)
    expected = of_tier if wanted is None else of_tier & wanted
    return Population(
        members=members,
        without_point=tuple(sorted(expected - {each.resource_arn for each in listed})),
        left_out=len(listed) - len(members),
    )


_Listing: TypeAlias = Callable[[UnitSession, Scope, frozenset[str]], list[Member]]


def _recovery_points(session: UnitSession, scope: Scope, _of_tier: frozenset[str]) -> list[Member]:
    """By the recovery points of the tier's vault, of whatever state: a drill says what is wrong with them."""
    listed = session.pages(
        "backup",
        "list_recovery_points_by_backup_vault",
        "RecoveryPoints",
        BackupVaultName=scope.vault_name,
        ByResourceType=type_support()[scope.resource_type].name,
    )
    return _newest_of_each(
        Member(
            resource_arn=item["ResourceArn"],
            newest=item["CreationDate"],
            size_bytes=item.get("BackupSizeInBytes"),
        )
        for item in listed
    )


def _snapshots(session: UnitSession, scope: Scope, _of_tier: frozenset[str]) -> list[Member]:
    """By the snapshots of the tier's policies."""
    return _newest_of_each(
        Member(
            resource_arn=volume_arn(session, scope.partition, item["VolumeId"]),
            newest=item["StartTime"],
            size_bytes=item["VolumeSize"] * GIB,
        )
        for item in listed_snapshots(session, scope)
    )


def _images(session: UnitSession, scope: Scope, _of_tier: frozenset[str]) -> list[Member]:
    """By the images of the tier's policies. EC2 dates them as text."""
    return _newest_of_each(
        Member(
            resource_arn=instance_arn(session, scope.partition, item["SourceInstanceId"]),
            newest=datetime.fromisoformat(item["CreationDate"]),
            size_bytes=_image_size(item),
        )
        for item in listed_images(session, scope)
    )


def _image_size(image: Mapping[str, Any]) -> int | None:
    """Of all its volumes; None where EC2 does not say it of one."""
    disks = [each["Ebs"].get("VolumeSize") for each in image["BlockDeviceMappings"] if "Ebs" in each]
    return None if None in disks else sum(disks) * GIB


def _past_of_databases(session: UnitSession, _scope: Scope, of_tier: frozenset[str]) -> list[Member]:
    """RDS keeps the past of an instance that is there, and of which automated backups are on."""
    return [
        Member(resource_arn=each["DBInstanceArn"], newest=None, size_bytes=each["AllocatedStorage"] * GIB)
        for each in _databases(session)
        if each["DBInstanceArn"] in of_tier and each.get("LatestRestorableTime")
    ]


def _databases(session: UnitSession) -> Iterator[dict[str, Any]]:
    return session.pages("rds", "describe_db_instances", "DBInstances")


def _tables(session: UnitSession, _scope: Scope, of_tier: frozenset[str]) -> list[Member]:
    """A table's past is in the table: those that carry the tier's tag and are still there."""
    described = ((arn, describe_table(session, name_of(arn))) for arn in sorted(of_tier))
    return [
        Member(resource_arn=arn, newest=None, size_bytes=_table_size(table))
        for arn, table in described
        if table is not None
    ]


def _table_size(table: Mapping[str, Any]) -> int | None:
    size = table.get("TableSizeBytes")
    return int(size) if size is not None else None


def _newest_of_each(found: Iterable[Member]) -> list[Member]:
    newest: dict[str, Member] = {}
    for each in found:
        known = newest.get(each.resource_arn)
        if known is None or (each.newest and known.newest and each.newest > known.newest):
            newest[each.resource_arn] = each
    return [newest[arn] for arn in sorted(newest)]


LISTED: Mapping[tuple[Method, ResourceType | None], _Listing] = {
    (Method.BACKUP, None): _recovery_points,
    (Method.DLM, ResourceType.EBS): _snapshots,
    (Method.DLM, ResourceType.EC2): _images,
    (Method.PITR, ResourceType.DYNAMODB): _tables,
    (Method.PITR, ResourceType.RDS): _past_of_databases,
}
"""How what can be restored is listed, by whose backups and of what type; None is every type."""
