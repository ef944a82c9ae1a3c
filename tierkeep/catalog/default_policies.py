"""Default policies of Data Lifecycle Manager: a net below the tiers, for what no tag names."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from tierkeep.catalog.durations import Duration, Unit, WholeDaysField
from tierkeep.catalog.forms import Model, Region, TagKey, TagValue, unset

VolumeType = Literal["gp2", "gp3", "io1", "io2", "sc1", "st1", "standard"]


class ExcludedInstances(Model):
    """Instances that a default policy leaves out."""

    tags: Annotated[dict[TagKey, TagValue], Field(min_length=1)]
    """Those that carry any one of these tags."""


class ExcludedByDefault(Model):
    """Volumes that a default policy leaves out: those of which any of this holds."""

    boot_volumes: bool = False
    """Those that an instance boots from."""
    volume_types: list[VolumeType] = []
    tags: dict[TagKey, TagValue] = {}
    """Those that carry any one of these tags."""


class DefaultPolicy(Model):
    """What is backed up without a tag: all that has no backup which is younger than `every`."""

    every: WholeDaysField = Duration(1, Unit.DAYS)
    """How often, and how old the newest backup may be, whoever made it: 1d to 7d."""
    keep: WholeDaysField
    """How long a backup and its copies are kept: 2d to 14d, and longer than `every`."""
    copy_tags: bool = True
    """Whether backups carry the tags of what they are of; copies in other Regions never do."""
    extend_deletion: bool = False
    """Whether the last backup of what is gone is deleted too, and all of them also while the policy itself is
    gone, disabled or in error."""
    copy_to: list[Region] = []
    """Regions of the same account that receive a copy of each backup, kept as long; where it is made itself,
    there is none."""


class DefaultVolumes(DefaultPolicy):
    """Snapshots of all volumes of an account and Region that have no recent one."""

    exclude: ExcludedByDefault = unset(ExcludedByDefault)


class DefaultInstances(DefaultPolicy):
    """Images (AMIs) of all instances of an account and Region that have no recent one."""

    exclude: ExcludedInstances | None = None


class DefaultPolicies(Model):
    """The default policies of each Region of an account: AWS has one for volumes and one for instances."""

    volumes: DefaultVolumes | None = None
    instances: DefaultInstances | None = None
