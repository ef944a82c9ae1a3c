"""What backup policies of the organisation hold in accounts that the catalog need not list.

Each is resolved as if an account by the name of AWS's variable had the tiers, so that a policy's plan and the
plan of an account's own stack come from one place.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from tierkeep.catalog.model import Account, Catalog
from tierkeep.catalog.organization import BackupPolicy
from tierkeep.desired.backup import continuous_plan, plan
from tierkeep.desired.context import TierInUnit
from tierkeep.desired.engines import choose_engine, recovers_natively
from tierkeep.desired.model import (
    EVERY_ACCOUNT,
    Access,
    BackupPlan,
    DesiredUnit,
    Engine,
    Origin,
    ResourceType,
    UnitId,
    Unmet,
    UnmetKind,
)
from tierkeep.desired.names import Names
from tierkeep.desired.protections import protection

HERE: Origin = ("organization", "backup_policies")


def backup_policies(catalog: Catalog) -> dict[str, BackupPolicy]:
    """The backup policies that the catalog asks for, by name, in a stable order."""
    asked = catalog.organization.backup_policies if catalog.organization else {}
    return dict(sorted(asked.items()))


def delivered(catalog: Catalog) -> dict[str, tuple[DesiredUnit, ...]]:
    """What each policy holds in each of its Regions, in whatever account."""
    anywhere = Account.model_construct(id=EVERY_ACCOUNT)
    widened = catalog.model_copy(update={"accounts": {**catalog.accounts, EVERY_ACCOUNT: anywhere}})
    return {
        name: tuple(_unit(widened, policy, region) for region in sorted(set(policy.regions)))
        for name, policy in backup_policies(catalog).items()
    }


def everywhere(catalog: Catalog) -> tuple[DesiredUnit, ...]:
    """What all policies together hold in whatever account, one unit a Region."""
    by_id: dict[UnitId, DesiredUnit] = {}
    for each in (unit for units in delivered(catalog).values() for unit in units):
        known = by_id.get(each.id)
        by_id[each.id] = (
            replace(
                known,
                plans=(*known.plans, *each.plans),
                protections=(*known.protections, *each.protections),
            )
            if known
            else each
        )
    return tuple(by_id[unit] for unit in sorted(by_id))


def _unit(catalog: Catalog, policy: BackupPolicy, region: str) -> DesiredUnit:
    names = Names(catalog=catalog.name, account_id=EVERY_ACCOUNT, region=region)
    tag = policy.tag or catalog.defaults.tier_tag
    tiers = [
        replace(TierInUnit.of(catalog, names, EVERY_ACCOUNT, name), tier_tag=tag)
        for name in sorted(set(policy.tiers))
        if catalog.tiers[name].retired is None
    ]
    plans = [found for tier in tiers for found in (plan(tier), continuous_plan(tier)) if found]
    protections = [protection(catalog, tier, each) for tier in tiers for each in tier.types]
    return DesiredUnit(
        id=UnitId(account=EVERY_ACCOUNT, region=region),
        account_id=EVERY_ACCOUNT,
        partition=names.partition,
        access=Access(deploy_role_arn=None, validate_role_arn=None, drill_role_arn=None),
        keys=(),
        vaults=(),
        plans=tuple(_as_in_policy(each, names) for each in plans),
        snapshot_policies=(),
        roles=(),
        protections=tuple(each for each in protections if each.engine is Engine.BACKUP),
        depends_on=(),
    )


def _as_in_policy(made: BackupPlan, names: Names) -> BackupPlan:
    """Plans of all Regions stand in one policy, and go by their names alone."""
    return replace(made, name=names.regional(made.name), tags=())


def left_out(catalog: Catalog, policy: BackupPolicy) -> Iterator[tuple[str, str]]:
    """Tiers of the policy, each with something of it that a backup policy cannot say."""
    for name in sorted(set(policy.tiers)):
        tier = catalog.tiers[name]
        types = sorted(ResourceType(each) for each in tier.protects)
        by_dlm = [each for each in types if choose_engine(tier, each)[0] is Engine.DLM]
        if by_dlm:
            yield name, f"{', '.join(by_dlm)}, which Data Lifecycle Manager protects"
        natively = [each for each in types if recovers_natively(tier, each)]
        if natively:
            yield name, f"native recovery of {', '.join(natively)}"
        if tier.on_demand:
            yield name, "backups on demand"
        for asked, what in (
            (tier.encryption == "customer-managed", "the keys of its vaults"),
            (tier.vault_lock, "the lock of its vaults"),
            (tier.air_gapped, "that some of its vaults are air-gapped"),
        ):
            if asked:
                yield name, what
        for account in sorted(catalog.accounts):
            if name in catalog.accounts[account].overrides:
                yield name, f"what account {account} overrides"


def in_vain(catalog: Catalog) -> Iterator[Unmet]:
    """Tiers of which a backup policy makes no plan at all."""
    for key, policy in backup_policies(catalog).items():
        for name in sorted(set(policy.tiers)):
            tier = catalog.tiers[name]
            engines = {choose_engine(tier, ResourceType(each))[0] for each in tier.protects}
            why = None
            if Engine.BACKUP not in engines:
                why = "Data Lifecycle Manager protects all of its types"
            if tier.retired is not None:
                why = "it is retired"
            if why:
                yield Unmet(
                    kind=UnmetKind.NO_EFFECT,
                    what=f"tier {name} in a backup policy",
                    why=why,
                    origin=(*HERE, key, "tiers"),
                )
