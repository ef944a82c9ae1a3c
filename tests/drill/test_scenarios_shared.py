"""What drills of a run share: one listing of restore jobs, and a rate for everything else that is polled."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

from drill_world import FakeClock

from tierkeep.aws import UnitSession
from tierkeep.drill.scenarios.sharing import (
    BURST,
    MOST_FRESH_SECONDS,
    POLLS_A_SECOND,
    SharedSession,
)


class Answering:
    """A session that knows two restore jobs, of which the second is not listed yet."""

    unit, account_id, region, partition = "one/eu-west-1", "1", "eu-west-1", "aws"

    def __init__(self, clock: FakeClock) -> None:
        self._clock = clock
        self.calls: Counter[str] = Counter()
        self.at: list[float] = []

    def call(self, _service: str, operation: str, **parameters: Any) -> dict[str, Any]:
        self.calls[operation] += 1
        self.at.append(self._clock.monotonic())
        return {"RestoreJobId": parameters.get("RestoreJobId"), "told_by": operation}

    def pages(self, _service: str, operation: str, _key: str, **_parameters: Any) -> Iterator[Any]:
        self.calls[operation] += 1
        yield {"RestoreJobId": "job-1", "told_by": operation}


def shared(inner: Answering, clock: FakeClock, at_work: int) -> SharedSession:
    as_session: Any = inner
    session: UnitSession = as_session
    return SharedSession(session, clock=clock, at_work=lambda: at_work, since=clock.now())


def ask(session: SharedSession, job: str) -> str:
    told: str = session.call("backup", "describe_restore_job", RestoreJobId=job)["told_by"]
    return told


def test_a_drill_by_itself_shares_nothing() -> None:
    """Its job is described anew each time: what it measures is as exact as without a run."""
    clock = FakeClock()
    inner = Answering(clock)
    session = shared(inner, clock, at_work=1)
    assert [ask(session, "job-1") for _ in range(3)] == ["describe_restore_job"] * 3
    assert inner.calls == {"describe_restore_job": 3}


def test_many_learn_of_their_jobs_from_one_listing() -> None:
    """Not older than five seconds; a job that is not listed yet is described."""
    clock = FakeClock()
    inner = Answering(clock)
    session = shared(inner, clock, at_work=100)
    assert {ask(session, "job-1") for _ in range(100)} == {"list_restore_jobs"}
    assert inner.calls == {"list_restore_jobs": 1}
    assert ask(session, "job-2") == "describe_restore_job"
    clock.sleep(MOST_FRESH_SECONDS - 0.1)
    ask(session, "job-1")
    assert inner.calls["list_restore_jobs"] == 1
    clock.sleep(0.1)
    ask(session, "job-1")
    assert inner.calls["list_restore_jobs"] == 2


def test_polling_has_a_rate_and_changes_have_none() -> None:
    """As many at once as the bucket holds, then as many a second as come back; each operation by itself."""
    clock = FakeClock()
    inner = Answering(clock)
    session = shared(inner, clock, at_work=100)
    for _ in range(BURST):
        session.call("ec2", "describe_volumes")
    assert clock.monotonic() == 0.0
    for _ in range(40):
        session.call("ec2", "describe_volumes")
    assert abs(clock.monotonic() - 40 / POLLS_A_SECOND) < 1e-6
    before = clock.monotonic()
    session.call("ec2", "describe_snapshots")
    for _ in range(100):
        session.call("ec2", "delete_volume")
    assert clock.monotonic() == before
    clock.sleep(1000.0)
    for _ in range(BURST):
        session.call("ec2", "describe_volumes")
    assert clock.monotonic() == before + 1000.0
