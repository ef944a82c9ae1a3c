"""What a catalog asks for that ends in no unit: said aloud, by rules, rather than lost."""

from __future__ import annotations

from collections.abc import Iterator

from tierkeep.catalog.model import Catalog
from tierkeep.catalog.overlay import tier_in_account
from tierkeep.catalog.tiers import Tier
from tierkeep.desired.engines import CONTINUOUS_TYPES, DLM_TYPES, choose_engine
from tierkeep.desired.model import Engine, Origin, ResourceType, Term, Unmet, UnmetKind
from tierkeep.desired.scripts import generated


def unmet(catalog: Catalog) -> tuple[Unmet, ...]:
    """Everything that is asked for in vain, or that this version does not generate yet."""
    found = [
        each
        for name in sorted(catalog.tiers)
        for each in (*_without_effect(catalog, name), *_not_generated(name, catalog.tiers[name]))
    ]
    found += [
        each
        for account in sorted(catalog.accounts)
        for name in sorted(catalog.accounts[account].overrides)
        for each in _override_without_effect(catalog, account, name)
    ]
    drills = [
        _later(
            "a scheduled drill",
            "hold it with `tierkeep drill run` until then",
            ("drills", name),
            Term(what="interval", text=str(drill.every), strength=-drill.every.minutes),
            Term(what="scope", text=drill.scope, strength=int(drill.scope == "all")),
        )
        for name, drill in sorted(catalog.drills.items())
    ]
    return (*found, *_idle_accounts(catalog), *drills, *_tests_in_vain(catalog))


def _without_effect(catalog: Catalog, name: str) -> Iterator[Unmet]:
    tier, here = catalog.tiers[name], ("tiers", name)
    users = {account for account in catalog.accounts if name in catalog.accounts[account].tiers}
    # What one account at least makes something of has an effect; a rule names the accounts that do not.
    tiers = [tier_in_account(catalog, account, name) for account in sorted(users)] or [tier]
    types = {ResourceType(each) for one in tiers for each in one.protects}
    snapshots = sorted(each for each in types if choose_engine(tier, each)[0] is Engine.DLM)
    vaults = tier.on_demand or any(_in_vaults(catalog, account, name) for account in users)
    if not users:
        yield _vain("this tier", "no account names it under `tiers`", here)
    yield from _types_without_effect(tier, types, (*here, "protects"))
    if tier.point_in_time_recovery and not CONTINUOUS_TYPES.intersection(types):
        supported = ", ".join(sorted(CONTINUOUS_TYPES))
        yield _vain(
            "point-in-time recovery", f"it exists for {supported} only", (*here, "point_in_time_recovery")
        )
    if tier.application_consistency and ResourceType.EC2 not in snapshots:
        why = "pre and post scripts run for instances (ec2) protected by Data Lifecycle Manager only"
        yield _vain("application consistency", why, (*here, "application_consistency"))
    if tier.exclude and ResourceType.EC2 not in snapshots:
        why = "volumes are left out for instances (ec2) protected by Data Lifecycle Manager only"
        yield _vain("leaving out volumes", why, (*here, "exclude"))
    volumes = ResourceType.EBS in snapshots
    if tier.fast_snapshot_restore and not volumes:
        why = "it exists for volumes (ebs) protected by Data Lifecycle Manager only"
        yield _vain("fast snapshot restore", why, (*here, "fast_snapshot_restore"))
    if tier.share and not volumes:
        why = "snapshots of volumes (ebs) protected by Data Lifecycle Manager can be shared only"
        yield _vain("sharing", why, (*here, "share"))
    if tier.vault_lock and users and not vaults:
        why = "snapshots of Data Lifecycle Manager lie in no vault"
        yield _vain("the vault lock", why, (*here, "vault_lock"))
    yield from dict.fromkeys(
        each
        for account in sorted(users)
        for vain in (_cold_in_vain, _archived_in_vain, _copied_in_vain)
        for each in vain(catalog, account, name)
    )
    if tier.fast_snapshot_restore and users:
        yield from _zones_elsewhere(catalog, tier, users, (*here, "fast_snapshot_restore"))
    if tier.share and users and {*users, *tier.share.with_accounts} == {*tier.share.with_accounts[:1]}:
        yield _vain("sharing", "the tier's only account is the one to share with", (*here, "share"))


def _in_vaults(catalog: Catalog, account: str, name: str) -> bool:
    """Whether AWS Backup protects a type of the tier in the account, so that there are vaults."""
    tier = tier_in_account(catalog, account, name)
    return any(choose_engine(tier, ResourceType(each))[0] is Engine.BACKUP for each in tier.protects)


def _cold_in_vain(catalog: Catalog, account: str, name: str) -> Iterator[Unmet]:
    """Cold storage where Data Lifecycle Manager alone protects; beside AWS Backup, a rule names the types."""
    if _in_vaults(catalog, account, name):
        return
    tier, override = tier_in_account(catalog, account, name), catalog.accounts[account].overrides.get(name)
    cold = [("schedules", key) for key, schedule in tier.schedules.items() if schedule.cold_after]
    cold += [("copy_to", key) for key, copy in tier.copy_to.items() if copy.cold_after]
    for part, key in sorted(cold):
        own = getattr(override, part, {}).get(key)
        here = ("accounts", account, "overrides", name) if own and own.cold_after else ("tiers", name)
        why = "snapshots of Data Lifecycle Manager never go cold"
        yield _vain("cold storage", why, (*here, part, key, "cold_after"))


def _archived_in_vain(catalog: Catalog, account: str, name: str) -> Iterator[Unmet]:
    """The archive tier where Data Lifecycle Manager protects no volumes: nowhere, or in an account that asks
    for it itself. Where others archive, a rule names those that do not.
    """
    tier, override = tier_in_account(catalog, account, name), catalog.accounts[account].overrides.get(name)
    users = [each for each in catalog.accounts if name in catalog.accounts[each].tiers]
    if _volumes_by_dlm(tier):
        return
    elsewhere = any(_volumes_by_dlm(tier_in_account(catalog, each, name)) for each in users)
    for key in sorted(key for key, schedule in tier.schedules.items() if schedule.archive_after):
        own = override.schedules.get(key) if override else None
        asked_here = own is not None and own.archive_after is not None
        if asked_here or not elsewhere:
            here = ("accounts", account, "overrides", name) if asked_here else ("tiers", name)
            why = "it exists for volumes (ebs) protected by Data Lifecycle Manager only"
            yield _vain("the archive tier", why, (*here, "schedules", key, "archive_after"))


def _volumes_by_dlm(tier: Tier) -> bool:
    return "ebs" in tier.protects and choose_engine(tier, ResourceType.EBS)[0] is Engine.DLM


def _copied_in_vain(catalog: Catalog, account: str, name: str) -> Iterator[Unmet]:
    """Copies to other accounts of what Data Lifecycle Manager protects, but for volumes."""
    tier, override = tier_in_account(catalog, account, name), catalog.accounts[account].overrides.get(name)
    types = {each for each in tier.protects if choose_engine(tier, ResourceType(each))[0] is Engine.DLM}
    for key in sorted(tier.copy_to):
        if "/" in key and key.split("/")[0] != account:
            own = override is not None and key in override.copy_to
            here = ("accounts", account, "overrides", name) if own else ("tiers", name)
            for each in sorted(types - {"ebs"}):
                why = (
                    "of Data Lifecycle Manager's snapshots, those of volumes (ebs) alone reach other accounts"
                )
                yield _vain(f"a copy of {each} to {key}", why, (*here, "copy_to", key))


def _idle_accounts(catalog: Catalog) -> Iterator[Unmet]:
    """Accounts without a tier, to which no copies go either."""
    reached = {
        key.split("/")[0]
        for account in catalog.accounts
        for tier in catalog.accounts[account].tiers
        for key in tier_in_account(catalog, account, tier).copy_to
        if "/" in key
    }
    if catalog.organization:
        reached |= {catalog.organization.account, str(catalog.organization.delegated_administrator)}
    for name in sorted(catalog.accounts):
        if not catalog.accounts[name].tiers and name not in reached:
            yield _vain("this account", "it has no tiers, and no copies go to it", ("accounts", name))


def _tests_in_vain(catalog: Catalog) -> Iterator[Unmet]:
    """Restore tests where AWS Backup protects nothing at all."""
    used = [(account, tier) for account in catalog.accounts for tier in catalog.accounts[account].tiers]
    live = [each for each in used if tier_in_account(catalog, *each).retired is None]
    for name, drill in sorted(catalog.drills.items()):
        if drill.restore_testing and not any(_in_vaults(catalog, *each) for each in live):
            why = "AWS Backup protects nothing in this catalog"
            yield _vain("restore testing", why, ("drills", name, "restore_testing"))


def _types_without_effect(tier: Tier, anywhere: set[ResourceType], here: Origin) -> Iterator[Unmet]:
    for each in sorted(ResourceType(name) for name in tier.protects):
        if each not in anywhere and tier.protects[each.value].recovery_point:
            why = "the overrides of every account of the tier leave the type out"
            yield _vain(f"the objective of {each}", why, (*here, each.value, "recovery_point"))
        if each in anywhere and choose_engine(tier, each)[0] is Engine.DLM and each not in DLM_TYPES:
            why = "Data Lifecycle Manager protects ebs and ec2 only"
            yield _vain("the engine dlm", why, (*here, each.value, "engine"))


def _override_without_effect(catalog: Catalog, account: str, name: str) -> Iterator[Unmet]:
    """What an account's override itself asks for in vain."""
    override = catalog.accounts[account].overrides[name]
    types = {ResourceType(each) for each in tier_in_account(catalog, account, name).protects}
    if override.point_in_time_recovery and not CONTINUOUS_TYPES.intersection(types):
        why = f"it exists for {', '.join(sorted(CONTINUOUS_TYPES))} only"
        here = ("accounts", account, "overrides", name, "point_in_time_recovery")
        yield _vain("point-in-time recovery", why, here)


def _zones_elsewhere(catalog: Catalog, tier: Tier, users: set[str], here: Origin) -> Iterator[Unmet]:
    regions = {region for account in users for region in catalog.accounts[account].regions}
    zones = tier.fast_snapshot_restore.availability_zones if tier.fast_snapshot_restore else []
    for zone in sorted(set(zones)):
        if zone[:-1] not in regions:
            why = f"the tier's accounts are in {', '.join(sorted(regions))} only"
            yield _vain(f"fast snapshot restore in {zone}", why, (*here, "availability_zones"))


def _not_generated(name: str, tier: Tier) -> Iterator[Unmet]:
    here = ("tiers", name)
    if tier.application_consistency and not generated(tier.application_consistency):
        why = (
            "name their `document` of Systems Manager: snapshots of instances are crash-consistent until then"
        )
        yield _later("pre and post scripts", why, (*here, "application_consistency"))
    if tier.on_demand:
        why = "start a backup by hand before and after a deployment until then"
        keep = tier.on_demand.keep
        kept = [
            Term(what=each.replace("-", " "), text=f"kept {keep}", strength=keep.days)
            for each in sorted(set(tier.on_demand.on))
        ]
        yield _later("a backup that a deployment starts", why, (*here, "on_demand"), *kept)


def _vain(what: str, why: str, origin: Origin) -> Unmet:
    return Unmet(kind=UnmetKind.NO_EFFECT, what=what, why=why, origin=origin)


def _later(what: str, why: str, origin: Origin, *terms: Term) -> Unmet:
    return Unmet(kind=UnmetKind.NOT_GENERATED, what=what, why=why, origin=origin, terms=terms)
