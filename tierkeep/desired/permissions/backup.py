"""What the role for backups may do: read what is to be backed up, make, tag, copy and delete its backups."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal, TypeAlias

from tierkeep.desired.model import ResourceType, Statement
from tierkeep.desired.permissions.buckets import bucket_backups
from tierkeep.desired.permissions.keys import backup_keys
from tierkeep.desired.permissions.needs import MADE_BY_BACKUP, Needs, merged, without_resources

_When: TypeAlias = Literal["always", "continuous", "copied", "copied away"]


@dataclass(frozen=True, kw_only=True, slots=True)
class _Row:
    """Actions that the backups of a type take."""

    sid: str
    actions: tuple[str, ...]
    here: tuple[str, ...] = ()
    """Resources of the home Region, as service:resource."""
    there: tuple[str, ...] = ()
    """The same wherever backups and their copies lie."""
    made_by_backup: bool = False
    """Only on what AWS Backup has made."""
    when: _When = "always"
    """Only where the type has point-in-time recovery, is copied, or is copied to another account."""


def _row(
    sid: str, *actions: str, here: str = "", there: str = "", made: bool = False, when: _When = "always"
) -> _Row:
    return _Row(
        sid=sid,
        actions=actions,
        here=tuple(here.split()),
        there=tuple(there.split()),
        made_by_backup=made,
        when=when,
    )


def _unbound(*actions: str) -> _Row:
    """Actions for which AWS has no resource-level permissions."""
    return _row("WithoutResources", *actions)


_SNAPSHOTS = (
    _row("KeepSnapshots", "ec2:CreateTags", "ec2:DeleteSnapshot", there="ec2:snapshot/*"),
    _unbound("ec2:DescribeSnapshots", "ec2:DescribeVolumes"),
    _row("CopySnapshots", "ec2:CopySnapshot", there="ec2:snapshot/*", when="copied"),
    _row("ShareSnapshots", "ec2:ModifySnapshotAttribute", there="ec2:snapshot/*", made=True,
         when="copied away"),
)  # fmt: skip
_ROWS: dict[ResourceType, tuple[_Row, ...]] = {
    ResourceType.AURORA: (
        _row("SnapshotClusters", "rds:CreateDBClusterSnapshot", here="rds:cluster:* rds:cluster-snapshot:*"),
        _row("ReadAndTagClusters", "rds:AddTagsToResource", "rds:DescribeDBClusterSnapshots",
             "rds:DescribeDBClusters", "rds:DescribeDBInstances", "rds:ListTagsForResource",
             there="rds:cluster:* rds:cluster-snapshot:* rds:db:*"),
        _row("DeleteClusterSnapshots", "rds:DeleteDBClusterSnapshot",
             there="rds:cluster-snapshot:awsbackup:*"),
        _row("ContinueClusters", "rds:ModifyDBCluster", here="rds:cluster:*", when="continuous"),
        _row("EndContinuousClusters", "rds:DeleteDBClusterAutomatedBackup",
             "rds:DescribeDBClusterAutomatedBackups", here="rds:cluster-auto-backup:*", when="continuous"),
        _row("CopyClusterSnapshots", "rds:CopyDBClusterSnapshot", there="rds:cluster-snapshot:*",
             when="copied"),
        _row("ShareClusterSnapshots", "rds:ModifyDBClusterSnapshotAttribute",
             there="rds:cluster-snapshot:awsbackup:*", when="copied away"),
    ),
    ResourceType.DYNAMODB: (
        _row("BackUpTables", "dynamodb:CreateBackup", "dynamodb:DescribeTable", "dynamodb:ListTagsOfResource",
             "dynamodb:StartAwsBackupJob", here="dynamodb:table/*"),
        _row("KeepTableBackups", "dynamodb:DeleteBackup", "dynamodb:DescribeBackup",
             here="dynamodb:table/*/backup/*"),
    ),
    ResourceType.EBS: (
        _row("SnapshotVolumes", "ec2:CreateSnapshot", here="ec2:volume/* ec2:snapshot/*"),
        *_SNAPSHOTS,
    ),
    ResourceType.EC2: (
        _row("ImageInstances", "ec2:CreateImage", here="ec2:instance/* ec2:image/* ec2:snapshot/*"),
        _row("KeepImages", "ec2:CreateTags", "ec2:DeregisterImage", there="ec2:image/*"),
        _row("ReadInstances", "ec2:DescribeInstanceAttribute", here="ec2:instance/*"),
        _unbound("ec2:DescribeElasticGpus", "ec2:DescribeImages",
                 "ec2:DescribeInstanceCreditSpecifications", "ec2:DescribeInstances",
                 "ec2:DescribeNetworkInterfaces", "ec2:DescribeSpotInstanceRequests", "ec2:DescribeTags"),
        _row("CopyImages", "ec2:CopyImage", there="ec2:image/* ec2:snapshot/*", when="copied"),
        _row("ShareImages", "ec2:ModifyImageAttribute", there="ec2:image/*", made=True, when="copied away"),
        *_SNAPSHOTS,
    ),
    ResourceType.EFS: (
        _row("BackUpFileSystems", "elasticfilesystem:Backup", "elasticfilesystem:DescribeTags",
             here="elasticfilesystem:file-system/*"),
    ),
    ResourceType.RDS: (
        _row("SnapshotDatabases", "rds:CreateDBSnapshot", here="rds:db:* rds:snapshot:*"),
        _row("ReadAndTagDatabases", "rds:AddTagsToResource", "rds:DescribeDBInstances",
             "rds:DescribeDBSnapshots", "rds:ListTagsForResource", there="rds:db:* rds:snapshot:*"),
        _row("DeleteDatabaseSnapshots", "rds:DeleteDBSnapshot", there="rds:snapshot:awsbackup:*"),
        _row("ContinueDatabases", "rds:ModifyDBInstance", here="rds:db:*", when="continuous"),
        _row("EndContinuousDatabases", "rds:DeleteDBInstanceAutomatedBackup", here="rds:auto-backup:*",
             when="continuous"),
        _row("CopyDatabaseSnapshots", "rds:CopyDBSnapshot", there="rds:snapshot:*", when="copied"),
        _row("ShareDatabaseSnapshots", "rds:ModifyDBSnapshotAttribute", there="rds:snapshot:awsbackup:*",
             when="copied away"),
    ),
}  # fmt: skip
"""By type. Buckets have a module of their own, since their ARNs need other conditions."""
_UNOWNED = {"ec2:image/*", "ec2:snapshot/*"}
"""Resources whose ARNs have no account."""


def backup_statements(needs: Needs) -> tuple[Statement, ...]:
    """The policy of the role for backups of a unit."""
    of_types = (
        statement
        for each in sorted(needs.types)
        for statement in (bucket_backups(needs) if each is ResourceType.S3 else _of_type(needs, each))
    )
    return merged((*_vaults(needs), *backup_keys(needs), *of_types, *_vss(needs)))


def _vss(needs: Needs) -> Iterator[Statement]:
    """Running AWS's own document on the instances of the tiers that ask for it, and on no others."""
    if not needs.vss:
        return
    yield without_resources("ssm:CancelCommand", "ssm:GetCommandInvocation")
    document = f"arn:{needs.partition}:ssm:{needs.home.region}::document/AWSEC2-CreateVssSnapshot"
    yield Statement(sid="RunVss", actions=("ssm:SendCommand",), resources=(document,))
    values: dict[str, list[str]] = {}
    for key, value in needs.vss:
        values.setdefault(key, []).append(value)
    yield Statement(
        sid="RunVssOnInstances",
        actions=("ssm:SendCommand",),
        resources=needs.here("ec2", "instance/*"),
        conditions=tuple(
            ("StringEquals", f"aws:ResourceTag/{key}", tuple(found)) for key, found in values.items()
        ),
    )


def _of_type(needs: Needs, resource_type: ResourceType) -> Iterator[Statement]:
    types = {
        "always": needs.types,
        "continuous": needs.continuous,
        "copied": needs.copied,
        "copied away": needs.copied_away,
    }
    for row in _ROWS[resource_type]:
        if resource_type in types[row.when]:
            yield _statement(needs, row)


def _statement(needs: Needs, row: _Row) -> Statement:
    if not row.here and not row.there:
        return without_resources(*row.actions)
    made = MADE_BY_BACKUP if row.made_by_backup else ()
    return Statement(
        sid=row.sid,
        actions=row.actions,
        resources=(*_here(needs, row.here), *_there(needs, row.there)),
        conditions=(*made, *(needs.where if row.there else ())),
    )


def _here(needs: Needs, resources: Iterable[str]) -> Iterator[str]:
    for each in resources:
        service, resource = each.split(":", 1)
        yield from (needs.unowned_here if each in _UNOWNED else needs.here)(service, resource)


def _there(needs: Needs, resources: Iterable[str]) -> Iterator[str]:
    for each in resources:
        service, resource = each.split(":", 1)
        yield from (needs.unowned if each in _UNOWNED else needs.own)(service, resource)


def _vaults(needs: Needs) -> Iterator[Statement]:
    yield without_resources("tag:GetResources")
    yield Statement(
        sid="DescribeVaults",
        actions=("backup:DescribeBackupVault",),
        resources=(*needs.here("backup", f"backup-vault:{needs.vault_pattern}"), *needs.destination_arns),
    )
    yield Statement(
        sid="TagRecoveryPoints",
        actions=("backup:TagResource",),
        resources=needs.own("backup", "recovery-point:*"),
        conditions=needs.where,
    )
    if needs.copied:
        yield Statement(
            sid="CopyIntoVaults", actions=("backup:CopyIntoBackupVault",), resources=needs.destination_arns
        )
        # A recovery point's ARN is of the service that keeps it, so that no pattern but this one fits all.
        yield Statement(
            sid="CopyFromVaults",
            actions=("backup:CopyFromBackupVault",),
            resources=("*",),
            conditions=(("ForAllValues:ArnLike", "backup:CopyTargets", needs.destination_arns),),
        )
