"""The paths of the state machine that starts failed jobs again, run by moto's interpreter."""

from __future__ import annotations

import json
from fnmatch import fnmatchcase
from itertools import pairwise

import pytest

from emulator import faults
from tests.machines.world import ACCOUNT, FAR, REGION, SERVERS, World
from tests.simulation.deployed import Accounts
from tierkeep.desired.retries import IN_VAIN

MACHINE = "campus-retries"
KEPT, COPY_KEPT = {"DeleteAfterDays": 30}, {"DeleteAfterDays": 60}
FAILED, BY_HAND = "FAILED", False


def fail(operation: str, times: int, message: str = "busy") -> None:
    faults.add("job-fails", operation=operation, times=times, message=message)


def test_a_backup_succeeds_at_the_second_try(accounts: Accounts) -> None:
    """With the rule's lifecycle, tags and copies, which no job on demand has by itself; and all is told."""
    world = World.of(accounts)
    volume = world.volume()
    fail("StartBackupJob", 1)
    world.until_the_schedule()
    (execution,) = world.executions(MACHINE)
    assert execution["status"] == "SUCCEEDED"
    assert world.jobs() == [(FAILED, True, KEPT), ("COMPLETED", BY_HAND, KEPT)]
    (copy,) = world.client("backup").list_copy_jobs()["CopyJobs"]
    copied = world.client("backup", FAR).describe_recovery_point(
        BackupVaultName="campus-volumes-copies", RecoveryPointArn=copy["DestinationRecoveryPointArn"]
    )
    assert copied["Lifecycle"] == COPY_KEPT
    (point,) = world.client("backup").list_recovery_points_by_backup_vault(BackupVaultName="campus-volumes")[
        "RecoveryPoints"
    ]
    snapshot = point["RecoveryPointArn"].rsplit("/", 1)[-1]
    (made,) = world.client("ec2").describe_snapshots(SnapshotIds=[snapshot])["Snapshots"]
    assert {"Key": "tierkeep:schedule", "Value": "daily"} in made["Tags"]
    told = world.told()
    assert [subject for subject, _ in told] == [
        "",  # the event itself
        "AWS Backup: a failed backup has been made up for",
        "AWS Backup: a copy has been made up for",
    ]
    assert json.loads(told[0][1])["detail"]["resourceArn"] == volume
    assert "at attempt 2" in told[1][1]


def test_what_was_to_be_backed_up_with_vss_is_so_again(accounts: Accounts) -> None:
    """The option of the failed job, where it had one: a job on demand has none by itself."""
    world = World.of(accounts, more={"servers": SERVERS})
    instance, volume = world.instance(), world.volume("servers")
    fail("StartBackupJob", 2)
    world.until_the_schedule()
    assert [each["status"] for each in world.executions(MACHINE)] == ["SUCCEEDED"] * 2
    jobs = world.client("backup").list_backup_jobs()["BackupJobs"]
    vss = {"WindowsVSS": "enabled"}
    assert sorted((each["ResourceArn"], each["State"], each.get("BackupOptions")) for each in jobs) == [
        (instance, "COMPLETED", vss),
        (instance, FAILED, vss),
        (volume, "COMPLETED", None),
        (volume, FAILED, None),
    ]


def test_it_gives_up_after_the_last_attempt_and_escalates(accounts: Accounts) -> None:
    """It waits 15 and then 30 minutes, says how often it failed and why, and opens one OpsItem."""
    world = World.of(accounts, ops_items=True)
    volume = world.volume()
    fail("StartBackupJob", 9, "the volume is busy")
    world.until_the_schedule()
    (execution,) = world.executions(MACHINE)
    assert execution["status"] == "SUCCEEDED", "it has done its work: somebody else has to do the rest"
    assert world.jobs() == [(FAILED, True, KEPT), (FAILED, BY_HAND, KEPT), (FAILED, BY_HAND, KEPT)]
    times = sorted(each["CreationDate"] for each in world.client("backup").list_backup_jobs()["BackupJobs"])
    waited = [(later - earlier).total_seconds() // 60 for earlier, later in pairwise(times)]
    assert all(low <= minutes <= low + 5 for low, minutes in zip((15, 30), waited, strict=True)), waited
    ((subject, message),) = world.escalated()
    assert subject == "AWS Backup: a backup failed for good"
    assert volume in message
    assert "failed 3 time(s)" in message
    assert "Reason: the volume is busy" in message
    (item,) = world.client("ssm").describe_ops_items()["OpsItemSummaries"]
    assert item["Title"] == subject
    resources = json.loads(item["OperationalData"]["/aws/resources"]["Value"])
    assert resources == [{"arn": volume}]


def test_what_no_attempt_mends_escalates_at_once(accounts: Accounts) -> None:
    """After one failure, with AWS's own reason."""
    world = World.of(accounts)
    world.volume()
    fail("StartBackupJob", 1, "Access Denied trying to call AWS Backup service")
    world.until_the_schedule()
    world.executions(MACHINE)
    assert world.jobs() == [(FAILED, True, KEPT)]
    ((subject, told),) = world.escalated()
    assert subject == "AWS Backup: a backup failed for good"
    assert told.endswith("Reason: Access Denied trying to call AWS Backup service")


@pytest.mark.parametrize(
    ("reason", "in_vain"),
    [
        ("Access Denied trying to call AWS Backup service", True),
        ("Access denied exception while trying to list tags", True),
        ('"Backup job failed because backup vault arn:aws:backup:… does not exist."', True),
        ('"Backup job was stopped by user."', True),
        ("Given key ID is not accessible", True),
        ("Insufficient privileges to perform this action.", True),
        ('"Backup job failed because there was a running job for the same resource."', False),
        ("Concurrent snapshot limit exceeded", False),
        ("busy", False),
    ],
)
def test_reasons_are_told_apart(reason: str, in_vain: bool) -> None:
    """By messages of AWS's guide, its sample events and its Knowledge Center."""
    assert any(fnmatchcase(reason, each) for each in IN_VAIN) is in_vain


def test_it_ignores_its_own_retries_and_jobs_by_hand(accounts: Accounts) -> None:
    """One execution for one failed job of a plan, however often it is tried again."""
    world = World.of(accounts)
    volume = world.volume()
    fail("StartBackupJob", 3)
    world.until_the_schedule()
    assert len(world.executions(MACHINE)) == 1
    fail("StartBackupJob", 1)
    world.client("backup").start_backup_job(
        BackupVaultName="campus-volumes",
        ResourceArn=volume,
        IamRoleArn=f"arn:aws:iam::{ACCOUNT}:role/campus-backup-{REGION}",
    )
    assert len(world.executions(MACHINE)) == 1


def test_a_refused_start_escalates_with_what_aws_answered(accounts: Accounts) -> None:
    """A vault that is gone by then, for instance."""
    world = World.of(accounts)
    world.volume()
    fail("StartBackupJob", 1)
    world.until_the_schedule()
    faults.add("access-denied", service="backup", operation="StartBackupJob")
    (execution,) = world.executions(MACHINE)
    assert execution["status"] == "SUCCEEDED"
    ((_, told),) = world.escalated()
    assert "Reason: " in told
    assert "(Service: Backup, Status Code: 403," in told


def test_a_copy_succeeds_at_the_second_try(accounts: Accounts) -> None:
    """To the same vault, with the lifecycle of the rule's own copy; nothing is backed up again."""
    world = World.of(accounts)
    world.volume()
    fail("StartCopyJob", 1)
    world.until_the_schedule()
    assert [each["status"] for each in world.executions(MACHINE)] == ["SUCCEEDED"]
    assert world.jobs() == [("COMPLETED", True, KEPT)]
    jobs = world.client("backup").list_copy_jobs()["CopyJobs"]
    assert sorted(each["State"] for each in jobs) == ["COMPLETED", FAILED]
    (made,) = [each for each in jobs if each["State"] == "COMPLETED"]
    copied = world.client("backup", FAR).describe_recovery_point(
        BackupVaultName="campus-volumes-copies", RecoveryPointArn=made["DestinationRecoveryPointArn"]
    )
    assert copied["Lifecycle"] == COPY_KEPT
    assert [subject for subject, _ in world.escalated()] == ["AWS Backup: a copy has been made up for"]


def test_a_copy_that_fails_for_good_is_told_with_what_to_copy(accounts: Accounts) -> None:
    """Nothing of the schedule copies that recovery point any more."""
    world = World.of(accounts)
    world.volume()
    fail("StartCopyJob", 9)
    world.until_the_schedule()
    world.executions(MACHINE)
    assert len(world.client("backup").list_copy_jobs()["CopyJobs"]) == 3
    ((subject, told),) = world.escalated()
    assert subject == "AWS Backup: a copy failed for good"
    (point,) = world.client("backup").list_recovery_points_by_backup_vault(BackupVaultName="campus-volumes")[
        "RecoveryPoints"
    ]
    assert f"copy {point['RecoveryPointArn']} by hand" in told


def test_a_continuous_backup_is_not_started_on_demand(accounts: Accounts) -> None:
    """AWS Backup has none; the next run of the rule is the next attempt."""
    world = World.of(accounts)
    world.client("rds").create_db_cluster(
        DBClusterIdentifier="ledger",
        Engine="aurora-postgresql",
        MasterUsername="root",
        MasterUserPassword="long-enough",
        Tags=[{"Key": "backup-tier", "Value": "databases"}],
    )
    fail("StartBackupJob", 9)
    world.until_the_schedule()
    world.executions(MACHINE)
    assert "AWS Backup: a continuous backup failed" in [subject for subject, _ in world.escalated()]
    by_hand = [each for each in world.jobs() if not each[1]]
    assert all(lifecycle == KEPT for _, _, lifecycle in by_hand), "only the daily snapshot is tried again"
