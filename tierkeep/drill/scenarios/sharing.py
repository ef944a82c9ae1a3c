"""Asking AWS for many drills at once, without asking for each of them.

Every drill polls for itself, at growing intervals of up to 30 seconds. A hundred of them that have just
started would poll a hundred times a second, more than AWS answers. So the drills of a run that work in one
unit share one session:

- How a restore job is, all of them learn from one ListRestoreJobs, which is asked again when it is older than
  a quarter of a second for each drill at work, five seconds at most. One that is not listed yet is described.
- All other polling (`describe_…`) has one bucket of tokens for each operation in a unit: fifty at once, then
  twenty a second, and whoever finds it empty waits its turn.

What a hundred drills measure is slower by that, by some seconds of waits that take minutes; what one drill by
itself measures is as exact as without.
"""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

from tierkeep.aws import UnitSession
from tierkeep.drill.clock import Clock

BURST = 50
POLLS_A_SECOND = 20.0
"""Half of the bucket and all of the refill that EC2 gives each Describe operation of an account and Region
(EC2 developer guide, "Request throttling for the Amazon EC2 API", read 2026-11). AWS Backup and DynamoDB tell
none of theirs; what is throttled all the same is tried again."""
FRESH_SECONDS_A_DRILL = 0.25
MOST_FRESH_SECONDS = 5.0
_CLOCKS_DIFFER = timedelta(hours=1)


class SharedSession(UnitSession):
    """The session of a unit for all drills of a run there."""

    def __init__(
        self, inner: UnitSession, *, clock: Clock, at_work: Callable[[], int], since: datetime
    ) -> None:
        self._inner = inner
        self.unit, self.account_id, self.region = inner.unit, inner.account_id, inner.region
        self._jobs = _Jobs(inner, clock, at_work, since)
        self._buckets: defaultdict[tuple[str, str], _Bucket] = defaultdict(lambda: _Bucket(clock))

    @property
    def partition(self) -> str:
        """As of the session that is shared."""
        return self._inner.partition

    def client(self, service: str) -> Any:
        """As of the session that is shared."""
        return self._inner.client(service)

    def call(self, service: str, operation: str, **parameters: Any) -> dict[str, Any]:
        """One call, or what one call for all drills told of it. Raises `AwsError`."""
        if (service, operation) == ("backup", "describe_restore_job"):
            job = self._jobs.find(parameters["RestoreJobId"])
            if job is not None:
                return job
        if operation.startswith("describe_"):
            self._buckets[service, operation].take()
        return self._inner.call(service, operation, **parameters)

    def pages(self, service: str, operation: str, key: str, **parameters: Any) -> Iterator[Any]:
        """Every item of a listing. Raises `AwsError`."""
        if operation.startswith("describe_"):
            self._buckets[service, operation].take()
        return self._inner.pages(service, operation, key, **parameters)


class _Bucket:
    """Tokens for calls, which come back with time."""

    def __init__(self, clock: Clock) -> None:
        self._clock, self._lock = clock, threading.Lock()
        self._full_at = clock.monotonic()
        """When it would be full if nobody took any more."""

    def take(self) -> None:
        """Take one, as soon as there is one."""
        with self._lock:
            now = self._clock.monotonic()
            self._full_at = max(self._full_at, now) + 1 / POLLS_A_SECOND
            wait = self._full_at - now - BURST / POLLS_A_SECOND
        if wait > 0:
            self._clock.sleep(wait)


class _Jobs:
    """The restore jobs of a unit since the run began, listed for all drills together."""

    def __init__(
        self, session: UnitSession, clock: Clock, at_work: Callable[[], int], since: datetime
    ) -> None:
        self._session, self._clock, self._at_work = session, clock, at_work
        self._since = since - _CLOCKS_DIFFER
        self._lock = threading.Lock()
        self._listed: dict[str, dict[str, Any]] = {}
        self._at: float | None = None

    def find(self, job_id: str) -> dict[str, Any] | None:
        """A job as it is listed; None where it is not, or where one drill alone asks. Raises `AwsError`."""
        drills = self._at_work()
        if drills < 2:
            return None
        fresh = min(FRESH_SECONDS_A_DRILL * drills, MOST_FRESH_SECONDS)
        with self._lock:
            # Who waits for the lock finds what was listed meanwhile.
            if self._at is None or self._clock.monotonic() - self._at >= fresh:
                listed = self._session.pages(
                    "backup", "list_restore_jobs", "RestoreJobs", ByCreatedAfter=self._since
                )
                self._listed = {job["RestoreJobId"]: job for job in listed}
                self._at = self._clock.monotonic()
            return self._listed.get(job_id)
