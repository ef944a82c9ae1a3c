"""The requests by which a drill makes things: how each is sent, followed, and found if its answer is lost."""

from __future__ import annotations

from tierkeep.drill.errors import JournalDamagedError
from tierkeep.drill.makers.backup_job import BackupJobMaker
from tierkeep.drill.makers.base import Candidate, Maker, Progress
from tierkeep.drill.makers.create_snapshot import CreateSnapshotMaker
from tierkeep.drill.makers.create_volume import CreateVolumeMaker
from tierkeep.drill.makers.point_in_time import PointInTimeMaker
from tierkeep.drill.makers.run_instances import RunInstancesMaker

BACKUP_JOB = BackupJobMaker()
CREATE_VOLUME = CreateVolumeMaker()
CREATE_SNAPSHOT = CreateSnapshotMaker()
POINT_IN_TIME = PointInTimeMaker()
RUN_INSTANCES = RunInstancesMaker()

MAKERS: dict[str, Maker] = {
    each.name: each for each in (BACKUP_JOB, CREATE_VOLUME, CREATE_SNAPSHOT, POINT_IN_TIME, RUN_INSTANCES)
}


def maker_named(name: str) -> Maker:
    """The maker of that name. Raises `JournalDamagedError` for one that this version does not know."""
    found = MAKERS.get(name)
    if found is None:
        raise JournalDamagedError(f"it names a request {name!r}, which this version does not know")
    return found


__all__ = [
    "BACKUP_JOB",
    "CREATE_SNAPSHOT",
    "CREATE_VOLUME",
    "MAKERS",
    "POINT_IN_TIME",
    "RUN_INSTANCES",
    "Candidate",
    "Maker",
    "Progress",
    "maker_named",
]
