"""Partition tables, MBR and GPT: where on a disk file systems begin. Pure.

UEFI specification, chapter 5 ("GUID Partition Table (GPT) Disk Layout"); sectors of 512 bytes, as EBS has.
"""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass
from typing import Literal

SECTOR = 512
NEEDED = 34 * SECTOR
"""So many bytes from the beginning of a disk are looked at: an MBR, a GPT's header, its 128 entries."""

_PROTECTIVE = 0xEE
_EXTENDED = frozenset({0x05, 0x0F, 0x85})
_LARGEST_ENTRIES = NEEDED - 2 * SECTOR


@dataclass(frozen=True, kw_only=True, slots=True)
class Partition:
    """A part of a disk, in bytes."""

    number: int
    start: int
    size: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Table:
    """A partition table."""

    scheme: Literal["GPT", "MBR"]
    partitions: tuple[Partition, ...] = ()
    damage: str | None = None
    """What is wrong with it, or None."""


def read_table(start: bytes, *, size: int) -> Table | None:
    """The partition table of a disk of `size` bytes that begins with `start`; None if it has none.

    The boot sector of a file system ends as an MBR does: ask for file systems first.
    """
    data = start.ljust(NEEDED, b"\0")
    if data[SECTOR : SECTOR + 8] == b"EFI PART":
        return _gpt(data, size)
    if data[510:512] != b"\x55\xaa":
        return None
    entries = [data[446 + 16 * n : 462 + 16 * n] for n in range(4)]
    if any(entry[0] not in (0, 0x80) for entry in entries) or not any(entry[4] for entry in entries):
        return None
    if any(entry[4] == _PROTECTIVE for entry in entries):
        return Table(scheme="GPT", damage="its MBR protects a GPT whose header is not there")
    return _checked("MBR", _of_mbr(entries), size)


def _of_mbr(entries: list[bytes]) -> list[Partition]:
    """The primary ones; logical ones within an extended one are not looked for."""
    found = []
    for number, entry in enumerate(entries, start=1):
        first, sectors = struct.unpack_from("<II", entry, 8)
        if entry[4] and entry[4] not in _EXTENDED:
            found.append(Partition(number=number, start=first * SECTOR, size=sectors * SECTOR))
    return found


def _gpt(data: bytes, size: int) -> Table:
    header = data[SECTOR : 2 * SECTOR]
    header_size, checksum = struct.unpack_from("<II", header, 12)
    if not 92 <= header_size <= SECTOR:
        return Table(scheme="GPT", damage="the size of its header is none that there is")
    if zlib.crc32(header[:16] + b"\0\0\0\0" + header[20:header_size]) != checksum:
        return Table(scheme="GPT", damage="the checksum of its header is wrong")
    first, count, entry_size, entries_checksum = struct.unpack_from("<QIII", header, 72)
    length = count * entry_size
    if first != 2 or entry_size < 128 or length > _LARGEST_ENTRIES:
        return Table(scheme="GPT", damage="its entries are not where this version reads them")
    entries = data[2 * SECTOR : 2 * SECTOR + length]
    if zlib.crc32(entries) != entries_checksum:
        return Table(scheme="GPT", damage="the checksum of its entries is wrong")
    found = []
    for number in range(count):
        entry = entries[number * entry_size : (number + 1) * entry_size]
        begin, end = struct.unpack_from("<QQ", entry, 32)
        if any(entry[:16]):
            found.append(Partition(number=number + 1, start=begin * SECTOR, size=(end - begin + 1) * SECTOR))
    return _checked("GPT", found, size)


def _checked(scheme: Literal["GPT", "MBR"], found: list[Partition], size: int) -> Table:
    beyond = [part.number for part in found if part.size <= 0 or part.start + part.size > size]
    damage = f"partition {beyond[0]} does not lie on the volume" if beyond else None
    return Table(scheme=scheme, partitions=tuple(found), damage=damage)
