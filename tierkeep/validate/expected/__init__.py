"""The desired state in the forms in which it is compared."""

from tierkeep.validate.expected.auditing import (
    framework_form,
    opt_in_forms,
    report_bucket_form,
    report_plan_form,
)
from tierkeep.validate.expected.backup import AWS_MANAGED_ALIAS, key_form, plan_form, vault_form
from tierkeep.validate.expected.machines import log_group_forms, machine_form, role_form, table_forms
from tierkeep.validate.expected.organizing import (
    administrator_forms,
    global_setting_forms,
    organization_policy_forms,
)
from tierkeep.validate.expected.snapshots import (
    copy_policy_form,
    default_policy_form,
    document_form,
    named_document_forms,
    policy_form,
)
from tierkeep.validate.expected.telling import event_rule_forms, notifications_forms, queue_forms, topic_forms
from tierkeep.validate.expected.testing import restore_test_form
from tierkeep.validate.expected.watching import POLICY_DIMENSION, alarm_forms, budget_form, dashboard_forms

__all__ = [
    "AWS_MANAGED_ALIAS",
    "POLICY_DIMENSION",
    "administrator_forms",
    "alarm_forms",
    "budget_form",
    "copy_policy_form",
    "dashboard_forms",
    "default_policy_form",
    "document_form",
    "event_rule_forms",
    "framework_form",
    "global_setting_forms",
    "key_form",
    "log_group_forms",
    "machine_form",
    "named_document_forms",
    "notifications_forms",
    "opt_in_forms",
    "organization_policy_forms",
    "plan_form",
    "policy_form",
    "queue_forms",
    "report_bucket_form",
    "report_plan_form",
    "restore_test_form",
    "role_form",
    "table_forms",
    "topic_forms",
    "vault_form",
]
