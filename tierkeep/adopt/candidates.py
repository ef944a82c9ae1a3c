"""Which of the things that go by a name is meant, and whether it may be adopted at all."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NoReturn, TypeAlias, TypeVar

from tierkeep.adopt.model import Status, Thing
from tierkeep.validate.observed import CATALOG_TAG
from tierkeep.validate.unread import Unread

T = TypeVar("T")
Found: TypeAlias = Thing | str
"""What exists, adopted or not; or the name of what does not exist."""


class NotAdopted(Exception):  # noqa: N818 - it ends the look at one thing, and is caught a few lines away
    """Something exists that is not adopted."""

    def __init__(self, thing: Thing) -> None:
        super().__init__(thing.why)
        self.thing = thing


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """What is looked for, and for whom. Its methods raise `NotAdopted`."""

    type: str
    name: str
    catalog: str
    choices: frozenset[str] = frozenset()
    """AWS's ids that somebody has chosen."""

    @property
    def missing(self) -> str:
        """It, as it is named where it does not exist."""
        return f"{self.type} {self.name}"

    def known(self, value: T | Unread) -> T:
        """What was read, if it was."""
        if isinstance(value, Unread):
            self.refuse(str(value), Status.UNKNOWN)
        return value

    def refuse(self, why: str, status: Status = Status.REFUSED, candidates: tuple[str, ...] = ()) -> NoReturn:
        """It cannot be adopted."""
        raise NotAdopted(Thing(type=self.type, name=self.name, status=status, why=why, candidates=candidates))

    def own(self, tags: Mapping[str, str] | Unread) -> bool:
        """Whether a thing with these tags is this catalog's already. One that is another's is refused."""
        owner = self.known(tags).get(CATALOG_TAG)
        if owner not in {None, self.catalog}:
            self.refuse(
                f"it belongs to the catalog {owner}, by its tag {CATALOG_TAG}: give this catalog or the tier "
                "another name, or let that catalog release it first"
            )
        return owner is not None

    def chosen(self, candidates: Sequence[tuple[str, T]]) -> tuple[str, T] | None:
        """The one with its id that somebody chose, or that carries the catalog's tag, or the only one.

        None where there is none. Several to choose among are refused.
        """
        ids = tuple(sorted(each for each, _ in candidates))
        picked = [each for each in candidates if each[0] in self.choices]
        picked = picked or [each for each in candidates if self._carries_tag(each[1])] or list(candidates)
        if len(picked) > 1:
            why = (
                f"AWS has {len(picked)} of this name: choose one with `--choose ID`, and see to the others, "
                "which go on beside it, by hand"
            )
            self.refuse(why, Status.SEVERAL, ids)
        return picked[0] if picked else None

    def _carries_tag(self, form: Any) -> bool:
        tags = getattr(form, "tags", {})
        return not isinstance(tags, Unread) and tags.get(CATALOG_TAG) == self.catalog


def settled(look: Callable[[], Found]) -> Found:
    """What a look at one thing finds, also where it ends with `NotAdopted`."""
    try:
        return look()
    except NotAdopted as end:
        return end.thing


def by_name(found: Mapping[str, T], name: str) -> list[T]:
    """All of a collection that go by a name: the further ones have a number after it (`normal.keyed`)."""
    return [value for key, value in found.items() if key == name or key.startswith(f"{name}#")]
