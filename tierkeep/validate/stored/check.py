"""What a check of the stored state is, and where its outcomes are gathered.

A hundred thousand recovery points may share one fault. So what is found of single points is counted by
resource, place and field: one finding names the first of them and says how many more there are.
"""

from collections.abc import Hashable
from dataclasses import dataclass, field, replace

from tierkeep.desired.model import Origin, UnitId
from tierkeep.validate.check import Check
from tierkeep.validate.difference import Kind
from tierkeep.validate.findings import Finding, Resource, Unknown, Value
from tierkeep.validate.unread import Unread

PART = "part of the records"
"""The type of resource of what is unknown since a part of the stream is not whole."""


@dataclass(frozen=True, kw_only=True, slots=True)
class StoredCheck:
    """A check, and what has to be read for it."""

    check: Check
    needs: frozenset[str]
    """Kinds of streams (see `streams.py`) without whose end it cannot pass."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Fault:
    """What one record shows, or lacks."""

    check: StoredCheck
    resource: Resource
    field: str
    expected: Value
    actual: Value
    origin: Origin = ()
    kind: Kind = Kind.CHANGED
    remedy: str | None = None
    """Where there is a better one than the check's own."""


@dataclass(slots=True)
class _Tally:
    first: Fault
    others: int = 0


@dataclass(slots=True)
class Ledger:
    """The outcomes of one unit's checks."""

    unit: UnitId
    _tallies: dict[Hashable, _Tally] = field(default_factory=dict)
    _unknown: dict[Hashable, Unknown] = field(default_factory=dict)

    def fault(self, fault: Fault, *, alike: Hashable = None) -> None:
        """Take a fault down; faults of one check that are `alike` become one finding."""
        key = (fault.check.check.id, alike or (fault.resource.arn, fault.resource.name, fault.field))
        tally = self._tallies.get(key)
        if tally is None:
            self._tallies[key] = _Tally(fault)
        else:
            tally.others += 1

    def unknown(self, check: StoredCheck, resource: Resource | None, what: str, cause: Unread) -> None:
        """Take down that a check could not be made, once for each resource and field."""
        self._unknown[check.check.id, resource, what] = Unknown(
            check=check.check.id, unit=self.unit, resource=resource, field=what, cause=cause
        )

    @property
    def size(self) -> int:
        """How much is kept."""
        return len(self._tallies) + len(self._unknown)

    def outcomes(self) -> list[Finding | Unknown]:
        """All of them, in the order in which they came up."""
        return [*(self._finding(each) for each in self._tallies.values()), *self._unknown.values()]

    def _finding(self, tally: _Tally) -> Finding:
        fault = tally.first
        finding = Finding(
            check=fault.check.check.id,
            severity=fault.check.check.severity,
            kind=fault.kind,
            unit=self.unit,
            resource=fault.resource,
            field=fault.field,
            expected=fault.expected,
            actual=fault.actual,
            risk=fault.check.check.risk,
            remedy=fault.remedy or fault.check.check.remedy,
            origin=".".join(fault.origin),
        )
        if not tally.others:
            return finding
        return replace(finding, actual=f"{fault.actual} (and {tally.others} more like it)")
