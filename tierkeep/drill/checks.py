"""Checks of what was restored, by the rung of the ladder that each stands on. Pure.

What could not be read is UNKNOWN, with its cause, and never a pass.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias, TypeVar

from tierkeep.aws import AwsError

T = TypeVar("T")
Read: TypeAlias = T | AwsError
"""A value that was read, or why it could not be."""


class Rung(StrEnum):
    """How far up the ladder a check stands, the lowest first."""

    RESTORED = "restored"
    """It is there: state, size, encryption, key."""
    READABLE = "readable"
    """What it holds can be read, and is what the backup holds."""
    RIGHT = "right"
    """Its data is what the catalog says that it must be."""
    SERVED = "served"
    """An application works with it."""


NO_CHECK = {
    Rung.RESTORED: "nothing is looked at from outside",
    Rung.READABLE: "nothing is read but what is asserted",
    Rung.RIGHT: "nothing is asserted of the data",
    Rung.SERVED: "no application is asked",
}
"""What it means that there is no check of a rung."""


class Verdict(StrEnum):
    """Whether a check holds. What could not be read is never PASS."""

    PASS = "PASS"  # noqa: S105 - a verdict, no password
    FAIL = "FAIL"
    UNKNOWN = "UNKNOWN"


@dataclass(frozen=True, kw_only=True, slots=True)
class Check:
    """One thing that was compared. `actual` is None where it could not be read; `cause` then says why."""

    id: str
    rung: Rung
    title: str
    expected: str
    actual: str | None
    verdict: Verdict
    cause: str | None = None
    output: str | None = None
    """What a program printed that looked."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Sheet:
    """The checks of one rung that a type has, by id, with their titles, in order."""

    rung: Rung
    titles: Mapping[str, str]

    def compare(self, check_id: str, expected: str, actual: str) -> Check:
        """A check that passes if both are the same."""
        return self.judged(check_id, expected, actual, holds=actual == expected)

    def judged(self, check_id: str, expected: str, actual: str, *, holds: bool) -> Check:
        """A check whose verdict is known."""
        return Check(
            id=check_id,
            rung=self.rung,
            title=self.titles[check_id],
            expected=expected,
            actual=actual,
            verdict=Verdict.PASS if holds else Verdict.FAIL,
        )

    def unknown(self, check_id: str, *, expected: str, cause: str) -> Check:
        """A check that could not be made."""
        return Check(
            id=check_id,
            rung=self.rung,
            title=self.titles[check_id],
            expected=expected,
            actual=None,
            verdict=Verdict.UNKNOWN,
            cause=cause,
        )

    def not_run(self, cause: str, *, but: Iterable[str] = ()) -> tuple[Check, ...]:
        """All of its checks, but for those that were made, as UNKNOWN."""
        left = [check_id for check_id in self.titles if check_id not in set(but)]
        return tuple(self.unknown(each, expected="to be looked at", cause=cause) for each in left)


def attempt(read: Callable[[], T]) -> Read[T]:
    """What a reading gives, or the refusal of AWS in its place."""
    try:
        return read()
    except AwsError as error:
        return error


def rung_verdicts(checks: Iterable[Check]) -> dict[Rung, Verdict | None]:
    """The verdict of each rung: the worst of its checks, or None where none of them was to be made."""
    listed = list(checks)
    return {rung: _worst([each.verdict for each in listed if each.rung is rung]) for rung in Rung}


def _worst(verdicts: list[Verdict]) -> Verdict | None:
    for worst in (Verdict.UNKNOWN, Verdict.FAIL):
        if worst in verdicts:
            return worst
    return Verdict.PASS if verdicts else None


def climbed(checks: Iterable[Check]) -> Rung | None:
    """The highest rung that was reached: it passes, and so do all below it. None if not even the lowest.

    A rung without checks, but for the lowest, is passed over: what is found right has been read, and what is
    served works whether or not the catalog says what its data must be.
    """
    reached = None
    for rung, verdict in rung_verdicts(checks).items():
        if verdict is None and reached is not None:
            continue
        if verdict is not Verdict.PASS:
            break
        reached = rung
    return reached
