"""Every operation of AWS Backup and DLM: what it answers is what the service model says, or NotImplemented.

botocore leaves out silently what its model does not know, so the bodies are looked at as they came.
"""

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from emulated import ACCOUNT, REGION, ROLE, Aws
from moto import mock_aws
from moto.core.utils import get_service_model
from wire_shapes import Recorder, wire_problems

from emulator import clock
from emulator.implemented import implemented

TOPIC = f"arn:aws:sns:{REGION}:{ACCOUNT}:topic"
POLICY = json.dumps(
    {"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Principal": "*", "Action": "backup:Nothing"}]}
)
RULE = {"RuleName": "daily", "TargetBackupVaultName": "vault", "Lifecycle": {"DeleteAfterDays": 35}}
PLAN = {
    "BackupPlanName": "plan",
    "Rules": [RULE],
    "AdvancedBackupSettings": [{"ResourceType": "EC2", "BackupOptions": {"WindowsVSS": "enabled"}}],
}
SELECTION = {"SelectionName": "all", "IamRoleArn": ROLE, "Resources": ["*"]}
CONTROL = {
    "ControlName": "BACKUP_RECOVERY_POINT_MINIMUM_RETENTION_CHECK",
    "ControlInputParameters": [{"ParameterName": "requiredRetentionDays", "ParameterValue": "35"}],
}
TESTING_PLAN = {
    "RestoreTestingPlanName": "testing",
    "ScheduleExpression": "cron(0 5 ? * * *)",
    "RecoveryPointSelection": {
        "Algorithm": "LATEST_WITHIN_WINDOW", "IncludeVaults": ["*"], "RecoveryPointTypes": ["SNAPSHOT"],
    },
}  # fmt: skip
TESTING_SELECTION = {
    "RestoreTestingSelectionName": "volumes", "IamRoleArn": ROLE, "ProtectedResourceType": "EBS",
    "ProtectedResourceArns": ["*"],
}  # fmt: skip


def vaults(aws: Aws) -> None:
    backup = aws.backup
    aws.vault(BackupVaultTags={"a": "b"})
    aws.vault("target")
    named = {"BackupVaultName": "vault"}
    backup.create_logically_air_gapped_backup_vault(
        BackupVaultName="gapped", MinRetentionDays=7, MaxRetentionDays=30
    )
    backup.list_restore_access_backup_vaults(BackupVaultName="gapped")
    backup.put_backup_vault_access_policy(**named, Policy=POLICY)
    backup.get_backup_vault_access_policy(**named)
    backup.delete_backup_vault_access_policy(**named)
    backup.put_backup_vault_notifications(
        **named, SNSTopicArn=TOPIC, BackupVaultEvents=["BACKUP_JOB_COMPLETED"]
    )
    backup.get_backup_vault_notifications(**named)
    backup.delete_backup_vault_notifications(**named)
    backup.put_backup_vault_lock_configuration(**named, MinRetentionDays=1)
    backup.describe_backup_vault(**named)
    backup.describe_backup_vault(BackupVaultName="gapped")
    backup.delete_backup_vault_lock_configuration(**named)
    backup.list_backup_vaults()


def plans(aws: Aws) -> None:
    backup = aws.backup
    created = backup.create_backup_plan(BackupPlan=PLAN, BackupPlanTags={"a": "b"})
    plan = {"BackupPlanId": created["BackupPlanId"]}
    backup.update_backup_plan(**plan, BackupPlan={**PLAN, "BackupPlanName": "changed"})
    backup.get_backup_plan(**plan)
    backup.get_backup_plan(**plan, VersionId=created["VersionId"])
    backup.list_backup_plans()
    backup.list_backup_plan_versions(**plan)
    exported = backup.export_backup_plan_template(**plan)["BackupPlanTemplateJson"]
    backup.get_backup_plan_from_json(BackupPlanTemplateJson=exported)
    made = backup.create_backup_selection(**plan, BackupSelection=SELECTION)
    selection = {**plan, "SelectionId": made["SelectionId"]}
    backup.get_backup_selection(**selection)
    backup.list_backup_selections(**plan)
    backup.delete_backup_selection(**selection)
    arn = created["BackupPlanArn"]
    backup.tag_resource(ResourceArn=arn, Tags={"c": "d"})
    backup.list_tags(ResourceArn=arn)
    backup.untag_resource(ResourceArn=arn, TagKeyList=["c"])
    backup.delete_backup_plan(**plan)


def jobs(aws: Aws) -> str:
    """Returns the ARN of a recovery point."""
    backup = aws.backup
    volume = aws.volume()
    point = str(aws.backed_up(volume, Lifecycle={"DeleteAfterDays": 35})["RecoveryPointArn"])
    stopped = backup.start_backup_job(BackupVaultName="vault", ResourceArn=volume, IamRoleArn=ROLE)
    backup.stop_backup_job(BackupJobId=stopped["BackupJobId"])
    backup.list_backup_jobs()
    backup.list_backup_job_summaries()
    copy = backup.start_copy_job(
        RecoveryPointArn=point, SourceBackupVaultName="vault", IamRoleArn=ROLE,
        DestinationBackupVaultArn=f"arn:aws:backup:{REGION}:{ACCOUNT}:backup-vault:target",
    )["CopyJobId"]  # fmt: skip
    restored = aws.restored(point)["RestoreJobId"]
    backup.describe_copy_job(CopyJobId=copy)
    backup.list_copy_jobs()
    backup.list_copy_job_summaries()
    backup.get_restore_job_metadata(RestoreJobId=restored)
    backup.put_restore_validation_result(RestoreJobId=restored, ValidationStatus="SUCCESSFUL")
    backup.describe_restore_job(RestoreJobId=restored)
    backup.list_restore_jobs()
    backup.list_restore_jobs_by_protected_resource(ResourceArn=volume)
    backup.list_restore_job_summaries()
    backup.describe_protected_resource(ResourceArn=volume)
    backup.list_recovery_points_by_resource(ResourceArn=volume)
    return point


def recovery_points(aws: Aws, point: str) -> None:
    backup = aws.backup
    one = {"BackupVaultName": "vault", "RecoveryPointArn": point}
    backup.describe_recovery_point(**one)
    backup.list_recovery_points_by_backup_vault(BackupVaultName="vault")
    backup.get_recovery_point_restore_metadata(**one)
    backup.get_restore_testing_inferred_metadata(**one)
    backup.update_recovery_point_lifecycle(**one, Lifecycle={"DeleteAfterDays": 40})
    backup.list_protected_resources()
    backup.list_protected_resources_by_backup_vault(BackupVaultName="vault")
    hold = backup.create_legal_hold(
        Title="case", Description="a case",
        RecoveryPointSelection={
            "VaultNames": ["vault"],
            "DateRange": {"FromDate": datetime(2020, 1, 1, tzinfo=UTC),
                          "ToDate": clock.now() + timedelta(days=1)},
        },
    )["LegalHoldId"]  # fmt: skip
    assert backup.list_recovery_points_by_legal_hold(LegalHoldId=hold)["RecoveryPoints"]
    backup.cancel_legal_hold(LegalHoldId=hold, CancelDescription="over")
    backup.get_legal_hold(LegalHoldId=hold)
    backup.list_legal_holds()
    backup.delete_recovery_point(**one)
    backup.delete_recovery_point(
        BackupVaultName="target",
        RecoveryPointArn=backup.list_recovery_points_by_backup_vault(BackupVaultName="target")[
            "RecoveryPoints"
        ][0]["RecoveryPointArn"],
    )
    backup.delete_backup_vault(BackupVaultName="target")


def continuous(aws: Aws, s3: Any) -> None:
    """A continuous backup, which a plan makes, given back to its service."""
    backup = aws.backup
    s3.create_bucket(Bucket="data", CreateBucketConfiguration={"LocationConstraint": REGION})
    s3.put_bucket_versioning(Bucket="data", VersioningConfiguration={"Status": "Enabled"})
    rule = {**RULE, "EnableContinuousBackup": True, "ScheduleExpression": "cron(0 * ? * * *)"}
    plan = backup.create_backup_plan(BackupPlan={"BackupPlanName": "pitr", "Rules": [rule]})["BackupPlanId"]
    selection = {**SELECTION, "Resources": ["arn:aws:s3:::data"]}
    backup.create_backup_selection(BackupPlanId=plan, BackupSelection=selection)
    clock.advance(2 * 3600)
    [point] = backup.list_recovery_points_by_resource(ResourceArn="arn:aws:s3:::data")["RecoveryPoints"]
    backup.disassociate_recovery_point(BackupVaultName="vault", RecoveryPointArn=point["RecoveryPointArn"])


def audit(aws: Aws, s3: Any) -> None:
    backup = aws.backup
    backup.create_framework(FrameworkName="frame", FrameworkControls=[CONTROL], FrameworkTags={"a": "b"})
    clock.advance(5)
    backup.update_framework(FrameworkName="frame", FrameworkDescription="changed")
    backup.describe_framework(FrameworkName="frame")
    backup.list_frameworks()
    clock.advance(5)
    backup.delete_framework(FrameworkName="frame")
    s3.create_bucket(Bucket="reports", CreateBucketConfiguration={"LocationConstraint": REGION})
    plan = {
        "ReportPlanName": "report",
        "ReportDeliveryChannel": {"S3BucketName": "reports", "Formats": ["CSV", "JSON"]},
        "ReportSetting": {"ReportTemplate": "BACKUP_JOB_REPORT"},
    }
    backup.create_report_plan(**plan)
    clock.advance(5)
    backup.update_report_plan(ReportPlanName="report", ReportPlanDescription="changed")
    clock.advance(5)
    job = backup.start_report_job(ReportPlanName="report")["ReportJobId"]
    clock.advance(5)
    backup.describe_report_job(ReportJobId=job)
    backup.list_report_jobs()
    backup.describe_report_plan(ReportPlanName="report")
    backup.list_report_plans()
    backup.delete_report_plan(ReportPlanName="report")


def restore_testing(aws: Aws) -> None:
    backup = aws.backup
    plan = {"RestoreTestingPlanName": "testing"}
    backup.create_restore_testing_plan(RestoreTestingPlan=TESTING_PLAN, Tags={"a": "b"})
    backup.update_restore_testing_plan(**plan, RestoreTestingPlan={"StartWindowHours": 2})
    backup.get_restore_testing_plan(**plan)
    backup.list_restore_testing_plans()
    backup.create_restore_testing_selection(**plan, RestoreTestingSelection=TESTING_SELECTION)
    selection = {**plan, "RestoreTestingSelectionName": "volumes"}
    backup.update_restore_testing_selection(**selection, RestoreTestingSelection={"ValidationWindowHours": 1})
    backup.get_restore_testing_selection(**selection)
    backup.list_restore_testing_selections(**plan)
    backup.delete_restore_testing_selection(**selection)
    backup.delete_restore_testing_plan(**plan)


def account(aws: Aws) -> None:
    backup = aws.backup
    backup.update_region_settings(ResourceTypeOptInPreference={"EBS": True})
    backup.describe_region_settings()
    backup.update_global_settings(GlobalSettings={"isCrossAccountBackupEnabled": "true"})
    backup.describe_global_settings()
    backup.get_supported_resource_types()
    backup.list_scan_jobs()
    backup.list_scan_job_summaries()
    backup.list_backup_access_points()
    backup.list_backup_access_points_by_recovery_point(RecoveryPointArn="arn:aws:ec2:x::snapshot/snap-1")
    backup.list_backup_access_points_by_resource(ResourceArn="arn:aws:s3:::data")
    backup.list_tiering_configurations()
    backup.list_indexed_recovery_points()


def test_every_type_that_the_model_names_is_supported(aws: Aws) -> None:
    """Those that botocore's model lists for GetSupportedResourceTypes, and no others."""
    shape = get_service_model("backup").operation_model("GetSupportedResourceTypes").output_shape
    assert shape
    named = re.findall("<code>(.*?)</code>", shape.members["ResourceTypes"].documentation)
    assert sorted(aws.backup.get_supported_resource_types()["ResourceTypes"]) == sorted(named)


def dlm(aws: Aws) -> None:
    details = {
        "ResourceTypes": ["VOLUME"],
        "TargetTags": [{"Key": "backup", "Value": "yes"}],
        "Schedules": [{"Name": "daily", "CreateRule": {"Interval": 24}, "RetainRule": {"Count": 3}}],
    }
    policy = {
        "PolicyId": aws.dlm.create_lifecycle_policy(
            ExecutionRoleArn=ROLE, Description="daily", State="ENABLED", PolicyDetails=details
        )["PolicyId"]
    }
    aws.dlm.update_lifecycle_policy(**policy, State="DISABLED")
    arn = aws.dlm.get_lifecycle_policy(**policy)["Policy"]["PolicyArn"]
    aws.dlm.get_lifecycle_policies()
    aws.dlm.tag_resource(ResourceArn=arn, Tags={"a": "b"})
    aws.dlm.list_tags_for_resource(ResourceArn=arn)
    aws.dlm.untag_resource(ResourceArn=arn, TagKeys=["a"])
    aws.dlm.delete_lifecycle_policy(**policy)


@pytest.fixture(scope="module")
def recorded(clients: Aws) -> Iterator[dict[tuple[str, str], list[bytes]]]:
    """What each operation answers where it succeeds."""
    backup, dlm_client = (
        boto3.client(name, REGION, aws_access_key_id="testing", aws_secret_access_key="testing")
        for name in ("backup", "dlm")
    )
    aws = Aws(backup, dlm_client, clients.ec2, clients.kms)
    s3 = boto3.client("s3", REGION, aws_access_key_id="testing", aws_secret_access_key="testing")
    recorder = Recorder(backup, dlm_client)
    with pytest.MonkeyPatch.context() as patch, mock_aws():
        patch.setenv("MOTO_EC2_LOAD_DEFAULT_AMIS", "false")
        patch.setenv("MOTO_IAM_LOAD_MANAGED_POLICIES", "false")
        vaults(aws)
        plans(aws)
        recovery_points(aws, jobs(aws))
        continuous(aws, s3)
        audit(aws, s3)
        restore_testing(aws)
        account(aws)
        dlm(aws)
        yield recorder.bodies
    clock.set_offset(0)


ANSWERED_BY_REFUSAL = {
    "DescribeBackupAccessPoint": {"AccessPointArn": f"arn:aws:backup:{REGION}:{ACCOUNT}:accesspoint/abc"},
    "DescribeScanJob": {"ScanJobId": "none"},
    "GetTieringConfiguration": {"TieringConfigurationName": "none"},
}
"""Reads of things that cannot be made: they are not found."""


def _operations(service: str, *, done: bool) -> list[tuple[str, str]]:
    return [(service, name) for name, is_done in implemented(service).items() if is_done == done]


@pytest.mark.parametrize(
    ("service", "name"), [*_operations("backup", done=True), *_operations("dlm", done=True)]
)
def test_what_an_operation_answers_is_of_its_model(
    recorded: dict[tuple[str, str], list[bytes]], clients: Aws, service: str, name: str
) -> None:
    """No member that the model does not have, none of another type, and none missing that it requires."""
    if name in ANSWERED_BY_REFUSAL:
        assert _refused(clients, service, name, ANSWERED_BY_REFUSAL[name]) == "ResourceNotFoundException"
        return
    if name == "DisassociateRecoveryPointFromParent":
        params = {"BackupVaultName": "vault", "RecoveryPointArn": "arn:aws:backup:x:1:recovery-point:y"}
        assert _refused(clients, service, name, params) == "ResourceNotFoundException"
        return
    operation = get_service_model(service).operation_model(name)
    for body in recorded[service, name]:
        assert wire_problems(operation, body) == []


@pytest.mark.parametrize(
    ("service", "name"), [*_operations("backup", done=False), *_operations("dlm", done=False)]
)
def test_what_is_left_out_says_so(
    recorded: dict[tuple[str, str], list[bytes]], clients: Aws, service: str, name: str
) -> None:
    shape = get_service_model(service).operation_model(name).input_shape
    examples: dict[str, Any] = {"structure": {}, "timestamp": clock.now()}
    members = shape.members if shape else {}
    params = {
        member: examples.get(members[member].type_name, "x")
        for member in (shape.required_members if shape else ())
    }
    assert _refused(clients, service, name, params) == "NotImplemented"


@pytest.mark.parametrize(
    ("body", "found"),
    [
        ({"BackupVaultName": "vault"}, ""),
        ({"BackupVaultNome": "vault"}, ".BackupVaultNome: not in"),
        ({"BackupVaultName": 1}, "is no string"),
        ({"NumberOfRecoveryPoints": "1"}, "is no long"),
        ({"Locked": 1}, "is no boolean"),
        ({"VaultState": "GONE"}, "is none of"),
        ({"LatestMpaApprovalTeamUpdate": []}, "is no structure"),
    ],
)
def test_what_the_check_of_answers_finds(body: dict[str, Any], found: str) -> None:
    operation = get_service_model("backup").operation_model("DescribeBackupVault")
    assert found in "".join(wire_problems(operation, json.dumps(body).encode()))
    assert bool(wire_problems(operation, json.dumps(body).encode())) == bool(found)


def test_the_check_of_answers_finds_what_is_missing() -> None:
    operation = get_service_model("backup").operation_model("ListRestoreTestingPlans")
    assert wire_problems(operation, b"{}") == [
        ".RestoreTestingPlans: required in ListRestoreTestingPlansOutput, and missing"
    ]


def _refused(aws: Aws, service: str, name: str, params: dict[str, Any]) -> str:
    client = getattr(aws, service)
    method = {api: method for method, api in client.meta.method_to_api_mapping.items()}[name]
    with pytest.raises(ClientError) as caught:
        getattr(client, method)(**params)
    return str(caught.value.response["Error"]["Code"])
