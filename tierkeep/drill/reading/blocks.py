"""The blocks of EBS snapshots, by the EBS direct APIs: lists of them, and their data with its checksum."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass

from tierkeep.aws import UnitSession

CALLS = ("ebs:ListSnapshotBlocks", "ebs:GetSnapshotBlock")


@dataclass(frozen=True, kw_only=True, slots=True)
class Listed:
    """A block that a snapshot holds, and the token by which it is read."""

    index: int
    token: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Block:
    """A block as it was read."""

    data: bytes
    whole: bool
    """Its length and its SHA-256 are those that EBS says."""

    @property
    def digest(self) -> bytes:
        """The SHA-256 of what was read."""
        return hashlib.sha256(self.data).digest()


def list_blocks(session: UnitSession, snapshot_id: str, *, first: int = 0) -> Iterator[Listed]:
    """The blocks of a snapshot from an index on, in order. Raises `AwsError`."""
    listed = session.pages(
        "ebs", "list_snapshot_blocks", "Blocks", SnapshotId=snapshot_id, StartingBlockIndex=first
    )
    for each in listed:
        yield Listed(index=each["BlockIndex"], token=each["BlockToken"])


def get_block(session: UnitSession, snapshot_id: str, block: Listed) -> Block:
    """A block of a snapshot. Raises `AwsError`."""
    answer = session.call(
        "ebs",
        "get_snapshot_block",
        SnapshotId=snapshot_id,
        BlockIndex=block.index,
        BlockToken=block.token,
    )
    data = answer["BlockData"].read()
    checksum = base64.b64encode(hashlib.sha256(data).digest()).decode()
    return Block(data=data, whole=answer["DataLength"] == len(data) and answer["Checksum"] == checksum)


@dataclass(frozen=True, kw_only=True, slots=True)
class Disk:
    """A snapshot read as a disk."""

    session: UnitSession
    snapshot_id: str
    block_size: int

    def read(self, start: int, length: int) -> bytes:
        """So many bytes from an offset; where the snapshot holds no block, zeros. Raises `AwsError`."""
        first, last = start // self.block_size, (start + length - 1) // self.block_size
        data = b"".join(self._block(index) for index in range(first, last + 1))
        offset = start - first * self.block_size
        return data[offset : offset + length]

    def _block(self, index: int) -> bytes:
        listed = self.session.call(
            "ebs",
            "list_snapshot_blocks",
            SnapshotId=self.snapshot_id,
            StartingBlockIndex=index,
            MaxResults=100,
        )["Blocks"]
        found = [each for each in listed if each["BlockIndex"] == index]
        if not found:
            return bytes(self.block_size)
        block = Listed(index=index, token=found[0]["BlockToken"])
        return get_block(self.session, self.snapshot_id, block).data
