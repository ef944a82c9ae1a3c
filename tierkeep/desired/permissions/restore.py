"""What the role for restores may do: make resources out of recovery points. It deletes no recovery point."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import TypeAlias

from tierkeep.desired.model import ResourceType, Statement
from tierkeep.desired.permissions.buckets import bucket_restores
from tierkeep.desired.permissions.keys import restore_keys
from tierkeep.desired.permissions.needs import Needs, merged, without_resources

_Make: TypeAlias = Callable[[Needs], Iterator[Statement]]

_NETWORK = (
    "ec2:DescribeAccountAttributes",
    "ec2:DescribeAvailabilityZones",
    "ec2:DescribeInternetGateways",
    "ec2:DescribeSecurityGroups",
    "ec2:DescribeSubnets",
    "ec2:DescribeVpcs",
)


def restore_statements(needs: Needs) -> tuple[Statement, ...]:
    """The policy of the role for restores of a unit, which are made in the unit itself."""
    needs = replace(needs, destinations=())
    parts: list[_Make] = [restore_keys, *(_OF_TYPE[each] for each in sorted(needs.types))]
    return merged(statement for part in parts for statement in part(needs))


def _ebs(needs: Needs) -> Iterator[Statement]:
    yield from _volumes(needs)
    yield _tag_what_is_made(needs, "volume/*")
    yield without_resources("ec2:DescribeAvailabilityZones", "ec2:DescribeSnapshots", "ec2:DescribeVolumes")


def _ec2(needs: Needs) -> Iterator[Statement]:
    yield from _volumes(needs)
    yield Statement(
        sid="RunInstances",
        actions=("ec2:RunInstances",),
        resources=(
            *needs.here("ec2", "instance/*", "key-pair/*", "network-interface/*", "volume/*"),
            *needs.unowned_here("ec2", "image/*", "snapshot/*"),
            # Another account may share these.
            *needs.shared_here(
                "ec2", "capacity-reservation/*", "placement-group/*", "security-group/*", "subnet/*"
            ),
        ),
    )
    yield Statement(
        sid="EndFailedInstances",
        actions=("ec2:TerminateInstances",),
        resources=needs.here("ec2", "instance/*"),
    )
    yield _tag_what_is_made(needs, "instance/*", "volume/*")
    yield Statement(
        sid="TagSources",
        actions=("ec2:CreateTags",),
        resources=needs.here("ec2", "instance/*"),
        conditions=(("ForAllValues:StringEquals", "aws:TagKeys", ("aws:backup:source-resource",)),),
    )
    # The instance profile is the one that the instance had: which, only the recovery point says.
    yield Statement(
        sid="PassInstanceProfiles",
        actions=("iam:PassRole",),
        resources=(f"arn:{needs.partition}:iam::{needs.home.account_id}:role/*",),
        conditions=(("StringEquals", "iam:PassedToService", needs.service("ec2")),),
    )
    yield without_resources(
        *_NETWORK,
        "ec2:DescribeAddresses",
        "ec2:DescribeImages",
        "ec2:DescribeInstances",
        "ec2:DescribeSnapshots",
        "ec2:DescribeVolumes",
    )


def _volumes(needs: Needs) -> Iterator[Statement]:
    yield Statement(
        sid="MakeVolumes",
        actions=("ec2:CreateVolume",),
        resources=(*needs.here("ec2", "volume/*"), *needs.unowned_here("ec2", "snapshot/*")),
    )
    yield Statement(
        sid="DeleteFailedVolumes", actions=("ec2:DeleteVolume",), resources=needs.here("ec2", "volume/*")
    )


def _tag_what_is_made(needs: Needs, *resources: str) -> Statement:
    return Statement(
        sid="TagWhatIsMade",
        actions=("ec2:CreateTags",),
        resources=needs.here("ec2", *resources),
        conditions=(("StringEquals", "ec2:CreateAction", ("CreateVolume", "RunInstances")),),
    )


def _rds(needs: Needs) -> Iterator[Statement]:
    yield Statement(
        sid="RestoreDatabases",
        actions=(
            "rds:AddTagsToResource",
            "rds:CreateTenantDatabase",
            "rds:DescribeDBInstances",
            "rds:DescribeDBSnapshots",
            "rds:ListTagsForResource",
            "rds:RestoreDBInstanceFromDBSnapshot",
            "rds:RestoreDBInstanceToPointInTime",
        ),
        resources=needs.here(
            "rds", "auto-backup:*", "db:*", "og:*", "pg:*", "snapshot:*", "subgrp:*", "tenant-database:*"
        ),
    )
    yield Statement(
        sid="DeleteFailedDatabases",
        actions=("rds:DeleteDBInstance", "rds:DeleteTenantDatabase"),
        resources=needs.here("rds", "db:*", "tenant-database:*"),
    )
    yield without_resources(*_NETWORK)


def _aurora(needs: Needs) -> Iterator[Statement]:
    yield Statement(
        sid="RestoreClusters",
        actions=(
            "rds:AddTagsToResource",
            "rds:CreateDBInstance",
            "rds:DescribeDBClusterSnapshots",
            "rds:DescribeDBClusters",
            "rds:DescribeDBInstances",
            "rds:ListTagsForResource",
            "rds:RestoreDBClusterFromSnapshot",
            "rds:RestoreDBClusterToPointInTime",
        ),
        resources=needs.here(
            "rds",
            "cluster-auto-backup:*",
            "cluster-pg:*",
            "cluster-snapshot:*",
            "cluster:*",
            "db:*",
            "og:*",
            "pg:*",
            "subgrp:*",
        ),
    )
    yield Statement(
        sid="DeleteFailedClusters",
        actions=("rds:DeleteDBCluster", "rds:DeleteDBInstance"),
        # Deleting a cluster names the last snapshot too, even where none is made.
        resources=needs.here("rds", "cluster-snapshot:*", "cluster:*", "db:*"),
    )
    yield without_resources(*_NETWORK)


def _dynamodb(needs: Needs) -> Iterator[Statement]:
    yield Statement(
        sid="RestoreTables",
        actions=(
            "dynamodb:BatchWriteItem",
            "dynamodb:DeleteItem",
            "dynamodb:DescribeTable",
            "dynamodb:GetItem",
            "dynamodb:PutItem",
            "dynamodb:Query",
            "dynamodb:RestoreTableFromAwsBackup",
            "dynamodb:RestoreTableFromBackup",
            "dynamodb:Scan",
            "dynamodb:UpdateItem",
        ),
        resources=needs.here("dynamodb", "table/*"),  # which fits their backups too: table/*/backup/*
    )


def _efs(needs: Needs) -> Iterator[Statement]:
    yield Statement(
        sid="RestoreFileSystems",
        actions=(
            "elasticfilesystem:CreateFileSystem",
            "elasticfilesystem:DeleteFileSystem",
            "elasticfilesystem:DescribeFileSystems",
            "elasticfilesystem:Restore",
            "elasticfilesystem:TagResource",
        ),
        resources=needs.here("elasticfilesystem", "file-system/*"),
    )


_OF_TYPE: dict[ResourceType, _Make] = {
    ResourceType.AURORA: _aurora,
    ResourceType.DYNAMODB: _dynamodb,
    ResourceType.EBS: _ebs,
    ResourceType.EC2: _ec2,
    ResourceType.EFS: _efs,
    ResourceType.RDS: _rds,
    ResourceType.S3: bucket_restores,
}
