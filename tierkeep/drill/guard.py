"""The one question before anything is deleted: is this, right now, the drill's own and nobody's use?

Pure, so that a property test can throw every kind of volume at it.
"""

from __future__ import annotations

from dataclasses import dataclass

DRILL_TAG = "tierkeep:drill"
EXPIRES_TAG = "tierkeep:expires"
CATALOG_TAG = "tierkeep:catalog"


@dataclass(frozen=True, kw_only=True, slots=True)
class Volume:
    """An EBS volume as EC2 describes it, in the account and Region where it was read. Size in GiB."""

    volume_id: str
    account_id: str
    region: str
    state: str
    attached_to: tuple[str, ...]
    tags: tuple[tuple[str, str], ...]
    size_gib: int
    encrypted: bool
    kms_key_arn: str | None
    availability_zone: str

    def tag(self, key: str) -> str | None:
        """The value of a tag, or None."""
        return dict(self.tags).get(key)


@dataclass(frozen=True, kw_only=True, slots=True)
class Ownership:
    """What a drill's journal says about the volume that its restore job made, and where."""

    drill_id: str
    account_id: str
    region: str
    volume_id: str
    source_volume_id: str


def why_not_ours(volume: Volume, ours: Ownership) -> str | None:
    """Why this volume cannot be the one that the journal means, or None if it is."""
    if volume.volume_id != ours.volume_id:
        return f"it is {volume.volume_id}, and the journal says that the drill made {ours.volume_id}"
    if volume.volume_id == ours.source_volume_id:
        return "it is the volume that was backed up"
    if volume.account_id != ours.account_id:
        return f"it is in account {volume.account_id}, and the drill ran in {ours.account_id}"
    if volume.region != ours.region or not volume.availability_zone.startswith(ours.region):
        return f"it is in {volume.availability_zone}, and the drill ran in {ours.region}"
    return None


def why_not_delete(volume: Volume, ours: Ownership) -> str | None:
    """Why this volume must not be deleted, or None if it may be.

    It must be the journal's volume, carry exactly the drill's tag, be available, and be attached to nothing.
    """
    foreign = why_not_ours(volume, ours)
    if foreign is not None:
        return foreign
    tag = volume.tag(DRILL_TAG)
    if tag is None:
        return f"its tag {DRILL_TAG} is gone: somebody removed it, perhaps to keep the volume"
    if tag != ours.drill_id:
        return f"its tag {DRILL_TAG} says {tag!r}, not {ours.drill_id!r}"
    if volume.attached_to:
        return f"it is attached to {', '.join(volume.attached_to)}: somebody uses it"
    if volume.state != "available":
        return f"its state is {volume.state}, not available"
    return None


def why_not_claim(volume: Volume, ours: Ownership) -> str | None:
    """Why a volume that our restore job made, but that was never tagged, must not be tagged as ours now."""
    foreign = why_not_ours(volume, ours)
    if foreign is not None:
        return foreign
    tag = volume.tag(DRILL_TAG)
    if tag is not None and tag != ours.drill_id:
        return f"its tag {DRILL_TAG} says {tag!r}, not {ours.drill_id!r}"
    return None
