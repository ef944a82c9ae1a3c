"""What two emulators answer differently, or two runs of moto's tests, against the list of explanations."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from scripts.second_opinions.normal import ERROR, Leaves

ABSENT = "absent"
ACCEPTED = "accepted"

RIGHT = ("ours", "theirs", "both", "unsettled")
"""Who is right: by AWS's model or documentation ours, or theirs, or both may be, or no source settles it."""


class ListError(Exception):
    """A list of explained differences is not what it has to be.  The message says where."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Explanation:
    """Why some differences are as they are; each of ``differences`` has to occur."""

    why: str
    source: str
    right: str
    differences: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Verdict:
    """What there is to say about the differences that were found."""

    explained: tuple[str, ...]
    unexplained: tuple[str, ...]
    stale: tuple[str, ...]
    """Explained, but it does not occur any more."""

    @property
    def clean(self) -> bool:
        return not self.unexplained and not self.stale


def compared(ours: Mapping[str, Leaves], theirs: Mapping[str, Leaves]) -> list[str]:
    """The differences between the answers to each step, in the order of the steps, each as one line.

    Where one refuses and the other does not, that is the difference, and not what an answer consists of.
    """
    return [
        f"{step}: {difference}"
        for step in dict.fromkeys([*ours, *theirs])
        for difference in _of_one(ours.get(step, {}), theirs.get(step, {}))
    ]


def _of_one(ours: Leaves, theirs: Leaves) -> Iterator[str]:
    if (ERROR in ours) != (ERROR in theirs):
        yield f"{ours.get(ERROR, ACCEPTED)} | {theirs.get(ERROR, ACCEPTED)}"
        return
    for path in dict.fromkeys([*ours, *theirs]):
        mine, others = ours.get(path, ABSENT), theirs.get(path, ABSENT)
        if mine != others:
            yield f"{path}: {mine} | {others}"


def regressions(ours: Mapping[str, str], theirs: Mapping[str, str]) -> list[str]:
    """The tests that pass in their run and not in ours, by name, with what they came to in ours."""
    return [
        f"{test}: {ours.get(test, ABSENT)}"
        for test, outcome in sorted(theirs.items())
        if outcome == "passed" != ours.get(test, ABSENT)
    ]


def judged(found: Sequence[str], explanations: Iterable[Explanation]) -> Verdict:
    """Which of the differences are explained, which are not, and which explanations are out of date."""
    known = {difference: None for each in explanations for difference in each.differences}
    return Verdict(
        explained=tuple(each for each in found if each in known),
        unexplained=tuple(each for each in found if each not in known),
        stale=tuple(each for each in known if each not in found),
    )


def read(path: Path) -> tuple[Explanation, ...]:
    """The explained differences of a file.

    Raises `ListError` where one has no reason or no source, or is explained twice.
    """
    entries = enumerate(yaml.safe_load(path.read_text()) or [], 1)
    explanations = tuple(_explanation(each, f"{path.name}, entry {number}") for number, each in entries)
    counted = Counter(difference for each in explanations for difference in each.differences)
    twice = [difference for difference, times in counted.items() if times > 1]
    if twice:
        raise ListError(f"{path.name} explains twice: {', '.join(twice)}")
    return explanations


def _explanation(entry: Any, where: str) -> Explanation:
    if not isinstance(entry, dict) or entry.keys() != {"why", "source", "right", "differences"}:
        raise ListError(f"{where}: it has why, source, right and differences, and nothing else")
    if entry["right"] not in RIGHT:
        raise ListError(f"{where}: right is one of {', '.join(RIGHT)}")
    empty = [name for name in ("why", "source", "differences") if not entry[name]]
    if empty:
        raise ListError(f"{where}: nothing stands for {', '.join(empty)}")
    return Explanation(**{**entry, "differences": tuple(entry["differences"])})
