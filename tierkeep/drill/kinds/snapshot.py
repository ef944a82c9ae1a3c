"""EBS snapshots, of which a drill makes one to read what a restored volume holds."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tierkeep.aws import AwsError, UnitSession
from tierkeep.drill.kinds.base import Calls, Kind
from tierkeep.drill.thing import Thing, name_of, properties

NAME = "ec2:snapshot"


def arn_of(session: UnitSession, partition: str, snapshot_id: str) -> str:
    """The ARN of a snapshot in the session's Region; EC2 writes it without an account."""
    return f"arn:{partition}:ec2:{session.region}::snapshot/{snapshot_id}"


class SnapshotKind(Kind):
    """EBS snapshots, by EC2."""

    name = NAME
    noun = "snapshot"
    pending = frozenset({"pending"})
    tagged_while_pending = True
    ending: frozenset[str] = frozenset()
    ended: frozenset[str] = frozenset()
    calls = Calls(
        read=("ec2:DescribeSnapshots", "ec2:DescribeImages"),
        tag=("ec2:CreateTags",),
        delete=("ec2:DeleteSnapshot",),
    )

    def read(self, session: UnitSession, arn: str) -> Thing | None:
        """A snapshot; None if EC2 knows none of that id."""
        found = describe(session, name_of(arn))
        if found is None:
            return None
        return Thing(
            kind=NAME,
            arn=arn_of(session, arn.split(":")[1], found["SnapshotId"]),
            account_id=found["OwnerId"],
            region=session.region,
            state=found["State"],
            free_states=frozenset({"completed", "error"}),
            tags=tuple(sorted((tag["Key"], tag["Value"]) for tag in found.get("Tags", ()))),
            users=_users(session, found["SnapshotId"]),
            created=found.get("StartTime"),
            properties=properties(
                size_gib=found["VolumeSize"],
                encrypted=found.get("Encrypted", False),
                key_arn=found.get("KmsKeyId"),
                volume_id=found.get("VolumeId"),
            ),
        )

    def tag(self, session: UnitSession, arn: str, tags: Mapping[str, str]) -> None:
        """Put tags on it."""
        listed = [{"Key": key, "Value": value} for key, value in sorted(tags.items())]
        session.call("ec2", "create_tags", Resources=[name_of(arn)], Tags=listed)

    def delete(self, session: UnitSession, arn: str) -> None:
        """Delete it; EC2 refuses where an image needs it."""
        session.call("ec2", "delete_snapshot", SnapshotId=name_of(arn))


def describe(session: UnitSession, snapshot_id: str) -> dict[str, Any] | None:
    """A snapshot as EC2 describes it; None if it knows none of that id. Raises `AwsError`."""
    try:
        found: list[dict[str, Any]] = session.call("ec2", "describe_snapshots", SnapshotIds=[snapshot_id])[
            "Snapshots"
        ]
    except AwsError as error:
        if error.code == "InvalidSnapshot.NotFound":
            return None
        raise
    return found[0] if found else None


def _users(session: UnitSession, snapshot_id: str) -> tuple[str, ...]:
    """Images that people have made of it."""
    answer = session.call(
        "ec2",
        "describe_images",
        Owners=["self"],
        Filters=[{"Name": "block-device-mapping.snapshot-id", "Values": [snapshot_id]}],
    )
    return tuple(sorted(f"part of image {image['ImageId']}" for image in answer["Images"]))
