"""What must be known of a type of resource so that a drill can restore it, whoever makes its backups."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from tierkeep.aws import UnitSession
from tierkeep.desired.model import ResourceType
from tierkeep.drill.assertions.reach import Reach, Unreached
from tierkeep.drill.checks import Check, Sheet
from tierkeep.drill.clock import Waiter
from tierkeep.drill.errors import CannotVerifyError
from tierkeep.drill.scope import Method, Scope
from tierkeep.drill.thing import Properties, Thing, Value


@dataclass(frozen=True, kw_only=True, slots=True)
class Point:
    """What can be restored: a recovery point, a snapshot, or a moment of a table. Size in bytes."""

    arn: str
    """Of the backup; of the resource itself, where a service keeps its past within it."""
    resource_arn: str
    """Of what was backed up."""
    created: datetime
    """The moment that it is of."""
    size_bytes: int | None
    encrypted: bool
    key_arn: str | None
    vault_arn: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Choice:
    """What a drill restores, and what it was chosen from."""

    point: Point
    wish: str
    """By which of them was chosen: `newest`, `random:42`, …"""
    out_of: int | None
    """How many there were to choose from; None for any moment of a span."""
    newest: datetime
    """When the newest that there is of this resource was made."""
    parameters: tuple[tuple[str, str], ...] = ()
    """What the request says besides what it is of, sorted by key."""
    properties: Properties = ()
    """What the checks compare with, as the type needs it."""

    def property(self, name: str) -> Value:
        """A property by its name. Raises `KeyError`."""
        return dict(self.properties)[name]


@dataclass(frozen=True, kw_only=True, slots=True)
class Bench:
    """What the checks of a type work with, and for how long."""

    session: UnitSession
    scope: Scope
    choice: Choice
    arn: str
    """Of what was restored."""
    drill_id: str
    tags: Mapping[str, str]
    seed: str
    """Decides what is sampled, so that a drill can be repeated."""
    now: datetime
    waiter: Waiter
    seconds: float
    """How long all that looks inside may take."""
    make: Callable[[str, str, dict[str, Any]], Thing]
    """Has something else made, by a maker, of a kind, with a request: journaled, and torn down like the rest.
    Returns it when it is ready. Raises `CannotVerifyError` and `AwsError`."""

    note: Callable[..., None]
    """Writes an event into the drill's journal: before a check does something to what was restored."""

    def deadline(self) -> float:
        """The monotonic instant until which to look, from now on."""
        return self.waiter.clock.monotonic() + self.seconds

    def late(self, deadline: float) -> bool:
        """Whether that has come. Raises `InterruptedDrillError` if a stop was asked for."""
        self.waiter.checkpoint()
        return self.waiter.clock.monotonic() >= deadline

    def require_time(self, deadline: float, otherwise: str) -> None:
        """Raises `CannotVerifyError` if there is none left, and `InterruptedDrillError`."""
        if self.late(deadline):
            raise CannotVerifyError(otherwise)


class Restorer(Protocol):
    """A type of resource, backed up in one way."""

    method: Method
    resource_type: ResourceType
    title: str
    """Such as `EBS volumes by AWS Backup`."""
    maker: str
    """The name of the request that restores."""
    kind: str
    """What that makes."""
    completing: tuple[tuple[str, str], ...] = ()
    """What else has to be made for it to be of use, as maker and kind: `check` makes it."""
    helpers: tuple[tuple[str, str], ...]
    """What else `read` makes to look inside, as maker and kind."""
    choosing_calls: tuple[str, ...]
    checking_calls: tuple[str, ...]
    reading_calls: tuple[str, ...]
    networked: bool = False
    """What is restored is restored into a network: the isolated one of the catalog, or not at all."""
    not_checked: tuple[str, ...]
    """What no check of this type looks at."""
    reaching_calls: tuple[str, ...] = ()
    """The API calls by which assertions reach into what was restored."""

    def sheets(self, scope: Scope) -> tuple[Sheet, Sheet]:
        """The checks of the lower two rungs in this scope."""

    def choose(self, session: UnitSession, scope: Scope) -> Choice:
        """What to restore. Only reads.

        Raises `NothingToRestoreError` if there is nothing, `CannotVerifyError` if there is only what this
        version cannot restore, and `AwsError`.
        """

    def request(
        self, scope: Scope, choice: Choice, *, drill_id: str, tags: Mapping[str, str]
    ) -> dict[str, Any]:
        """The parameters of the request, as JSON can hold them. The same drill always asks the same."""

    def explain_restore(self, scope: Scope, choice: Choice) -> str:
        """What would be restored into what, for people."""

    def explain_check(self, scope: Scope, choice: Choice) -> str:
        """What would be looked at from outside."""

    def explain_read(self, scope: Scope, choice: Choice) -> str:
        """What would be looked at inside."""

    def check(self, bench: Bench) -> tuple[Check, ...]:
        """The rung `restored`. What AWS refuses is UNKNOWN."""

    def read(self, bench: Bench) -> tuple[Check, ...]:
        """The rung `readable`. What AWS refuses, or takes too long, is UNKNOWN."""

    def reach(self, bench: Bench) -> AbstractContextManager[Reach]:
        """The way in for assertions, for as long as they last; by default one that answers none of them.

        Entering it raises `CannotVerifyError` and `AwsError` where there is no way in just now.
        """
        return nullcontext(Unreached(what=self.title))
