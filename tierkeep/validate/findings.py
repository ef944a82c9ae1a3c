"""What the judge hands back: findings, what it could not determine, and a verdict on each check."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256
from typing import NamedTuple, TypeAlias

from tierkeep.desired.model import UnitId, Waiver
from tierkeep.validate.check import Check
from tierkeep.validate.difference import Kind
from tierkeep.validate.severity import Severity
from tierkeep.validate.unread import Unread

__all__ = [
    "Finding",
    "Identity",
    "Resource",
    "Severity",
    "Standing",
    "UnitResult",
    "Unknown",
    "Value",
    "Verdict",
    "overall",
    "verdict_of",
    "verdicts",
]

Value: TypeAlias = str | int | bool | tuple[str, ...] | None
"""A field's value as it is reported; None is "not set", or "absent" where something is missing."""


class Verdict(StrEnum):
    """What can be said of a check in a unit. FAIL is certain, whatever else could not be read."""

    PASS = "PASS"  # noqa: S105  # a verdict, no password
    FAIL = "FAIL"
    UNKNOWN = "UNKNOWN"
    WAIVED = "WAIVED"
    """It falls short, and each of its findings is waived by the catalog or known from the baseline."""


class Standing(StrEnum):
    """Whether a finding fails its check."""

    OPEN = "open"
    """It does."""
    KNOWN = "known"
    """It does not: the baseline has it already."""
    WAIVED = "waived"
    """It does not: the catalog waives it."""


class Identity(NamedTuple):
    """What makes two findings of different runs the same one: where they are, not the values found there."""

    unit: str
    check: str
    resource_type: str
    resource_name: str
    field: str

    def __str__(self) -> str:
        return f"{self.unit}: {self.check}: {self.resource_type} {self.resource_name}: {self.field}"

    @property
    def fingerprint(self) -> str:
        """The same for the same finding in every run, in hexadecimal."""
        return sha256("\n".join(self).encode()).hexdigest()


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
    waiver: Waiver | None = None
    """What waives it, if anything does."""
    known: bool = False
    """Whether the baseline has it."""

    @property
    def standing(self) -> Standing:
        """Whether it fails its check."""
        if self.waiver:
            return Standing.WAIVED
        return Standing.KNOWN if self.known else Standing.OPEN

    @property
    def identity(self) -> Identity:
        """By which other runs know it."""
        return Identity(str(self.unit), self.check, self.resource.type, self.resource.name, self.field)


@dataclass(frozen=True, kw_only=True, slots=True)
class Unknown:
    """What a check needed and could not read. `resource` is None where a whole listing is missing."""

    check: str
    unit: UnitId
    resource: Resource | None
    field: str
    cause: Unread
    origin: str = ""
    """The catalog path of the resource, dotted, where it is known."""

    @property
    def identity(self) -> Identity:
        """By which other runs know it; without a resource where a whole listing is missing."""
        about = (self.resource.type, self.resource.name) if self.resource else ("", "")
        return Identity(str(self.unit), self.check, *about, self.field)


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
        return Verdict.UNKNOWN if self.unknowns else verdict_of(self.findings, ())


def verdict_of(findings: Iterable[Finding], unknowns: Iterable[Unknown]) -> Verdict:
    """The verdict on a check that has these; what is known to fail outranks what is unknown."""
    standings = {finding.standing for finding in findings}
    if Standing.OPEN in standings:
        return Verdict.FAIL
    if any(True for _ in unknowns):
        return Verdict.UNKNOWN
    return Verdict.WAIVED if standings else Verdict.PASS


def verdicts(
    checks: Iterable[Check], findings: Iterable[Finding], unknowns: Iterable[Unknown]
) -> dict[str, Verdict]:
    """The verdict on each of the checks, by its id, of a unit that has these."""
    found: dict[str, list[Finding]] = {}
    unread: dict[str, list[Unknown]] = {}
    for finding in findings:
        found.setdefault(finding.check, []).append(finding)
    for unknown in unknowns:
        unread.setdefault(unknown.check, []).append(unknown)
    return {check.id: verdict_of(found.get(check.id, ()), unread.get(check.id, ())) for check in checks}


def overall(results: Iterable[UnitResult]) -> Verdict:
    """The verdict on all of them; what is unknown outranks what is known to fail."""
    verdicts = {result.verdict for result in results}
    ranked = (Verdict.UNKNOWN, Verdict.FAIL, Verdict.WAIVED)
    return next((verdict for verdict in ranked if verdict in verdicts), Verdict.PASS)
