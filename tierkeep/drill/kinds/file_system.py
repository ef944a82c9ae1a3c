"""EFS file systems."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tierkeep.aws import AwsError, UnitSession
from tierkeep.drill.kinds.base import Calls, Kind
from tierkeep.drill.thing import Thing, name_of, properties

NAME = "efs:file-system"


class FileSystemKind(Kind):
    """File systems, by EFS."""

    name = NAME
    noun = "file system"
    pending = frozenset({"creating", "updating"})
    tagged_while_pending = True
    ending = frozenset({"deleting", "deleted"})
    ended = frozenset({"deleted"})
    calls = Calls(
        read=("efs:DescribeFileSystems", "efs:DescribeAccessPoints"),
        tag=("efs:TagResource",),
        delete=("efs:DeleteFileSystem",),
    )

    def read(self, session: UnitSession, arn: str) -> Thing | None:
        """A file system; None if EFS knows none of that id."""
        found = _describe(session, name_of(arn))
        if found is None:
            return None
        _, _, _, region, account, _ = found["FileSystemArn"].split(":", 5)
        return Thing(
            kind=NAME,
            arn=found["FileSystemArn"],
            account_id=account,
            region=region,
            state=found["LifeCycleState"],
            free_states=frozenset({"available", "error"}),
            tags=tuple(sorted((tag["Key"], tag["Value"]) for tag in found.get("Tags", ()))),
            users=_users(session, found),
            created=found.get("CreationTime"),
            properties=properties(
                encrypted=found.get("Encrypted", False),
                key_arn=found.get("KmsKeyId"),
                size_bytes=found["SizeInBytes"]["Value"],
            ),
        )

    def tag(self, session: UnitSession, arn: str, tags: Mapping[str, str]) -> None:
        """Put tags on it."""
        listed = [{"Key": key, "Value": text} for key, text in sorted(tags.items())]
        session.call("efs", "tag_resource", ResourceId=name_of(arn), Tags=listed)

    def delete(self, session: UnitSession, arn: str) -> None:
        """Delete it; EFS refuses where it has a mount target."""
        session.call("efs", "delete_file_system", FileSystemId=name_of(arn))

    def left_by(self, session: UnitSession, request: Mapping[str, Any]) -> str | None:
        """The file system with the creation token of a restore job, if it is there: EFS gives a token to one
        file system only, and nobody but the drill knows it before."""
        token = request["Metadata"]["CreationToken"]
        found = session.call("efs", "describe_file_systems", CreationToken=token)["FileSystems"]
        return str(found[0]["FileSystemArn"]) if found else None


def _describe(session: UnitSession, file_system_id: str) -> dict[str, Any] | None:
    """A file system as EFS describes it; None if it knows none of that id. Raises `AwsError`."""
    try:
        found: list[dict[str, Any]] = session.call(
            "efs", "describe_file_systems", FileSystemId=file_system_id
        )["FileSystems"]
    except AwsError as error:
        if error.code == "FileSystemNotFound":
            return None
        raise
    return found[0] if found else None


def _users(session: UnitSession, found: Mapping[str, Any]) -> tuple[str, ...]:
    """What somebody has set up on a file system since it was restored: a restore sets up neither."""
    try:
        points = list(
            session.pages("efs", "describe_access_points", "AccessPoints", FileSystemId=found["FileSystemId"])
        )
    except AwsError as error:
        if error.code != "FileSystemNotFound":
            raise
        points = []
    targets = int(found["NumberOfMountTargets"])
    return (
        *([f"it has {targets} mount targets"] if targets else []),
        *(f"access point {each['AccessPointId']}" for each in points),
    )
