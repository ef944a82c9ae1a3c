"""What a journal says, read as one state. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from tierkeep.drill.errors import JournalDamagedError
from tierkeep.drill.guard import Ownership
from tierkeep.drill.journal import Entry

JOURNAL_VERSION = 2
MAKE = "make"
TAG = "tag"
DELETE = "delete"


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """Where a drill runs and as whom: enough to go back there without the catalog."""

    unit: str
    account_id: str
    region: str
    role_arn: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Making:
    """A request that makes something, announced before it was sent: the restore is a drill's first."""

    number: int
    maker: str
    """The name of the one of `tierkeep.drill.makers` that asks so."""
    kind: str
    """What it makes."""
    request: dict[str, Any]
    """Its parameters."""
    announced: datetime
    handle: str | None = None
    """What AWS answered, by which one asks how far it is: the id of a job, or an ARN."""
    nothing: str | None = None
    """Why it is known that it made nothing."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Made:
    """A thing that the drill made."""

    making: int
    kind: str
    arn: str
    tagged: bool = False
    """It has, or had, the drill's tag: if that is gone now, somebody took it off."""
    seen: bool = False
    """It was there in an answer of AWS, so that one in which it is not means that it is gone."""
    delete_announced: bool = False
    gone: str | None = None
    """How it is known that it is gone."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Record:
    """The state of a drill according to its journal."""

    drill_id: str
    place: Place
    tags: tuple[tuple[str, str], ...]
    """The tags of everything that the drill makes."""
    began: datetime
    sources: frozenset[str] = frozenset()
    """ARNs of what was backed up and of its backup: never the drill's to touch."""
    makings: tuple[Making, ...] = ()
    things: tuple[Made, ...] = ()
    """In the order in which they were made."""
    finished: bool = False

    @property
    def nothing_left(self) -> str | None:
        """Why it is known that nothing of the drill exists, or None if something may."""
        if not self.makings:
            return "no restore was asked for"
        known = [self._left_nothing(making) for making in self.makings]
        return "; ".join(dict.fromkeys(each for each in known if each)) if all(known) else None

    def _left_nothing(self, making: Making) -> str | None:
        made = [thing.gone for thing in self.made_by(making)]
        if not made:
            return making.nothing
        return "; ".join(each for each in made if each) if all(made) else None

    def made_by(self, making: Making) -> tuple[Made, ...]:
        """What a request made, as far as the journal knows."""
        return tuple(thing for thing in self.things if thing.making == making.number)

    def making(self, number: int) -> Making:
        """A request by its number. Raises `KeyError`."""
        return {making.number: making for making in self.makings}[number]

    def made(self, arn: str) -> Made:
        """A thing by its ARN. Raises `KeyError`."""
        return {thing.arn: thing for thing in self.things}[arn]

    def ownership(self, thing: Made) -> Ownership:
        """What the deletion guard compares a thing with."""
        return Ownership(
            drill_id=self.drill_id,
            account_id=self.place.account_id,
            region=self.place.region,
            kind=thing.kind,
            arn=thing.arn,
            sources=self.sources,
            began=self.began,
            made=frozenset(each.arn for each in self.things),
        )


def read_record(entries: Iterable[Entry]) -> Record | None:
    """The state that these events add up to, or None if the drill's first event never reached the disk.

    Raises `JournalDamagedError` if the first event is not the start of a drill, or an event is not whole.
    """
    record: Record | None = None
    for entry in entries:
        try:
            record = _started(entry) if record is None else replace(record, **_change(record, entry))
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise JournalDamagedError(
                f"an event of the journal cannot be read: {error!r} in {entry}"
            ) from error
    return record


def _started(entry: Entry) -> Record:
    version = entry.get("journal_version")
    if entry["event"] != "started" or not isinstance(version, int) or version > JOURNAL_VERSION:
        raise JournalDamagedError(
            f"a journal begins with the event 'started' of journal_version {JOURNAL_VERSION}, not "
            f"{entry['event']!r} of {version!r}; a newer Tierkeep may have written it"
        )
    if version < JOURNAL_VERSION:
        raise JournalDamagedError(
            f"written by an older version: journal_version {version}, and this one reads {JOURNAL_VERSION}; "
            "sweep it with the version that wrote it"
        )
    return Record(
        drill_id=entry["drill"],
        place=Place(
            unit=entry["unit"],
            account_id=entry["account_id"],
            region=entry["region"],
            role_arn=entry["role_arn"],
        ),
        tags=tuple(sorted(entry["tags"].items())),
        began=datetime.fromisoformat(entry["at"]),
    )


def _change(record: Record, entry: Entry) -> dict[str, Any]:
    """The fields of the record that an event changes; none for those that are only told."""
    change = _CHANGES.get((entry["event"], entry.get("action")))
    return change(record, entry) if change is not None else {}


def _announced(record: Record, entry: Entry) -> dict[str, Any]:
    if any(making.number == entry["making"] for making in record.makings):
        # A retry repeats the request; the first announcement is the one that bounds when it was made.
        return {}
    making = Making(
        number=entry["making"],
        maker=entry["maker"],
        kind=entry["kind"],
        request=dict(entry["request"]),
        announced=datetime.fromisoformat(entry["at"]),
    )
    return {"makings": (*record.makings, making)}


def _making(record: Record, entry: Entry, **change: Any) -> dict[str, Any]:
    record.making(entry["making"])
    makings = (replace(each, **change) if each.number == entry["making"] else each for each in record.makings)
    return {"makings": tuple(makings)}


def _made(record: Record, entry: Entry) -> dict[str, Any]:
    record.making(entry["making"])
    thing = Made(
        making=entry["making"], kind=entry["kind"], arn=entry["arn"], tagged=bool(entry["tagged_at_birth"])
    )
    return {"things": (*record.things, thing)}


def _thing(record: Record, entry: Entry, **change: Any) -> dict[str, Any]:
    record.made(entry["arn"])
    return {
        "things": tuple(
            replace(each, **change) if each.arn == entry["arn"] else each for each in record.things
        )
    }


_CHANGES: dict[tuple[str, str | None], Callable[[Record, Entry], dict[str, Any]]] = {
    ("chosen", None): lambda _, entry: {
        "sources": frozenset({entry["source_arn"], entry["point_arn"]}),
    },
    ("intent", MAKE): _announced,
    ("done", MAKE): lambda record, entry: _making(record, entry, handle=entry["handle"]),
    ("refused", MAKE): lambda record, entry: _making(
        record, entry, nothing=f"AWS refused what was asked for: {entry['code']}"
    ),
    ("late", None): lambda record, entry: {
        **_making(record, entry, handle=entry["handle"], nothing=None),
        "finished": False,
    },
    ("nothing-made", None): lambda record, entry: _making(record, entry, nothing=entry["reason"]),
    ("made", None): _made,
    ("seen", None): lambda record, entry: _thing(record, entry, seen=True),
    ("done", TAG): lambda record, entry: _thing(record, entry, tagged=True, seen=True),
    ("intent", DELETE): lambda record, entry: _thing(record, entry, delete_announced=True),
    ("gone", None): lambda record, entry: _thing(record, entry, gone=entry["how"]),
    ("finished", None): lambda *_: {"finished": True},
}
