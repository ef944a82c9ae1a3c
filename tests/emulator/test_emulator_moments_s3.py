"""A continuous backup of a bucket restores the bucket as it was at a moment, and at no other."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import boto3
import pytest
from emulated import ACCOUNT, REGION, ROLE, Aws, refusal
from moto.s3.models import s3_backends

from emulator import clock, faults

MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)


@pytest.fixture
def s3(aws: Aws) -> Iterator[Any]:
    """S3 with a bucket ``data`` with versioning, which holds ``old`` and ``a`` = ``one``, at half past."""
    clock.set_now(datetime.fromisoformat("2027-01-01T00:30:00Z"))
    aws.vault()
    client = boto3.client("s3", region_name=REGION)
    client.create_bucket(Bucket="data", CreateBucketConfiguration={"LocationConstraint": REGION})
    client.put_bucket_versioning(Bucket="data", VersioningConfiguration={"Status": "Enabled"})
    for key, body in (("old", b"old"), ("a", b"one")):
        client.put_object(Bucket="data", Key=key, Body=body)
    yield client
    faults.clear()


def document(days: int) -> dict[str, Any]:
    rule = {
        "RuleName": "continuous",
        "TargetBackupVaultName": "vault",
        "ScheduleExpression": "cron(0 * ? * * *)",
        "EnableContinuousBackup": True,
        "Lifecycle": {"DeleteAfterDays": days},
    }
    return {"BackupPlanName": "plan", "Rules": [rule]}


def continuous(aws: Aws, resource: str = "arn:aws:s3:::data", days: int = 7) -> str:
    """Have ``resource`` backed up continuously by a plan, and return the plan's id."""
    plan = str(aws.backup.create_backup_plan(BackupPlan=document(days))["BackupPlanId"])
    selection = {"SelectionName": "all", "IamRoleArn": ROLE, "Resources": [resource]}
    aws.backup.create_backup_selection(BackupPlanId=plan, BackupSelection=selection)
    clock.advance(3700)
    return plan


def points(aws: Aws) -> list[dict[str, Any]]:
    found = aws.backup.list_recovery_points_by_backup_vault(BackupVaultName="vault")["RecoveryPoints"]
    return sorted(found, key=lambda each: str(each["CreationDate"]))


def request(aws: Aws, moment: datetime | None = None, **metadata: str) -> dict[str, Any]:
    """A request to restore the continuous backup as of ``moment``."""
    when = {"RestoreTime": moment.isoformat()} if moment else {}
    given = {"DestinationBucketName": "again", "NewBucket": "true", **when, **metadata}
    return {"RecoveryPointArn": points(aws)[0]["RecoveryPointArn"], "IamRoleArn": ROLE, "Metadata": given}


def restored(aws: Aws, s3: Any, moment: datetime | None = None, name: str = "again") -> dict[str, bytes]:
    """What a bucket holds that the backup is restored to."""
    asked = request(aws, moment, DestinationBucketName=name)
    job = aws.backup.start_restore_job(**asked)["RestoreJobId"]
    clock.advance(5)
    done = aws.backup.describe_restore_job(RestoreJobId=job)
    assert done["Status"] == "COMPLETED", done
    found = s3.list_objects_v2(Bucket=name).get("Contents", [])
    return {each["Key"]: s3.get_object(Bucket=name, Key=each["Key"])["Body"].read() for each in found}


def later(by: timedelta = MINUTE) -> datetime:
    """Let time pass, and return the moment before it did."""
    moment = clock.now()
    clock.advance(by.total_seconds())
    return moment


def test_a_bucket_is_restored_as_it_was_at_each_moment(aws: Aws, s3: Any) -> None:
    """Objects that came later are not there, those that were deleted later are."""
    continuous(aws)
    first = later()
    s3.put_object(Bucket="data", Key="a", Body=b"two")
    s3.put_object(Bucket="data", Key="b", Body=b"b", Metadata={"by": "test"}, Tagging="tier=gold")
    second = later()
    s3.delete_object(Bucket="data", Key="a")
    third = later()
    s3.put_object(Bucket="data", Key="a", Body=b"three")
    later(20 * MINUTE)

    assert restored(aws, s3, first, "first") == {"old": b"old", "a": b"one"}
    assert restored(aws, s3, second, "second") == {"old": b"old", "a": b"two", "b": b"b"}
    assert restored(aws, s3, third, "third") == {"old": b"old", "b": b"b"}
    assert restored(aws, s3, None, "latest") == {"old": b"old", "a": b"three", "b": b"b"}
    assert s3.head_object(Bucket="second", Key="b")["Metadata"] == {"by": "test"}
    [tag] = s3.get_object_tagging(Bucket="second", Key="b")["TagSet"]
    assert tag == {"Key": "tier", "Value": "gold"}


def test_what_is_deleted_for_good_is_still_in_the_backup(aws: Aws, s3: Any) -> None:
    """Versions, and the bucket itself."""
    continuous(aws)
    before = later()
    for version in s3.list_object_versions(Bucket="data")["Versions"]:
        s3.delete_object(Bucket="data", Key=version["Key"], VersionId=version["VersionId"])
    after = later()
    s3.delete_bucket(Bucket="data")
    later(20 * MINUTE)
    assert restored(aws, s3, before, "before") == {"old": b"old", "a": b"one"}
    assert restored(aws, s3, after, "after") == {}


def test_a_moment_that_the_backup_does_not_reach_is_refused(aws: Aws, s3: Any) -> None:
    """It reaches from its beginning, but no further back than it is kept, to 15 minutes ago."""
    continuous(aws, days=2)
    clock.advance(3600)
    began, minute = points(aws)[0]["CreationDate"], MINUTE
    start = aws.backup.start_restore_job
    for moment in (began - minute, clock.now() - 14 * minute, clock.now() + minute):
        assert refusal(start, **request(aws, moment)) == "InvalidParameterValueException", moment
    assert refusal(start, **request(aws, RestoreTime="noon")) == "InvalidParameterValueException"
    both = request(aws, clock.now() - 16 * minute, UseLatestRestorableTime="true")
    assert refusal(start, **both) == "InvalidParameterValueException"
    assert start(**request(aws, clock.now() - 16 * minute))["RestoreJobId"]
    clock.advance(3 * DAY.total_seconds())
    assert refusal(start, **request(aws, clock.now() - 2 * DAY - minute)) == "InvalidParameterValueException"
    assert start(**request(aws, clock.now() - 2 * DAY + minute, DestinationBucketName="b"))["RestoreJobId"]


def test_a_snapshot_has_no_moments(aws: Aws, s3: Any) -> None:
    point = aws.backed_up("arn:aws:s3:::data")["RecoveryPointArn"]
    asked = {**request(aws, clock.now()), "RecoveryPointArn": point}
    assert refusal(aws.backup.start_restore_job, **asked) == "InvalidParameterValueException"


def test_another_retention_stops_the_backup_and_begins_one(aws: Aws, s3: Any) -> None:
    """The stopped one can be restored up to when it stopped."""
    plan = continuous(aws, days=7)
    before = later()
    s3.put_object(Bucket="data", Key="a", Body=b"two")
    aws.backup.update_backup_plan(BackupPlanId=plan, BackupPlan=document(9))
    clock.advance(3600)
    assert [each["Status"] for each in points(aws)] == ["STOPPED", "AVAILABLE"]
    stopped = clock.now()
    clock.advance(3600)
    assert refusal(aws.backup.start_restore_job, **request(aws, stopped)) == "InvalidParameterValueException"
    assert restored(aws, s3, before)["a"] == b"one"


def test_a_bucket_without_versioning_is_not_backed_up_continuously(aws: Aws, s3: Any) -> None:
    s3.create_bucket(Bucket="plain", CreateBucketConfiguration={"LocationConstraint": REGION})
    continuous(aws, "arn:aws:s3:::plain")
    [job] = aws.backup.list_backup_jobs()["BackupJobs"]
    assert (job["State"], "Versioning" in job["StatusMessage"]) == ("FAILED", True)


def test_a_damaged_continuous_backup_restores_damaged_objects(aws: Aws, s3: Any) -> None:
    continuous(aws)
    moment = later(20 * MINUTE)
    faults.add("corruption", resource="arn:aws:s3:::data", times=1)
    first = restored(aws, s3, moment, "first")
    assert first["old"] != b"old"
    assert restored(aws, s3, moment, "second") == first, "it stays damaged"


def test_a_restore_test_restores_the_latest_moment(aws: Aws, s3: Any) -> None:
    continuous(aws)
    s3.put_object(Bucket="data", Key="late", Body=b"late")
    plan = {
        "RestoreTestingPlanName": "test",
        "ScheduleExpression": "cron(0 * ? * * *)",
        "RecoveryPointSelection": {
            "Algorithm": "LATEST_WITHIN_WINDOW",
            "IncludeVaults": ["*"],
            "RecoveryPointTypes": ["CONTINUOUS"],
        },
    }
    aws.backup.create_restore_testing_plan(RestoreTestingPlan=plan)
    selection = {
        "RestoreTestingSelectionName": "all",
        "ProtectedResourceType": "S3",
        "IamRoleArn": ROLE,
        "ProtectedResourceArns": ["*"],
        "ValidationWindowHours": 1,
    }
    aws.backup.create_restore_testing_selection(
        RestoreTestingPlanName="test", RestoreTestingSelection=selection
    )
    clock.advance(3660)
    [job] = aws.backup.list_restore_jobs()["RestoreJobs"]
    assert job["Status"] == "COMPLETED", job
    name = job["CreatedResourceArn"].rpartition(":")[2]
    assert {each["Key"] for each in s3.list_objects_v2(Bucket=name)["Contents"]} == {"old", "a", "late"}


def test_objects_are_dated_by_the_clock_and_listed_newest_first(aws: Aws, s3: Any) -> None:
    """Though several versions are put at one moment, at which the clock rests."""
    clock.set_now(datetime.fromisoformat("2027-03-04T05:06:07Z"))
    for body in (b"two", b"three"):
        s3.put_object(Bucket="data", Key="a", Body=body)
    s3.delete_object(Bucket="data", Key="old")
    assert s3.head_object(Bucket="data", Key="a")["LastModified"] == clock.now()
    listed = s3.list_object_versions(Bucket="data")
    [marker] = listed["DeleteMarkers"]
    assert (marker["LastModified"], marker["IsLatest"]) == (clock.now(), True)
    versions = [each for each in listed["Versions"] if each["Key"] == "a"]
    bodies = [s3.get_object(Bucket="data", Key="a", VersionId=each["VersionId"]) for each in versions]
    assert [each["Body"].read() for each in bodies] == [b"three", b"two", b"one"]
    assert [each["IsLatest"] for each in versions] == [True, False, False]


def test_a_backup_that_is_deleted_keeps_no_journal(aws: Aws, s3: Any) -> None:
    continuous(aws)
    keys = s3_backends[ACCOUNT]["aws"].buckets["data"].keys
    assert len(keys.emulator_journals) == 1
    arn = points(aws)[0]["RecoveryPointArn"]
    aws.backup.delete_recovery_point(BackupVaultName="vault", RecoveryPointArn=arn)
    assert keys.emulator_journals == []
