"""A bucket in plain memory that behaves as S3 does, and the stores that stand on it.

`test_drill_stores.py` holds it against the emulator, so that what is shown on it holds there too.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta

from tierkeep.aws import AwsError, NotAsExpectedError, Stored


class SharedBucket:
    """Conditional writes, and a clock. `lose` says of a write whether its answer is lost, `refuse` whether it
    is not done at all."""

    name = "shared"

    def __init__(self) -> None:
        self.seconds = 0.0
        self.objects: dict[str, tuple[bytes, Mapping[str, str], float]] = {}
        self.lose: list[bool] = []
        self.refuse: list[bool] = []

    def read(self, key: str) -> Stored | None:
        if key not in self.objects:
            return None
        body, metadata, written = self.objects[key]
        return Stored(body=body, etag=str(hash(body)), metadata=metadata, age_seconds=self.seconds - written)

    def write(self, key: str, body: bytes, *, metadata: Mapping[str, str], replacing: str | None) -> str:
        if self.refuse and self.refuse.pop():
            raise lost("put_object")
        found = self.read(key)
        if (found.etag if found else None) != replacing:
            raise NotAsExpectedError(key)
        self.objects[key] = (body, dict(metadata), self.seconds)
        if self.lose and self.lose.pop():
            raise lost("put_object")
        return str(hash(body))

    def put(self, key: str, body: bytes, *, content_type: str) -> None:
        self.objects[key] = (body, {"type": content_type}, self.seconds)

    def keys(self, prefix: str) -> Iterator[str]:
        return (key for key in sorted(self.objects) if key.startswith(prefix))

    def now(self, _prefix: str) -> datetime:
        return datetime(2026, 11, 22, 21, 0, tzinfo=UTC) + timedelta(seconds=self.seconds)


class BucketClock:
    """The clock of a machine that shares the bucket, ahead of S3's by some seconds."""

    def __init__(self, bucket: SharedBucket, ahead: float = 0.0) -> None:
        self._bucket, self._ahead = bucket, timedelta(seconds=ahead)

    def now(self) -> datetime:
        return self._bucket.now("") + self._ahead

    def monotonic(self) -> float:
        return self._bucket.seconds

    def sleep(self, seconds: float) -> None:
        self._bucket.seconds += seconds


def lost(operation: str) -> AwsError:
    """No answer."""
    return AwsError(
        unit="bucket", service="s3", operation=operation, code="ReadTimeoutError", message="no answer"
    )
