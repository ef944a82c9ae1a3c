"""What a restored EBS volume holds, read without an instance: the rung `readable` of volumes.

The drill makes a snapshot of the restored volume and reads that through the EBS direct APIs, beside the
snapshot that was restored. docs/adr/0026 says what this shows and what not.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from tierkeep.aws import AwsError
from tierkeep.drill.checks import Check, Rung, Sheet
from tierkeep.drill.errors import CannotVerifyError, InterruptedDrillError
from tierkeep.drill.kinds.snapshot import NAME as SNAPSHOT
from tierkeep.drill.makers import CREATE_SNAPSHOT
from tierkeep.drill.reading import filesystems, partitions
from tierkeep.drill.reading.blocks import CALLS as BLOCK_CALLS
from tierkeep.drill.reading.blocks import Disk, Listed, get_block, list_blocks
from tierkeep.drill.restorers.base import Bench
from tierkeep.drill.thing import GIB, Thing, name_of

CALLS = ("ec2:CreateSnapshot", "ec2:DescribeSnapshots", *BLOCK_CALLS)
HELPERS = ((CREATE_SNAPSHOT.name, SNAPSHOT),)

SAMPLE = 16
"""So many blocks are read and compared, 8 MiB at most."""
BLOCK_SIZE = 512 * 1024
"""Bytes of a block ("Concepts for EBS direct APIs" in the EBS user guide)."""

SHEET = Sheet(
    rung=Rung.READABLE,
    titles={
        "blocks": "Every block of the backup is in what was restored",
        "checksums": "Sampled blocks have the checksum that EBS says",
        "same-data": "Sampled blocks are those of the backup",
        "structure": "A file system is recognised, and its beginning is whole",
    },
)

EXPLAINED = (
    "a snapshot of the restored volume, made by the drill and removed with it, is read by the EBS direct "
    "APIs: "
    f"its block list against the backup's, {SAMPLE} sampled blocks by checksum and against the backup's, "
    "partition table and file systems"
)


def read(bench: Bench, *, written_to: bool = False) -> tuple[Check, ...]:
    """The rung `readable`. A volume that a running instance writes to may hold more than its backup, and of
    the sampled blocks half may be others."""
    deadline = bench.deadline()
    try:
        snapshot = bench.make(CREATE_SNAPSHOT.name, SNAPSHOT, _request(bench))
    except InterruptedDrillError:
        raise
    except (CannotVerifyError, AwsError) as error:
        return SHEET.not_run(f"the restored volume could not be read: {error}")
    if snapshot.state != "completed":
        return SHEET.not_run(f"the snapshot of the restored volume is {snapshot.state}, not completed")
    return (*_compared(bench, snapshot, deadline, written_to=written_to), _structure(bench, snapshot))


def _request(bench: Bench) -> dict[str, Any]:
    tags = [{"Key": key, "Value": value} for key, value in sorted(bench.tags.items())]
    return {
        "VolumeId": name_of(bench.arn),
        "Description": f"{bench.drill_id}: what was restored, to be read",
        "TagSpecifications": [{"ResourceType": "snapshot", "Tags": tags}],
    }


@dataclass(kw_only=True)
class _Tally:
    """Two block lists compared, and a sample of what both hold."""

    kept: int = 0
    restored: int = 0
    missing: int = 0
    more: int = 0
    common: int = 0
    sample: list[tuple[Listed, Listed]] = field(default_factory=list)


def _compared(bench: Bench, snapshot: Thing, deadline: float, *, written_to: bool) -> tuple[Check, ...]:
    tally, backup = _Tally(), name_of(bench.choice.point.arn)
    chance = random.Random(bench.seed)  # noqa: S311 - a sample, no secret
    try:
        complete = _compare(bench, tally, snapshot.name, backup, deadline, chance)
    except AwsError as error:
        return SHEET.not_run(str(error), but=("structure",))
    if not complete:
        cause = (
            f"the block lists were not at their end in time: {tally.kept} blocks of {backup} were compared"
        )
        return SHEET.not_run(cause, but=("structure",))
    held = f"blocks: {tally.kept}, as in {backup}"
    found = f"blocks: {tally.restored}; {tally.missing} of the backup's missing, {tally.more} others"
    blocks = SHEET.judged("blocks", held, found, holds=not tally.missing and (written_to or not tally.more))
    return (blocks, *_sampled(bench, tally, snapshot.name, backup, deadline, written_to=written_to))


def _compare(
    bench: Bench, tally: _Tally, restored: str, backup: str, deadline: float, chance: random.Random
) -> bool:
    """Both lists side by side, as long as there is time; whether both came to their end."""
    ours, theirs = list_blocks(bench.session, restored), list_blocks(bench.session, backup)
    for of_restored, of_backup in _side_by_side(ours, theirs):
        tally.restored += of_restored is not None
        tally.kept += of_backup is not None
        tally.more += of_backup is None
        tally.missing += of_restored is None
        if of_restored is not None and of_backup is not None:
            _sample(tally, (of_restored, of_backup), chance)
        if (tally.restored + tally.kept) % 1000 == 0 and bench.late(deadline):
            return False
    return True


def _sample(tally: _Tally, pair: tuple[Listed, Listed], chance: random.Random) -> None:
    """Every block has the same chance to be in the sample, however many there are (algorithm R)."""
    tally.common += 1
    if len(tally.sample) < SAMPLE:
        tally.sample.append(pair)
    elif (place := chance.randrange(tally.common)) < SAMPLE:
        tally.sample[place] = pair


def _side_by_side(
    ours: Iterator[Listed], theirs: Iterator[Listed]
) -> Iterator[tuple[Listed | None, Listed | None]]:
    """Two lists in order, merged by index."""
    one, other = next(ours, None), next(theirs, None)
    while one is not None or other is not None:
        if other is None or (one is not None and one.index < other.index):
            yield one, None
            one = next(ours, None)
        elif one is None or other.index < one.index:
            yield None, other
            other = next(theirs, None)
        else:
            yield one, other
            one, other = next(ours, None), next(theirs, None)


def _sampled(
    bench: Bench, tally: _Tally, restored: str, backup: str, deadline: float, *, written_to: bool
) -> tuple[Check, Check]:
    if not tally.sample:
        cause = "the backup and what was restored have no block in common"
        return (
            SHEET.unknown("checksums", expected="of a sample", cause=cause),
            SHEET.unknown("same-data", expected="of a sample", cause=cause),
        )
    wanted = len(tally.sample)
    broken, different = [], []
    try:
        for of_restored, of_backup in sorted(tally.sample, key=lambda pair: pair[0].index):
            bench.require_time(deadline, "the sample was not read in time")
            one = get_block(bench.session, restored, of_restored)
            other = get_block(bench.session, backup, of_backup)
            if not one.whole or not other.whole:
                broken.append(of_restored.index)
            if one.digest != other.digest:
                different.append(of_restored.index)
    except InterruptedDrillError:
        raise
    except (CannotVerifyError, AwsError) as error:
        return (
            SHEET.unknown("checksums", expected=f"{wanted} of {wanted}", cause=str(error)),
            SHEET.unknown("same-data", expected=f"{wanted} of {wanted}", cause=str(error)),
        )
    others = wanted // 2 if written_to else 0
    return (_counted("checksums", wanted, broken), _counted("same-data", wanted, different, others=others))


def _counted(check_id: str, wanted: int, wrong: list[int], *, others: int = 0) -> Check:
    """All of them, but for so many that may be others."""
    named = f": not block {', '.join(map(str, wrong[:5]))}" if wrong else ""
    found = f"{wanted - len(wrong)} of {wanted}{named}"
    expected = f"{wanted - others} of {wanted}" + (" at least" if others else "")
    return SHEET.judged(check_id, expected, found, holds=len(wrong) <= others)


def _structure(bench: Bench, snapshot: Thing) -> Check:
    expected = "a file system: ext2, ext3, ext4, xfs or NTFS, on the volume or on a partition"
    disk = Disk(session=bench.session, snapshot_id=snapshot.name, block_size=BLOCK_SIZE)
    try:
        found = describe_disk(disk, size=int(str(snapshot.property("size_gib"))) * GIB)
    except AwsError as error:
        return SHEET.unknown("structure", expected=expected, cause=str(error))
    if found.damage is not None:
        return SHEET.judged("structure", expected, f"{found.text}: {found.damage}", holds=False)
    if not found.recognised and bench.scope.raw_contents:
        return SHEET.judged("structure", "none: the catalog says raw", found.text, holds=True)
    if not found.recognised:
        cause = (
            f"{found.text}. Whether a volume without a file system holds what it must, a drill cannot tell"
        )
        return SHEET.unknown("structure", expected=expected, cause=cause)
    return SHEET.judged("structure", expected, found.text, holds=True)


@dataclass(frozen=True, kw_only=True, slots=True)
class Structure:
    """What a disk begins with."""

    text: str
    recognised: bool
    """At least one file system whose superblock is read."""
    damage: str | None = None


def describe_disk(disk: Disk, *, size: int) -> Structure:
    """The file system of a disk, or its partition table and the file systems on it. Raises `AwsError`."""
    start = disk.read(0, max(partitions.NEEDED, filesystems.NEEDED))
    whole = filesystems.recognise(start, size=size)
    if whole is not None:
        return Structure(text=whole.name, recognised=whole.readable, damage=whole.damage)
    table = partitions.read_table(start, size=size)
    if table is None:
        return Structure(text="neither a partition table nor a file system was recognised", recognised=False)
    if table.damage is not None:
        return Structure(text=table.scheme, recognised=False, damage=table.damage)
    told, damage, recognised = [], None, False
    for part in table.partitions:
        found = filesystems.recognise(disk.read(part.start, filesystems.NEEDED), size=part.size)
        told.append(f"{part.number} {found.name if found else 'not recognised'}")
        recognised |= found is not None and found.readable
        if found is not None and found.damage is not None and damage is None:
            damage = f"partition {part.number}: {found.damage}"
    return Structure(
        text=f"{table.scheme} with partitions: {', '.join(told) or 'none'}",
        recognised=recognised,
        damage=damage,
    )
