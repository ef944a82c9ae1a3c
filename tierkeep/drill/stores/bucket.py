"""A bucket that several machines share: journals that one process at a time may write, without any lock.

A journal is one object with the lines of a local one, written anew with each line, on the condition that it
is what this process last saw. So whoever lost it cannot write any more, and learns so before its next change
in AWS. Who holds it stands in the object's metadata, and the object's own date says when the holder last
showed itself: docs/adr/0031-journals-in-a-bucket.md.
"""

from __future__ import annotations

import json
import os
import secrets
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from mimetypes import guess_type

from tierkeep.aws import AwsError, Bucket, NotAsExpectedError, Stored
from tierkeep.drill.clock import Clock
from tierkeep.drill.errors import BusyError, FencedError, JournalDamagedError
from tierkeep.drill.journal import FOLDER, SUFFIX, Entry, Journal, as_line, parse_journal, whole_lines
from tierkeep.drill.stores.base import Store
from tierkeep.drill.stores.names import lock_name

LEASE_SECONDS = 15 * 60.0
"""Whoever has not shown itself for so long counts as gone. Longer than one call may take with all of its
retries (8 attempts of 70 s and the pauses between them), during which a drill shows nothing."""
BEAT_SECONDS = 60.0
"""How often a holder that writes nothing shows itself."""

_HOLDER = "tierkeep-holder"
_NOBODY = ""
_ATTEMPTS = 4
"""Of a write whose outcome had to be looked up, beyond botocore's own."""


class StoreError(OSError):
    """The bucket cannot be read or written."""


class BucketStore(Store):
    """Evidence below a prefix of a bucket."""

    def __init__(self, bucket: Bucket, prefix: str) -> None:
        self._bucket = bucket
        self._prefix = prefix

    def __str__(self) -> str:
        return self._where("").rstrip("/")

    def create(self, drill_id: str, *, clock: Clock) -> Journal:
        """A new object."""
        lines = _Object(self._bucket, self._key(drill_id), clock)
        if not lines.create():
            raise FileExistsError(f"{self._where(self._key(drill_id))} exists already")
        return Journal(name=self._where(self._key(drill_id)), lines=lines, content=b"", clock=clock)

    def resume(self, drill_id: str, *, clock: Clock) -> Journal:
        """The object, with a line that says who took it over: whoever held it can write no more."""
        left = self.lease_left(drill_id)
        if left > 0:
            raise BusyError(
                f"{drill_id} is in use by another process, which counts as gone in {left:.0f} s unless it "
                "shows itself again"
            )
        lines = _Object(self._bucket, self._key(drill_id), clock)
        name = self._where(self._key(drill_id))
        try:
            return Journal(name=name, lines=lines, content=lines.seize(), clock=clock)
        except FencedError as error:
            raise BusyError(f"{drill_id}: another process was first to take it over") from error

    def read(self, drill_id: str) -> tuple[Entry, ...]:
        """The object as it is."""
        return self._parse(self._stored(drill_id), drill_id)

    def has_journals(self) -> bool:
        """Whether any object is there."""
        return bool(self.drill_ids())

    def drill_ids(self) -> tuple[str, ...]:
        """By the keys of the objects."""
        folder = f"{self._prefix}/{FOLDER}/"
        with _as_os_errors():
            names = [key.removeprefix(folder) for key in self._bucket.keys(folder) if key.endswith(SUFFIX)]
        return tuple(name.removesuffix(SUFFIX) for name in names if "/" not in name)

    def lease_left(self, drill_id: str) -> float:
        """By S3's clock alone: how long ago the object was written."""
        stored = self._stored(drill_id)
        if stored.metadata.get(_HOLDER, _NOBODY) == _NOBODY:
            return 0.0
        return max(0.0, LEASE_SECONDS - stored.age_seconds)

    @contextmanager
    def exclusive(self, *, resource_arn: str, drill_id: str, clock: Clock) -> Iterator[None]:
        """An object that names the drill. It is held for as long as that drill's journal is, so that nothing
        needs to be given up, and a drill that died holds nothing."""
        key = f"{self._prefix}/{FOLDER}/locks/{lock_name(resource_arn)}"
        self._take(key, resource_arn, drill_id, clock)
        yield

    def _take(self, key: str, resource_arn: str, drill_id: str, clock: Clock) -> None:
        body = as_line({"drill": drill_id, "resource": resource_arn})
        replacing: str | None = None
        for _ in range(_ATTEMPTS):
            with _as_os_errors():
                try:
                    self._bucket.write(key, body, metadata={}, replacing=replacing)
                except NotAsExpectedError:
                    found = self._bucket.read(key)
                else:
                    return
            if found is None:
                replacing = None
                continue
            if found.body == body:
                return
            self._fence(_holder_of(found, key), resource_arn, clock)
            replacing = found.etag
        raise BusyError(f"other drills of {resource_arn} keep taking its lock {self._where(key)}")

    def _fence(self, holder: str, resource_arn: str, clock: Clock) -> None:
        """See to it that a drill does no more, or raise `BusyError` if it is still at work."""
        if holder not in self.drill_ids():
            # Without its journal it can make no change.
            return
        try:
            if self._finished(self._stored(holder), holder):
                return
            self.resume(holder, clock=clock).close()
        except BusyError as error:
            raise BusyError(f"another drill of {resource_arn} is running: {error}") from error
        except JournalDamagedError as error:
            raise BusyError(
                f"the lock of {resource_arn} is that of {holder}, and whether it runs is not known: {error}"
            ) from error

    def write(self, name: str, text: str) -> str:
        """An object that is replaced as a whole, as S3 does."""
        key = f"{self._prefix}/{name}"
        content_type = guess_type(name)[0] or "application/octet-stream"
        with _as_os_errors():
            self._bucket.put(key, text.encode(), content_type=content_type)
        return self._where(key)

    def clock(self, clock: Clock) -> Clock:
        """S3's, to the second: machines whose clocks differ date their journals alike."""
        return _ShiftedClock(clock, self._now() - clock.now())

    def _now(self) -> datetime:
        with _as_os_errors():
            return self._bucket.now(f"{self._prefix}/{FOLDER}/")

    def _stored(self, drill_id: str) -> Stored:
        with _as_os_errors():
            stored = self._bucket.read(self._key(drill_id))
        if stored is None:
            raise FileNotFoundError(f"there is no {self._where(self._key(drill_id))} any more")
        return stored

    def _parse(self, stored: Stored, drill_id: str) -> tuple[Entry, ...]:
        return parse_journal(stored.body, self._where(self._key(drill_id)))

    def _finished(self, stored: Stored, drill_id: str) -> bool:
        entries = self._parse(stored, drill_id)
        return bool(entries) and entries[-1]["event"] == "finished"

    def _key(self, drill_id: str) -> str:
        return f"{self._prefix}/{FOLDER}/{drill_id}{SUFFIX}"

    def _where(self, key: str) -> str:
        return f"s3://{self._bucket.name}/{key or self._prefix}"


class _Object:
    """A journal's object, and what of it this process saw last."""

    def __init__(self, bucket: Bucket, key: str, clock: Clock) -> None:
        self._bucket = bucket
        self._key = key
        self._clock = clock
        self._holder = f"{socket.gethostname()}/{os.getpid()}/{secrets.token_hex(8)}"
        self._etag: str | None = None
        self._content = b""
        self._held_by = _NOBODY
        self._shown = clock.monotonic()

    def create(self) -> bool:
        """Whether there was none before."""
        try:
            self._write(b"", self._holder)
        except FencedError:
            return False
        return True

    def add(self, lines: bytes) -> None:
        self._write(self._content + lines, self._holder)

    def beat(self) -> None:
        if self._clock.monotonic() - self._shown < BEAT_SECONDS:
            return
        # A sign of life that S3 did not take is missed by the lease alone; the next line will tell.
        self._shown = self._clock.monotonic()
        with suppress(StoreError):
            self._write(self._content, self._holder)

    def seize(self) -> bytes:
        with _as_os_errors():
            found = self._bucket.read(self._key)
        if found is None:
            raise FencedError(f"the journal {self._key} is gone")
        self._saw(found)
        whole = whole_lines(found.body)
        entry = {
            "seq": len(parse_journal(whole, self._key)) + 1,
            "at": self._clock.now().isoformat(),
            "event": "taken-over",
            "by": self._holder,
        }
        self._write(whole + as_line(entry), self._holder)
        return self._content

    def close(self) -> None:
        """Say that nobody holds it. Where that fails, the lease runs out by itself."""
        with suppress(StoreError, FencedError):
            self._write(self._content, _NOBODY)

    def _write(self, content: bytes, holder: str) -> None:
        """Write the object if it still is what was seen last.

        An answer may be lost, and a request that is sent again on its way finds its own work there: so
        whatever goes wrong, what is there then decides. It is ours only to the last byte and with this
        holder's mark. Raises `FencedError` if it is another's, and `StoreError` if S3 cannot be asked.
        """
        metadata = {_HOLDER: holder}
        for left in reversed(range(_ATTEMPTS)):
            try:
                etag = self._bucket.write(self._key, content, metadata=metadata, replacing=self._etag)
            except (NotAsExpectedError, AwsError) as error:
                found = self._look()
                if found is not None and _is(found, content, holder):
                    self._saw(found)
                    break
                if not self._unchanged(found):
                    raise FencedError(_fenced(self._key, found)) from error
                if left == 0 or (isinstance(error, AwsError) and error.access_denied):
                    raise StoreError(f"cannot write {self._key}: {error}") from error
                # As it was, though under SSE-KMS a sign of life may have given it another ETag.
                self._etag = found.etag if found else None
            else:
                self._etag, self._content, self._held_by = etag, content, holder
                break
        self._shown = self._clock.monotonic()

    def _look(self) -> Stored | None:
        with _as_os_errors():
            return self._bucket.read(self._key)

    def _unchanged(self, found: Stored | None) -> bool:
        if found is None:
            return self._etag is None
        return self._etag is not None and _is(found, self._content, self._held_by)

    def _saw(self, found: Stored) -> None:
        self._etag, self._content = found.etag, found.body
        self._held_by = found.metadata.get(_HOLDER, _NOBODY)


@dataclass(frozen=True)
class _ShiftedClock:
    """Another clock's time, by so much later."""

    inner: Clock
    by: timedelta

    def now(self) -> datetime:
        return self.inner.now() + self.by

    def monotonic(self) -> float:
        return self.inner.monotonic()

    def sleep(self, seconds: float) -> None:
        self.inner.sleep(seconds)


def _is(found: Stored, content: bytes, holder: str) -> bool:
    return found.body == content and found.metadata.get(_HOLDER, _NOBODY) == holder


def _fenced(key: str, found: Stored | None) -> str:
    if found is None:
        return f"the journal {key} is gone: nothing more may be done"
    holder = found.metadata.get(_HOLDER) or "another process, which is done with it"
    return f"the journal {key} was taken over by {holder}: nothing more may be done here"


def _holder_of(lock: Stored, key: str) -> str:
    try:
        return str(json.loads(lock.body)["drill"])
    except (ValueError, KeyError, TypeError) as error:
        raise BusyError(f"the lock {key} cannot be read: {error!r}; move it away if no drill runs") from error


@contextmanager
def _as_os_errors() -> Iterator[None]:
    """What S3 refuses stops a drill as a disk does that cannot be written."""
    try:
        yield
    except AwsError as error:
        raise StoreError(str(error)) from error
