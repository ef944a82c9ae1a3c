"""Partition tables and file systems, on what real tools write and on damage of it: plain bytes, no AWS."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scripts.disks import MIB, disk
from tierkeep.drill.reading.crc32c import crc32c
from tierkeep.drill.reading.filesystems import FileSystem, recognise
from tierkeep.drill.reading.partitions import NEEDED, Partition, read_table

SIZES = {"ext2": 16, "ext3": 16, "ext4": 16, "xfs": 320, "ntfs": 16}
NAMES = {"ntfs": "NTFS"}
CHECKED = {
    "ext4": [place for place in range(1024, 2048) if place != 1024 + 0x65],
    "xfs": [place for place in range(512) if place not in (100, 101)],
}
"""Where a checksum guards every byte: not those that say whether there is one."""


@pytest.mark.parametrize("name", list(SIZES))
def test_what_mkfs_makes_is_recognised(name: str) -> None:
    """Each by its name, undamaged, on a disk of its size or a larger one."""
    for more in (0, 5 * MIB):
        found = recognise(disk(name), size=SIZES[name] * MIB + more)
        assert found == FileSystem(name=NAMES.get(name, name))


@pytest.mark.parametrize("name", list(SIZES))
def test_a_file_system_that_is_cut_off_is_damaged(name: str) -> None:
    """On a disk that is smaller than it says of itself it cannot be whole."""
    found = recognise(disk(name), size=SIZES[name] * MIB // 2)
    assert found is not None
    assert "larger than where it stands" in str(found.damage)


@given(data=st.data(), name=st.sampled_from(sorted(CHECKED)), flip=st.integers(1, 255))
def test_no_changed_byte_under_a_checksum_goes_unseen(data: st.DataObject, name: str, flip: int) -> None:
    """It makes the superblock damaged, or no superblock at all; never a whole one."""
    place = data.draw(st.sampled_from(CHECKED[name]))
    changed = bytearray(disk(name).ljust(2048, b"\0"))
    changed[place] ^= flip
    found = recognise(bytes(changed), size=SIZES[name] * MIB)
    assert found is None or found.damage is not None


def test_nothing_is_recognised_in_zeros_or_noise() -> None:
    """An empty disk, and one of bytes that mean nothing."""
    for start in (b"", bytes(4096), bytes(range(256)) * 32):
        assert recognise(start, size=MIB) is None
        assert read_table(start, size=MIB) is None


@pytest.mark.parametrize(
    ("offset", "magic", "name"),
    [(0, b"LUKS\xba\xbe", "LUKS"), (536, b"LVM2 001", "LVM"), (4086, b"SWAPSPACE2", "swap")],
)
def test_others_are_named_and_not_read(offset: int, magic: bytes, name: str) -> None:
    """What else stands on disks has a name, and is no file system whose beginning was read."""
    found = recognise(bytes(offset) + magic, size=MIB)
    assert found is not None
    assert found.name.startswith(name)
    assert not found.readable


def test_partition_tables_of_sfdisk_are_read() -> None:
    """GPT and MBR, with where each partition begins and how long it is."""
    gpt = read_table(disk("gpt"), size=64 * MIB)
    assert gpt is not None
    assert (gpt.scheme, gpt.damage) == ("GPT", None)
    assert gpt.partitions == (
        Partition(number=1, start=MIB, size=17 * MIB),
        Partition(number=2, start=18 * MIB, size=20 * MIB),
    )
    mbr = read_table(disk("mbr"), size=64 * MIB)
    assert mbr is not None
    assert (mbr.scheme, mbr.damage) == ("MBR", None)
    assert mbr.partitions == (Partition(number=1, start=MIB, size=32 * MIB),)


@pytest.mark.parametrize("name", ["gpt", "mbr"])
def test_partitions_beyond_the_end_are_damage(name: str) -> None:
    """A disk that was cut off does not hold what its table says."""
    found = read_table(disk(name), size=20 * MIB)
    assert found is not None
    assert "does not lie on the volume" in str(found.damage)


@given(place=st.integers(512, NEEDED - 1), flip=st.integers(1, 255))
def test_no_changed_byte_of_a_gpt_goes_unseen(place: int, flip: int) -> None:
    """In its header and its entries, all of which checksums guard but for the rest of the header's sector."""
    changed = bytearray(disk("gpt").ljust(NEEDED, b"\0"))
    changed[place] ^= flip
    found = read_table(bytes(changed), size=64 * MIB)
    assert found is not None
    if not 512 + 92 <= place < 1024:
        assert found.damage is not None


def test_crc32c_is_that_of_rfc_3720() -> None:
    """Its examples: 32 zeros, 32 ones, and the bytes up and down."""
    assert crc32c(bytes(32)) == 0x8A9136AA
    assert crc32c(b"\xff" * 32) == 0x62A8AB43
    assert crc32c(bytes(range(32))) == 0x46DD794E
    assert crc32c(bytes(reversed(range(32)))) == 0x113FDB5C
