"""What the judge hands back: findings, what it could not determine, and a verdict on each check."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

from tierkeep.desired.model import UnitId
from tierkeep.validate.difference import Kind
from tierkeep.validate.unread import Unread

Value: TypeAlias = str | int | bool | tuple[str, ...] | None
"""A field's value as it is reported; None is "not set", or "absent" where something is missing."""


class Severity(StrEnum):
    """How bad a finding is; the worst first."""

    CRITICAL = "critical"
    """Recovery points are lost, or none are made."""
    HIGH = "high"
    """A promise of the tier is not kept."""
    MEDIUM = "medium"
    """It costs, or weakens what is promised."""
    LOW = "low"
    """Nothing is lost by it."""

    @property
    def rank(self) -> int:
        """0 for the worst."""
        return list(Severity).index(self)


class Verdict(StrEnum):
    """What can be said of a check in a unit. FAIL is certain, whatever else could not be read."""

    PASS = "PASS"  # noqa: S105  # a verdict, no password
    FAIL = "FAIL"
    UNKNOWN = "UNKNOWN"


@dataclass(frozen=True, kw_only=True, slots=True)
class Resource:
    """A thing in AWS that a finding is about."""

    type: str
    name: str
    arn: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Finding:
    """One field of one resource that is not as the catalog says."""

    check: str
    severity: Severity
    kind: Kind
    unit: UnitId
    resource: Resource
    field: str
    """Such as `rules[daily].lifecycle.delete_after_days`; `existence` for the resource itself."""
    expected: Value
    actual: Value
    risk: str
    remedy: str
    origin: str
    """The catalog path that asked for it, dotted."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Unknown:
    """What a check needed and could not read. `resource` is None where a whole listing is missing."""

    check: str
    unit: UnitId
    resource: Resource | None
    field: str
    cause: Unread


@dataclass(frozen=True, kw_only=True, slots=True)
class UnitResult:
    """All that was found out about one unit: findings worst first, and a verdict on each check by its id."""

    unit: UnitId
    account_id: str
    findings: tuple[Finding, ...]
    unknowns: tuple[Unknown, ...]
    verdicts: Mapping[str, Verdict]

    @property
    def verdict(self) -> Verdict:
        """The verdict on the whole unit; what is unknown outranks what is known to fail."""
        if self.unknowns:
            return Verdict.UNKNOWN
        return Verdict.FAIL if self.findings else Verdict.PASS


def overall(results: Iterable[UnitResult]) -> Verdict:
    """The verdict on all of them; what is unknown outranks what is known to fail."""
    verdicts = {result.verdict for result in results}
    return next((verdict for verdict in (Verdict.UNKNOWN, Verdict.FAIL) if verdict in verdicts), Verdict.PASS)
