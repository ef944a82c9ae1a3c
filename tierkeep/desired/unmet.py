"""What a catalog asks for that ends in no unit: said aloud, by rules, rather than lost."""

from __future__ import annotations

from collections.abc import Iterator

from tierkeep.catalog.command_roles import MadeRole
from tierkeep.catalog.instances import ApplicationConsistency
from tierkeep.catalog.model import Catalog
from tierkeep.catalog.overlay import tier_in_account
from tierkeep.catalog.tiers import Tier
from tierkeep.desired.engines import (
    CONTINUOUS_TYPES,
    DLM_TYPES,
    NATIVE_RECOVERY_TYPES,
    choose_engine,
    recovers_natively,
    vss_by_backup,
)
from tierkeep.desired.everywhere import backup_policies
from tierkeep.desired.model import Engine, Origin, ResourceType, Term, Unmet, UnmetKind
from tierkeep.desired.scripts import generated


def unmet(catalog: Catalog) -> tuple[Unmet, ...]:
    """Everything that is asked for in vain, or that this version does not generate yet."""
    found = [
        each
        for name in sorted(catalog.tiers)
        for each in (*_without_effect(catalog, name), *_not_generated(catalog, name))
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
            f"have a scheduler of yours, such as CI, start `tierkeep drill run {name}` so often",
            ("drills", name),
            Term(what="interval", text=str(drill.every), strength=-drill.every.minutes),
            Term(what="scope", text=drill.scope, strength=int(drill.scope == "all")),
        )
        for name, drill in sorted(catalog.drills.items())
    ]
    return (
        *found,
        *_idle_accounts(catalog),
        *_idle_role(catalog),
        *_copies_by_default_in_vain(catalog),
        *_events_in_vain(catalog),
        *_tests_in_vain(catalog),
        *drills,
    )


def _without_effect(catalog: Catalog, name: str) -> Iterator[Unmet]:
    tier, here = catalog.tiers[name], ("tiers", name)
    users = {account for account in catalog.accounts if name in catalog.accounts[account].tiers}
    # What one account at least makes something of has an effect; a rule names the accounts that do not.
    tiers = [tier_in_account(catalog, account, name) for account in sorted(users)] or [tier]
    types = {ResourceType(each) for one in tiers for each in one.protects}
    snapshots = sorted(each for each in types if choose_engine(tier, each)[0] is Engine.DLM)
    by_policy = any(name in policy.tiers for policy in backup_policies(catalog).values())
    if not users and not by_policy:
        yield _vain("this tier", "no account names it under `tiers`", here)
    yield from _types_without_effect(tier, types, (*here, "protects"))
    yield from _keys_without_effect(tier, (*here, "key_deletion_window"))
    if tier.point_in_time_recovery and not _recovers_to_a_moment(tiers, types):
        yield _vain("point-in-time recovery", _RECOVERS, (*here, "point_in_time_recovery"))
    yield from _native_in_vain(tier, (*here, "protects"))
    yield from _of_instances(
        tier,
        here,
        by_dlm=ResourceType.EC2 in snapshots,
        by_vss=ResourceType.EC2 in types and vss_by_backup(tier),
    )
    volumes = ResourceType.EBS in snapshots
    if tier.fast_snapshot_restore and not volumes:
        why = "it exists for volumes (ebs) protected by Data Lifecycle Manager only"
        yield _vain("fast snapshot restore", why, (*here, "fast_snapshot_restore"))
    if tier.share and not volumes:
        why = "snapshots of volumes (ebs) protected by Data Lifecycle Manager can be shared only"
        yield _vain("sharing", why, (*here, "share"))
    if users:
        yield from _vaults_in_vain(catalog, name, users)
    yield from dict.fromkeys(
        each
        for account in sorted(users)
        for vain in (_cold_in_vain, _archived_in_vain, _deprecated_in_vain, _copied_in_vain)
        for each in vain(catalog, account, name)
    )
    if tier.fast_snapshot_restore and users:
        yield from _zones_elsewhere(catalog, tier, users, (*here, "fast_snapshot_restore"))
    if tier.share and users and {*users, *tier.share.with_accounts} == {*tier.share.with_accounts[:1]}:
        yield _vain("sharing", "the tier's only account is the one to share with", (*here, "share"))


_RECOVERS = (
    f"it exists for {', '.join(sorted(CONTINUOUS_TYPES))}, and natively for "
    f"{', '.join(sorted(NATIVE_RECOVERY_TYPES))}, only"
)


def _recovers_to_a_moment(tiers: list[Tier], types: set[ResourceType]) -> bool:
    """Whether AWS Backup has it for one of the types, or one of the tiers switches on a type's own."""
    natively = any(recovers_natively(tier, ResourceType(each)) for tier in tiers for each in tier.protects)
    return natively or bool(CONTINUOUS_TYPES.intersection(types))


def _native_in_vain(tier: Tier, here: Origin) -> Iterator[Unmet]:
    """A point-in-time recovery of a type's own that the type has not, or for which the tier says no terms."""
    for each in sorted(ResourceType(name) for name in tier.protects):
        if tier.protects[each.value].point_in_time_recovery is None or recovers_natively(tier, each):
            continue
        if each not in NATIVE_RECOVERY_TYPES:
            why = f"{', '.join(sorted(NATIVE_RECOVERY_TYPES))} alone has one of its own besides AWS Backup"
        elif tier.point_in_time_recovery is None:
            why = "the tier has no `point_in_time_recovery`, which says for how long"
        else:
            why = "it goes with the engine backup only"
        yield _vain(f"native recovery of {each}", why, (*here, each.value, "point_in_time_recovery"))


def _vaults_in_vain(catalog: Catalog, name: str, users: set[str]) -> Iterator[Unmet]:
    """What is asked of vaults, where Data Lifecycle Manager alone protects and there are none."""
    tier, here = catalog.tiers[name], ("tiers", name)
    if any(_in_vaults(catalog, account, name) for account in users):
        return
    why = "snapshots of Data Lifecycle Manager lie in no vault"
    if tier.vault_lock and not tier.on_demand:
        yield _vain("the vault lock", why, (*here, "vault_lock"))
    if tier.air_gapped:
        yield _vain("an air-gapped vault", why, (*here, "air_gapped"))


def _of_instances(tier: Tier, here: Origin, *, by_dlm: bool, by_vss: bool) -> Iterator[Unmet]:
    """What is for instances alone, and of that what is for their snapshots alone. `by_vss`: by AWS Backup."""
    if tier.images and not by_dlm:
        why = "Data Lifecycle Manager makes them of instances (ec2) that it protects only"
        yield _vain("images", why, (*here, "images"))
    if by_dlm and not tier.images:
        return
    of = "instances (ec2) protected by Data Lifecycle Manager only"
    if tier.images:
        of = "snapshots of instances only, and the tier asks for images of them"
    if tier.application_consistency and by_vss:
        yield from _of_vss(tier.application_consistency, (*here, "application_consistency"))
    elif tier.application_consistency:
        why = f"pre and post scripts run for {of}"
        yield _vain("application consistency", why, (*here, "application_consistency"))
    if tier.exclude:
        yield _vain("leaving out volumes", f"volumes are left out for {of}", (*here, "exclude"))


def _of_vss(asked: ApplicationConsistency, here: Origin) -> Iterator[Unmet]:
    """What Data Lifecycle Manager alone has for VSS (AWS Backup developer guide, windows-backups)."""
    why = "where VSS fails, AWS Backup makes a crash-consistent backup at once"
    if asked.retries:
        yield _vain("trying VSS again", why, (*here, "retries"))
    if asked.on_failure == "no-snapshot":
        yield _vain("no backup where VSS fails", why, (*here, "on_failure"))


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


def _deprecated_in_vain(catalog: Catalog, account: str, name: str) -> Iterator[Unmet]:
    """Deprecation where there are no images: nowhere, or in an account that asks for it itself."""
    tier, override = tier_in_account(catalog, account, name), catalog.accounts[account].overrides.get(name)
    users = [each for each in catalog.accounts if name in catalog.accounts[each].tiers]
    if _images(tier):
        return
    elsewhere = any(_images(tier_in_account(catalog, each, name)) for each in users)
    asked = [("schedules", key) for key, schedule in tier.schedules.items() if schedule.deprecate_after]
    asked += [("copy_to", key) for key, copy in tier.copy_to.items() if copy.deprecate_after]
    for part, key in sorted(asked):
        own = getattr(override, part, {}).get(key)
        asked_here = own is not None and own.deprecate_after is not None
        if asked_here or not elsewhere:
            here = ("accounts", account, "overrides", name) if asked_here else ("tiers", name)
            why = "images of instances (`images`) by Data Lifecycle Manager are deprecated only"
            yield _vain("deprecation", why, (*here, part, key, "deprecate_after"))


def _images(tier: Tier) -> bool:
    of_instances = "ec2" in tier.protects and choose_engine(tier, ResourceType.EC2)[0] is Engine.DLM
    return of_instances and tier.images is not None


def _copies_by_default_in_vain(catalog: Catalog) -> Iterator[Unmet]:
    """Copies of default policies that have no other Region to go to than their own."""
    for name, account in sorted(catalog.accounts.items()):
        own = account.default_policies
        asked = catalog.default_policies if own is None else own
        here: Origin = ("default_policies",) if own is None else ("accounts", name, "default_policies")
        for what in ("instances", "volumes"):
            policy = getattr(asked, what)
            for region in sorted(set(account.regions)):
                if policy and {*policy.copy_to} == {region}:
                    copies = f"copies by the default policy for {what} of {name}/{region}"
                    yield _vain(copies, "they would go where they come from", (*here, what, "copy_to"))


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
    """Accounts without a tier, to which no copies go either, and none of whose roles runs a command."""
    reached = {
        key.split("/")[0]
        for account in catalog.accounts
        for tier in catalog.accounts[account].tiers
        for key in _destinations(tier_in_account(catalog, account, tier))
        if "/" in key
    }
    for role in (catalog.access.validate_, catalog.access.drill):
        if isinstance(role, MadeRole):
            reached |= {who.split("/")[0] for who in role.trusted_by if not who.startswith("arn:")}
    if catalog.organization:
        reached |= {catalog.organization.account, str(catalog.organization.delegated_administrator)}
    for name in sorted(catalog.accounts):
        if not catalog.accounts[name].tiers and name not in reached:
            yield _vain("this account", "it has no tiers, and no copies go to it", ("accounts", name))


def _idle_role(catalog: Catalog) -> Iterator[Unmet]:
    """A role for drills where there is nothing that could be restored, so that no stack makes it."""
    in_vaults = (
        catalog.tiers[name].on_demand or _in_vaults(catalog, account, name)
        for account in catalog.accounts
        for name in catalog.accounts[account].tiers
    )
    if isinstance(catalog.access.drill, MadeRole) and not any(in_vaults):
        yield _vain("the role for drills", "no tier has a vault to restore from", ("access", "drill"))


def _keys_without_effect(tier: Tier, here: Origin) -> Iterator[Unmet]:
    if tier.key_deletion_window and tier.encryption == "aws-managed":
        yield _vain("the deletion window of keys", "the tier has no key of its own", here)


def _destinations(tier: Tier) -> Iterator[str]:
    yield from tier.copy_to
    yield from tier.air_gapped.copy_to if tier.air_gapped else ()


def _events_in_vain(catalog: Catalog) -> Iterator[Unmet]:
    """What nobody has a use for: retries without plans, and OpsItems of nothing that could be escalated."""
    asked = catalog.events
    if asked is None:
        return
    planned = any(
        _in_vaults(catalog, account, name)
        for account, found in catalog.accounts.items()
        for name in found.tiers
        if tier_in_account(catalog, account, name).retired is None
    )
    if asked.retry and not planned:
        yield _vain(
            "starting failed jobs again", "AWS Backup protects nothing on a schedule", ("events", "retry")
        )
    on_demand = any(tier.on_demand for tier in catalog.tiers.values())
    if asked.ops_items and not (planned and asked.retry) and not on_demand:
        why = "they are opened where `retry` gives up, and for backups before and after deployments"
        yield _vain("OpsItems", why, ("events", "ops_items"))


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
    if override.point_in_time_recovery and not _recovers_to_a_moment(
        [tier_in_account(catalog, account, name)], types
    ):
        here = ("accounts", account, "overrides", name, "point_in_time_recovery")
        yield _vain("point-in-time recovery", _RECOVERS, here)


def _zones_elsewhere(catalog: Catalog, tier: Tier, users: set[str], here: Origin) -> Iterator[Unmet]:
    regions = {region for account in users for region in catalog.accounts[account].regions}
    zones = tier.fast_snapshot_restore.availability_zones if tier.fast_snapshot_restore else []
    for zone in sorted(set(zones)):
        if zone[:-1] not in regions:
            why = f"the tier's accounts are in {', '.join(sorted(regions))} only"
            yield _vain(f"fast snapshot restore in {zone}", why, (*here, "availability_zones"))


def _not_generated(catalog: Catalog, name: str) -> Iterator[Unmet]:
    tier, here = catalog.tiers[name], ("tiers", name)
    if tier.application_consistency and not generated(tier.application_consistency):
        why = (
            "name their `document` of Systems Manager: snapshots of instances are crash-consistent until then"
        )
        yield _later("pre and post scripts", why, (*here, "application_consistency"))
    if tier.on_demand and catalog.events is None:
        why = "add `events` to the catalog, or start a backup by hand before and after a deployment"
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
