"""What an evaluator of an assertion answers, and what it is given to work with."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tierkeep.desired.assertions import Assertion
from tierkeep.drill.assertions.reach import Reach
from tierkeep.drill.checks import Rung
from tierkeep.drill.restorers.base import Bench


@dataclass(frozen=True, kw_only=True, slots=True)
class Asking:
    """One assertion about to be held against what was restored."""

    assertion: Assertion
    bench: Bench
    open_reach: Callable[[], Reach]
    """The way into what was restored, opened when it is first asked for."""
    deadline: float
    """The monotonic instant until which all assertions of the drill have to be done."""

    @property
    def reach(self) -> Reach:
        """The way into what was restored. Raises `CannotVerifyError` and `AwsError`."""
        return self.open_reach()

    def require_time(self) -> None:
        """Raises `CannotVerifyError` if there is none left, and `InterruptedDrillError`."""
        self.bench.require_time(self.deadline, "the time for all that looks inside was over before this")


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """What was found, and whether that is as it must be."""

    actual: str
    holds: bool
    data_of: datetime | None = None
    """When the data that was found says that it was written, where it says so."""
    output: str | None = None
    """What a program printed."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Evaluator:
    """How one form of assertion is told and held."""

    rung: Rung
    expected: Callable[[Any], str]
    """What must be so, for people; of the form."""
    evaluate: Callable[[Asking, Any], Answer]
    """Holds the form against what was restored. Raises `CannotVerifyError` and `AwsError` where it cannot."""
    calls: tuple[str, ...] = ()
    """The API calls that it makes itself, besides those by which the restorer reaches in."""
