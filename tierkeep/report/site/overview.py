"""The first page: how the catalog's promises are kept, in a few figures and a line for each tier."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from tierkeep.report.drilled.coverage import TypeProof
from tierkeep.report.drilled.drills import Drill
from tierkeep.report.site.findings import LEVELS, UNKNOWN, rows
from tierkeep.report.site.inputs import Inputs
from tierkeep.report.site.promises import TierPage


@dataclass(frozen=True, kw_only=True, slots=True)
class TierLine:
    """A tier in a line."""

    page: TierPage
    types: tuple[str, ...]
    objectives_kept: int
    objectives: int
    open_findings: int | None
    """Also what could not be determined; None where no findings are known."""
    proven: int
    to_prove: int
    last_proof: Drill | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Overview:
    """The figures of the whole."""

    objectives_kept: int
    objectives: int
    levels: tuple[tuple[str, int], ...]
    """How many findings are open of each level, the worst first; empty where none are known."""
    results: Counter[str]
    """How many drills ended how."""
    proven: int
    to_prove: int
    never: tuple[TypeProof, ...]
    """What the catalog protects and no drill ever restored."""
    tiers: tuple[TierLine, ...]


def overview(inputs: Inputs, tiers: tuple[TierPage, ...], covered: tuple[TypeProof, ...]) -> Overview:
    """The figures, by what is known."""
    found = rows(inputs.findings) if inputs.findings else ()
    still_open = [row for row in found if row.standing in {"open", UNKNOWN}]
    by_level = Counter(row.level for row in still_open)
    by_tier = Counter(row.tier for row in still_open)
    to_prove = [each for each in covered if each.in_catalog]
    lines = tuple(_line(page, to_prove, by_tier[page.name] if inputs.findings else None) for page in tiers)
    return Overview(
        objectives_kept=sum(line.objectives_kept for line in lines),
        objectives=sum(line.objectives for line in lines),
        levels=tuple((level, by_level[level]) for level in LEVELS) if inputs.findings else (),
        results=Counter(each.document.outcome.result.value for each in inputs.drills),
        proven=sum(each.proven is not None for each in to_prove),
        to_prove=len(to_prove),
        never=tuple(each for each in to_prove if each.proven is None),
        tiers=lines,
    )


def _line(page: TierPage, covered: list[TypeProof], open_findings: int | None) -> TierLine:
    verdicts = [
        worst.keeps
        for explanation in page.explanations
        for group in explanation.protected
        for _, worst in group.types
        if worst.keeps is not None
    ]
    types = {
        name.value
        for explanation in page.explanations
        for group in explanation.protected
        for name, _ in group.types
    }
    mine = [each for each in covered if each.tier == page.name]
    proofs = [each.proven for each in mine if each.proven is not None]
    return TierLine(
        page=page,
        types=tuple(sorted(types)),
        objectives_kept=sum(verdicts),
        objectives=len(verdicts),
        open_findings=open_findings,
        proven=len(proofs),
        to_prove=len(mine),
        last_proof=max(proofs, key=lambda each: each.ended, default=None),
    )
