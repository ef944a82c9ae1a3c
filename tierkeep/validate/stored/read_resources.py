"""Reads the resources that a tier can protect: one paged listing for each type, with tags and all.

Instances, volumes, databases, clusters and file systems come with their tags. Tables and buckets do not, and
are read in `read_tables_and_buckets`.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from tierkeep.aws import UnitSession
from tierkeep.desired.model import ResourceType
from tierkeep.validate.stored.reading import gib, tags_of, utc, when
from tierkeep.validate.stored.records import Resource
from tierkeep.validate.stored.scope import StoredScope

PAGE = 1000
"""The longest page of EC2's listings (EC2 API reference)."""

DATABASE_PAGE = 100
"""The longest page of RDS's listings (botocore 1.44.5, rds MaxRecords)."""

FILE_SYSTEM_PAGE = 100
"""That of EFS (botocore 1.44.5, efs DescribeFileSystems.MaxItems)."""

_PRESENT = ("pending", "running", "stopping", "stopped")
"""States of instances that are there; EC2 lists terminated ones for a while too."""

_GOING = frozenset({"deleting", "deleted"})

_OTHER_SERVICES = ("neptune", "docdb")
"""Engines that RDS lists although they are services of their own (API reference, DescribeDBInstances)."""


def read_instances(session: UnitSession, scope: StoredScope) -> Iterator[Resource]:
    """EC2 instances. Raises `AwsError`, as all here do."""
    present = [{"Name": "instance-state-name", "Values": list(_PRESENT)}]
    listed = session.pages("ec2", "describe_instances", "Reservations", Filters=present, MaxResults=PAGE)
    for instance in (each for reservation in listed for each in reservation["Instances"]):
        tags = tags_of(instance.get("Tags"))
        yield Resource(
            arn=scope.arn("ec2", f"instance/{instance['InstanceId']}"),
            type=ResourceType.EC2,
            name=tags.get("Name") or instance["InstanceId"],
            tags=tags,
            created_at=_first_seen(instance),
            size_bytes=None,
            encrypted=None,
            key_arn=None,
        )


def _first_seen(instance: dict[str, Any]) -> datetime | None:
    """The earliest moment at which it is known to have been there: EC2 answers only its last launch, which a
    stop and a start renew, and when its volumes and interfaces were attached."""
    volumes = [each.get("Ebs", {}).get("AttachTime") for each in instance.get("BlockDeviceMappings", ())]
    interfaces = [
        each.get("Attachment", {}).get("AttachTime") for each in instance.get("NetworkInterfaces", ())
    ]
    moments = [when(each) for each in (instance.get("LaunchTime"), *volumes, *interfaces) if each]
    return min(moments, default=None)


def read_volumes(session: UnitSession, scope: StoredScope) -> Iterator[Resource]:
    """EBS volumes."""
    for volume in session.pages("ec2", "describe_volumes", "Volumes", MaxResults=PAGE):
        if volume["State"] in _GOING:
            continue
        tags = tags_of(volume.get("Tags"))
        instances = [each["InstanceId"] for each in volume.get("Attachments", ()) if each.get("InstanceId")]
        yield Resource(
            arn=scope.arn("ec2", f"volume/{volume['VolumeId']}"),
            type=ResourceType.EBS,
            name=tags.get("Name") or volume["VolumeId"],
            tags=tags,
            created_at=utc(volume.get("CreateTime")),
            size_bytes=gib(volume.get("Size")),
            encrypted=bool(volume.get("Encrypted")),
            key_arn=volume.get("KmsKeyId"),
            in_use=bool(instances),
            parent_arn=scope.arn("ec2", f"instance/{min(instances)}") if instances else None,
        )


def read_databases(session: UnitSession, scope: StoredScope) -> Iterator[Resource]:
    """RDS instances, members of clusters among them, and Multi-AZ clusters of RDS's other engines.

    How far back an instance can be restored by itself is in a listing of its own.
    """
    windows = {
        each["DBInstanceArn"]: each.get("RestoreWindow") or {}
        for each in session.pages(
            "rds",
            "describe_db_instance_automated_backups",
            "DBInstanceAutomatedBackups",
            MaxRecords=DATABASE_PAGE,
        )
        if each.get("DBInstanceArn") and each.get("Status") == "active"
    }
    for instance in session.pages("rds", "describe_db_instances", "DBInstances", MaxRecords=DATABASE_PAGE):
        if instance["DBInstanceStatus"] in _GOING or instance["Engine"].startswith(_OTHER_SERVICES):
            continue
        arn, cluster = instance["DBInstanceArn"], instance.get("DBClusterIdentifier")
        window = windows.get(arn, {})
        yield Resource(
            arn=arn,
            type=ResourceType.RDS,
            name=instance["DBInstanceIdentifier"],
            tags=tags_of(instance.get("TagList")),
            created_at=utc(instance.get("InstanceCreateTime")),
            size_bytes=None if cluster else gib(instance.get("AllocatedStorage")),
            encrypted=bool(instance.get("StorageEncrypted")),
            key_arn=instance.get("KmsKeyId"),
            parent_arn=scope.arn("rds", f"cluster:{cluster}") if cluster else None,
            restorable_from=utc(window.get("EarliestTime")),
            restorable_to=utc(instance.get("LatestRestorableTime")),
        )


def read_clusters(session: UnitSession, _: StoredScope) -> Iterator[Resource]:
    """Aurora clusters, and Multi-AZ clusters of RDS, which share the form of their ARNs."""
    for cluster in session.pages("rds", "describe_db_clusters", "DBClusters", MaxRecords=DATABASE_PAGE):
        if cluster.get("Status") in _GOING or cluster["Engine"].startswith(_OTHER_SERVICES):
            continue
        aurora = cluster["Engine"].startswith("aurora")
        yield Resource(
            arn=cluster["DBClusterArn"],
            type=ResourceType.AURORA if aurora else ResourceType.RDS,
            name=cluster["DBClusterIdentifier"],
            tags=tags_of(cluster.get("TagList")),
            created_at=utc(cluster.get("ClusterCreateTime")),
            # Of Aurora it is 1, whatever the cluster holds (API reference, DBCluster.AllocatedStorage).
            size_bytes=None if aurora else gib(cluster.get("AllocatedStorage")),
            encrypted=bool(cluster.get("StorageEncrypted")),
            key_arn=cluster.get("KmsKeyId"),
            restorable_from=utc(cluster.get("EarliestRestorableTime")),
            restorable_to=utc(cluster.get("LatestRestorableTime")),
        )


def read_file_systems(session: UnitSession, scope: StoredScope) -> Iterator[Resource]:
    """EFS file systems."""
    listed = session.pages("efs", "describe_file_systems", "FileSystems", MaxItems=FILE_SYSTEM_PAGE)
    for system in listed:
        if system["LifeCycleState"] in _GOING:
            continue
        name = system["FileSystemId"]
        tags = tags_of(system.get("Tags"))
        yield Resource(
            arn=system.get("FileSystemArn") or scope.arn("elasticfilesystem", f"file-system/{name}"),
            type=ResourceType.EFS,
            name=tags.get("Name") or name,
            tags=tags,
            created_at=utc(system.get("CreationTime")),
            size_bytes=system.get("SizeInBytes", {}).get("Value"),
            encrypted=bool(system.get("Encrypted")),
            key_arn=system.get("KmsKeyId"),
        )
