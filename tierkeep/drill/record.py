"""What a journal says, read as one state. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from tierkeep.drill.errors import JournalDamagedError
from tierkeep.drill.guard import Ownership
from tierkeep.drill.journal import Entry

START_RESTORE = "start-restore-job"
TAG_VOLUME = "create-tags"
DELETE_VOLUME = "delete-volume"


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """Where a drill runs and as whom: enough to go back there without the catalog."""

    unit: str
    account_id: str
    region: str
    role_arn: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Record:
    """The state of a drill according to its journal."""

    drill_id: str
    place: Place
    tags: tuple[tuple[str, str], ...]
    """The tags that the restored volume gets."""
    source_volume_id: str = ""
    recovery_point_arn: str = ""
    restore_request: dict[str, Any] | None = None
    """The parameters of the StartRestoreJob that was announced."""
    restore_announced: datetime | None = None
    job_id: str | None = None
    nothing_made: str | None = None
    """Why it is known that the drill made nothing."""
    volume_id: str | None = None
    tagged: bool = False
    delete_announced: bool = False
    gone: str | None = None
    """How it is known that the volume is gone."""
    finished: bool = False

    @property
    def nothing_left(self) -> str | None:
        """Why it is known that nothing of the drill exists, or None if something may."""
        if self.restore_request is None:
            return "no restore was asked for"
        return self.nothing_made or self.gone

    def ownership(self, volume_id: str) -> Ownership:
        """What the deletion guard compares a volume with."""
        return Ownership(
            drill_id=self.drill_id,
            account_id=self.place.account_id,
            region=self.place.region,
            volume_id=volume_id,
            source_volume_id=self.source_volume_id,
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
    if entry["event"] != "started" or entry.get("journal_version") != 1:
        raise JournalDamagedError(
            f"a journal begins with the event 'started' of journal_version 1, not {entry['event']!r} of "
            f"{entry.get('journal_version')!r}; a newer Tierkeep may have written it"
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
    )


def _change(record: Record, entry: Entry) -> dict[str, Any]:
    """The fields of the record that an event changes; none for those that are only told."""
    change = _CHANGES.get((entry["event"], entry.get("action")))
    return change(record, entry) if change is not None else {}


def _restore_announced(record: Record, entry: Entry) -> dict[str, Any]:
    # A retry repeats the request; the first announcement is the one that bounds when a job was made.
    announced = record.restore_announced or datetime.fromisoformat(entry["at"])
    return {"restore_request": entry["request"], "restore_announced": announced}


_CHANGES: dict[tuple[str, str | None], Callable[[Record, Entry], dict[str, Any]]] = {
    ("chosen", None): lambda _, entry: {
        "source_volume_id": entry["source_volume_id"],
        "recovery_point_arn": entry["recovery_point_arn"],
    },
    ("intent", START_RESTORE): _restore_announced,
    ("done", START_RESTORE): lambda _, entry: {"job_id": entry["job_id"]},
    ("refused", START_RESTORE): lambda _, entry: {
        "nothing_made": f"AWS refused the restore: {entry['code']}",
    },
    ("created", None): lambda _, entry: {"volume_id": entry["volume_id"]},
    ("done", TAG_VOLUME): lambda *_: {"tagged": True},
    ("intent", DELETE_VOLUME): lambda *_: {"delete_announced": True},
    ("nothing-made", None): lambda _, entry: {"nothing_made": entry["reason"]},
    ("gone", None): lambda _, entry: {"volume_id": entry["volume_id"], "gone": entry["how"]},
    ("finished", None): lambda *_: {"finished": True},
}
