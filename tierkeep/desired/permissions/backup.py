"""What the role for backups may do: read what is to be backed up, make, tag, copy and delete its backups."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TypeAlias

from tierkeep.desired.model import ResourceType, Statement
from tierkeep.desired.permissions.buckets import bucket_backups
from tierkeep.desired.permissions.keys import backup_keys
from tierkeep.desired.permissions.needs import MADE_BY_BACKUP, Needs, merged, without_resources

_Make: TypeAlias = Callable[[Needs], Iterator[Statement]]


def backup_statements(needs: Needs) -> tuple[Statement, ...]:
    """The policy of the role for backups of a unit."""
    parts: list[_Make] = [_vaults, backup_keys, *(_OF_TYPE[each] for each in sorted(needs.types))]
    return merged(statement for part in parts for statement in part(needs))


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


def _ebs(needs: Needs) -> Iterator[Statement]:
    yield Statement(
        sid="SnapshotVolumes",
        actions=("ec2:CreateSnapshot",),
        resources=(*needs.here("ec2", "volume/*"), *needs.unowned_here("ec2", "snapshot/*")),
    )
    yield from _snapshots(needs, ResourceType.EBS)


def _ec2(needs: Needs) -> Iterator[Statement]:
    yield Statement(
        sid="ImageInstances",
        actions=("ec2:CreateImage",),
        resources=(*needs.here("ec2", "instance/*"), *needs.unowned_here("ec2", "image/*", "snapshot/*")),
    )
    yield Statement(
        sid="KeepImages",
        actions=("ec2:CreateTags", "ec2:DeregisterImage"),
        resources=needs.unowned("ec2", "image/*"),
        conditions=needs.where,
    )
    yield Statement(
        sid="ReadInstances",
        actions=("ec2:DescribeInstanceAttribute",),
        resources=needs.here("ec2", "instance/*"),
    )
    yield without_resources(
        "ec2:DescribeElasticGpus",
        "ec2:DescribeImages",
        "ec2:DescribeInstanceCreditSpecifications",
        "ec2:DescribeInstances",
        "ec2:DescribeNetworkInterfaces",
        "ec2:DescribeSpotInstanceRequests",
        "ec2:DescribeTags",
    )
    if ResourceType.EC2 in needs.copied:
        yield Statement(
            sid="CopyImages",
            actions=("ec2:CopyImage",),
            resources=needs.unowned("ec2", "image/*", "snapshot/*"),
            conditions=needs.where,
        )
    if ResourceType.EC2 in needs.copied_away:
        yield Statement(
            sid="ShareImages",
            actions=("ec2:ModifyImageAttribute",),
            resources=needs.unowned("ec2", "image/*"),
            conditions=(*MADE_BY_BACKUP, *needs.where),
        )
    yield from _snapshots(needs, ResourceType.EC2)


def _snapshots(needs: Needs, resource_type: ResourceType) -> Iterator[Statement]:
    snapshots = needs.unowned("ec2", "snapshot/*")
    yield Statement(
        sid="KeepSnapshots",
        actions=("ec2:CreateTags", "ec2:DeleteSnapshot"),
        resources=snapshots,
        conditions=needs.where,
    )
    yield without_resources("ec2:DescribeSnapshots", "ec2:DescribeVolumes")
    if resource_type in needs.copied:
        yield Statement(
            sid="CopySnapshots",
            actions=("ec2:CopySnapshot",),
            resources=snapshots,
            conditions=needs.where,
        )
    if resource_type in needs.copied_away:
        yield Statement(
            sid="ShareSnapshots",
            actions=("ec2:ModifySnapshotAttribute",),
            resources=snapshots,
            conditions=(*MADE_BY_BACKUP, *needs.where),
        )


def _rds(needs: Needs) -> Iterator[Statement]:
    yield Statement(
        sid="SnapshotDatabases",
        actions=("rds:CreateDBSnapshot",),
        resources=needs.here("rds", "db:*", "snapshot:*"),
    )
    yield Statement(
        sid="ReadAndTagDatabases",
        actions=(
            "rds:AddTagsToResource",
            "rds:DescribeDBInstances",
            "rds:DescribeDBSnapshots",
            "rds:ListTagsForResource",
        ),
        resources=needs.own("rds", "db:*", "snapshot:*"),
        conditions=needs.where,
    )
    yield Statement(
        sid="DeleteDatabaseSnapshots",
        actions=("rds:DeleteDBSnapshot",),
        resources=needs.own("rds", "snapshot:awsbackup:*"),
        conditions=needs.where,
    )
    if ResourceType.RDS in needs.continuous:
        yield Statement(
            sid="ContinueDatabases", actions=("rds:ModifyDBInstance",), resources=needs.here("rds", "db:*")
        )
        yield Statement(
            sid="EndContinuousDatabases",
            actions=("rds:DeleteDBInstanceAutomatedBackup",),
            resources=needs.here("rds", "auto-backup:*"),
        )
    if ResourceType.RDS in needs.copied:
        yield Statement(
            sid="CopyDatabaseSnapshots",
            actions=("rds:CopyDBSnapshot",),
            resources=needs.own("rds", "snapshot:*"),
            conditions=needs.where,
        )
    if ResourceType.RDS in needs.copied_away:
        yield Statement(
            sid="ShareDatabaseSnapshots",
            actions=("rds:ModifyDBSnapshotAttribute",),
            resources=needs.own("rds", "snapshot:awsbackup:*"),
            conditions=needs.where,
        )


def _aurora(needs: Needs) -> Iterator[Statement]:
    yield Statement(
        sid="SnapshotClusters",
        actions=("rds:CreateDBClusterSnapshot",),
        resources=needs.here("rds", "cluster:*", "cluster-snapshot:*"),
    )
    yield Statement(
        sid="ReadAndTagClusters",
        actions=(
            "rds:AddTagsToResource",
            "rds:DescribeDBClusterSnapshots",
            "rds:DescribeDBClusters",
            "rds:DescribeDBInstances",
            "rds:ListTagsForResource",
        ),
        resources=needs.own("rds", "cluster:*", "cluster-snapshot:*", "db:*"),
        conditions=needs.where,
    )
    yield Statement(
        sid="DeleteClusterSnapshots",
        actions=("rds:DeleteDBClusterSnapshot",),
        resources=needs.own("rds", "cluster-snapshot:awsbackup:*"),
        conditions=needs.where,
    )
    if ResourceType.AURORA in needs.continuous:
        yield Statement(
            sid="ContinueClusters", actions=("rds:ModifyDBCluster",), resources=needs.here("rds", "cluster:*")
        )
        yield Statement(
            sid="EndContinuousClusters",
            actions=("rds:DeleteDBClusterAutomatedBackup", "rds:DescribeDBClusterAutomatedBackups"),
            resources=needs.here("rds", "cluster-auto-backup:*"),
        )
    if ResourceType.AURORA in needs.copied:
        yield Statement(
            sid="CopyClusterSnapshots",
            actions=("rds:CopyDBClusterSnapshot",),
            resources=needs.own("rds", "cluster-snapshot:*"),
            conditions=needs.where,
        )
    if ResourceType.AURORA in needs.copied_away:
        yield Statement(
            sid="ShareClusterSnapshots",
            actions=("rds:ModifyDBClusterSnapshotAttribute",),
            resources=needs.own("rds", "cluster-snapshot:awsbackup:*"),
            conditions=needs.where,
        )


def _dynamodb(needs: Needs) -> Iterator[Statement]:
    yield Statement(
        sid="BackUpTables",
        actions=(
            "dynamodb:CreateBackup",
            "dynamodb:DescribeTable",
            "dynamodb:ListTagsOfResource",
            "dynamodb:StartAwsBackupJob",
        ),
        resources=needs.here("dynamodb", "table/*"),
    )
    yield Statement(
        sid="KeepTableBackups",
        actions=("dynamodb:DeleteBackup", "dynamodb:DescribeBackup"),
        resources=needs.here("dynamodb", "table/*/backup/*"),
    )


def _efs(needs: Needs) -> Iterator[Statement]:
    yield Statement(
        sid="BackUpFileSystems",
        actions=("elasticfilesystem:Backup", "elasticfilesystem:DescribeTags"),
        resources=needs.here("elasticfilesystem", "file-system/*"),
    )


_OF_TYPE: dict[ResourceType, _Make] = {
    ResourceType.AURORA: _aurora,
    ResourceType.DYNAMODB: _dynamodb,
    ResourceType.EBS: _ebs,
    ResourceType.EC2: _ec2,
    ResourceType.EFS: _efs,
    ResourceType.RDS: _rds,
    ResourceType.S3: bucket_backups,
}
