"""Damage that AWS's own test, "restored", does not see, and what a drill says of it.

One entry of `DAMAGES` is one row of docs/damage.md and one test of `test_drill_damage.py`: a world, what is
damaged in it, and which checks have to say so. The API refuses nothing, and every restore ends well.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cases import (
    ITEMS,
    Case,
    DynamoDbByBackupCase,
    DynamoDbToAMomentCase,
    EbsByBackupCase,
    EbsByDlmCase,
    put_item,
)
from drill_world import FILES, build_world, drill, session
from moto.dynamodb.models import dynamodb_backends
from moto.ec2.models import ec2_backends

from emulator import faults
from emulator.ec2 import blocks
from scripts.disks import disk
from tierkeep.drill.choosing import By, Wish
from tierkeep.drill.clock import Clock
from tierkeep.drill.restorers.registry import restorer_for


@dataclass(frozen=True, kw_only=True)
class Damage:
    """Something wrong with a backup or with what is restored from it."""

    of: str
    """The type, as people say it."""
    what: str
    drill: Callable[[Clock, Path], dict[str, Any]]
    """Drills something with this damage; the evidence."""
    fails: tuple[str, ...]
    """The ids of the checks that fail."""
    says: str
    """Part of what the first of them says that it found."""
    result: str = "fail"
    """`could-not-verify` where other checks could not be made besides: unknown outranks what failed."""
    climbed: str | None = "restored"
    """How far up the ladder the drill comes all the same."""


def _corrupted_blocks(clock: Clock, place: Path) -> dict[str, Any]:
    case = EbsByBackupCase(clock)
    faults.add("corruption", resource=case.arn)
    return drill(clock, place, of=case.scope())


def _no_blocks(clock: Clock, place: Path) -> dict[str, Any]:
    case = EbsByBackupCase(clock)
    return _before_reading(case, clock, place, lambda: put_on_restored(case, {}))


def _more_blocks(clock: Clock, place: Path) -> dict[str, Any]:
    case = EbsByDlmCase(clock)
    return _before_reading(case, clock, place, lambda: put_on_restored(case, {**FILES, 77: b"what is this"}))


def _before_reading(case: Case, clock: Clock, place: Path, damage: Callable[[], None]) -> dict[str, Any]:
    def act(point: str) -> None:
        if point == "before read":
            damage()

    return drill(clock, place, of=case.scope(), observe=act)


def put_on_restored(case: Case, held: dict[int, bytes]) -> None:
    """What the one volume holds that is not the source, behind AWS's back."""
    here = case.session
    volumes: dict[str, Any] = ec2_backends[here.account_id][here.region].volumes
    [restored] = [each for name, each in volumes.items() if name not in case.arn]
    blocks.put(restored, {index: data.ljust(blocks.SIZE, b"\0") for index, data in held.items()})


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


DAMAGED = bytearray(disk("ext4"))
DAMAGED[1024 + 0x20] ^= 0xFF
"""An ext4 of whose superblock one byte is another."""


def _disk(held: dict[int, bytes]) -> Callable[[Clock, Path], dict[str, Any]]:
    """A volume that held this when it was backed up."""

    def act(clock: Clock, place: Path) -> dict[str, Any]:
        build_world(clock, files=held, size=1).back_up(clock)
        return drill(clock, place)

    return act


def _missing_items(clock: Clock, place: Path) -> dict[str, Any]:
    case = DynamoDbByBackupCase(clock)
    for number in range(5, ITEMS):
        key = {"customer": {"S": f"customer {number % 3}"}, "number": {"N": str(number)}}
        case.session.call("dynamodb", "delete_item", TableName="orders", Key=key)
    case.back_up(case.arn)
    faults.add("corruption", resource=case.arn)
    return drill(clock, place, of=case.scope())


def _moment_with_fewer_items(clock: Clock, place: Path) -> dict[str, Any]:
    case = DynamoDbToAMomentCase(clock)
    oldest = case.scope(point=Wish(by=By.OLDEST))
    beginning = restorer_for(oldest).choose(session(), oldest).point.created
    for number in range(ITEMS, ITEMS * 3):
        put_item(case.session, number)
    return drill(clock, place, of=case.scope(point=Wish(by=By.MOMENT, moment=beginning)))


def _another_key(clock: Clock, place: Path) -> dict[str, Any]:
    case = DynamoDbByBackupCase(clock)

    def rekey(point: str) -> None:
        if point == "before check":
            tables: Any = dynamodb_backends[case.session.account_id][case.session.region].tables
            [name] = set(tables) - {"orders"}
            tables[name].sse_specification["KMSMasterKeyId"] = "arn:aws:kms:ap-south-1:1:key/another"

    return drill(clock, place, of=case.scope(), observe=rekey)


_VOLUME, _TABLE = "EBS volume", "DynamoDB table"

DAMAGES: tuple[Damage, ...] = (
    Damage(
        of=_VOLUME,
        what="one byte of each restored block is another than in the backup",
        drill=_corrupted_blocks,
        fails=("same-data",),
        says="0 of 3: not block 0, 3, 40",
    ),
    Damage(
        of=_VOLUME,
        what="it is restored without a block",
        drill=_no_blocks,
        fails=("blocks",),
        says="3 of the backup's missing",
        result="could-not-verify",
    ),
    Damage(
        of=_VOLUME,
        what="it holds a block that was never backed up",
        drill=_more_blocks,
        fails=("blocks",),
        says="1 others",
    ),
    Damage(
        of=_VOLUME,
        what="blocks do not have the checksum that EBS says",
        drill=_wrong_checksums,
        fails=("checksums",),
        says="0 of 3",
    ),
    Damage(
        of=_VOLUME,
        what="the file system was damaged before the backup",
        drill=_disk({0: bytes(DAMAGED)}),
        fails=("structure",),
        says="the checksum of its superblock is wrong",
    ),
    Damage(
        of=_VOLUME,
        what="the file system of a partition was damaged before the backup",
        drill=_disk({0: disk("gpt"), 2: bytes(DAMAGED)}),
        fails=("structure",),
        says="partition 1: the checksum of its superblock",
    ),
    Damage(
        of=_VOLUME,
        what="the entries of the partition table are cut off",
        drill=_disk({0: disk("gpt")[:1024]}),
        fails=("structure",),
        says="the checksum of its entries is wrong",
    ),
    Damage(of=_TABLE, what="one of five items is missing", drill=_missing_items, fails=("items",), says="4"),
    Damage(
        of=_TABLE,
        what="the moment has a third of the items of today",
        drill=_moment_with_fewer_items,
        fails=("items",),
        says=str(ITEMS),
    ),
    Damage(
        of=_TABLE,
        what="it is encrypted under another key than was asked for",
        drill=_another_key,
        fails=("key",),
        says="key/another",
        climbed=None,
    ),
)
"""Whatever a drill has to find. A restorer that can tell more damage adds it here."""

_HEAD = """\
# What drills find that "restored" does not

Generated: `TIERKEEP_UPDATE_GOLDENS=1 .venv/bin/python -m pytest tests/drill/test_drill_pages.py`.

Each row is drilled by `tests/drill/test_drill_damage.py` on the emulator. In each the restore itself ends
well, which is all that AWS's restore testing looks at; the check that is named fails. Where another check
could not be made besides, the drill could not verify, which outranks what failed.

| what | damage | the check that fails | what it says | verdict |
|---|---|---|---|---|"""


def page() -> str:
    """The page as Markdown."""
    rows = [
        f"| {each.of} | {each.what} | {', '.join(each.fails)} | … {each.says} … | {each.result} |"
        for each in DAMAGES
    ]
    return "\n".join([_HEAD, *rows]) + "\n"
