"""Lists of clusters and automated backups as RDS has them: in pages, and the latter with what they reach.

moto answers both whole.  MaxRecords of at most 100, which it is without it, and RestoreWindow in
DBInstanceAutomatedBackup (Amazon RDS API reference).
"""

from collections.abc import Callable
from functools import wraps
from typing import Any

from moto.core.responses import ActionResult

from emulator.pages import page
from emulator.rds import automated_backups

LONGEST = 100


def install() -> None:
    """Have moto's RDS answer so."""
    from moto.rds import models
    from moto.rds.responses import RDSResponse

    response: Any = RDSResponse
    response.describe_db_clusters = _paged(response.describe_db_clusters, "DBClusters")
    response.describe_db_instance_automated_backups = _paged(
        response.describe_db_instance_automated_backups, "DBInstanceAutomatedBackups"
    )
    backup: Any = models.DBInstanceAutomatedBackup
    backup.db_instance_arn = property(lambda self: _of(self, lambda instance: instance.db_instance_arn))
    backup.restore_window = property(lambda self: _of(self, _window))


def _paged(describe: Callable[[Any], ActionResult], member: str) -> Callable[[Any], ActionResult]:
    @wraps(describe)
    def described(self: Any) -> ActionResult:
        found: Any = describe(self).result
        size = min(int(self.params.get("MaxRecords") or LONGEST), LONGEST)
        items, marker = page(found[member], size, self.params.get("Marker"))
        return ActionResult({**found, member: items, "Marker": marker})

    return described


def _of(backup: Any, ask: Callable[[Any], Any]) -> Any:
    """What the instance says that the backups are of; None if it is gone."""
    instance = backup.backend.databases.get(backup.db_instance_identifier)
    return ask(instance) if instance else None


def _window(instance: Any) -> dict[str, Any] | None:
    restorable = automated_backups.window(instance)
    if restorable is None:
        return None
    earliest, latest = (moment.replace(tzinfo=None) for moment in restorable)
    return {"EarliestTime": earliest, "LatestTime": latest}
