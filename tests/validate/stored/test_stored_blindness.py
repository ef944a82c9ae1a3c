"""No leaf of any record, and no record, can change without being seen."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import fields, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from healthy_world import World

from tests.catalogs import SHIPPED
from tierkeep.compiler import compile_catalog
from tierkeep.desired.model import ResourceType
from tierkeep.validate.stored.records import (
    FastRestore,
    Job,
    Record,
    RecoveryPoint,
    Resource,
    Snapshot,
    Whole,
)

STATE = compile_catalog(SHIPPED).state
UNITS = [unit for unit in STATE.units if unit.protections]
AT = datetime(2027, 8, 2, 7, 30, tzinfo=UTC)
"""A Monday: the Saturday, the Sunday and the 1st of a month lie behind, so that every schedule has run."""
SINCE = date(2027, 7, 31)

IRRELEVANT: dict[tuple[type, str], str] = {
    (Resource, "type"): "follows from the ARN, by which it is told",
    (Resource, "name"): "what people call it",
    (Resource, "created_at"): "bounds only what is asked for, and the first backup does so too",
    (Resource, "size_bytes"): "for prices only",
    (Resource, "versioned"): "of buckets alone, of which the catalog has none: tested with the checks",
    (Resource, "event_bridge"): "as `versioned`",
    (RecoveryPoint, "arn"): "what it is called",
    (RecoveryPoint, "resource_type"): "follows from the resource's ARN",
    (RecoveryPoint, "completed_at"): "that it is complete, its status says",
    (RecoveryPoint, "status_message"): "explains a status",
    (RecoveryPoint, "size_bytes"): "for prices only",
    (RecoveryPoint, "last_restored_at"): "that it was restored is good news",
    (RecoveryPoint, "vault_type"): "of air-gapped vaults alone, of which the catalog has none",
    (Snapshot, "id"): "what it is called",
    (Snapshot, "arn"): "what it is called",
    (Snapshot, "volume_bytes"): "for prices only",
    (Snapshot, "description"): "says of a copy what it is of; that the copy is there is what counts",
    (FastRestore, "reason"): "explains a state",
}
"""Leaves that say nothing about whether the catalog's promises are kept."""
OF_JOBS = {"state", "category"}
"""Of jobs the latest of each resource counts, by how it ended; else what counts is what is kept."""


def irrelevant(record: Record, name: str, path: str) -> str | None:  # noqa: C901, PLR0911, PLR0912
    """Why a leaf may change unseen, or None."""
    found = IRRELEVANT.get((type(record), name))
    match record:
        case _ if found:
            return found
        case Resource() if name in {"encrypted", "key_arn"} and record.type in OWN_ENCRYPTION:
            return "its backups are encrypted with the vault's key, or its volumes' are looked at"
        case Resource() if name == "in_use" and record.type is not ResourceType.EBS:
            return "of volumes alone"
        case Resource() if name == "parent_arn" and record.parent_arn is None:
            return "nobody's parent is nobody"
        case Resource() if name.startswith("restorable") and getattr(record, name) is None:
            return "its tier asks for no point-in-time recovery"
        case Resource() if path.startswith("tags[") and not path.startswith("tags[backup-tier]"):
            return "the catalog does not go by this tag"
        case RecoveryPoint() if record.continuous and name in {"created_at", "delete_at", "plan", "rule"}:
            return "a continuous backup goes on, whichever plan began it: a resource has one"
        case RecoveryPoint() if name == "key_arn" and record.resource_type == "EC2":
            return "each volume of the instance has its own"
        case RecoveryPoint() if name == "cold_after_days" and record.resource_type in {
            "RDS",
            "Aurora",
            "EC2",
        }:
            return "AWS ignores it for the type"
        case Snapshot() if path.startswith("tags[") and not path.startswith("tags[aws:dlm:lifecycle-"):
            return "tells what made it; Data Lifecycle Manager's own tags do so too"
        case Snapshot() if record.volume_id == "vol-ffffffff" and name in {"volume_id", "started_at"}:
            return "a copy is known by its original, whose age it has"
        case Snapshot() if name == "shared_with" and record.shared_with is None:
            return "nobody asked"
        case Job() if name not in OF_JOBS:
            return "what counts is what is kept"
    return None


OWN_ENCRYPTION = {ResourceType.EFS, ResourceType.DYNAMODB, ResourceType.S3, ResourceType.EC2}


def other(name: str, value: Any) -> Any:  # noqa: C901, PLR0911 - a case for each
    """Another value of a leaf."""
    match value:
        case datetime() if name == "restorable_from":
            return value + timedelta(days=3)
        case datetime():
            return value - timedelta(days=3)
        case bool():
            return not value
        case int():
            return value - 1
        case str() if name == "state":
            return "FAILED"
        case str():
            return f"{value}-changed"
        case tuple():
            return (*value, "999999999999")
        case None if name.endswith("_at"):
            return AT
        case None if name.endswith("_days"):
            return 30
        case None:
            return "something"
    raise TypeError(f"no other value for {value!r}")


def mutants(record: Record) -> Iterator[tuple[str, Record]]:
    """The record with one leaf changed, for each that matters."""
    for each in fields(record):
        value = getattr(record, each.name)
        if isinstance(value, Mapping):
            for key, member in value.items():
                path = f"{each.name}[{key}]"
                if not irrelevant(record, each.name, path):
                    changed = {**value, key: other(each.name, member)}
                    yield path, replace(record, **{each.name: changed})
        elif not irrelevant(record, each.name, each.name):
            yield each.name, replace(record, **{each.name: other(each.name, value)})


class Blind:
    """A unit's stream, and which of its records may change unseen as a whole."""

    def __init__(self, unit: Any) -> None:
        self.world = World(STATE, unit, SINCE, jitter=False)
        needed = self.world.judge(AT).view.streams.needed
        self.records = [
            each
            for each in self.world.records(AT)
            # Volumes in the backups that AWS Backup makes of their instance are its own business.
            if not (isinstance(each, Resource) and each.parent_arn and unit.id.account == "development")
            and not (isinstance(each, Whole) and each.stream not in needed)
        ]
        self.oldest = oldest_snapshots(self.records)
        self.latest = latest_jobs(self.records)

    def sees(self, index: int, *instead: Record) -> bool:
        """Whether anything is said where one record is replaced, or dropped."""
        return bool(self.world.outcomes(AT, [*self.records[:index], *instead, *self.records[index + 1 :]]))


ON_ITS_WAY = timedelta(hours=4)
"""A start window, and an hour each for the backup and two for its copy: until then it may be on its way."""


def on_its_way(record: Record) -> bool:
    """Whether a backup is so young that it, or its copy, need not be there yet."""
    match record:
        case RecoveryPoint():
            return not record.continuous and record.created_at > AT - ON_ITS_WAY
        case Snapshot():
            return record.started_at > AT - ON_ITS_WAY
    return False


def latest_jobs(records: list[Record]) -> set[int]:
    """The last job of each kind and resource."""
    latest: dict[Any, int] = {}
    for index, each in enumerate(records):
        if isinstance(each, Job):
            key = each.resource_arn, each.kind, each.vault_arn
            if key not in latest or each.created_at > records[latest[key]].created_at:  # type: ignore[union-attr]
                latest[key] = index
    return set(latest.values())


def oldest_snapshots(records: list[Record]) -> set[int]:
    """The oldest snapshot of each volume: without it, its volume may as well have got its tag later."""
    oldest: dict[str, int] = {}
    for index, each in enumerate(records):
        if isinstance(each, Snapshot) and each.volume_id != "vol-ffffffff":
            known = oldest.get(each.volume_id)
            if known is None or each.started_at < records[known].started_at:  # type: ignore[union-attr]
                oldest[each.volume_id] = index
    return set(oldest.values())


WHERE = {
    "vault_arn",
    "resource_arn",
    "plan",
    "rule",
    "continuous",
    "volume_id",
    "created_at",
    "started_at",
    "tags",
    "source_vault_arn",
}
"""Leaves by which a record is told to be what it is: changing one is as good as dropping it."""


@pytest.mark.parametrize("unit", UNITS, ids=lambda each: str(each.id))
def test_no_leaf_is_invisible(unit: Any) -> None:
    """Changing any one leaf of any one record gives a finding, or an unknown where a part is not whole."""
    blind = Blind(unit)
    assert blind.world.outcomes(AT, blind.records) == []
    unseen = []
    for index, record in enumerate(blind.records):
        if isinstance(record, Job) and index not in blind.latest:
            continue  # A later job succeeded.
        may_be_gone = index in blind.oldest or on_its_way(record)
        for path, mutant in mutants(record):
            if may_be_gone and path.split("[", maxsplit=1)[0] in WHERE:
                continue
            if isinstance(record, Job) and path == "category" and record.kind != "backup":
                continue  # AWS completes only backups with issues.
            if not blind.sees(index, mutant):
                unseen.append((path, record))
    assert unseen == []


@pytest.mark.parametrize("unit", UNITS, ids=lambda each: str(each.id))
def test_no_record_goes_missing_unseen(unit: Any) -> None:
    """Dropping any one record gives a finding, or an unknown where the end of a part is dropped.

    But jobs, since what counts is what they made; what may still be on its way; and the oldest snapshot of a
    volume, which may have got its tag after that.
    """
    blind = Blind(unit)
    unseen = [
        record
        for index, record in enumerate(blind.records)
        if not isinstance(record, Job)
        and index not in blind.oldest
        and not on_its_way(record)
        and not blind.sees(index)
    ]
    assert unseen == []
