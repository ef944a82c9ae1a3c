"""The desired state in the forms in which it is compared."""

from collections.abc import Mapping
from dataclasses import replace

from tierkeep.desired.model import (
    Age,
    BackupPlan,
    BackupRule,
    CrossRegionCopyRule,
    DefaultPolicy,
    DesiredUnit,
    FastRestoreRule,
    Key,
    Lifecycle,
    PolicyResource,
    Role,
    ScheduledStart,
    ScriptDocument,
    Scripts,
    Selection,
    SharedCopyPolicy,
    ShareRule,
    SnapshotPolicy,
    SnapshotSchedule,
    StateMachine,
    Vault,
    VaultLock,
)
from tierkeep.desired.plans import WINDOWS_VSS
from tierkeep.desired.policies import (
    identity_policy,
    key_policy,
    role_policies,
    role_trust,
    vault_policy,
)
from tierkeep.validate import normal
from tierkeep.validate.forms import (
    AWS_OWNED,
    CopyForm,
    CopyRuleForm,
    DefaultForm,
    DocumentForm,
    FastRestoreForm,
    KeyForm,
    LifecycleForm,
    LockForm,
    MachineForm,
    PlanForm,
    PolicyForm,
    RoleForm,
    RuleForm,
    ScheduleForm,
    ScriptsForm,
    SelectionForm,
    ShareForm,
    SharingForm,
    StartForm,
    TableForm,
    VaultForm,
)
from tierkeep.validate.unread import Unread

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
        tags=dict(key.tags),
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


def policy_form(policy: SnapshotPolicy) -> PolicyForm:
    """A snapshot policy that is at work."""
    return PolicyForm(
        status="ENABLED",
        policy_type=policy.policy_type,
        description=policy.description,
        role_arn=policy.role_arn,
        resource_types=(policy.resource_type,),
        target_tags=tuple(sorted(f"{key}={value}" for key, value in policy.target_tags)),
        by_stack=policy.resource is PolicyResource.STACK,
        reboot=policy.images is not None and policy.images.reboot,
        without_boot_volume=policy.exclusions is not None and policy.exclusions.boot_volume,
        without_volumes=tuple(
            sorted(
                f"{key}={value}"
                for key, value in (policy.exclusions.data_volume_tags if policy.exclusions else ())
            )
        ),
        schedules={schedule.name: _schedule_form(schedule) for schedule in policy.schedules},
        sharing=None,
        default=None,
        other_settings={},
        tags=dict(policy.tags),
        origin=policy.origin,
    )


def copy_policy_form(policy: SharedCopyPolicy) -> PolicyForm:
    """A policy at work that copies what others share."""
    copies = {rule.target_region: replace(_copy_rule_form(rule), copy_tags=False) for rule in policy.copies}
    return PolicyForm(
        status="ENABLED",
        policy_type="EVENT_BASED_POLICY",
        description=policy.description,
        role_arn=policy.role_arn,
        resource_types=(),
        target_tags=(),
        reboot=False,
        without_boot_volume=False,
        without_volumes=(),
        schedules={},
        sharing=SharingForm(
            owners=tuple(sorted(policy.owners)),
            description_regex=policy.description_regex,
            copies=copies,
            other_settings={},
            origin=policy.origin,
        ),
        default=None,
        other_settings={},
        tags=dict(policy.tags),
        origin=policy.origin,
    )


def default_policy_form(policy: DefaultPolicy) -> PolicyForm:
    """A default policy at work."""
    excluded = policy.exclusions
    return PolicyForm(
        status="ENABLED",
        policy_type=policy.policy_type,
        description=policy.description,
        role_arn=policy.role_arn,
        resource_types=(policy.resource_type,),
        target_tags=(),
        by_stack=policy.resource is PolicyResource.STACK,
        reboot=False,
        without_boot_volume=False,
        without_volumes=(),
        schedules={},
        sharing=None,
        default=DefaultForm(
            every_days=policy.every_days,
            keep_days=policy.keep_days,
            copy_tags=policy.copy_tags,
            extend_deletion=policy.extend_deletion,
            copy_regions=tuple(sorted(policy.copy_regions)),
            without_boot_volumes=excluded.boot_volumes,
            without_volume_types=tuple(sorted(excluded.volume_types)),
            without_tags=tuple(sorted(f"{key}={value}" for key, value in excluded.tags)),
            other_settings={},
            origin=policy.origin,
        ),
        other_settings={},
        tags=dict(policy.tags),
        origin=policy.origin,
    )


def _schedule_form(schedule: SnapshotSchedule) -> ScheduleForm:
    return ScheduleForm(
        when=normal.cron(schedule.cron) if schedule.cron else f"every {schedule.interval_hours} HOURS",
        start_time=None if schedule.cron else schedule.start_time,
        retain=_age_text(schedule.retain),
        copies={rule.target_region: _copy_rule_form(rule) for rule in schedule.copies},
        fast_restore=_fast_restore_form(schedule.fast_restore) if schedule.fast_restore else None,
        share=_share_form(schedule.share) if schedule.share else None,
        scripts={schedule.scripts.handler: _scripts_form(schedule.scripts)} if schedule.scripts else {},
        archived=_age_text(schedule.archive.retain) if schedule.archive else None,
        deprecated=_age_text(schedule.deprecate) if schedule.deprecate else None,
        copy_tags=True,
        tags_to_add=dict(schedule.tags_to_add),
        other_settings={},
        origin=schedule.origin,
    )


def _copy_rule_form(rule: CrossRegionCopyRule) -> CopyRuleForm:
    return CopyRuleForm(
        encrypted=True,
        copy_tags=True,
        key=rule.key_alias,
        retain=_age_text(rule.retain),
        deprecated=_age_text(rule.deprecate) if rule.deprecate else None,
        other_settings={},
        origin=rule.origin,
    )


def _fast_restore_form(rule: FastRestoreRule) -> FastRestoreForm:
    return FastRestoreForm(
        availability_zones=tuple(sorted(rule.availability_zones)),
        keep=_age_text(rule.keep),
        origin=rule.origin,
    )


def _share_form(rule: ShareRule) -> ShareForm:
    return ShareForm(
        account_ids=tuple(sorted(rule.account_ids)),
        unshare_after=_age_text(rule.unshare_after) if rule.unshare_after else "never",
        origin=rule.origin,
    )


def _scripts_form(scripts: Scripts) -> ScriptsForm:
    return ScriptsForm(
        stages=("POST", "PRE") if scripts.own_document else None,
        timeout_seconds=scripts.timeout_seconds,
        retries=scripts.retries,
        crash_consistent_on_failure=scripts.crash_consistent_on_failure,
        origin=scripts.origin,
    )


def _age_text(age: Age) -> str:
    return f"{age.interval} {age.unit}"


def document_form(document: ScriptDocument) -> DocumentForm:
    """A document with the scripts of its tier."""
    return DocumentForm(
        content=normal.digest(document.content), tags=dict(document.tags), origin=document.origin
    )


def role_form(role: Role, unit: DesiredUnit) -> RoleForm:
    """A role with its trust, its policies and its boundary."""
    ours = {
        each.arn or each.name: normal.policy(identity_policy(each.statements)) for each in role_policies(role)
    }
    return RoleForm(
        arn=role.arn,
        trust=normal.policy(role_trust(role, unit.account_id)),
        policies={**{arn: {} for arn in role.managed_policy_arns}, **ours},
        boundary=role.boundary_arn,
        tags=dict(role.tags),
        origin=role.origin,
    )


def machine_form(machine: StateMachine) -> MachineForm:
    """A state machine that is at work, and logs what fails, with the schedule that starts it."""
    start = machine.start
    return MachineForm(
        status="ACTIVE",
        type="STANDARD",
        definition=normal.machine_definition(machine.definition),
        role_arn=machine.role_arn,
        logging=f"ERROR with data to {machine.log_group}",
        tracing=True,
        start=StartForm(
            state="ENABLED",
            expression=start.expression,
            time_zone="UTC",
            description=machine.description,
            target=machine.arn,
            role_arn=start.role_arn,
            other_settings={},
            origin=machine.origin,
        )
        if isinstance(start, ScheduledStart)
        else None,
        tags=dict(machine.tags),
        arn=machine.arn,
        origin=machine.origin,
    )


def table_forms(unit: DesiredUnit, found: Mapping[str, TableForm] | Unread) -> dict[str, TableForm]:
    """What every table that carries the tag of a tier shall have: which there are, AWS alone knows."""
    if isinstance(found, Unread):
        return {}
    recoveries = {each.tier: each for each in unit.table_recoveries}
    return {
        name: TableForm(
            recovery_period_days=recoveries[table.tier].period_days,
            tier=table.tier,
            arn=table.arn,
            origin=recoveries[table.tier].origin,
        )
        for name, table in found.items()
    }
