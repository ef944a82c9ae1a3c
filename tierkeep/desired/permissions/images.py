"""Images (AMIs) of instances that Data Lifecycle Manager keeps, here and in the Regions of their copies."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tierkeep.desired.model import Statement
from tierkeep.desired.names import Names
from tierkeep.desired.permissions.needs import without_resources


def images_here(names: Names, *regions: str) -> tuple[str, ...]:
    """ARNs of images in the home Region and in others."""
    everywhere = sorted({names.region, *regions})
    return tuple(f"arn:{names.partition}:ec2:{region}::image/*" for region in everywhere)


def keeping_images(
    names: Names, regions: Sequence[str], snapshots: tuple[str, ...], *, deprecated: bool
) -> Iterator[Statement]:
    """Tagging, deprecating, copying and deregistering images. `snapshots` are the ARNs of their snapshots."""
    images = images_here(names, *regions)
    yield Statement(sid="KeepImages", actions=("ec2:CreateTags", "ec2:DeregisterImage"), resources=images)
    yield without_resources("ec2:DescribeImages")
    if deprecated:
        yield Statement(
            sid="DeprecateImages",
            actions=("ec2:DisableImageDeprecation", "ec2:EnableImageDeprecation"),
            resources=images,
        )
    if regions:
        yield Statement(sid="CopyImages", actions=("ec2:CopyImage",), resources=(*images, *snapshots))
