"""What AWS Backup documents as refused is refused, with AWS's error code.

Each row of the table is one request, and often what was done before it.
"""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from emulated import ACCOUNT, REGION, ROLE, Aws, refusal

from emulator import clock

BACKUP = f"arn:aws:backup:{REGION}:{ACCOUNT}"
RULE = {"RuleName": "daily", "TargetBackupVaultName": "vault"}
PARAMETER, REQUEST = "InvalidParameterValueException", "InvalidRequestException"
NOT_FOUND, LIMIT = "ResourceNotFoundException", "LimitExceededException"
CONFLICT, EXISTS = "ConflictException", "AlreadyExistsException"
STATE, DENIED, LEFT_OUT = "InvalidResourceStateException", "AccessDeniedException", "NotImplemented"

Row = tuple[str, Callable[[Aws], str]]


def plan(**settings: Any) -> Callable[[Aws], str]:
    """Create a plan whose one rule has ``settings``."""

    def ask(aws: Aws) -> str:
        aws.vault()
        document = {"BackupPlanName": "plan", "Rules": [{**RULE, **settings}]}
        return refusal(aws.backup.create_backup_plan, BackupPlan=document)

    return ask


def rules(count: int) -> Callable[[Aws], str]:
    def ask(aws: Aws) -> str:
        aws.vault()
        return refusal(
            aws.backup.create_backup_plan, BackupPlan={"BackupPlanName": "plan", "Rules": [RULE] * count}
        )

    return ask


def selection(**settings: Any) -> Callable[[Aws], str]:
    def ask(aws: Aws) -> str:
        aws.vault()
        made = aws.backup.create_backup_plan(BackupPlan={"BackupPlanName": "plan", "Rules": [RULE]})
        document = {"SelectionName": "all", "IamRoleArn": ROLE, "Resources": ["*"], **settings}
        return refusal(
            aws.backup.create_backup_selection, BackupPlanId=made["BackupPlanId"], BackupSelection=document
        )

    return ask


def many_plans(aws: Aws) -> str:
    aws.vault()
    for number in range(300):
        document = {"BackupPlanName": f"plan{number}", "Rules": [RULE]}
        aws.backup.create_backup_plan(BackupPlan=document)
    return refusal(aws.backup.create_backup_plan, BackupPlan={"BackupPlanName": "plan", "Rules": [RULE]})


def many_vaults(aws: Aws) -> str:
    for number in range(300):
        aws.vault(f"vault{number}")
    return refusal(aws.backup.create_backup_vault, BackupVaultName="vault")


def delete_used_plan(aws: Aws) -> str:
    aws.vault()
    made = aws.backup.create_backup_plan(BackupPlan={"BackupPlanName": "plan", "Rules": [RULE]})
    document = {"SelectionName": "all", "IamRoleArn": ROLE, "Resources": ["*"]}
    aws.backup.create_backup_selection(BackupPlanId=made["BackupPlanId"], BackupSelection=document)
    return refusal(aws.backup.delete_backup_plan, BackupPlanId=made["BackupPlanId"])


def job(**settings: Any) -> Callable[[Aws], str]:
    def ask(aws: Aws) -> str:
        aws.vault()
        request = {
            "BackupVaultName": "vault", "ResourceArn": aws.volume(), "IamRoleArn": ROLE, **settings
        }  # fmt: skip
        return refusal(aws.backup.start_backup_job, **request)

    return ask


def air_gapped(low: int, high: int) -> Callable[[Aws], str]:
    def ask(aws: Aws) -> str:
        return refusal(
            aws.backup.create_logically_air_gapped_backup_vault,
            BackupVaultName="gapped", MinRetentionDays=low, MaxRetentionDays=high,
        )  # fmt: skip

    return ask


def made_air_gapped(aws: Aws) -> None:
    aws.backup.create_logically_air_gapped_backup_vault(
        BackupVaultName="gapped", MinRetentionDays=7, MaxRetentionDays=30
    )


def change_air_gapped(aws: Aws) -> str:
    made_air_gapped(aws)
    return refusal(
        aws.backup.put_backup_vault_lock_configuration, BackupVaultName="gapped", MinRetentionDays=1
    )


def back_up_into_air_gapped(aws: Aws) -> str:
    made_air_gapped(aws)
    return job(BackupVaultName="gapped")(aws)


def compliance(call: str, **settings: Any) -> Callable[[Aws], str]:
    """Ask something of a vault whose lock in compliance mode has passed its grace time."""

    def ask(aws: Aws) -> str:
        aws.vault()
        aws.backup.put_backup_vault_lock_configuration(
            BackupVaultName="vault", MinRetentionDays=1, ChangeableForDays=3
        )
        clock.advance(3 * 86400)
        return refusal(getattr(aws.backup, call), BackupVaultName="vault", **settings)

    return ask


def held(aws: Aws) -> str:
    aws.vault()
    point = aws.backed_up(aws.volume())["RecoveryPointArn"]
    aws.backup.create_legal_hold(Title="t", Description="d", RecoveryPointSelection={"VaultNames": ["vault"]})
    return refusal(aws.backup.delete_recovery_point, BackupVaultName="vault", RecoveryPointArn=point)


def cancel_twice(aws: Aws) -> str:
    hold = aws.backup.create_legal_hold(
        Title="t", Description="d", RecoveryPointSelection={"VaultNames": ["vault"]}
    )["LegalHoldId"]
    aws.backup.cancel_legal_hold(LegalHoldId=hold, CancelDescription="over")
    return refusal(aws.backup.cancel_legal_hold, LegalHoldId=hold, CancelDescription="over")


def backwards_hold(aws: Aws) -> str:
    dates = {"FromDate": datetime(2026, 2, 1, tzinfo=UTC), "ToDate": datetime(2026, 1, 1, tzinfo=UTC)}
    return refusal(
        aws.backup.create_legal_hold, Title="t", Description="d", RecoveryPointSelection={"DateRange": dates}
    )


def denied(aws: Aws) -> str:
    """The vault's policy denies everyone to delete recovery points."""
    aws.vault()
    point = aws.backed_up(aws.volume())["RecoveryPointArn"]
    deny = {"Effect": "Deny", "Principal": "*", "Action": "backup:DeleteRecoveryPoint", "Resource": "*"}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [deny]})
    aws.backup.put_backup_vault_access_policy(BackupVaultName="vault", Policy=policy)
    return refusal(aws.backup.delete_recovery_point, BackupVaultName="vault", RecoveryPointArn=point)


def framework(*controls: dict[str, Any], name: str = "frame") -> Callable[[Aws], str]:
    def ask(aws: Aws) -> str:
        return refusal(aws.backup.create_framework, FrameworkName=name, FrameworkControls=list(controls))

    return ask


def control(name: str, **parameters: str) -> dict[str, Any]:
    pairs = [{"ParameterName": key, "ParameterValue": value} for key, value in parameters.items()]
    return {"ControlName": name, "ControlInputParameters": pairs}


def retention(days: int) -> dict[str, Any]:
    return control("BACKUP_RECOVERY_POINT_MINIMUM_RETENTION_CHECK", requiredRetentionDays=str(days))


def frameworks(count: int, of_each: int) -> Callable[[Aws], str]:
    """Ask for one framework more than ``count`` of ``of_each`` controls."""

    def ask(aws: Aws) -> str:
        for number in range(count):
            controls = [retention(number * of_each + each + 1) for each in range(of_each)]
            aws.backup.create_framework(FrameworkName=f"frame{number}", FrameworkControls=controls)
        return framework(retention(9999))(aws)

    return ask


def change_framework_in_progress(aws: Aws) -> str:
    aws.backup.create_framework(FrameworkName="frame", FrameworkControls=[retention(1)])
    return refusal(aws.backup.delete_framework, FrameworkName="frame")


def same_framework(aws: Aws) -> str:
    aws.backup.create_framework(FrameworkName="first", FrameworkControls=[retention(1)])
    return framework(retention(1), name="second")(aws)


def report(**setting: Any) -> Callable[[Aws], str]:
    def ask(aws: Aws) -> str:
        return refusal(aws.backup.create_report_plan, **_report("report", **setting))

    return ask


def _report(name: str, **setting: Any) -> dict[str, Any]:
    return {
        "ReportPlanName": name,
        "ReportDeliveryChannel": {"S3BucketName": "bucket"},
        "ReportSetting": {"ReportTemplate": "BACKUP_JOB_REPORT", **setting},
    }


def many_reports(aws: Aws) -> str:
    for number in range(20):
        aws.backup.create_report_plan(**_report(f"report{number}"))
    return report()(aws)


def restore_testing_plan(**settings: Any) -> dict[str, Any]:
    points = {"Algorithm": "LATEST_WITHIN_WINDOW", "IncludeVaults": ["*"], "RecoveryPointTypes": ["SNAPSHOT"]}
    return {
        "RestoreTestingPlanName": "testing", "ScheduleExpression": "cron(0 5 ? * * *)", **settings,
        "RecoveryPointSelection": {**points, **settings.get("RecoveryPointSelection", {})},
    }  # fmt: skip


def restore_testing(**settings: Any) -> Callable[[Aws], str]:
    def ask(aws: Aws) -> str:
        return refusal(
            aws.backup.create_restore_testing_plan, RestoreTestingPlan=restore_testing_plan(**settings)
        )

    return ask


def many_testing_plans(aws: Aws) -> str:
    for number in range(100):
        named = restore_testing_plan(RestoreTestingPlanName=f"plan{number}")
        aws.backup.create_restore_testing_plan(RestoreTestingPlan=named)
    return restore_testing()(aws)


def _testing_selection(**settings: Any) -> dict[str, Any]:
    return {
        "RestoreTestingSelectionName": "volumes", "IamRoleArn": ROLE, "ProtectedResourceType": "EBS",
        "ProtectedResourceArns": ["*"], **settings,
    }  # fmt: skip


def restore_testing_selection(count: int = 0, **settings: Any) -> Callable[[Aws], str]:
    def ask(aws: Aws) -> str:
        aws.backup.create_restore_testing_plan(RestoreTestingPlan=restore_testing_plan())
        create = aws.backup.create_restore_testing_selection
        for number in range(count):
            made = _testing_selection(RestoreTestingSelectionName=f"made{number}")
            create(RestoreTestingPlanName="testing", RestoreTestingSelection=made)
        asked = _testing_selection(**settings)
        return refusal(create, RestoreTestingPlanName="testing", RestoreTestingSelection=asked)

    return ask


def delete_used_testing_plan(aws: Aws) -> str:
    restore_testing_selection(1, RestoreTestingSelectionName="with space")(aws)
    return refusal(aws.backup.delete_restore_testing_plan, RestoreTestingPlanName="testing")


def validate_twice(aws: Aws) -> str:
    aws.vault()
    done = aws.restored(aws.backed_up(aws.volume())["RecoveryPointArn"])["RestoreJobId"]
    aws.backup.put_restore_validation_result(RestoreJobId=done, ValidationStatus="FAILED")
    return refusal(aws.backup.put_restore_validation_result, RestoreJobId=done, ValidationStatus="SUCCESSFUL")


def disassociate_snapshot(aws: Aws) -> str:
    aws.vault()
    point = aws.backed_up(aws.volume())["RecoveryPointArn"]
    return refusal(aws.backup.disassociate_recovery_point, BackupVaultName="vault", RecoveryPointArn=point)


REFUSALS: dict[str, Row] = {
    "plan-vault-missing": (PARAMETER, plan(TargetBackupVaultName="none")),
    "plan-more-than-hourly": (PARAMETER, plan(ScheduleExpression="cron(0/30 * ? * * *)")),
    "plan-no-schedule": (PARAMETER, plan(ScheduleExpression="every day")),
    "plan-time-zone": (PARAMETER, plan(ScheduleExpressionTimezone="Mars/Olympus")),
    "plan-start-window": (PARAMETER, plan(StartWindowMinutes=59)),
    "plan-long-window": (PARAMETER, plan(StartWindowMinutes=52_560_001)),
    "plan-completion-window": (PARAMETER, plan(StartWindowMinutes=480, CompletionWindowMinutes=500)),
    "plan-retention": (PARAMETER, plan(Lifecycle={"DeleteAfterDays": 36_501})),
    "plan-cold-storage": (
        PARAMETER, plan(Lifecycle={"MoveToColdStorageAfterDays": 30, "DeleteAfterDays": 119})
    ),
    "plan-continuous-retention": (
        PARAMETER, plan(EnableContinuousBackup=True, Lifecycle={"DeleteAfterDays": 36})
    ),
    "plan-continuous-cold": (
        PARAMETER,
        plan(EnableContinuousBackup=True,
             Lifecycle={"DeleteAfterDays": 35, "MoveToColdStorageAfterDays": 1}),
    ),
    "plan-rules": (PARAMETER, rules(11)),
    "plan-copies": (
        PARAMETER, plan(CopyActions=[{"DestinationBackupVaultArn": f"{BACKUP}:backup-vault:x"}] * 6)
    ),
    "plan-copy-destination": (
        PARAMETER, plan(CopyActions=[{"DestinationBackupVaultArn": "arn:aws:s3:::bucket"}])
    ),
    "plan-rule-name": (PARAMETER, plan(RuleName="with space")),
    "plan-air-gapped-target": (
        LEFT_OUT, plan(TargetLogicallyAirGappedBackupVaultArn=f"{BACKUP}:backup-vault:x")
    ),
    "plan-used": (REQUEST, delete_used_plan),
    "plan-quota": (LIMIT, many_plans),
    "vault-quota": (LIMIT, many_vaults),
    "selection-role": (PARAMETER, selection(IamRoleArn="role")),
    "selection-arns": (PARAMETER, selection(Resources=["arn:aws:s3:::b"] * 501)),
    "selection-wildcards": (PARAMETER, selection(Resources=["arn:aws:s3:::*"] * 31)),
    "selection-condition-key": (
        PARAMETER,
        selection(Conditions={"StringEquals": [{"ConditionKey": "backup", "ConditionValue": "yes"}]}),
    ),
    "job-vault-missing": (NOT_FOUND, job(BackupVaultName="none")),
    "job-resource-missing": (NOT_FOUND, job(ResourceArn=f"arn:aws:ec2:{REGION}:{ACCOUNT}:volume/vol-1")),
    "job-resource-type": (PARAMETER, job(ResourceArn=f"arn:aws:sqs:{REGION}:{ACCOUNT}:queue")),
    "job-option": (PARAMETER, job(BackupOptions={"WindowsVSS": "perhaps"})),
    "job-index": (LEFT_OUT, job(Index="ENABLED")),
    "lock-put-after-grace": (REQUEST, compliance("put_backup_vault_lock_configuration", MinRetentionDays=1)),
    "lock-delete-after-grace": (REQUEST, compliance("delete_backup_vault_lock_configuration")),
    "air-gapped-minimum": (PARAMETER, air_gapped(6, 30)),
    "air-gapped-maximum": (PARAMETER, air_gapped(30, 29)),
    "air-gapped-locked": (REQUEST, change_air_gapped),
    "air-gapped-backup": (PARAMETER, back_up_into_air_gapped),
    "hold-delete": (REQUEST, held),
    "hold-cancel-twice": (STATE, cancel_twice),
    "hold-dates": (PARAMETER, backwards_hold),
    "hold-without-selection": (
        LEFT_OUT, lambda aws: refusal(aws.backup.create_legal_hold, Title="t", Description="d")
    ),
    "policy-denies": (DENIED, denied),
    "framework-control": (PARAMETER, framework(control("NO_SUCH_CONTROL"))),
    "framework-parameter": (PARAMETER, framework(control("BACKUP_RECOVERY_POINT_ENCRYPTED", x="1"))),
    "framework-unit": (
        PARAMETER,
        framework(control("BACKUP_PLAN_MIN_FREQUENCY_AND_MIN_RETENTION_CHECK",
                          requiredFrequencyUnit="weeks")),
    ),
    "framework-frequency": (
        PARAMETER,
        framework(control("BACKUP_PLAN_MIN_FREQUENCY_AND_MIN_RETENTION_CHECK",
                          requiredFrequencyUnit="hours", requiredFrequencyValue="25")),
    ),
    "framework-roles": (
        PARAMETER,
        framework(control("BACKUP_RECOVERY_POINT_MANUAL_DELETION_DISABLED",
                          principalArnList=",".join([ROLE] * 6))),
    ),
    "framework-name": (PARAMETER, framework(retention(1), name="1st")),
    "framework-same": (EXISTS, same_framework),
    "framework-in-progress": (CONFLICT, change_framework_in_progress),
    "framework-quota": (LIMIT, frameworks(15, 1)),
    "framework-controls-quota": (LIMIT, frameworks(10, 5)),
    "report-template": (PARAMETER, report(ReportTemplate="NO_SUCH")),
    "report-frameworks": (PARAMETER, report(ReportTemplate="CONTROL_COMPLIANCE_REPORT")),
    "report-quota": (LIMIT, many_reports),
    "testing-name": (PARAMETER, restore_testing(RestoreTestingPlanName="with-dash")),
    "testing-long-name": (PARAMETER, restore_testing(RestoreTestingPlanName="x" * 51)),
    "testing-schedule": (PARAMETER, restore_testing(ScheduleExpression="cron(0/5 * ? * * *)")),
    "testing-start-window": (PARAMETER, restore_testing(StartWindowHours=169)),
    "testing-selection-window": (
        PARAMETER, restore_testing(RecoveryPointSelection={"SelectionWindowDays": 366})
    ),
    "testing-point-type": (
        PARAMETER, restore_testing(RecoveryPointSelection={"RecoveryPointTypes": ["COLD"]})
    ),
    "testing-quota": (LIMIT, many_testing_plans),
    "testing-selection-quota": (LIMIT, restore_testing_selection(30)),
    "testing-type": (PARAMETER, restore_testing_selection(ProtectedResourceType="Timestream")),
    "testing-both": (
        PARAMETER,
        restore_testing_selection(
            ProtectedResourceArns=[f"arn:aws:ec2:{REGION}:{ACCOUNT}:volume/vol-1"],
            ProtectedResourceConditions={"StringEquals": [{"Key": "aws:ResourceTag/a", "Value": "b"}]},
        ),
    ),
    "testing-validation-window": (PARAMETER, restore_testing_selection(ValidationWindowHours=169)),
    "testing-used": (REQUEST, delete_used_testing_plan),
    "validation-twice": (REQUEST, validate_twice),
    "disassociate-snapshot": (REQUEST, disassociate_snapshot),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSALS)
def test_refused(aws: Aws, name: str) -> None:
    code, ask = REFUSALS[name]
    assert ask(aws) == code
