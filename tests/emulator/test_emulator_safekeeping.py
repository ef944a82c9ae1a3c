"""Holds, keys and policies that keep recovery points; reports on jobs, and counts of them."""

import json
from typing import Any

import boto3
import pytest
from emulated import ACCOUNT, REGION, ROLE, Aws, refusal

from emulator import clock

BACKUP = f"arn:aws:backup:{REGION}:{ACCOUNT}"


def test_a_hold_delays_the_end_of_a_recovery_point(aws: Aws) -> None:
    """It is kept beyond its lifecycle, and deleted when the hold is canceled."""
    aws.vault()
    aws.backed_up(aws.volume(), Lifecycle={"DeleteAfterDays": 1})
    hold = aws.backup.create_legal_hold(
        Title="t", Description="d", RecoveryPointSelection={"VaultNames": ["vault"]}
    )["LegalHoldId"]
    clock.advance(3 * 86400)
    listed = aws.backup.list_recovery_points_by_backup_vault
    assert len(listed(BackupVaultName="vault")["RecoveryPoints"]) == 1

    aws.backup.cancel_legal_hold(LegalHoldId=hold, CancelDescription="over", RetainRecordInDays=1)

    assert listed(BackupVaultName="vault")["RecoveryPoints"] == []
    clock.advance(2 * 86400)
    assert refusal(aws.backup.get_legal_hold, LegalHoldId=hold) == "ResourceNotFoundException"


@pytest.mark.parametrize(
    ("operation", "word"), [("disable_key", "disabled"), ("schedule_key_deletion", "pending")]
)
def test_nothing_is_restored_or_copied_under_an_unusable_key(aws: Aws, operation: str, word: str) -> None:
    """Jobs fail, and say what is the matter with the key."""
    key = aws.kms.create_key()["KeyMetadata"]["Arn"]
    aws.vault()
    aws.vault("target")
    point = aws.backed_up(aws.volume(Encrypted=True, KmsKeyId=key))["RecoveryPointArn"]
    getattr(aws.kms, operation)(KeyId=key)

    restored = aws.restored(point)
    copy = aws.backup.start_copy_job(
        RecoveryPointArn=point, SourceBackupVaultName="vault", IamRoleArn=ROLE,
        DestinationBackupVaultArn=f"{BACKUP}:backup-vault:target",
    )["CopyJobId"]  # fmt: skip
    clock.advance(5)
    copied = aws.backup.describe_copy_job(CopyJobId=copy)["CopyJob"]

    assert (restored["Status"], copied["State"]) == ("FAILED", "FAILED")
    assert word in restored["StatusMessage"]
    assert word in copied["StatusMessage"]


def test_a_policy_denies_all_but_a_role(aws: Aws) -> None:
    """By the condition key aws:PrincipalArn, which for a session is its role."""
    aws.vault()
    point = {"BackupVaultName": "vault", "RecoveryPointArn": aws.backed_up(aws.volume())["RecoveryPointArn"]}
    role = f"arn:aws:iam::{ACCOUNT}:role/admin"
    deny = {
        "Effect": "Deny", "Principal": "*", "Action": "backup:Delete*", "Resource": "*",
        "Condition": {"ArnNotLike": {"aws:PrincipalArn": role}},
    }  # fmt: skip
    policy = json.dumps({"Version": "2012-10-17", "Statement": [deny]})
    aws.backup.put_backup_vault_access_policy(BackupVaultName="vault", Policy=policy)
    assert refusal(aws.backup.delete_recovery_point, **point) == "AccessDeniedException"

    sts = boto3.client("sts", REGION, aws_access_key_id="testing", aws_secret_access_key="testing")
    session = sts.assume_role(RoleArn=role, RoleSessionName="session")["Credentials"]
    allowed = boto3.client(
        "backup", REGION, aws_access_key_id=session["AccessKeyId"],
        aws_secret_access_key=session["SecretAccessKey"], aws_session_token=session["SessionToken"],
    )  # fmt: skip
    allowed.delete_recovery_point(**point)


def test_a_report_on_jobs_lies_in_its_bucket(aws: Aws) -> None:
    """In each format; where there is no such bucket, the report job fails."""
    aws.vault()
    done = aws.backed_up(aws.volume())["BackupJobId"]
    s3 = boto3.client("s3", REGION, aws_access_key_id="testing", aws_secret_access_key="testing")

    def made() -> dict[str, Any]:
        started = aws.backup.start_report_job(ReportPlanName="report")["ReportJobId"]
        clock.advance(5)
        described: dict[str, Any] = aws.backup.describe_report_job(ReportJobId=started)["ReportJob"]
        return described

    aws.backup.create_report_plan(
        ReportPlanName="report",
        ReportDeliveryChannel={"S3BucketName": "bucket", "Formats": ["CSV", "JSON"]},
        ReportSetting={"ReportTemplate": "BACKUP_JOB_REPORT"},
    )
    assert made()["Status"] == "FAILED"
    s3.create_bucket(Bucket="bucket", CreateBucketConfiguration={"LocationConstraint": REGION})
    job_made = made()
    assert job_made["Status"] == "COMPLETED"
    csv, as_json = (
        s3.get_object(Bucket="bucket", Key=key)["Body"].read().decode()
        for key in job_made["ReportDestination"]["S3Keys"]
    )
    assert done in csv.splitlines()[1]
    assert json.loads(as_json)["reportItems"][0]["BackupJobId"] == done


def test_jobs_are_counted_by_day_and_state(aws: Aws) -> None:
    aws.vault()
    aws.backed_up(aws.volume())
    aws.backed_up(aws.volume())
    clock.advance(86400)
    [today] = aws.backup.list_backup_job_summaries(AggregationPeriod="SEVEN_DAYS")["BackupJobSummaries"]
    assert (today["Count"], today["State"], today["ResourceType"]) == (2, "COMPLETED", "EBS")
    days = aws.backup.list_backup_job_summaries(State="COMPLETED")["BackupJobSummaries"]
    assert [day["Count"] for day in days] == [2]
    assert aws.backup.list_backup_job_summaries(State="FAILED")["BackupJobSummaries"] == []
