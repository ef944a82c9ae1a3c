"""DynamoDB tables restored to a moment by DynamoDB itself."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from datetime import datetime
from typing import Any

from tierkeep.aws import AwsError, UnitSession
from tierkeep.desired.model import ResourceType
from tierkeep.drill.assertions.reach import Reach
from tierkeep.drill.checks import Check, Read, Sheet, attempt
from tierkeep.drill.choosing import pick_moment
from tierkeep.drill.errors import CannotVerifyError, NothingToRestoreError
from tierkeep.drill.kinds.table import NAME as TABLE
from tierkeep.drill.kinds.table import describe
from tierkeep.drill.makers import POINT_IN_TIME
from tierkeep.drill.reading import table_contents
from tierkeep.drill.restorers import table_reach, tables
from tierkeep.drill.restorers.base import Bench, Choice, Point, Restorer
from tierkeep.drill.restorers.table_reach import TableReach
from tierkeep.drill.scope import Method, Scope
from tierkeep.drill.thing import name_of


class DynamoDbToAMoment(Restorer):
    """A table as it was at a moment, restored into a new table with the settings that its source has now."""

    method = Method.PITR
    resource_type = ResourceType.DYNAMODB
    title = "DynamoDB tables by their point-in-time recovery"
    maker = POINT_IN_TIME.name
    kind = TABLE
    helpers = ()
    choosing_calls = ("dynamodb:DescribeTable", "dynamodb:DescribeContinuousBackups")
    checking_calls = tables.CHECKING_CALLS
    reading_calls = table_contents.CALLS
    reaching_calls = table_reach.CALLS
    not_checked = (
        "key management: point-in-time recovery keeps the table's own encryption, which no tier chooses",
        *tables.NOT_CHECKED,
    )

    def sheets(self, scope: Scope) -> tuple[Sheet, Sheet]:
        """The checks of tables."""
        return tables.sheet(tables.TITLES), table_contents.SHEET

    def choose(self, session: UnitSession, scope: Scope) -> Choice:
        """A moment of the table that the user names: DynamoDB keeps no list of what can be restored."""
        if scope.resource_arn is None:
            raise CannotVerifyError(
                "which table? Point-in-time recovery has no list of what it can restore; name a table with "
                "--resource ARN"
            )
        found = describe(session, name_of(scope.resource_arn))
        if found is None or found["TableArn"] != scope.resource_arn:
            raise NothingToRestoreError(
                f"DynamoDB in {scope.unit} has no table {scope.resource_arn}; the past of a table that was "
                "deleted is in its system backup, which this version does not restore"
            )
        oldest, newest = _span(session, scope.resource_arn, scope)
        point = Point(
            arn=scope.resource_arn,
            resource_arn=scope.resource_arn,
            created=pick_moment(oldest, newest, scope.point),
            size_bytes=found.get("TableSizeBytes"),
            encrypted=True,
            key_arn=(found.get("SSEDescription") or {}).get("KMSMasterKeyArn"),
        )
        return Choice(point=point, wish=str(scope.point), out_of=None, newest=newest)

    def request(
        self, scope: Scope, choice: Choice, *, drill_id: str, tags: Mapping[str, str]
    ) -> dict[str, Any]:
        """A restore into a table of the drill's name, by which it is known again; DynamoDB takes no tags."""
        return {
            "SourceTableArn": choice.point.arn,
            "TargetTableName": tables.restored_name(drill_id),
            "RestoreDateTime": choice.point.created.isoformat(),
        }

    def explain_restore(self, scope: Scope, choice: Choice) -> str:
        """Where to, as of when."""
        name = tables.restored_name("DRILL")
        return f"into a new table {name}, as it was at {choice.point.created.isoformat()}"

    def explain_check(self, scope: Scope, choice: Choice) -> str:
        """State, use, key."""
        return f"active, used by nobody, key as of the source: {choice.point.key_arn or tables.DEFAULT_KEY}"

    def explain_read(self, scope: Scope, choice: Choice) -> str:
        """As of every table."""
        return table_contents.EXPLAINED

    def check(self, bench: Bench) -> tuple[Check, ...]:
        """The table, against the source's key as it is now."""
        of, _ = self.sheets(bench.scope)
        return tables.check(bench, of, key=_key_of_source(bench))

    def read(self, bench: Bench) -> tuple[Check, ...]:
        """As of every table."""
        return table_contents.read(bench)

    def reach(self, bench: Bench) -> AbstractContextManager[Reach]:
        """Its items, by PartiQL."""
        return nullcontext(TableReach(what=self.title, bench=bench, deadline=bench.deadline()))


def _key_of_source(bench: Bench) -> Read[str]:
    found = attempt(lambda: describe(bench.session, name_of(bench.choice.point.arn)))
    if isinstance(found, AwsError):
        return found
    return ((found or {}).get("SSEDescription") or {}).get("KMSMasterKeyArn") or tables.DEFAULT_KEY


def _span(session: UnitSession, table_arn: str, scope: Scope) -> tuple[datetime, datetime]:
    """The oldest and newest moment that can be restored. Raises `NothingToRestoreError` and `AwsError`."""
    answer = session.call("dynamodb", "describe_continuous_backups", TableName=name_of(table_arn))
    described = answer["ContinuousBackupsDescription"].get("PointInTimeRecoveryDescription") or {}
    if described.get("PointInTimeRecoveryStatus") != "ENABLED":
        raise NothingToRestoreError(
            f"point-in-time recovery of {table_arn} in {scope.unit} is off: no moment can be restored"
        )
    return described["EarliestRestorableDateTime"], described["LatestRestorableDateTime"]
