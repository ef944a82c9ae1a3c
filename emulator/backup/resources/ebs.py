"""EBS volumes: their recovery points are snapshots of moto's EC2, and restoring one makes a volume.

AWS Backup does not fully manage EBS: a snapshot is encrypted as its volume is, whatever the vault's key
("Encryption for backups" in the AWS Backup Developer Guide).  The restore metadata is that of "Restore an
Amazon EBS volume" in the same guide.
"""

from datetime import UTC, datetime
from typing import Any

from emulator.backup import keys
from emulator.backup.arns import Arn, parse
from emulator.backup.jobs import JobFailedError
from emulator.backup.recovery_points import RecoveryPoint
from emulator.backup.resources.base import Backup, Kind, Place
from emulator.backup.vaults import Vault
from emulator.errors import InvalidParameterValue, NotImplementedByEmulator, ResourceNotFound

GIB = 1024**3
VOLUME_TYPES = ("gp2", "gp3", "io1", "io2", "st1", "sc1", "standard")

_RESTORE_KEYS = {
    name.lower(): name
    for name in (
        "aws:backup:request-id", "availabilityZone", "encrypted", "iops", "kmsKeyId", "restoreType",
        "throughput", "temporaryRestoreDays", "volumeType", "volumeSize", "volumeId",
    )
}  # fmt: skip


def ec2(place: Place) -> Any:
    """moto's EC2 of an account and Region."""
    from moto.ec2.models import ec2_backends

    return ec2_backends[place.account][place.region]


def naive(moment: datetime) -> datetime:
    """``moment`` as moto keeps times: UTC without saying so."""
    return moment.astimezone(UTC).replace(tzinfo=None)


def own_tags(resource: Any) -> dict[str, str]:
    """The tags of a resource of moto's EC2 that a copy of it may take over."""
    return {tag["key"]: tag["value"] for tag in resource.get_tags() if not tag["key"].startswith("aws:")}


class Ebs(Kind):
    type = "EBS"

    def covers(self, arn: Arn) -> bool:
        return arn.service == "ec2" and arn.resource.startswith("volume/")

    def require(self, place: Place, arn: Arn) -> None:
        if arn.resource_id not in ec2(place).volumes:
            raise ResourceNotFound(f"Volume {arn.resource_id} does not exist")

    def back_up(
        self, place: Place, arn: Arn, vault: Vault, job_id: str, tags: dict[str, str], moment: datetime
    ) -> Backup:
        backend = ec2(place)
        volume = backend.volumes.get(arn.resource_id)
        if volume is None:
            raise JobFailedError(f"The volume '{arn.resource_id}' does not exist.")
        snapshot = backend.create_snapshot(volume.id, "This snapshot is created by the AWS Backup service.")
        snapshot.start_time = naive(moment)
        snapshot.kms_key_id = keys.arn_of(place.account, place.region, volume.kms_key_id)
        taken_over = own_tags(volume)
        together = {**taken_over, **tags}
        snapshot.add_tags({**together, "aws:backup:source-resource": f"{volume.id}:{job_id}"})
        return Backup(
            arn=f"arn:{place.partition}:ec2:{place.region}::snapshot/{snapshot.id}",
            size=volume.size * GIB,
            key_arn=snapshot.kms_key_id,
            encrypted=snapshot.encrypted,
            restore_metadata={
                "aws:backup:request-id": job_id,
                "volumeId": volume.id,
                "encrypted": str(snapshot.encrypted).lower(),
            },
            resource_name=taken_over.get("Name"),
            tags=together,
        )

    def delete(self, place: Place, point: RecoveryPoint) -> None:
        # A snapshot that someone deleted through EC2 leaves a recovery point that can still be deleted.
        ec2(place).snapshots.pop(parse(point.arn).resource_id, None)

    def check_restore(self, point: RecoveryPoint, metadata: dict[str, str]) -> None:
        metadata = _named(metadata)
        if metadata.get("restoreType"):
            raise NotImplementedByEmulator("The emulator does not restore files of an EBS snapshot")
        if not metadata.get("availabilityZone"):
            raise InvalidParameterValue("Invalid restore metadata. You must provide availabilityZone")
        volume_type = metadata.get("volumeType")
        if volume_type and volume_type not in VOLUME_TYPES:
            raise InvalidParameterValue(f"Invalid restore metadata. Unknown volumeType: {volume_type}")
        if metadata.get("encrypted", "false").lower() not in ("true", "false"):
            raise InvalidParameterValue("Invalid restore metadata. encrypted must be true or false")
        for name in ("volumeSize", "iops", "throughput"):
            if not metadata.get(name, "1").isdecimal():
                raise InvalidParameterValue(f"Invalid restore metadata. {name} must be a number")

    def restore(self, place: Place, point: RecoveryPoint, metadata: dict[str, str], moment: datetime) -> str:
        metadata = _named(metadata)
        backend = ec2(place)
        snapshot = backend.snapshots.get(parse(point.arn).resource_id)
        if snapshot is None:
            raise JobFailedError(f"The snapshot '{parse(point.arn).resource_id}' does not exist.")
        zone = metadata["availabilityZone"]
        if backend.get_zone_by_name(zone) is None:
            raise JobFailedError(f"The zone '{zone}' does not exist.")
        size = int(metadata.get("volumeSize") or point.size // GIB)
        if size * GIB < point.size:
            raise JobFailedError(
                f"Volume of {size}GiB is smaller than snapshot '{snapshot.id}', "
                f"expect size >= {point.size // GIB}GiB"
            )
        encrypted, key_arn = _encryption(place, point, metadata)
        volume = backend.create_volume(
            size=size,
            zone_name=zone,
            snapshot_id=snapshot.id,
            encrypted=encrypted,
            kms_key_id=key_arn,
            volume_type=metadata.get("volumeType") or "gp2",
            iops=int(metadata["iops"]) if metadata.get("iops") else None,
            throughput=int(metadata["throughput"]) if metadata.get("throughput") else None,
        )
        volume.create_time = naive(moment)
        return f"arn:{place.partition}:ec2:{place.region}:{place.account}:volume/{volume.id}"

    def copy(
        self, source: Place, target: Place, point: RecoveryPoint, vault: Vault, moment: datetime
    ) -> Backup:
        """Copies are encrypted by the key of the vault that they go to ("Encryption for copies" in the AWS
        Backup Developer Guide)."""
        from moto.ec2.models.elastic_block_store import Snapshot
        from moto.ec2.utils import random_snapshot_id

        original = ec2(source).snapshots.get(parse(point.arn).resource_id)
        if original is None:
            raise JobFailedError(f"The snapshot '{parse(point.arn).resource_id}' does not exist.")
        backend = ec2(target)
        snapshot = Snapshot(
            backend,
            random_snapshot_id(),
            volume=original.volume,
            description="This snapshot is created by the AWS Backup service.",
            encrypted=True,
            kms_key_id=vault.key_arn,
        )
        snapshot.start_time = naive(moment)
        snapshot.add_tags(point.tags)
        backend.snapshots[snapshot.id] = snapshot
        return Backup(
            arn=f"arn:{target.partition}:ec2:{target.region}::snapshot/{snapshot.id}",
            size=point.size,
            key_arn=vault.key_arn,
            encrypted=True,
            restore_metadata={**point.restore_metadata, "encrypted": "true"},
            resource_name=point.resource_name,
            tags=point.tags,
        )


def _named(metadata: dict[str, str]) -> dict[str, str]:
    """``metadata`` under the documented spelling of its keys, which AWS reads whatever their case.

    :raises InvalidParameterValue: a key is not a documented one.
    """
    unknown = [name for name in metadata if name.lower() not in _RESTORE_KEYS]
    if unknown:
        raise InvalidParameterValue(f"Invalid restore metadata. Unrecognized key : {', '.join(unknown)}")
    return {_RESTORE_KEYS[name.lower()]: value for name, value in metadata.items() if value}


def _encryption(place: Place, point: RecoveryPoint, metadata: dict[str, str]) -> tuple[bool, str | None]:
    """How the restored volume is encrypted: as the metadata says, otherwise as the snapshot is.

    An encrypted snapshot always gives an encrypted volume (CreateVolume in the EC2 API reference).
    """
    wanted = metadata.get("encrypted", "").lower() == "true"
    key = keys.arn_of(place.account, place.region, metadata.get("kmsKeyId"))
    if key and not (wanted or point.encrypted):
        raise JobFailedError("The parameter KmsKeyId requires the parameter Encrypted to be set.")
    if key:
        _require_key(key)
    return wanted or point.encrypted, key or point.key_arn


def _require_key(key_arn: str) -> None:
    try:
        keys.require(key_arn)
    except InvalidParameterValue as error:
        raise JobFailedError(error.message) from error
