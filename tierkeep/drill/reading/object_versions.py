"""The objects of buckets: as they are, and as they were, by the versions that a bucket keeps.

Both listings are in the order of their keys, byte by byte (S3 user guide, "Listing object keys"), so that two
buckets are compared in one walk, whatever their size.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any

from tierkeep.aws import UnitSession


@dataclass(frozen=True, kw_only=True, slots=True)
class Listed:
    """An object as a bucket lists it. Size in bytes."""

    key: str
    size: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Version:
    """A version of an object, or the marker that it was deleted."""

    key: str
    version_id: str
    modified: datetime
    size: int | None
    """In bytes; None of a delete marker."""
    latest: bool
    """It is what the object is now."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Past:
    """What an object was while its bucket was backed up."""

    key: str
    versions: tuple[Version, ...]
    """The versions of which one is the right one; none where it must not be there."""
    may_be_absent: bool
    """It was not there for some of that time, or was not there at all."""
    known: bool
    """The versions reach back to then. Otherwise it was made later, or what it was has expired since."""


def objects(session: UnitSession, bucket: str) -> Iterator[Listed]:
    """The objects of a bucket, by key. Raises `AwsError`."""
    for each in session.pages("s3", "list_objects_v2", "Contents", Bucket=bucket):
        yield Listed(key=each["Key"], size=each["Size"])


def pasts(session: UnitSession, bucket: str, *, began: datetime, ended: datetime) -> Iterator[Past]:
    """What each object of a bucket was while it was backed up, by key. Raises `AwsError`."""
    for _, versions in groupby(_versions(session, bucket), key=lambda version: version.key):
        yield past(list(versions), began=began, ended=ended)


def past(versions: list[Version], *, began: datetime, ended: datetime) -> Past:
    """What an object was between two instants, by its versions, the newest first. Pure.

    A backup takes its time: whatever came while it was made may be in it, or not yet.
    """
    during = [each for each in versions if began < each.modified <= ended]
    before = _newest([each for each in versions if each.modified <= began])
    possible = [*during, *before]
    return Past(
        key=versions[0].key,
        versions=tuple(each for each in possible if each.size is not None),
        may_be_absent=not before or any(each.size is None for each in possible),
        known=bool(before),
    )


def _newest(versions: list[Version]) -> list[Version]:
    """The newest of some: several where S3, which dates them by the second, does not say which that is."""
    if not versions or versions[0].latest:
        return versions[:1]
    return [each for each in versions if each.modified == versions[0].modified]


def _versions(session: UnitSession, bucket: str) -> Iterator[Version]:
    """Every version and delete marker, by key and the newest first. botocore pages them as two lists."""
    markers: dict[str, str] = {}
    while True:
        page = session.call("s3", "list_object_versions", Bucket=bucket, **markers)
        yield from sorted(
            (_version(each) for each in (*page.get("Versions", ()), *page.get("DeleteMarkers", ()))),
            key=lambda version: (version.key, -version.modified.timestamp(), not version.latest),
        )
        if not page.get("IsTruncated"):
            return
        # A page may end between two versions of an object; what goes on is older.
        markers = {"KeyMarker": page["NextKeyMarker"], "VersionIdMarker": page["NextVersionIdMarker"]}


def _version(item: dict[str, Any]) -> Version:
    return Version(
        key=item["Key"],
        version_id=item["VersionId"],
        modified=item["LastModified"],
        size=item.get("Size"),
        latest=item["IsLatest"],
    )
