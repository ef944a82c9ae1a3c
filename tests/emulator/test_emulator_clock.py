"""The clock and its agenda on their own; and as a server's users see them."""

import json
import time
import urllib.request
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import pytest
from emulated import REGION, ROLE, Aws

from emulator import clock
from emulator.process import running

START = datetime(2030, 1, 1, tzinfo=UTC)


@pytest.fixture
def agenda() -> Iterator[clock.Agenda]:
    """The clock at the start of 2030, at rest."""
    clock.set_now(START)
    made = clock.Agenda()
    yield made
    made.clear()
    clock.rest()
    clock.set_offset(0)


def test_at_rest_time_passes_only_when_it_is_advanced(agenda: clock.Agenda) -> None:
    time.sleep(0.01)
    assert (clock.now(), clock.is_running()) == (START, False)
    clock.advance(90)
    assert clock.now() == START + timedelta(seconds=90)


def test_watchers_see_the_clock_before_each_change(agenda: clock.Agenda) -> None:
    seen = []

    def watcher() -> None:
        seen.append((clock.now() - START, clock.is_running()))

    clock.watch(watcher)
    clock.advance(90)
    clock.set_now(START)
    clock.run()
    clock.rest()
    clock.unwatch(watcher)
    clock.advance(1)
    assert seen[:3] == [(timedelta(0), False), (timedelta(seconds=90), False), (timedelta(0), False)]
    assert [running for _, running in seen] == [False, False, False, True]


def test_a_watcher_that_fails_says_so_and_the_clock_is_left_alone(agenda: clock.Agenda) -> None:
    def watcher() -> None:
        raise ValueError("the server is gone")

    clock.watch(watcher)
    try:
        with pytest.raises(clock.ActionFailedError, match="the server is gone"):
            clock.advance(90)
        assert clock.now() == START
    finally:
        clock.unwatch(watcher)


def test_running_it_goes_on_from_where_it_stood(agenda: clock.Agenda) -> None:
    clock.run()
    time.sleep(0.01)
    assert START < clock.now() < START + timedelta(minutes=1)
    clock.rest()
    stood = clock.now()
    time.sleep(0.01)
    assert clock.now() == stood


def test_set_while_it_runs_it_is_the_wall_clock_and_set_at_rest_it_stays_behind(agenda: clock.Agenda) -> None:
    """Who wants the wall clock exactly lets it run first: the clock loses the time for which it rests."""
    clock.set_offset(0)
    time.sleep(0.01)
    clock.run()
    assert clock.offset_seconds() <= -0.009
    clock.set_offset(0)
    assert clock.offset_seconds() == 0


def test_what_is_due_is_done_in_order_of_time_each_at_its_own_moment(agenda: clock.Agenda) -> None:
    """Also what an action itself enters, between what was there before."""
    seen: list[tuple[str, timedelta]] = []

    def note(name: str) -> None:
        seen.append((name, clock.now() - START))

    def first() -> None:
        note("first")
        agenda.at(clock.now() + timedelta(days=1), lambda: note("entered by the first"))

    agenda.at(START + timedelta(days=9), lambda: note("last"))
    agenda.at(START + timedelta(days=3), lambda: note("same moment, later entry"))
    agenda.at(START + timedelta(days=1), first)
    agenda.at(START + timedelta(days=3), lambda: note("same moment, last entry"))
    clock.advance(8 * 86400)
    assert seen == [
        ("first", timedelta(days=1)),
        ("entered by the first", timedelta(days=2)),
        ("same moment, later entry", timedelta(days=3)),
        ("same moment, last entry", timedelta(days=3)),
    ]
    assert clock.now() == START + timedelta(days=8)
    clock.advance(365 * 86400)
    assert seen[-1] == ("last", timedelta(days=9))


def test_what_is_past_when_it_is_entered_is_dated_now(agenda: clock.Agenda) -> None:
    seen: list[datetime] = []
    agenda.at(START - timedelta(days=1), lambda: seen.append(clock.now()))
    clock.settle()
    assert seen == [START]


def test_what_is_cancelled_or_cleared_is_not_done(agenda: clock.Agenda) -> None:
    seen: list[str] = []
    other = clock.Agenda()
    agenda.at(START + timedelta(hours=1), lambda: seen.append("cancelled")).cancel()
    agenda.at(START + timedelta(hours=2), lambda: seen.append("cleared"))
    other.at(START + timedelta(hours=3), lambda: seen.append("another's"))
    agenda.clear()
    clock.advance(86400)
    assert seen == ["another's"]


def test_what_cannot_be_done_is_loud_and_does_not_stop_the_rest_for_good(agenda: clock.Agenda) -> None:
    seen: list[str] = []

    def broken() -> None:
        raise KeyError("a fault of the emulator")

    agenda.at(START + timedelta(hours=1), broken)
    agenda.at(START + timedelta(hours=2), lambda: seen.append("after it"))
    with pytest.raises(clock.ActionFailedError, match="a fault of the emulator"):
        clock.advance(86400)
    assert clock.now() == START + timedelta(days=1)
    clock.settle()
    assert seen == ["after it"]


def test_putting_the_clock_back_repeats_nothing(agenda: clock.Agenda) -> None:
    seen: list[datetime] = []
    agenda.at(START + timedelta(hours=1), lambda: seen.append(clock.now()))
    clock.advance(86400)
    clock.set_now(START)
    clock.advance(86400)
    assert seen == [START + timedelta(hours=1)]


def test_a_moment_that_does_not_exist_is_refused(agenda: clock.Agenda) -> None:
    with pytest.raises(OverflowError):
        clock.advance(1e15)
    assert clock.now() == START


def _post(url: str, document: dict[str, Any]) -> dict[str, Any]:
    data = json.dumps(document).encode()
    request = urllib.request.Request(f"{url}/emulator/clock", data=data, method="POST")
    with urllib.request.urlopen(request) as answer:
        return dict(json.load(answer))


def test_a_servers_job_ends_when_its_clock_is_advanced_or_runs() -> None:
    """At rest a job with a length waits for the clock; the clock can be set going, and brought to rest."""
    with running("--clock", "at-rest", "--job-seconds", "60") as url:
        keys = {"aws_access_key_id": "testing", "aws_secret_access_key": "testing"}
        backup, ec2 = (
            boto3.client(service, region_name=REGION, endpoint_url=url, **keys)
            for service in ("backup", "ec2")
        )
        backup.create_backup_vault(BackupVaultName="vault")
        volume = ec2.create_volume(AvailabilityZone=f"{REGION}a", Size=1)["VolumeId"]

        def started() -> str:
            job = backup.start_backup_job(
                BackupVaultName="vault",
                ResourceArn=f"arn:aws:ec2:{REGION}:123456789012:volume/{volume}",
                IamRoleArn=ROLE,
            )
            return str(job["BackupJobId"])

        def state(job: str) -> str:
            return str(backup.describe_backup_job(BackupJobId=job)["State"])

        job = started()
        assert state(job) == "CREATED"
        assert _post(url, {"advance_seconds": 30})["running"] is False
        assert state(job) == "RUNNING"
        _post(url, {"advance_seconds": 30})
        assert state(job) == "COMPLETED"

        job = started()
        assert _post(url, {"running": True})["running"] is True
        _post(url, {"advance_seconds": 59.99})
        deadline = time.monotonic() + 20
        while state(job) != "COMPLETED":
            assert time.monotonic() < deadline
            time.sleep(0.02)
        assert _post(url, {"running": False})["running"] is False


def test_instances_are_launched_by_the_clock(aws: Aws) -> None:
    """With their volumes and interfaces: by these the validator tells since when one is there."""
    clock.set_now(START)
    image = aws.ec2.register_image(Name="image")["ImageId"]
    made = aws.ec2.run_instances(ImageId=image, MinCount=1, MaxCount=1)["Instances"][0]["InstanceId"]
    [reservation] = aws.ec2.describe_instances(InstanceIds=[made])["Reservations"]
    [instance] = reservation["Instances"]
    assert instance["LaunchTime"] == START
    assert [each["Ebs"]["AttachTime"] for each in instance["BlockDeviceMappings"]] == [START]
    assert [each["Attachment"]["AttachTime"] for each in instance["NetworkInterfaces"]] == [START]
