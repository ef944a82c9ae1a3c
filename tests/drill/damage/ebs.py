"""Damage of EBS volumes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import restored
from cases import Case, EbsByBackupCase, EbsByDlmCase
from drill_world import FILES, at, build_world, drill, session

from damage.base import ANOTHER_KEY, NOTHING, WRONG_KEY, Act, Damage
from emulator import faults
from scripts.disks import disk
from tierkeep.drill.clock import Clock

DAMAGED = bytearray(disk("ext4"))
DAMAGED[1024 + 0x20] ^= 0xFF
"""An ext4 of whose superblock one byte is another."""


def _corrupted_blocks(clock: Clock, place: Path) -> dict[str, Any]:
    case = EbsByBackupCase(clock)
    faults.add("corruption", resource=case.arn)
    return drill(clock, place, of=case.scope())


def _restored(made: type[Case], stage: str, change: Callable[[Any], None]) -> Act:
    """What becomes of the restored volume when a stage begins."""

    def act(clock: Clock, place: Path) -> dict[str, Any]:
        case = made(clock)
        return drill(clock, place, of=case.scope(), observe=at(stage, lambda: change(restored.volume(case))))

    return act


def _no_blocks(volume: Any) -> None:
    restored.put_blocks(volume, {})


def _more_blocks(volume: Any) -> None:
    restored.put_blocks(volume, {**FILES, 77: b"what is this"})


def _another_key(volume: Any) -> None:
    volume.kms_key_id = ANOTHER_KEY


class WrongChecksums:
    """A session whose blocks come with a checksum that is not theirs."""

    def __init__(self) -> None:
        inner = session()
        self._inner, self.partition = inner, inner.partition
        self.unit, self.account_id, self.region = inner.unit, inner.account_id, inner.region
        self.pages = inner.pages

    def call(self, service: str, operation: str, **parameters: Any) -> dict[str, Any]:
        answer = self._inner.call(service, operation, **parameters)
        if operation == "get_snapshot_block":
            answer["Checksum"] = "AAAA"
        return answer


def _wrong_checksums(clock: Clock, place: Path) -> dict[str, Any]:
    case = EbsByBackupCase(clock)
    return drill(clock, place, of=case.scope(), as_session=WrongChecksums())  # type: ignore[arg-type]


def _disk(held: dict[int, bytes]) -> Act:
    """A volume that held this when it was backed up."""

    def act(clock: Clock, place: Path) -> dict[str, Any]:
        build_world(clock, files=held, size=1).back_up(clock)
        return drill(clock, place)

    return act


_OF = "EBS volume"

DAMAGES: tuple[Damage, ...] = (
    Damage(
        of=_OF,
        what="one byte of each restored block is another than in the backup",
        drill=_corrupted_blocks,
        fails=("same-data",),
        says="0 of 3: not block 0, 3, 40",
    ),
    Damage(
        of=_OF,
        what=f"{NOTHING}: a volume without a block",
        drill=_restored(EbsByBackupCase, "read", _no_blocks),
        fails=("blocks",),
        says="3 of the backup's missing",
        result="could-not-verify",
    ),
    Damage(
        of=_OF,
        what="it holds a block that was never backed up",
        drill=_restored(EbsByDlmCase, "read", _more_blocks),
        fails=("blocks",),
        says="1 others",
    ),
    Damage(
        of=_OF,
        what="blocks do not have the checksum that EBS says",
        drill=_wrong_checksums,
        fails=("checksums",),
        says="0 of 3",
    ),
    Damage(
        of=_OF,
        what="the file system was damaged before the backup",
        drill=_disk({0: bytes(DAMAGED)}),
        fails=("structure",),
        says="the checksum of its superblock is wrong",
    ),
    Damage(
        of=_OF,
        what="the file system of a partition was damaged before the backup",
        drill=_disk({0: disk("gpt"), 2: bytes(DAMAGED)}),
        fails=("structure",),
        says="partition 1: the checksum of its superblock",
    ),
    Damage(
        of=_OF,
        what="the entries of the partition table are cut off",
        drill=_disk({0: disk("gpt")[:1024]}),
        fails=("structure",),
        says="the checksum of its entries is wrong",
    ),
    Damage(
        of=_OF,
        what=WRONG_KEY,
        drill=_restored(EbsByDlmCase, "check", _another_key),
        fails=("key",),
        says="key/another",
        climbed=None,
    ),
)
