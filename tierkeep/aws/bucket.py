"""A bucket that several machines keep documents in: conditional writes, and S3's own clock.

What S3 offers ("How to prevent object overwrites with conditional writes" in the Amazon S3 User Guide):
PutObject with `If-None-Match: *` writes only where there is no object of that key, and with `If-Match` only
where the object still has that ETag. Otherwise it answers 412 PreconditionFailed, 409
ConditionalRequestConflict where another write is under way, or 404 NoSuchKey where there is nothing to match.
Reading after writing, and listing, are strongly consistent.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Any

from tierkeep.aws.errors import AwsError, translated

_NOT_AS_EXPECTED = frozenset({"PreconditionFailed", "ConditionalRequestConflict", "NoSuchKey"})


class NotAsExpectedError(Exception):
    """S3 did not write: the object is another than the condition says, or is being written.

    After a request that was sent again on its way, it may be our own write that is there.
    """


@dataclass(frozen=True, kw_only=True, slots=True)
class Stored:
    """An object as S3 answers it."""

    body: bytes
    etag: str
    metadata: Mapping[str, str]
    age_seconds: float
    """Since it was written last, both by S3's clock, which tells whole seconds."""


class Bucket:
    """Objects of one bucket. Each call raises `AwsError` where S3 refuses or is out of reach."""

    def __init__(self, name: str, client: Any) -> None:
        self.name = name
        self._client = client

    def read(self, key: str) -> Stored | None:
        """An object, or None if there is none of that key."""
        with self._translated("get_object"):
            try:
                answer = self._client.get_object(Bucket=self.name, Key=key)
            except self._client.exceptions.NoSuchKey:
                return None
            body = answer["Body"].read()
        return Stored(
            body=body,
            etag=answer["ETag"],
            metadata=answer.get("Metadata", {}),
            age_seconds=max(0.0, (_date(answer) - answer["LastModified"]).total_seconds()),
        )

    def write(self, key: str, body: bytes, *, metadata: Mapping[str, str], replacing: str | None) -> str:
        """Replace the object of that ETag, or make one where there is none; the new ETag.

        Raises `NotAsExpectedError` besides.
        """
        condition = {"IfNoneMatch": "*"} if replacing is None else {"IfMatch": replacing}
        try:
            with self._translated("put_object"):
                answer = self._client.put_object(
                    Bucket=self.name, Key=key, Body=body, Metadata=dict(metadata), **condition
                )
        except AwsError as error:
            if error.code in _NOT_AS_EXPECTED:
                raise NotAsExpectedError(str(error)) from error
            raise
        return str(answer["ETag"])

    def put(self, key: str, body: bytes, *, content_type: str) -> None:
        """Write an object, whatever was there."""
        with self._translated("put_object"):
            self._client.put_object(Bucket=self.name, Key=key, Body=body, ContentType=content_type)

    def keys(self, prefix: str) -> Iterator[str]:
        """The keys that begin so, in their order."""
        with self._translated("list_objects_v2"):
            paginator = self._client.get_paginator("list_objects_v2")
            for page in paginator.paginate(Bucket=self.name, Prefix=prefix):
                yield from (item["Key"] for item in page.get("Contents", ()))

    def now(self, prefix: str) -> datetime:
        """What S3's clock says, to the second: asked by listing what begins so, which is allowed anyway."""
        with self._translated("list_objects_v2"):
            return _date(self._client.list_objects_v2(Bucket=self.name, Prefix=prefix, MaxKeys=1))

    @contextmanager
    def _translated(self, operation: str) -> Iterator[None]:
        with translated(unit=f"bucket {self.name}", service="s3", operation=operation):
            yield


def _date(answer: Mapping[str, Any]) -> datetime:
    return parsedate_to_datetime(answer["ResponseMetadata"]["HTTPHeaders"]["date"])
