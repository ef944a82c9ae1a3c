"""What a judge of what is stored is: records go in one by one, and findings come out at the end."""

from collections.abc import Mapping
from datetime import datetime
from typing import Protocol, TypeAlias

from tierkeep.desired.model import DesiredState, DesiredUnit
from tierkeep.desired.selecting import OptIn
from tierkeep.validate.findings import Finding, Unknown
from tierkeep.validate.observed import ObservedUnit
from tierkeep.validate.stored.records import PlanVersion, Record
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
