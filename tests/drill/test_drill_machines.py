"""Damage of restored instances that AWS's own test, "restored", does not see; and what goes with them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from cases import CASES, Case, Ec2ByBackupCase, Ec2ByDlmCase
from drill_world import FILES, LIMITS, REGION, drill, session
from moto.ec2.models import ec2_backends
from network import TYPE, closed_group, volumes_of
from test_drill_damage import found, verdicts

from emulator import faults
from emulator.ec2 import blocks
from scripts.disks import disk
from tierkeep.aws import UnitSession
from tierkeep.drill.clock import Clock
from tierkeep.drill.kinds import kind_named
from tierkeep.drill.stores import LocalStore
from tierkeep.drill.sweep import Broom, Fate, sweep
from tierkeep.drill.thing import name_of

MACHINES = [case for title, case in CASES.items() if title.startswith("EC2")]
each_machine = pytest.mark.parametrize("of", MACHINES, ids=lambda each: each.__name__)


@pytest.fixture(autouse=True)
def _no_faults() -> Iterator[None]:
    yield
    faults.clear()


def restored(case: Case) -> str:
    """The id of the one instance that runs and is not the source."""
    listed = case.session.pages("ec2", "describe_instances", "Reservations")
    [found] = [
        each["InstanceId"]
        for one in listed
        for each in one["Instances"]
        if each["InstanceId"] != name_of(case.arn) and each["State"]["Name"] != "terminated"
    ]
    return str(found)


def drilled(
    case: Case, folder: Path, before: str, act: Callable[[str], object], **more: Any
) -> dict[str, Any]:
    """A drill in which something becomes of the restored instance before a stage."""

    def observe(point: str) -> None:
        if point == f"before {before}":
            act(restored(case))

    return drill(more.pop("clock", case.clock), folder, of=case.scope(), observe=observe, **more)


@each_machine
def test_a_drill_of_an_instance_looks_at_every_volume(of: type[Case], clock: Clock, tmp_path: Path) -> None:
    """Thirteen checks from outside, four of each volume; nothing of it is left."""
    case = of(clock)
    before = case.inventory()
    evidence = drill(clock, tmp_path, of=case.scope())
    assert evidence["outcome"]["result"] == "pass"
    outside = [check["id"] for check in evidence["checks"] if check["rung"] == "restored"]
    assert len(outside) == len(set(outside)) == 13
    assert [check["id"] for check in evidence["checks"] if check["rung"] == "readable"] == [
        f"{check} {device}"
        for device in ("/dev/sda1", "/dev/sdf")
        for check in ("blocks", "checksums", "same-data", "structure")
    ]
    made = [thing["kind"] for thing in evidence["target"]["made"]]
    assert sorted(made) == ["ec2:instance", *["ec2:snapshot"] * 2, *["ec2:volume"] * 2]
    assert all(thing["gone"] for thing in evidence["teardown"]["things"])
    assert {fact["verdict"] for fact in evidence["isolation"]["facts"]} == {"PASS"}
    assert case.inventory() == before


def test_what_the_restore_asks_for_is_isolated_and_can_be_ended(clock: Clock, tmp_path: Path) -> None:
    """No key pair, no instance profile, no place of the source; its termination is not protected."""
    case = Ec2ByBackupCase(clock)
    case.session.call(
        "ec2",
        "modify_instance_attribute",
        InstanceId=name_of(case.arn),
        DisableApiTermination={"Value": True},
    )
    case.back_up(case.arn)
    evidence = drill(clock, tmp_path, of=case.scope())
    assert evidence["outcome"]["result"] == "pass"
    asked = evidence["target"]["parameters"]
    assert asked["SubnetId"] == case.isolation.subnet_ids[0]
    assert asked["SecurityGroupIds"] == f'["{case.isolation.security_group_id}"]'
    assert asked["DisableApiTermination"] == "false"
    assert {"KeyName", "IamInstanceProfileName", "NetworkInterfaces", "UserData", "Placement"} & set(
        asked
    ) == set()


def _public_address(here: UnitSession, instance: str) -> None:
    address = here.call("ec2", "allocate_address", Domain="vpc")["AllocationId"]
    here.call("ec2", "associate_address", AllocationId=address, InstanceId=instance)


def _wrong_group(here: UnitSession, instance: str) -> None:
    vpc = here.call("ec2", "describe_instances", InstanceIds=[instance])["Reservations"][0]["Instances"][0][
        "VpcId"
    ]
    group = closed_group(here, vpc, "production")
    here.call("ec2", "modify_instance_attribute", InstanceId=instance, Groups=[group])


def _in_a_target_group(here: UnitSession, instance: str) -> None:
    [group] = here.call("elbv2", "describe_target_groups")["TargetGroups"]
    here.call("elbv2", "register_targets", TargetGroupArn=group["TargetGroupArn"], Targets=[{"Id": instance}])


def _stopped(here: UnitSession, instance: str) -> None:
    here.call("ec2", "stop_instances", InstanceIds=[instance])


def _detach(here: UnitSession, instance: str, device: str) -> None:
    volume = volumes_of(here, instance)[device]
    here.call("ec2", "detach_volume", VolumeId=volume, InstanceId=instance, Device=device)


def _without_a_volume(here: UnitSession, instance: str) -> None:
    _detach(here, instance, "/dev/sdf")


def _of_another_type(here: UnitSession, instance: str) -> None:
    ec2_backends[here.account_id][here.region].get_instance(instance).instance_type = "t3.nano"


def _under_another_key(here: UnitSession, instance: str) -> None:
    volume = volumes_of(here, instance)["/dev/sdf"]
    ec2_backends[here.account_id][here.region].volumes[
        volume
    ].kms_key_id = "arn:aws:kms:ap-south-1:1:key/other"


DAMAGE: dict[Callable[[UnitSession, str], None], list[str]] = {
    _public_address: ["addresses"],
    _wrong_group: ["network"],
    _in_a_target_group: ["balancers"],
    _without_a_volume: ["volumes"],
    _of_another_type: ["type"],
    _under_another_key: ["key"],
}


@pytest.mark.parametrize("damage", DAMAGE, ids=lambda each: each.__name__)
def test_what_is_wrong_from_outside_fails(
    damage: Callable[[UnitSession, str], None], clock: Clock, tmp_path: Path
) -> None:
    """Just that check fails; the instance and all of its volumes go all the same."""
    case = Ec2ByBackupCase(clock)
    before = set(case.inventory())
    evidence = drilled(case, tmp_path, "check", lambda instance: damage(case.session, instance))
    failed = [each for each in verdicts(evidence, "FAIL") if " " not in each]
    assert failed == DAMAGE[damage]
    assert evidence["ladder"]["climbed"] is None
    assert evidence["teardown"]["confirmed"] is True
    assert set(case.inventory()) == before


def test_an_instance_that_does_not_run_fails(clock: Clock, tmp_path: Path) -> None:
    """Neither does it run, nor do its status checks pass."""
    case = Ec2ByDlmCase(clock)
    evidence = drilled(case, tmp_path, "check", lambda instance: _stopped(case.session, instance))
    assert verdicts(evidence, "FAIL") == ["state", "status"]
    assert evidence["teardown"]["confirmed"] is True


def test_status_checks_that_come_to_nothing_are_unknown(clock: Clock, tmp_path: Path) -> None:
    """They are waited for as long as there is time, and no pass without them."""
    case = Ec2ByDlmCase(clock)

    class Booting:
        def __init__(self) -> None:
            inner = session()
            self._inner, self.partition, self.pages = inner, inner.partition, inner.pages
            self.unit, self.account_id, self.region = inner.unit, inner.account_id, inner.region

        def call(self, service: str, operation: str, **parameters: Any) -> dict[str, Any]:
            answer = self._inner.call(service, operation, **parameters)
            if operation == "describe_instance_status":
                answer["InstanceStatuses"][0]["InstanceStatus"]["Status"] = "initializing"
            return answer

    limits = replace(LIMITS, reading=3.0)
    booting: Any = Booting()
    evidence = drill(clock, tmp_path, of=case.scope(), as_session=booting, limits=limits)
    assert evidence["outcome"]["result"] == "could-not-verify"
    assert verdicts(evidence, "UNKNOWN")[0] == "status"
    assert "not within" in found(evidence, "status")["cause"]


@each_machine
def test_corrupted_volumes_fail(of: type[Case], clock: Clock, tmp_path: Path) -> None:
    """Each block is another: more than an instance writes. One of three that differs is what it wrote."""
    case = of(clock)

    def corrupt(instance: str) -> None:
        for volume in volumes_of(case.session, instance).values():
            held = ec2_backends[session().account_id][REGION].volumes[volume]
            other = {index: data[:-1] + b"!" for index, data in blocks.of(held).items()}
            blocks.put(held, other)

    evidence = drilled(case, tmp_path, "read", corrupt)
    assert verdicts(evidence, "FAIL") == ["same-data /dev/sda1", "same-data /dev/sdf"]
    assert evidence["ladder"]["climbed"] == "restored"

    def write(instance: str) -> None:
        for volume in volumes_of(case.session, instance).values():
            held = ec2_backends[session().account_id][REGION].volumes[volume]
            blocks.write(held, {3: b"a line in a log", 99: b"a new file"})

    evidence = drilled(case, tmp_path, "read", write, drill_id="drill-2")
    assert evidence["outcome"]["result"] == "pass"
    assert found(evidence, "same-data /dev/sda1")["actual"] == "2 of 3: not block 3"


def test_a_volume_without_its_file_system_is_found(clock: Clock, tmp_path: Path) -> None:
    """One of two is empty: its blocks are missing, and what it begins with is nothing that is known."""
    case = Ec2ByBackupCase(clock)

    def empty(instance: str) -> None:
        volume = volumes_of(case.session, instance)["/dev/sdf"]
        blocks.put(ec2_backends[session().account_id][REGION].volumes[volume], {})

    evidence = drilled(case, tmp_path, "read", empty)
    assert verdicts(evidence, "FAIL") == ["blocks /dev/sdf"]
    assert verdicts(evidence, "UNKNOWN") == [
        f"{check} /dev/sdf" for check in ("checksums", "same-data", "structure")
    ]
    damaged = bytearray(disk("ext4"))
    damaged[1024 + 0x20] ^= 0xFF

    def damage(instance: str) -> None:
        volume = volumes_of(case.session, instance)["/dev/sdf"]
        held = ec2_backends[session().account_id][REGION].volumes[volume]
        blocks.put(held, {**blocks.of(held), 0: bytes(damaged).ljust(blocks.SIZE, b"\0")})

    evidence = drilled(case, tmp_path, "read", damage, drill_id="drill-2")
    assert verdicts(evidence, "FAIL") == ["structure /dev/sdf"]
    assert FILES


def test_a_volume_of_somebody_else_is_not_deleted_with_the_instance(clock: Clock, tmp_path: Path) -> None:
    """Attached to what a drill made, and told to go with it: the instance stays, and is reported."""
    case = Ec2ByBackupCase(clock)
    zone = f"{REGION}a"
    theirs = case.session.call("ec2", "create_volume", AvailabilityZone=zone, Size=8)["VolumeId"]

    def attach(instance: str) -> None:
        case.session.call("ec2", "attach_volume", VolumeId=theirs, InstanceId=instance, Device="/dev/sdz")
        held = ec2_backends[session().account_id][REGION].get_instance(instance)
        held.block_device_mapping["/dev/sdz"].delete_on_termination = True
        held.block_device_mapping["/dev/sdz"].volume_id = theirs
        volume = ec2_backends[session().account_id][REGION].volumes[theirs]
        volume.attachment.delete_on_termination = True

    evidence = drilled(case, tmp_path, "tear-down", attach)
    assert evidence["outcome"]["result"] == "could-not-verify"
    assert f"EC2 would delete {theirs} with it" in evidence["teardown"]["summary"]
    assert theirs in case.inventory()
    broom = Broom(clock=clock, open_session=lambda *_: session(), limits=LIMITS)
    [swept] = sweep(LocalStore(tmp_path), broom)
    assert swept.fate is Fate.COULD_NOT_TELL
    _detach(case.session, restored(case), "/dev/sdz")
    [swept] = sweep(LocalStore(tmp_path), broom)
    assert swept.fate is Fate.REMOVED
    assert theirs in case.inventory()


def test_parts_of_an_instance_are_those_of_its_image(clock: Clock) -> None:
    """By device and snapshot: what is attached later is none, under whatever name."""
    case = Ec2ByBackupCase(clock)
    kind, here = kind_named("ec2:instance"), case.session
    # The source was not made of an image that has its volumes.
    assert kind.parts(here, case.arn) == ()
    image = here.call("ec2", "create_image", InstanceId=name_of(case.arn), Name="whole")["ImageId"]
    made = here.call("ec2", "run_instances", ImageId=image, InstanceType=TYPE, MinCount=1, MaxCount=1)[
        "Instances"
    ][0]["InstanceId"]
    arn = f"arn:aws:ec2:{REGION}:{here.account_id}:instance/{made}"
    own = set(volumes_of(here, made).values())
    assert {name_of(part) for _, part in kind.parts(here, arn)} == own
    more = here.call("ec2", "create_volume", AvailabilityZone=f"{REGION}a", Size=8)["VolumeId"]
    _detach(here, made, "/dev/sdf")
    here.call("ec2", "attach_volume", VolumeId=more, InstanceId=made, Device="/dev/sdf")
    assert more not in {name_of(part) for _, part in kind.parts(here, arn)}
    assert kind.parts(here, arn[:-1] + "f0f0") == ()


def test_an_image_of_an_instance_that_is_gone_says_no_type(clock: Clock, tmp_path: Path) -> None:
    """What it was nobody knows: could not verify, and the message says what to do."""
    case = Ec2ByDlmCase(clock)
    case.session.call("ec2", "terminate_instances", InstanceIds=[name_of(case.arn)])
    ec2_backends[session().account_id][REGION].reservations.clear()
    evidence = drill(clock, tmp_path, of=case.scope())
    assert evidence["outcome"]["result"] == "could-not-verify"
    assert "does not say of which type it was" in evidence["outcome"]["reasons"][0]["text"]


def test_instances_backed_up_by_snapshots_are_not_passed_over(clock: Clock, tmp_path: Path) -> None:
    """Without images there is nothing to launch: could not verify, and no claim that nothing is there."""
    case = Ec2ByDlmCase(clock)
    evidence = drill(clock, tmp_path, of=replace(case.scope(), image_policies=()))
    assert evidence["outcome"]["result"] == "could-not-verify"
    assert "by snapshots of their volumes" in evidence["outcome"]["reasons"][0]["text"]
