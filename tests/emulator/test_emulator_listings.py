"""Lists of moto's services come in pages as AWS's do, and say what moto leaves out of them."""

from collections.abc import Callable
from typing import Any

import pytest
from databases import client, database
from emulated import ACCOUNT, REGION, Aws, refusal

from emulator import clock


def pages(call: Callable[..., Any], member: str, token: str, **asked: Any) -> list[list[Any]]:
    """The items of each page; ``token`` names where a page's token goes in and comes out."""
    inward, _, outward = token.partition(">")
    found, given = [], {}
    while True:
        answer = call(**asked, **given)
        found.append(answer[member])
        following = answer.get(outward or inward)
        if not following:
            return found
        given = {inward: following}


def sizes(found: list[list[Any]]) -> list[int]:
    return [len(page) for page in found]


def test_ec2_lists_in_pages(aws: Aws) -> None:
    for _ in range(12):
        volume = aws.volume().rpartition("/")[2]
        aws.ec2.create_snapshot(VolumeId=volume)
        aws.ec2.register_image(Name=volume)
    for call, member in (
        (aws.ec2.describe_volumes, "Volumes"),
        (aws.ec2.describe_snapshots, "Snapshots"),
        (aws.ec2.describe_images, "Images"),
    ):
        whole = call()[member]
        found = pages(call, member, "NextToken", MaxResults=5)
        assert sizes(found)[:2] == [5, 5]
        assert [each for page in found for each in page] == whole
    assert refusal(aws.ec2.describe_volumes, MaxResults=4) == "InvalidParameterValue"
    assert refusal(aws.ec2.describe_volumes, MaxResults=5, NextToken="none") == "InvalidParameterValue"


def test_snapshots_are_told_by_owner_and_by_who_may_use_them(aws: Aws) -> None:
    volume = aws.volume().rpartition("/")[2]
    own, public, shared = (aws.ec2.create_snapshot(VolumeId=volume)["SnapshotId"] for _ in range(3))
    allow = {"Attribute": "createVolumePermission", "OperationType": "add"}
    aws.ec2.modify_snapshot_attribute(SnapshotId=public, GroupNames=["all"], **allow)
    aws.ec2.modify_snapshot_attribute(SnapshotId=shared, UserIds=["222222222222"], **allow)

    def listed(**asked: Any) -> set[str]:
        return {each["SnapshotId"] for each in aws.ec2.describe_snapshots(**asked)["Snapshots"]}

    assert listed(OwnerIds=["self"]) == listed(OwnerIds=[ACCOUNT]) == {own, public, shared}
    assert listed(OwnerIds=["333333333333"]) == set()
    assert listed(OwnerIds=["self"], RestorableByUserIds=["all"]) == {public}
    assert listed(OwnerIds=["self"], RestorableByUserIds=["222222222222"]) == {shared}
    assert listed(RestorableByUserIds=["self"]) == {own, public, shared}


def test_clusters_and_automated_backups_are_listed_in_pages(aws: Aws) -> None:
    rds = client("rds")
    for name in ("one", "two", "three"):
        rds.create_db_cluster(
            DBClusterIdentifier=name,
            Engine="aurora-mysql",
            MasterUsername="app",
            MasterUserPassword="secret12",
        )
        database(rds, f"{name}-alone", Tags=[], BackupRetentionPeriod=7)
    clusters = pages(rds.describe_db_clusters, "DBClusters", "Marker", MaxRecords=20)
    assert sizes(clusters) == [3]
    member = "DBInstanceAutomatedBackups"
    backups = pages(rds.describe_db_instance_automated_backups, member, "Marker", MaxRecords=20)
    assert sizes(backups) == [3]


def test_an_automated_backup_says_how_far_it_reaches(aws: Aws) -> None:
    """As far as the retention period, and the instance tells the same latest moment."""
    rds = client("rds")
    database(rds, Tags=[], BackupRetentionPeriod=7)
    clock.advance(30 * 86400)
    [backup] = rds.describe_db_instance_automated_backups()["DBInstanceAutomatedBackups"]
    [instance] = rds.describe_db_instances()["DBInstances"]
    window = backup["RestoreWindow"]
    assert backup["DBInstanceArn"] == instance["DBInstanceArn"]
    assert window["LatestTime"] == instance["LatestRestorableTime"]
    assert (window["LatestTime"] - window["EarliestTime"]).days == 6


def test_buckets_are_listed_in_pages_with_their_region(aws: Aws) -> None:
    s3 = client("s3")
    for number in range(5):
        s3.create_bucket(Bucket=f"bucket-{number}", CreateBucketConfiguration={"LocationConstraint": REGION})
    client("s3", "eu-west-1").create_bucket(
        Bucket="far", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"}
    )
    found = pages(s3.list_buckets, "Buckets", "ContinuationToken", BucketRegion=REGION, MaxBuckets=2)
    assert sizes(found) == [2, 2, 1]
    assert {each["BucketRegion"] for page in found for each in page} == {REGION}
    assert len(s3.list_buckets()["Buckets"]) == 6


@pytest.mark.parametrize("bridged", [True, False])
def test_a_bucket_says_whether_it_tells_event_bridge(aws: Aws, bridged: bool) -> None:
    """By an empty element, which is there or not."""
    s3 = client("s3")
    s3.create_bucket(Bucket="bucket", CreateBucketConfiguration={"LocationConstraint": REGION})
    assert "EventBridgeConfiguration" not in s3.get_bucket_notification_configuration(Bucket="bucket")
    configuration: dict[str, Any] = {"EventBridgeConfiguration": {}} if bridged else {}
    s3.put_bucket_notification_configuration(Bucket="bucket", NotificationConfiguration=configuration)
    found = s3.get_bucket_notification_configuration(Bucket="bucket")
    assert (found.get("EventBridgeConfiguration") == {}) is bridged


def test_recovery_points_of_a_vault_are_filtered_before_they_are_paged(aws: Aws) -> None:
    aws.vault()
    one, other = aws.volume(), aws.volume()
    for volume in (one, other, one):
        aws.backed_up(volume)
    listed = pages(
        aws.backup.list_recovery_points_by_backup_vault,
        "RecoveryPoints",
        "NextToken",
        BackupVaultName="vault",
        ByResourceArn=one,
        MaxResults=1,
    )
    assert sizes(listed) == [1, 1]
    assert {each["ResourceArn"] for page in listed for each in page} == {one}
