"""Vaults and keys of a unit for the copies that it receives, from its own account's Regions and from others.

One vault a tier, whoever copies into it: what it holds is told apart by its source, and its policy names the
accounts that may add to it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby

from tierkeep.desired.context import Destination, TierInUnit
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

    vault: Vault | None
    """None where AWS Backup makes no copies: those of Data Lifecycle Manager lie in no vault."""
    key: Key | None
    """None where copies are encrypted with an AWS-managed key."""


def received(arrivals: Iterable[Arrival]) -> list[Received]:
    """What receives copies in a unit, tier by tier."""
    ordered = sorted(
        arrivals, key=lambda each: (each.tier.name, not each.from_own_account, each.tier.account)
    )
    return [_received(list(group)) for _, group in groupby(ordered, key=lambda each: each.tier.name)]


def _received(arrivals: list[Arrival]) -> Received:
    backed_up = [each for each in arrivals if each.tier.types_of(Engine.BACKUP)]
    others = {each.tier.names.account_id for each in backed_up if not each.from_own_account}
    first = (backed_up or arrivals)[0]
    name = first.to.names.copies(first.tier.name)
    alias = first.to.names.alias(name) if first.tier.customer_managed_key else None
    vault = Vault(
        name=name,
        arn=first.to.names.vault_arn(name),
        tier=first.tier.name,
        key_alias=alias,
        copied_from=tuple(sorted(others)),
        deletable_by=tuple(first.to.names.role_arn(role) for role in first.tier.deletion_roles),
        lock=first.tier.lock,
        tags=first.tier.tags,
        origin=first.tier.at("copy_to", first.to.key),
    )
    return Received(vault=vault if backed_up else None, key=_key(first, alias, vault) if alias else None)


def _key(first: Arrival, alias: str, vault: Vault) -> Key:
    return first.tier.key(
        alias,
        f"Copies of backups of tier {first.tier.name}",
        names=first.to.names,
        copied_from=vault.copied_from,
    )
