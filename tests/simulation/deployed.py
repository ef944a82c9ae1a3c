"""A desired state, deployed by plain boto3 calls into an emulated AWS inside this process.

Not through Terraform: a year is simulated many times faster than it is applied, and tests/deploy holds that
both come to the same.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import boto3

from tierkeep.desired.model import (
    Age,
    BackupPlan,
    BackupRule,
    DesiredState,
    DesiredUnit,
    Lifecycle,
    SnapshotPolicy,
    SnapshotSchedule,
)


class Accounts:
    """Clients in each account, each made once: making one takes long."""

    def __init__(self) -> None:
        self._client = cache(self._make)
        self._session = cache(self._assume)

    def client(self, service: str, account_id: str, region: str) -> Any:
        """A client of a service in an account and Region."""
        return self._client(service, account_id, region)

    def _make(self, service: str, account_id: str, region: str) -> Any:
        return self._session(account_id).client(service, region_name=region)

    def _assume(self, account_id: str) -> boto3.Session:
        role = f"arn:aws:iam::{account_id}:role/simulation"
        sts = boto3.client("sts", region_name="ap-south-1")
        keys = sts.assume_role(RoleArn=role, RoleSessionName="simulation")["Credentials"]
        return boto3.Session(keys["AccessKeyId"], keys["SecretAccessKey"], keys["SessionToken"])


def deploy(state: DesiredState, accounts: Accounts) -> None:
    """Make everything, what others refer to first."""
    for unit in state.units:
        _deploy_vaults(unit, accounts)
    for unit in state.units:
        _deploy_plans(unit, accounts)
        _deploy_policies(unit, accounts)


def _deploy_vaults(unit: DesiredUnit, accounts: Accounts) -> None:
    kms = accounts.client("kms", unit.account_id, unit.id.region)
    backup = accounts.client("backup", unit.account_id, unit.id.region)
    arns = {}
    for key in unit.keys:
        arns[key.alias] = kms.create_key(Description=key.description)["KeyMetadata"]["Arn"]
        kms.create_alias(AliasName=key.alias, TargetKeyId=arns[key.alias])
    for vault in unit.vaults:
        key_arn = {"EncryptionKeyArn": arns[vault.key_alias]} if vault.key_alias else {}
        backup.create_backup_vault(BackupVaultName=vault.name, **key_arn)


def _deploy_plans(unit: DesiredUnit, accounts: Accounts) -> None:
    backup = accounts.client("backup", unit.account_id, unit.id.region)
    for plan in unit.plans:
        plan_id = backup.create_backup_plan(BackupPlan=_plan(plan))["BackupPlanId"]
        for selection in plan.selections:
            conditions = [
                {"ConditionKey": f"aws:ResourceTag/{key}", "ConditionValue": value}
                for key, value in selection.required_tags
            ]
            backup.create_backup_selection(
                BackupPlanId=plan_id,
                BackupSelection={
                    "SelectionName": selection.name,
                    "IamRoleArn": selection.role_arn,
                    "Resources": list(selection.resource_patterns),
                    "Conditions": {"StringEquals": conditions},
                },
            )


def _plan(plan: BackupPlan) -> dict[str, Any]:
    vss = {"ResourceType": "EC2", "BackupOptions": {"WindowsVSS": "enabled"}}
    return {
        "BackupPlanName": plan.name,
        "Rules": [_rule(rule) for rule in plan.rules],
        "AdvancedBackupSettings": [vss] if plan.windows_vss else [],
    }


def _rule(rule: BackupRule) -> dict[str, Any]:
    return {
        "RuleName": rule.name,
        "TargetBackupVaultName": rule.vault_name,
        "ScheduleExpression": rule.schedule,
        "ScheduleExpressionTimezone": rule.time_zone,
        "StartWindowMinutes": rule.start_window_minutes,
        "CompletionWindowMinutes": rule.completion_window_minutes,
        "EnableContinuousBackup": rule.continuous,
        "Lifecycle": _lifecycle(rule.lifecycle),
        "RecoveryPointTags": dict(rule.recovery_point_tags),
        "CopyActions": [
            {
                "DestinationBackupVaultArn": copy.destination_vault_arn,
                "Lifecycle": _lifecycle(copy.lifecycle),
            }
            for copy in rule.copies
        ],
    }


def _lifecycle(lifecycle: Lifecycle) -> dict[str, int]:
    days = {
        "MoveToColdStorageAfterDays": lifecycle.cold_storage_after_days,
        "DeleteAfterDays": lifecycle.delete_after_days,
    }
    return {name: value for name, value in days.items() if value is not None}


def _deploy_policies(unit: DesiredUnit, accounts: Accounts) -> None:
    dlm = accounts.client("dlm", unit.account_id, unit.id.region)
    for policy in unit.snapshot_policies:
        dlm.create_lifecycle_policy(
            ExecutionRoleArn=policy.role_arn,
            Description=policy.description,
            State="ENABLED",
            PolicyDetails=_details(policy, unit, accounts),
        )


def _details(policy: SnapshotPolicy, unit: DesiredUnit, accounts: Accounts) -> dict[str, Any]:
    return {
        "ResourceTypes": [policy.resource_type],
        "TargetTags": [{"Key": key, "Value": value} for key, value in policy.target_tags],
        "Schedules": [_schedule(each, unit, accounts) for each in policy.schedules],
    }


def _schedule(schedule: SnapshotSchedule, unit: DesiredUnit, accounts: Accounts) -> dict[str, Any]:
    create: dict[str, Any] = {"CronExpression": schedule.cron}
    if schedule.cron is None:
        create = {
            "Interval": schedule.interval_hours,
            "IntervalUnit": "HOURS",
            "Times": [schedule.start_time],
        }
    made: dict[str, Any] = {
        "Name": schedule.name,
        "CreateRule": create,
        "RetainRule": _age(schedule.retain),
        "TagsToAdd": [{"Key": key, "Value": value} for key, value in schedule.tags_to_add],
    }
    if schedule.copies:
        made["CrossRegionCopyRules"] = [
            {
                "Target": copy.target_region,
                "Encrypted": True,
                "CmkArn": _key_arn(copy.key_alias, unit.account_id, copy.target_region, accounts),
                "RetainRule": _age(copy.retain),
            }
            for copy in schedule.copies
        ]
    if schedule.fast_restore:
        zones = list(schedule.fast_restore.availability_zones)
        made["FastRestoreRule"] = {"AvailabilityZones": zones, **_age(schedule.fast_restore.keep)}
    if schedule.share:
        unshare = schedule.share.unshare_after
        made["ShareRules"] = [
            {
                "TargetAccounts": list(schedule.share.account_ids),
                "UnshareInterval": unshare.interval,
                "UnshareIntervalUnit": unshare.unit.value,
            }
        ]
    return made


def _age(age: Age) -> dict[str, Any]:
    return {"Interval": age.interval, "IntervalUnit": age.unit.value}


def _key_arn(alias: str | None, account_id: str, region: str, accounts: Accounts) -> str:
    assert alias, "the reference strategy encrypts its copies by keys of its own"
    kms = accounts.client("kms", account_id, region)
    return str(kms.describe_key(KeyId=alias)["KeyMetadata"]["Arn"])
