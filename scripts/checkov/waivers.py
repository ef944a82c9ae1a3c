"""The checks that may fail, each with its reason, in one file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import yaml


class WaiverError(Exception):
    """The file of waivers is not what it has to be. The message says where."""


@dataclass(frozen=True, kw_only=True, slots=True, order=True)
class Failure:
    """A check that a resource does not pass."""

    check: str
    """checkov's id, such as CKV_AWS_166."""
    resource: str
    """`catalog/stack/type.name`."""
    title: str

    def __str__(self) -> str:
        return f"{self.check} {self.resource}: {self.title}"


@dataclass(frozen=True, kw_only=True, slots=True)
class Waiver:
    """A check that resources need not pass. `resource` is a pattern as the shell has them."""

    check: str
    resource: str
    reason: str

    def covers(self, failure: Failure) -> bool:
        """Whether this failure is waived by it."""
        return failure.check == self.check and fnmatchcase(failure.resource, self.resource)


@dataclass(frozen=True, kw_only=True, slots=True)
class Verdict:
    """What there is to say about the failures."""

    waived: tuple[Failure, ...]
    failed: tuple[Failure, ...]
    idle: tuple[Waiver, ...]
    """Waivers that waive nothing."""

    @property
    def clean(self) -> bool:
        """Whether all is as it has to be."""
        return not self.failed and not self.idle


def judged(failures: Sequence[Failure], waivers: Sequence[Waiver]) -> Verdict:
    """Which failures are waived, which are not, and which waivers waive nothing."""
    waived = {each for each in failures if any(waiver.covers(each) for waiver in waivers)}
    return Verdict(
        waived=tuple(sorted(waived)),
        failed=tuple(sorted(set(failures) - waived)),
        idle=tuple(each for each in waivers if not any(each.covers(failure) for failure in failures)),
    )


def read(path: Path) -> tuple[Waiver, ...]:
    """The waivers of a file. Raises `WaiverError` where one lacks its reason or has more than it may."""
    entries = enumerate(yaml.safe_load(path.read_text()) or [], 1)
    return tuple(_waiver(each, f"{path.name}, entry {number}") for number, each in entries)


def _waiver(entry: Any, where: str) -> Waiver:
    if not isinstance(entry, dict) or entry.keys() != {"check", "resource", "reason"}:
        raise WaiverError(f"{where}: it has check, resource and reason, and nothing else")
    if not all(isinstance(each, str) and each.strip() for each in entry.values()):
        raise WaiverError(f"{where}: nothing stands for one of them")
    return Waiver(**entry)
