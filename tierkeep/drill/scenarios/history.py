"""What earlier drills have shown, by their evidence: what was drilled when, and how long it took."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, TypeAlias

from tierkeep.drill.errors import Outcome

Subject: TypeAlias = tuple[str, str, str]
"""What is proven: the resource's ARN, where its backup lies (ACCOUNT/REGION), and whose backup it is."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Past:
    """One drill of the past."""

    drill_id: str
    subject: Subject
    resource_type: str
    outcome: Outcome
    ended: datetime
    seconds: float

    @property
    def answered(self) -> bool:
        """Whether it said yes or no: what could not be verified has still to be drilled."""
        return self.outcome is not Outcome.COULD_NOT_VERIFY


@dataclass(frozen=True, kw_only=True, slots=True)
class History:
    """The drills of an evidence folder."""

    drills: tuple[Past, ...] = ()
    unreadable: tuple[str, ...] = ()
    """Documents that could not be read, with why: what they proved counts as never drilled."""

    def proven(self) -> dict[Subject, datetime]:
        """When each was last drilled to an answer."""
        latest: dict[Subject, datetime] = {}
        for each in self.drills:
            if each.answered and each.ended >= latest.get(each.subject, each.ended):
                latest[each.subject] = each.ended
        return latest

    def seconds(self, subject: Subject, resource_type: str) -> float | None:
        """How long the last drill of it took, or the longest of its type; None if there was none."""
        answered = sorted((each for each in self.drills if each.answered), key=lambda each: each.ended)
        same = [each.seconds for each in answered if each.subject == subject]
        if same:
            return same[-1]
        alike = (
            each.seconds
            for each in answered
            if (each.resource_type, each.subject[2]) == (resource_type, subject[2])
        )
        return max(alike, default=None)


def read_history(directory: Path) -> History:
    """The evidence of a folder; of none that is not there. Raises OSError if a file cannot be opened."""
    drills, unreadable = list[Past](), list[str]()
    for path in sorted(directory.glob("drill-*.json")):
        try:
            past = _past(json.loads(path.read_text(encoding="utf-8")))
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            unreadable.append(f"{path.name}: {error!r}")
            continue
        if past is not None:
            drills.append(past)
    return History(drills=tuple(drills), unreadable=tuple(unreadable))


def _past(evidence: Mapping[str, Any]) -> Past | None:
    """None for a drill that never came to a resource."""
    scope, source = evidence["scope"], evidence["source"]
    resource = source["resource_arn"] if source else scope["resource_asked_for"]
    if resource is None:
        return None
    times = evidence["times"]
    ended = datetime.fromisoformat(times["ended"])
    took: timedelta = ended - datetime.fromisoformat(times["started"])
    return Past(
        drill_id=evidence["identity"]["drill_id"],
        subject=(resource, scope["unit"], scope["method"]),
        resource_type=scope["resource_type"],
        outcome=Outcome(evidence["outcome"]["result"]),
        ended=ended,
        seconds=took.total_seconds(),
    )
