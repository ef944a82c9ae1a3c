"""Keys, vaults and backup plans."""

from tierkeep.desired.model import (
    BackupPlan,
    BackupRule,
    DesiredUnit,
    Key,
    Lifecycle,
    Selection,
    Vault,
    VaultLock,
)
from tierkeep.desired.plans import WINDOWS_VSS
from tierkeep.desired.policies import key_policy, vault_policy
from tierkeep.validate import normal
from tierkeep.validate.forms import (
    AWS_OWNED,
    CopyForm,
    KeyForm,
    LifecycleForm,
    LockForm,
    PlanForm,
    RuleForm,
    SelectionForm,
    VaultForm,
)

AWS_MANAGED_ALIAS = "alias/aws/backup"
"""The alias of the key that AWS Backup makes for vaults without a key of their own."""


def key_form(key: Key, unit: DesiredUnit) -> KeyForm:
    """An enabled, rotating, customer-managed key. Its deletion window shows only once it is being deleted."""
    return KeyForm(
        state="Enabled",
        manager="CUSTOMER",
        rotation=True,
        description=key.description,
        policy=normal.policy(key_policy(key, unit.account_id, unit.partition)),
        grants={},
        tags=dict(key.tags),
        users=(unit.account_id, *key.shared_with, *key.copied_from),
        origin=key.origin,
    )


def vault_form(vault: Vault, unit: DesiredUnit) -> VaultForm:
    """A vault with the alias of its key, its access policy and its lock."""
    return VaultForm(
        air_gapped=vault.air_gapped,
        key=vault.key_alias or (AWS_OWNED if vault.air_gapped else AWS_MANAGED_ALIAS),
        policy=normal.policy(vault_policy(vault, unit.partition)),
        lock=_lock_form(vault.lock) if vault.lock else None,
        tags=dict(vault.tags),
        arn=vault.arn,
        origin=vault.origin,
    )


def _lock_form(lock: VaultLock) -> LockForm:
    """Of its time for changes AWS shows the end only, which depends on when it was deployed."""
    return LockForm(
        mode="compliance" if lock.final else "governance",
        min_retention_days=normal.days(lock.min_retention_days),
        max_retention_days=normal.days(lock.max_retention_days),
        origin=lock.origin,
    )


def plan_form(plan: BackupPlan) -> PlanForm:
    """A plan with its rules and selections."""
    return PlanForm(
        rules={rule.name: _rule_form(rule) for rule in plan.rules},
        selections={selection.name: _selection_form(selection) for selection in plan.selections},
        backup_options=(
            {f"EC2.{name}": value for name, value in WINDOWS_VSS.items()} if plan.windows_vss else {}
        ),
        other_settings={},
        tags=dict(plan.tags),
        origin=plan.origin,
    )


def _rule_form(rule: BackupRule) -> RuleForm:
    return RuleForm(
        vault_name=rule.vault_name,
        schedule=normal.cron(rule.schedule),
        time_zone=normal.time_zone(rule.time_zone),
        start_window_minutes=rule.start_window_minutes,
        completion_window_minutes=rule.completion_window_minutes,
        continuous=rule.continuous,
        lifecycle=_lifecycle_form(rule.lifecycle),
        copies={
            copy.destination_vault_arn: CopyForm(
                lifecycle=_lifecycle_form(copy.lifecycle), origin=copy.origin
            )
            for copy in rule.copies
        },
        recovery_point_tags=dict(rule.recovery_point_tags),
        other_settings={},
        origin=rule.origin,
    )


def _lifecycle_form(lifecycle: Lifecycle) -> LifecycleForm:
    return LifecycleForm(
        cold_storage_after_days=normal.days(lifecycle.cold_storage_after_days),
        delete_after_days=normal.days(lifecycle.delete_after_days),
    )


def _selection_form(selection: Selection) -> SelectionForm:
    return SelectionForm(
        role_arn=selection.role_arn,
        resources=tuple(sorted(selection.resource_patterns)),
        string_equals={f"aws:ResourceTag/{key}": value for key, value in selection.required_tags},
        other_settings={},
        origin=selection.origin,
    )
