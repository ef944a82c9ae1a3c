"""Default policies of Data Lifecycle Manager, as parts of the desired state."""

from __future__ import annotations

from dataclasses import dataclass

from tierkeep.desired.snapshots import PolicyResource
from tierkeep.desired.terms import Origin, Tags


@dataclass(frozen=True, kw_only=True, slots=True)
class DefaultExclusions:
    """What a default policy leaves out: volumes, or instances, of which any of this holds."""

    boot_volumes: bool
    """False for instances, as `volume_types` is empty: AWS takes both for volumes only."""
    volume_types: tuple[str, ...]
    tags: Tags

    @property
    def in_words(self) -> tuple[str, ...]:
        """Each thing that is left out."""
        boot = ("boot volumes",) if self.boot_volumes else ()
        return (*boot, *self.volume_types, *(f"{key}={value}" for key, value in self.tags))


@dataclass(frozen=True, kw_only=True, slots=True)
class DefaultPolicy:
    """A default policy: it backs up whatever has no backup that is younger than `every_days`.

    AWS has one of each type in a Region of an account. What it makes carries no tags but AWS's own and, with
    `copy_tags`, those of the resource.
    """

    name: str
    """As that of a `SnapshotPolicy`, by its tag `tierkeep:policy`."""
    description: str
    resource_type: str
    """`VOLUME`, of which it makes snapshots, or `INSTANCE`, of which it makes images (AMIs)."""
    role_arn: str
    every_days: int
    keep_days: int
    """Of copies too."""
    copy_tags: bool
    extend_deletion: bool
    """Whether it deletes the last backup of what is gone, and goes on deleting once it is gone itself."""
    copy_regions: tuple[str, ...]
    """Copies are encrypted as their source is, with the account's default key for EBS there."""
    exclusions: DefaultExclusions
    tags: Tags
    origin: Origin

    @property
    def policy_type(self) -> str:
        """What it makes, as Data Lifecycle Manager's API says."""
        return "EBS_SNAPSHOT_MANAGEMENT" if self.resource_type == "VOLUME" else "IMAGE_MANAGEMENT"

    @property
    def resource(self) -> PolicyResource:
        """What deploys it: provider 5.100.0 has no default policies (ADR 12)."""
        return PolicyResource.STACK
