"""The pages of the site, by the names of their files."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from tierkeep import __version__
from tierkeep.promises.cron import in_words
from tierkeep.promises.recovery_point import length
from tierkeep.report import promises_tier
from tierkeep.report.drilled.coverage import coverage
from tierkeep.report.drilled.drills import Drill
from tierkeep.report.drilled.measured import MEASURES, Measured, by_kind, measured
from tierkeep.report.evidence_html import render_evidence, timeline
from tierkeep.report.promises_basis import ASSUMPTIONS, SOURCES
from tierkeep.report.rendering import RESULTS, VERDICTS, render, source
from tierkeep.report.site import charts, findings, promises
from tierkeep.report.site.inputs import Inputs
from tierkeep.report.site.overview import overview

LISTED = 200
"""The newest drills: they are listed and have a page of their own, as has the latest of each kind."""
_SCRIPT = "site/findings.js"
_NAV = (
    {"file": "index.html", "title": "Overview"},
    {"file": "promises.html", "title": "Promises"},
    {"file": "findings.html", "title": "Findings"},
    {"file": "drills.html", "title": "Drills"},
    {"file": "coverage.html", "title": "Coverage"},
)


def site(inputs: Inputs) -> Iterator[tuple[str, str]]:
    """Each page as its file's name and its text. Raises `ScheduleError`."""
    tiers = promises.tier_pages(inputs.state)
    covered = coverage(inputs.state, inputs.drills)
    pages = _Pages(inputs)
    yield pages.page("index.html", overview=overview(inputs, tiers, covered))
    yield pages.page("promises.html", tiers=tiers)
    for tier in tiers:
        yield f"tier-{tier.name}.html", pages.render("tier.html", "promises.html", tier=tier)
    yield from _findings(pages, inputs)
    newest = tuple(reversed(inputs.drills))[:LISTED]
    kinds = tuple(
        _Kind(name=str(kind), drills=drills, measured=_measures(drills))
        for kind, drills in by_kind(inputs.drills).items()
    )
    yield pages.page("drills.html", kinds=kinds, newest=newest, listed=LISTED)
    paged = {each.id: each for each in (*newest, *(kind.latest for kind in kinds))}
    yield pages.page("coverage.html", coverage=covered, paged=paged.keys())
    for drill in paged.values():
        evidence = drill.document.model_dump(mode="json", by_alias=True)
        yield f"{drill.id}.html", render_evidence(evidence, pages.frame("drills.html"))


@dataclass(frozen=True, kw_only=True, slots=True)
class _Kind:
    """Drills whose times can be compared, oldest first, and what they measured."""

    name: str
    drills: tuple[Drill, ...]
    measured: tuple[Measured, ...]

    @property
    def latest(self) -> Drill:
        return self.drills[-1]

    @property
    def phases(self) -> dict[str, Any]:
        """Those of the latest drill, as its own page has them."""
        return timeline([each.model_dump() for each in self.latest.document.times.phases])


def _measures(drills: tuple[Drill, ...]) -> tuple[Measured, ...]:
    return tuple(found for name in MEASURES if (found := measured(name, drills)))


def _findings(pages: _Pages, inputs: Inputs) -> Iterator[tuple[str, str]]:
    """The first page, whose script filters all findings, and the others, for whom has no script."""
    found = findings.rows(inputs.findings) if inputs.findings else ()
    size = findings.ROWS_A_PAGE
    parts = [found[at : at + size] for at in range(0, len(found), size)] or [()]
    files = ["findings.html", *(f"findings-{number}.html" for number in range(2, len(parts) + 1))]
    script = source(_SCRIPT) if found else ""
    for number, (file, part) in enumerate(zip(files, parts, strict=True), start=1):
        first = number == 1
        yield (
            file,
            pages.render(
                "findings.html",
                "findings.html",
                script=script if first else "",
                document=inputs.findings,
                rows=part,
                total=len(found),
                from_=(number - 1) * size,
                number=number,
                rows_a_page=size,
                files=files,
                choices=findings.choices(found) if first else {},
                data=findings.packed(found) if first and found else None,
            ),
        )


class _Pages:
    """Renders pages in the frame that they share."""

    def __init__(self, inputs: Inputs) -> None:
        self._inputs = inputs

    def frame(self, here: str, script: str = "") -> dict[str, Any]:
        """What the frame of a page needs; `here` is the page of the navigation that it belongs to."""
        digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
        return {
            "nav": _NAV,
            "here": here,
            "catalog": self._inputs.state.name,
            "script_source": f"'sha256-{digest}'" if script else "'none'",
        }

    def page(self, file: str, **values: Any) -> tuple[str, str]:
        """A page of the navigation."""
        return file, self.render(file, file, **values)

    def render(self, template: str, here: str, script: str = "", **values: Any) -> str:
        """A page by its template."""
        return render(
            f"site/{template}.j2",
            **self.frame(here, script),
            script=script,
            inputs=self._inputs,
            written=self._inputs.written,
            version=__version__,
            marks=VERDICTS,
            results=RESULTS,
            words=_WORDS,
            charts=charts,
            promises=promises,
            **values,
        )


_WORDS = {
    "length": length,
    "in_words": in_words,
    "kept": promises_tier.kept,
    "locked": promises_tier.locked,
    "verdict": promises_tier.verdict,
    "recovery_time": promises_tier.recovery_time,
    "engines": promises_tier.ENGINES,
    "assumptions": ASSUMPTIONS,
    "sources": SOURCES,
}
"""What templates say in the words of `tierkeep explain`."""
