"""Which promises get weaker, stronger, or otherwise than they were."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from tierkeep.desired.model import DesiredState, Origin
from tierkeep.diff.promised import Place, Promise, promises


class Direction(StrEnum):
    """What a change means for a promise, the worst first."""

    WEAKER = "weaker"
    CHANGED = "changed"
    """Neither: the same strength in other words."""
    STRONGER = "stronger"

    @property
    def rank(self) -> int:
        """The place among all directions, the worst first."""
        return list(Direction).index(self)


@dataclass(frozen=True, kw_only=True, slots=True)
class PromiseChange:
    """One promise that changes, in all the places where it changes in the same way."""

    direction: Direction
    tier: str
    """Empty for what belongs to no tier, such as a drill."""
    what: str
    old: str | None
    """None is not promised."""
    new: str | None
    places: tuple[str, ...]
    """`account/Region type`, sorted; empty for what holds for the tier as a whole."""
    origin: Origin
    """Where the newer catalog says so, or, for what is lost, the older."""


def promise_changes(old: DesiredState, new: DesiredState) -> tuple[PromiseChange, ...]:
    """Every promise that changes, the weaker ones first, then by tier and name."""
    before, after = promises(old), promises(new)
    grouped: dict[PromiseChange, list[str]] = {}
    for key in sorted({*before, *after}):
        change = _change(before.get(key), after.get(key))
        if change and not _goes_with_another(key, before, after):
            grouped.setdefault(change, []).extend(_named(key[0]))
    found = [_in(change, places) for change, places in grouped.items()]
    return tuple(sorted(found, key=lambda each: (each.direction.rank, each.tier, each.what, each.places)))


def _change(old: Promise | None, new: Promise | None) -> PromiseChange | None:
    known = new or old
    if known is None or (old and new and (old.strength, old.text) == (new.strength, new.text)):
        return None
    return PromiseChange(
        direction=_direction(old, new),
        tier=known.place.tier,
        what=known.aspect[-1],
        old=old.text if old else None,
        new=new.text if new else None,
        places=(),
        origin=known.origin,
    )


def _direction(old: Promise | None, new: Promise | None) -> Direction:
    if old is None or new is None:
        return Direction.STRONGER if old is None else Direction.WEAKER
    if old.strength == new.strength:
        return Direction.CHANGED
    return Direction.WEAKER if new.strength < old.strength else Direction.STRONGER


def _goes_with_another(
    key: tuple[Place, tuple[str, ...]],
    before: dict[tuple[Place, tuple[str, ...]], Promise],
    after: dict[tuple[Place, tuple[str, ...]], Promise],
) -> bool:
    """Whether what it is a part of comes or goes too, and says enough."""
    place, aspect = key
    wholes = [(place, aspect[:length]) for length in range(1, len(aspect))]
    return any((whole in before) != (whole in after) for whole in wholes)


def _named(place: Place) -> Iterator[str]:
    if place.account:
        yield f"{place.account}/{place.region} {place.resource_type}"


def _in(change: PromiseChange, places: list[str]) -> PromiseChange:
    return PromiseChange(
        direction=change.direction,
        tier=change.tier,
        what=change.what,
        old=change.old,
        new=change.new,
        places=tuple(sorted(places)),
        origin=change.origin,
    )
