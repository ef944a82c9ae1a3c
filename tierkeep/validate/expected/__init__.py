"""The desired state in the forms in which it is compared."""

from tierkeep.validate.expected.backup import (
    AWS_MANAGED_ALIAS,
    key_form,
    plan_form,
    vault_form,
)
from tierkeep.validate.expected.machines import (
    machine_form,
    role_form,
    table_forms,
)
from tierkeep.validate.expected.snapshots import (
    copy_policy_form,
    default_policy_form,
    document_form,
    policy_form,
)

__all__ = [
    "AWS_MANAGED_ALIAS",
    "copy_policy_form",
    "default_policy_form",
    "document_form",
    "key_form",
    "machine_form",
    "plan_form",
    "policy_form",
    "role_form",
    "table_forms",
    "vault_form",
]
