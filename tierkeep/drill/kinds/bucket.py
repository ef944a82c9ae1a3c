"""S3 buckets, of which a drill deletes what it restored: with all that is in them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from tierkeep.aws import AwsError, UnitSession
from tierkeep.drill.errors import CannotVerifyError
from tierkeep.drill.kinds.base import Calls, Kind
from tierkeep.drill.thing import Thing, name_of, properties

NAME = "s3:bucket"
THERE = "there"
"""The one state of a bucket: S3 knows no other."""
_BATCH = 1000
"""Versions that one DeleteObjects takes (S3 API reference)."""


class BucketKind(Kind):
    """Buckets, by S3."""

    name = NAME
    noun = "bucket"
    pending: frozenset[str] = frozenset()
    tagged_while_pending = True
    ending: frozenset[str] = frozenset()
    ended: frozenset[str] = frozenset()
    calls = Calls(
        read=(
            "s3:HeadBucket",
            "s3:ListBuckets",
            "s3:GetBucketTagging",
            "s3:GetBucketPolicy",
            "s3:GetBucketReplication",
        ),
        tag=("s3:PutBucketTagging",),
        delete=("s3:ListObjectVersions", "s3:DeleteObjects", "s3:DeleteBucket"),
    )

    def read(self, session: UnitSession, arn: str) -> Thing | None:
        """A bucket of the session's account; None if S3 knows none of that name. One of another account
        raises `AwsError`: S3 says so of a bucket that is not the expected owner's."""
        name = name_of(arn)
        region = _region(session, name)
        if region is None:
            return None
        return Thing(
            kind=NAME,
            arn=arn,
            account_id=session.account_id,
            region=region,
            state=THERE,
            free_states=frozenset({THERE}),
            tags=_tags(session, name),
            users=_users(session, name),
            created=_created(session, name),
            properties=properties(),
        )

    def tag(self, session: UnitSession, arn: str, tags: Mapping[str, str]) -> None:
        """Put tags on it, beside those that it has: S3 replaces them all."""
        name = name_of(arn)
        listed = [
            {"Key": key, "Value": text}
            for key, text in sorted({**dict(_tags(session, name)), **tags}.items())
        ]
        session.call("s3", "put_bucket_tagging", **_own(session, name), Tagging={"TagSet": listed})

    def clear(self, session: UnitSession, arn: str) -> Iterator[str]:
        """Delete every version of every object, and every delete marker, a batch at a time: it can be broken
        off after each, and begun again."""
        name, deleted = name_of(arn), 0
        while batch := _some_versions(session, name):
            answer = session.call(
                "s3", "delete_objects", **_own(session, name), Delete={"Objects": batch, "Quiet": True}
            )
            for error in answer.get("Errors", ()):
                raise CannotVerifyError(
                    f"{error.get('Key')} of bucket {name} could not be deleted: {error.get('Code')}: "
                    f"{error.get('Message')}"
                )
            deleted += len(batch)
            yield f"emptying bucket {name}: {deleted} versions deleted"

    def delete(self, session: UnitSession, arn: str) -> None:
        """Delete it; S3 refuses where anything is in it."""
        session.call("s3", "delete_bucket", **_own(session, name_of(arn)))

    def left_by(self, session: UnitSession, request: Mapping[str, Any]) -> str | None:
        """The bucket of the name that a restore job was to make, if it is there: nobody but the drill knows
        that name before."""
        name = request["Metadata"]["DestinationBucketName"]
        return arn_of(session.partition, name) if _region(session, name) is not None else None


def arn_of(partition: str, name: str) -> str:
    """The ARN of a bucket; S3 writes it with neither Region nor account."""
    return f"arn:{partition}:s3:::{name}"


def _own(session: UnitSession, name: str) -> dict[str, str]:
    """A bucket as S3 is asked for it: refused if it is another account's."""
    return {"Bucket": name, "ExpectedBucketOwner": session.account_id}


def _region(session: UnitSession, name: str) -> str | None:
    """Where the bucket is; None if there is none. Raises `AwsError` if it is another account's."""
    try:
        answer = session.call("s3", "head_bucket", **_own(session, name))
    except AwsError as error:
        # HEAD has no body in which S3 could say more than the status.
        if error.code in ("404", "NoSuchBucket"):
            return None
        raise
    return str(answer.get("BucketRegion") or session.region)


def _created(session: UnitSession, name: str) -> datetime | None:
    """When it was made; None while the listing does not have it yet."""
    listed = session.pages("s3", "list_buckets", "Buckets", Prefix=name)
    return next((each["CreationDate"] for each in listed if each["Name"] == name), None)


def _tags(session: UnitSession, name: str) -> tuple[tuple[str, str], ...]:
    """Its tags; none where it goes while it is read, and what has no tag is not deleted."""
    answer = _if_any(session, name, "get_bucket_tagging", "NoSuchTagSet")
    return tuple(sorted((tag["Key"], tag["Value"]) for tag in answer.get("TagSet", ())))


def _users(session: UnitSession, name: str) -> tuple[str, ...]:
    """What somebody has set up on a bucket since it was restored: a restore sets up neither."""
    policy = _if_any(session, name, "get_bucket_policy", "NoSuchBucketPolicy")
    replication = _if_any(session, name, "get_bucket_replication", "ReplicationConfigurationNotFoundError")
    return (
        *(["it has a bucket policy"] if policy.get("Policy") else []),
        *(["it is replicated"] if replication.get("ReplicationConfiguration") else []),
    )


def _if_any(session: UnitSession, name: str, operation: str, none: str) -> dict[str, Any]:
    """A setting of a bucket, or nothing where S3 says by that code that it has none, or is gone."""
    try:
        return session.call("s3", operation, **_own(session, name))
    except AwsError as error:
        if error.code in (none, "NoSuchBucket"):
            return {}
        raise


def _some_versions(session: UnitSession, name: str) -> list[dict[str, str]]:
    page = session.call("s3", "list_object_versions", **_own(session, name), MaxKeys=_BATCH)
    found = [*page.get("Versions", ()), *page.get("DeleteMarkers", ())]
    return [{"Key": each["Key"], "VersionId": each["VersionId"]} for each in found]
