"""Vaults, plans and selections of AWS Backup for one tier in one unit."""

from __future__ import annotations

from dataclasses import replace

from tierkeep.catalog.durations import Duration
from tierkeep.catalog.tiers import CopyTo
from tierkeep.desired.context import Destination, TierInUnit
from tierkeep.desired.engines import ARN_PATTERNS, CONTINUOUS_TYPES, vss_by_backup
from tierkeep.desired.generations import (
    Vaults,
    air_gapped_vault_name,
    copies_vault_name,
    of_vaults,
    vault_name,
    vaults_of,
)
from tierkeep.desired.model import (
    BackupPlan,
    BackupRule,
    CopyAction,
    Engine,
    Lifecycle,
    Origin,
    ResourceType,
    RolePurpose,
    Selection,
    Vault,
)
from tierkeep.desired.schedules import cron


def vaults(tier: TierInUnit) -> Vaults:
    """The vaults of the tier's own recovery points; none where AWS Backup keeps none."""
    if not tier.needs_vault:
        return Vaults()
    name = tier.names.tier(tier.name)
    first = Vault(
        name=name,
        arn=tier.names.vault_arn(name),
        tier=tier.name,
        key_alias=tier.names.alias(name) if tier.customer_managed_key else None,
        deletable_by=tuple(tier.names.role_arn(role) for role in tier.deletion_roles),
        tags=tier.tags,
        origin=tier.origin,
    )
    return vaults_of(of_vaults(tier), first, tier.names)


def plan(tier: TierInUnit) -> BackupPlan | None:
    """The plan with a rule for each schedule of the tier."""
    types = tier.types_of(Engine.BACKUP)
    if not types:
        return None
    rules = tuple(_scheduled_rule(tier, name) for name in sorted(tier.tier.schedules))
    made = _plan(tier, tier.names.tier(tier.name), rules, types, tier.origin)
    if not vss_by_backup(tier.tier):
        return made
    return replace(made, windows_vss=True, windows_vss_origin=(*tier.origin, "application_consistency"))


def continuous_plan(tier: TierInUnit) -> BackupPlan | None:
    """The plan for point-in-time recovery.

    A plan of its own, with only the types that support it: in a plan with others, AWS Backup would make
    snapshots of those by this rule too.
    """
    promise = tier.tier.point_in_time_recovery
    types = [each for each in tier.types_of(Engine.BACKUP) if each in CONTINUOUS_TYPES]
    if promise is None or not types:
        return None
    origin = tier.at_value("point_in_time_recovery")
    rule = _rule(
        tier,
        "continuous",
        "cron(0 0 * * ? *)",
        Lifecycle(cold_storage_after_days=None, delete_after_days=promise.keep.days),
        copies=(),
        origin=origin,
        granularity=promise.granularity,
    )
    return _plan(tier, tier.names.continuous(tier.name), (rule,), types, origin)


def _plan(
    tier: TierInUnit, name: str, rules: tuple[BackupRule, ...], types: list[ResourceType], origin: Origin
) -> BackupPlan:
    selection = Selection(
        name=name,
        role_arn=tier.names.role_arn(tier.names.role(RolePurpose.BACKUP)),
        resource_patterns=tuple(ARN_PATTERNS[each].format(partition=tier.names.partition) for each in types),
        required_tags=tier.resource_tags,
        origin=(*tier.origin, "protects"),
    )
    return BackupPlan(
        name=name, tier=tier.name, rules=rules, selections=(selection,), tags=tier.tags, origin=origin
    )


def _scheduled_rule(tier: TierInUnit, name: str) -> BackupRule:
    schedule = tier.tier.schedules[name]
    origin = tier.at("schedules", name)
    copies = tuple(
        copy(tier, each, schedule.keep)
        for copy, destinations in (
            (_copy, tier.destinations),
            (_air_gapped_copy, tier.air_gapped_destinations),
        )
        for each in destinations
        if each.terms.schedules is None or name in each.terms.schedules
    )
    lifecycle = _lifecycle(schedule.keep, schedule.cold_after)
    return _rule(tier, name, cron(schedule), lifecycle, copies=copies, origin=origin)


def _lifecycle(keep: Duration, cold_after: Duration | None) -> Lifecycle:
    return Lifecycle(
        cold_storage_after_days=cold_after.days if cold_after else None, delete_after_days=keep.days
    )


def _rule(
    tier: TierInUnit,
    name: str,
    schedule: str,
    lifecycle: Lifecycle,
    *,
    copies: tuple[CopyAction, ...],
    origin: Origin,
    granularity: Duration | None = None,
) -> BackupRule:
    return BackupRule(
        name=name,
        vault_name=vault_name(tier),
        schedule=schedule,
        time_zone=tier.time_zone,
        time_zone_origin=tier.at_setting("time_zone"),
        start_window_minutes=tier.start_window_minutes,
        start_window_origin=tier.at_setting("start_window"),
        completion_window_minutes=tier.completion_window_minutes,
        completion_window_origin=tier.at_setting("completion_window"),
        continuous=granularity is not None,
        granularity_minutes=granularity.minutes if granularity else None,
        lifecycle=lifecycle,
        copies=copies,
        recovery_point_tags=tier.names.tags(tier.name, schedule=name),
        origin=origin,
    )


def _copy(tier: TierInUnit, to: Destination, keep: Duration) -> CopyAction:
    cold_after = to.terms.cold_after if isinstance(to.terms, CopyTo) else None
    return CopyAction(
        destination=to.unit,
        destination_vault_arn=to.names.vault_arn(copies_vault_name(tier, to.names)),
        # Always set: what AWS does with a copy that has none, its sources do not agree on.
        lifecycle=_lifecycle(to.terms.keep or keep, cold_after),
        origin=tier.at("copy_to", to.key),
    )


def _air_gapped_copy(tier: TierInUnit, to: Destination, keep: Duration) -> CopyAction:
    return CopyAction(
        destination=to.unit,
        destination_vault_arn=to.names.vault_arn(air_gapped_vault_name(tier, to.names)),
        air_gapped=True,
        lifecycle=_lifecycle(to.terms.keep or keep, None),
        origin=(*tier.at_value("air_gapped"), "copy_to", to.key),
    )
