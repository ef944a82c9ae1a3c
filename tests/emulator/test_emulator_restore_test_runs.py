"""Restore testing plans run by themselves: what they restore, how it is validated, and that it goes away."""

from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import pytest
from emulated import REGION, ROLE, Aws

from emulator import clock

START = datetime(2027, 1, 1, tzinfo=UTC)
DAY = timedelta(days=1)
HOUR = timedelta(hours=1)


@pytest.fixture
def tested(aws: Aws) -> dict[str, Any]:
    """A volume with three recovery points, and a plan that tests it at six each day from 4 January on."""
    clock.set_now(START)
    aws.vault()
    volume = aws.volume()
    points = []
    for day in range(3):
        clock.set_now(START + day * DAY)
        points.append(aws.backed_up(volume)["RecoveryPointArn"])
    clock.set_now(START + 3 * DAY)
    made = aws.backup.create_restore_testing_plan(
        RestoreTestingPlan={
            "RestoreTestingPlanName": "plan",
            "ScheduleExpression": "cron(0 6 * * ? *)",
            "RecoveryPointSelection": {
                "Algorithm": "LATEST_WITHIN_WINDOW",
                "IncludeVaults": ["*"],
                "RecoveryPointTypes": ["SNAPSHOT"],
            },
        }
    )
    return {"points": points, "plan": made["RestoreTestingPlanArn"]}


def select(aws: Aws, hours: int = 0, kind: str = "EBS", **overrides: str) -> None:
    aws.backup.create_restore_testing_selection(
        RestoreTestingPlanName="plan",
        RestoreTestingSelection={
            "RestoreTestingSelectionName": "volumes" if kind == "EBS" else kind,
            "IamRoleArn": ROLE,
            "ProtectedResourceType": kind,
            "ProtectedResourceArns": ["*"],
            "ValidationWindowHours": hours,
            "RestoreMetadataOverrides": overrides,
        },
    )


def job(aws: Aws) -> dict[str, Any]:
    """The last restore job."""
    listed = aws.backup.list_restore_jobs()["RestoreJobs"]
    return dict(aws.backup.describe_restore_job(RestoreJobId=listed[0]["RestoreJobId"]))


def volumes(aws: Aws) -> list[dict[str, Any]]:
    return [each for each in aws.ec2.describe_volumes()["Volumes"] if each.get("SnapshotId")]


def test_the_latest_recovery_point_is_restored_and_deleted_again(aws: Aws, tested: dict[str, Any]) -> None:
    """Each day at the plan's time, under the plan's name."""
    select(aws)
    clock.set_now(START + 5 * DAY)
    done = job(aws)
    assert (done["Status"], done["RecoveryPointArn"]) == ("COMPLETED", tested["points"][-1])
    assert done["CreationDate"] == START + 4 * DAY + 6 * HOUR
    assert done["CreatedBy"] == {"RestoreTestingPlanArn": tested["plan"]}
    assert (done["DeletionStatus"], volumes(aws)) == ("SUCCESSFUL", [])
    by_plan = aws.backup.list_restore_jobs(ByRestoreTestingPlanArn=tested["plan"])["RestoreJobs"]
    assert len(by_plan) == 2
    other = aws.backup.list_restore_jobs(ByRestoreTestingPlanArn=tested["plan"] + "x")["RestoreJobs"]
    assert other == []
    plan = aws.backup.get_restore_testing_plan(RestoreTestingPlanName="plan")["RestoreTestingPlan"]
    assert plan["LastExecutionTime"] == done["CreationDate"]


def test_what_is_restored_waits_for_a_verdict_and_goes_with_it(aws: Aws, tested: dict[str, Any]) -> None:
    select(aws, hours=8, volumeType="gp3")
    clock.set_now(START + 3 * DAY + 7 * HOUR)
    assert (job(aws)["ValidationStatus"], [each["VolumeType"] for each in volumes(aws)]) == (
        "VALIDATING",
        ["gp3"],
    )
    aws.backup.put_restore_validation_result(
        RestoreJobId=job(aws)["RestoreJobId"], ValidationStatus="SUCCESSFUL"
    )
    done = job(aws)
    assert (done["ValidationStatus"], done["DeletionStatus"]) == ("SUCCESSFUL", "SUCCESSFUL")
    assert volumes(aws) == []


@pytest.mark.parametrize(("then", "tested_so_often"), [("gold", 1), ("silver", 0)])
def test_tags_are_those_of_the_latest_recovery_point(
    aws: Aws, tested: dict[str, Any], then: str, tested_so_often: int
) -> None:
    """Not those that the volume has now, nor those that an older recovery point has."""
    volume = aws.volume()
    for tier in ("gold", then, "other"):
        clock.advance(60)
        tag = {"Key": "tier", "Value": tier}
        aws.ec2.create_tags(Resources=[volume.rpartition("/")[2]], Tags=[tag])
        if tier != "other":
            aws.backed_up(volume)
    aws.backup.create_restore_testing_selection(
        RestoreTestingPlanName="plan",
        RestoreTestingSelection={
            "RestoreTestingSelectionName": "gold",
            "IamRoleArn": ROLE,
            "ProtectedResourceType": "EBS",
            "ProtectedResourceConditions": {
                "StringEquals": [{"Key": "aws:ResourceTag/tier", "Value": "gold"}]
            },
        },
    )
    clock.set_now(START + 4 * DAY)
    assert len(aws.backup.list_restore_jobs()["RestoreJobs"]) == tested_so_often


def test_without_a_verdict_the_validation_times_out(aws: Aws, tested: dict[str, Any]) -> None:
    select(aws, hours=8)
    clock.set_now(START + 3 * DAY + 13 * HOUR)
    assert len(volumes(aws)) == 1
    clock.advance(2 * 3600)
    done = job(aws)
    assert (done["ValidationStatus"], done["DeletionStatus"], volumes(aws)) == ("TIMED_OUT", "SUCCESSFUL", [])


def test_a_test_that_cannot_be_restored_fails_and_says_why(aws: Aws, tested: dict[str, Any]) -> None:
    select(aws, availabilityZone=f"{REGION}z")
    clock.set_now(START + 4 * DAY)
    done = job(aws)
    assert (done["Status"], "zone" in done["StatusMessage"]) == ("FAILED", True)


def test_a_deleted_plan_runs_no_more(aws: Aws, tested: dict[str, Any]) -> None:
    select(aws)
    clock.set_now(START + 4 * DAY)
    aws.backup.delete_restore_testing_selection(
        RestoreTestingPlanName="plan", RestoreTestingSelectionName="volumes"
    )
    aws.backup.delete_restore_testing_plan(RestoreTestingPlanName="plan")
    clock.set_now(START + 9 * DAY)
    assert len(aws.backup.list_restore_jobs()["RestoreJobs"]) == 1


def test_databases_and_clusters_are_tested_under_names_of_their_own(aws: Aws, tested: dict[str, Any]) -> None:
    """With what AWS Backup infers for them; and they are gone afterwards."""
    rds = boto3.client("rds", region_name=REGION)
    user = {"MasterUsername": "app", "MasterUserPassword": "secret12"}
    made = rds.create_db_instance(
        DBInstanceIdentifier="real", Engine="mysql", DBInstanceClass="db.m5.large", MultiAZ=True,
        AllocatedStorage=20, DeletionProtection=True, **user,
    )["DBInstance"]["DBInstanceArn"]  # fmt: skip
    cluster = rds.create_db_cluster(DBClusterIdentifier="orders", Engine="aurora-mysql", **user)
    for kind, arn in (("RDS", made), ("Aurora", cluster["DBCluster"]["DBClusterArn"])):
        aws.backed_up(arn)
        select(aws, hours=8, kind=kind)
    clock.set_now(START + 3 * DAY + 7 * HOUR)
    jobs = aws.backup.list_restore_jobs()["RestoreJobs"]
    assert {each["Status"] for each in jobs} == {"COMPLETED"}, jobs
    databases = rds.describe_db_instances()["DBInstances"]
    [restored] = [each for each in databases if each["DBInstanceArn"] != made]
    assert restored["DBInstanceIdentifier"].startswith("awsbackup-restore-test-")
    assert (restored["MultiAZ"], restored["DeletionProtection"]) == (False, False)
    assert [each["Key"] for each in restored["TagList"]] == ["awsbackup-restore-test"]
    found = rds.describe_db_clusters()["DBClusters"]
    assert sorted(each["DBClusterIdentifier"][:22] for each in found) == ["awsbackup-restore-test", "orders"]
    clock.set_now(START + 3 * DAY + 20 * HOUR)
    assert len(rds.describe_db_instances()["DBInstances"]) == 1
    assert len(rds.describe_db_clusters()["DBClusters"]) == 1


def test_what_a_test_restores_is_tagged_as_such(aws: Aws, tested: dict[str, Any]) -> None:
    """By that AWS Backup knows what it may delete."""
    select(aws, hours=8)
    clock.set_now(START + 3 * DAY + 7 * HOUR)
    assert [[tag["Key"] for tag in each["Tags"]] for each in volumes(aws)] == [["awsbackup-restore-test"]]
