"""Aurora, Neptune and DocumentDB clusters: their recovery points are cluster snapshots of moto's RDS.

Restoring one makes a cluster without instances, which are added through the service ("Restore an Amazon
Aurora cluster" in the AWS Backup Developer Guide).  The restore metadata is named after the parameters of
RestoreDBClusterFromSnapshot in the RDS API reference.  A cluster that stands on a real PostgreSQL server is
dumped and restored with its data (see :mod:`emulator.rds.clusters`); moto keeps no data of the others, which
are restored as they are.
"""

import json
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import uuid4

from emulator.backup import keys
from emulator.backup.arns import Arn, parse
from emulator.backup.jobs import JobFailedError
from emulator.backup.recovery_points import RecoveryPoint
from emulator.backup.resources.base import Backup, Continuous, Kind, Place
from emulator.backup.resources.ebs import GIB, naive
from emulator.backup.resources.metadata import (
    MOMENT_KEYS,
    REQUEST_ID,
    check_booleans,
    check_numbers,
    named,
    require,
)
from emulator.backup.resources.rds import damage, days_of, group_ids, own_tags, rds, tag_list, without_place
from emulator.backup.vaults import Vault
from emulator.errors import InvalidParameterValue, ResourceNotFound
from emulator.rds import automated_backups, instances, snapshots
from emulator.rds import clusters as standing

_TEXTS = {
    "DBClusterIdentifier": "db_cluster_identifier",
    "DBClusterParameterGroupName": "db_cluster_parameter_group_name",
    "DBSubnetGroupName": "db_subnet_group_name",
    "DatabaseName": "database_name",
    "Engine": "engine",
    "EngineMode": "engine_mode",
    "EngineVersion": "engine_version",
    "KmsKeyId": "kms_key_id",
}
_BOOLEANS = {"DeletionProtection": "deletion_protection", "CopyTagsToSnapshot": "copy_tags_to_snapshot"}
_KEYS = (*_TEXTS, *_BOOLEANS, "Port", "VpcSecurityGroupIds", "AvailabilityZones")


class Cluster(Kind):
    """A kind of cluster, by its engines."""

    service = "rds"

    def __init__(self, resource_type: str, *engines: str) -> None:
        self.type = resource_type
        self._engines = engines

    def covers(self, arn: Arn) -> bool:
        """The ARNs of all clusters look alike, so that the cluster must tell of which kind it is."""
        if arn.service != "rds" or not arn.resource.startswith("cluster:"):
            return False
        cluster = rds(Place(arn.account, arn.region, arn.partition)).clusters.get(arn.resource_id)
        return cluster is None or cluster.engine.startswith(self._engines)

    def require(self, place: Place, arn: Arn) -> None:
        if arn.resource_id not in rds(place).clusters:
            raise ResourceNotFound(f"DBCluster {arn.resource_id} not found.")

    def back_up(
        self, place: Place, arn: Arn, vault: Vault, job_id: str, tags: dict[str, str], moment: datetime
    ) -> Backup:
        backend = rds(place)
        cluster = backend.clusters.get(arn.resource_id)
        if cluster is None:
            raise JobFailedError(f"DBCluster {arn.resource_id} not found.")
        together = {**own_tags(cluster), **tags}
        snapshot = _snapshot(
            backend, cluster, f"awsbackup:job-{job_id.lower()}",
            {**together, "aws:backup:source-resource": job_id}, None, moment,
        )  # fmt: skip
        standing.capture(snapshot, cluster)
        return Backup(
            arn=snapshot.db_cluster_snapshot_arn,
            size=(snapshot.allocated_storage or 0) * GIB,
            key_arn=snapshot.kms_key_id,
            encrypted=bool(snapshot.encrypted),
            restore_metadata={REQUEST_ID: job_id, **_metadata_of(cluster)},
            resource_name=arn.resource_id,
            tags=together,
        )

    def begin_continuous(self, place: Place, arn: Arn) -> Continuous:
        cluster = rds(place).clusters[arn.resource_id]
        encrypted = bool(cluster.storage_encrypted)
        return Continuous(
            cluster,
            _metadata_of(cluster),
            as_source=(encrypted, cluster.kms_key_id if encrypted else None),
        )

    def retain(self, point: RecoveryPoint) -> None:
        automated_backups.take_over(point.data, point.arn, days_of(point))

    def release(self, point: RecoveryPoint) -> None:
        automated_backups.give_back(point.data)

    def end_continuous(self, point: RecoveryPoint) -> None:
        """A cluster's own backups cannot be turned off: they are kept for a day ("Stopping or deleting
        continuous backups" in the AWS Backup Developer Guide)."""
        self.release(point)
        point.data.backup_retention_period = 1

    def as_of(self, place: Place, point: RecoveryPoint, moment: datetime) -> RecoveryPoint:
        name = f"awsbackup:moment-{uuid4()}"
        snapshot = _snapshot(rds(place), point.data, name, {}, None, moment)
        standing.capture(snapshot, point.data, moment)
        return replace(point, data=name, continuous=False)

    def delete(self, place: Place, point: RecoveryPoint) -> None:
        rds(place).cluster_snapshots.pop(_id_of(point), None)

    def check_restore(self, point: RecoveryPoint, metadata: dict[str, str]) -> None:
        given = named(metadata, (*_KEYS, *MOMENT_KEYS) if point.continuous else _KEYS)
        require(given, "DBClusterIdentifier")
        check_booleans(given, *_BOOLEANS)
        check_numbers(given, "Port")
        group_ids(given)

    def restore(self, place: Place, point: RecoveryPoint, metadata: dict[str, str], moment: datetime) -> str:
        given = named(metadata, _KEYS)
        backend, name = rds(place), given["DBClusterIdentifier"]
        if name in backend.clusters:
            raise JobFailedError(f"DBCluster {name} already exists")
        snapshot = backend.cluster_snapshots.get(_id_of(point))
        if snapshot is None:
            raise JobFailedError(f"DBClusterSnapshot {_id_of(point)} not found.")
        settings: dict[str, Any] = {_TEXTS[each]: given[each] for each in _TEXTS if each in given}
        if given.get("Port"):
            settings["port"] = int(given["Port"])
        if settings.get("engine") not in (None, snapshot.engine):
            raise JobFailedError(f"The snapshot is of the engine {snapshot.engine}")
        if settings.get("kms_key_id"):
            settings.update(storage_encrypted=True, kms_key_id=_key(settings["kms_key_id"]))
        cluster = backend.restore_db_cluster_from_snapshot(_id_of(point), settings)
        if group_ids(given):
            cluster.vpc_security_group_ids = group_ids(given)
        for key, attribute in _BOOLEANS.items():
            setattr(cluster, attribute, given.get(key, "").lower() == "true")
        cluster.tags = []
        cluster.created = naive(moment)
        damage(point, standing.server_of(cluster), instances.dump_of(snapshot))
        return str(cluster.db_cluster_arn)

    def encrypts_copies(self, point: RecoveryPoint) -> bool:
        return point.encrypted

    def copy(
        self, source: Place, target: Place, point: RecoveryPoint, vault: Vault, moment: datetime
    ) -> Backup:
        """Copies are encrypted by the key of the vault that they go to, but those of unencrypted clusters are
        not ("Encryption for copies" in the AWS Backup Developer Guide)."""
        original = rds(source).cluster_snapshots.get(_id_of(point))
        if original is None:
            raise JobFailedError(f"DBClusterSnapshot {_id_of(point)} not found.")
        key = vault.key_arn if original.encrypted else None
        name = f"awsbackup:copyjob-{moment:%Y%m%d%H%M%S}-{_id_of(point).rpartition('job-')[2]}"
        snapshot = _snapshot(rds(target), original.cluster, name, point.tags, key, moment)
        instances.with_dump(snapshot, instances.dump_of(original))
        return Backup(
            arn=snapshot.db_cluster_snapshot_arn,
            size=point.size,
            key_arn=key,
            encrypted=key is not None,
            restore_metadata=without_place(point.restore_metadata),
            resource_name=point.resource_name,
            tags=point.tags,
        )


CLUSTERS = (Cluster("Aurora", "aurora"), Cluster("Neptune", "neptune"), Cluster("DocumentDB", "docdb"))


def _snapshot(
    backend: Any, cluster: Any, name: str, tags: dict[str, str], key_arn: str | None, moment: datetime
) -> Any:
    from moto.rds.models import DBClusterSnapshot

    snapshot = DBClusterSnapshot(
        backend, cluster, name, snapshot_type=snapshots.TYPE, tags=tag_list(tags), kms_key_id=key_arn
    )
    snapshot.created = naive(moment)
    backend.cluster_snapshots[snapshot.db_cluster_snapshot_identifier] = snapshot
    return snapshot


def _key(key_arn: str) -> str:
    try:
        return keys.require(key_arn)
    except InvalidParameterValue as error:
        raise JobFailedError(error.message) from error


def _id_of(point: RecoveryPoint) -> str:
    """The snapshot that a recovery point stands for; if of a continuous backup, its data names it."""
    return str(point.data) if point.data else parse(point.arn).resource_id


def _metadata_of(cluster: Any) -> dict[str, str]:
    """The restore metadata of a cluster, without the identifier that a restored one must have of its own."""
    found = {name: getattr(cluster, attribute, None) for name, attribute in _TEXTS.items()}
    del found["DBClusterIdentifier"]
    if not cluster.storage_encrypted:
        del found["KmsKeyId"]  # moto has one all the same
    return {
        **{name: str(value) for name, value in found.items() if value},
        "Port": str(cluster.port),
        "VpcSecurityGroupIds": json.dumps(list(cluster.vpc_security_group_ids)),
    }
