"""A runbook for each tier, and the page that lists them: by the names of their files."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass

from tierkeep.desired.model import Contact, DesiredState, ResourceType
from tierkeep.promises.cron import in_words
from tierkeep.promises.recovery_point import WorstCase, length
from tierkeep.report.drilled.coverage import TypeProof, coverage
from tierkeep.report.drilled.drills import Drill
from tierkeep.report.drilled.folder import Unusable
from tierkeep.report.drilled.measured import Measured, by_kind, measured
from tierkeep.report.promises_tier import (
    ENGINES,
    ProtectedTypes,
    TierExplanation,
    explain_tier,
    kept,
    locked,
    recovery_time,
    verdict,
)
from tierkeep.report.rendering import render
from tierkeep.report.retired import Retirement, retirement
from tierkeep.report.runbooks.places import Place, places
from tierkeep.report.runbooks.recovering import Recovery, recoveries_of_retired, recovery

_SPECIAL = re.compile(r"([\\`*_\[\]<>|#~&])")


@dataclass(frozen=True, kw_only=True, slots=True)
class Times:
    """What drills of one kind measured until something was restored and looked at."""

    kind: str
    measured: Measured | None
    last: Drill
    proven: Drill | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Runbook:
    """A tier: what is protected and how, and all that one needs to recover it."""

    tier: str
    explanations: tuple[TierExplanation, ...]
    retirement: Retirement | None
    contacts: tuple[Contact, ...]
    places: tuple[Place, ...]
    times: tuple[Times, ...]
    proofs: tuple[TypeProof, ...]
    recoveries: tuple[Recovery, ...]

    @property
    def file(self) -> str:
        """Where it is written."""
        return f"tier-{self.tier}.md"

    @property
    def worst_cases(self) -> tuple[tuple[ResourceType, WorstCase], ...]:
        """Of each type, wherever it is protected."""
        return tuple(pair for each in self.explanations for group in each.protected for pair in group.types)

    @property
    def never_proven(self) -> tuple[TypeProof, ...]:
        """What no drill has shown to be recoverable."""
        return tuple(each for each in self.proofs if each.proven is None)


def runbooks(
    state: DesiredState, drills: tuple[Drill, ...], unusable: tuple[Unusable, ...]
) -> Iterator[tuple[str, str]]:
    """Each page as its file's name and its text; drills are oldest first. Raises `ScheduleError`."""
    covered = coverage(state, drills)
    books = [_runbook(state, each.tier, drills, covered) for each in state.promises]
    yield "index.md", _render("index.md.j2", state=state, books=books, unusable=unusable, drills=drills)
    for book in books:
        yield book.file, _render("tier.md.j2", state=state, book=book, unusable=unusable)


def _runbook(
    state: DesiredState, tier: str, drills: tuple[Drill, ...], covered: tuple[TypeProof, ...]
) -> Runbook:
    explanations = explain_tier(state, tier, unit=None, at=None, calendar=False)
    images = any(
        policy.tier == tier and policy.images is not None
        for unit in state.places
        for policy in unit.snapshot_policies
    )
    gone, lies = retirement(state, tier, unit=None), places(state, tier)
    mine = tuple(each for each in drills if each.kind.tier == tier)
    return Runbook(
        tier=tier,
        explanations=explanations,
        retirement=gone,
        contacts=tuple(each for each in state.contacts if each.concerns(tier)),
        places=lies,
        times=tuple(
            Times(
                kind=str(kind),
                measured=measured("RTO", found),
                last=found[-1],
                proven=next((each for each in reversed(found) if each.passed), None),
            )
            for kind, found in by_kind(mine).items()
        ),
        proofs=tuple(each for each in covered if each.tier == tier and each.in_catalog),
        recoveries=_recoveries(explanations, images=images) or _left(gone, lies),
    )


def _recoveries(explanations: tuple[TierExplanation, ...], *, images: bool) -> tuple[Recovery, ...]:
    """Each way once, by type: units may protect a type differently."""
    found = {
        recovery(name, group, images=images and name is ResourceType.EC2)
        for explanation in explanations
        for group in explanation.protected
        for name, _ in group.types
    }
    return tuple(sorted(found, key=lambda each: (each.resource_type, each.job is None, each.to_a_moment)))


def _left(gone: Retirement | None, lies: tuple[Place, ...]) -> tuple[Recovery, ...]:
    """Of a tier by which nothing is backed up any more."""
    units = [each for _, each in gone.units] if gone else []
    return recoveries_of_retired(
        vaults=any(place.vaults for place in lies),
        snapshots=any(each.left_by_dlm for each in units),
        images=any(each.images_left for each in units),
    )


def _render(template: str, **values: object) -> str:
    text = render(
        f"runbook/{template}",
        **values,
        plain=_plain,
        sh=shlex.quote,
        copies=_copies,
        words=_WORDS,
    )
    # Loops and conditions leave gaps; one empty line between paragraphs is enough.
    return re.sub(r"\n{3,}", "\n\n", text).strip() + "\n"


def _plain(text: str) -> str:
    """A text as it stands, on one line, whatever Markdown would make of its characters."""
    return _SPECIAL.sub(r"\\\1", " ".join(text.split()))


def _copies(group: ProtectedTypes) -> str:
    found = [f"{copy.place} ({kept(copy.retain)})" for each in group.cover.scheduled for copy in each.copies]
    return ", ".join(dict.fromkeys(found)) or "none"


_WORDS = {
    "engines": ENGINES,
    "in_words": in_words,
    "kept": kept,
    "length": length,
    "locked": locked,
    "recovery_time": recovery_time,
    "verdict": verdict,
}
