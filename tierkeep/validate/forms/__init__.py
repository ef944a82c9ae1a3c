"""The shapes in which the desired and the observed state are compared.

Each form holds what is judged of one resource, in one normal form: AWS's defaults filled in, sets sorted,
"not set" in one spelling. `expected` makes them from the desired state, `readers` from AWS's answers,
and `difference.py` compares any two of them, so that a field which is added here is judged.

On the observed side any field may be `Unread`. Fields with `compare=False` are carried along for the reader.
A mapping is a collection whose members are recognised by their key; a member that is missing or too many is
one difference, whatever it holds.
"""

from tierkeep.validate.forms.auditing import (
    ControlForm,
    ExpiryForm,
    FrameworkForm,
    OptInForm,
    ReportBucketForm,
    ReportPlanForm,
)
from tierkeep.validate.forms.backup import (
    CopyForm,
    KeyForm,
    LifecycleForm,
    LockForm,
    PlanForm,
    RuleForm,
    SelectionForm,
    VaultForm,
)
from tierkeep.validate.forms.machines import LogGroupForm, MachineForm, RoleForm, StartForm, TableForm
from tierkeep.validate.forms.organizing import (
    BACKUP_POLICY,
    SERVICE_CONTROL_POLICY,
    AdministratorForm,
    GlobalSettingForm,
    OrganizationPolicyForm,
)
from tierkeep.validate.forms.shared import AWS_OWNED, FILLED_IN, OPEN, TagMap
from tierkeep.validate.forms.snapshots import (
    CopyRuleForm,
    DefaultForm,
    DocumentForm,
    FastRestoreForm,
    NamedDocumentForm,
    PolicyForm,
    ScheduleForm,
    ScriptsForm,
    ShareForm,
    SharingForm,
    StackForm,
)
from tierkeep.validate.forms.telling import (
    EventRuleForm,
    NotificationsForm,
    QueueForm,
    SubscriptionForm,
    TargetForm,
    TopicForm,
)
from tierkeep.validate.forms.testing import RestoreSelectionForm, RestoreTestForm
from tierkeep.validate.forms.watching import (
    ONE_METRIC,
    AlarmForm,
    AlertForm,
    BudgetForm,
    DashboardForm,
    MetricForm,
)

__all__ = [
    "AWS_OWNED",
    "BACKUP_POLICY",
    "FILLED_IN",
    "ONE_METRIC",
    "OPEN",
    "SERVICE_CONTROL_POLICY",
    "AdministratorForm",
    "AlarmForm",
    "AlertForm",
    "BudgetForm",
    "ControlForm",
    "CopyForm",
    "CopyRuleForm",
    "DashboardForm",
    "DefaultForm",
    "DocumentForm",
    "EventRuleForm",
    "ExpiryForm",
    "FastRestoreForm",
    "FrameworkForm",
    "GlobalSettingForm",
    "KeyForm",
    "LifecycleForm",
    "LockForm",
    "LogGroupForm",
    "MachineForm",
    "MetricForm",
    "NamedDocumentForm",
    "NotificationsForm",
    "OptInForm",
    "OrganizationPolicyForm",
    "PlanForm",
    "PolicyForm",
    "QueueForm",
    "ReportBucketForm",
    "ReportPlanForm",
    "RestoreSelectionForm",
    "RestoreTestForm",
    "RoleForm",
    "RuleForm",
    "ScheduleForm",
    "ScriptsForm",
    "SelectionForm",
    "ShareForm",
    "SharingForm",
    "StackForm",
    "StartForm",
    "SubscriptionForm",
    "TableForm",
    "TagMap",
    "TargetForm",
    "TopicForm",
    "VaultForm",
]
