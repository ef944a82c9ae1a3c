"""What drills of databases must be allowed to do besides: RDS names what it makes, and takes tags with it."""

from __future__ import annotations

from collections.abc import Iterator

from tierkeep.desired.model import ResourceType, Statement
from tierkeep.desired.permissions.commands.ground import Conditions, Ground, say

RECOVERY_POINTS = ("cluster-snapshot:awsbackup:*", "snapshot:awsbackup:*")
"""Recovery points of databases are snapshots of RDS, of this name ("Using AWS Backup to manage automated
backups" in the Amazon RDS User Guide)."""

_RESTORED = ("cluster:tierkeep-drill-*", "db:tierkeep-drill-*")
"""What drills make bears their name."""
_LAST_SNAPSHOT = "cluster-snapshot:tierkeep-drill-*"
"""What IAM may be asked about when a cluster is deleted (Service Authorization Reference); none is made."""
_AROUND = ("og:*", "pg:*")
"""Option groups and parameter groups, as the source has them."""

_TAGGED_AS_DRILLS = ("Null", "aws:RequestTag/tierkeep:drill", ("false",))
_MADE_BY_DRILL = ("Null", "aws:ResourceTag/tierkeep:drill", ("false",))
_NOT_YET = ("Null", "aws:ResourceTag/tierkeep:drill", ("true",))
_OUR_KEYS = ("ForAllValues:StringLike", "aws:TagKeys", ("tierkeep:*",))


def protected(ground: Ground) -> bool:
    """Whether tiers protect databases."""
    types = {each.resource_type for unit in ground.units for each in unit.protections}
    return bool(types & {ResourceType.RDS, ResourceType.AURORA})


def choosing(ground: Ground) -> Iterator[Statement]:
    """What there is to restore, of what kind it is, and which moments can be."""
    yield say(
        "ReadDatabases",
        (
            "rds:DescribeDBClusterSnapshots",
            "rds:DescribeDBClusters",
            "rds:DescribeDBInstanceAutomatedBackups",
            "rds:DescribeDBInstances",
            "rds:DescribeDBSnapshots",
        ),
        ground.arns("rds", "auto-backup:*", "cluster:*", "cluster-snapshot:*", "db:*", "snapshot:*"),
    )


def restoring(ground: Ground) -> Iterator[Statement]:
    """Into the subnet groups that the catalog names for drills, and with a drill's tags."""
    networks = [unit.isolation for unit in ground.units if unit.isolation]
    groups = tuple(f"subgrp:{each.db_subnet_group}" for each in networks if each.db_subnet_group)
    if not groups:
        return
    tagged: Conditions = (*ground.to_be_tagged, _TAGGED_AS_DRILLS, _OUR_KEYS)
    yield say("ProveDatabaseNetworks", ("rds:DescribeDBSubnetGroups",), ground.arns("rds", *groups))
    yield say(
        "RestoreDatabases",
        ("rds:RestoreDBInstanceToPointInTime",),
        ground.arns("rds", "auto-backup:*", "db:*", *_AROUND, *groups),
        tagged,
    )
    yield say(
        "MakeInstancesOfRestoredClusters",
        ("rds:CreateDBInstance",),
        ground.arns("rds", *_RESTORED, *_AROUND, *groups),
        tagged,
    )


def reading(ground: Ground) -> Iterator[Statement]:
    """The logins that the catalog names, and nothing else of Secrets Manager. A drill may decrypt with every
    key anyhow, to read blocks."""
    logins = [each.login for unit in ground.units for each in unit.protections if each.login]
    secrets = tuple(arn for each in logins for arn in _secret_arns(ground, each.secret))
    if not secrets:
        return
    yield say("ReadLogins", ("secretsmanager:GetSecretValue",), secrets)


def _secret_arns(ground: Ground, secret: str) -> tuple[str, ...]:
    """Secrets Manager appends a hyphen and six characters to the name ("What's in a Secrets Manager secret?"
    in its user guide)."""
    if secret.startswith("arn:"):
        return (secret,)
    return ground.arns("secretsmanager", f"secret:{secret}-??????")


def seeing(ground: Ground) -> Iterator[Statement]:
    """What drills made. The instances of a cluster are found among all: RDS lists them by a filter."""
    yield say(
        "SeeRestoredDatabases",
        ("rds:DescribeDBClusters", "rds:DescribeDBInstances"),
        ground.arns("rds", "cluster:tierkeep-drill-*", "db:*"),
    )


def removing(ground: Ground) -> Iterator[Statement]:
    """Only what bears the name and the tag of a drill is deleted, and only what carries none is tagged."""
    restored = ground.arns("rds", *_RESTORED)
    yield say(
        "TagRestoredDatabases",
        ("rds:AddTagsToResource",),
        restored,
        (*ground.to_be_tagged, _OUR_KEYS, _NOT_YET),
    )
    yield say(
        "DeleteRestoredDatabases",
        ("rds:DeleteDBCluster", "rds:DeleteDBInstance"),
        (*restored, *ground.arns("rds", _LAST_SNAPSHOT)),
        (*ground.tagged, _MADE_BY_DRILL),
    )
