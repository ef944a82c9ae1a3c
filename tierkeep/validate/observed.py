"""The observed state of a unit: what AWS answered, in forms, with an `Unread` wherever it did not answer."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from tierkeep.validate.forms import (
    AdministratorForm,
    AlarmForm,
    BudgetForm,
    DashboardForm,
    DocumentForm,
    EventRuleForm,
    FrameworkForm,
    GlobalSettingForm,
    KeyForm,
    LogGroupForm,
    MachineForm,
    NamedDocumentForm,
    NotificationsForm,
    OptInForm,
    OrganizationPolicyForm,
    PlanForm,
    PolicyForm,
    QueueForm,
    ReportBucketForm,
    ReportPlanForm,
    RestoreTestForm,
    RoleForm,
    StackForm,
    TableForm,
    TopicForm,
    VaultForm,
)
from tierkeep.validate.scope import CATALOG_TAG, POLICY_TAG, Scope
from tierkeep.validate.unread import Unread

__all__ = ["CATALOG_TAG", "POLICY_TAG", "Aliases", "ObservedUnit", "Scope"]

Aliases: TypeAlias = Mapping[str, str]
"""The ARN of the key that each alias of an account and Region points at."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ObservedUnit:
    """What one account in one Region holds of a scope, by name; what does not exist is not there.

    Keys go by alias, snapshot policies by their tag `tierkeep:policy`.
    """

    aliases: Aliases | Unread
    copy_region_aliases: Mapping[str, Aliases | Unread]
    """Aliases in other Regions of the account."""
    keys: Mapping[str, KeyForm | Unread] | Unread
    vaults: Mapping[str, VaultForm] | Unread
    plans: Mapping[str, PlanForm] | Unread
    snapshot_policies: Mapping[str, PolicyForm | Unread] | Unread
    documents: Mapping[str, DocumentForm] | Unread
    roles: Mapping[str, RoleForm | Unread]
    stacks: Mapping[str, StackForm | Unread] = field(default_factory=dict)
    """Stacks of CloudFormation, where the scope asks for any."""
    state_machines: Mapping[str, MachineForm | Unread] = field(default_factory=dict)
    tables: Mapping[str, TableForm] | Unread = field(default_factory=dict)
    """By name: those that carry the tag of a tier whose tables have a recovery of their own."""
    log_groups: Mapping[str, LogGroupForm] | Unread = field(default_factory=dict)
    named_documents: Mapping[str, NamedDocumentForm | Unread] = field(default_factory=dict)
    restore_tests: Mapping[str, RestoreTestForm | Unread] | Unread = field(default_factory=dict)
    frameworks: Mapping[str, FrameworkForm | Unread] | Unread = field(default_factory=dict)
    report_plans: Mapping[str, ReportPlanForm] | Unread = field(default_factory=dict)
    report_buckets: Mapping[str, ReportBucketForm] = field(default_factory=dict)
    opt_ins: Mapping[str, OptInForm] | Unread = field(default_factory=dict)
    """By type of resource, as AWS Backup calls it: those that the scope asks for."""
    topics: Mapping[str, TopicForm | Unread] = field(default_factory=dict)
    queues: Mapping[str, QueueForm | Unread] | Unread = field(default_factory=dict)
    event_rules: Mapping[str, EventRuleForm] | Unread = field(default_factory=dict)
    notifications: Mapping[str, NotificationsForm | Unread] = field(default_factory=dict)
    """By vault."""
    alarms: Mapping[str, AlarmForm] | Unread = field(default_factory=dict)
    dashboards: Mapping[str, DashboardForm] | Unread = field(default_factory=dict)
    budgets: Mapping[str, BudgetForm] | Unread = field(default_factory=dict)
    """Those of the account, in the unit that owns them."""
    global_settings: Mapping[str, GlobalSettingForm] | Unread = field(default_factory=dict)
    administrators: Mapping[str, AdministratorForm] | Unread = field(default_factory=dict)
    """By the id of the account."""
    organization_policies: Mapping[str, OrganizationPolicyForm | Unread] | Unread = field(
        default_factory=dict
    )
