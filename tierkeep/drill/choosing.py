"""Which point to restore: the newest, the oldest, that of a moment, or any one."""

from __future__ import annotations

import random
import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any, Protocol, TypeVar

from tierkeep.drill.errors import CannotVerifyError, NothingToRestoreError, ScopeError


class By(StrEnum):
    """How a point is chosen."""

    NEWEST = "newest"
    OLDEST = "oldest"
    RANDOM = "random"
    MOMENT = "moment"


@dataclass(frozen=True, kw_only=True, slots=True)
class Wish:
    """Which point to restore. A random one always carries its seed, so that it can be asked for again."""

    by: By = By.NEWEST
    seed: int | None = None
    moment: datetime | None = None

    def __str__(self) -> str:
        """As it is written on the command line."""
        if self.by is By.RANDOM:
            return f"random:{self.seed}"
        return self.moment.isoformat() if self.moment is not None else self.by.value

    def in_words(self) -> str:
        """As it is told."""
        return {
            By.NEWEST: "the newest",
            By.OLDEST: "the oldest",
            By.RANDOM: f"one at random (seed {self.seed})",
            By.MOMENT: f"the last until {self}",
        }[self.by]


NEWEST = Wish()


def parse_wish(text: str) -> Wish:
    """`newest`, `oldest`, `random`, `random:SEED` or an ISO instant, in UTC unless it says its zone.

    Raises `ScopeError` for anything else.
    """
    if text in (By.NEWEST, By.OLDEST):
        return Wish(by=By(text))
    word, _, seed = text.partition(":")
    if word == By.RANDOM and (not seed or seed.isdecimal()):
        return Wish(by=By.RANDOM, seed=int(seed) if seed else secrets.randbelow(10**6))
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise ScopeError(
            f"which point is {text!r}? Say newest, oldest, random, random:SEED, or an instant such as "
            "2026-11-22T21:00:00Z"
        ) from error
    return Wish(by=By.MOMENT, moment=moment if moment.tzinfo else moment.replace(tzinfo=UTC))


class Dated(Protocol):
    """What can be chosen by its time."""

    @property
    def arn(self) -> str:
        """Tells those of one time apart."""

    @property
    def created(self) -> datetime:
        """The moment that it is of."""


D = TypeVar("D", bound=Dated)


def pick(points: Sequence[D], wish: Wish) -> D:
    """The point that is wished for; the same for the same wish, in whatever order AWS lists them.

    Raises `NothingToRestoreError` if none is as old as the moment that was asked for.
    """
    ordered = sorted(points, key=lambda point: (point.created, point.arn))
    if wish.by is By.OLDEST:
        return ordered[0]
    if wish.by is By.RANDOM:
        return random.Random(wish.seed).choice(ordered)  # noqa: S311 - a sample, no secret
    if wish.moment is not None:
        ordered = [point for point in ordered if point.created <= wish.moment]
        if not ordered:
            oldest = min(point.created for point in points)
            raise NothingToRestoreError(
                f"nothing reaches back to {wish}: the oldest that there is was made at {oldest.isoformat()}"
            )
    return ordered[-1]


def pick_moment(oldest: datetime, newest: datetime, wish: Wish) -> datetime:
    """The moment of a span that is wished for, in whole seconds, as services take them.

    Raises `NothingToRestoreError` if the span does not reach it.
    """
    if wish.by is By.OLDEST:
        return oldest
    if wish.by is By.RANDOM:
        span = int((newest - oldest).total_seconds())
        share = random.Random(wish.seed).random()  # noqa: S311 - a sample, no secret
        return oldest + timedelta(seconds=int(share * span))
    if wish.moment is not None:
        if not oldest <= wish.moment <= newest:
            raise NothingToRestoreError(
                f"{wish} cannot be restored, only from {oldest.isoformat()} to {newest.isoformat()}"
            )
        return wish.moment
    return newest


def require_state(
    listed: Iterable[Mapping[str, Any]], key: str, state: str, *, noun: str, holder: str, of: str, maker: str
) -> list[dict[str, Any]]:
    """Those backups of AWS's answer in the state that can be restored from, which it has under this key.

    Raises `NothingToRestoreError`, with the other states, if there is none: `holder` has no `noun` of what it
    is asked `of`, and `maker` is what should have made one.
    """
    found = list(listed)
    usable = [dict(each) for each in found if each[key] == state]
    if not usable:
        states = ", ".join(sorted({each[key] for each in found}))
        there = f"only {noun}s in state {states}" if found else f"no {noun}"
        raise NothingToRestoreError(
            f"{holder} {there} of {of}: nothing there to restore. `tierkeep validate` shows whether "
            f"{maker} in place"
        )
    return usable


def require_at_hand(
    found: Iterable[dict[str, Any]], key: str, tier: str, *, otherwise: str
) -> list[dict[str, Any]]:
    """Those in the storage tier that can be restored from at once, where AWS says another.

    Raises `CannotVerifyError` if all are in the archive, which `otherwise` says of them.
    """
    at_hand = [each for each in found if each.get(key, tier) == tier]
    if not at_hand:
        raise CannotVerifyError(
            f"{otherwise}; this version restores others: getting one out of the archive takes up to 3 days "
            "and is billed"
        )
    return at_hand


def newest_of(points: Iterable[D]) -> datetime:
    """When the newest of them was made."""
    return max(point.created for point in points)
