"""Beginnings of disks as real tools make them, as hex of what is not zero: an offset and its bytes a line."""

from __future__ import annotations

from pathlib import Path

MIB = 1024**2


def disk(name: str) -> bytes:
    """The bytes of one of the `.hex` files beside this one, from the disk's first on."""
    data = bytearray()
    for line in Path(__file__).with_name(f"{name}.hex").read_text().splitlines():
        if line.startswith("#"):
            continue
        offset, row = line.split()
        start, found = int(offset, 16), bytes.fromhex(row)
        data.extend(bytes(start + len(found) - len(data)))
        data[start : start + len(found)] = found
    return bytes(data)
