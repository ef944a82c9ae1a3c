"""How findings name what is stored, so that the same fault has the same name in every run.

By its name, the check and the field a finding is found again in a baseline: two resources must not share one,
and what single points show must not change its name when the oldest of them expires.
"""

from tierkeep.validate.findings import Resource as Named
from tierkeep.validate.stored.records import RecoveryPoint, Snapshot, last_part
from tierkeep.validate.stored.view import Placed


def point_named(point: RecoveryPoint, placed: Placed) -> Named:
    """Recovery points by what they are of, which rule made them, and in which vault they are."""
    whose = placed.owner.record.called if placed.owner else last_part(point.resource_arn)
    _, _, _, region, account, _, vault = point.vault_arn.split(":")
    by = f"{point.rule} " if point.rule else ""
    return Named(type="recovery point", name=f"{by}of {whose} in {account}/{region}/{vault}", arn=point.arn)


def snapshot_named(snapshot: Snapshot, placed: Placed) -> Named:
    """Snapshots by what they are of, and what made them where that can tell no more."""
    region = snapshot.arn.split(":")[3]
    if placed.owner:
        whose = f"of {placed.owner.record.called}"
    elif placed.track and placed.track.copy:
        whose = f"of {placed.track.by}"
    else:
        whose = f"of {snapshot.volume_id}"
    by = f"{placed.track.name} " if placed.track else ""
    return Named(type="snapshot", name=f"{by}{whose} in {region}", arn=snapshot.arn)
