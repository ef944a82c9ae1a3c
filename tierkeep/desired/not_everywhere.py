"""Where a tier asks for something that has an effect in some of its accounts and Regions only."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from tierkeep.catalog.model import Catalog
from tierkeep.catalog.overlay import tier_in_account
from tierkeep.catalog.tiers import Tier
from tierkeep.desired.engines import choose_engine, recovers_to_a_moment, vss_by_backup
from tierkeep.desired.model import Engine, Origin, ResourceType, UnitId, Unmet, UnmetKind


@dataclass(frozen=True, kw_only=True, slots=True)
class _Place:
    """A tier as it is in one unit that holds its resources."""

    unit: UnitId
    tier: Tier
    others: frozenset[str]
    """Ids of the accounts that it is shared with, without the unit's own."""

    @property
    def volumes(self) -> bool:
        """Whether Data Lifecycle Manager protects volumes here."""
        return self._by_dlm(ResourceType.EBS)

    @property
    def instances(self) -> bool:
        """Whether it protects instances here."""
        return self._by_dlm(ResourceType.EC2)

    def _by_dlm(self, resource_type: ResourceType) -> bool:
        found = resource_type.value in self.tier.protects
        return found and choose_engine(self.tier, resource_type)[0] is Engine.DLM


def not_everywhere(catalog: Catalog) -> tuple[Unmet, ...]:
    """What a tier itself asks for in vain in some places: what has no effect in any is `unmet`'s.

    Whether an account's override asks for it on its own does not matter: the tier promises it to all.
    """
    return tuple(each for name in sorted(catalog.tiers) for each in _of_tier(catalog, name))


def _of_tier(catalog: Catalog, name: str) -> Iterator[Unmet]:
    tier, places = catalog.tiers[name], list(_places(catalog, name))
    if tier.point_in_time_recovery:
        yield from _lacking("point-in-time recovery", name, places, _recovers)
    if tier.fast_snapshot_restore:
        yield from _lacking("fast snapshot restore", name, places, _restores_fast)
    if tier.vault_lock:
        yield from _lacking("a vault lock", name, places, _locks)
    if tier.air_gapped:
        yield from _lacking("an air-gapped vault", name, places, _backed_up)
    if tier.share:
        # An account that others share with does not lack sharing with itself.
        yield from _lacking("sharing", name, [each for each in places if each.others], _has_volumes)
    if any(each.archive_after for each in tier.schedules.values()):
        yield from _lacking("the archive tier", name, places, _has_volumes)
    if tier.images:
        yield from _lacking("images", name, places, _has_instances)
    if tier.application_consistency:
        yield from _lacking("pre and post scripts", name, places, _consistent)
    if tier.exclude:
        yield from _lacking("leaving out volumes", name, places, _has_instances)


def _places(catalog: Catalog, name: str) -> Iterator[_Place]:
    share = catalog.tiers[name].share
    ids = {catalog.accounts[each].id for each in share.with_accounts} if share else set()
    for account_name, account in sorted(catalog.accounts.items()):
        if name in account.tiers:
            tier = tier_in_account(catalog, account_name, name)
            for region in sorted(set(account.regions)):
                unit = UnitId(account=account_name, region=region)
                yield _Place(unit=unit, tier=tier, others=frozenset(ids - {account.id}))


def _lacking(what: str, name: str, places: list[_Place], has: Callable[[_Place], bool]) -> Iterator[Unmet]:
    lacking = [each for each in places if not has(each)]
    if len(lacking) == len(places):
        return
    for each in lacking:
        yield Unmet(
            kind=UnmetKind.NOT_EVERYWHERE,
            what=f"tier {name} asks for {what}",
            why=f"it has no effect in {each.unit}",
            origin=_origin(name, each, has),
        )


def _origin(name: str, place: _Place, has: Callable[[_Place], bool]) -> Origin:
    """The account's choice of types, or of Regions where only the zones of another lack."""
    here = ("accounts", place.unit.account)
    if has is _restores_fast and place.volumes:
        return (*here, "regions")
    return (*here, "overrides", name, "protects")


def _recovers(place: _Place) -> bool:
    types = [ResourceType(each) for each in place.tier.protects]
    return any(recovers_to_a_moment(place.tier, each) for each in types)


def _locks(place: _Place) -> bool:
    return _backed_up(place) or place.tier.on_demand is not None


def _backed_up(place: _Place) -> bool:
    types = [ResourceType(each) for each in place.tier.protects]
    return any(choose_engine(place.tier, each)[0] is Engine.BACKUP for each in types)


def _restores_fast(place: _Place) -> bool:
    fast = place.tier.fast_snapshot_restore
    zones = fast.availability_zones if fast else []
    return place.volumes and any(zone[:-1] == place.unit.region for zone in zones)


def _has_volumes(place: _Place) -> bool:
    return place.volumes


def _has_instances(place: _Place) -> bool:
    return place.instances


def _consistent(place: _Place) -> bool:
    return place.instances or vss_by_backup(place.tier)
