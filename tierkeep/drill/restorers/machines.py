"""EC2 instances, whoever made their backup: one way to check and to read what was restored."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from tierkeep.aws import AwsError, UnitSession
from tierkeep.desired.model import ResourceType
from tierkeep.drill.checks import Check, Read, Sheet, attempt
from tierkeep.drill.errors import CannotVerifyError, InterruptedDrillError
from tierkeep.drill.isolated.preflight import where
from tierkeep.drill.keys import KmsKey, describe_key
from tierkeep.drill.kinds.instance import NAME as INSTANCE
from tierkeep.drill.kinds.instance import attached_volumes, describe
from tierkeep.drill.kinds.snapshot import arn_of as snapshot_arn
from tierkeep.drill.kinds.volume import arn_of as volume_arn
from tierkeep.drill.reading import volume_contents
from tierkeep.drill.restorers import images, machine_checks
from tierkeep.drill.restorers.base import Bench, Choice, Restorer
from tierkeep.drill.restorers.images import Image, read_image
from tierkeep.drill.restorers.machine_checks import Attached, Observed, Wanted
from tierkeep.drill.scope import Scope
from tierkeep.drill.thing import name_of

CHECKING_CALLS = (
    "ec2:DescribeInstanceStatus",
    "ec2:DescribeInstances",
    "ec2:DescribeVolumes",
    *images.CALLS,
    "elb:DescribeLoadBalancers",
    "elbv2:DescribeTargetGroups",
    "elbv2:DescribeTargetHealth",
    "kms:DescribeKey",
)
_BOOT_SECONDS = 900.0
"""Until EC2's status checks have come to a result: they run every minute ("Status checks for Amazon EC2
instances" in its user guide), and a large Windows instance takes minutes to start."""


class MachineRestorer(Restorer):
    """What restorers of instances have in common; how each chooses and asks is its own."""

    resource_type = ResourceType.EC2
    kind = INSTANCE
    networked = True
    helpers = volume_contents.HELPERS
    checking_calls = CHECKING_CALLS
    reading_calls = ("ec2:DescribeVolumes", *images.CALLS, *volume_contents.CALLS)
    not_checked = (
        "files: none was opened; what each volume begins with and a sample of its blocks were read",
        "what the instance wrote since it started is no damage: up to half of the sampled blocks may differ",
        "tenancy, placement and capacity reservations: it is restored without any",
    )

    def sheets(self, scope: Scope) -> tuple[Sheet, Sheet]:
        """The checks of instances, and those of each of their volumes."""
        return machine_checks.sheet(scope), volume_contents.SHEET

    def explain_check(self, scope: Scope, choice: Choice) -> str:
        """From outside."""
        keys = "; keys are customer-managed and enabled" if scope.customer_managed_key else ""
        return (
            f"running, its status checks pass, a {choice.property('instance_type')} of "
            f"{name_of(choice.point.arn)} with every volume, its encryption and key; only the isolated "
            f"network, no public address, no load balancer{keys}"
        )

    def explain_read(self, scope: Scope, choice: Choice) -> str:
        """Blocks and file systems of each volume."""
        return f"of each volume: {volume_contents.EXPLAINED}; the instance writes meanwhile"

    def check(self, bench: Bench) -> tuple[Check, ...]:
        """The instance from outside."""
        wanted = Wanted(
            instance_type=str(bench.choice.property("instance_type")),
            image_id=name_of(bench.choice.point.arn),
            encrypted=bool(bench.choice.property("encrypted")),
            isolation=where(bench.scope),
        )
        return machine_checks.judge(machine_checks.sheet(bench.scope), wanted, _observe(bench))

    def read(self, bench: Bench) -> tuple[Check, ...]:
        """What each volume holds."""
        try:
            image = read_image(bench.session, name_of(bench.choice.point.arn))
            attached = attached_volumes(bench.session, name_of(bench.arn))
        except (AwsError, CannotVerifyError) as error:
            return volume_contents.SHEET.not_run(str(error))
        return tuple(_read_each(bench, image, attached))


def _read_each(bench: Bench, image: Image, attached: dict[str, dict[str, Any]]) -> Iterator[Check]:
    """One volume after the other, in the time that there is for all of them."""
    deadline = bench.deadline()
    for part in image.parts:
        if part.device not in attached:
            checks = volume_contents.SHEET.not_run(f"the instance has no volume as {part.device}")
        else:
            session, partition = bench.session, bench.session.partition
            point = replace(bench.choice.point, arn=snapshot_arn(session, partition, part.snapshot_id))
            of_volume = replace(
                bench,
                arn=volume_arn(session, partition, attached[part.device]["VolumeId"]),
                choice=replace(bench.choice, point=point),
                seconds=max(0.0, deadline - bench.waiter.clock.monotonic()),
            )
            checks = volume_contents.read(of_volume, written_to=True)
        yield from (
            replace(each, id=f"{each.id} {part.device}", title=f"{each.title} ({part.device})")
            for each in checks
        )


def _observe(bench: Bench) -> Observed:
    session, instance_id = bench.session, name_of(bench.arn)
    image = _attempt_image(session, name_of(bench.choice.point.arn))
    return Observed(
        status=_status(bench, instance_id),
        instance=_instance(session, instance_id),
        volumes=attempt(lambda: _attached(session, instance_id)),
        image=image,
        keys=attempt(lambda: _keys(session, image)),
        balancers=attempt(lambda: tuple(_balancers(session, instance_id))),
    )


def _attempt_image(session: UnitSession, image_id: str) -> Read[Image] | CannotVerifyError:
    try:
        return read_image(session, image_id)
    except (AwsError, CannotVerifyError) as error:
        return error


def _instance(session: UnitSession, instance_id: str) -> Read[dict[str, Any]] | CannotVerifyError:
    found = attempt(lambda: describe(session, instance_id))
    return CannotVerifyError("EC2 says that the instance does not exist") if found is None else found


def _status(bench: Bench, instance_id: str) -> Read[str] | CannotVerifyError:
    """Of the host and of the instance, once neither is still being looked at."""
    try:
        return bench.waiter.until(
            lambda: _statuses(bench.session, instance_id),
            lambda found: "initializing" not in found and "insufficient-data" not in found,
            timeout_seconds=min(bench.seconds, _BOOT_SECONDS),
            what=f"status checks of {instance_id} passed or failed",
        )
    except InterruptedDrillError:
        raise
    except (AwsError, CannotVerifyError) as error:
        return error


def _statuses(session: UnitSession, instance_id: str) -> str:
    answer = session.call(
        "ec2", "describe_instance_status", InstanceIds=[instance_id], IncludeAllInstances=True
    )
    return ", ".join(
        str(each[key]["Status"])
        for each in answer["InstanceStatuses"]
        for key in ("SystemStatus", "InstanceStatus")
    )


def _attached(session: UnitSession, instance_id: str) -> dict[str, Attached]:
    return {
        device: Attached(
            snapshot_id=volume.get("SnapshotId") or None,
            size_gib=volume["Size"],
            encrypted=volume["Encrypted"],
            key_arn=volume.get("KmsKeyId"),
        )
        for device, volume in attached_volumes(session, instance_id).items()
    }


def _keys(session: UnitSession, image: Read[Image] | CannotVerifyError) -> dict[str, KmsKey]:
    """None where the image is not known: other checks say so."""
    if not isinstance(image, Image):
        return {}
    return {arn: describe_key(session, arn) for arn in image.key_arns}


def _balancers(session: UnitSession, instance_id: str) -> Iterator[str]:
    for group in session.pages("elbv2", "describe_target_groups", "TargetGroups"):
        answer = session.call("elbv2", "describe_target_health", TargetGroupArn=group["TargetGroupArn"])
        targets = {each["Target"]["Id"] for each in answer["TargetHealthDescriptions"]}
        if instance_id in targets:
            yield f"target group {group['TargetGroupName']}"
    for balancer in session.pages("elb", "describe_load_balancers", "LoadBalancerDescriptions"):
        if instance_id in {each["InstanceId"] for each in balancer.get("Instances", ())}:
            yield f"load balancer {balancer['LoadBalancerName']}"
