"""What `tierkeep drill` must be allowed to do: find what can be restored, restore it, look at it, delete it.

Each kind of backup is allowed for only where the catalog has it: recovery points of volumes everywhere,
snapshots of Data Lifecycle Manager where there are snapshot policies, tables, buckets and file systems where
a tier protects any.
"""

from __future__ import annotations

from collections.abc import Iterator

from tierkeep.desired.model import ResourceType, RolePurpose, Statement
from tierkeep.desired.permissions.commands import drill_databases
from tierkeep.desired.permissions.commands.drill_machines import (
    IMAGES,
    choosing_machines,
    drills_machines,
    launching,
    looking_at_machines,
    probing,
    proving,
    removing_machines,
    seeing_machines,
)
from tierkeep.desired.permissions.commands.drill_storage import (
    FULLY_MANAGED,
    protects,
    reading_storage,
    removing_storage,
)
from tierkeep.desired.permissions.commands.ground import Ground, say, without_resources

_SNAPSHOTS = "snapshot/*"
"""Recovery points of EBS are snapshots of EC2, as those of Data Lifecycle Manager."""
_RECOVERY_POINTS = "recovery-point:*"
"""Those of types that AWS Backup manages fully, such as tables."""
_VOLUMES = "volume/*"
_TABLES = "table/*"
_RESTORED_TABLES = "table/tierkeep-drill-*"
"""Tables that drills restore bear their name."""

_MADE_BY_DRILL = ("Null", "aws:ResourceTag/tierkeep:drill", ("false",))
_TAGGED_AS_DRILLS = ("Null", "aws:RequestTag/tierkeep:drill", ("false",))
_OUR_KEYS = ("ForAllValues:StringLike", "aws:TagKeys", ("tierkeep:*",))


def plan_statements(ground: Ground) -> Iterator[Statement]:
    """Choosing what to restore; nothing is changed."""
    choosing = {
        "ec2:DescribeAvailabilityZones",
        "ec2:GetEbsEncryptionByDefault",
        *_FINDING,
        *_listing_of_dlm(ground),
    }
    yield without_resources(*sorted(choosing))
    yield from choosing_machines(ground)
    yield from _choosing(ground)
    if _recovers_tables(ground):
        yield say("ReadTables", ("dynamodb:DescribeTable",), ground.arns("dynamodb", _TABLES))


def run_statements(ground: Ground) -> Iterator[Statement]:
    """Choosing, restoring, looking at what was restored, and removing it."""
    listing = {
        "ec2:DescribeAvailabilityZones",
        "ec2:GetEbsEncryptionByDefault",
        *_FINDING,
        *_listing_of_dlm(ground),
        *_proving_networks(ground),
        *_SEEING,
        *(("tag:GetResources",) if ground.by_tags else ()),
    }
    yield without_resources(*sorted(listing))
    yield from proving(ground)
    yield from looking_at_machines(ground)
    yield from _choosing(ground)
    yield say("ReadKeys", ("kms:DescribeKey",), ground.arns("kms", "key/*"))
    yield from _restoring(ground)
    if _recovers_tables(ground):
        yield from _restoring_tables(ground)
    if drill_databases.protected(ground):
        yield from drill_databases.restoring(ground)
        yield from drill_databases.reading(ground)
    yield from _reading(ground)
    yield from probing(ground)
    yield from _removing(ground)


def sweep_statements(ground: Ground) -> Iterator[Statement]:
    """Finishing what a drill left. Asking again for a restore whose answer was lost is part of it."""
    yield without_resources(*_SEEING)
    yield from seeing_machines(ground)
    if _protects_tables(ground):
        yield say("ReadTables", ("dynamodb:DescribeTable",), ground.arns("dynamodb", _RESTORED_TABLES))
    if drill_databases.protected(ground):
        yield from drill_databases.seeing(ground)
    yield from _restoring(ground)
    yield from _removing(ground)


_FINDING = ("tag:GetResources",)
"""Which resources carry a tier's tags: the population of a drill of the catalog."""
_SEEING = (
    "backup:DescribeRestoreJob",
    "backup:ListRestoreJobs",
    "ec2:DescribeImages",
    "ec2:DescribeSnapshots",
    "ec2:DescribeVolumes",
)
"""Looking at what a drill made, and who uses it."""


def _proving_networks(ground: Ground) -> tuple[str, ...]:
    """Before anything is restored into a network."""
    if not any(unit.isolation for unit in ground.units):
        return ()
    return _NETWORKS


_NETWORKS = (
    "ec2:DescribeNetworkInterfaces",
    "ec2:DescribePrefixLists",
    "ec2:DescribeRouteTables",
    "ec2:DescribeSecurityGroups",
    "ec2:DescribeSubnets",
    "ec2:DescribeVpcEndpoints",
    "ec2:DescribeVpcPeeringConnections",
    "elasticloadbalancing:DescribeLoadBalancers",
)


def _protects_tables(ground: Ground) -> bool:
    return protects(ground, ResourceType.DYNAMODB)


def _recovers_tables(ground: Ground) -> bool:
    return any(unit.table_recoveries for unit in ground.units)


def _snapshot_policies(ground: Ground) -> bool:
    return any(unit.snapshot_policies for unit in ground.units)


def _listing_of_dlm(ground: Ground) -> tuple[str, ...]:
    return ("dlm:GetLifecyclePolicies", "ec2:DescribeSnapshots") if _snapshot_policies(ground) else ()


def _recovery_points(ground: Ground) -> tuple[str, ...]:
    managed = ground.arns("backup", _RECOVERY_POINTS) if protects(ground, *FULLY_MANAGED) else ()
    images = (IMAGES,) if drills_machines(ground) else ()
    databases = (
        ground.arns("rds", *drill_databases.RECOVERY_POINTS) if drill_databases.protected(ground) else ()
    )
    return (*ground.unowned("ec2", _SNAPSHOTS, *images), *managed, *databases)


def _choosing(ground: Ground) -> Iterator[Statement]:
    yield say(
        "ListRecoveryPoints",
        ("backup:ListRecoveryPointsByBackupVault",),
        ground.arns("backup", ground.named("backup-vault:")),
    )
    yield say("ReadRecoveryPoints", ("backup:GetRecoveryPointRestoreMetadata",), _recovery_points(ground))
    if _recovers_tables(ground):
        yield say(
            "ReadRestorableTimes",
            ("dynamodb:DescribeContinuousBackups",),
            ground.arns("dynamodb", _TABLES),
        )
    if drill_databases.protected(ground):
        yield from drill_databases.choosing(ground)


def _restoring(ground: Ground) -> Iterator[Statement]:
    """What is asked for again, too, if its answer was lost."""
    yield say("Restore", ("backup:StartRestoreJob",), _recovery_points(ground))
    yield say(
        "PassRestoreRole",
        ("iam:PassRole",),
        (role.arn for role in ground.roles if role.purpose is RolePurpose.RESTORE),
        (("StringEquals", "iam:PassedToService", ("backup.amazonaws.com",)),),
    )
    if _snapshot_policies(ground):
        yield from _making_volumes(ground)
    yield from launching(ground)
    if _snapshot_policies(ground) or _recovers_tables(ground) or drill_databases.protected(ground):
        yield from _using_keys(ground)


def _making_volumes(ground: Ground) -> Iterator[Statement]:
    """A volume is made only with the tags of a drill of the catalog."""
    yield say("ReadSnapshotsIntoVolumes", ("ec2:CreateVolume",), ground.unowned("ec2", _SNAPSHOTS))
    yield say(
        "MakeDrilledVolumes",
        ("ec2:CreateVolume",),
        ground.arns("ec2", _VOLUMES),
        (*ground.to_be_tagged, _TAGGED_AS_DRILLS, _OUR_KEYS),
    )
    yield say(
        "TagVolumesThatAreMade",
        ("ec2:CreateTags",),
        ground.arns("ec2", _VOLUMES),
        (*ground.to_be_tagged, ("StringEquals", "ec2:CreateAction", ("CreateVolume",))),
    )


def _restoring_tables(ground: Ground) -> Iterator[Statement]:
    """Into a table of a drill's name. DynamoDB asks who restores for what it does with the new table's items
    ("Using IAM with DynamoDB backup and restore" in the DynamoDB developer guide)."""
    yield say("RestoreTables", ("dynamodb:RestoreTableToPointInTime",), ground.arns("dynamodb", _TABLES))
    yield say(
        "FillRestoredTables",
        (
            "dynamodb:BatchWriteItem",
            "dynamodb:DeleteItem",
            "dynamodb:GetItem",
            "dynamodb:PutItem",
            "dynamodb:Query",
            "dynamodb:Scan",
            "dynamodb:UpdateItem",
        ),
        ground.arns("dynamodb", _RESTORED_TABLES),
    )


def _using_keys(ground: Ground) -> Iterator[Statement]:
    """EC2, DynamoDB and RDS use the keys of what is restored on behalf of who restores it."""
    names = ("dynamodb", "ec2", *(("rds",) if drill_databases.protected(ground) else ()))
    services = tuple(f"{name}.{region}.amazonaws.com" for region in ground.regions for name in names)
    yield say(
        "UseKeysToRestore",
        (
            "kms:CreateGrant",
            "kms:Decrypt",
            "kms:Encrypt",
            "kms:GenerateDataKey",
            "kms:GenerateDataKeyWithoutPlaintext",
            "kms:ReEncryptFrom",
            "kms:ReEncryptTo",
        ),
        ground.arns("kms", "key/*"),
        (("StringEquals", "kms:ViaService", services),),
    )


def _reading(ground: Ground) -> Iterator[Statement]:
    """Blocks of volumes by a snapshot of what was restored, made with the drill's tags; items of tables."""
    snapshots = ground.unowned("ec2", _SNAPSHOTS)
    yield say(
        "ReadRestoredVolumes",
        ("ec2:CreateSnapshot",),
        ground.arns("ec2", _VOLUMES),
        (*ground.tagged, _MADE_BY_DRILL),
    )
    yield say(
        "MakeSnapshotsToRead",
        ("ec2:CreateSnapshot",),
        snapshots,
        (*ground.to_be_tagged, _TAGGED_AS_DRILLS, _OUR_KEYS),
    )
    yield say(
        "TagSnapshotsThatAreMade",
        ("ec2:CreateTags",),
        snapshots,
        (*ground.to_be_tagged, ("StringEquals", "ec2:CreateAction", ("CreateSnapshot",))),
    )
    yield say("ReadBlocks", ("ebs:GetSnapshotBlock", "ebs:ListSnapshotBlocks"), snapshots)
    yield say("DecryptBlocks", ("kms:Decrypt",), ground.arns("kms", "key/*"))
    if _protects_tables(ground):
        yield say("ReadTables", ("dynamodb:DescribeTable",), ground.arns("dynamodb", _TABLES))
        yield say(
            "ReadRestoredTables",
            ("dynamodb:BatchGetItem", "dynamodb:PartiQLSelect", "dynamodb:Scan"),
            ground.arns("dynamodb", _RESTORED_TABLES),
        )
    yield from reading_storage(ground)


def _removing(ground: Ground) -> Iterator[Statement]:
    """Only what carries a drill's tag and the catalog's may be deleted, and only what carries no drill's tag
    yet be tagged so, with tags of Tierkeep's alone. Tables go by their name: whether DynamoDB heeds tags in
    conditions is a setting of the account ("Enabling ABAC in DynamoDB" in the DynamoDB developer guide)."""
    volumes = ground.arns("ec2", _VOLUMES)
    yield say(
        "TagRestoredVolumes",
        ("ec2:CreateTags",),
        volumes,
        (*ground.to_be_tagged, _OUR_KEYS, ("Null", "aws:ResourceTag/tierkeep:drill", ("true",))),
    )
    tagged = (*ground.tagged, _MADE_BY_DRILL)
    yield from removing_machines(ground)
    yield say("DeleteDrilledVolumes", ("ec2:DeleteVolume",), volumes, tagged)
    yield say("DeleteReadSnapshots", ("ec2:DeleteSnapshot",), ground.unowned("ec2", _SNAPSHOTS), tagged)
    if _protects_tables(ground):
        yield say(
            "RemoveRestoredTables",
            ("dynamodb:DeleteTable", "dynamodb:ListTagsOfResource", "dynamodb:TagResource"),
            ground.arns("dynamodb", _RESTORED_TABLES),
        )
    yield from removing_storage(ground)
    if drill_databases.protected(ground):
        yield from drill_databases.removing(ground)
