"""Point-in-time recovery that DynamoDB's tables have of their own, as a tier asks for it in one unit."""

from __future__ import annotations

from tierkeep.desired.context import TierInUnit
from tierkeep.desired.engines import recovers_natively
from tierkeep.desired.machines import ScheduledStart, StateMachine
from tierkeep.desired.model import ResourceType, RolePurpose, TableRecovery
from tierkeep.desired.table_switch import definition

_EVERY = "rate(1 hour)"
"""How soon a table that gets the tag is found."""
_LOGS_KEPT_DAYS = 365


def table_recovery(tier: TierInUnit) -> TableRecovery | None:
    """The recovery of the tier's tables; None where the tier asks for none, or only AWS Backup's."""
    asked = tier.tier.point_in_time_recovery
    if asked is None or ResourceType.DYNAMODB.value not in tier.tier.protects:
        return None
    if not recovers_natively(tier.tier, ResourceType.DYNAMODB):
        return None
    return TableRecovery(
        tier=tier.name,
        tags=tier.resource_tags,
        period_days=asked.keep.days,
        granularity_minutes=asked.granularity.minutes,
        machine=tier.names.table_recovery(tier.name),
        origin=tier.at_value("point_in_time_recovery"),
    )


def switching_machine(tier: TierInUnit, recovery: TableRecovery) -> StateMachine:
    """What switches it on."""
    names = tier.names
    return StateMachine(
        name=recovery.machine,
        arn=names.state_machine_arn(recovery.machine),
        description=f"Point-in-time recovery of the tables of tier {tier.name}",
        definition=definition(names.partition, recovery.tags, recovery.period_days),
        role_arn=names.role_arn(names.role(RolePurpose.TABLES)),
        log_group=names.machine_logs(recovery.machine),
        log_retention_days=_LOGS_KEPT_DAYS,
        start=ScheduledStart(expression=_EVERY, role_arn=names.role_arn(names.role(RolePurpose.SCHEDULES))),
        tags=tier.tags,
        origin=recovery.origin,
    )
