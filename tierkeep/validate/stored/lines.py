"""The lines of a file in which observed units are saved: JSON, each with what it is and a check on it.

    {"check":"0f3c5a19","kind":"recovery-point","value":{…}}

The check is the CRC-32 of the line's rest, carried on from the line before, from 0 at the beginning of each
part: so a line that was changed, left out or moved is the first whose check does not hold.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any
from zlib import crc32

from pydantic import TypeAdapter, ValidationError

from tierkeep.desired.model import ResourceType, UnitId
from tierkeep.validate.observed import ObservedUnit
from tierkeep.validate.stored.records import (
    FastRestore,
    Image,
    Incomplete,
    Job,
    Key,
    PlanVersion,
    RecoveryPoint,
    Resource,
    Snapshot,
    Whole,
)
from tierkeep.validate.unread import Unread

SCHEMA_VERSION = 1


@dataclass(frozen=True, kw_only=True, slots=True)
class Header:
    """The first line: what was observed, when, and by what."""

    schema_version: int
    catalog: str
    """The catalog's name."""
    catalog_digest: str
    """Of its desired state, which says what was read."""
    observed_at: datetime
    since_days: int
    """How far back jobs were read."""
    tierkeep: str
    """Its version."""


@dataclass(frozen=True, kw_only=True, slots=True)
class UnitHead:
    """The first line of a unit's part: how it was set up, or why it could not be entered."""

    unit: UnitId
    account_id: str
    observed: ObservedUnit | Unread
    plan_versions: dict[str, PlanVersion | Unread]
    opted_in: dict[ResourceType, bool] | Unread
    """The Region's settings."""


@dataclass(frozen=True, kw_only=True, slots=True)
class UnitEnd:
    """The last line of a unit's part."""

    records: int


@dataclass(frozen=True, kw_only=True, slots=True)
class End:
    """The last line of the file."""

    units: int
    lines: int
    """With this one."""


KINDS: dict[str, type] = {
    "header": Header,
    "unit": UnitHead,
    "resource": Resource,
    "recovery-point": RecoveryPoint,
    "snapshot": Snapshot,
    "image": Image,
    "job": Job,
    "fast-restore": FastRestore,
    "key": Key,
    "whole": Whole,
    "incomplete": Incomplete,
    "unit-end": UnitEnd,
    "end": End,
}
_NAMES = {kind: name for name, kind in KINDS.items()}

_BEFORE_CHECK, _AFTER_CHECK = b'{"check":"', b'",'
_CHECK = slice(len(_BEFORE_CHECK), len(_BEFORE_CHECK) + 8)
_REST = _CHECK.stop + len(_AFTER_CHECK)


class LineInvalid(Exception):  # noqa: N818 - it is what the reader is told
    """A line that is not as it was written. The message says in what."""


@cache
def _adapter(kind: str) -> TypeAdapter[Any]:
    return TypeAdapter(KINDS[kind])


def encoded(value: Any, previous: int) -> tuple[bytes, int]:
    """A value as a line that follows one with that check, and its own check."""
    kind = _NAMES[type(value)]
    rest = b'"kind":"%s","value":%s}' % (kind.encode(), _adapter(kind).dump_json(value))
    check = crc32(rest, previous)
    return b"%s%08x%s%s\n" % (_BEFORE_CHECK, check, _AFTER_CHECK, rest), check


def decoded(line: bytes, previous: int) -> tuple[Any, int]:
    """The value of a line that follows one with that check, and its own check. Raises `LineInvalid`."""
    if not line.endswith(b"}\n"):
        raise LineInvalid("it is cut off")
    rest = line[_REST:-1]
    check = crc32(rest, previous)
    if line[:_REST] != b"%s%08x%s" % (_BEFORE_CHECK, check, _AFTER_CHECK):
        raise LineInvalid("it was changed, or a line before it is missing")
    kind, _, value = rest.removeprefix(b'"kind":"').partition(b'","value":')
    read = _reader(kind.decode(errors="replace"))
    try:
        return read(value[:-1]), check
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False, include_input=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        raise LineInvalid(f"{kind.decode()}: {where}: {first['msg']}") from error


def _reader(kind: str) -> Callable[[bytes], Any]:
    if kind not in KINDS:
        raise LineInvalid(f"this version knows no line of kind {kind!r}")
    return _adapter(kind).validate_json
