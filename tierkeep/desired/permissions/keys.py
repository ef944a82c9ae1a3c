"""Keys of KMS, as AWS Backup's roles use them: only through the service that holds the data."""

from __future__ import annotations

from collections.abc import Iterator

from tierkeep.desired.model import ResourceType, Statement
from tierkeep.desired.permissions.needs import Needs

_EBS_ENCRYPTION = (("ForAnyValue:StringEquals", "kms:EncryptionContextKeys", ("aws:ebs:id",)),)
_DATA = ("kms:Decrypt", "kms:GenerateDataKey")
_SERVICES = {
    ResourceType.AURORA: "rds",
    ResourceType.DYNAMODB: "dynamodb",
    ResourceType.EBS: "ec2",
    ResourceType.EC2: "ec2",
    ResourceType.EFS: "elasticfilesystem",
    ResourceType.RDS: "rds",
}
"""The services through which a restore uses keys. S3 has statements of its own, as AWS's policies do."""


def backup_keys(needs: Needs) -> Iterator[Statement]:
    """What making and copying encrypted backups takes."""
    yield from _granting(needs)
    if needs.any_of(ResourceType.DYNAMODB):
        yield Statement(
            sid="KeysOfTables", actions=_DATA, resources=needs.key_arns, conditions=needs.via("dynamodb")
        )
    if needs.any_of(ResourceType.EBS, ResourceType.EC2):
        yield Statement(
            sid="KeysOfSnapshots",
            actions=("kms:GenerateDataKeyWithoutPlaintext", "kms:ReEncryptFrom", "kms:ReEncryptTo"),
            resources=needs.key_arns,
            conditions=(*_EBS_ENCRYPTION, *needs.via("ec2")),
        )
    if needs.any_of(ResourceType.S3):
        yield _keys_of_buckets(needs, "kms:Decrypt", "kms:DescribeKey")


def restore_keys(needs: Needs) -> Iterator[Statement]:
    """What restoring encrypted recovery points takes."""
    yield from _granting(needs)
    services = sorted({_SERVICES[each] for each in needs.types if each in _SERVICES})
    if services:
        yield Statement(
            sid="KeysOfRestored",
            actions=(
                *_DATA,
                "kms:DescribeKey",
                "kms:Encrypt",
                "kms:GenerateDataKeyWithoutPlaintext",
                "kms:ReEncryptFrom",
                "kms:ReEncryptTo",
            ),
            resources=needs.key_arns,
            conditions=needs.via(*services),
        )
    if needs.any_of(ResourceType.S3):
        yield _keys_of_buckets(needs, *_DATA, "kms:DescribeKey")


def _granting(needs: Needs) -> Iterator[Statement]:
    yield Statement(
        sid="DescribeKeys", actions=("kms:DescribeKey",), resources=needs.key_arns, conditions=needs.where
    )
    yield Statement(
        sid="GrantKeysToServices",
        actions=("kms:CreateGrant",),
        resources=needs.key_arns,
        conditions=(("Bool", "kms:GrantIsForAWSResource", ("true",)), *needs.where),
    )


def _keys_of_buckets(needs: Needs, *actions: str) -> Statement:
    return Statement(
        sid="KeysOfBuckets", actions=actions, resources=needs.key_arns, conditions=needs.via("s3")
    )
