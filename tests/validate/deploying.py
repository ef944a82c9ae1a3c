"""A desired state, deployed as the stacks' Terraform does it, through boto3."""

import json
from collections.abc import Callable, Mapping
from typing import Any

from tests.validate.deploying_around import deploy_around
from tests.validate.dlm_requests import copy_policy_request, default_policy_request, policy_request
from tierkeep.aws import UnitSession, open_unit
from tierkeep.desired.model import (
    BackupPlan,
    BackupRule,
    DesiredState,
    DesiredUnit,
    Key,
    Lifecycle,
    Role,
    ScheduledStart,
    ScriptDocument,
    StateMachine,
    VaultLock,
)
from tierkeep.desired.policies import identity_policy, key_policy, role_policies, role_trust, vault_policy


def session_of(desired: DesiredUnit) -> UnitSession:
    """A session in the unit's account and Region; the emulator lets anyone assume any role."""
    return open_unit(
        unit=str(desired.id),
        account_id=desired.account_id,
        region=desired.id.region,
        role_arn=desired.access.validate_role_arn,
        session_name="tierkeep-test",
    )


Sessions = Callable[[DesiredUnit], UnitSession]


def deploy(state: DesiredState, session_of: Sessions) -> None:
    """Makes everything, through boto3, as the stacks' Terraform does; copies' destinations first."""
    key_arns: dict[tuple[str, str], str] = {}
    for desired in sorted(state.units, key=lambda each: len(each.depends_on)):
        session = session_of(desired)
        for each in desired.keys:
            key_arns[desired.id.region, each.alias] = _deploy_key(session, each, desired)
        for each_vault in desired.vaults:
            alias = each_vault.key_alias
            encryption = {"EncryptionKeyArn": key_arns[desired.id.region, alias]} if alias else {}
            session.call(
                "backup",
                "create_backup_vault",
                BackupVaultName=each_vault.name,
                BackupVaultTags=dict(each_vault.tags),
                **encryption,
            )
            policy_of_vault = vault_policy(each_vault, desired.partition)
            if policy_of_vault:
                session.call(
                    "backup",
                    "put_backup_vault_access_policy",
                    BackupVaultName=each_vault.name,
                    Policy=json.dumps(policy_of_vault),
                )
            if each_vault.lock:
                session.call(
                    "backup",
                    "put_backup_vault_lock_configuration",
                    BackupVaultName=each_vault.name,
                    **lock_request(each_vault.lock),
                )
        for role in desired.roles:
            deploy_role(session, role)
        for plan in desired.plans:
            _deploy_plan(session, plan)
        for document in desired.documents:
            deploy_document(session, document)
        _deploy_snapshot_policies(session, desired, key_arns)
        _deploy_tables(session, desired)
        here = {each.alias: key_arns[desired.id.region, each.alias] for each in desired.keys}
        deploy_around(session, desired, here)


def _deploy_tables(session: UnitSession, desired: DesiredUnit) -> None:
    for machine in desired.state_machines:
        deploy_machine(session, machine)
    for recovery in desired.table_recoveries:
        for name, days_back in (("orders", recovery.period_days), ("payments", 35)):
            deploy_table(session, name, dict(recovery.tags), days_back)


def deploy_machine(session: UnitSession, machine: StateMachine) -> None:
    """A state machine with the schedule that starts it."""
    group = f"arn:aws:logs:{session.region}:{session.account_id}:log-group:{machine.log_group}:*"
    session.call(
        "stepfunctions",
        "create_state_machine",
        name=machine.name,
        definition=machine.definition,
        roleArn=machine.role_arn,
        type="STANDARD",
        loggingConfiguration={
            "level": "ERROR",
            "includeExecutionData": True,
            "destinations": [{"cloudWatchLogsLogGroup": {"logGroupArn": group}}],
        },
        tracingConfiguration={"enabled": True},
        tags=[{"key": key, "value": value} for key, value in machine.tags],
    )
    if not isinstance(machine.start, ScheduledStart):
        return  # rules of the unit's events start it
    session.call(
        "scheduler",
        "create_schedule",
        Name=machine.name,
        Description=machine.description,
        ScheduleExpression=machine.start.expression,
        FlexibleTimeWindow={"Mode": "OFF"},
        Target={"Arn": machine.arn, "RoleArn": machine.start.role_arn},
    )


def deploy_table(session: UnitSession, name: str, tags: Mapping[str, str], days_back: int | None) -> None:
    """A table of somebody's, with its own recovery on where `days_back` says how far."""
    session.call(
        "dynamodb",
        "create_table",
        TableName=name,
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        BillingMode="PAY_PER_REQUEST",
        Tags=[{"Key": key, "Value": value} for key, value in tags.items()],
    )
    if days_back is not None:
        asked = {"PointInTimeRecoveryEnabled": True, "RecoveryPeriodInDays": days_back}
        session.call(
            "dynamodb",
            "update_continuous_backups",
            TableName=name,
            PointInTimeRecoverySpecification=asked,
        )


def _deploy_snapshot_policies(
    session: UnitSession, desired: DesiredUnit, key_arns: Mapping[tuple[str, str], str]
) -> None:
    for request in (
        *(policy_request(policy, key_arns) for policy in desired.snapshot_policies),
        *(copy_policy_request(copying, key_arns) for copying in desired.copy_policies),
        *(default_policy_request(default) for default in desired.default_policies),
    ):
        session.call("dlm", "create_lifecycle_policy", **request)


def deploy_document(session: UnitSession, document: ScriptDocument) -> None:
    session.call(
        "ssm",
        "create_document",
        Name=document.name,
        Content=document.content,
        DocumentType="Command",
        Tags=[{"Key": key, "Value": value} for key, value in document.tags],
    )


def deploy_role(session: UnitSession, role: Role) -> None:
    """A role with its policies; the policy that bounds it is made first."""
    if role.boundary_arn:
        boundary = {"PolicyName": role.boundary_arn.rsplit("/", 1)[-1], "PolicyDocument": ALLOW_ALL}
        if not any(
            each["Arn"] == role.boundary_arn
            for each in session.pages("iam", "list_policies", "Policies", Scope="Local")
        ):
            session.call("iam", "create_policy", **boundary)
    session.call(
        "iam",
        "create_role",
        RoleName=role.name,
        AssumeRolePolicyDocument=json.dumps(role_trust(role, session.account_id)),
        Tags=[{"Key": key, "Value": value} for key, value in role.tags],
        **({"PermissionsBoundary": role.boundary_arn} if role.boundary_arn else {}),
    )
    for arn in role.managed_policy_arns:
        session.call("iam", "attach_role_policy", RoleName=role.name, PolicyArn=arn)
    for policy in role_policies(role):
        document = json.dumps(identity_policy(policy.statements))
        named = {"PolicyName": policy.name, "PolicyDocument": document}
        if policy.arn is None:
            session.call("iam", "put_role_policy", RoleName=role.name, **named)
        else:
            session.call("iam", "create_policy", **named)
            session.call("iam", "attach_role_policy", RoleName=role.name, PolicyArn=policy.arn)


ALLOW_ALL = json.dumps(
    {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
)


def _deploy_key(session: UnitSession, each: Key, desired: DesiredUnit) -> str:
    metadata = session.call(
        "kms",
        "create_key",
        Description=each.description,
        Policy=json.dumps(key_policy(each, desired.account_id, desired.partition)),
        Tags=[{"TagKey": name, "TagValue": value} for name, value in each.tags],
    )["KeyMetadata"]
    session.call("kms", "enable_key_rotation", KeyId=metadata["KeyId"])
    session.call("kms", "create_alias", AliasName=each.alias, TargetKeyId=metadata["KeyId"])
    return str(metadata["Arn"])


def _deploy_plan(session: UnitSession, plan: BackupPlan) -> None:
    plan_id = session.call(
        "backup", "create_backup_plan", BackupPlan=plan_request(plan), BackupPlanTags=dict(plan.tags)
    )["BackupPlanId"]
    for selection in plan.selections:
        session.call(
            "backup",
            "create_backup_selection",
            BackupPlanId=plan_id,
            BackupSelection={
                "SelectionName": selection.name,
                "IamRoleArn": selection.role_arn,
                "Resources": list(selection.resource_patterns),
                "Conditions": {
                    "StringEquals": [
                        {"ConditionKey": f"aws:ResourceTag/{name}", "ConditionValue": value}
                        for name, value in selection.required_tags
                    ]
                },
            },
        )


def plan_request(plan: BackupPlan) -> dict[str, Any]:
    vss = {"ResourceType": "EC2", "BackupOptions": {"WindowsVSS": "enabled"}}
    return {
        "BackupPlanName": plan.name,
        "Rules": [rule_request(rule) for rule in plan.rules],
        "AdvancedBackupSettings": [vss] if plan.windows_vss else [],
    }


def rule_request(rule: BackupRule) -> dict[str, Any]:
    return {
        "RuleName": rule.name,
        "TargetBackupVaultName": rule.vault_name,
        "ScheduleExpression": rule.schedule,
        "ScheduleExpressionTimezone": rule.time_zone,
        "StartWindowMinutes": rule.start_window_minutes,
        "CompletionWindowMinutes": rule.completion_window_minutes,
        "EnableContinuousBackup": rule.continuous,
        "Lifecycle": lifecycle_request(rule.lifecycle),
        "CopyActions": [
            {
                "DestinationBackupVaultArn": copy.destination_vault_arn,
                "Lifecycle": lifecycle_request(copy.lifecycle),
            }
            for copy in rule.copies
        ],
        "RecoveryPointTags": dict(rule.recovery_point_tags),
    }


def lock_request(lock: VaultLock) -> dict[str, int]:
    members = {
        "MinRetentionDays": lock.min_retention_days,
        "MaxRetentionDays": lock.max_retention_days,
        "ChangeableForDays": lock.changeable_for_days,
    }
    return {name: number for name, number in members.items() if number is not None}


def lifecycle_request(lifecycle: Lifecycle) -> dict[str, int]:
    members = {
        "MoveToColdStorageAfterDays": lifecycle.cold_storage_after_days,
        "DeleteAfterDays": lifecycle.delete_after_days,
    }
    return {name: number for name, number in members.items() if number is not None}
