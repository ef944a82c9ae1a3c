"""Which generations of vaults a tier has: the one that is used, and earlier ones that stay for a while.

The lock of a vault that is final, and the range of an air-gapped vault, never change: where a catalog needs
another, vaults of a new generation take over. All of a place have the key of the place: what a vault of any
generation holds can be restored as long as that key is there.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from tierkeep.catalog.durations import Duration
from tierkeep.catalog.locks import ComplianceLock, EarlierAirGapped, EarlierLocked
from tierkeep.desired.context import TierInUnit
from tierkeep.desired.model import Origin, Superseded, Vault, VaultLock
from tierkeep.desired.names import Names


@dataclass(frozen=True, kw_only=True, slots=True)
class Generation:
    """One generation of a tier's vaults, with the lock that each of them has."""

    number: int
    lock: VaultLock | None
    ended: EarlierLocked | EarlierAirGapped | None = None
    """What the catalog says of it where a later one has taken over."""

    @property
    def origin(self) -> Origin:
        """Where it stands in the catalog, if anywhere."""
        return self.lock.origin if self.lock else ()

    def superseded(self, vault: Vault) -> Superseded | None:
        """Since when the vault, which is of this generation, is used no more; None where it is."""
        if self.ended is None:
            return None
        return Superseded(
            vault_name=vault.name,
            tier=vault.tier,
            since=self.ended.until,
            kept_days=self.ended.keep.days,
            origin=self.origin,
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class Vaults:
    """The vaults of a tier in one place, one for each generation, and which of them are used no more."""

    vaults: tuple[Vault, ...] = ()
    superseded: tuple[Superseded, ...] = ()


def of_vaults(tier: TierInUnit) -> Iterator[Generation]:
    """The generations of the tier's vaults at home and of those that receive copies, the one in use first.

    A lock is the same in both, so that no copy can be deleted where its original cannot.
    """
    asked, origin = tier.tier.vault_lock, tier.at_value("vault_lock")
    if asked is None:
        yield Generation(number=1, lock=None)
        return
    changeable_for = asked.changeable_for if isinstance(asked, ComplianceLock) else None
    yield Generation(
        number=asked.generation, lock=_lock(asked.min_keep, asked.max_keep, changeable_for, origin)
    )
    for index, each in enumerate(asked.earlier):
        at = (*origin, "earlier", str(index))
        lock = _lock(each.min_keep, each.max_keep, each.changeable_for, at)
        yield Generation(number=each.generation, lock=lock, ended=each)


def of_air_gapped(tier: TierInUnit) -> Iterator[Generation]:
    """The generations of the tier's air-gapped vaults, the one in use first."""
    asked = tier.tier.air_gapped
    if asked is None:
        return
    origin = tier.at_value("air_gapped")
    yield Generation(number=asked.generation, lock=_for_good(asked.min_keep, asked.max_keep, origin))
    for index, each in enumerate(asked.earlier):
        at = (*origin, "earlier", str(index))
        yield Generation(number=each.generation, lock=_for_good(each.min_keep, each.max_keep, at), ended=each)


def vault_name(tier: TierInUnit) -> str:
    """The name of the vault at home that is used."""
    return tier.names.of_generation(tier.names.tier(tier.name), next(of_vaults(tier)).number)


def copies_vault_name(tier: TierInUnit, there: Names) -> str:
    """The name of the vault that is used for copies where `there` is."""
    return there.of_generation(there.copies(tier.name), next(of_vaults(tier)).number)


def air_gapped_vault_name(tier: TierInUnit, there: Names) -> str:
    """The name of the air-gapped vault that is used where `there` is. Raises `StopIteration` without one."""
    return there.of_generation(there.air_gapped(tier.name), next(of_air_gapped(tier)).number)


def vaults_of(generations: Iterable[Generation], first: Vault, names: Names) -> Vaults:
    """A vault for each generation, made like the `first`, which is of generation 1."""
    made = []
    for each in generations:
        name = names.of_generation(first.name, each.number)
        made.append((each, replace(first, name=name, arn=names.vault_arn(name), lock=each.lock)))
    superseded = (each.superseded(vault) for each, vault in made)
    return Vaults(
        vaults=tuple(vault for _, vault in made), superseded=tuple(each for each in superseded if each)
    )


def _lock(
    shortest: Duration | None, longest: Duration | None, changeable_for: Duration | None, origin: Origin
) -> VaultLock:
    return VaultLock(
        min_retention_days=shortest.days if shortest else None,
        max_retention_days=longest.days if longest else None,
        changeable_for_days=changeable_for.days if changeable_for else None,
        origin=origin,
    )


def _for_good(shortest: Duration, longest: Duration, origin: Origin) -> VaultLock:
    return VaultLock(
        min_retention_days=shortest.days,
        max_retention_days=longest.days,
        changeable_for_days=0,
        origin=origin,
    )
