"""Rules of watching: what alarms cannot see, who is told, and what budgets count."""

from __future__ import annotations

from collections.abc import Iterator

from tierkeep.desired.model import DesiredState, Engine, ResourceType
from tierkeep.promises.recovery_point import length
from tierkeep.rules.registry import Severity, Violation, rule
from tierkeep.watching import dashboard, dues

_WIDGETS = 500
_SUBSCRIBERS = 11
_WITHOUT_BUDGETS = frozenset({"aws-us-gov"})
_MANAGED_IN_FULL = frozenset({ResourceType.DYNAMODB, ResourceType.EFS, ResourceType.S3})
"""Whose backups AWS Backup bills itself, by the tags of recovery points."""


@rule(
    "TK160",
    title="An alarm on overdue backups looks back 7 days at most",
    severity=Severity.NOTICE,
    source="botocore 1.44.5, cloudwatch PutMetricAlarm.Period; read 2026-11",
)
def alarms_look_back_a_week(state: DesiredState) -> Iterator[Violation]:
    """With a period of an hour an alarm evaluates 168 of them; with shorter ones, a single day. What comes
    more rarely, windows included, has no alarm that it is overdue. Those on failed jobs hold all the same.

    Breaks it: `alarms: by-tier` with a tier whose only schedule is weekly
    Keeps it: `alarms: by-tier` with a tier that is backed up daily
    """
    for unit in state.units:
        for due in dues(unit):
            if due.hours is None:
                why = "when it comes cannot be told"
                if due.minutes is not None:
                    why = (
                        f"it may come {length(due.minutes)} after the one before, and an alarm looks back 7d"
                    )
                yield Violation(
                    origin=due.origin,
                    message=f"no alarm tells that a {due.what} is overdue: {why}",
                    hint="look at its recovery points otherwise, or back up more often",
                )


@rule(
    "TK161",
    title="Alarms tell somebody",
    severity=Severity.WARNING,
    source="design",
)
def alarms_tell_somebody(state: DesiredState) -> Iterator[Violation]:
    """An alarm without a topic shows in the console alone, where nobody looks until it is too late.

    Breaks it: `watching: { alarms: by-tier }`
    Keeps it: `watching: { alarms: by-tier, topic: operations }`
    """
    for unit in state.units:
        watching = unit.watching
        if watching and watching.alarms and watching.topic_arn is None:
            yield Violation(
                origin=(*watching.origin, "alarms"),
                message="alarms tell nobody",
                hint="name a `topic`",
            )


@rule(
    "TK162",
    title="An alert of a budget has 1 to 11 subscribers",
    severity=Severity.ERROR,
    source="botocore 1.44.5, budgets Subscribers; read 2026-11",
)
def budgets_tell_somebody(state: DesiredState) -> Iterator[Violation]:
    """AWS Budgets takes a topic and ten addresses, and refuses an alert that nobody is told of.

    Breaks it: `budgets: { basic: { monthly: 100 } }` without `emails` and without a `topic`
    Keeps it: `budgets: { basic: { monthly: 100 } }` with `emails: [finance@example.com]`
    """
    for unit in state.units:
        for budget in unit.budgets:
            count = len(budget.emails) + (budget.topic_arn is not None)
            if not 1 <= count <= _SUBSCRIBERS:
                yield Violation(
                    origin=budget.origin,
                    message=f"{count} subscribers of an alert; AWS takes 1 to {_SUBSCRIBERS}",
                    hint="name `emails` or a `topic`",
                )


@rule(
    "TK163",
    title="A budget counts what an active cost allocation tag tells apart",
    severity=Severity.NOTICE,
    source="AWS Cost Management user guide, budgets-create-filters; AWS Backup developer guide, "
    "metering-and-billing; read 2026-11",
)
def budgets_count_by_tag(state: DesiredState) -> Iterator[Violation]:
    """A budget counts what carries the tag `tierkeep:tier`, from when the account that pays has activated
    it as a cost allocation tag. AWS Backup bills by tag what it manages in full; backups of other types are
    billed by their own services, of which EBS goes by the tags of snapshots.

    Breaks it: `budgets: { basic: { monthly: 100 } }`
    Keeps it: a catalog without `budgets`
    """
    for unit in state.units:
        for budget in unit.budgets:
            protected = [each for each in unit.protections if each.tier == budget.tier]
            unsure = sorted(
                each.resource_type
                for each in protected
                if each.engine is Engine.BACKUP
                and each.resource_type not in {*_MANAGED_IN_FULL, ResourceType.EBS, ResourceType.EC2}
            )
            also = f"; backups of {', '.join(unsure)} may be missing from it" if unsure else ""
            yield Violation(
                origin=budget.origin,
                message=f"this budget counts what carries `{budget.tag[0]}`, once it is a cost allocation tag"
                f"{also}",
                hint="activate the tag in the account that pays, in Billing and Cost Management",
            )


@rule(
    "TK164",
    title="A dashboard has at most 500 widgets",
    severity=Severity.ERROR,
    source="CloudWatch API reference, Dashboard Body Structure and Syntax; read 2026-11",
)
def dashboard_size(state: DesiredState) -> Iterator[Violation]:
    """Each vault brings two widgets to the dashboard of its account and Region, or three where it is copied.

    Breaks it: `dashboard: true` in an account with 251 tiers that AWS Backup protects
    Keeps it: `dashboard: true` in an account with 250 of them
    """
    for unit in state.units:
        found = dashboard(unit)
        if found and found.widgets > _WIDGETS:
            yield Violation(
                origin=("watching", "dashboard"),
                message=f"{found.widgets} widgets in {unit.id}; AWS allows {_WIDGETS}",
                hint="move tiers to another account, or do without the dashboard",
            )


@rule(
    "TK165",
    title="AWS Budgets is not in GovCloud",
    severity=Severity.ERROR,
    source="botocore 1.44.5, endpoints.json and the endpoint rules of budgets; read 2026-11",
)
def budgets_by_partition(state: DesiredState) -> Iterator[Violation]:
    """GovCloud has no endpoint of AWS Budgets: its costs are part of the account outside that it belongs to.

    Breaks it: `budgets: { basic: { monthly: 100 } }` with `regions: [us-gov-west-1]`
    Keeps it: `budgets: { basic: { monthly: 100 } }` with `regions: [eu-west-1]`
    """
    for unit in state.units:
        for budget in unit.budgets:
            if unit.partition in _WITHOUT_BUDGETS:
                yield Violation(
                    origin=budget.origin,
                    message=f"no budget can be made in {unit.id}: {unit.partition} has no AWS Budgets",
                    hint="watch its costs in the account outside, and leave out the budget",
                )
