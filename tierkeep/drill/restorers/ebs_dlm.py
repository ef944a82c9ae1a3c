"""EBS volumes whose snapshots Data Lifecycle Manager makes, restored by EC2."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tierkeep.aws import UnitSession
from tierkeep.drill.choosing import newest_of, pick, require_at_hand, require_state
from tierkeep.drill.kinds.snapshot import arn_of as snapshot_arn
from tierkeep.drill.kinds.volume import arn_of as volume_arn
from tierkeep.drill.makers import CREATE_VOLUME
from tierkeep.drill.restorers import dlm, volumes
from tierkeep.drill.restorers.base import Choice, Point
from tierkeep.drill.restorers.ebs import EbsRestorer
from tierkeep.drill.scope import Method, Scope
from tierkeep.drill.thing import GIB, name_of, properties


class EbsByDlm(EbsRestorer):
    """A snapshot of a volume by one of the tier's policies, made into a new volume, tagged from birth."""

    method = Method.DLM
    title = "EBS volumes by Data Lifecycle Manager"
    maker = CREATE_VOLUME.name
    choosing_calls = (*dlm.CALLS, "ec2:DescribeSnapshots", *volumes.CHOOSING_CALLS)

    def choose(self, session: UnitSession, scope: Scope) -> Choice:
        """A snapshot, the zone to restore into, and how the volume has to be encrypted."""
        listed = listed_snapshots(session, scope)
        point = pick(_usable(listed, session, scope), scope.point)
        encrypted = volumes.will_be_encrypted(session, encrypted=point.encrypted)
        return Choice(
            point=point,
            wish=str(scope.point),
            out_of=sum(each["State"] == "completed" for each in listed),
            newest=newest_of(
                _point(each, session, scope)
                for each in listed
                if each["State"] == "completed" and each["VolumeId"] == name_of(point.resource_arn)
            ),
            properties=properties(zone=volumes.zone(session, None), encrypted=encrypted),
        )

    def request(
        self, scope: Scope, choice: Choice, *, drill_id: str, tags: Mapping[str, str]
    ) -> dict[str, Any]:
        """A volume of that snapshot; EC2 encrypts it by the snapshot's own key."""
        listed = [{"Key": key, "Value": value} for key, value in sorted(tags.items())]
        return {
            "SnapshotId": name_of(choice.point.arn),
            "AvailabilityZone": choice.property("zone"),
            "VolumeType": "gp3",
            "ClientToken": drill_id,
            "TagSpecifications": [{"ResourceType": "volume", "Tags": listed}],
        }

    def explain_restore(self, scope: Scope, choice: Choice) -> str:
        """Where to."""
        return f"into a new gp3 volume in {choice.property('zone')}, with the drill's tags from birth"


def listed_snapshots(session: UnitSession, scope: Scope) -> list[dict[str, Any]]:
    """The account's snapshots that policies of the tier made, of whatever state.

    Raises `NothingToRestoreError` if the tier has no policy there, and `AwsError`.
    """
    filters = dlm.made_by(session, scope, scope.policies)
    if scope.resource_arn is not None:
        filters.append({"Name": "volume-id", "Values": [name_of(scope.resource_arn)]})
    return list(session.pages("ec2", "describe_snapshots", "Snapshots", OwnerIds=["self"], Filters=filters))


def _usable(listed: list[dict[str, Any]], session: UnitSession, scope: Scope) -> list[Point]:
    """Those that a volume can be made of. Raises `NothingToRestoreError` and `CannotVerifyError`."""
    what = scope.resource_arn or "any EBS volume"
    completed = require_state(
        listed,
        "State",
        "completed",
        noun="snapshot",
        holder=f"the snapshot policies of tier {scope.tier!r} in {scope.unit} have",
        of=what,
        maker="the policy and its targets are",
    )
    standard = require_at_hand(
        completed,
        "StorageTier",
        "standard",
        otherwise=f"all snapshots of {what} in {scope.unit} are in the archive",
    )
    return [_point(each, session, scope) for each in standard]


def _point(found: Mapping[str, Any], session: UnitSession, scope: Scope) -> Point:
    return Point(
        arn=snapshot_arn(session, scope.partition, found["SnapshotId"]),
        resource_arn=volume_arn(session, scope.partition, found["VolumeId"]),
        created=found["StartTime"],
        size_bytes=found["VolumeSize"] * GIB,
        encrypted=found.get("Encrypted", False),
        key_arn=found.get("KmsKeyId"),
    )
