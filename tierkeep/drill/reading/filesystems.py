"""Recognising a file system by its superblock, and telling a damaged one from none. Pure.

Layouts: ext2/3/4 from the kernel's Documentation/filesystems/ext4/super.rst, xfs from "XFS Algorithms & Data
Structures" (Superblocks), NTFS's boot sector from "NTFS.com, NTFS Partition Boot Sector". Others that often
stand on a disk are recognised by their magic alone, so that they are named and not called unknown.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

from tierkeep.drill.reading.crc32c import crc32c

NEEDED = 8192
"""So many bytes from the beginning of a file system are looked at."""


@dataclass(frozen=True, kw_only=True, slots=True)
class FileSystem:
    """What stands at the beginning of a volume or of a partition."""

    name: str
    damage: str | None = None
    """What is wrong with its superblock, or None."""
    readable: bool = True
    """Whether it is one whose superblock this module reads, and not only one that it can name."""


def recognise(start: bytes, *, size: int) -> FileSystem | None:
    """The file system that begins with `start`, on `size` bytes of disk; None if none is known."""
    data = start.ljust(NEEDED, b"\0")
    return _ext(data, size) or _xfs(data, size) or _ntfs(data, size) or _named(data)


def _ext(data: bytes, size: int) -> FileSystem | None:
    block = data[1024:2048]
    if block[0x38:0x3A] != b"\x53\xef":
        return None
    (blocks_low,) = struct.unpack_from("<I", block, 0x04)
    (log_size,) = struct.unpack_from("<I", block, 0x18)
    (inode_size,) = struct.unpack_from("<H", block, 0x58)
    compat, incompat, ro_compat = struct.unpack_from("<III", block, 0x5C)
    name = _ext_name(compat, incompat, ro_compat)
    if log_size > 6 or inode_size & (inode_size - 1):
        return FileSystem(name=name, damage="its block or inode size is none that there is")
    (blocks_high,) = struct.unpack_from("<I", block, 0x150)
    blocks = blocks_low + ((blocks_high << 32) if incompat & 0x80 else 0)
    if ro_compat & 0x400:
        (stored,) = struct.unpack_from("<I", block, 0x3FC)
        # The kernel's crc32c neither begins nor ends with an inversion of its own; ext4 begins with ~0.
        if crc32c(block[:0x3FC]) ^ 0xFFFFFFFF != stored:
            return FileSystem(name=name, damage="the checksum of its superblock is wrong")
    if not 0 < blocks << (10 + log_size) <= size:
        return FileSystem(name=name, damage="its superblock says that it is larger than where it stands")
    return FileSystem(name=name)


def _ext_name(compat: int, incompat: int, ro_compat: int) -> str:
    """By features that only ext4 has (extents, 64 bit, …), or a journal, as blkid tells them apart."""
    if incompat & ~0x1F or ro_compat & ~0x7:
        return "ext4"
    return "ext3" if compat & 0x4 else "ext2"


def _xfs(data: bytes, size: int) -> FileSystem | None:
    if data[:4] != b"XFSB":
        return None
    block_size, blocks = struct.unpack_from(">IQ", data, 4)
    version, sector_size = struct.unpack_from(">HH", data, 100)
    if block_size not in {1 << n for n in range(9, 17)} or sector_size not in {1 << n for n in range(9, 16)}:
        return FileSystem(name="xfs", damage="its block or sector size is none that there is")
    if version & 0xF == 5 and not _xfs_checksum_holds(data[:sector_size]):
        return FileSystem(name="xfs", damage="the checksum of its superblock is wrong")
    if not 0 < blocks * block_size <= size:
        return FileSystem(name="xfs", damage="its superblock says that it is larger than where it stands")
    return FileSystem(name="xfs")


def _xfs_checksum_holds(sector: bytes) -> bool:
    """Over the whole sector with the checksum itself, at 224, as zeros; stored little-endian."""
    (stored,) = struct.unpack_from("<I", sector, 224)
    return crc32c(sector[:224] + b"\0\0\0\0" + sector[228:]) == int(stored)


def _ntfs(data: bytes, size: int) -> FileSystem | None:
    if data[3:11] != b"NTFS    ":
        return None
    sector_size, per_cluster = struct.unpack_from("<HB", data, 0x0B)
    (sectors,) = struct.unpack_from("<Q", data, 0x28)
    if data[510:512] != b"\x55\xaa" or sector_size not in {256, 512, 1024, 2048, 4096} or not per_cluster:
        return FileSystem(name="NTFS", damage="its boot sector is not whole")
    if not 0 < sectors * sector_size <= size:
        return FileSystem(name="NTFS", damage="its boot sector says that it is larger than where it stands")
    return FileSystem(name="NTFS")


_MAGIC = (
    (0, b"LUKS\xba\xbe", "LUKS (encrypted by its system)"),
    (536, b"LVM2 001", "LVM physical volume"),
    (54, b"FAT", "FAT"),
    (82, b"FAT32", "FAT32"),
    (4086, b"SWAPSPACE2", "swap"),
    (4096, b"\xfc\x4e\x2b\xa9", "Linux RAID"),
)


def _named(data: bytes) -> FileSystem | None:
    for offset, magic, name in _MAGIC:
        if data[offset : offset + len(magic)] == magic:
            return FileSystem(name=name, readable=False)
    return None
