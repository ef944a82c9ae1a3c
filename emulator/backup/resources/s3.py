"""S3 buckets: all versions of all objects are kept, and the latest of each is restored.

What AWS documents ("Amazon S3 backups" and "Restore S3 data using AWS Backup" in the AWS Backup Developer
Guide): the bucket must have versioning on and be in the Region of the vault; a restore puts back the latest
version of each object with its tags and metadata, to the S3 Standard storage class, leaves out what a delete
marker hides, and skips objects whose key the destination has.  A continuous backup is restored as the bucket
was at a moment, RestoreTime.  Tags have no dates in moto: they are those that a version had last.
"""

import json
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import Any

from emulator import faults
from emulator.backup import keys
from emulator.backup.arns import Arn
from emulator.backup.jobs import JobFailedError
from emulator.backup.recovery_points import RecoveryPoint
from emulator.backup.resources.base import Continuous, Place
from emulator.backup.resources.managed import Captured, FullyManaged
from emulator.backup.resources.metadata import check_booleans, invalid, is_true, named, require
from emulator.errors import InvalidParameterValue
from emulator.s3.journal import Journal

_RESTORE_KEYS = (
    "DestinationBucketName", "NewBucket", "CreationToken", "Encrypted", "EncryptionType", "KMSKey",
    "ItemsToRestore", "RestoreTime",
)  # fmt: skip

_ENCRYPTION_TYPES = ("original", "SSE-S3", "SSE-KMS")

MOST_ITEMS = 5
"""Objects that one restore job can be told to restore."""

_KEPT = "emulator_version"


@dataclass(frozen=True)
class Version:
    """A version of an object as it was; without ``value`` it is a delete marker."""

    key: str
    version_id: str
    value: bytes | None
    metadata: dict[str, str]
    tags: dict[str, str]
    encryption: str | None
    kms_key_id: str | None


BucketData = dict[str, list[Version]]
"""The versions of each object, oldest first."""


class S3(FullyManaged):
    type = "S3"

    def covers(self, arn: Arn) -> bool:
        return arn.service == "s3" and "/" not in arn.resource

    def exists(self, place: Place, arn: Arn) -> bool:
        bucket = _backend(place).buckets.get(arn.resource)
        return bucket is not None and bucket.region_name == place.region

    def capture(self, place: Place, arn: Arn) -> Captured:
        backend, bucket = _backend(place), _versioned(place, arn)
        data = {key: [_version(backend, each) for each in versions] for key, versions in bucket.keys.lists()}
        size = sum(len(each.value or b"") for versions in data.values() for each in versions)
        return Captured(data, size, {}, backend.tagger.get_tag_dict_for_resource(bucket.arn))

    def begin_continuous(self, place: Place, arn: Arn) -> Continuous:
        bucket = _versioned(place, arn)
        return Continuous(Journal(bucket.keys, partial(_version, _backend(place))))

    def as_of(self, place: Place, point: RecoveryPoint, moment: datetime) -> RecoveryPoint:
        return replace(point, data=point.data.as_of(moment), continuous=False)

    def end_continuous(self, point: RecoveryPoint) -> None:
        point.data.close()

    def check_restore(self, point: RecoveryPoint, metadata: dict[str, str]) -> None:
        given = named(metadata, _RESTORE_KEYS)
        require(given, "DestinationBucketName")
        check_booleans(given, "NewBucket", "Encrypted")
        encryption = given.get("EncryptionType", "original")
        if encryption not in _ENCRYPTION_TYPES:
            raise invalid(f"EncryptionType must be one of {', '.join(_ENCRYPTION_TYPES)}")
        if given.get("KMSKey") and encryption != "SSE-KMS":
            raise invalid("KMSKey needs the EncryptionType SSE-KMS")
        if given.get("RestoreTime") and not point.continuous:
            raise invalid("RestoreTime is for continuous recovery points")
        _items(given)

    def restore(self, place: Place, point: RecoveryPoint, metadata: dict[str, str], moment: datetime) -> str:
        given = named(metadata, _RESTORE_KEYS)
        backend, name = _backend(place), given["DestinationBucketName"]
        if is_true(given, "NewBucket"):
            _new_bucket(backend, name, place, moment)
        bucket = backend.buckets.get(name)
        if bucket is None or bucket.region_name != place.region:
            raise JobFailedError(f"The bucket {name} does not exist in {place.region}")
        corruption = faults.corruption(point)
        for version in _wanted(point.data, _items(given)):
            if not _has(bucket, version.key):
                damaged = _damaged(version, corruption) if corruption else version
                _put(backend, name, _encrypted(damaged, given), moment)
        return f"arn:{place.partition}:s3:::{name}"


def _new_bucket(backend: Any, name: str, place: Place, moment: datetime) -> None:
    """A bucket as Amazon S3 makes all: "Block Public Access settings for new buckets" in its user guide.

    :raises JobFailedError: there is one of that name.
    """
    from moto.core.exceptions import ServiceException
    from moto.s3.models import PublicAccessBlock

    try:
        bucket = backend.create_bucket(name, place.region)
    except ServiceException as error:
        raise JobFailedError(f"The bucket {name} could not be created: {error.message}") from error
    bucket.creation_date = moment
    bucket.versioning_status = "Enabled"
    bucket.public_access_block = PublicAccessBlock("true", "true", "true", "true")


def _backend(place: Place) -> Any:
    from moto.s3.models import s3_backends

    return s3_backends[place.account][place.partition]


def _versioned(place: Place, arn: Arn) -> Any:
    """A bucket that can be backed up.

    :raises JobFailedError: it does not keep versions.
    """
    bucket = _backend(place).buckets[arn.resource]
    if not bucket.is_versioned:
        raise JobFailedError(f"Versioning must be enabled on the bucket {arn.resource} to back it up")
    return bucket


def _version(backend: Any, version: Any) -> Version:
    """What is kept of a version of moto's; its bytes, which do not change, are read once."""
    if not hasattr(version, "metadata"):
        return Version(version.name, version.version_id, None, {}, {}, None, None)
    kept: Version | None = version.__dict__.get(_KEPT)
    if kept is None:
        kept = Version(
            version.name, version.version_id, version.value, dict(version.metadata), {},
            version.encryption, version.kms_key_id,
        )  # fmt: skip
        setattr(version, _KEPT, kept)
    return replace(kept, tags=backend.tagger.get_tag_dict_for_resource(version.arn))


def _items(given: dict[str, str]) -> set[str] | None:
    """The keys of the objects to restore; None stands for all.

    :raises InvalidParameterValue: they are not one to five URIs of objects.
    """
    text = given.get("ItemsToRestore")
    if not text:
        return None
    try:
        items = json.loads(text)
    except ValueError as error:
        raise invalid(f"ItemsToRestore is not JSON: {error}") from error
    if not isinstance(items, list) or not 1 <= len(items) <= MOST_ITEMS:
        raise invalid(f"ItemsToRestore must be a list of one to {MOST_ITEMS} S3 URIs")
    return {str(item).removeprefix("s3://").partition("/")[2] for item in items}


def _wanted(data: BucketData, items: set[str] | None) -> list[Version]:
    latest = [versions[-1] for versions in data.values() if versions]
    if items is not None:
        missing = items - {version.key for version in latest if version.value is not None}
        if missing:
            raise JobFailedError(f"The recovery point has no object {', '.join(sorted(missing))}")
        latest = [version for version in latest if version.key in items]
    return [version for version in latest if version.value is not None]


def _has(bucket: Any, key: str) -> bool:
    """Whether the bucket has the object; one that a delete marker hides counts as none."""
    present = bucket.keys.getlist(key)
    return bool(present) and hasattr(present[-1], "metadata")


def _encrypted(version: Version, given: dict[str, str]) -> Version:
    """``version``, encrypted as the metadata asks for; by default as the original."""
    kind = given.get("EncryptionType", "original")
    if kind == "original":
        return version
    if kind == "SSE-S3":
        return replace(version, encryption="AES256", kms_key_id=None)
    try:
        key = keys.require(given["KMSKey"]) if given.get("KMSKey") else None
    except InvalidParameterValue as error:
        raise JobFailedError(error.message) from error
    return replace(version, encryption="aws:kms", kms_key_id=key)


def _damaged(version: Version, corruption: faults.Corruption) -> Version:
    return replace(version, value=corruption.of_bytes(version.value or b""))


def _put(backend: Any, bucket: str, version: Version, moment: datetime) -> None:
    made = backend.put_object(
        bucket,
        version.key,
        version.value,
        storage="STANDARD",
        encryption=version.encryption,
        kms_key_id=version.kms_key_id,
    )
    made.set_metadata(dict(version.metadata), replace=False)
    made.last_modified = moment.replace(tzinfo=None)
    if version.tags:
        backend.put_object_tagging(made, version.tags)
