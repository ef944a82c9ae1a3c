"""Vaults and keys of a unit for the copies that it receives, from its own account's Regions and from others.

One vault a tier, and one that is air-gapped where the tier has such, whoever copies into it: what it holds is
told apart by its source, and its policy names the accounts that may add to it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import groupby

from tierkeep.desired.context import Destination, TierInUnit
from tierkeep.desired.generations import Vaults, of_air_gapped, of_vaults, vaults_of
from tierkeep.desired.model import Engine, Key, Vault


@dataclass(frozen=True, kw_only=True, slots=True)
class Arrival:
    """Copies of a tier's backups that arrive in a unit. `tier` is as it is where the backups are made."""

    tier: TierInUnit
    to: Destination

    @property
    def from_own_account(self) -> bool:
        """Whether they come from another Region of the account that receives them."""
        return self.tier.account == self.to.unit.account


@dataclass(frozen=True, kw_only=True, slots=True)
class Received:
    """What receives a tier's copies in a unit."""

    vaults: Vaults
    """None where AWS Backup makes no copies: those of Data Lifecycle Manager lie in no vault."""
    key: Key | None
    """None where copies are encrypted with a key that is AWS's."""


def received(arrivals: Iterable[Arrival]) -> list[Received]:
    """What receives copies in a unit, tier by tier."""
    return [_received(group) for group in _by_tier(arrivals)]


def air_gapped(arrivals: Iterable[Arrival]) -> list[Received]:
    """What receives copies in air-gapped vaults in a unit, tier by tier. Their keys are AWS's own: provider
    5.100.0 takes no other, and AWS recommends them (AWS Backup developer guide, logicallyairgappedvault)."""
    return [Received(vaults=_air_gapped(group), key=None) for group in _by_tier(arrivals)]


def _by_tier(arrivals: Iterable[Arrival]) -> Iterator[list[Arrival]]:
    ordered = sorted(
        arrivals, key=lambda each: (each.tier.name, not each.from_own_account, each.tier.account)
    )
    for _, group in groupby(ordered, key=lambda each: each.tier.name):
        yield list(group)


def _received(arrivals: list[Arrival]) -> Received:
    backed_up = [each for each in arrivals if each.tier.types_of(Engine.BACKUP)]
    first = (backed_up or arrivals)[0]
    names, name = first.to.names, first.to.names.copies(first.tier.name)
    vault = replace(
        _vault(first, name, backed_up),
        key_alias=names.alias(name) if first.tier.customer_managed_key else None,
        origin=first.tier.at("copy_to", first.to.key),
    )
    return Received(
        vaults=vaults_of(of_vaults(first.tier), vault, names) if backed_up else Vaults(),
        key=_key(first, vault.key_alias, vault) if vault.key_alias else None,
    )


def _air_gapped(arrivals: list[Arrival]) -> Vaults:
    first = arrivals[0]
    vault = _vault(first, first.to.names.air_gapped(first.tier.name), arrivals)
    return vaults_of(of_air_gapped(first.tier), replace(vault, air_gapped=True), first.to.names)


def _vault(first: Arrival, name: str, arrivals: list[Arrival]) -> Vault:
    others = {each.tier.names.account_id for each in arrivals if not each.from_own_account}
    return Vault(
        name=name,
        arn=first.to.names.vault_arn(name),
        tier=first.tier.name,
        key_alias=None,
        copied_from=tuple(sorted(others)),
        deletable_by=tuple(first.to.names.role_arn(role) for role in first.tier.deletion_roles),
        tags=first.tier.tags,
        origin=(*first.tier.at_value("air_gapped"), "copy_to", first.to.key),
    )


def _key(first: Arrival, alias: str, vault: Vault) -> Key:
    return first.tier.key(
        alias,
        f"Copies of backups of tier {first.tier.name}",
        names=first.to.names,
        copied_from=vault.copied_from,
    )
