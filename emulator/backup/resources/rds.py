"""RDS DB instances: their recovery points are snapshots of moto's RDS, and restoring one makes an instance.

The restore metadata is named after the parameters of RestoreDBInstanceFromDBSnapshot in the RDS API reference
("Restore an RDS database" in the AWS Backup Developer Guide).  An instance that stands on a real PostgreSQL
server is dumped and restored with its data: see :mod:`emulator.rds.instances`.  A continuous backup is
restored through a snapshot as of the moment, also when the instance is gone.
"""

import json
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import uuid4

from emulator import faults
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
    invalid,
    named,
    require,
)
from emulator.backup.vaults import Vault
from emulator.errors import ResourceNotFound
from emulator.rds import automated_backups, instances, snapshots
from emulator.rds.postgres import Dump, Server

_TEXTS = {
    "DBInstanceIdentifier": "db_instance_identifier",
    "DBInstanceClass": "db_instance_class",
    "DBSubnetGroupName": "db_subnet_group_name",
    "DBParameterGroupName": "db_parameter_group_name",
    "OptionGroupName": "option_group_name",
    "AvailabilityZone": "availability_zone",
    "StorageType": "storage_type",
    "LicenseModel": "license_model",
}
_BOOLEANS = {
    "MultiAZ": "multi_az",
    "PubliclyAccessible": "publicly_accessible",
    "DeletionProtection": "deletion_protection",
    "AutoMinorVersionUpgrade": "auto_minor_version_upgrade",
    "CopyTagsToSnapshot": "copy_tags_to_snapshot",
}
_NUMBERS = {"Port": "port", "Iops": "iops", "AllocatedStorage": "allocated_storage"}
_GROUPS = "VpcSecurityGroupIds"
_KEYS = (*_TEXTS, *_BOOLEANS, *_NUMBERS, _GROUPS)

_UNLESS_SAID = {"multi_az": False, "deletion_protection": False}
"""What a restored instance does not take over from the original (RestoreDBInstanceFromDBSnapshot)."""


def rds(place: Place) -> Any:
    """moto's RDS of an account and Region."""
    from moto.rds.models import rds_backends

    return rds_backends[place.account][place.region]


def tag_list(tags: dict[str, str]) -> list[dict[str, str]]:
    """Tags as RDS writes them."""
    return [{"Key": key, "Value": value} for key, value in tags.items()]


def days_of(point: RecoveryPoint) -> int:
    """How many days a continuous backup reaches back; it always says so."""
    return int((point.lifecycle or {})["DeleteAfterDays"])


def own_tags(resource: Any) -> dict[str, str]:
    """The tags of a resource of RDS that a copy of it may take over."""
    return {tag["Key"]: tag["Value"] for tag in resource.tags if not tag["Key"].startswith("aws:")}


def group_ids(metadata: dict[str, str]) -> list[str]:
    """The security groups that restore metadata gives.

    :raises InvalidParameterValue: it is not a list in JSON.
    """
    try:
        groups = json.loads(metadata.get(_GROUPS) or "[]")
    except ValueError as error:
        raise invalid(f"{_GROUPS} is not JSON: {error}") from error
    if not isinstance(groups, list):
        raise invalid(f"{_GROUPS} must be a JSON list")
    return [str(group) for group in groups]


@dataclass(frozen=True)
class _Watched:
    """An instance that is backed up continuously, and the server that it stands on, if it does."""

    instance: Any
    server: Server | None


class Rds(Kind):
    type = "RDS"
    service = "rds"

    def covers(self, arn: Arn) -> bool:
        return arn.service == "rds" and arn.resource.startswith("db:")

    def require(self, place: Place, arn: Arn) -> None:
        if arn.resource_id not in rds(place).databases:
            raise ResourceNotFound(f"DBInstance {arn.resource_id} not found.")

    def back_up(
        self, place: Place, arn: Arn, vault: Vault, job_id: str, tags: dict[str, str], moment: datetime
    ) -> Backup:
        from moto.rds.models import DBSnapshot

        backend = rds(place)
        instance = backend.databases.get(arn.resource_id)
        if instance is None:
            raise JobFailedError(f"DBInstance {arn.resource_id} not found.")
        together = {**own_tags(instance), **tags}
        snapshot = DBSnapshot(
            backend,
            instance,
            f"awsbackup:job-{job_id.lower()}",
            snapshot_type=snapshots.TYPE,
            tags=tag_list({**together, "aws:backup:source-resource": job_id}),
        )
        instances.capture(snapshot, instance)
        snapshot.created = naive(moment)
        backend.database_snapshots[snapshot.db_snapshot_identifier] = snapshot
        return Backup(
            arn=snapshot.db_snapshot_arn,
            size=snapshot.allocated_storage * GIB,
            key_arn=snapshot.kms_key_id,
            encrypted=bool(snapshot.encrypted),
            restore_metadata={REQUEST_ID: job_id, **_metadata_of(instance)},
            resource_name=arn.resource_id,
            tags=together,
        )

    def begin_continuous(self, place: Place, arn: Arn) -> Continuous:
        instance = rds(place).databases[arn.resource_id]
        encrypted = bool(instance.storage_encrypted)
        return Continuous(
            _Watched(instance, instances.use(instance)),
            _metadata_of(instance),
            as_source=(encrypted, instance.kms_key_id if encrypted else None),
        )

    def retain(self, point: RecoveryPoint) -> None:
        automated_backups.take_over(point.data.instance, point.arn, days_of(point))

    def as_of(self, place: Place, point: RecoveryPoint, moment: datetime) -> RecoveryPoint:
        from moto.rds.models import DBSnapshot

        backend, watched = rds(place), point.data
        name = f"awsbackup:moment-{uuid4()}"
        snapshot = DBSnapshot(backend, watched.instance, name, snapshot_type=snapshots.TYPE)
        if watched.server is not None:
            instances.with_dump(snapshot, instances.dump_as_of(watched.server, moment))
        backend.database_snapshots[name] = snapshot
        return replace(point, data=name, continuous=False)

    def release(self, point: RecoveryPoint) -> None:
        automated_backups.give_back(point.data.instance)
        if point.data.server is not None:
            instances.release(point.data.server)

    def end_continuous(self, point: RecoveryPoint) -> None:
        """RDS backs the instance up no more ("Stopping or deleting continuous backups" in the AWS Backup
        Developer Guide); here at once, there with the next maintenance window."""
        self.release(point)
        point.data.instance.backup_retention_period = 0

    def delete(self, place: Place, point: RecoveryPoint) -> None:
        rds(place).database_snapshots.pop(_id_of(point), None)

    def check_restore(self, point: RecoveryPoint, metadata: dict[str, str]) -> None:
        given = named(metadata, (*_KEYS, *MOMENT_KEYS) if point.continuous else _KEYS)
        require(given, "DBInstanceIdentifier")
        check_booleans(given, *_BOOLEANS)
        check_numbers(given, *_NUMBERS)
        group_ids(given)

    def restore(self, place: Place, point: RecoveryPoint, metadata: dict[str, str], moment: datetime) -> str:
        given = named(metadata, _KEYS)
        backend = rds(place)
        if _id_of(point) not in backend.database_snapshots:
            raise JobFailedError(f"DBSnapshot {_id_of(point)} not found.")
        booleans = {_BOOLEANS[name]: given[name].lower() == "true" for name in _BOOLEANS if name in given}
        settings: dict[str, Any] = {
            **{_TEXTS[name]: given[name] for name in _TEXTS if name in given},
            **{_NUMBERS[name]: int(given[name]) for name in _NUMBERS if name in given},
            "vpc_security_group_ids": group_ids(given),
        }
        instance = backend.restore_db_instance_from_db_snapshot(_id_of(point), settings)
        # moto takes over what is false or not given.
        for name, value in {**_UNLESS_SAID, **booleans}.items():
            setattr(instance, name, value)
        instance.tags = []
        instance.instance_create_time = instance.created = naive(moment)
        server = instances.server_of(instance)
        dump = instances.dump_of(backend.database_snapshots[_id_of(point)])
        damage(point, server, dump)
        return str(instance.db_instance_arn)

    def copy(
        self, source: Place, target: Place, point: RecoveryPoint, vault: Vault, moment: datetime
    ) -> Backup:
        """Copies are encrypted by the key of the vault that they go to ("Encryption for copies" in the AWS
        Backup Developer Guide)."""
        from moto.rds.models import DBSnapshot

        original = rds(source).database_snapshots.get(_id_of(point))
        if original is None:
            raise JobFailedError(f"DBSnapshot {_id_of(point)} not found.")
        backend = rds(target)
        snapshot = DBSnapshot(
            backend,
            original.database,
            f"awsbackup:copyjob-{_suffix(moment)}-{_id_of(point).rpartition('job-')[2]}",
            snapshot_type=snapshots.TYPE,
            tags=tag_list(point.tags),
            original_created_at=original.original_snapshot_create_time,
            kms_key_id=vault.key_arn,
        )
        snapshot.database.availability_zone = f"{target.region}a"
        snapshot.database.db_subnet_group_name = None  # subnet groups are of a Region
        instances.with_dump(snapshot, instances.dump_of(original))
        snapshot.created = naive(moment)
        backend.database_snapshots[snapshot.db_snapshot_identifier] = snapshot
        return Backup(
            arn=snapshot.db_snapshot_arn,
            size=point.size,
            key_arn=vault.key_arn,
            encrypted=True,
            restore_metadata=without_place(point.restore_metadata),
            resource_name=point.resource_name,
            tags=point.tags,
        )


def damage(point: RecoveryPoint, server: Server | None, dump: Dump | None) -> None:
    """Do to what was restored what faults ask for."""
    if server is None or dump is None:
        return
    if faults.truncation(point):
        server.load_beginning(dump)
    if faults.corruption(point):
        server.lose_rows()


def without_place(metadata: dict[str, str]) -> dict[str, str]:
    """Restore metadata that means something in another Region or account."""
    of_the_place = ("AvailabilityZone", "AvailabilityZones", "DBSubnetGroupName", _GROUPS)
    return {name: value for name, value in metadata.items() if name not in of_the_place}


def _suffix(moment: datetime) -> str:
    return f"{moment:%Y%m%d%H%M%S}"


def _id_of(point: RecoveryPoint) -> str:
    """The snapshot that a recovery point stands for; if of a continuous backup, its data names it."""
    return str(point.data) if point.data else parse(point.arn).resource_id


def _metadata_of(instance: Any) -> dict[str, str]:
    """The restore metadata of an instance, without the identifier, of which a restored one has its own."""
    left_out = ["DBInstanceIdentifier", "DBSubnetGroupName"]
    if not instance.option_group_supplied:
        left_out.append("OptionGroupName")
    texts = {name: getattr(instance, attribute) for name, attribute in _TEXTS.items() if name not in left_out}
    booleans = {name: getattr(instance, attribute) for name, attribute in _BOOLEANS.items()}
    # The name that moto's instance has of its subnet group can be written only.
    texts["DBSubnetGroupName"] = getattr(getattr(instance, "db_subnet_group", None), "name", None)
    return {
        **{name: str(value) for name, value in texts.items() if value},
        **{name: str(bool(value)).lower() for name, value in booleans.items()},
        "Port": str(instance.port),
        _GROUPS: json.dumps(list(instance.vpc_security_group_ids)),
    }
