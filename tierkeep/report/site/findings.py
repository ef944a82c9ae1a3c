"""The findings of the validator as rows: for pages without a script, and for the script that filters."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields
from typing import Any, Literal

from tierkeep.report.findings_document import (
    FindingDocument,
    FindingsDocument,
    ResourceDocument,
    UnitDocument,
    UnknownDocument,
)
from tierkeep.validate.difference import Kind
from tierkeep.validate.severity import Severity

ROWS_A_PAGE = 250
"""Rows of a page: few enough that a browser lays them out at once, without a script."""
UNKNOWN = "unknown"
LEVELS = (*(each.value for each in Severity), UNKNOWN)
"""How bad a row is, the worst first; what could not be determined has a level of its own."""
STANDINGS = ("open", UNKNOWN, "known", "waived")


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """A finding, or what could not be determined."""

    level: str
    standing: str
    unit: str
    check: str
    tier: str
    """By the catalog's path that asked for it; empty where that is of no tier."""
    resource: str
    arn: str
    field: str
    difference: str
    """What was expected and what is there, or why it is not known."""
    risk: str
    remedy: str
    origin: str


COLUMNS = tuple(each.name for each in fields(Row))
FILTERS = ("level", "standing", "unit", "tier", "check")
"""The columns that a reader can choose a value of."""


def rows(document: FindingsDocument) -> tuple[Row, ...]:
    """All findings and unknowns: open ones and unknowns first, then the worst first."""
    found = [row for unit in document.units for row in _of_unit(unit)]
    return tuple(sorted(found, key=_urgency))


def _urgency(row: Row) -> tuple[object, ...]:
    accepted = row.standing in {"known", "waived"}
    return (accepted, LEVELS.index(row.level), row.unit, row.check, row.resource, row.field)


def _of_unit(unit: UnitDocument) -> Iterator[Row]:
    for finding in unit.findings:
        yield Row(
            level=finding.severity.value,
            standing=finding.standing.value,
            unit=unit.unit,
            check=finding.check,
            tier=_tier(finding.origin),
            resource=_named(finding.resource),
            arn=finding.resource.arn or "",
            field=finding.field,
            difference=f"expected {_shown(finding, 'expected')}, found {_shown(finding, 'actual')}",
            risk=finding.risk,
            remedy=finding.remedy,
            origin=finding.origin,
        )
    for unknown in unit.unknowns:
        yield _unknown(unit, unknown)


def _unknown(unit: UnitDocument, unknown: UnknownDocument) -> Row:
    cause = unknown.cause
    return Row(
        level=UNKNOWN,
        standing=UNKNOWN,
        unit=unit.unit,
        check=unknown.check,
        tier=_tier(unknown.origin),
        resource=_named(unknown.resource) if unknown.resource else f"all of {unknown.check}",
        arn=(unknown.resource.arn or "") if unknown.resource else "",
        field=unknown.field,
        difference=f"{cause.service}:{cause.operation} answered {cause.code}: {cause.message}",
        risk="",
        remedy="",
        origin=unknown.origin,
    )


def _tier(origin: str) -> str:
    parts = origin.split(".")
    return parts[1] if len(parts) > 1 and parts[0] == "tiers" else ""


def _named(resource: ResourceDocument) -> str:
    return f"{resource.type} {resource.name}"


def _shown(finding: FindingDocument, side: Literal["expected", "actual"]) -> str:
    value = finding.expected if side == "expected" else finding.actual
    if value is None:
        return "not set" if finding.kind is Kind.CHANGED else "absent"
    if isinstance(value, bool):
        return "true" if value else "false"
    return ", ".join(value) if isinstance(value, list) else str(value)


def choices(found: tuple[Row, ...]) -> dict[str, tuple[str, ...]]:
    """What a reader can choose of each column that has a filter: what is there, levels the worst first."""
    present = {column: {getattr(row, column) for row in found} - {""} for column in FILTERS}
    ordered = {"level": LEVELS, "standing": STANDINGS}
    return {
        column: tuple(each for each in ordered[column] if each in values)
        if column in ordered
        else tuple(sorted(values))
        for column, values in present.items()
    }


def packed(found: tuple[Row, ...]) -> dict[str, Any]:
    """The rows for the script, each text once: ten thousand findings share a few dozen risks and remedies."""
    texts: dict[str, int] = {}
    numbered = [[texts.setdefault(getattr(row, column), len(texts)) for column in COLUMNS] for row in found]
    return {"columns": COLUMNS, "levels": LEVELS, "texts": list(texts), "rows": numbered}
