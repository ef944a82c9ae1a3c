"""`tierkeep explain` as Markdown, for a pull request or a wiki."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tierkeep.promises.cron import in_words
from tierkeep.promises.recovery_point import length
from tierkeep.report.promises_basis import ASSUMPTIONS, SOURCES
from tierkeep.report.promises_text import summary
from tierkeep.report.promises_tier import (
    ENGINES,
    ProtectedTypes,
    TierExplanation,
    kept,
    lies_in,
    locked,
    recovery_time,
    table,
    verdict,
)
from tierkeep.report.retired import Retirement, retired_line


def tier_markdown(explanations: tuple[TierExplanation, ...]) -> str:
    """The explanations of one tier, with what they rest on."""
    lines = [line for each in explanations for line in _tier(each)]
    lines += ["## Rests on", "", *(f"- {text}" for text in ASSUMPTIONS), ""]
    lines += ["## Sources, read 2026-11", "", *(f"- {text}" for text in SOURCES)]
    return "\n".join(lines) + "\n"


def overview_markdown(explanations: tuple[TierExplanation, ...], retirements: tuple[Retirement, ...]) -> str:
    """One row for each tier, and for each retired one."""
    rows = [(f"`{each.tier}`", summary(each)) for each in explanations]
    rows += [(f"`{each.tier}`", retired_line(each)) for each in retirements]
    return "\n".join(_table(("Tier", "Promise"), rows)) + "\n"


def _tier(explanation: TierExplanation) -> Iterator[str]:
    yield from (f"# Tier {explanation.tier}", "")
    yield from (f"- In: {', '.join(f'`{unit}`' for unit in explanation.units)}",)
    yield f"- Recovery time: {recovery_time(explanation.promise)}"
    yield from (f"- Drilled: {each}" for each in explanation.drills or ("by no drill of the catalog",))
    yield from (f"- {each.label.capitalize()} vault: {each.text}" for each in explanation.special_vaults)
    yield ""
    for group in explanation.protected:
        yield from _group(group, explanation)


def _group(group: ProtectedTypes, explanation: TierExplanation) -> Iterator[str]:
    yield from (f"## {', '.join(name for name, _ in group.types)}: {ENGINES[group.engine]}", "")
    yield f"- Why this engine: {group.reason}"
    yield f"- Encrypted with {group.encryption}"
    if group.cover.lock:
        yield f"- Locked {locked(group.cover.lock)}"
    yield from (f"- {extra}" for extra in group.extras)
    yield from (f"- {name} {verdict(worst)}" for name, worst in group.types)
    yield ""
    first = group.types[0][1]
    yield from _table(
        ("Worst-case RPO in", "Lost at worst", "Arithmetic"),
        [
            (
                f"{each.place}{' (copies)' if each.copy else ''}",
                "unbounded" if each.minutes is None else length(each.minutes),
                each.arithmetic,
            )
            for each in (first.source, *first.copies)
        ],
    )
    yield ""
    yield from _table(
        (f"Schedule ({group.cover.time_zone})", "Starts", "Kept", "Copies"),
        [
            (
                each.name,
                in_words(each.cron) if each.granularity_minutes is None else "continuous",
                kept(each.retain),
                ", ".join(f"{copy.place} ({kept(copy.retain)})" for copy in each.copies) or "none",
            )
            for each in group.cover.scheduled
        ],
    )
    when = f"at the end of {explanation.at}" if explanation.at else "on any day (least-most)"
    yield from ("", f"Recovery points of each resource {when}, by age up to:", "")
    titles, cells = table(list(group.rows))
    places = [
        f"{row.holding.place} {row.holding.vault or lies_in(row.holding)}: {row.holding.schedule}"
        for row in group.rows
    ]
    yield from _table(("", *titles), [(place, *texts) for place, texts in zip(places, cells, strict=True)])
    yield ""


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    for row in (head, ["---"] * len(head), *rows):
        yield f"| {' | '.join(row)} |"
