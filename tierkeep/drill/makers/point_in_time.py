"""Tables restored to a moment by DynamoDB, known again by the name that only the drill can have given."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from tierkeep.aws import UnitSession
from tierkeep.drill.kinds.table import describe
from tierkeep.drill.makers.base import Candidate, Maker, Progress
from tierkeep.drill.record import Making

_NOT_DONE = frozenset(
    {
        "InvalidRestoreTimeException",
        "PointInTimeRecoveryUnavailableException",
        "TableNotFoundException",
        "ValidationException",
    }
)
"""Answers after which DynamoDB has certainly made nothing (API reference of RestoreTableToPointInTime). Not
TableAlreadyExistsException: a request that was sent twice would be refused so too."""


class PointInTimeMaker(Maker):
    """RestoreTableToPointInTime. It takes no tags."""

    name = "dynamodb:RestoreTableToPointInTime"
    calls = ("dynamodb:RestoreTableToPointInTime", "dynamodb:DescribeTable")
    tags_at_birth = False
    confirmed_by_repeating = False

    def ask(self, session: UnitSession, request: dict[str, Any]) -> str:
        """The ARN of the new table."""
        answer = session.call("dynamodb", "restore_table_to_point_in_time", **_with_moment(request))
        return str(answer["TableDescription"]["TableArn"])

    def not_done(self, code: str) -> bool:
        """Errors of what was asked for."""
        return code in _NOT_DONE

    def progress(self, session: UnitSession, making: Making, handle: str) -> Progress:
        """DynamoDB answers with the table; whether that is ready is read from it."""
        found = describe(session, making.request["TargetTableName"])
        status = found["TableStatus"] if found else "not visible yet"
        return Progress(
            arn=handle,
            ended=found is not None and status != "CREATING",
            failed=False,
            text=f"table {making.request['TargetTableName']} is {status}",
            restored_from=_restored_from(found),
        )

    def candidates(self, session: UnitSession, making: Making, foreign: frozenset[str]) -> list[Candidate]:
        """The table of that name, unless DynamoDB says that it was restored from another."""
        found = describe(session, making.request["TargetTableName"])
        if found is None or _restored_from(found) not in (None, making.request["SourceTableArn"]):
            return []
        text = f"{found['TableArn']} ({found['TableStatus']})"
        return [Candidate(handle=found["TableArn"], text=text, leaves_something=True)]

    def trail(self, request: dict[str, Any]) -> str:
        """By its name."""
        return f"RestoreTableToPointInTime with targetTableName {request['TargetTableName']}"


def _restored_from(found: dict[str, Any] | None) -> str | None:
    return ((found or {}).get("RestoreSummary") or {}).get("SourceTableArn")


def _with_moment(request: dict[str, Any]) -> dict[str, Any]:
    """The request with its moment as boto3 takes it: a journal keeps it as text."""
    return {**request, "RestoreDateTime": datetime.fromisoformat(request["RestoreDateTime"])}
