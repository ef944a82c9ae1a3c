"""The paths of the state machine that backs up for deployments, run by moto's interpreter."""

from __future__ import annotations

import json

from emulator import faults
from tests.machines.world import SERVERS, World
from tests.simulation.deployed import Accounts

MACHINE = "campus-deployments"


def announce(world: World, tier: str = "volumes", moment: str = "before-deployment") -> None:
    """What a team's own pipeline sends."""
    detail = json.dumps({"tier": tier})
    entry = {"Source": "tierkeep.deployment", "DetailType": moment, "Detail": detail}
    world.client("events").put_events(Entries=[entry])


def test_every_resource_of_the_tier_is_backed_up(accounts: Accounts) -> None:
    """Kept as the catalog says, told of when all is done; other moments and tiers start nothing."""
    world = World.of(accounts)
    volumes = {world.volume() for _ in range(3)}
    world.client("ec2").create_volume(AvailabilityZone="eu-central-1a", Size=8)  # of no tier
    announce(world, moment="after-deployment")
    announce(world, tier="others")
    announce(world)
    (execution,) = world.executions(MACHINE)
    assert json.loads(execution["output"]) == {
        "tier": "volumes",
        "moment": "before-deployment",
        "resources": 3,
    }
    assert world.jobs() == [("COMPLETED", False, {"DeleteAfterDays": 7})] * 3
    assert {
        each["ResourceArn"] for each in world.client("backup").list_backup_jobs()["BackupJobs"]
    } == volumes
    assert world.escalated() == [
        (
            "Tierkeep: backed up for a deployment",
            "3 resource(s) of tier volumes have been backed up (before-deployment).",
        )
    ]


def test_one_that_fails_stops_who_waits_and_no_other_backup(accounts: Accounts) -> None:
    """The execution fails, so that a pipeline does; each failed backup is told of."""
    world = World.of(accounts, ops_items=True)
    first, second = world.volume(), world.volume()
    faults.add(
        "job-fails", operation="StartBackupJob", resource=first.rsplit("/", 1)[-1], message="out of space"
    )
    announce(world)
    (execution,) = world.executions(MACHINE)
    assert (execution["status"], execution["error"]) == ("FAILED", "BackupsFailed")
    states = {
        each["ResourceArn"]: each["State"] for each in world.client("backup").list_backup_jobs()["BackupJobs"]
    }
    assert states == {first: "FAILED", second: "COMPLETED"}
    ((subject, message),) = world.escalated()
    assert subject == "AWS Backup: a backup for a deployment failed"
    assert message.endswith("Reason: out of space")
    (item,) = world.client("ssm").describe_ops_items()["OpsItemSummaries"]
    assert item["Title"] == subject


def test_nothing_found_is_no_success(accounts: Accounts) -> None:
    """A tag that nobody carries would let a deployment go on without a backup."""
    world = World.of(accounts)
    announce(world)
    (execution,) = world.executions(MACHINE)
    assert (execution["status"], execution["error"]) == ("FAILED", "NothingFound")
    ((subject, _),) = world.escalated()
    assert subject == "Tierkeep: nothing to back up for a deployment"


def test_more_resources_than_a_page_holds_are_backed_up(accounts: Accounts) -> None:
    """GetResources answers a hundred at a time at most."""
    world = World.of(accounts)
    for _ in range(101):
        world.volume()
    announce(world)
    (execution,) = world.executions(MACHINE, seconds=120)
    assert json.loads(execution["output"])["resources"] == 101
    assert len(world.jobs()) == 101


def test_instances_are_backed_up_with_vss_where_the_tier_asks_for_it(accounts: Accounts) -> None:
    """Instances alone: AWS Backup has the option for nothing else."""
    world = World.of(accounts, more={"servers": SERVERS})
    instance, volume, plain = world.instance(), world.volume("servers"), world.volume()
    announce(world, tier="servers")
    announce(world, tier="volumes")
    assert [each["status"] for each in world.executions(MACHINE)] == ["SUCCEEDED"] * 2
    jobs = world.client("backup").list_backup_jobs()["BackupJobs"]
    assert {each["ResourceArn"]: each.get("BackupOptions") for each in jobs} == {
        instance: {"WindowsVSS": "enabled"}, volume: None, plain: None,
    }  # fmt: skip
