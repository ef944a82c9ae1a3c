"""DB instances restored to a moment by RDS itself, out of its automated backups."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from tierkeep.aws import UnitSession
from tierkeep.drill.checks import Sheet
from tierkeep.drill.choosing import pick_moment
from tierkeep.drill.errors import CannotVerifyError, NothingToRestoreError
from tierkeep.drill.kinds.db_instance import describe, tag_list
from tierkeep.drill.makers import DB_INSTANCE_TO_A_MOMENT
from tierkeep.drill.reading import database_contents
from tierkeep.drill.restorers import databases
from tierkeep.drill.restorers.base import Choice, Point
from tierkeep.drill.restorers.rds import RdsRestorer
from tierkeep.drill.scope import Method, Scope
from tierkeep.drill.thing import name_of, properties

_BEFORE_LATEST = timedelta(seconds=1)
"""A moment has to lie before the latest (API reference of RestoreDBInstanceToPointInTime, RestoreTime)."""
_SINCE_CHANGED = ("size",)
"""What the source may have got since the moment, and what RDS tells of the source as it is now only."""


class RdsToAMoment(RdsRestorer):
    """A DB instance as it was at a moment, restored into a new one in one zone of the isolated network."""

    method = Method.PITR
    title = "DB instances by their point-in-time recovery"
    maker = DB_INSTANCE_TO_A_MOMENT.name
    choosing_calls = (
        "rds:DescribeDBInstances",
        "rds:DescribeDBInstanceAutomatedBackups",
    )
    not_checked = (
        "key management: point-in-time recovery keeps the instance's own encryption, which no tier chooses",
        "version and size: RDS tells those of the source as they are now, not as they were",
        *databases.NOT_CHECKED,
    )

    def sheets(self, scope: Scope) -> tuple[Sheet, Sheet]:
        """The checks of DB instances that can be known of a moment."""
        titles = {each: title for each, title in databases.TITLES.items() if each not in _SINCE_CHANGED}
        return databases.sheet(titles), database_contents.SHEET

    def choose(self, session: UnitSession, scope: Scope) -> Choice:
        """A moment of the DB instance that the user names, and where it has to be restored to."""
        databases.isolation(scope)
        if scope.resource_arn is None:
            raise CannotVerifyError(
                "which DB instance? Point-in-time recovery restores one of them; name it with --resource ARN"
            )
        source = _source(session, scope, scope.resource_arn)
        oldest, newest = _span(session, scope, source)
        point = Point(
            arn=scope.resource_arn,
            resource_arn=scope.resource_arn,
            created=pick_moment(oldest, newest, scope.point),
            size_bytes=None,
            encrypted=source.get("StorageEncrypted", False),
            key_arn=source.get("KmsKeyId"),
        )
        return Choice(
            point=point,
            wish=str(scope.point),
            out_of=None,
            newest=newest,
            parameters=tuple(sorted(_as_the_source(source).items())),
            properties=properties(engine=source["Engine"], version=None, size_gib=None),
        )

    def request(
        self, scope: Scope, choice: Choice, *, drill_id: str, tags: Mapping[str, str]
    ) -> dict[str, Any]:
        """A restore into a DB instance of the drill's name, with its tags from birth."""
        where = databases.isolation(scope)
        return {
            **dict(choice.parameters),
            "SourceDBInstanceIdentifier": name_of(choice.point.arn),
            "TargetDBInstanceIdentifier": databases.restored_name(drill_id),
            "RestoreTime": choice.point.created.isoformat(),
            "DBSubnetGroupName": where.db_subnet_group,
            "VpcSecurityGroupIds": [where.security_group_id],
            "MultiAZ": False,
            "PubliclyAccessible": False,
            "DeletionProtection": False,
            "Tags": tag_list(tags),
        }

    def explain_restore(self, scope: Scope, choice: Choice) -> str:
        """Where to, as of when."""
        name, group = databases.restored_name("DRILL"), databases.isolation(scope).db_subnet_group
        moment = choice.point.created.isoformat()
        return f"into a new DB instance {name} in subnet group {group}, as it was at {moment}"


def _source(session: UnitSession, scope: Scope, arn: str) -> dict[str, Any]:
    """The DB instance whose past it is. Raises `NothingToRestoreError`, `CannotVerifyError`, `AwsError`."""
    found = describe(session, name_of(arn))
    if found is None or found["DBInstanceArn"] != arn:
        raise NothingToRestoreError(
            f"RDS in {scope.unit} has no DB instance {arn}; what it has kept of one that was deleted, this "
            "version does not restore"
        )
    if found.get("DBClusterIdentifier"):
        raise CannotVerifyError(
            f"{arn} is an instance of cluster {found['DBClusterIdentifier']}: its past is the cluster's, "
            "which this version restores from recovery points only"
        )
    return found


def _span(session: UnitSession, scope: Scope, source: Mapping[str, Any]) -> tuple[datetime, datetime]:
    """The oldest and newest moment that can be restored. Raises `NothingToRestoreError` and `AwsError`."""
    name = source["DBInstanceIdentifier"]
    backups = session.pages(
        "rds",
        "describe_db_instance_automated_backups",
        "DBInstanceAutomatedBackups",
        DBInstanceIdentifier=name,
    )
    latest = source.get("LatestRestorableTime")
    windows = [each["RestoreWindow"] for each in backups if each.get("RestoreWindow")]
    earliest = min((each["EarliestTime"] for each in windows), default=None)
    if latest is None or earliest is None:
        raise NothingToRestoreError(
            f"DB instance {name} in {scope.unit} has no automated backups: no moment of it can be restored"
        )
    return earliest, max(earliest, latest - _BEFORE_LATEST)


def _as_the_source(source: Mapping[str, Any]) -> dict[str, str]:
    """What RDS would not take over from the source (RestoreDBInstanceToPointInTime)."""
    groups = [each["DBParameterGroupName"] for each in source.get("DBParameterGroups", ())]
    return {"DBParameterGroupName": groups[0]} if groups else {}
