"""A drill as pages and runbooks speak of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from tierkeep.drill.errors import Outcome
from tierkeep.report.drilled.document import EvidenceDocument, Objective


class Kind(NamedTuple):
    """Drills whose times can be compared: of the same tier, place and type, by the same backups."""

    tier: str
    unit: str
    resource_type: str
    method: str

    def __str__(self) -> str:
        by = METHODS.get(self.method, self.method)
        return f"{self.resource_type} of tier {self.tier} in {self.unit}, by {by}"


METHODS = {
    "backup": "AWS Backup",
    "dlm": "Data Lifecycle Manager",
    "pitr": "point-in-time recovery",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Drill:
    """One drill, by its evidence."""

    file: str
    """The name of its document."""
    document: EvidenceDocument

    @property
    def id(self) -> str:
        """By which it is known everywhere."""
        return self.document.identity.drill_id

    @property
    def kind(self) -> Kind:
        """What its times can be compared with."""
        scope = self.document.scope
        return Kind(scope.tier, scope.unit, scope.resource_type, scope.method)

    @property
    def resource(self) -> str | None:
        """The ARN of what was drilled; None where the drill never came to a resource."""
        source = self.document.source
        return source.resource_arn if source else self.document.scope.resource_asked_for

    @property
    def ended(self) -> datetime:
        """When it was over."""
        return datetime.fromisoformat(self.document.times.ended)

    @property
    def passed(self) -> bool:
        """Whether it proved that the backup can be restored."""
        return self.document.outcome.result is Outcome.PASS

    @property
    def climbed(self) -> str | None:
        """The highest rung that it reached."""
        return self.document.ladder.climbed

    def objective(self, name: str) -> Objective | None:
        """RTO or RPO as measured, if the document has it."""
        return next((each for each in self.document.times.objectives if each.name == name), None)

    def seconds(self, name: str) -> float | None:
        """The measured RTO or RPO; None where it was not measured."""
        found = self.objective(name)
        return found.actual_seconds if found else None


def in_order(drills: tuple[Drill, ...]) -> tuple[Drill, ...]:
    """The oldest first; of the same instant, by id."""
    return tuple(sorted(drills, key=lambda each: (each.ended, each.id)))
