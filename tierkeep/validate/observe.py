"""AWS -> ObservedUnit: one read of each thing that the judge needs, and no judgement."""

from collections.abc import Callable

from tierkeep.aws import UnitSession
from tierkeep.validate.observed import Aliases, ObservedUnit, Scope
from tierkeep.validate.readers.auditing import read_frameworks, read_opt_ins, read_report_plans
from tierkeep.validate.readers.backup import read_plans, read_vaults
from tierkeep.validate.readers.buckets import read_report_buckets
from tierkeep.validate.readers.budgets import read_budgets
from tierkeep.validate.readers.cloudformation import read_stacks
from tierkeep.validate.readers.dlm import read_policies
from tierkeep.validate.readers.event_rules import read_event_rules
from tierkeep.validate.readers.iam import read_roles
from tierkeep.validate.readers.kms import read_aliases, read_keys
from tierkeep.validate.readers.machines import read_log_groups, read_machines
from tierkeep.validate.readers.organizing import (
    read_administrators,
    read_global_settings,
    read_organization_policies,
)
from tierkeep.validate.readers.ssm import read_documents, read_named_documents
from tierkeep.validate.readers.tables import read_tables
from tierkeep.validate.readers.telling import read_notifications, read_queues, read_topics
from tierkeep.validate.readers.testing import read_restore_tests
from tierkeep.validate.readers.watching import read_alarms, read_dashboards
from tierkeep.validate.unread import attempt


def observe(
    session: UnitSession, scope: Scope, *, session_in_region: Callable[[str], UnitSession]
) -> ObservedUnit:
    """What the session's account and Region hold of the scope.

    `session_in_region` opens the same account in another Region, for the keys of snapshot copies. What cannot
    be read is `Unread` in the result; nothing is raised for it.
    """
    aliases = attempt(read_aliases, session)
    return ObservedUnit(
        aliases=aliases,
        copy_region_aliases={
            region: attempt(_read_aliases_in, region, session_in_region)
            for region in sorted(scope.copy_regions)
        },
        keys=read_keys(session, scope, aliases),
        vaults=attempt(read_vaults, session, scope),
        plans=attempt(read_plans, session, scope),
        snapshot_policies=attempt(read_policies, session, scope),
        documents=attempt(read_documents, session, scope),
        roles=read_roles(session, scope),
        stacks=read_stacks(session, scope),
        state_machines=read_machines(session, scope),
        tables=attempt(read_tables, session, scope),
        log_groups=attempt(read_log_groups, session, scope),
        named_documents=read_named_documents(session, scope),
        restore_tests=attempt(read_restore_tests, session, scope),
        frameworks=attempt(read_frameworks, session, scope),
        report_plans=attempt(read_report_plans, session, scope),
        report_buckets=read_report_buckets(session, scope),
        opt_ins=attempt(read_opt_ins, session, scope),
        topics=read_topics(session, scope),
        queues=attempt(read_queues, session, scope),
        event_rules=attempt(read_event_rules, session, scope),
        notifications=read_notifications(session, scope),
        alarms=attempt(read_alarms, session, scope),
        dashboards=attempt(read_dashboards, session, scope),
        budgets=attempt(read_budgets, session, scope),
        global_settings=attempt(read_global_settings, session, scope),
        administrators=attempt(read_administrators, session, scope),
        organization_policies=attempt(read_organization_policies, session, scope),
    )


def _read_aliases_in(region: str, session_in_region: Callable[[str], UnitSession]) -> Aliases:
    return read_aliases(session_in_region(region))
