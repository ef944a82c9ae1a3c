"""EC2 instances, with the volumes that were made with them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tierkeep.aws import AwsError, UnitSession
from tierkeep.drill.guard import DRILL_TAG
from tierkeep.drill.kinds.base import Calls, Kind
from tierkeep.drill.kinds.volume import NAME as VOLUME
from tierkeep.drill.kinds.volume import arn_of as volume_arn
from tierkeep.drill.thing import Thing, name_of, properties

NAME = "ec2:instance"


def arn_of(session: UnitSession, partition: str, instance_id: str) -> str:
    """The ARN of an instance in the session's account and Region."""
    return f"arn:{partition}:ec2:{session.region}:{session.account_id}:instance/{instance_id}"


class InstanceKind(Kind):
    """Instances, by EC2. One that has ended can be read for about an hour."""

    name = NAME
    noun = "instance"
    pending = frozenset({"pending"})
    tagged_while_pending = True
    ending = frozenset({"shutting-down", "terminated"})
    ended = frozenset({"terminated"})
    part_kinds = (VOLUME,)
    calls = Calls(
        read=("ec2:DescribeInstances", "ec2:DescribeVolumes", "ec2:DescribeImages"),
        tag=("ec2:CreateTags",),
        delete=("ec2:TerminateInstances",),
    )

    def read(self, session: UnitSession, arn: str) -> Thing | None:
        """An instance; None if EC2 knows none of that id."""
        found = describe(session, name_of(arn))
        if found is None:
            return None
        tags = _tags(found)
        along = _going_with_it(session, found["InstanceId"])
        return Thing(
            kind=NAME,
            arn=arn_of(session, arn.split(":")[1], found["InstanceId"]),
            account_id=session.account_id,
            region=session.region,
            state=found["State"]["Name"],
            free_states=frozenset({"running", "stopping", "stopped"}),
            tags=tuple(sorted(tags.items())),
            users=tuple(
                f"EC2 would delete {volume['VolumeId']} with it, which is not the drill's"
                for volume in along
                if _tags(volume).get(DRILL_TAG) != tags.get(DRILL_TAG)
            ),
            created=found.get("LaunchTime"),
            takes_along=tuple(volume_arn(session, arn.split(":")[1], volume["VolumeId"]) for volume in along),
            properties=properties(
                image_id=found.get("ImageId"),
                instance_type=found.get("InstanceType"),
                subnet_id=found.get("SubnetId"),
            ),
        )

    def tag(self, session: UnitSession, arn: str, tags: Mapping[str, str]) -> None:
        """Put tags on it; its volumes get theirs by themselves."""
        listed = [{"Key": key, "Value": value} for key, value in sorted(tags.items())]
        session.call("ec2", "create_tags", Resources=[name_of(arn)], Tags=listed)

    def delete(self, session: UnitSession, arn: str) -> None:
        """Terminate it; EC2 deletes those of its volumes that it has been told to."""
        session.call("ec2", "terminate_instances", InstanceIds=[name_of(arn)])

    def parts(self, session: UnitSession, arn: str) -> tuple[tuple[str, str], ...]:
        """The volumes that came with it from its image: by the image's devices, and what each is made of.

        What somebody attached later is none, whatever it looks like: it has another device, or is made of
        something else.
        """
        found = describe(session, name_of(arn))
        if found is None:
            return ()
        image = session.call("ec2", "describe_images", ImageIds=[found["ImageId"]])["Images"]
        devices = made_of(image[0]) if image else {}
        return tuple(
            (VOLUME, volume_arn(session, arn.split(":")[1], volume["VolumeId"]))
            for device, volume in sorted(attached_volumes(session, name_of(arn)).items())
            if device in devices and devices[device] == (volume.get("SnapshotId") or None)
        )


def describe(session: UnitSession, instance_id: str) -> dict[str, Any] | None:
    """An instance as EC2 describes it; None if it knows none of that id. Raises `AwsError`."""
    try:
        answer = session.call("ec2", "describe_instances", InstanceIds=[instance_id])
    except AwsError as error:
        if error.code == "InvalidInstanceID.NotFound":
            return None
        raise
    found: list[dict[str, Any]] = [each for one in answer["Reservations"] for each in one["Instances"]]
    return found[0] if found else None


def made_of(image: Mapping[str, Any]) -> dict[str, str | None]:
    """The snapshots of an image's volumes by their devices; None for an empty volume."""
    return {
        mapping["DeviceName"]: mapping["Ebs"].get("SnapshotId") or None
        for mapping in image.get("BlockDeviceMappings", ())
        if mapping.get("Ebs")
    }


def attached_volumes(session: UnitSession, instance_id: str) -> dict[str, dict[str, Any]]:
    """The volumes of an instance by their devices, as EC2 describes them. Raises `AwsError`."""
    filters = [{"Name": "attachment.instance-id", "Values": [instance_id]}]
    listed = session.pages("ec2", "describe_volumes", "Volumes", Filters=filters)
    return {
        attachment["Device"]: volume
        for volume in listed
        for attachment in volume.get("Attachments", ())
        if attachment.get("InstanceId") == instance_id
    }


def _going_with_it(session: UnitSession, instance_id: str) -> list[dict[str, Any]]:
    """Volumes that EC2 would delete with the instance."""
    return [
        volume
        for volume in attached_volumes(session, instance_id).values()
        if any(each.get("DeleteOnTermination") for each in volume["Attachments"])
    ]


def _tags(found: Mapping[str, Any]) -> dict[str, str]:
    return {tag["Key"]: tag["Value"] for tag in found.get("Tags", ())}
