"""Restored instances: what drills of them ask for and look at, and what goes with them.

What they find damaged stands in `damage/ec2.py`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import restored
from cases import CASES, Case, Ec2ByBackupCase, Ec2ByDlmCase
from drill_world import LIMITS, REGION, at, drill, found, session, verdicts
from moto.ec2.models import ec2_backends
from network import TYPE, volumes_of

from emulator.ec2 import blocks
from tierkeep.aws import UnitSession
from tierkeep.drill.clock import Clock
from tierkeep.drill.kinds import kind_named
from tierkeep.drill.stores import LocalStore
from tierkeep.drill.sweep import Broom, Fate, sweep
from tierkeep.drill.thing import name_of

MACHINES = [case for title, case in CASES.items() if title.startswith("EC2")]
each_machine = pytest.mark.parametrize("of", MACHINES, ids=lambda each: each.__name__)


def drilled(case: Case, folder: Path, before: str, act: Callable[[str], object]) -> dict[str, Any]:
    """A drill in which something becomes of the restored instance before a stage."""
    change = at(before, lambda: act(restored.instance_id(case)))
    return drill(case.clock, folder, of=case.scope(), observe=change)


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


def _detach(here: UnitSession, instance: str, device: str) -> None:
    volume = volumes_of(here, instance)[device]
    here.call("ec2", "detach_volume", VolumeId=volume, InstanceId=instance, Device=device)


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
def test_what_an_instance_writes_is_no_damage(of: type[Case], clock: Clock, tmp_path: Path) -> None:
    """One of three blocks that differs, and one more, is what it wrote since it was started."""
    case = of(clock)

    def write(instance: str) -> None:
        for volume in volumes_of(case.session, instance).values():
            held = ec2_backends[session().account_id][REGION].volumes[volume]
            blocks.write(held, {3: b"a line in a log", 99: b"a new file"})

    evidence = drilled(case, tmp_path, "read", write)
    assert evidence["outcome"]["result"] == "pass"
    assert found(evidence, "same-data /dev/sda1")["actual"] == "2 of 3: not block 3"


@pytest.mark.parametrize("tagged", [False, True], ids=["untagged", "with-the-drills-tag"])
def test_a_volume_of_somebody_else_is_not_deleted_with_the_instance(
    clock: Clock,
    tmp_path: Path,
    tagged: bool,
) -> None:
    """Attached to what a drill made, and told to go with it: the instance stays, and is reported. A tag
    alone, which can be copied, makes nothing the drill's."""
    case = Ec2ByBackupCase(clock)
    zone = f"{REGION}a"
    theirs = case.session.call("ec2", "create_volume", AvailabilityZone=zone, Size=8)["VolumeId"]

    def attach(instance: str) -> None:
        case.session.call("ec2", "attach_volume", VolumeId=theirs, InstanceId=instance, Device="/dev/sdz")
        if tagged:
            copied = [{"Key": "tierkeep:drill", "Value": "drill-under-test"}]
            case.session.call("ec2", "create_tags", Resources=[theirs], Tags=copied)
        held = ec2_backends[session().account_id][REGION].get_instance(instance)
        held.block_device_mapping["/dev/sdz"].delete_on_termination = True
        held.block_device_mapping["/dev/sdz"].volume_id = theirs
        volume = ec2_backends[session().account_id][REGION].volumes[theirs]
        volume.attachment.delete_on_termination = True

    evidence = drilled(case, tmp_path, "tear-down", attach)
    assert evidence["outcome"]["result"] == "could-not-verify"
    says = f"volume/{theirs} would be deleted with it" if tagged else f"EC2 would delete {theirs} with it"
    assert says in evidence["teardown"]["summary"]
    assert theirs in case.inventory()
    broom = Broom(clock=clock, open_session=lambda *_: session(), limits=LIMITS)
    [swept] = sweep(LocalStore(tmp_path), broom)
    assert swept.fate is Fate.COULD_NOT_TELL
    _detach(case.session, restored.instance_id(case), "/dev/sdz")
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
