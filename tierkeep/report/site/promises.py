"""The catalog's promises as pages show them: a line for each tier and type, and a page for each tier."""

from __future__ import annotations

from dataclasses import dataclass

from tierkeep.desired.model import DesiredState
from tierkeep.promises.recovery_point import WorstCase, length
from tierkeep.report.promises_tier import (
    ProtectedTypes,
    Row,
    TierExplanation,
    explain_tier,
    kept,
    lies_in,
    table,
)
from tierkeep.report.retired import retired_line, retirement
from tierkeep.report.site.charts import on_scale_of_losses

_SHADES = (1, 2, 4, 8)
"""A cell of the calendar is shaded by how many recovery points there are at least: so many, or more."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Promised:
    """What can be lost of a type at worst, against its objective; places on a scale in percent."""

    resource_type: str
    worst: WorstCase
    kind: str
    bar: float | None
    """None where nothing bounds the loss."""
    mark: float | None
    """Of the objective, if the type is bound to one."""


@dataclass(frozen=True, kw_only=True, slots=True)
class CalendarCell:
    """How many recovery points are of an age, in words, and how dark it is."""

    text: str
    shade: int


@dataclass(frozen=True, kw_only=True, slots=True)
class CalendarRow:
    """What a schedule keeps in one place."""

    title: str
    keeps: str
    cells: tuple[CalendarCell, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Calendar:
    """Recovery points by age, for each schedule and place."""

    columns: tuple[str, ...]
    rows: tuple[CalendarRow, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class TierPage:
    """A tier as it is explained: once for each set of units that have it alike."""

    name: str
    explanations: tuple[TierExplanation, ...]
    retired: str
    """What is left of it where nothing is backed up by it any more; empty where it is not retired."""


def tier_pages(state: DesiredState) -> tuple[TierPage, ...]:
    """Every tier of the catalog, by name. Raises `ScheduleError` where a schedule cannot be read."""
    pages = []
    for promise in state.promises:
        gone = retirement(state, promise.tier, unit=None)
        pages.append(
            TierPage(
                name=promise.tier,
                explanations=explain_tier(state, promise.tier, unit=None, at=None),
                retired=retired_line(gone) if gone else "",
            )
        )
    return tuple(pages)


def promised(group: ProtectedTypes) -> tuple[Promised, ...]:
    """Each type of a group."""
    return tuple(_promised(name, worst) for name, worst in group.types)


def _promised(resource_type: str, worst: WorstCase) -> Promised:
    minutes, objective = worst.source.minutes, worst.objective_minutes
    return Promised(
        resource_type=resource_type,
        worst=worst,
        kind={True: "pass", False: "fail", None: "none"}[worst.keeps],
        bar=None if minutes is None else on_scale_of_losses(minutes),
        mark=None if objective is None else on_scale_of_losses(objective),
    )


def at_worst(minutes: int | None) -> str:
    """A worst-case RPO in words."""
    return "unbounded" if minutes is None else length(minutes)


def calendar(group: ProtectedTypes) -> Calendar:
    """The retention calendar of a group, at the end of any day."""
    columns, cells = table(list(group.rows))
    return Calendar(
        columns=columns,
        rows=tuple(_row(row, texts) for row, texts in zip(group.rows, cells, strict=True)),
    )


def _row(row: Row, texts: tuple[str, ...]) -> CalendarRow:
    counts = {index: cell.least for index, cell in enumerate(row.cells)}
    return CalendarRow(
        title=f"{row.holding.schedule}, {row.holding.place}: {row.holding.vault or lies_in(row.holding)}",
        keeps=kept(row.holding.retain),
        cells=tuple(_cell(text, counts.get(index, 0)) for index, text in enumerate(texts)),
    )


def _cell(text: str, least: int) -> CalendarCell:
    if text == "=":
        return CalendarCell(text="any", shade=len(_SHADES))
    shade = sum(least >= each for each in _SHADES)
    return CalendarCell(text="0" if text == "." else text, shade=shade)
