"""DB instances that RDS makes on request: restored to a moment, or besides a restored cluster.

RDS takes no token. What tells a drill's instance apart is its name, which only the drill can have given and
which the journal holds before, together with the drill's tag, which it has from birth.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from tierkeep.aws import UnitSession
from tierkeep.drill.guard import DRILL_TAG
from tierkeep.drill.kinds.db_instance import describe
from tierkeep.drill.makers.base import Candidate, Maker, Progress
from tierkeep.drill.record import Making

_NOT_DONE = frozenset(
    {
        "AuthorizationNotFound",
        "DBClusterNotFoundFault",
        "DBInstanceNotFound",
        "DBParameterGroupNotFound",
        "DBSubnetGroupDoesNotCoverEnoughAZs",
        "DBSubnetGroupNotFoundFault",
        "InvalidDBClusterStateFault",
        "InvalidDBInstanceState",
        "InvalidParameterCombination",
        "InvalidParameterValue",
        "InvalidRestoreFault",
        "InvalidSubnet",
        "InvalidVPCNetworkStateFault",
        "KMSKeyNotAccessibleFault",
        "MissingParameter",
        "OptionGroupNotFoundFault",
        "PointInTimeRestoreNotEnabled",
        "StorageTypeNotSupported",
    }
)
"""Answers after which RDS has certainly made nothing (API reference of CreateDBInstance and
RestoreDBInstanceToPointInTime). Not DBInstanceAlreadyExists: a request that was sent twice would be refused
so too. Not those of quotas, which say nothing of a request that was sent more than once."""


class DbInstanceMaker(Maker):
    """A request that makes a DB instance of a name that it gives."""

    tags_at_birth = True
    confirmed_by_repeating = False

    def __init__(self, *, operation: str, called: str, name_key: str) -> None:
        self.name = f"rds:{called}"
        self.calls = (self.name, "rds:DescribeDBInstances")
        self._operation, self._called, self._name_key = operation, called, name_key

    def ask(self, session: UnitSession, request: dict[str, Any]) -> str:
        """The ARN of the new instance."""
        answer = session.call("rds", self._operation, **_with_moment(request))
        return str(answer["DBInstance"]["DBInstanceArn"])

    def not_done(self, code: str) -> bool:
        """Errors of what was asked for."""
        return code in _NOT_DONE

    def progress(self, session: UnitSession, making: Making, handle: str) -> Progress:
        """RDS answers with the instance; whether that is ready is read from it."""
        name = making.request[self._name_key]
        found = describe(session, name)
        status = found["DBInstanceStatus"] if found else "not visible yet"
        return Progress(
            arn=handle,
            ended=found is not None and status != "creating",
            failed=False,
            text=f"DB instance {name} is {status}",
        )

    def candidates(self, session: UnitSession, making: Making, foreign: frozenset[str]) -> list[Candidate]:
        """The instance of that name, if it has the drill's tag, without which RDS does not make it."""
        found = describe(session, making.request[self._name_key])
        if found is None or _drill_of(found.get("TagList", ())) != _drill_of(making.request["Tags"]):
            return []
        text = f"{found['DBInstanceArn']} ({found['DBInstanceStatus']})"
        return [Candidate(handle=found["DBInstanceArn"], text=text, leaves_something=True)]

    def trail(self, request: dict[str, Any]) -> str:
        """By its name."""
        name_key = self._name_key[0].lower() + self._name_key[1:]
        return f"{self._called} with {name_key} {request[self._name_key]}"


def _drill_of(tags: Any) -> str | None:
    return {tag["Key"]: tag["Value"] for tag in tags}.get(DRILL_TAG)


def _with_moment(request: dict[str, Any]) -> dict[str, Any]:
    """The request with its moment, if it has one, as boto3 takes it: a journal keeps it as text."""
    if "RestoreTime" not in request:
        return request
    return {**request, "RestoreTime": datetime.fromisoformat(request["RestoreTime"])}
