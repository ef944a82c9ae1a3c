"""What `tierkeep drill` must be allowed to do: find a recovery point, restore it, tag and delete a volume."""

from __future__ import annotations

from collections.abc import Iterator

from tierkeep.desired.model import RolePurpose, Statement
from tierkeep.desired.permissions.commands.ground import Ground, say, without_resources

_SNAPSHOTS = "snapshot/*"
"""Recovery points of EBS, which are the ones that drills restore, are snapshots of EC2."""


def plan_statements(ground: Ground) -> Iterator[Statement]:
    """Choosing a recovery point; nothing is changed."""
    yield without_resources("ec2:DescribeAvailabilityZones", "ec2:GetEbsEncryptionByDefault")
    yield from _choosing(ground)


def run_statements(ground: Ground) -> Iterator[Statement]:
    """Choosing, restoring, looking at what was restored, and removing it."""
    yield without_resources(
        "backup:DescribeRestoreJob",
        "backup:ListRestoreJobs",
        "ec2:DescribeAvailabilityZones",
        "ec2:DescribeSnapshots",
        "ec2:DescribeVolumes",
        "ec2:GetEbsEncryptionByDefault",
    )
    yield from _choosing(ground)
    yield say("ReadKeys", ("kms:DescribeKey",), ground.arns("kms", "key/*"))
    yield from _restoring(ground)
    yield from _removing(ground)


def sweep_statements(ground: Ground) -> Iterator[Statement]:
    """Finishing what a drill left. Asking again for a restore whose answer was lost is part of it."""
    yield without_resources("backup:DescribeRestoreJob", "backup:ListRestoreJobs", "ec2:DescribeVolumes")
    yield from _restoring(ground)
    yield from _removing(ground)


def _choosing(ground: Ground) -> Iterator[Statement]:
    yield say(
        "ListRecoveryPoints",
        ("backup:ListRecoveryPointsByBackupVault",),
        ground.arns("backup", ground.named("backup-vault:")),
    )
    yield say(
        "ReadRecoveryPoints",
        ("backup:GetRecoveryPointRestoreMetadata",),
        ground.unowned("ec2", _SNAPSHOTS),
    )


def _restoring(ground: Ground) -> Iterator[Statement]:
    yield say("Restore", ("backup:StartRestoreJob",), ground.unowned("ec2", _SNAPSHOTS))
    yield say(
        "PassRestoreRole",
        ("iam:PassRole",),
        (role.arn for role in ground.roles if role.purpose is RolePurpose.RESTORE),
        (("StringEquals", "iam:PassedToService", ("backup.amazonaws.com",)),),
    )


def _removing(ground: Ground) -> Iterator[Statement]:
    """Only a volume that carries a drill's tag and the catalog's may be deleted, and only one that carries no
    drill's tag yet be tagged so, with tags of Tierkeep's alone."""
    volumes = ground.arns("ec2", "volume/*")
    yield say(
        "TagRestoredVolumes",
        ("ec2:CreateTags",),
        volumes,
        (
            *ground.to_be_tagged,
            ("ForAllValues:StringLike", "aws:TagKeys", ("tierkeep:*",)),
            ("Null", "aws:ResourceTag/tierkeep:drill", ("true",)),
        ),
    )
    yield say(
        "DeleteDrilledVolumes",
        ("ec2:DeleteVolume",),
        volumes,
        (*ground.tagged, ("Null", "aws:ResourceTag/tierkeep:drill", ("false",))),
    )
