"""What `tierkeep import` finds out, as values."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from tierkeep.desired.model import UnitId
from tierkeep.validate.findings import Value


class Status(StrEnum):
    """What becomes of a thing that exists by the name or the tag of one in the catalog."""

    ADOPTED = "adopted"
    """Terraform imports it."""
    REFUSED = "refused"
    """It cannot be adopted as it is."""
    SEVERAL = "several"
    """Several go by the name, and somebody has to choose."""
    UNKNOWN = "unknown"
    """It could not be read, or not wholly: nobody knows what adopting it would change."""


class Effect(StrEnum):
    """What the deployment that adopts a thing does to one setting of it."""

    REPLACE = "replace"
    """Terraform destroys what has the setting and creates another."""
    UPDATE = "update in place"
    CREATE = "create"
    STAYS = "stays as it is"
    """The catalog does not ask for it, and Terraform neither knows nor changes it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Change:
    """One setting that is not as the catalog says. None is not set, or absent."""

    effect: Effect
    field: str
    """In the words of `tierkeep validate`, such as `rules[daily].lifecycle.delete_after_days`."""
    actual: Value
    expected: Value


@dataclass(frozen=True, kw_only=True, slots=True)
class Import:
    """A resource's construct path in its stack, and the id by which the AWS provider imports it."""

    path: str
    id: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Thing:
    """Something in AWS that goes by the name of something in the catalog."""

    type: str
    """In the words of `tierkeep validate`: key, vault, backup plan, selection, snapshot policy, role."""
    name: str
    status: Status
    imports: tuple[Import, ...] = ()
    """Empty unless it is adopted."""
    changes: tuple[Change, ...] = ()
    own: bool = False
    """Whether it carries the catalog's tag already, as what Tierkeep deployed does."""
    why: str = ""
    """Why it is not adopted and what to do; empty if it is."""
    candidates: tuple[str, ...] = ()
    """AWS's ids of those that go by the name, where AWS gives a name to several."""


class Outcome(StrEnum):
    """What can be said of a unit, or of all."""

    COMPLETE = "complete"
    """All that exists can be adopted."""
    INCOMPLETE = "incomplete"
    """Something exists that cannot be adopted, or that somebody has to choose."""
    UNKNOWN = "unknown"
    """Something could not be read."""


@dataclass(frozen=True, kw_only=True, slots=True)
class UnitAdoption:
    """All that a unit holds of what the catalog asks for."""

    unit: UnitId
    account_id: str
    things: tuple[Thing, ...]
    missing: tuple[str, ...]
    """What does not exist and is created by the next deployment, such as `vault campus-critical`."""

    @property
    def outcome(self) -> Outcome:
        """What is unknown outranks what cannot be adopted."""
        found = {each.status for each in self.things}
        if Status.UNKNOWN in found:
            return Outcome.UNKNOWN
        return Outcome.COMPLETE if found <= {Status.ADOPTED} else Outcome.INCOMPLETE

    @property
    def imports(self) -> tuple[Import, ...]:
        """All that Terraform imports in this unit."""
        return tuple(each for thing in self.things for each in thing.imports)


def overall(adoptions: Iterable[UnitAdoption]) -> Outcome:
    """Of all units; what is unknown outranks what cannot be adopted."""
    outcomes = {each.outcome for each in adoptions}
    return next(
        (each for each in (Outcome.UNKNOWN, Outcome.INCOMPLETE) if each in outcomes), Outcome.COMPLETE
    )
