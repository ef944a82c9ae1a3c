"""EBS volumes: their recovery points are snapshots of moto's EC2, and restoring one makes a volume.

AWS Backup does not fully manage EBS: a snapshot is encrypted as its volume is, whatever the vault's key
("Encryption for backups" in the AWS Backup Developer Guide).  The restore metadata is that of "Restore an
Amazon EBS volume" in the same guide.
"""

from datetime import UTC, datetime
from typing import Any

from emulator import faults
from emulator.backup import keys
from emulator.backup.arns import Arn, parse
from emulator.backup.jobs import JobFailedError
from emulator.backup.recovery_points import RecoveryPoint
from emulator.backup.resources.base import Backup, Kind, Place
from emulator.backup.resources.metadata import (
    check_booleans,
    check_numbers,
    invalid,
    is_true,
    named,
    require,
)
from emulator.backup.vaults import Vault
from emulator.ec2 import blocks, images
from emulator.errors import InvalidParameterValue, NotImplementedByEmulator, ResourceNotFound

GIB = 1024**3
BACKUP_DESCRIPTION = "This snapshot is created by the AWS Backup service."
VOLUME_TYPES = ("gp2", "gp3", "io1", "io2", "st1", "sc1", "standard")

_RESTORE_KEYS = (
    "availabilityZone", "encrypted", "iops", "kmsKeyId", "restoreType", "throughput", "temporaryRestoreDays",
    "volumeType", "volumeSize", "volumeId",
)  # fmt: skip


def ec2(place: Place) -> Any:
    """moto's EC2 of an account and Region."""
    from moto.ec2.models import ec2_backends

    return ec2_backends[place.account][place.region]


def naive(moment: datetime) -> datetime:
    """``moment`` as moto keeps times: UTC without saying so."""
    return moment.astimezone(UTC).replace(tzinfo=None)


def own_tags(resource: Any) -> dict[str, str]:
    """The tags of a resource of moto's EC2 that a copy of it may take over."""
    # Not get_tags(), which looks through the tags of all resources.
    tags = resource.ec2_backend.tags.get(resource.id, {})
    return {key: value for key, value in tags.items() if not key.startswith("aws:")}


class Ebs(Kind):
    type = "EBS"
    service = "ec2"

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
        snapshot = backend.create_snapshot(volume.id, BACKUP_DESCRIPTION)
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
        backend, snapshot_id = ec2(place), parse(point.arn).resource_id
        backend.snapshots.pop(snapshot_id, None)
        backend.tags.pop(snapshot_id, None)

    def check_restore(self, point: RecoveryPoint, metadata: dict[str, str]) -> None:
        given = named(metadata, _RESTORE_KEYS)
        if given.get("restoreType"):
            raise NotImplementedByEmulator("The emulator does not restore files of an EBS snapshot")
        require(given, "availabilityZone")
        volume_type = given.get("volumeType")
        if volume_type and volume_type not in VOLUME_TYPES:
            raise invalid(f"Unknown volumeType: {volume_type}")
        check_booleans(given, "encrypted")
        check_numbers(given, "volumeSize", "iops", "throughput", "temporaryRestoreDays")

    def restore(self, place: Place, point: RecoveryPoint, metadata: dict[str, str], moment: datetime) -> str:
        metadata = named(metadata, _RESTORE_KEYS)
        backend = ec2(place)
        snapshot = _snapshot(place, point)
        zone = metadata["availabilityZone"]
        if backend.get_zone_by_name(zone) is None:
            raise JobFailedError(f"The zone '{zone}' does not exist.")
        encrypted, key_arn = _encryption(place, point, metadata)
        volume = backend.create_volume(
            size=int(metadata.get("volumeSize") or blocks.volume_size(snapshot)),
            zone_name=zone,
            snapshot_id=snapshot.id,
            encrypted=encrypted,
            kms_key_id=key_arn,
            volume_type=metadata.get("volumeType") or "gp2",
            iops=int(metadata["iops"]) if metadata.get("iops") else None,
            throughput=int(metadata["throughput"]) if metadata.get("throughput") else None,
        )
        volume.create_time = naive(moment)
        damage(volume, point)
        return f"arn:{place.partition}:ec2:{place.region}:{place.account}:volume/{volume.id}"

    def copy(
        self, source: Place, target: Place, point: RecoveryPoint, vault: Vault, moment: datetime
    ) -> Backup:
        """Copies are encrypted by the key of the vault that they go to ("Encryption for copies" in the AWS
        Backup Developer Guide)."""
        snapshot = images.copy_of_snapshot(
            _snapshot(source, point), ec2(target), vault.key_arn, BACKUP_DESCRIPTION
        )
        snapshot.start_time = naive(moment)
        snapshot.add_tags(point.tags)
        return Backup(
            arn=f"arn:{target.partition}:ec2:{target.region}::snapshot/{snapshot.id}",
            size=point.size,
            key_arn=vault.key_arn,
            encrypted=True,
            restore_metadata={**point.restore_metadata, "encrypted": "true"},
            resource_name=point.resource_name,
            tags=point.tags,
        )


def _snapshot(place: Place, point: RecoveryPoint) -> Any:
    snapshot_id = parse(point.arn).resource_id
    snapshot = ec2(place).snapshots.get(snapshot_id)
    if snapshot is None:
        raise JobFailedError(f"The snapshot '{snapshot_id}' does not exist.")
    return snapshot


def damage(volume: Any, point: RecoveryPoint) -> None:
    """Change the data of a volume that is restored from a recovery point which is damaged on request."""
    corruption = faults.corruption(point)
    if corruption:
        held = blocks.of(volume)
        blocks.put(volume, {index: corruption.of_bytes(data) for index, data in held.items()})


def _encryption(place: Place, point: RecoveryPoint, metadata: dict[str, str]) -> tuple[bool, str | None]:
    """How the restored volume is encrypted: as the metadata says, otherwise as the snapshot is.

    An encrypted snapshot always gives an encrypted volume (CreateVolume in the EC2 API reference).
    """
    wanted = is_true(metadata, "encrypted")
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
