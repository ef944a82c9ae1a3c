"""What lifecycle policies do by themselves: snapshots and their retention, copies, shares, the archive."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import pytest
from emulated import ACCOUNT, REGION, Aws

from emulator import clock
from emulator.backup.timing import set_job_seconds

START = datetime(2027, 1, 1, tzinfo=UTC)
DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
BEGINNING = START + DAY
"""When what is there at the start is old enough for a default policy."""
TAG = {"Key": "backup", "Value": "yes"}
AGE = {"Interval": 3, "IntervalUnit": "DAYS"}


@pytest.fixture
def world(aws: Aws) -> Aws:
    """An AWS at the start of 2027, in which a snapshot is complete at once."""
    clock.set_now(START)
    set_job_seconds(0)
    return aws


def volume(aws: Aws, *tags: dict[str, str], **settings: Any) -> str:
    """A volume with the target tag and others."""
    specification = {"ResourceType": "volume", "Tags": [TAG, *tags]}
    return aws.volume(TagSpecifications=[specification], **settings).rpartition("/")[2]


def instance(aws: Aws, *volumes: str) -> str:
    """An instance with the target tag, its boot volume and others."""
    image = aws.ec2.register_image(Name="base", RootDeviceName="/dev/sda1")["ImageId"]
    tags = [{"ResourceType": "instance", "Tags": [TAG]}]
    made = aws.ec2.run_instances(ImageId=image, MinCount=1, MaxCount=1, TagSpecifications=tags)["Instances"]
    name = str(made[0]["InstanceId"])
    for number, each in enumerate(volumes):
        aws.ec2.attach_volume(VolumeId=each, InstanceId=name, Device=f"/dev/sd{'fghi'[number]}")
    return name


def schedule(name: str = "daily", **settings: Any) -> dict[str, Any]:
    return {
        "Name": name,
        "CreateRule": {"Interval": 24, "IntervalUnit": "HOURS", "Times": ["05:00"]},
        "RetainRule": AGE,
        **settings,
    }


def policy(aws: Aws, *schedules: dict[str, Any], state: str = "ENABLED", **details: Any) -> str:
    made = aws.dlm.create_lifecycle_policy(
        ExecutionRoleArn=f"arn:aws:iam::{ACCOUNT}:role/dlm",
        Description="policy",
        State=state,
        PolicyDetails={
            "ResourceTypes": ["VOLUME"],
            "TargetTags": [TAG],
            "Schedules": list(schedules or [schedule()]),
            **details,
        },
    )
    return str(made["PolicyId"])


def by_default(aws: Aws, kind: str, **settings: Any) -> str:
    made = aws.dlm.create_lifecycle_policy(
        ExecutionRoleArn=f"arn:aws:iam::{ACCOUNT}:role/dlm",
        Description="default",
        State="ENABLED",
        DefaultPolicy=kind,
        **settings,
    )
    return str(made["PolicyId"])


def snapshots(ec2: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = ec2.describe_snapshots(OwnerIds=["self"])["Snapshots"]
    return sorted(found, key=lambda each: each["StartTime"])


def managed(ec2: Any) -> list[dict[str, Any]]:
    """Those that DLM has made."""
    return [each for each in snapshots(ec2) if "dlm:managed" in tags(each)]


def started(ec2: Any) -> list[datetime]:
    return [each["StartTime"].astimezone(UTC) for each in snapshots(ec2)]


def tags(resource: dict[str, Any]) -> dict[str, str]:
    return {tag["Key"]: tag["Value"] for tag in resource.get("Tags", [])}


def test_snapshots_are_made_at_the_interval_tagged_and_deleted_by_age(world: Aws) -> None:
    """From the start time on in steps of the interval, the same each day."""
    own = volume(world, {"Key": "team", "Value": "a"})
    world.volume()
    added = [{"Key": "by", "Value": "dlm"}]
    eight_hours = {"Interval": 8, "IntervalUnit": "HOURS", "Times": ["09:30"]}
    policy_id = policy(world, schedule(CreateRule=eight_hours, CopyTags=True, TagsToAdd=added))
    clock.set_now(START + DAY)
    assert started(world.ec2) == [START + hours * HOUR for hours in (1.5, 9.5, 17.5)]
    first = snapshots(world.ec2)[0]
    assert first["VolumeId"] == own
    assert tags(first) == {
        "backup": "yes",
        "team": "a",
        "by": "dlm",
        "dlm:managed": "true",
        "aws:dlm:lifecycle-policy-id": policy_id,
        "aws:dlm:lifecycle-schedule-name": "daily",
        "aws:dlm:expirationTime": "2027-01-04T01:30:00Z",
    }
    clock.set_now(START + 3 * DAY + 1.5 * HOUR)
    assert started(world.ec2)[0] == START + 9.5 * HOUR
    clock.set_now(START + 30 * DAY)
    assert len(snapshots(world.ec2)) == 9


def test_each_snapshot_is_an_event_of_ebs(world: Aws) -> None:
    """Dated when it was made."""
    events, sqs = (boto3.client(service, region_name=REGION) for service in ("events", "sqs"))
    queue = sqs.create_queue(QueueName="inbox")["QueueUrl"]
    pattern = {"source": ["aws.ec2"], "detail": {"event": ["createSnapshot"], "result": ["succeeded"]}}
    events.put_rule(Name="rule", EventPattern=json.dumps(pattern))
    target = {"Id": "1", "Arn": f"arn:aws:sqs:{REGION}:{ACCOUNT}:inbox"}
    events.put_targets(Rule="rule", Targets=[target])
    own = volume(world)
    policy(world)
    clock.set_now(START + DAY)
    [message] = sqs.receive_message(QueueUrl=queue)["Messages"]
    told = json.loads(message["Body"])
    assert (told["detail-type"], told["time"]) == ("EBS Snapshot Notification", "2027-01-01T05:00:00Z")
    assert told["detail"]["source"].endswith(own)
    [snapshot] = snapshots(world.ec2)
    assert told["detail"]["snapshot_id"].endswith(snapshot["SnapshotId"])


def test_by_count_the_newest_of_each_volume_are_kept(world: Aws) -> None:
    first = volume(world)
    policy(world, schedule(RetainRule={"Count": 2}))
    clock.set_now(START + 5 * DAY)
    second = volume(world)
    clock.set_now(START + 6 * DAY)
    found = [(each["VolumeId"], each["StartTime"].day) for each in snapshots(world.ec2)]
    assert sorted(found) == sorted([(first, 5), (first, 6), (second, 6)])


def test_schedules_of_a_policy_keep_their_own(world: Aws) -> None:
    """By cron, and each by its own age; months are the calendar's."""
    volume(world)
    monthly = {"CronExpression": "cron(0 6 L * ? *)"}
    policy(
        world,
        schedule(),
        schedule("monthly", CreateRule=monthly, RetainRule={"Interval": 1, "IntervalUnit": "MONTHS"}),
    )
    clock.set_now(START + 45 * DAY)  # 15 February
    kept = [each for each in snapshots(world.ec2) if "monthly" in tags(each).values()]
    assert [each["StartTime"].astimezone(UTC) for each in kept] == [datetime(2027, 1, 31, 6, tzinfo=UTC)]
    clock.set_now(datetime(2027, 2, 28, 5, 59, tzinfo=UTC))
    assert any("monthly" in tags(each).values() for each in snapshots(world.ec2))
    clock.advance(60)
    kept = [each for each in snapshots(world.ec2) if "monthly" in tags(each).values()]
    assert [each["StartTime"].day for each in kept] == [28]


def test_a_disabled_policy_makes_and_deletes_nothing_and_goes_on_when_enabled(world: Aws) -> None:
    """What came to its end in between is kept until somebody deletes it."""
    volume(world)
    policy_id = policy(world)
    clock.set_now(START + 2 * DAY)
    world.dlm.update_lifecycle_policy(PolicyId=policy_id, State="DISABLED")
    clock.set_now(START + 10 * DAY)
    assert [each.day for each in started(world.ec2)] == [1, 2]
    world.dlm.update_lifecycle_policy(PolicyId=policy_id, State="ENABLED")
    clock.set_now(START + 20 * DAY)
    assert [each.day for each in started(world.ec2)] == [1, 2, 18, 19, 20]


def test_a_deleted_policy_leaves_its_snapshots(world: Aws) -> None:
    volume(world)
    policy_id = policy(world)
    clock.set_now(START + 2 * DAY)
    world.dlm.delete_lifecycle_policy(PolicyId=policy_id)
    clock.set_now(START + 10 * DAY)
    assert len(snapshots(world.ec2)) == 2


def test_a_changed_age_is_for_new_snapshots_and_a_renamed_schedule_leaves_the_old_ones(world: Aws) -> None:
    volume(world)
    policy_id = policy(world)
    clock.set_now(START + 2 * DAY)

    def change(item: dict[str, Any]) -> None:
        details = {"ResourceTypes": ["VOLUME"], "TargetTags": [TAG], "Schedules": [item]}
        world.dlm.update_lifecycle_policy(PolicyId=policy_id, PolicyDetails=details)

    change(schedule(RetainRule={"Interval": 1, "IntervalUnit": "DAYS"}))
    clock.set_now(START + 3 * DAY + 6 * HOUR)
    assert [each.day for each in started(world.ec2)] == [2, 4]
    change(schedule("renamed"))
    clock.set_now(START + 20 * DAY)
    assert [each.day for each in started(world.ec2)] == [2, 4, 18, 19, 20]


def test_the_last_snapshot_of_a_deleted_volume_is_kept(world: Aws) -> None:
    own = volume(world)
    policy(world)
    clock.set_now(START + 5 * DAY)
    world.ec2.delete_volume(VolumeId=own)
    clock.set_now(START + 20 * DAY)
    assert [each.day for each in started(world.ec2)] == [5]


def test_copies_go_to_other_regions_under_their_own_key_and_age(world: Aws) -> None:
    there = boto3.client("ec2", region_name="eu-west-1")
    key = boto3.client("kms", region_name="eu-west-1").create_key()["KeyMetadata"]["Arn"]
    volume(world, {"Key": "team", "Value": "a"})
    rules = [
        {"Target": "eu-west-1", "Encrypted": True, "CmkArn": key, "CopyTags": True,
         "RetainRule": {"Interval": 1, "IntervalUnit": "WEEKS"}},
        {"Target": "eu-north-1", "Encrypted": False, "RetainRule": AGE},
    ]  # fmt: skip
    policy(world, schedule(CopyTags=True, CrossRegionCopyRules=rules))
    clock.set_now(START + DAY)
    [copied] = snapshots(there)
    assert (copied["Encrypted"], copied["KmsKeyId"]) == (True, key)
    assert (tags(copied)["team"], tags(copied)["dlm:managed"]) == ("a", "true")
    [plain] = snapshots(boto3.client("ec2", region_name="eu-north-1"))
    assert (plain["Encrypted"], "team" in tags(plain)) == (False, False)
    clock.set_now(START + 30 * DAY)
    assert (len(snapshots(world.ec2)), len(snapshots(there))) == (3, 7)


def test_a_copy_whose_key_cannot_be_used_brings_the_policy_into_the_error_state(world: Aws) -> None:
    """It does nothing any more, says so on EventBridge, and goes on when it is enabled again."""
    events = boto3.client("events", region_name=REGION)
    sqs = boto3.client("sqs", region_name=REGION)
    queue = sqs.create_queue(QueueName="inbox")["QueueUrl"]
    events.put_rule(Name="rule", EventPattern=json.dumps({"source": ["aws.dlm"]}))
    target = {"Id": "1", "Arn": f"arn:aws:sqs:{REGION}:{ACCOUNT}:inbox"}
    events.put_targets(Rule="rule", Targets=[target])
    kms = boto3.client("kms", region_name="eu-west-1")
    key = kms.create_key()["KeyMetadata"]["Arn"]
    kms.disable_key(KeyId=key)
    volume(world)
    rule = {"Target": "eu-west-1", "Encrypted": True, "CmkArn": key, "RetainRule": AGE}
    policy_id = policy(world, schedule(CrossRegionCopyRules=[rule]))
    clock.set_now(START + 3 * DAY)
    assert len(snapshots(world.ec2)) == 1
    described = world.dlm.get_lifecycle_policy(PolicyId=policy_id)["Policy"]
    assert (described["State"], key in described["StatusMessage"]) == ("ERROR", True)
    [message] = sqs.receive_message(QueueUrl=queue)["Messages"]
    detail = json.loads(message["Body"])["detail"]
    assert (detail["state"], detail["policy_id"]) == ("ERROR", described["PolicyArn"])

    kms.enable_key(KeyId=key)
    world.dlm.update_lifecycle_policy(PolicyId=policy_id, State="ENABLED")
    clock.set_now(START + 4 * DAY)
    assert len(snapshots(boto3.client("ec2", region_name="eu-west-1"))) == 1


def test_fast_snapshot_restore_is_enabled_and_disabled_by_age_or_count(world: Aws) -> None:
    volume(world)
    zones = [f"{REGION}a", f"{REGION}b"]
    by_age = {"Interval": 1, "IntervalUnit": "DAYS", "AvailabilityZones": zones[:1]}
    policy(world, schedule(FastRestoreRule=by_age))
    clock.set_now(START + 2 * DAY + 4 * HOUR)

    def enabled() -> list[tuple[str, str]]:
        found = world.ec2.describe_fast_snapshot_restores()["FastSnapshotRestores"]
        return sorted(
            (each["SnapshotId"], each["AvailabilityZone"]) for each in found if each["State"] == "enabled"
        )

    assert enabled() == [(snapshots(world.ec2)[-1]["SnapshotId"], zones[0])]
    [made] = world.dlm.get_lifecycle_policies()["Policies"]
    world.dlm.delete_lifecycle_policy(PolicyId=made["PolicyId"])
    clock.set_now(START + 4 * DAY)
    assert enabled() == []

    policy(
        world,
        schedule(RetainRule={"Count": 3}, FastRestoreRule={"Count": 1, "AvailabilityZones": zones}),
    )
    clock.set_now(START + 7 * DAY)
    newest = snapshots(world.ec2)[-1]["SnapshotId"]
    assert enabled() == [(newest, zones[0]), (newest, zones[1])]


def test_a_shared_snapshot_is_unshared_in_time(world: Aws) -> None:
    volume(world)
    rule = {"TargetAccounts": ["999999999999"], "UnshareInterval": 1, "UnshareIntervalUnit": "DAYS"}
    policy(world, schedule(ShareRules=[rule]))
    clock.set_now(START + 2 * DAY)

    def shared() -> list[bool]:
        return [
            bool(
                world.ec2.describe_snapshot_attribute(
                    SnapshotId=each["SnapshotId"], Attribute="createVolumePermission"
                )["CreateVolumePermissions"]
            )
            for each in snapshots(world.ec2)
        ]

    assert shared() == [False, True]


@pytest.mark.parametrize(
    ("owner", "description", "copies"),
    [
        (ACCOUNT, ".*policy: .*", 1),
        ("000000000000", ".*", 0),
        (ACCOUNT, "nothing like it", 0),
    ],
)
def test_an_event_based_policy_copies_what_is_shared_with_its_account(
    world: Aws, owner: str, description: str, copies: int
) -> None:
    """By the owner and the description that it waits for; into its own account, for as long as it says."""
    role = "arn:aws:iam::999999999999:role/x"
    sts = boto3.client("sts", region_name=REGION)
    keys = sts.assume_role(RoleArn=role, RoleSessionName="test")["Credentials"]
    session = boto3.Session(keys["AccessKeyId"], keys["SecretAccessKey"], keys["SessionToken"])
    waited_for = {"EventType": "shareSnapshot", "SnapshotOwner": [owner], "DescriptionRegex": description}
    copy = {"Target": "eu-west-1", "EncryptionConfiguration": {"Encrypted": True}, "RetainRule": AGE}
    session.client("dlm", region_name=REGION).create_lifecycle_policy(
        ExecutionRoleArn="arn:aws:iam::999999999999:role/dlm",
        Description="copies what is shared",
        State="ENABLED",
        PolicyDetails={
            "PolicyType": "EVENT_BASED_POLICY",
            "EventSource": {"Type": "MANAGED_CWE", "Parameters": waited_for},
            "Actions": [{"Name": "copy", "CrossRegionCopy": [copy]}],
        },
    )
    volume(world)
    policy(world, schedule(ShareRules=[{"TargetAccounts": ["999999999999"]}]))
    clock.set_now(START + DAY)
    there = session.client("ec2", region_name="eu-west-1")
    assert [each["Encrypted"] for each in snapshots(there)] == [True] * copies
    clock.set_now(START + 10 * DAY)
    assert len(snapshots(there)) == 3 * copies


def test_snapshots_are_archived_and_deleted_from_the_archive(world: Aws) -> None:
    volume(world)
    archive = {"RetainRule": {"RetentionArchiveTier": {"Interval": 90, "IntervalUnit": "DAYS"}}}
    monthly = {"CronExpression": "cron(0 5 1 * ? *)"}
    policy(world, schedule(CreateRule=monthly, RetainRule=AGE, ArchiveRule=archive))
    clock.set_now(START + 2 * DAY)
    [kept] = snapshots(world.ec2)
    assert kept["StorageTier"] == "standard"
    clock.set_now(START + 4 * DAY)
    [kept] = snapshots(world.ec2)
    assert (kept["StorageTier"], tags(kept)["aws:dlm:archived"]) == ("archive", "true")
    clock.set_now(START + 93 * DAY + 5 * HOUR)
    assert [each.month for each in started(world.ec2)] == [2, 3, 4]


def test_without_its_policy_what_is_archived_stays_and_what_was_to_be_archived_goes(world: Aws) -> None:
    """As the guide warns under "Delete Amazon Data Lifecycle Manager policies"."""
    volume(world)
    archive = {"RetainRule": {"RetentionArchiveTier": {"Interval": 90, "IntervalUnit": "DAYS"}}}
    monthly = {"CronExpression": "cron(0 5 1 * ? *)"}
    policy_id = policy(world, schedule(CreateRule=monthly, RetainRule=AGE, ArchiveRule=archive))
    clock.set_now(datetime(2027, 2, 2, tzinfo=UTC))
    world.dlm.delete_lifecycle_policy(PolicyId=policy_id)
    clock.set_now(START + 300 * DAY)
    assert [each.month for each in started(world.ec2)] == [1]


def test_a_schedule_that_comes_to_count_lets_go_of_what_it_kept_by_age(world: Aws) -> None:
    volume(world)
    policy_id = policy(world)
    clock.set_now(START + 3 * DAY)
    counting = schedule(RetainRule={"Count": 1})
    details = {"ResourceTypes": ["VOLUME"], "TargetTags": [TAG], "Schedules": [counting]}
    world.dlm.update_lifecycle_policy(PolicyId=policy_id, PolicyDetails=details)
    clock.set_now(START + 9 * DAY)
    assert [each.day for each in started(world.ec2)] == [9]


def test_an_instances_volumes_are_taken_as_one_set(world: Aws) -> None:
    """Without the boot volume and without data volumes of a tag, if the policy says so."""
    data, scratch = world.volume(), world.volume()
    names = [each.rpartition("/")[2] for each in (data, scratch)]
    world.ec2.create_tags(Resources=names[1:], Tags=[{"Key": "scratch", "Value": "yes"}])
    own = instance(world, *names)
    variable = [{"Key": "of", "Value": "$(instance-id)"}, {"Key": "at", "Value": "$(timestamp)"}]
    policy(world, schedule(VariableTags=variable, RetainRule={"Count": 1}), ResourceTypes=["INSTANCE"])
    clock.set_now(START + 3 * DAY)
    found = managed(world.ec2)
    assert len({each["VolumeId"] for each in found}) == len(found) == 3
    assert {each["StartTime"] for each in found} == {START + 2 * DAY + 5 * HOUR}
    assert (tags(found[0])["of"], tags(found[0])["at"]) == (own, "2027-01-03T05:00:00Z")

    excluding = {
        "ExcludeBootVolume": True,
        "ExcludeDataVolumeTags": [{"Key": "scratch", "Value": "yes"}],
    }
    [made] = world.dlm.get_lifecycle_policies()["Policies"]
    world.dlm.delete_lifecycle_policy(PolicyId=made["PolicyId"])
    policy(world, schedule("data"), ResourceTypes=["INSTANCE"], Parameters=excluding)
    clock.set_now(START + 4 * DAY)
    assert [each["VolumeId"] for each in managed(world.ec2) if "data" in tags(each).values()] == names[:1]


def test_images_are_made_copied_and_deregistered_with_their_snapshots(world: Aws) -> None:
    own = instance(world)
    copy = {"TargetRegion": "eu-west-1", "Encrypted": False, "RetainRule": AGE}
    policy(
        world,
        schedule(RetainRule={"Count": 1}, CrossRegionCopyRules=[copy]),
        ResourceTypes=["INSTANCE"],
        PolicyType="IMAGE_MANAGEMENT",
    )
    clock.set_now(START + 10 * DAY)
    made = [image for image in world.ec2.describe_images(Owners=["self"])["Images"] if tags(image)]
    assert [(image["CreationDate"][:10], own in image["Name"]) for image in made] == [("2027-01-10", True)]
    [snapshot] = managed(world.ec2)
    assert made[0]["BlockDeviceMappings"][0]["Ebs"]["SnapshotId"] == snapshot["SnapshotId"]
    there = boto3.client("ec2", region_name="eu-west-1")
    assert len(there.describe_images(Owners=["self"])["Images"]) == len(snapshots(there)) == 3


def test_a_default_policy_backs_up_what_has_no_recent_backup(world: Aws) -> None:
    """Whoever made it; and not what is excluded."""
    backed_up, own, excluded, cold = (world.volume().rpartition("/")[2] for _ in range(4))
    world.ec2.create_tags(Resources=[excluded], Tags=[TAG])
    world.ec2.modify_volume(VolumeId=cold, VolumeType="sc1")
    clock.set_now(BEGINNING)
    by_default(
        world,
        "VOLUME",
        CreateInterval=2,
        RetainInterval=5,
        Exclusions={"ExcludeTags": [TAG], "ExcludeVolumeTypes": ["sc1"]},
    )
    clock.set_now(BEGINNING + 8 * HOUR)
    world.ec2.create_snapshot(VolumeId=backed_up)
    clock.set_now(BEGINNING + DAY)
    assert {each["VolumeId"] for each in managed(world.ec2)} == {own}
    clock.set_now(BEGINNING + 3 * DAY)
    found = [(each["VolumeId"], each["StartTime"].day) for each in managed(world.ec2)]
    assert sorted(found) == sorted([(own, 2), (own, 4), (backed_up, 4)])
    clock.set_now(BEGINNING + 30 * DAY)
    assert {each["VolumeId"] for each in managed(world.ec2)} == {own, backed_up}
    assert min(each["StartTime"] for each in managed(world.ec2)) > BEGINNING + 25 * DAY


@pytest.mark.parametrize(("extended", "left"), [(False, 1), (True, 0)])
def test_extended_deletion_goes_on_without_the_volume(world: Aws, extended: bool, left: int) -> None:
    """By default the last snapshot of a volume that is gone is kept."""
    own = world.volume().rpartition("/")[2]
    clock.set_now(BEGINNING)
    by_default(world, "VOLUME", RetainInterval=2, ExtendDeletion=extended)
    clock.set_now(START + 3 * DAY)
    world.ec2.delete_volume(VolumeId=own)
    clock.set_now(START + 9 * DAY)
    assert len(snapshots(world.ec2)) == left


def test_a_default_policy_for_instances_makes_images_and_copies_them(world: Aws) -> None:
    """Copies are kept as long, and carry no tag of the instance."""
    instance(world)
    targets = [{"TargetRegion": "eu-west-1"}]
    by_default(world, "INSTANCE", RetainInterval=3, CopyTags=True, CrossRegionCopyTargets=targets)
    clock.set_now(START + 10 * DAY)
    made = [image for image in world.ec2.describe_images(Owners=["self"])["Images"] if tags(image)]
    assert len(made) == 3
    there = boto3.client("ec2", region_name="eu-west-1")
    copied = there.describe_images(Owners=["self"])["Images"]
    assert len(copied) == 3
    assert {TAG["Key"] in tags(image) for image in made} == {True}
    assert {TAG["Key"] in tags(image) for image in copied} == {False}


def test_a_default_policy_leaves_out_what_is_younger_than_a_day(world: Aws) -> None:
    by_default(world, "VOLUME")
    clock.set_now(START + 10 * HOUR)
    own = world.volume().rpartition("/")[2]
    clock.set_now(START + DAY + 10 * HOUR)
    assert managed(world.ec2) == []
    clock.set_now(START + 2 * DAY + 10 * HOUR)
    assert {each["VolumeId"] for each in managed(world.ec2)} == {own}


def test_images_are_deprecated_when_they_are_made(world: Aws) -> None:
    """By an age of their own, copies too; another age is for new ones only, and none takes nothing back."""
    own = instance(world)
    week = {"Interval": 1, "IntervalUnit": "WEEKS"}
    copy = {"TargetRegion": "eu-west-1", "Encrypted": True, "RetainRule": week, "DeprecateRule": AGE}
    details = {
        "PolicyType": "IMAGE_MANAGEMENT",
        "ResourceTypes": ["INSTANCE"],
        "Parameters": {"NoReboot": True},
    }
    dated = schedule(
        RetainRule=week, DeprecateRule={"Interval": 1, "IntervalUnit": "DAYS"}, CrossRegionCopyRules=[copy]
    )
    policy_id = policy(world, dated, **details)
    clock.set_now(START + DAY)
    replaced = {**details, "TargetTags": [TAG], "Schedules": [schedule(RetainRule=week)]}
    world.dlm.update_lifecycle_policy(PolicyId=policy_id, PolicyDetails=replaced)
    clock.set_now(START + 2 * DAY)
    made = [image for image in world.ec2.describe_images(Owners=["self"])["Images"] if own in image["Name"]]
    assert [image.get("DeprecationTime") for image in made] == ["2027-01-02T05:00:00.000Z", None]
    there = boto3.client("ec2", region_name="eu-west-1")
    [copied] = there.describe_images(Owners=["self"])["Images"]
    assert copied["DeprecationTime"] == "2027-01-04T05:00:00.000Z"
    assert copied["BlockDeviceMappings"][0]["Ebs"]["Encrypted"]
    assert {each["Encrypted"] for each in snapshots(there)} == {True}


def test_by_count_the_oldest_images_are_deprecated(world: Aws) -> None:
    own = instance(world)
    counted = schedule(RetainRule={"Count": 3}, DeprecateRule={"Count": 2})
    policy(world, counted, ResourceTypes=["INSTANCE"], PolicyType="IMAGE_MANAGEMENT")
    clock.set_now(START + 5 * DAY)
    made = [image for image in world.ec2.describe_images(Owners=["self"])["Images"] if own in image["Name"]]
    assert ["DeprecationTime" in image for image in made] == [True, True, False]
