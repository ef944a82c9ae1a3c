"""The requests by which a drill makes things: how each is sent, followed, and found if its answer is lost."""

from __future__ import annotations

from tierkeep.drill.errors import JournalDamagedError
from tierkeep.drill.makers.backup_job import BackupJobMaker
from tierkeep.drill.makers.base import Candidate, Maker, Progress
from tierkeep.drill.makers.create_snapshot import CreateSnapshotMaker
from tierkeep.drill.makers.create_volume import CreateVolumeMaker
from tierkeep.drill.makers.db_instance import DbInstanceMaker
from tierkeep.drill.makers.point_in_time import PointInTimeMaker
from tierkeep.drill.makers.run_instances import RunInstancesMaker

BACKUP_JOB = BackupJobMaker()
CREATE_VOLUME = CreateVolumeMaker()
CREATE_SNAPSHOT = CreateSnapshotMaker()
POINT_IN_TIME = PointInTimeMaker()
DB_INSTANCE_TO_A_MOMENT = DbInstanceMaker(
    operation="restore_db_instance_to_point_in_time",
    called="RestoreDBInstanceToPointInTime",
    name_key="TargetDBInstanceIdentifier",
)
CREATE_DB_INSTANCE = DbInstanceMaker(
    operation="create_db_instance", called="CreateDBInstance", name_key="DBInstanceIdentifier"
)
RUN_INSTANCES = RunInstancesMaker()

_ALL: tuple[Maker, ...] = (
    BACKUP_JOB,
    CREATE_VOLUME,
    CREATE_SNAPSHOT,
    POINT_IN_TIME,
    RUN_INSTANCES,
    DB_INSTANCE_TO_A_MOMENT,
    CREATE_DB_INSTANCE,
)
MAKERS: dict[str, Maker] = {each.name: each for each in _ALL}


def maker_named(name: str) -> Maker:
    """The maker of that name. Raises `JournalDamagedError` for one that this version does not know."""
    found = MAKERS.get(name)
    if found is None:
        raise JournalDamagedError(f"it names a request {name!r}, which this version does not know")
    return found


__all__ = [
    "BACKUP_JOB",
    "CREATE_DB_INSTANCE",
    "CREATE_SNAPSHOT",
    "CREATE_VOLUME",
    "DB_INSTANCE_TO_A_MOMENT",
    "MAKERS",
    "POINT_IN_TIME",
    "RUN_INSTANCES",
    "Candidate",
    "Maker",
    "Progress",
    "maker_named",
]
