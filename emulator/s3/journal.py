"""Buckets that are backed up continuously: which versions of their objects there were at which moment.

Versions that are deleted from the bucket for good stay in the journal, as they stay in AWS's backup, until
nobody can ask for a moment at which they were there.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import wraps
from typing import Any

from emulator import clock

LONGEST = timedelta(days=35)
"""How far back a continuous backup reaches at most ("Continuous backups and point-in-time recovery" in the
AWS Backup Developer Guide)."""

_JOURNALS = "emulator_journals"


@dataclass
class _Entry:
    """A version of moto's that came and, maybe, went; what it held is read when it goes."""

    version: Any
    came: datetime
    gone: datetime | None = None
    held: Any = None


class Journal:
    """The versions of a bucket from now on.  ``read`` tells what is kept of a version of moto's."""

    def __init__(self, keys: Any, read: Callable[[Any], Any]) -> None:
        self._keys = keys
        self._read = read
        self._entries: dict[str, list[_Entry]] = {}
        for key, versions in keys.lists():
            self.note(key, versions)
        keys.__dict__.setdefault(_JOURNALS, []).append(self)

    def note(self, key: str, versions: list[Any]) -> None:
        """Learn which versions of an object there are, before any that goes is disposed of."""
        moment = clock.now()
        entries = self._entries.setdefault(key, [])
        present, known = {id(each) for each in versions}, {id(each.version) for each in entries}
        for entry in entries:
            if entry.gone is None and id(entry.version) not in present:
                entry.gone, entry.held = moment, self._read(entry.version)
        entries += [_Entry(each, moment) for each in versions if id(each) not in known]
        self._entries[key] = [each for each in entries if each.gone is None or each.gone > moment - LONGEST]

    def as_of(self, moment: datetime) -> dict[str, list[Any]]:
        """What was kept of each object's versions at ``moment``, oldest first."""
        found = {
            key: [
                entry.held if entry.gone else self._read(entry.version)
                for entry in entries
                if entry.came <= moment and (entry.gone is None or entry.gone > moment)
            ]
            for key, entries in self._entries.items()
        }
        return {key: versions for key, versions in found.items() if versions}

    def close(self) -> None:
        """Learn no more."""
        self._keys.__dict__[_JOURNALS].remove(self)


def install() -> None:
    """Have moto's S3 tell the journals of a bucket."""
    from moto.s3.utils import _VersionedKeyStore

    store: Any = _VersionedKeyStore
    store.setlist = _telling(store.setlist, lambda _, versions: versions)
    store.pop = _telling(store.pop, lambda _: [])
    store.__setitem__ = _telling(store.__setitem__, lambda present, added: [*present, added])


def _telling(change: Callable[..., Any], after: Callable[..., Any]) -> Callable[..., Any]:
    """``after`` says which versions there will be, by those that there are and what ``change`` is given."""

    @wraps(change)
    def told(self: Any, key: str, *given: Any) -> Any:
        for journal in self.__dict__.get(_JOURNALS, ()):
            journal.note(key, after(self.getlist(key, []), *given))
        return change(self, key, *given)

    return told
