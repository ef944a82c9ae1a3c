"""The resources that an account has in a Region and that AWS Backup could back up, as moto keeps them.

A service of moto that nobody has used yet is not imported for this: it has no resources.
"""

import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from emulator.backup.resources.base import Place


@dataclass(frozen=True, slots=True)
class Resource:
    """A resource; ``type`` is AWS Backup's name of its kind."""

    arn: str
    type: str
    tags: dict[str, str]


def resources(place: Place) -> Iterator[Resource]:
    """All resources of ``place``."""
    for service, list_of in _LISTS.items():
        module = sys.modules.get(f"moto.{service}.models")
        if module is None:
            continue
        backends = getattr(module, f"{service}_backends")
        # Asked with get(), moto's dictionaries make nothing.
        backend = backends.get(place.account, {}).get(place.partition if service == "s3" else place.region)
        if backend is not None:
            yield from list_of(backend, place)


def _of_ec2(backend: Any, place: Place) -> Iterator[Resource]:
    arn = f"arn:{place.partition}:ec2:{place.region}:{place.account}"
    for volume_id in backend.volumes:
        yield Resource(f"{arn}:volume/{volume_id}", "EBS", backend.tags.get(volume_id, {}))
    for reservation in backend.reservations.values():
        for instance in reservation.instances:
            if instance.state != "terminated":
                yield Resource(f"{arn}:instance/{instance.id}", "EC2", backend.tags.get(instance.id, {}))


def _of_dynamodb(backend: Any, _: Place) -> Iterator[Resource]:
    for table in backend.tables.values():
        yield Resource(table.table_arn, "DynamoDB", _tags(table.tags))


def _of_efs(backend: Any, _: Place) -> Iterator[Resource]:
    for name, system in backend.file_systems_by_id.items():
        yield Resource(system.file_system_arn, "EFS", _tags(backend.list_tags_for_resource(name)))


def _of_s3(backend: Any, place: Place) -> Iterator[Resource]:
    for bucket in backend.buckets.values():
        if bucket.region_name == place.region:
            yield Resource(bucket.arn, "S3", backend.tagger.get_tag_dict_for_resource(bucket.arn))


_CLUSTERS = {"aurora": "Aurora", "neptune": "Neptune", "docdb": "DocumentDB"}


def _of_rds(backend: Any, _: Place) -> Iterator[Resource]:
    for cluster in backend.clusters.values():
        kind = _CLUSTERS.get(cluster.engine.partition("-")[0], "RDS")
        yield Resource(cluster.arn, kind, _tags(cluster.tags))
    for database in backend.databases.values():
        # The instances of a cluster are backed up with it.
        if not database.db_cluster_identifier:
            yield Resource(database.arn, "RDS", _tags(database.tags))


def _of_fsx(backend: Any, _: Place) -> Iterator[Resource]:
    for system in backend.file_systems.values():
        yield Resource(system.resource_arn, "FSx", _tags(backend.list_tags_for_resource(system.resource_arn)))


_LISTS: dict[str, Callable[[Any, Place], Iterator[Resource]]] = {
    "ec2": _of_ec2,
    "dynamodb": _of_dynamodb,
    "efs": _of_efs,
    "s3": _of_s3,
    "rds": _of_rds,
    "fsx": _of_fsx,
}


def _tags(pairs: list[dict[str, str]] | None) -> dict[str, str]:
    return {pair["Key"]: pair["Value"] for pair in pairs or []}
