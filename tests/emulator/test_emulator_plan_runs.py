"""What happens by itself: plans fire, copies follow, recovery points age, expire, go on."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import pytest
from emulated import ACCOUNT, REGION, ROLE, Aws
from moto.moto_api._internal.models import moto_api_backend

from emulator import clock, faults
from emulator.backup.timing import set_job_seconds

START = datetime(2027, 1, 1, tzinfo=UTC)
DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
TAG = {"Key": "backup", "Value": "yes"}
TAGGED = [{"ResourceType": "volume", "Tags": [TAG]}]


@pytest.fixture
def world(aws: Aws) -> Iterator[Aws]:
    """An AWS at the start of 2027, with a vault, in which jobs take a minute."""
    clock.set_now(START - HOUR)
    set_job_seconds(60)
    aws.vault()
    yield aws
    faults.clear()


def rule(name: str = "daily", **settings: Any) -> dict[str, Any]:
    return {
        "RuleName": name,
        "TargetBackupVaultName": "vault",
        "ScheduleExpression": "cron(0 5 * * ? *)",
        "StartWindowMinutes": 60,
        "CompletionWindowMinutes": 240,
        "Lifecycle": {"DeleteAfterDays": 7},
        **settings,
    }


def plan(
    aws: Aws, *rules: dict[str, Any], resources: str = "arn:aws:ec2:*:*:volume/*", **selection: Any
) -> str:
    """A plan with a selection of all volumes that are tagged, unless it says otherwise."""
    document = {"BackupPlanName": "plan", "Rules": list(rules or [rule()])}
    plan_id = str(aws.backup.create_backup_plan(BackupPlan=document)["BackupPlanId"])
    tagged = {"ConditionKey": "aws:ResourceTag/backup", "ConditionValue": "yes"}
    aws.backup.create_backup_selection(
        BackupPlanId=plan_id,
        BackupSelection={
            "SelectionName": "selection",
            "IamRoleArn": ROLE,
            "Resources": [resources],
            "Conditions": {"StringEquals": [tagged]},
            **selection,
        },
    )
    return plan_id


def points(aws: Aws, vault: str = "vault", client: Any = None) -> list[dict[str, Any]]:
    pages = (client or aws.backup).get_paginator("list_recovery_points_by_backup_vault")
    return [each for page in pages.paginate(BackupVaultName=vault) for each in page["RecoveryPoints"]]


def created(listed: list[dict[str, Any]]) -> list[datetime]:
    return sorted(each["CreationDate"].astimezone(UTC) for each in listed)


def test_a_plan_backs_up_what_it_selects_at_its_times_and_nothing_else(world: Aws) -> None:
    """Dated by the schedule, by the rule that says so, though the clock was advanced by days at once."""
    volume = world.volume(TagSpecifications=TAGGED)
    world.volume()
    plan_id = plan(world)
    clock.set_now(START + 3 * DAY)

    found = points(world)
    assert created(found) == [START + days * DAY + 5 * HOUR for days in range(3)]
    assert {each["ResourceArn"] for each in found} == {volume}
    by = found[0]["CreatedBy"]
    assert (by["BackupPlanId"], by["BackupRuleName"]) == (plan_id, "daily")
    [listed] = world.backup.list_backup_plans()["BackupPlansList"]
    assert listed["LastExecutionDate"] == START + 2 * DAY + 5 * HOUR
    snapshots = world.ec2.describe_snapshots(OwnerIds=["self"])["Snapshots"]
    assert sorted(each["StartTime"] for each in snapshots) == [
        each + timedelta(minutes=1) for each in created(found)
    ]


def test_a_resource_counts_from_when_it_is_tagged_and_until_it_is_gone(world: Aws) -> None:
    """A selection is read at each run."""
    plan(world)
    volume = world.volume()
    clock.set_now(START + DAY)
    assert points(world) == []
    world.ec2.create_tags(Resources=[volume.rpartition("/")[2]], Tags=[TAG])
    clock.set_now(START + 2 * DAY)
    assert len(points(world)) == 1
    world.ec2.delete_volume(VolumeId=volume.rpartition("/")[2])
    clock.set_now(START + 3 * DAY)
    assert len(points(world)) == 1


def test_local_times_follow_the_rules_time_zone(world: Aws) -> None:
    """On 28 March 2027 the clocks of Berlin skip 02:30; before it is 01:30 in UTC, after it 00:30."""
    world.volume(TagSpecifications=TAGGED)
    clock.set_now(datetime(2027, 3, 26, 12, tzinfo=UTC))
    plan(world, rule(ScheduleExpression="cron(30 2 * * ? *)", ScheduleExpressionTimezone="Europe/Berlin"))
    clock.set_now(datetime(2027, 3, 30, tzinfo=UTC))
    assert [f"{each:%d %H:%M}" for each in created(points(world))] == ["27 01:30", "29 00:30"]


def test_an_updated_plan_runs_as_it_says_now_and_a_deleted_one_not_at_all(world: Aws) -> None:
    world.volume(TagSpecifications=TAGGED)
    plan_id = plan(world)
    clock.set_now(START + DAY)
    document = {"BackupPlanName": "plan", "Rules": [rule(ScheduleExpression="rate(12 hours)")]}
    world.backup.update_backup_plan(BackupPlanId=plan_id, BackupPlan=document)
    clock.set_now(START + 2 * DAY + HOUR)
    assert created(points(world)) == [START + 5 * HOUR, START + 36 * HOUR, START + 48 * HOUR]
    [selection] = world.backup.list_backup_selections(BackupPlanId=plan_id)["BackupSelectionsList"]
    world.backup.delete_backup_selection(BackupPlanId=plan_id, SelectionId=selection["SelectionId"])
    world.backup.delete_backup_plan(BackupPlanId=plan_id)
    clock.set_now(START + 4 * DAY)
    assert len(points(world)) == 3


def test_of_overlapping_rules_the_one_with_the_longer_retention_runs(world: Aws) -> None:
    """The guide's own example: two backups by one rule, eight by the other, in 24 hours."""
    world.volume(TagSpecifications=TAGGED)
    plan(
        world,
        rule("hourly", ScheduleExpression="cron(0 * * * ? *)", Lifecycle={"DeleteAfterDays": 1}),
        rule("half-daily", ScheduleExpression="cron(0 0/12 * * ? *)", StartWindowMinutes=480,
             CompletionWindowMinutes=720),
    )  # fmt: skip
    clock.set_now(START + DAY - timedelta(minutes=1))
    by_rule: dict[str, list[int]] = {"hourly": [], "half-daily": []}
    for each in points(world):
        if each["CreationDate"] >= START:
            by_rule[each["CreatedBy"]["BackupRuleName"]].append(each["CreationDate"].astimezone(UTC).hour)
    assert {name: sorted(hours) for name, hours in by_rule.items()} == {
        "half-daily": [0, 12],
        "hourly": [8, 9, 10, 11, 20, 21, 22, 23],
    }


def test_copies_follow_a_backup_each_with_its_own_lifecycle(world: Aws) -> None:
    """A copy is as old as its original, and arrives when its job is done."""
    there = boto3.client("backup", region_name="eu-west-1")
    arn = there.create_backup_vault(BackupVaultName="dr")["BackupVaultArn"]
    world.volume(TagSpecifications=TAGGED)
    plan(world, rule(CopyActions=[{"DestinationBackupVaultArn": arn, "Lifecycle": {"DeleteAfterDays": 9}}]))
    clock.set_now(START + 5 * HOUR + timedelta(minutes=1, seconds=30))
    [source] = points(world)
    assert points(world, "dr", there) == []
    clock.advance(60)
    [copied] = points(world, "dr", there)
    assert copied["CreationDate"] == source["CreationDate"]
    assert copied["CalculatedLifecycle"]["DeleteAt"] == START + 9 * DAY + 5 * HOUR
    [job] = world.backup.list_copy_jobs()["CopyJobs"]
    assert job["CreatedBy"] == source["CreatedBy"]
    assert job["CreatedByBackupJobId"] == world.backup.list_backup_jobs()["BackupJobs"][0]["BackupJobId"]
    clock.set_now(START + 8 * DAY + 5 * HOUR)
    first = created(points(world, "dr", there))[0], created(points(world))[0]
    assert first == (START + 5 * HOUR, START + 2 * DAY + 5 * HOUR)


def test_a_copy_without_a_lifecycle_is_kept_as_long_as_its_original(world: Aws) -> None:
    there = boto3.client("backup", region_name="eu-west-1")
    arn = there.create_backup_vault(BackupVaultName="dr")["BackupVaultArn"]
    point = world.backed_up(world.volume(), Lifecycle={"DeleteAfterDays": 3})
    clock.advance(60)
    [made] = points(world)
    world.backup.start_copy_job(
        RecoveryPointArn=made["RecoveryPointArn"],
        SourceBackupVaultName="vault",
        DestinationBackupVaultArn=arn,
        IamRoleArn=ROLE,
    )
    clock.advance(60)
    [copied] = points(world, "dr", there)
    assert copied["CalculatedLifecycle"]["DeleteAt"] == point["CreationDate"] + 3 * DAY


def test_a_job_without_its_vault_fails_and_says_so(world: Aws) -> None:
    """A plan does not keep its vault from being deleted."""
    world.volume(TagSpecifications=TAGGED)
    plan(world)
    world.backup.delete_backup_vault(BackupVaultName="vault")
    clock.set_now(START + DAY)
    [job] = world.backup.list_backup_jobs()["BackupJobs"]
    assert (job["State"], "does not exist" in job["StatusMessage"]) == ("FAILED", True)


def test_a_job_that_hangs_expires_with_its_completion_window(world: Aws) -> None:
    world.volume(TagSpecifications=TAGGED)
    plan(world)
    faults.add("job-hangs", operation="StartBackupJob", times=1)
    clock.set_now(START + 8 * HOUR)
    assert [each["State"] for each in world.backup.list_backup_jobs()["BackupJobs"]] == ["RUNNING"]
    clock.set_now(START + DAY)
    [job] = world.backup.list_backup_jobs()["BackupJobs"]
    assert (job["State"], job["CompletionDate"]) == ("EXPIRED", START + 9 * HOUR)
    assert points(world) == []


def test_jobs_are_listed_for_thirty_days_newest_first(world: Aws) -> None:
    world.volume(TagSpecifications=TAGGED)
    plan(world, rule(Lifecycle={"DeleteAfterDays": 1}))
    clock.set_now(START + 40 * DAY)
    pages = world.backup.get_paginator("list_backup_jobs").paginate(PaginationConfig={"PageSize": 7})
    listed = [job["CreationDate"] for page in pages for job in page["BackupJobs"]]
    assert listed == [START + days * DAY + 5 * HOUR for days in range(39, 9, -1)]


def test_a_recovery_point_goes_to_cold_storage_if_its_type_can(world: Aws) -> None:
    boto3.client("efs", region_name=REGION).create_file_system(CreationToken="a", Tags=[TAG])
    world.volume(TagSpecifications=TAGGED)
    cold = {"MoveToColdStorageAfterDays": 1, "DeleteAfterDays": 91}
    plan(world, rule(Lifecycle=cold, ScheduleExpression="cron(0 5 1 1 ? *)"), resources="*")
    clock.set_now(START + DAY + 4 * HOUR)
    assert {each["ResourceType"] for each in points(world)} == {"EFS", "EBS"}

    def classes() -> dict[str, str]:
        found = (
            world.backup.describe_recovery_point(
                BackupVaultName="vault", RecoveryPointArn=each["RecoveryPointArn"]
            )
            for each in points(world)
        )
        return {each["ResourceType"]: each["StorageClass"] for each in found}

    assert classes() == {"EFS": "WARM", "EBS": "WARM"}
    clock.advance(3600)
    assert classes() == {"EFS": "COLD", "EBS": "WARM"}
    clock.set_now(START + 91 * DAY + 5 * HOUR)
    assert points(world) == []


def test_a_shortened_lifecycle_takes_effect_at_once(world: Aws) -> None:
    world.backed_up(world.volume(), Lifecycle={"DeleteAfterDays": 30})
    clock.advance(5 * 86400)
    [point] = points(world)
    world.backup.update_recovery_point_lifecycle(
        BackupVaultName="vault",
        RecoveryPointArn=point["RecoveryPointArn"],
        Lifecycle={"DeleteAfterDays": 2},
    )
    assert points(world) == []


def _database() -> str:
    rds = boto3.client("rds", region_name=REGION)
    made = rds.create_db_instance(
        DBInstanceIdentifier="db", Engine="postgres", DBInstanceClass="db.m5.large",
        AllocatedStorage=20, Tags=[TAG],
    )  # fmt: skip
    return str(made["DBInstance"]["DBInstanceArn"])


def test_a_continuous_rule_keeps_one_recovery_point_that_goes_on(world: Aws) -> None:
    """It stops with its rule, and then ends as its lifecycle says."""
    _database()
    continuous = rule("continuous", EnableContinuousBackup=True, Lifecycle={"DeleteAfterDays": 10})
    plan_id = plan(world, continuous, resources="arn:aws:rds:*:*:db:*")
    clock.set_now(START + 20 * DAY)
    [point] = points(world)
    assert (point["Status"], point["CreationDate"]) == ("AVAILABLE", START + 5 * HOUR)
    assert "CalculatedLifecycle" not in point
    jobs = world.backup.list_backup_jobs()["BackupJobs"]
    assert {(job["State"], job["RecoveryPointArn"]) for job in jobs} == {
        ("COMPLETED", point["RecoveryPointArn"])
    }
    document = {"BackupPlanName": "plan", "Rules": [rule(ScheduleExpression="cron(0 0 1 1 ? 2030)")]}
    world.backup.update_backup_plan(BackupPlanId=plan_id, BackupPlan=document)
    [point] = points(world)
    assert point["Status"] == "STOPPED"
    clock.advance(11 * 86400)
    assert points(world) == []


def test_a_continuous_rule_makes_snapshots_of_what_has_no_continuous_backups(world: Aws) -> None:
    world.volume(TagSpecifications=TAGGED)
    plan(world, rule(EnableContinuousBackup=True, Lifecycle={"DeleteAfterDays": 10}))
    clock.set_now(START + 3 * DAY)
    assert [each["Status"] for each in points(world)] == ["COMPLETED"] * 3


def test_a_copy_of_a_continuous_backup_is_a_snapshot(world: Aws) -> None:
    """As old as the copy; nothing of it stays in the source vault."""
    there = boto3.client("backup", region_name="eu-west-1")
    arn = there.create_backup_vault(BackupVaultName="dr")["BackupVaultArn"]
    _database()
    copies = [{"DestinationBackupVaultArn": arn, "Lifecycle": {"DeleteAfterDays": 2}}]
    continuous = rule(EnableContinuousBackup=True, Lifecycle={"DeleteAfterDays": 10}, CopyActions=copies)
    plan(world, continuous, resources="arn:aws:rds:*:*:db:*")
    clock.set_now(START + 10 * DAY)
    assert [each["Status"] for each in points(world)] == ["AVAILABLE"]
    found = points(world, "dr", there)
    assert {each["Status"] for each in found} == {"COMPLETED"}
    assert [each.day for each in created(found)] == [9, 10]
    rds = boto3.client("rds", region_name=REGION)
    assert rds.describe_db_snapshots(SnapshotType="awsbackup")["DBSnapshots"] == []


def test_one_long_advance_does_what_many_short_ones_do(world: Aws) -> None:
    """To the second: what was made when, what is still there, and which jobs ended how."""
    there = boto3.client("backup", region_name="eu-west-1")

    def after(step: timedelta) -> list[tuple[Any, ...]]:
        moto_api_backend.reset()
        clock.set_now(START)
        world.vault()
        arn = there.create_backup_vault(BackupVaultName="dr")["BackupVaultArn"]
        copies = [{"DestinationBackupVaultArn": arn, "Lifecycle": {"DeleteAfterDays": 2}}]
        for _ in range(2):
            world.volume(TagSpecifications=TAGGED)
        plan(
            world,
            rule(CopyActions=copies, Lifecycle={"DeleteAfterDays": 3}),
            rule("hourly", ScheduleExpression="rate(7 hours)", Lifecycle={"DeleteAfterDays": 1}),
        )
        while clock.now() < START + 9 * DAY:
            clock.set_now(min(clock.now() + step, START + 9 * DAY))
        kept = [*points(world), *points(world, "dr", there)]
        jobs = world.backup.list_backup_jobs()["BackupJobs"]
        return sorted(
            [
                *((p["BackupVaultName"], p["CreationDate"], p["CompletionDate"]) for p in kept),
                *((j["State"], j["CreationDate"], j["CompletionDate"]) for j in jobs),
            ]
        )

    assert after(9 * DAY) == after(timedelta(minutes=37))


def test_a_year_keeps_no_more_jobs_than_a_month_has(world: Aws) -> None:
    """Nor more snapshots than its recovery points."""
    world.volume(TagSpecifications=TAGGED)
    plan(world, rule(ScheduleExpression="cron(0 0/2 * * ? *)", Lifecycle={"DeleteAfterDays": 1}))
    clock.set_now(START + 365 * DAY)
    assert len(points(world)) == len(world.ec2.describe_snapshots(OwnerIds=["self"])["Snapshots"]) == 11
    pages = world.backup.get_paginator("list_backup_jobs").paginate()
    assert sum(len(page["BackupJobs"]) for page in pages) == 30 * 12 + 1


def test_windows_are_told_and_advanced_settings_reach_instances(world: Aws) -> None:
    image = world.ec2.register_image(Name="base")["ImageId"]
    tags = [{"ResourceType": "instance", "Tags": [TAG]}]
    world.ec2.run_instances(ImageId=image, MinCount=1, MaxCount=1, TagSpecifications=tags)
    document = {
        "BackupPlanName": "plan",
        "Rules": [rule()],
        "AdvancedBackupSettings": [{"ResourceType": "EC2", "BackupOptions": {"WindowsVSS": "enabled"}}],
    }
    plan_id = world.backup.create_backup_plan(BackupPlan=document)["BackupPlanId"]
    answer = world.backup.get_backup_plan(BackupPlanId=plan_id)
    (listed,) = world.backup.list_backup_plans()["BackupPlansList"]
    for each in (answer, answer["BackupPlan"], listed):
        assert each["AdvancedBackupSettings"] == document["AdvancedBackupSettings"]
    selection = {"SelectionName": "all", "IamRoleArn": ROLE, "Resources": ["*"]}
    world.backup.create_backup_selection(BackupPlanId=plan_id, BackupSelection=selection)
    clock.set_now(START + 5 * HOUR)
    jobs = {job["ResourceType"]: job for job in world.backup.list_backup_jobs()["BackupJobs"]}
    assert jobs["EC2"]["BackupOptions"] == {"WindowsVSS": "enabled"}
    assert not jobs["EBS"].get("BackupOptions")
    assert jobs["EC2"]["StartBy"] == START + 6 * HOUR
    assert jobs["EC2"]["ResourceArn"].startswith(f"arn:aws:ec2:{REGION}:{ACCOUNT}:instance/")
