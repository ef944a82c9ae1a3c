"""What must be known of a request that makes something: how it is sent, and how one learns what it made.

A request's answer may be lost. So each says beforehand, in parameters that the journal keeps, what will tell
its work apart from everybody else's: an idempotency token, a name that nobody else has, or a mark.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from tierkeep.aws import UnitSession
from tierkeep.drill.record import Making


@dataclass(frozen=True, kw_only=True, slots=True)
class Progress:
    """How far a request has come."""

    arn: str | None
    """What it made, once that is known."""
    ended: bool
    """Nothing more will come of it."""
    failed: bool
    """It was given up."""
    text: str
    """For people: `restore job 1234 is RUNNING, 40 %`."""
    restored_from: str | None = None
    """What AWS says that it restores, where it says so."""
    created: datetime | None = None
    """When AWS took it on, by AWS's clock, where it says so."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Candidate:
    """What a request whose answer is lost can have made."""

    handle: str
    text: str
    """For people: `job-1 (RUNNING, no volume yet)`."""
    leaves_something: bool
    """Whether anything exists of it, or may yet."""


class Maker(Protocol):
    """One way to ask AWS to make something."""

    name: str
    calls: tuple[str, ...]
    """The API calls that it makes when all goes well, as `service:Operation`."""
    tags_at_birth: bool
    """What it makes carries the drill's tags from the first instant."""
    parts_go_along: bool = False
    """What is made together with a thing is made so that it goes with that."""
    confirmed_by_repeating: bool
    """AWS answers the same request, repeated, with what the first made, and only so is it known to be ours.
    Otherwise all candidates are ours, by what nobody but the drill can have given them."""

    def ask(self, session: UnitSession, request: dict[str, Any]) -> str:
        """Send the request; its handle. Raises `AwsError`."""

    def not_done(self, code: str) -> bool:
        """Whether an error of that code means for certain that nothing was made."""

    def progress(self, session: UnitSession, making: Making, handle: str) -> Progress:
        """How far it has come. Raises `AwsError`."""

    def candidates(self, session: UnitSession, making: Making, foreign: frozenset[str]) -> list[Candidate]:
        """What it can have made, but for the `foreign` handles of other drills. Raises `AwsError`."""

    def trail(self, request: dict[str, Any]) -> str:
        """The event of AWS CloudTrail that would tell which candidate is the drill's."""
