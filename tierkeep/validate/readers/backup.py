"""Reads vaults and backup plans of AWS Backup.

Existence is read from the listings: AWS Backup answers AccessDenied to questions about some vaults that do
not exist, and that says nothing.
"""

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from tierkeep.aws import AwsError, UnitSession
from tierkeep.validate import normal
from tierkeep.validate.forms import (
    AWS_OWNED,
    CopyForm,
    LifecycleForm,
    LockForm,
    PlanForm,
    RuleForm,
    SelectionForm,
    TagMap,
    VaultForm,
)
from tierkeep.validate.scope import Scope
from tierkeep.validate.unread import Unread, attempt


def read_vaults(session: UnitSession, scope: Scope) -> Mapping[str, VaultForm]:
    """The vaults of the scope, and others that carry the catalog's tag or may do so. Raises `AwsError`."""
    vaults = {}
    for vault in session.pages("backup", "list_backup_vaults", "BackupVaultList"):
        name, arn = vault["BackupVaultName"], vault["BackupVaultArn"]
        if name not in scope.vaults and not scope.may_own(name):
            continue
        tags = attempt(tags_of, session, arn)
        if name in scope.vaults or isinstance(tags, Unread) or scope.owns(tags):
            owned = vault.get("EncryptionKeyType") == "AWS_OWNED_KMS_KEY"
            vaults[name] = VaultForm(
                air_gapped=vault.get("VaultType") == "LOGICALLY_AIR_GAPPED_BACKUP_VAULT",
                key=AWS_OWNED if owned else vault.get("EncryptionKeyArn"),
                policy=attempt(_policy, session, name),
                lock=lock_form(vault),
                tags=tags,
                arn=arn,
            )
    return vaults


def _policy(session: UnitSession, name: str) -> Mapping[str, str]:
    """The access policy of a vault that a listing has named: not found means that it has none."""
    try:
        answer = session.call("backup", "get_backup_vault_access_policy", BackupVaultName=name)
    except AwsError as error:
        if error.not_found:
            return {}
        raise
    return normal.policy(json.loads(answer["Policy"]))


def lock_form(vault: Mapping[str, Any]) -> LockForm | None:
    """The lock of a vault as `ListBackupVaults` and `DescribeBackupVault` answer it."""
    if not vault.get("Locked"):
        return None
    final_from = vault.get("LockDate")
    return LockForm(
        mode="compliance" if final_from else "governance",
        min_retention_days=normal.days(vault.get("MinRetentionDays")),
        max_retention_days=normal.days(vault.get("MaxRetentionDays")),
        final_from=final_from.isoformat(timespec="seconds") if final_from else None,
    )


def read_plans(session: UnitSession, scope: Scope) -> Mapping[str, PlanForm]:
    """The plans of the scope, and others that carry the catalog's tag or may do so. Raises `AwsError`.

    AWS allows several plans of one name: the catalog's own, or else the oldest, is the one that is meant.
    With the scope's `all_of_a_name`, the others are read too.
    """
    found = []
    for plan in session.pages("backup", "list_backup_plans", "BackupPlansList"):
        name, arn = plan["BackupPlanName"], plan["BackupPlanArn"]
        if name not in scope.plans and not scope.may_own(name):
            continue
        tags = attempt(tags_of, session, arn)
        found.append((_is_own(tags, scope), plan["CreationDate"], name, plan, tags))
    found.sort(key=lambda entry: (entry[0] is not True, entry[1], entry[3]["BackupPlanId"]))
    plans: list[tuple[str, PlanForm]] = []
    for own, _, name, plan, tags in found:
        is_first = name in scope.plans and name not in {taken for taken, _ in plans}
        is_candidate = name in scope.plans and scope.all_of_a_name
        if is_first or is_candidate or own is not False:
            plans.append((name, _read_plan(session, plan["BackupPlanId"], plan["BackupPlanArn"], tags)))
    return normal.keyed(plans)


def _is_own(tags: TagMap | Unread, scope: Scope) -> bool | None:
    return None if isinstance(tags, Unread) else scope.owns(tags)


def _read_plan(session: UnitSession, plan_id: str, arn: str, tags: TagMap | Unread) -> PlanForm:
    answer = attempt(session.call, "backup", "get_backup_plan", BackupPlanId=plan_id)
    selections = attempt(_read_selections, session, plan_id)
    if isinstance(answer, Unread):
        return PlanForm(
            rules=answer,
            selections=selections,
            backup_options=answer,
            other_settings=answer,
            tags=tags,
            arn=arn,
        )
    document = answer["BackupPlan"]
    return PlanForm(
        rules=normal.keyed((rule["RuleName"], rule_form(rule)) for rule in document["Rules"]),
        selections=selections,
        backup_options=backup_options(document),
        other_settings=normal.other_settings(document, "BackupPlanName", "Rules", "AdvancedBackupSettings"),
        tags=tags,
        arn=arn,
    )


def backup_options(plan: Mapping[str, Any]) -> Mapping[str, str]:
    """Of a plan as `GetBackupPlan` answers it, by type and option. `disabled` is as good as not set
    (AdvancedBackupSetting in the API reference)."""
    return normal.keyed(
        (f"{setting['ResourceType']}.{option}", value)
        for setting in plan.get("AdvancedBackupSettings") or ()
        for option, value in (setting.get("BackupOptions") or {}).items()
        if value != "disabled"
    )


def _read_selections(session: UnitSession, plan_id: str) -> Mapping[str, SelectionForm | Unread]:
    listed = list(
        session.pages("backup", "list_backup_selections", "BackupSelectionsList", BackupPlanId=plan_id)
    )
    return normal.keyed(
        (
            selection["SelectionName"],
            attempt(_read_selection, session, plan_id, selection["SelectionId"]),
        )
        for selection in listed
    )


def _read_selection(session: UnitSession, plan_id: str, selection_id: str) -> SelectionForm:
    answer = session.call("backup", "get_backup_selection", BackupPlanId=plan_id, SelectionId=selection_id)
    return replace(selection_form(answer["BackupSelection"]), id=selection_id)


def selection_form(document: Mapping[str, Any]) -> SelectionForm:
    """A selection as `GetBackupSelection` answers it."""
    conditions = document.get("Conditions") or {}
    other = normal.other_settings(document, "SelectionName", "IamRoleArn", "Resources", "Conditions")
    return SelectionForm(
        role_arn=document["IamRoleArn"],
        resources=tuple(sorted(document.get("Resources") or ())),
        string_equals=normal.tag_list(
            conditions.get("StringEquals"), key="ConditionKey", value="ConditionValue"
        ),
        other_settings={**other, **normal.other_settings(conditions, "StringEquals")},
    )


def rule_form(rule: Mapping[str, Any]) -> RuleForm:
    """A rule as `GetBackupPlan` answers it."""
    return RuleForm(
        vault_name=rule["TargetBackupVaultName"],
        schedule=normal.cron(rule.get("ScheduleExpression")),
        time_zone=normal.time_zone(rule.get("ScheduleExpressionTimezone")),
        start_window_minutes=rule.get("StartWindowMinutes") or normal.DEFAULT_START_WINDOW_MINUTES,
        completion_window_minutes=(
            rule.get("CompletionWindowMinutes") or normal.DEFAULT_COMPLETION_WINDOW_MINUTES
        ),
        continuous=bool(rule.get("EnableContinuousBackup")),
        lifecycle=_lifecycle_form(rule.get("Lifecycle")),
        copies=normal.keyed(
            (copy["DestinationBackupVaultArn"], CopyForm(lifecycle=_lifecycle_form(copy.get("Lifecycle"))))
            for copy in rule.get("CopyActions") or ()
        ),
        recovery_point_tags=dict(rule.get("RecoveryPointTags") or {}),
        other_settings=_other_rule_settings(rule),
    )


def _lifecycle_form(lifecycle: Mapping[str, Any] | None) -> LifecycleForm:
    lifecycle = lifecycle or {}
    return LifecycleForm(
        cold_storage_after_days=normal.days(lifecycle.get("MoveToColdStorageAfterDays")),
        delete_after_days=normal.days(lifecycle.get("DeleteAfterDays")),
    )


def _other_rule_settings(rule: Mapping[str, Any]) -> dict[str, str]:
    """What a rule sets beyond the desired state's words, its lifecycles' settings included."""
    known = (
        "RuleName", "RuleId", "TargetBackupVaultName", "ScheduleExpression", "ScheduleExpressionTimezone",
        "StartWindowMinutes", "CompletionWindowMinutes", "EnableContinuousBackup", "Lifecycle", "CopyActions",
        "RecoveryPointTags",
    )  # fmt: skip
    other = normal.other_settings(rule, *known)
    for setting, value in _other_lifecycle_settings(rule.get("Lifecycle")).items():
        other[f"Lifecycle.{setting}"] = value
    for copy in rule.get("CopyActions") or ():
        for setting, value in _other_lifecycle_settings(copy.get("Lifecycle")).items():
            other[f"CopyActions.{copy['DestinationBackupVaultArn']}.Lifecycle.{setting}"] = value
    return other


def _other_lifecycle_settings(lifecycle: Mapping[str, Any] | None) -> dict[str, str]:
    return normal.other_settings(lifecycle or {}, "MoveToColdStorageAfterDays", "DeleteAfterDays")


def tags_of(session: UnitSession, arn: str) -> dict[str, str]:
    """Every tag of a thing of AWS Backup; botocore has no paginator for this listing. Raises `AwsError`."""
    tags: dict[str, str] = {}
    token: dict[str, str] = {}
    while True:
        answer = session.call("backup", "list_tags", ResourceArn=arn, **token)
        tags.update(answer.get("Tags", {}))
        if not answer.get("NextToken"):
            return tags
        token = {"NextToken": answer["NextToken"]}
