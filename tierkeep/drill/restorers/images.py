"""Images of instances: which volumes a backup of an instance has, and how they are encrypted."""

from __future__ import annotations

from dataclasses import dataclass

from tierkeep.aws import UnitSession
from tierkeep.drill.errors import CannotVerifyError
from tierkeep.drill.kinds.instance import made_of

CALLS = ("ec2:DescribeImages", "ec2:DescribeSnapshots")


@dataclass(frozen=True, kw_only=True, slots=True)
class Part:
    """The snapshot of one volume of an image. Size in GiB."""

    device: str
    snapshot_id: str
    size_gib: int
    encrypted: bool
    key_arn: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Image:
    """An image, with all of its volumes by device."""

    id: str
    parts: tuple[Part, ...]

    @property
    def encrypted(self) -> bool:
        """Whether all of it is."""
        return all(part.encrypted for part in self.parts)

    @property
    def key_arns(self) -> tuple[str, ...]:
        """The keys that its volumes are encrypted with, each once."""
        return tuple(sorted({part.key_arn for part in self.parts if part.key_arn}))


def read_image(session: UnitSession, image_id: str) -> Image:
    """An image. Raises `CannotVerifyError` if it is not there or lacks a snapshot, and `AwsError`."""
    found = session.call("ec2", "describe_images", ImageIds=[image_id])["Images"]
    if not found:
        raise CannotVerifyError(f"there is no image {image_id}, though a backup is one of that id")
    devices = {device: snapshot for device, snapshot in made_of(found[0]).items() if snapshot}
    if not devices:
        raise CannotVerifyError(
            f"image {image_id} has no snapshot of a volume: this version restores none such"
        )
    answer = session.call("ec2", "describe_snapshots", SnapshotIds=sorted(devices.values()))
    by_id = {each["SnapshotId"]: each for each in answer["Snapshots"]}
    missing = sorted(set(devices.values()) - set(by_id))
    if missing:
        raise CannotVerifyError(
            f"image {image_id} needs {', '.join(missing)}, and EC2 knows no such snapshot"
        )
    return Image(
        id=image_id,
        parts=tuple(
            Part(
                device=device,
                snapshot_id=snapshot,
                size_gib=by_id[snapshot]["VolumeSize"],
                encrypted=by_id[snapshot].get("Encrypted", False),
                key_arn=by_id[snapshot].get("KmsKeyId"),
            )
            for device, snapshot in sorted(devices.items())
        ),
    )
