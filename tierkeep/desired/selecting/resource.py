"""A resource as a selection sees it: its ARN and its tags."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from tierkeep.desired.model import ResourceType, Tags
from tierkeep.desired.selecting.wildcard import matches
from tierkeep.desired.support import type_support


class ArnInvalid(ValueError):  # noqa: N818 - it reads as what it says
    """A text that is no ARN of a resource."""

    def __init__(self, arn: str) -> None:
        super().__init__(
            f"`{arn}` is no ARN of a resource: write all six parts, such as "
            "arn:aws:ec2:ap-south-1:111111111111:volume/vol-0123456789abcdef0"
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class Resource:
    """A resource by its ARN, with its tags."""

    arn: str
    tags: Tags
    region: str
    """Empty where the ARN carries none, as a bucket's does."""
    account_id: str
    """Empty where the ARN carries none."""
    type: ResourceType | None
    """None for a type that no tier can protect."""


def read_resource(arn: str, tags: Mapping[str, str]) -> Resource:
    """A resource from its ARN and tags. Raises `ArnInvalid`, which says what an ARN looks like."""
    parts = arn.split(":", 5)
    if len(parts) != 6 or parts[0] != "arn" or not all((parts[1], parts[2], parts[5])) or "*" in arn:
        raise ArnInvalid(arn)
    return Resource(
        arn=arn,
        tags=tuple(sorted(tags.items())),
        region=parts[3],
        account_id=parts[4],
        type=_type_of(arn, parts[1]),
    )


def _type_of(arn: str, partition: str) -> ResourceType | None:
    for resource_type, support in type_support().items():
        if matches(support.arn_pattern.format(partition=partition), arn):
            # What follows a slash in an ARN of S3 is an object; AWS Backup protects buckets.
            return None if resource_type is ResourceType.S3 and "/" in arn else resource_type
    return None
