"""EBS volumes."""

from __future__ import annotations

from collections.abc import Mapping

from tierkeep.aws import AwsError, UnitSession
from tierkeep.drill.kinds.base import Calls, Kind
from tierkeep.drill.thing import Thing, name_of, properties

NAME = "ec2:volume"


def arn_of(session: UnitSession, partition: str, volume_id: str) -> str:
    """The ARN of a volume in the session's account and Region."""
    return f"arn:{partition}:ec2:{session.region}:{session.account_id}:volume/{volume_id}"


class VolumeKind(Kind):
    """EBS volumes, by EC2."""

    name = NAME
    noun = "volume"
    pending = frozenset({"creating"})
    tagged_while_pending = True
    ending = frozenset({"deleting", "deleted"})
    ended = frozenset({"deleted"})
    calls = Calls(
        read=("ec2:DescribeVolumes",),
        tag=("ec2:CreateTags",),
        delete=("ec2:DeleteVolume",),
    )

    def read(self, session: UnitSession, arn: str) -> Thing | None:
        """A volume; None if EC2 knows none of that id."""
        try:
            answer = session.call("ec2", "describe_volumes", VolumeIds=[name_of(arn)])
        except AwsError as error:
            if error.code == "InvalidVolume.NotFound":
                return None
            raise
        if not answer["Volumes"]:
            return None
        item = answer["Volumes"][0]
        zone = item["AvailabilityZone"]
        return Thing(
            kind=NAME,
            arn=arn_of(session, arn.split(":")[1], item["VolumeId"]),
            account_id=session.account_id,
            region=session.region if zone.startswith(session.region) else zone,
            state=item["State"],
            free_states=frozenset({"available"}),
            tags=tuple(sorted((tag["Key"], tag["Value"]) for tag in item.get("Tags", ()))),
            users=tuple(
                f"attached to {each.get('InstanceId', 'something')}" for each in item.get("Attachments", ())
            ),
            created=item.get("CreateTime"),
            properties=properties(
                size_gib=item["Size"],
                encrypted=item["Encrypted"],
                key_arn=item.get("KmsKeyId"),
                zone=zone,
            ),
        )

    def tag(self, session: UnitSession, arn: str, tags: Mapping[str, str]) -> None:
        """Put tags on it."""
        listed = [{"Key": key, "Value": value} for key, value in sorted(tags.items())]
        session.call("ec2", "create_tags", Resources=[name_of(arn)], Tags=listed)

    def delete(self, session: UnitSession, arn: str) -> None:
        """Delete it; EC2 refuses where it is attached."""
        session.call("ec2", "delete_volume", VolumeId=name_of(arn))
