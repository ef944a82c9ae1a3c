"""A tier in one account and Region, with what the catalog's defaults and names make of it."""

from __future__ import annotations

from dataclasses import dataclass

from tierkeep.catalog.locks import AirGappedCopy
from tierkeep.catalog.model import AccessRoles, Catalog
from tierkeep.catalog.overlay import tier_in_account
from tierkeep.catalog.tiers import CopyTo, Tier, TierOverride
from tierkeep.desired.engines import choose_engine
from tierkeep.desired.key_roles import key_roles
from tierkeep.desired.model import Engine, Key, Origin, ResourceType, Tags, UnitId
from tierkeep.desired.names import Names

HOME = "home"
"""How a catalog names the unit where backups are made, as a destination of copies in an air-gapped vault."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Destination:
    """Where a tier's copies go, and on what terms."""

    key: str
    """As the catalog names it, under `copy_to`."""
    unit: UnitId
    names: Names
    terms: CopyTo | AirGappedCopy


@dataclass(frozen=True, kw_only=True, slots=True)
class TierInUnit:
    """What the parts of a unit are computed from."""

    name: str
    tier: Tier
    """As it is in this account."""
    account: str
    override: TierOverride | None
    names: Names
    access: AccessRoles
    tier_tag: str
    shared_with: tuple[str, ...]
    """Ids of the other accounts that snapshots are shared with."""
    destinations: tuple[Destination, ...]
    """Of copies, in the order of their keys."""
    air_gapped_destinations: tuple[Destination, ...]
    """Of copies in air-gapped vaults, the same."""
    time_zone: str
    start_window_minutes: int
    completion_window_minutes: int
    key_deletion_window_days: int
    defaults_written: frozenset[str]
    """Which of its `defaults` the catalog names."""

    @classmethod
    def of(cls, catalog: Catalog, names: Names, account: str, name: str) -> TierInUnit:
        """The tier of that name in an account, with the catalog's defaults filled in."""
        tier, defaults = tier_in_account(catalog, account, name), catalog.defaults
        return cls(
            name=name,
            tier=tier,
            account=account,
            override=catalog.accounts[account].overrides.get(name),
            names=names,
            access=catalog.access,
            shared_with=_shared_with(catalog, names, tier),
            destinations=tuple(
                _destination(catalog, names, account, key, terms)
                for key, terms in sorted(tier.copy_to.items())
            ),
            air_gapped_destinations=tuple(
                _destination(catalog, names, account, key, terms)
                for key, terms in sorted(tier.air_gapped.copy_to.items() if tier.air_gapped else ())
            ),
            tier_tag=defaults.tier_tag,
            time_zone=tier.time_zone or defaults.time_zone,
            start_window_minutes=(tier.start_window or defaults.start_window).minutes,
            completion_window_minutes=(tier.completion_window or defaults.completion_window).minutes,
            key_deletion_window_days=(tier.key_deletion_window or defaults.key_deletion_window).days,
            defaults_written=frozenset(defaults.model_fields_set),
        )

    @property
    def origin(self) -> Origin:
        """Where the tier stands in the catalog."""
        return ("tiers", self.name)

    def key(
        self,
        alias: str,
        description: str,
        *,
        names: Names,
        shared_with: tuple[str, ...] = (),
        copied_from: tuple[str, ...] = (),
    ) -> Key:
        """A customer-managed key of the tier, in the unit that `names` are of."""
        return Key(
            alias=alias,
            description=description,
            deletion_window_days=self.key_deletion_window_days,
            deletion_window_origin=self.at_setting("key_deletion_window"),
            shared_with=shared_with,
            copied_from=copied_from,
            roles=key_roles(self.access, names),
            tags=self.tags,
            origin=(*self.origin, "encryption"),
        )

    def at(self, part: str, name: str) -> Origin:
        """Where the entry `name` of the map `part` stands: in the account's overrides or in the tier."""
        if self.override is not None and name in getattr(self.override, part):
            return ("accounts", self.account, "overrides", self.name, part, name)
        return (*self.origin, part, name)

    def at_value(self, part: str) -> Origin:
        """Where the single value `part` stands: in the account's overrides or in the tier."""
        if getattr(self.override, part, None) is not None:
            return ("accounts", self.account, "overrides", self.name, part)
        return (*self.origin, part)

    def at_setting(self, part: str) -> Origin:
        """Where a setting that has a default stands: in the overrides, the tier or the catalog's `defaults`.

        The tier itself where none of them names it.
        """
        if getattr(self.override, part, None) is not None or getattr(self.tier, part) is not None:
            return self.at_value(part)
        return ("defaults", part) if part in self.defaults_written else self.origin

    @property
    def types(self) -> list[ResourceType]:
        """The types that the tier protects, in a stable order."""
        return sorted(ResourceType(name) for name in self.tier.protects)

    def types_of(self, engine: Engine) -> list[ResourceType]:
        """The types that an engine protects for the tier."""
        return [each for each in self.types if choose_engine(self.tier, each)[0] is engine]

    @property
    def customer_managed_key(self) -> bool:
        """Whether vaults and copies have a key of the customer's."""
        return self.tier.encryption == "customer-managed"

    @property
    def deletion_roles(self) -> tuple[str, ...]:
        """Names of the only roles that may delete recovery points; none leaves it to IAM.

        The one that deploys stays in: it could not change the policy again.
        """
        if not self.access.deletion:
            return ()
        return tuple(sorted({*self.access.deletion, *filter(None, [self.access.deploy])}))

    @property
    def needs_vault(self) -> bool:
        """Whether AWS Backup keeps recovery points of the tier: scheduled ones or on demand."""
        return bool(self.types_of(Engine.BACKUP)) or self.tier.on_demand is not None

    @property
    def tags(self) -> Tags:
        """The tags of what is made for the tier."""
        return self.names.tags(self.name)

    @property
    def resource_tags(self) -> Tags:
        """The tags by which resources belong to the tier."""
        return ((self.tier_tag, self.name),)

    @property
    def own_destinations(self) -> list[Destination]:
        """Those in the same account: Data Lifecycle Manager copies to no others."""
        return [each for each in self.destinations if each.unit.account == self.account]

    @property
    def sharing_destinations(self) -> list[Destination]:
        """Those in other accounts, which copy the snapshots of volumes that are shared with them."""
        if ResourceType.EBS not in self.types_of(Engine.DLM):
            return []
        return [each for each in self.destinations if each.unit.account != self.account]

    @property
    def reached_destinations(self) -> list[Destination]:
        """Those where anything arrives."""
        if self.types_of(Engine.BACKUP):
            return list(self.destinations)
        reached = {each.key for each in (*self.own_destinations, *self.sharing_destinations)}
        return [each for each in self.destinations if each.key in reached]

    @property
    def reached_air_gapped(self) -> list[Destination]:
        """Those with an air-gapped vault where anything arrives: Data Lifecycle Manager copies to none."""
        return list(self.air_gapped_destinations) if self.types_of(Engine.BACKUP) else []

    @property
    def reached_accounts(self) -> tuple[str, ...]:
        """Ids of the other accounts where copies arrive."""
        reached = (*self.reached_destinations, *self.reached_air_gapped)
        return tuple(sorted({each.names.account_id for each in reached} - {self.names.account_id}))


def _destination(
    catalog: Catalog, names: Names, account: str, key: str, terms: CopyTo | AirGappedCopy
) -> Destination:
    to, region = key.split("/") if "/" in key else (account, names.region if key == HOME else key)
    return Destination(
        key=key,
        unit=UnitId(account=to, region=region),
        names=Names(catalog=catalog.name, account_id=catalog.accounts[to].id, region=region),
        terms=terms,
    )


def _shared_with(catalog: Catalog, names: Names, tier: Tier) -> tuple[str, ...]:
    if tier.share is None:
        return ()
    accounts = {catalog.accounts[account].id for account in tier.share.with_accounts}
    return tuple(sorted(accounts - {names.account_id}))
