"""What judges what is stored, record by record, and the least that there is to say of it: was it all read?"""

from collections.abc import Mapping
from datetime import datetime
from typing import Protocol, TypeAlias

from tierkeep.desired.model import DesiredState, DesiredUnit
from tierkeep.desired.selecting import OptIn
from tierkeep.validate.checks import STORED
from tierkeep.validate.findings import Finding, Resource, Unknown
from tierkeep.validate.observed import ObservedUnit
from tierkeep.validate.stored.records import Incomplete, PlanVersion, Record
from tierkeep.validate.unread import Unread

PlanVersions: TypeAlias = Mapping[str, PlanVersion | Unread]


class StoredJudge(Protocol):
    """A fold over the records of a unit: it sees each once, and keeps what it needs of them."""

    def see(self, record: Record) -> None:
        """The next record."""

    def outcomes(self) -> list[Finding | Unknown]:
        """What is to be said when the stream has ended."""


class MakeJudge(Protocol):
    """How a judge of a unit is made."""

    def __call__(
        self,
        state: DesiredState,
        unit: DesiredUnit,
        observed: ObservedUnit,
        at: datetime,
        plan_versions: PlanVersions,
        /,
        *,
        jobs_since: datetime,
        opted_in: OptIn | Unread,
    ) -> StoredJudge:
        """`at` is the moment that it judges at; jobs were read since `jobs_since`."""


class Completeness:
    """Says which listings could not be read to their end, and why."""

    def __init__(self, _: DesiredState, unit: DesiredUnit, *__: object, **___: object) -> None:
        self._unit = unit.id
        self._unread: list[Unknown] = []

    def see(self, record: Record) -> None:
        """The next record."""
        if isinstance(record, Incomplete):
            listing = Resource(type=STORED.resource_type, name=record.stream, arn=None)
            self._unread.append(
                Unknown(
                    check=STORED.id, unit=self._unit, resource=listing, field="records", cause=record.cause
                )
            )

    def outcomes(self) -> list[Finding | Unknown]:
        """One for each such listing."""
        return list(self._unread)
