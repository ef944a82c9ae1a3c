"""Objects read: their bytes, hashed as they come."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass

from tierkeep.aws import UnitSession
from tierkeep.aws.bodies import body_blocks
from tierkeep.drill.assertions.reach import BEGINNING, ObjectFound


@dataclass(frozen=True, kw_only=True, slots=True)
class Body:
    """An object as it was read, or its first part."""

    found: ObjectFound
    encryption: str
    """By what S3 says that it is encrypted: the ARN of a key, or the name of a way that takes none."""


def read_body(
    session: UnitSession,
    bucket: str,
    key: str,
    *,
    version_id: str | None = None,
    most: int | None = None,
    checkpoint: Callable[[], None],
) -> Body:
    """An object, or its first `most` bytes; `checkpoint` is asked after each block and may raise.

    Raises `AwsError`.
    """
    which = {"Bucket": bucket, "Key": key} | ({"VersionId": version_id} if version_id is not None else {})
    part = {"Range": f"bytes=0-{most - 1}"} if most is not None else {}
    answer = session.call("s3", "get_object", **which, **part)
    digest, size, beginning = hashlib.sha256(), 0, b""
    for block in body_blocks(answer["Body"], unit=session.unit, service="s3", operation="get_object"):
        digest.update(block)
        size += len(block)
        beginning = (beginning + block[:BEGINNING])[:BEGINNING]
        checkpoint()
    return Body(
        found=ObjectFound(size_bytes=size, sha256=digest.hexdigest(), beginning=beginning),
        encryption=str(answer.get("SSEKMSKeyId") or answer.get("ServerSideEncryption") or "AES256"),
    )
