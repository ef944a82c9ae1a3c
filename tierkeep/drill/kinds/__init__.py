"""The kinds of things that a drill can make: how each is read, tagged and deleted. One module a kind."""

from __future__ import annotations

from tierkeep.drill.errors import JournalDamagedError
from tierkeep.drill.kinds.base import Calls, Kind
from tierkeep.drill.kinds.bucket import BucketKind
from tierkeep.drill.kinds.db_cluster import DbClusterKind
from tierkeep.drill.kinds.db_instance import ClusterInstanceKind, DbInstanceKind
from tierkeep.drill.kinds.file_system import FileSystemKind
from tierkeep.drill.kinds.instance import InstanceKind
from tierkeep.drill.kinds.snapshot import SnapshotKind
from tierkeep.drill.kinds.table import TableKind
from tierkeep.drill.kinds.volume import VolumeKind

_ALL: tuple[Kind, ...] = (
    VolumeKind(),
    SnapshotKind(),
    InstanceKind(),
    TableKind(),
    BucketKind(),
    FileSystemKind(),
    DbInstanceKind(),
    DbClusterKind(),
    ClusterInstanceKind(),
)
KINDS: dict[str, Kind] = {each.name: each for each in _ALL}


def kind_named(name: str) -> Kind:
    """The kind of that name. Raises `JournalDamagedError` for one that this version does not know."""
    found = KINDS.get(name)
    if found is None:
        raise JournalDamagedError(f"it names a thing of kind {name!r}, which this version does not know")
    return found


__all__ = ["KINDS", "Calls", "Kind", "kind_named"]
