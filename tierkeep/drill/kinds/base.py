"""What must be known of a kind of thing so that a drill can look at it, tag it and delete it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from tierkeep.aws import UnitSession
from tierkeep.drill.thing import Thing


@dataclass(frozen=True, kw_only=True, slots=True)
class Calls:
    """The API calls by which a kind is handled, as `service:Operation`."""

    read: tuple[str, ...]
    tag: tuple[str, ...]
    delete: tuple[str, ...]


class Kind(Protocol):
    """A kind of thing that a drill can make."""

    name: str
    """Such as `ec2:volume`."""
    noun: str
    """Such as `volume`."""
    pending: frozenset[str]
    """States in which it is still being made."""
    tagged_while_pending: bool
    """Whether its service takes tags while it is being made."""
    ending: frozenset[str]
    """States in which its deletion is under way, or over while it can still be read."""
    ended: frozenset[str]
    """Those in which it is gone, though it can still be read."""
    part_kinds: tuple[str, ...] = ()
    """What may be made together with it, and has to be removed after it."""
    calls: Calls

    def read(self, session: UnitSession, arn: str) -> Thing | None:
        """The thing, or None if its service says that there is none. Raises `AwsError` for other refusals."""

    def tag(self, session: UnitSession, arn: str, tags: Mapping[str, str]) -> None:
        """Put tags on it. Raises `AwsError`."""

    def parts(self, session: UnitSession, arn: str) -> tuple[tuple[str, str], ...]:  # noqa: ARG002
        """What was made together with it, as kind and ARN, once it is made. Raises `AwsError`."""
        return ()

    def delete(self, session: UnitSession, arn: str) -> None:
        """Delete it. Only `effects` asks, when the guard has let it through. Raises `AwsError`."""

    def clear(self, session: UnitSession, arn: str) -> Iterator[str]:  # noqa: ARG002 - for some
        """Delete what is in it first, where its service asks for that: a bounded piece of work a step, which
        says how far it is. Only `effects` asks, when the guard has let it through, and it may stop after each
        step. Raises `AwsError` and `CannotVerifyError`."""
        return iter(())

    def left_by(
        self,
        session: UnitSession,  # noqa: ARG002 - for some
        request: Mapping[str, Any],  # noqa: ARG002
    ) -> str | None:
        """The ARN of what a restore job that failed has left behind without AWS saying so, known by the name
        that the request gave it and only the drill can know; None if there is nothing. Raises `AwsError`."""
        return None
