"""Fast snapshot restore: what is enabled, by the clock."""

from datetime import datetime, timedelta
from typing import Any

from emulated import REGION, Aws, refusal

from emulator import clock

ZONES = [f"{REGION}a", f"{REGION}b"]


def snapshot(aws: Aws, size: int = 512) -> str:
    volume = aws.volume(Size=size).rpartition("/")[2]
    return str(aws.ec2.create_snapshot(VolumeId=volume)["SnapshotId"])


def enable(aws: Aws, *snapshots: str, **settings: Any) -> dict[str, Any]:
    request = {"SourceSnapshotIds": list(snapshots), "AvailabilityZones": ZONES[:1], **settings}
    return dict(aws.ec2.enable_fast_snapshot_restores(**request))


def described(aws: Aws, **filters: str) -> list[dict[str, Any]]:
    given = [{"Name": name.replace("_", "-"), "Values": [value]} for name, value in filters.items()]
    return list(aws.ec2.describe_fast_snapshot_restores(Filters=given)["FastSnapshotRestores"])


def state(aws: Aws) -> str:
    [found] = described(aws)
    return str(found["State"])


def test_it_is_enabled_in_each_zone_and_disabled_again(aws: Aws) -> None:
    made = snapshot(aws)
    answer = enable(aws, made, AvailabilityZones=ZONES)
    assert answer["Unsuccessful"] == []
    assert [(each["AvailabilityZone"], each["State"]) for each in answer["Successful"]] == [
        (zone, "enabling") for zone in ZONES
    ]
    gone = aws.ec2.disable_fast_snapshot_restores(SourceSnapshotIds=[made], AvailabilityZones=ZONES[:1])
    assert [each["State"] for each in gone["Successful"]] == ["disabling"]
    clock.advance(3600)
    assert [each["AvailabilityZone"] for each in described(aws, state="disabled")] == ZONES[:1]
    assert [each["AvailabilityZone"] for each in described(aws, state="enabled")] == ZONES[1:]
    assert described(aws, snapshot_id="snap-0") == []


def test_optimizing_takes_an_hour_for_each_tebibyte(aws: Aws) -> None:
    enable(aws, snapshot(aws, size=512))
    [found] = described(aws)
    start: datetime = found["EnablingTime"]
    assert "OptimizingTime" not in found
    clock.set_now(start + timedelta(minutes=1))
    assert state(aws) == "optimizing"
    clock.set_now(start + timedelta(minutes=29))
    assert state(aws) == "optimizing"
    clock.set_now(start + timedelta(minutes=31))
    [found] = described(aws)
    assert found["State"] == "enabled"
    assert found["EnabledTime"] - found["OptimizingTime"] == timedelta(minutes=30)


def test_zones_go_by_their_ids_too(aws: Aws) -> None:
    [zone] = aws.ec2.describe_availability_zones(ZoneNames=ZONES[:1])["AvailabilityZones"]
    enable(aws, snapshot(aws), AvailabilityZones=[], AvailabilityZoneIds=[zone["ZoneId"]])
    [found] = described(aws)
    assert (found["AvailabilityZone"], found["AvailabilityZoneId"]) == (ZONES[0], zone["ZoneId"])


def test_five_snapshots_in_a_region_at_most(aws: Aws) -> None:
    made = [snapshot(aws) for _ in range(6)]
    answer = enable(aws, *made)
    assert len(answer["Successful"]) == 5
    [refused] = answer["Unsuccessful"]
    assert refused["SnapshotId"] == made[5]
    assert refused["FastSnapshotRestoreStateErrors"][0]["Error"]["Code"]
    aws.ec2.disable_fast_snapshot_restores(SourceSnapshotIds=made[:1], AvailabilityZones=ZONES[:1])
    clock.advance(60)
    assert enable(aws, made[5])["Unsuccessful"] == []


def test_what_cannot_be_restored_fast_is_said(aws: Aws) -> None:
    answer = enable(aws, "snap-00000000000000000", snapshot(aws, size=16385))
    codes = [each["FastSnapshotRestoreStateErrors"][0]["Error"]["Code"] for each in answer["Unsuccessful"]]
    assert (answer["Successful"], codes) == ([], ["InvalidSnapshot.NotFound", "InvalidParameterValue"])
    call = aws.ec2.enable_fast_snapshot_restores
    made = [snapshot(aws)]
    assert refusal(call, SourceSnapshotIds=made, AvailabilityZones=["eu-central-1z"]) == (
        "InvalidParameterValue"
    )
    assert refusal(call, SourceSnapshotIds=made) == "MissingParameter"
    gone = aws.ec2.disable_fast_snapshot_restores(SourceSnapshotIds=made, AvailabilityZones=ZONES[:1])
    assert len(gone["Unsuccessful"]) == 1


def test_deleting_the_snapshot_ends_it(aws: Aws) -> None:
    made = snapshot(aws)
    enable(aws, made)
    aws.ec2.delete_snapshot(SnapshotId=made)
    assert described(aws) == []


def test_volumes_are_restored_fast_as_long_as_there_are_credits(aws: Aws) -> None:
    """A snapshot of 512 GiB has two credits an hour and never more than two."""
    made = snapshot(aws, size=512)
    enable(aws, made)

    def fast(zone: str = ZONES[0]) -> bool:
        volume = aws.ec2.create_volume(SnapshotId=made, AvailabilityZone=zone)
        assert "FastRestored" not in volume  # "This parameter is not returned by CreateVolume."
        return bool(aws.ec2.describe_volumes(VolumeIds=[volume["VolumeId"]])["Volumes"][0]["FastRestored"])

    assert not fast()
    clock.advance(5 * 3600)
    assert [fast(), fast(), fast(), fast(ZONES[1])] == [True, True, False, False]
    clock.advance(1800)
    assert [fast(), fast()] == [True, False]


def test_it_is_listed_in_pages(aws: Aws) -> None:
    enable(aws, snapshot(aws), snapshot(aws), AvailabilityZones=ZONES)
    pages = aws.ec2.get_paginator("describe_fast_snapshot_restores").paginate(
        PaginationConfig={"PageSize": 3}
    )
    assert [len(page["FastSnapshotRestores"]) for page in pages] == [3, 1]
