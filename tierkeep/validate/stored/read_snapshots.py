"""Reads EBS snapshots and images of the account in the Region, and fast snapshot restores."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import islice
from typing import Any

from tierkeep.aws import AwsError, UnitSession
from tierkeep.validate.side_by_side import side_by_side
from tierkeep.validate.stored.read_resources import PAGE
from tierkeep.validate.stored.reading import GIB, from_text, tags_of, when
from tierkeep.validate.stored.records import FastRestore, Image, Snapshot
from tierkeep.validate.stored.scope import POLICY_ID_TAG, StoredScope
from tierkeep.validate.unread import Unread

FAST_RESTORE_PAGE = 200
"""The longest page of DescribeFastSnapshotRestores (botocore 1.44.5, ec2 MaxResults)."""

AT_ONCE = 4
TOGETHER = 200
"""So many snapshots are at hand while those of them that are shared are asked for with whom, `AT_ONCE`."""


def read_snapshots(session: UnitSession, scope: StoredScope) -> Iterator[Snapshot]:
    """Every snapshot that the account owns. Raises `AwsError`.

    Which of them are public one listing says for all; with whom one is shared takes a call for each, and is
    asked only of the catalog's own whose schedule shares them.
    """
    listed = _listed(session, scope, ())
    while some := list(islice(listed, TOGETHER)):
        asked = [each for each in some if scope.shares(each.tags)]
        shared = dict(
            zip(
                (each.id for each in asked),
                side_by_side(asked, lambda each: _shared_with(session, each.id), at_once=AT_ONCE),
                strict=True,
            )
        )
        yield from (replace(each, shared_with=shared.get(each.id)) for each in some)


def read_snapshot_copies(session: UnitSession, scope: StoredScope) -> Iterator[Snapshot]:
    """What Data Lifecycle Manager made, in a Region of the session's where this unit's snapshots are copied
    to. It marks copies as it marks snapshots."""
    return _listed(session, scope, ({"Name": "tag-key", "Values": [POLICY_ID_TAG]},))


def _listed(
    session: UnitSession, scope: StoredScope, filters: Sequence[Mapping[str, Any]]
) -> Iterator[Snapshot]:
    asked: dict[str, Any] = {"OwnerIds": ["self"], "Filters": filters, "MaxResults": PAGE}
    public = {
        each["SnapshotId"]
        for each in session.pages(
            "ec2", "describe_snapshots", "Snapshots", RestorableByUserIds=["all"], **asked
        )
    }
    for each in session.pages("ec2", "describe_snapshots", "Snapshots", **asked):
        arn = f"arn:{scope.partition}:ec2:{session.region}::snapshot/{each['SnapshotId']}"
        yield _snapshot(each, arn, public=each["SnapshotId"] in public)


def _snapshot(found: dict[str, Any], arn: str, *, public: bool) -> Snapshot:
    return Snapshot(
        id=found["SnapshotId"],
        arn=arn,
        volume_id=found["VolumeId"],
        started_at=when(found["StartTime"]),
        state=found["State"],
        tags=tags_of(found.get("Tags")),
        encrypted=bool(found.get("Encrypted")),
        key_arn=found.get("KmsKeyId"),
        archived=found.get("StorageTier") == "archive",
        volume_bytes=found["VolumeSize"] * GIB,
        public=public,
        shared_with=None,
        description=found.get("Description", ""),
    )


def _shared_with(session: UnitSession, name: str) -> tuple[str, ...] | Unread | None:
    """The accounts that may use a snapshot; None if it was deleted since it was listed."""
    try:
        answer = session.call(
            "ec2", "describe_snapshot_attribute", SnapshotId=name, Attribute="createVolumePermission"
        )
    except AwsError as error:
        return None if error.not_found else Unread.because(error)
    allowed = answer.get("CreateVolumePermissions", ())
    return tuple(sorted(each["UserId"] for each in allowed if each.get("UserId")))


def read_images(session: UnitSession, scope: StoredScope) -> Iterator[Image]:
    """Every image that the account owns, disabled ones too: their snapshots cost all the same."""
    listed = session.pages(
        "ec2", "describe_images", "Images", Owners=["self"], IncludeDisabled=True, MaxResults=PAGE
    )
    for image in listed:
        mappings = [each.get("Ebs", {}) for each in image.get("BlockDeviceMappings", ())]
        yield Image(
            id=image["ImageId"],
            arn=f"arn:{scope.partition}:ec2:{scope.region}::image/{image['ImageId']}",
            name=image.get("Name", ""),
            created_at=when(datetime.fromisoformat(image["CreationDate"])),
            state=image["State"],
            tags=tags_of(image.get("Tags")),
            snapshot_ids=tuple(each["SnapshotId"] for each in mappings if each.get("SnapshotId")),
            public=bool(image.get("Public")),
            deprecated_at=from_text(image.get("DeprecationTime")),
        )


def read_fast_restores(session: UnitSession, _: StoredScope) -> Iterator[FastRestore]:
    """Fast snapshot restores that are on, or on their way on or off."""
    listed = session.pages(
        "ec2", "describe_fast_snapshot_restores", "FastSnapshotRestores", MaxResults=FAST_RESTORE_PAGE
    )
    for each in listed:
        if each["State"] != "disabled":
            yield FastRestore(
                snapshot_id=each["SnapshotId"],
                zone=each["AvailabilityZone"],
                state=each["State"],
                reason=each.get("StateTransitionReason"),
            )
