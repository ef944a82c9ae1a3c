"""What is compared, kind by kind: what a unit shall hold of it, and what it holds."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from tierkeep.desired.model import DesiredUnit
from tierkeep.validate import drift_checks, expected, naming, resolve
from tierkeep.validate.check import Check
from tierkeep.validate.observed import ObservedUnit
from tierkeep.validate.unread import Unread

Forms: TypeAlias = Mapping[str, Any]
"""Things of one kind by their names."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Comparison:
    """Things of one kind, and the check that is made of them."""

    name: str
    """The field of `ObservedUnit` that has them."""
    check: Check
    kind: str | None = None
    """What one of them is called, where that is not what the check is about."""
    expected: Callable[[DesiredUnit, ObservedUnit], Forms]
    """What a unit shall hold of them. Which tables there are, AWS alone knows."""
    resolved: Callable[[Any, ObservedUnit], Forms | Unread] | None = None
    """What turns AWS's ids in them into the names that are expected; None where there are none."""

    @property
    def resource_type(self) -> str:
        """What one of them is called."""
        return self.kind or self.check.resource_type

    def actual(self, wanted: Forms, observed: ObservedUnit) -> Forms | Unread:
        """What a unit holds of them, in the terms of what is wanted."""
        if self.resolved:
            return self.resolved(wanted, observed)
        found: Forms | Unread = getattr(observed, self.name)
        return found


def _keys(unit: DesiredUnit, _: ObservedUnit) -> Forms:
    return {each.alias: expected.key_form(each, unit) for each in unit.keys}


def _vaults(unit: DesiredUnit, _: ObservedUnit) -> Forms:
    return {each.name: expected.vault_form(each, unit) for each in unit.vaults}


def _snapshot_policies(unit: DesiredUnit, _: ObservedUnit) -> Forms:
    return {
        **{each.name: expected.policy_form(each) for each in unit.snapshot_policies},
        **{each.name: expected.copy_policy_form(each) for each in unit.copy_policies},
        **{each.name: expected.default_policy_form(each) for each in unit.default_policies},
    }


def _roles(unit: DesiredUnit, _: ObservedUnit) -> Forms:
    return {each.name: expected.role_form(each, unit) for each in unit.roles}


def _tables(unit: DesiredUnit, observed: ObservedUnit) -> Forms:
    return expected.table_forms(unit, observed.tables)


def _report_plans(unit: DesiredUnit, _: ObservedUnit) -> Forms:
    bucket = unit.report_bucket
    return {each.name: expected.report_plan_form(each, bucket) for each in unit.report_plans if bucket}


def _report_buckets(unit: DesiredUnit, _: ObservedUnit) -> Forms:
    bucket = unit.report_bucket
    return {bucket.name: expected.report_bucket_form(bucket)} if bucket else {}


def _each(things: str, form: Callable[[Any], Any]) -> Callable[[DesiredUnit, ObservedUnit], Forms]:
    """The things in a field of the unit, each in its form."""
    return lambda unit, _: {each.name: form(each) for each in getattr(unit, things)}


def _of(forms: Callable[[DesiredUnit], Forms]) -> Callable[[DesiredUnit, ObservedUnit], Forms]:
    """Forms that follow from the unit alone."""
    return lambda unit, _: forms(unit)


COMPARISONS: tuple[Comparison, ...] = (
    Comparison(name="keys", check=drift_checks.KEY, expected=_keys, resolved=resolve.resolved_keys),
    Comparison(name="vaults", check=drift_checks.VAULT, expected=_vaults, resolved=resolve.resolved_vaults),
    Comparison(name="plans", check=drift_checks.BACKUP_PLAN, expected=_each("plans", expected.plan_form)),
    Comparison(
        name="snapshot_policies",
        check=drift_checks.SNAPSHOT_POLICY,
        expected=_snapshot_policies,
        resolved=resolve.resolved_policies,
    ),
    Comparison(
        name="documents",
        check=drift_checks.SCRIPT_DOCUMENT,
        expected=_each("documents", expected.document_form),
    ),
    Comparison(
        name="named_documents",
        check=drift_checks.SCRIPT_DOCUMENT,
        kind="document",
        expected=_of(expected.named_document_forms),
    ),
    Comparison(name="roles", check=drift_checks.ROLE, expected=_roles),
    Comparison(
        name="state_machines",
        check=drift_checks.STATE_MACHINE,
        expected=_each("state_machines", expected.machine_form),
    ),
    Comparison(
        name="log_groups",
        check=drift_checks.STATE_MACHINE,
        kind="log group",
        expected=_of(expected.log_group_forms),
    ),
    Comparison(name="tables", check=drift_checks.TABLE, expected=_tables, resolved=resolve.resolved_tables),
    Comparison(
        name="restore_tests",
        check=drift_checks.RESTORE_TESTING,
        expected=_each("restore_testing", expected.restore_test_form),
    ),
    Comparison(
        name="frameworks",
        check=drift_checks.FRAMEWORK,
        expected=_each("frameworks", expected.framework_form),
        resolved=naming.resolved_frameworks,
    ),
    Comparison(
        name="report_plans",
        check=drift_checks.REPORTS,
        expected=_report_plans,
        resolved=naming.resolved_report_plans,
    ),
    Comparison(name="report_buckets", check=drift_checks.REPORTS, kind="bucket", expected=_report_buckets),
    Comparison(name="opt_ins", check=drift_checks.OPT_IN, expected=_of(expected.opt_in_forms)),
    Comparison(
        name="topics",
        check=drift_checks.EVENTS,
        kind="topic",
        expected=_of(expected.topic_forms),
        resolved=resolve.resolved_topics,
    ),
    Comparison(
        name="queues",
        check=drift_checks.EVENTS,
        kind="queue",
        expected=_of(expected.queue_forms),
        resolved=resolve.resolved_queues,
    ),
    Comparison(name="event_rules", check=drift_checks.EVENTS, expected=_of(expected.event_rule_forms)),
    Comparison(
        name="notifications",
        check=drift_checks.EVENTS,
        kind="notifications of vault",
        expected=_of(expected.notifications_forms),
    ),
    Comparison(
        name="alarms",
        check=drift_checks.ALARM,
        expected=_of(expected.alarm_forms),
        resolved=naming.resolved_alarms,
    ),
    Comparison(name="dashboards", check=drift_checks.DASHBOARD, expected=_of(expected.dashboard_forms)),
    Comparison(name="budgets", check=drift_checks.BUDGET, expected=_each("budgets", expected.budget_form)),
    Comparison(
        name="global_settings",
        check=drift_checks.ORGANIZATION,
        kind="setting of the organisation",
        expected=_of(expected.global_setting_forms),
    ),
    Comparison(
        name="administrators",
        check=drift_checks.ORGANIZATION,
        kind="delegated administrator",
        expected=_of(expected.administrator_forms),
    ),
    Comparison(
        name="organization_policies",
        check=drift_checks.ORGANIZATION,
        kind="policy of the organisation",
        expected=_of(expected.organization_policy_forms),
    ),
)
"""All of them, in the order in which they are judged."""
