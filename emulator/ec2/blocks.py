"""The data of EBS volumes and of their snapshots, which moto does not keep.

Data is kept in blocks of 512 KiB ("Concepts for EBS direct APIs" in the Amazon EBS User Guide); a block that
was never written is not kept and reads as zeros.  A snapshot holds what its volume held when it was made, by
whichever way it was made; a volume made from a snapshot, and a copy of one, begin with what it holds.

AWS has no API to write to a volume, which only an instance can do; :func:`write` stands for that.
"""

from collections.abc import Callable, Mapping
from datetime import UTC
from functools import wraps
from typing import Any

from emulator import clock

SIZE = 512 * 1024
"""The bytes of a block."""

IN_A_GIB = 1024**3 // SIZE

Blocks = Mapping[int, bytes]
"""Blocks by their index, never changed in place: volumes and snapshots share them."""

_ATTRIBUTE = "emulator_blocks"
_LINEAGE = "emulator_lineage"
_SIZE_WHEN_MADE = "emulator_size"


def of(resource: Any) -> Blocks:
    """The blocks of a volume or a snapshot of moto's EC2."""
    blocks: Blocks = resource.__dict__.get(_ATTRIBUTE, {})
    return blocks


def put(resource: Any, blocks: Blocks) -> None:
    """Have ``resource`` hold ``blocks`` and nothing else."""
    setattr(resource, _ATTRIBUTE, dict(blocks))


def write(volume: Any, changed: Blocks) -> None:
    """Write to a volume or to a pending snapshot.  A block shorter than 512 KiB is filled up with zeros.

    :raises ValueError: a block is too long, or lies beyond the volume's end; nothing is written then.
    """
    end = volume_size(volume) * IN_A_GIB
    for index, data in changed.items():
        if not 0 <= index < end:
            raise ValueError(f"block {index} is not on {volume.id}, which has {end} blocks")
        if len(data) > SIZE:
            raise ValueError(f"block {index} has {len(data)} bytes; a block has {SIZE}")
    filled = {index: bytes(data).ljust(SIZE, b"\0") for index, data in changed.items()}
    put(volume, {**of(volume), **filled})


def volume_size(resource: Any) -> int:
    """The size in GiB of a volume, or of the volume that a snapshot was made of when it was made."""
    if hasattr(resource, "volume_size"):
        return int(resource.volume_size)
    return int(resource.size)


def lineage(snapshot: Any) -> str:
    """What snapshots that can be compared with each other share: their volume, or their oldest ancestor."""
    return str(snapshot.__dict__.get(_LINEAGE) or snapshot.volume.id)


def capture(snapshot: Any, source: Any, line: str | None = None) -> None:
    """Have ``snapshot`` hold what ``source`` holds now: a volume, or the snapshot that it is a copy of."""
    setattr(snapshot, _ATTRIBUTE, of(source))
    setattr(snapshot, _SIZE_WHEN_MADE, volume_size(source))
    if line is not None:
        setattr(snapshot, _LINEAGE, line)


def install() -> None:
    """Have moto's EC2 keep the data, and date volumes and snapshots by the emulator's clock."""
    from moto.ec2.models import elastic_block_store as ebs

    store: Any = ebs.EBSBackend
    module: Any = ebs
    snapshot: Any = ebs.Snapshot
    module.utcnow = _now
    store.create_snapshot = _capturing(store.create_snapshot)
    store.copy_snapshot = _copying(store.copy_snapshot)
    store.create_volume = _filling(store.create_volume)
    snapshot.volume_size = property(_size_when_made)


def _now() -> Any:
    """The emulator's time as moto keeps times: UTC without saying so."""
    return clock.now().astimezone(UTC).replace(tzinfo=None)


def _size_when_made(snapshot: Any) -> int:
    return int(snapshot.__dict__.get(_SIZE_WHEN_MADE) or snapshot.volume.size)


def _capturing(create_snapshot: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(create_snapshot)
    def create(self: Any, volume_id: str, *args: Any, **kwargs: Any) -> Any:
        snapshot = create_snapshot(self, volume_id, *args, **kwargs)
        volume = self.volumes[volume_id]
        capture(snapshot, volume)
        snapshot.kms_key_id = volume.kms_key_id
        return snapshot

    return create


def _copying(copy_snapshot: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(copy_snapshot)
    def copy(self: Any, source_snapshot_id: str, source_region: str, *args: Any, **kwargs: Any) -> Any:
        from moto.ec2.models import ec2_backends

        made = copy_snapshot(self, source_snapshot_id, source_region, *args, **kwargs)
        source = ec2_backends[self.account_id][source_region].snapshots[source_snapshot_id]
        capture(made, source, lineage(source))
        return made

    return copy


def _filling(create_volume: Callable[..., Any]) -> Callable[..., Any]:
    """CreateVolume (EC2 API reference): a volume is at least as large as its snapshot, which is complete;
    encrypted by the snapshot's key unless another is named."""

    @wraps(create_volume)
    def create(
        self: Any, size: int | None, zone_name: str, snapshot_id: str | None = None, *args: Any, **kwargs: Any
    ) -> Any:
        if not snapshot_id:
            return create_volume(self, size, zone_name, snapshot_id, *args, **kwargs)
        snapshot = self.get_snapshot(snapshot_id)
        _require_usable(snapshot, size)
        if snapshot.encrypted and not kwargs.get("kms_key_id"):
            kwargs.update(encrypted=True, kms_key_id=snapshot.kms_key_id)
        volume = create_volume(self, size or volume_size(snapshot), zone_name, snapshot_id, *args, **kwargs)
        setattr(volume, _ATTRIBUTE, of(snapshot))
        return volume

    return create


def _require_usable(snapshot: Any, size: int | None) -> None:
    from moto.ec2.exceptions import EC2ClientError

    if snapshot.status != "completed" or snapshot.storage_tier == "archive":
        raise EC2ClientError("IncorrectState", f"Snapshot is in invalid state - {snapshot.status}")
    least = volume_size(snapshot)
    if size is not None and int(size) < least:
        raise EC2ClientError(
            "InvalidParameterValue",
            f"Volume of {size}GiB is smaller than snapshot '{snapshot.id}', expect size >= {least}GiB",
        )
