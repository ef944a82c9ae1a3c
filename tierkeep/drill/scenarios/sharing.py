"""Asking AWS for many drills at once, without asking for each of them.

Every drill polls for itself, at growing intervals of up to 30 seconds. A hundred of them that have just
started would poll a hundred times a second, more than AWS answers. So the drills of a run that work in one
unit share one session:

- How a restore job is, all of them learn from one ListRestoreJobs, which is asked again when it is older than
  a quarter of a second for each drill at work, five seconds at most. One that is not listed yet is described.
- All other polling (`describe_…`) has one rate a unit, ten a second, and waits its turn.

What is slow by that is at most the last five seconds of a wait that takes minutes, and the evidence of a
single drill is as exact as without.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

from tierkeep.aws import UnitSession
from tierkeep.drill.clock import Clock

POLLS_A_SECOND = 10.0
"""AWS does not tell the quota of each Describe call. EC2's refills its non-mutating ones with 20 requests a
second or more (EC2 developer guide, "Request throttling"); what is throttled all the same is tried again."""
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
        self._pace = _Pace(clock)

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
            self._pace.wait()
        return self._inner.call(service, operation, **parameters)

    def pages(self, service: str, operation: str, key: str, **parameters: Any) -> Iterator[Any]:
        """Every item of a listing. Raises `AwsError`."""
        if operation.startswith("describe_"):
            self._pace.wait()
        return self._inner.pages(service, operation, key, **parameters)


class _Pace:
    """One turn after the other, at equal distances."""

    def __init__(self, clock: Clock) -> None:
        self._clock, self._lock, self._next = clock, threading.Lock(), 0.0

    def wait(self) -> None:
        """Until it is one's turn."""
        with self._lock:
            now = self._clock.monotonic()
            turn = max(now, self._next)
            self._next = turn + 1 / POLLS_A_SECOND
        if turn > now:
            self._clock.sleep(turn - now)


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
