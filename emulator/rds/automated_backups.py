"""Automated backups of RDS: restorable times by the emulator's clock, and restores to a moment within them.

"Introduction to backups" and "Restoring a DB instance to a specified time" in the Amazon RDS User Guide: they
are on while the retention period is not 0, reach back as long as that, and lag behind by five minutes.  The
data of a DB instance on PostgreSQL are as of the moment; moto keeps no other data.

AWS Backup's continuous backup of a database is these backups: it sets their retention period, which nobody
else changes then ("Changing your retention period" and "Stopping or deleting continuous backups" in the AWS
Backup Developer Guide; RDS's refusal is quoted in crossplane-contrib/provider-aws#1356).
"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import wraps
from typing import Any

from emulator import clock
from emulator.errors import NotImplementedByEmulator
from emulator.rds import instances

LAG = timedelta(minutes=5)

_SINCE = "emulator_backed_up_since"
_PERIOD = "_backup_retention_period"
_BY_AWS_BACKUP = "aws_backup_recovery_point_arn"
"""moto answers an attribute of this name as AwsBackupRecoveryPointArn."""


def window(source: Any) -> tuple[datetime, datetime] | None:
    """The oldest and the latest moment to which an instance or a cluster can be restored; None if it has no
    automated backups."""
    days = int(source.backup_retention_period or 0)
    if not days:
        return None
    now = clock.now()
    since: datetime = source.__dict__.get(_SINCE) or source.created.replace(tzinfo=UTC)
    oldest = max(since, now - timedelta(days=days))
    return oldest, max(oldest, now - LAG)


def take_over(source: Any, point_arn: str, days: int) -> None:
    """Have AWS Backup's continuous backup say how many days an instance or a cluster is backed up for."""
    source.__dict__[_BY_AWS_BACKUP] = point_arn
    source.backup_retention_period = days


def give_back(source: Any) -> None:
    """Have whoever owns an instance or a cluster say so again, beginning with how it is."""
    source.__dict__.pop(_BY_AWS_BACKUP, None)


def install() -> None:
    """Have moto's RDS restore to moments."""
    from moto.rds import models

    backend: Any = models.RDSBackend
    instance: Any = models.DBInstance
    cluster: Any = models.DBCluster
    period = instance.backup_retention_period
    instance.backup_retention_period = property(period.fget, _dating(period.fset))
    cluster.backup_retention_period = property(
        lambda self: self.__dict__.get(_PERIOD), _dating(lambda self, days: setattr(self, _PERIOD, days))
    )
    instance.latest_restorable_time = cluster.latest_restorable_time = property(_latest)
    cluster.earliest_restorable_time = property(_earliest, lambda *_: None)
    backend.restore_db_instance_to_point_in_time = _restoring(backend.restore_db_instance_to_point_in_time)
    backend.restore_db_cluster_to_point_in_time = _checking(backend.restore_db_cluster_to_point_in_time)
    backend.modify_db_instance = _modifying_instance(backend.modify_db_instance)
    backend.modify_db_cluster = _modifying_cluster(backend.modify_db_cluster)


def _dating(write: Callable[[Any, Any], None]) -> Callable[[Any, Any], None]:
    """Automated backups that are turned on begin then, and a longer period brings nothing back."""

    def change(self: Any, days: Any) -> None:
        before = window(self) if days and self.__dict__.get(_PERIOD) else None
        self.__dict__[_SINCE] = before[0] if before else clock.now()
        write(self, days)

    return change


def _modifying_instance(modify: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(modify)
    def modified(self: Any, db_instance_identifier: str, db_kwargs: dict[str, Any]) -> Any:
        source = self.databases.get(db_instance_identifier)
        _require_own(source, db_kwargs.get("backup_retention_period"))
        return modify(self, db_instance_identifier, db_kwargs)

    return modified


def _modifying_cluster(modify: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(modify)
    def modified(self: Any, kwargs: dict[str, Any]) -> Any:
        source = self.clusters.get(kwargs["db_cluster_identifier"])
        _require_own(source, kwargs.get("backup_retention_period"))
        return modify(self, kwargs)

    return modified


def _require_own(source: Any, days: Any) -> None:
    """:raises InvalidParameterValue: the period is to be changed of what AWS Backup backs up continuously."""
    from moto.rds.exceptions import InvalidParameterValue

    point_arn = source.__dict__.get(_BY_AWS_BACKUP) if source is not None else None
    if point_arn and days is not None and int(days) != int(source.backup_retention_period):
        raise InvalidParameterValue(
            f"It is associated with the following AwsBackupRecoveryPointArn: {point_arn}. The "
            "BackupRetentionPeriod can be blank, or you can use the current value, "
            f"{source.backup_retention_period}. For more details, see the AWS Backup documentation."
        )


def _latest(source: Any) -> datetime | None:
    restorable = window(source)
    return restorable[1].replace(tzinfo=None) if restorable else None


def _earliest(source: Any) -> datetime | None:
    restorable = window(source)
    return restorable[0].replace(tzinfo=None) if restorable else None


def _restoring(restore: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(restore)
    def restored(self: Any, source_name: str | None, target_name: str, given: Any) -> Any:
        from moto.rds.exceptions import DBInstanceAlreadyExists

        source = _source(self, source_name, given.get("SourceDbiResourceId"))
        moment = _moment(source, given.get("RestoreTime"), latest=given.get("UseLatestRestorableTime"))
        if target_name in self.databases:
            raise DBInstanceAlreadyExists
        given[instances.ORIGIN] = instances.as_of(source, moment)
        made = restore(self, source.db_instance_identifier, target_name, given)
        # moto takes the source for that of a replica, and takes over what RDS does not unless it is told to.
        made.source_db_instance_identifier = None
        made.multi_az = bool(given.get("MultiAZ"))
        made.deletion_protection = bool(given.get("DeletionProtection"))
        if given.get("PubliclyAccessible") is not None:
            made.publicly_accessible = given["PubliclyAccessible"]
        return made

    return restored


def _source(backend: Any, name: str | None, resource_id: str | None) -> Any:
    from moto.rds.exceptions import DBInstanceNotFoundError

    if not name and not resource_id:
        raise NotImplementedByEmulator("The emulator keeps no automated backups of deleted DB instances")
    for each in backend.databases.values():
        if (name and name.rpartition(":")[2] == each.db_instance_identifier) or (
            resource_id and resource_id == each.dbi_resource_id
        ):
            return each
    raise DBInstanceNotFoundError(str(name or resource_id))


def _checking(restore: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(restore)
    def restored(self: Any, **given: Any) -> Any:
        source = self.clusters.get(given["source_db_cluster_identifier"].rpartition(":")[2])
        # moto itself refuses a source that does not exist, and a clone of a moment.
        if source is not None and given.get("restore_type") != "copy-on-write":
            latest = given.get("use_latest_restorable_time")
            _moment(source, given.get("restore_to_time"), latest=latest)
        return restore(self, **given)

    return restored


def _moment(source: Any, asked: datetime | None, *, latest: bool | None) -> datetime:
    """The moment that a request asks for.

    Which code refuses a moment outside the restorable times is not documented.
    """
    from moto.rds.exceptions import InvalidParameterCombination, InvalidParameterValue, RDSClientError

    restorable = window(source)
    if restorable is None:
        raise RDSClientError(
            "PointInTimeRestoreNotEnabled", "Automated backups are not enabled: BackupRetentionPeriod is 0"
        )
    if (asked is None) == (not latest):
        raise InvalidParameterCombination("Give either a time to restore to or UseLatestRestorableTime")
    if asked is None:
        return restorable[1]
    moment = asked if asked.tzinfo else asked.replace(tzinfo=UTC)
    if not restorable[0] <= moment <= restorable[1]:
        raise InvalidParameterValue(
            f"The time to restore to must be between {restorable[0].isoformat()} and "
            f"{restorable[1].isoformat()}"
        )
    return moment
