"""What AWS Backup and DLM count in CloudWatch, by the names and dimensions that AWS documents."""

from datetime import timedelta
from typing import Any

import boto3
from emulated import REGION, ROLE, Aws

from emulator import clock, faults


def counted(namespace: str) -> dict[tuple[str, tuple[tuple[str, str], ...]], float]:
    """The sum of each metric of the last two days, by its name and dimensions."""
    cloudwatch = boto3.client("cloudwatch", region_name=REGION)
    found = {}
    for metric in cloudwatch.list_metrics(Namespace=namespace)["Metrics"]:
        stat = {"Metric": {**metric}, "Period": 86400, "Stat": "Sum"}
        (result,) = cloudwatch.get_metric_data(
            MetricDataQueries=[{"Id": "m", "MetricStat": stat}],
            StartTime=clock.now() - timedelta(days=2),
            EndTime=clock.now() + timedelta(hours=1),
        )["MetricDataResults"]
        dimensions = tuple((each["Name"], each["Value"]) for each in metric["Dimensions"])
        found[metric["MetricName"], dimensions] = sum(result["Values"])
    return found


def test_jobs_are_counted_by_vault_and_by_type(aws: Aws) -> None:
    """A copy job by the vault that it copies to; each state once; what is not, has no data."""
    assert counted("AWS/Backup") == {}
    aws.vault()
    far = aws.vault("far")
    volume = aws.volume()
    point = aws.backed_up(volume)["RecoveryPointArn"]
    aws.backup.start_copy_job(
        RecoveryPointArn=point,
        SourceBackupVaultName="vault",
        DestinationBackupVaultArn=far,
        IamRoleArn=ROLE,
    )
    clock.advance(5)
    aws.restored(point)
    found = counted("AWS/Backup")
    for kind, vault, state in (
        ("BackupJobs", "vault", "Completed"),
        ("CopyJobs", "far", "Completed"),
        ("RestoreJobs", "vault", "Completed"),
        ("RecoveryPoints", "vault", "Completed"),
    ):
        by_vault = (("BackupVaultName", vault),)
        for dimensions in (by_vault, (*by_vault, ("ResourceType", "EBS"))):
            assert found[f"NumberOf{kind}{state}", dimensions] == 1
    assert sum(found.values()) == 2 * 11, "nothing else, but for states on the way"
    names = {name for name, _ in found}
    assert "NumberOfBackupJobsCreated" in names
    assert not [name for name in names if name.endswith(("Failed", "Expired", "Partial"))]


def test_a_job_that_fails_is_counted(aws: Aws) -> None:
    """As failed, and not as completed."""
    assert counted("AWS/Backup") == {}
    aws.vault()
    faults.add("job-fails", operation="StartBackupJob", message="No space", times=1)
    aws.backed_up(aws.volume())
    found = {name for name, _ in counted("AWS/Backup")}
    assert {"NumberOfBackupJobsCreated", "NumberOfBackupJobsFailed"} <= found
    assert "NumberOfBackupJobsCompleted" not in found


def test_nothing_is_kept_before_somebody_asks(aws: Aws) -> None:
    """A Region's metrics begin with its first request to CloudWatch."""
    aws.vault()
    aws.backed_up(aws.volume())
    assert counted("AWS/Backup") == {}


def test_snapshots_are_counted_by_policy(aws: Aws) -> None:
    """How many resources a policy finds, and how many snapshots it begins and makes."""
    assert counted("AWS/EBS") == {}
    tag = {"Key": "backup", "Value": "yes"}
    tagged: list[Any] = [{"ResourceType": "volume", "Tags": [tag]}]
    for _ in range(2):
        aws.volume(TagSpecifications=tagged)
    policy = aws.dlm.create_lifecycle_policy(
        ExecutionRoleArn=ROLE,
        Description="daily",
        State="ENABLED",
        PolicyDetails={
            "PolicyType": "EBS_SNAPSHOT_MANAGEMENT",
            "ResourceTypes": ["VOLUME"],
            "TargetTags": [tag],
            "Schedules": [
                {
                    "Name": "daily",
                    "CreateRule": {"Interval": 24, "IntervalUnit": "HOURS", "Times": ["03:00"]},
                    "RetainRule": {"Interval": 7, "IntervalUnit": "DAYS"},
                }
            ],
        },
    )["PolicyId"]
    clock.advance(86400)
    by_policy = (("DLMPolicyId", policy),)
    assert counted("AWS/EBS") == {
        ("ResourcesTargeted", by_policy): 2,
        ("SnapshotsCreateStarted", by_policy): 2,
        ("SnapshotsCreateCompleted", by_policy): 2,
    }
