"""Damage of EC2 instances and of their volumes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import restored
from application import serving
from cases import Case, Ec2ByBackupCase, Ec2ByDlmCase
from drill_world import asserting, at, drill
from moto.ec2.models import ec2_backends
from network import closed_group, volumes_of

from damage.base import ANOTHER_KEY, NOTHING, Act, Damage
from damage.ebs import DAMAGED
from emulator.ec2 import blocks
from emulator.ssm import outcomes
from tierkeep.aws import UnitSession
from tierkeep.desired.assertions import Probe
from tierkeep.drill.clock import Clock


def _restored(made: type[Case], change: Callable[[UnitSession, str], None], stage: str = "check") -> Act:
    """What becomes of the restored instance when a stage begins."""

    def act(clock: Clock, place: Path) -> dict[str, Any]:
        case = made(clock)
        harm = at(stage, lambda: change(case.session, restored.instance_id(case)))
        return drill(clock, place, of=case.scope(), observe=harm)

    return act


ADDRESS = "203.0.113.7"


def _public_address(here: UnitSession, instance: str) -> None:
    address = here.call("ec2", "allocate_address", Domain="vpc", Address=ADDRESS)["AllocationId"]
    here.call("ec2", "associate_address", AllocationId=address, InstanceId=instance)


def _wrong_group(here: UnitSession, instance: str) -> None:
    [reservation] = here.call("ec2", "describe_instances", InstanceIds=[instance])["Reservations"]
    group = closed_group(here, reservation["Instances"][0]["VpcId"], "production")
    here.call("ec2", "modify_instance_attribute", InstanceId=instance, Groups=[group])


def _in_a_target_group(here: UnitSession, instance: str) -> None:
    [group] = here.call("elbv2", "describe_target_groups")["TargetGroups"]
    here.call("elbv2", "register_targets", TargetGroupArn=group["TargetGroupArn"], Targets=[{"Id": instance}])


def _stopped(here: UnitSession, instance: str) -> None:
    here.call("ec2", "stop_instances", InstanceIds=[instance])


def _without_a_volume(here: UnitSession, instance: str) -> None:
    volume = volumes_of(here, instance)["/dev/sdf"]
    here.call("ec2", "detach_volume", VolumeId=volume, InstanceId=instance, Device="/dev/sdf")


def _of_another_type(here: UnitSession, instance: str) -> None:
    ec2_backends[here.account_id][here.region].get_instance(instance).instance_type = "t3.nano"


def _volume(here: UnitSession, instance: str, device: str) -> Any:
    return ec2_backends[here.account_id][here.region].volumes[volumes_of(here, instance)[device]]


def _under_another_key(here: UnitSession, instance: str) -> None:
    _volume(here, instance, "/dev/sdf").kms_key_id = ANOTHER_KEY


def _corrupted(here: UnitSession, instance: str) -> None:
    for device in volumes_of(here, instance):
        held = _volume(here, instance, device)
        blocks.put(held, {index: data[:-1] + b"!" for index, data in blocks.of(held).items()})


def _empty_volume(here: UnitSession, instance: str) -> None:
    restored.put_blocks(_volume(here, instance, "/dev/sdf"), {})


def _damaged_file_system(here: UnitSession, instance: str) -> None:
    held = _volume(here, instance, "/dev/sdf")
    restored.put_blocks(held, {**blocks.of(held), 0: bytes(DAMAGED)})


def _broken_application(clock: Clock, place: Path) -> dict[str, Any]:
    """The command runs on this machine, where a real server answers."""
    case = Ec2ByBackupCase(clock)
    outcomes.add(document="AWS-RunShellScript", run=True)
    with serving() as port:
        probe = Probe(protocol="http", port=port, path="/broken", status=200, text=None, within_seconds=10)
        of = replace(case.scope(), assertions=(asserting("ec2", "shop", probe),))
        return drill(clock, place, of=of)


_OF = "EC2 instance"

DAMAGES: tuple[Damage, ...] = (
    Damage(
        of=_OF,
        what="it does not run",
        drill=_restored(Ec2ByDlmCase, _stopped),
        fails=("state", "status"),
        says="stopped",
        climbed=None,
    ),
    Damage(
        of=_OF,
        what="it has a public address",
        drill=_restored(Ec2ByBackupCase, _public_address),
        fails=("addresses",),
        says=ADDRESS,
        climbed=None,
    ),
    Damage(
        of=_OF,
        what="it is in another security group than the isolated one",
        drill=_restored(Ec2ByBackupCase, _wrong_group),
        fails=("network",),
        says="with sg-",
        climbed=None,
    ),
    Damage(
        of=_OF,
        what="a load balancer sends it requests",
        drill=_restored(Ec2ByBackupCase, _in_a_target_group),
        fails=("balancers",),
        says="web",
        climbed=None,
    ),
    Damage(
        of=_OF,
        what="one of its volumes is missing",
        drill=_restored(Ec2ByBackupCase, _without_a_volume),
        fails=("volumes",),
        says="/dev/sdf is not attached",
        result="could-not-verify",
        climbed=None,
    ),
    Damage(
        of=_OF,
        what="it is of another type than the source",
        drill=_restored(Ec2ByDlmCase, _of_another_type),
        fails=("type",),
        says="t3.nano",
        climbed=None,
    ),
    Damage(
        of=_OF,
        what="wrong key: a volume is encrypted under another than was asked for",
        drill=_restored(Ec2ByBackupCase, _under_another_key),
        fails=("key",),
        says="key/another",
        climbed=None,
    ),
    Damage(
        of=_OF,
        what="each block of its volumes is another than in the backup",
        drill=_restored(Ec2ByBackupCase, _corrupted, "read"),
        fails=("same-data /dev/sda1", "same-data /dev/sdf"),
        says="0 of 3",
    ),
    Damage(
        of=_OF,
        what=f"{NOTHING}: a volume of it without a block",
        drill=_restored(Ec2ByBackupCase, _empty_volume, "read"),
        fails=("blocks /dev/sdf",),
        says="missing",
        result="could-not-verify",
    ),
    Damage(
        of=_OF,
        what="the file system of a volume is damaged",
        drill=_restored(Ec2ByDlmCase, _damaged_file_system, "read"),
        fails=("structure /dev/sdf",),
        says="the checksum of its superblock is wrong",
    ),
    Damage(
        of=_OF,
        what="it runs, and the application on it answers with an error",
        drill=_broken_application,
        fails=("assertion-shop",),
        says="status 500",
        climbed="readable",
    ),
)
