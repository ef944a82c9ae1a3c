"""Whose turn it is: a sample at each run, such that every resource has its turn within a period. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil
from typing import Generic, TypeVar

S = TypeVar("S", bound=Hashable)


@dataclass(frozen=True, kw_only=True, slots=True)
class Turn:
    """How often a sample is drawn, and within what time every resource has its turn."""

    every: timedelta
    within: timedelta
    runs: int
    """How many runs the period has for certain."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Draw(Generic[S]):
    """A sample, the one that has waited longest first."""

    chosen: tuple[S, ...]
    share: int
    """How many each run takes, so that all have their turn."""
    due: int
    """How many of those chosen could not wait for the next run."""
    never: int
    """How many of the population were never drilled to an answer."""
    overdue: int
    """How many of it have waited longer than the period already."""


def draw(
    subjects: Sequence[S], proven: Mapping[S, datetime], *, turn: Turn, now: datetime, seed: int
) -> Draw[S]:
    """The sample of a run at `now`: who was never drilled comes first, then who has waited longest.

    A population is shared out over the runs of the period. Whoever would have waited too long by the next run
    comes too, whatever the share: runs that were missed, or a population that has grown, are made up for. The
    seed decides between those that have waited alike, so that the same seed draws the same again.
    """
    ordered = sorted(subjects, key=lambda each: (*_waited(proven.get(each)), _lot(seed, each)))
    share = ceil(len(ordered) / turn.runs)
    due = {each for each in ordered if each in proven and proven[each] + turn.within < now + turn.every}
    first = ordered[:share]
    return Draw(
        chosen=(*first, *(each for each in ordered[share:] if each in due)),
        share=share,
        due=len(due),
        never=sum(each not in proven for each in ordered),
        overdue=sum(each in proven and proven[each] + turn.within < now for each in ordered),
    )


def _waited(proven: datetime | None) -> tuple[bool, float]:
    return (False, 0.0) if proven is None else (True, proven.timestamp())


def _lot(seed: int, subject: Hashable) -> bytes:
    return hashlib.sha256(f"{seed}:{subject!r}".encode()).digest()
