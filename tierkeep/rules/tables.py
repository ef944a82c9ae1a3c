"""Rules of the point-in-time recovery that DynamoDB's tables have of their own."""

from __future__ import annotations

from collections.abc import Iterator

from tierkeep.desired.model import DesiredState, Protection, TableRecovery
from tierkeep.rules.registry import Severity, Violation, rule

_LONGEST_DAYS = 35


def _recoveries(state: DesiredState) -> Iterator[tuple[TableRecovery, Protection]]:
    """Every recovery of tables that is switched on, with the protection that asks for it."""
    for unit in state.units:
        for recovery in unit.table_recoveries:
            for each in unit.protections:
                if each.tier == recovery.tier and each.resource_type == "dynamodb":
                    yield recovery, each


@rule(
    "TK128",
    title="DynamoDB's own point-in-time recovery shares the fate of its table and its Region",
    severity=Severity.NOTICE,
    source="DynamoDB developer guide, PointInTimeRecovery_Howitworks, bp-pitr-recovery-table-restore; "
    "read 2026-11",
)
def with_its_table(state: DesiredState) -> Iterator[Violation]:
    """It lies where the table is: nothing copies it, and losing the account or the Region loses it. Whoever
    deletes the table deletes it too, but for one backup of that moment, which AWS keeps for 35 days. It
    restores to a new table, in its Region or in another, in its own account. Schedules and their copies are
    for the rest.

    Breaks it: `protects: { dynamodb: { point_in_time_recovery: native } }`
    Keeps it: `protects: { dynamodb: {} }`
    """
    for _, each in _recoveries(state):
        yield Violation(
            origin=(*each.origin, "point_in_time_recovery"),
            message="it is lost with its Region, and with its table but for one last backup of 35 days",
            hint="keep schedules beside it, with copies where the loss of the Region counts",
        )


@rule(
    "TK129",
    title="DynamoDB's own point-in-time recovery reaches back 1 to 35 days",
    severity=Severity.ERROR,
    source="botocore 1.44.5, dynamodb PointInTimeRecoverySpecification.RecoveryPeriodInDays; read 2026-11",
)
def period(state: DesiredState) -> Iterator[Violation]:
    """DynamoDB refuses a longer recovery period, so that the state machine would fail for every table.

    Breaks it: `point_in_time_recovery: { granularity: 5m, keep: 36d }` with `native` for dynamodb
    Keeps it: `point_in_time_recovery: { granularity: 5m, keep: 35d }`
    """
    for recovery, _ in _recoveries(state):
        if recovery.period_days > _LONGEST_DAYS:
            yield Violation(
                origin=(*recovery.origin, "keep"),
                message=f"DynamoDB cannot restore to a moment {recovery.period_days} days ago",
                hint=f"write {_LONGEST_DAYS}d or less, and let the schedules keep what is older",
            )


@rule(
    "TK130",
    title="A vault lock does not hold DynamoDB's own point-in-time recovery",
    severity=Severity.ERROR,
    source="DynamoDB developer guide, PointInTimeRecovery_Howitworks; read 2026-11",
    waivable=True,  # AWS takes it, and stays silent
)
def beside_vaults(state: DesiredState) -> Iterator[Violation]:
    """It lies in no vault: whoever may call dynamodb:UpdateContinuousBackups can switch it off or shorten it,
    and then what it held is gone, in a tier that seems locked. The state machine switches it on again within
    an hour, from then on only.

    Breaks it: `protects: { dynamodb: { point_in_time_recovery: native } }` with a `vault_lock`
    Keeps it: `protects: { dynamodb: {} }` with a `vault_lock`
    """
    for unit in state.units:
        locked = {vault.tier for vault in unit.vaults if vault.lock}
        for recovery in unit.table_recoveries:
            if recovery.tier in locked:
                yield Violation(
                    origin=("tiers", recovery.tier, "protects", "dynamodb", "point_in_time_recovery"),
                    message="the vault lock does not hold the point-in-time recovery of tables: it lies in "
                    "no vault",
                    hint="deny dynamodb:UpdateContinuousBackups to others, then waive this rule here",
                )


@rule(
    "TK131",
    title="Tables are switched only where DynamoDB heeds their tags",
    severity=Severity.NOTICE,
    source="DynamoDB developer guide, attribute-based-access-control, abac-troubleshooting; read 2026-11",
)
def by_tags(state: DesiredState) -> Iterator[Violation]:
    """The state machine may change tables that carry the tag of a tier, and no others. Where an account has
    opted out of access control by tags for DynamoDB, that allows nothing: each execution fails and names the
    tables, and `tierkeep validate` finds them.

    Breaks it: `protects: { dynamodb: { point_in_time_recovery: native } }`
    Keeps it: `protects: { dynamodb: {} }`
    """
    for _, each in _recoveries(state):
        yield Violation(
            origin=(*each.origin, "point_in_time_recovery"),
            message="needs access control by tags (ABAC) for DynamoDB in the account, and bills each table "
            "by its size",
            hint="look at DynamoDB's settings in each account and Region before the first deployment",
        )
