"""What holds the backups of a tier: vault locks, and vaults that are logically air-gapped.

What of a vault can never be changed begins anew with a new generation: other vaults take over, and the
earlier ones stay until what lies in them has expired.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from tierkeep.catalog.durations import WholeDaysField
from tierkeep.catalog.forms import AIR_GAPPED_DESTINATION, Date, Model, Name

Acknowledged = Literal["nobody-can-delete-or-shorten"]


class _Earlier(Model):
    """Vaults of an earlier generation: nothing more lands in them."""

    generation: int = Field(ge=1)
    """Which one they are of: 1 where the catalog named none."""
    until: Date
    """The day on which the next generation was deployed and took over."""
    keep: WholeDaysField
    """How long the longest-lived of what lies in them is kept."""


class EarlierLocked(_Earlier):
    """Vaults of an earlier generation, and the lock in compliance mode that they have."""

    min_keep: WholeDaysField | None = None
    max_keep: WholeDaysField | None = None
    changeable_for: WholeDaysField


class EarlierAirGapped(_Earlier):
    """Air-gapped vaults of an earlier generation, and the range that they have."""

    min_keep: WholeDaysField
    max_keep: WholeDaysField


class _VaultLock(Model):
    """The range of a vault lock, and the generation of the vaults that have it."""

    min_keep: WholeDaysField | None = None
    """Nothing that is kept for less gets into the vault; where it is left out, no matter how short."""
    max_keep: WholeDaysField | None = None
    """Nothing that is kept for longer gets into the vault; where it is left out, no matter how long."""
    generation: int = Field(default=1, ge=1)
    """One more for each time that other vaults take over, since a lock that is final cannot be changed."""
    earlier: list[EarlierLocked] = []
    """The vaults that were taken over from, with their lock as it was, until what they hold has expired."""

    @model_validator(mode="after")
    def _check(self) -> Self:
        _check_generations(self.generation, self.earlier)
        return self


class GovernanceLock(_VaultLock):
    """A vault lock that whoever has the permission can lift again."""

    mode: Literal["governance"]


class ComplianceLock(_VaultLock):
    """A vault lock that nobody can change or lift any more once its time for changes is over."""

    mode: Literal["compliance"]
    changeable_for: WholeDaysField
    """So long after its deployment it can still be changed and lifted: 3d or more."""
    acknowledge: Acknowledged
    """That nobody can delete a backup in the vault or shorten its time from then on: not you, not the root
    user, not AWS."""


class AirGappedCopy(Model):
    """A copy of each backup in a logically air-gapped vault."""

    keep: WholeDaysField | None = None
    """How long a copy is kept; where it is left out, as long as the backup itself."""
    schedules: list[Name] | None = Field(default=None, min_length=1)
    """Only the backups of these schedules are copied; where it is left out, all."""


class AirGapped(Model):
    """Logically air-gapped vaults of a tier: locked in compliance mode from the moment that they are made."""

    copy_to: dict[Annotated[str, StringConstraints(pattern=AIR_GAPPED_DESTINATION)], AirGappedCopy] = Field(
        min_length=1
    )
    """Where the vaults are: `home`, beside the backups; a Region, such as eu-west-1; or an account and a
    Region, such as vaults/eu-west-1."""
    min_keep: WholeDaysField
    """Nothing that is kept for less gets into the vaults: 7d or more. It can never be changed."""
    max_keep: WholeDaysField
    """Nothing that is kept for longer gets into the vaults. It can never be changed."""
    acknowledge: Acknowledged
    """That nobody can delete a copy in the vaults or shorten its time: not you, not the root user, not AWS,
    and not for a day after they are made."""
    generation: int = Field(default=1, ge=1)
    """One more for each time that other vaults take over, since their range cannot be changed."""
    earlier: list[EarlierAirGapped] = []
    """The vaults that were taken over from, with their range, until what lies in them has expired."""

    @model_validator(mode="after")
    def _check(self) -> Self:
        _check_generations(self.generation, self.earlier)
        return self


def _check_generations(current: int, earlier: Sequence[_Earlier]) -> None:
    numbers = [each.generation for each in earlier]
    for number in numbers:
        if number >= current:
            raise PydanticCustomError(
                "generation",
                "generation {number} is not earlier than {current}: begin one with `generation: {next}`",
                {"number": number, "current": current, "next": number + 1},
            )
        if numbers.count(number) > 1:
            raise PydanticCustomError(
                "generation", "generation {number} stands here twice", {"number": number}
            )
