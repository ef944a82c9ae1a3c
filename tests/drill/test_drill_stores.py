"""Stores: what holds of a folder and of a bucket alike, and that of several writers one can write."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import boto3
import pytest
from drill_world import REGION
from hypothesis import given
from hypothesis import strategies as st
from moto import mock_aws
from shared_bucket import BucketClock, SharedBucket, lost

import emulator
from tierkeep.aws import AwsError, Bucket, NotAsExpectedError, open_bucket
from tierkeep.drill.clock import Clock, SystemClock
from tierkeep.drill.errors import BusyError, FencedError, JournalDamagedError, ScopeError
from tierkeep.drill.journal import Journal
from tierkeep.drill.stores import LEASE_SECONDS, BucketStore, LocalStore, Store, open_store


def bucket_store(bucket: Any) -> BucketStore:
    return BucketStore(bucket, "drills")


@contextmanager
def emulated_bucket() -> Iterator[Bucket]:
    """A bucket of the emulator, by the real client."""
    emulator.install()
    with pytest.MonkeyPatch.context() as patch, mock_aws():
        for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
            patch.setenv(name, "testing")
        boto3.client("s3", region_name=REGION).create_bucket(
            Bucket="shared", CreateBucketConfiguration={"LocationConstraint": REGION}
        )
        yield open_bucket("shared")


@pytest.fixture(params=["folder", "memory", "emulator"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    """Each of them."""
    if request.param == "folder":
        yield LocalStore(tmp_path)
    elif request.param == "memory":
        yield bucket_store(SharedBucket())
    else:
        with emulated_bucket() as bucket:
            yield bucket_store(bucket)


CLOCK = SystemClock()


def events(store: Store, drill_id: str = "drill-1") -> list[str]:
    return [entry["event"] for entry in store.read(drill_id) if entry["event"] != "taken-over"]


def test_a_journal_has_one_holder_and_keeps_its_events(store: Store) -> None:
    """It cannot be taken while it is held, nor made twice; once it is given up another goes on with it."""
    assert not store.has_journals()
    journal = store.create("drill-1", clock=CLOCK)
    with pytest.raises(FileExistsError):
        store.create("drill-1", clock=CLOCK)
    journal.append("started", text="é")
    assert store.lease_left("drill-1") != 0
    with pytest.raises(BusyError):
        store.resume("drill-1", clock=CLOCK)
    with pytest.raises(FileExistsError):
        store.create("drill-1", clock=CLOCK)
    journal.beat()
    journal.close()
    assert store.lease_left("drill-1") == 0
    again = store.resume("drill-1", clock=CLOCK)
    assert again.entries[0]["text"] == "é"
    again.append("seen")
    again.append_late("late")
    again.append("finished")
    again.close()
    assert events(store) == ["started", "seen", "late", "finished"]
    assert store.drill_ids() == ("drill-1",)
    assert store.has_journals()


def test_a_resource_has_one_drill(store: Store) -> None:
    """Its lock cannot be taken while the drill that has it is at work, and can afterwards."""
    first, second = (store.create(name, clock=CLOCK) for name in ("drill-1", "drill-2"))
    for journal in (first, second):
        journal.append("started")

    def lock(drill_id: str, resource_arn: str = "arn") -> Any:
        return store.exclusive(resource_arn=resource_arn, drill_id=drill_id, clock=CLOCK)

    with lock("drill-1"):
        with pytest.raises(BusyError, match="drill-1"), lock("drill-2"):
            pass
        with lock("drill-2", "another"):
            pass
        first.append("finished")
        first.close()
    with lock("drill-2"):
        pass


def test_documents_are_replaced(store: Store) -> None:
    """The text, and where it is told to be."""
    assert store.write("a.json", "1") == store.write("a.json", "2 é")
    assert store.write("a.html", "1").endswith("a.html")
    assert not store.has_journals()


def test_a_place_is_a_folder_or_a_bucket_with_a_prefix() -> None:
    """What it is told as is what it was asked for as."""
    assert str(open_store("evidence/of drills")) == "evidence/of drills"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TIERKEEP_ENDPOINT", "http://127.0.0.1:1")
        assert str(open_store("s3://school/drills/")) == "s3://school/drills"
    for wrong in ("s3://", "s3://school", "s3://school/", "s3:///drills"):
        with pytest.raises(ScopeError, match="s3://bucket/drills"):
            open_store(wrong)


def test_a_bucket_in_memory_behaves_as_the_emulators() -> None:
    """Conditional writes, ages and listings: what is shown on the one holds on the other."""
    with emulated_bucket() as emulated:
        for bucket in (emulated, SharedBucket()):
            first = bucket.write("p/a", b"1", metadata={"x": "1"}, replacing=None)
            for replacing in (None, "another"):
                with pytest.raises(NotAsExpectedError):
                    bucket.write("p/a", b"2", metadata={}, replacing=replacing)
            with pytest.raises(NotAsExpectedError):
                bucket.write("p/b", b"2", metadata={}, replacing=first)
            assert bucket.write("p/a", b"1", metadata={"x": "2"}, replacing=first) == first
            found = bucket.read("p/a")
            assert found is not None
            assert (found.body, found.etag, dict(found.metadata)) == (b"1", first, {"x": "2"})
            assert found.age_seconds <= 1
            assert bucket.read("p/b") is None
            assert list(bucket.keys("p/")) == ["p/a"]


class Machine:
    """One machine that shares the bucket, with its own clock."""

    def __init__(self, bucket: SharedBucket, ahead: float = 0.0) -> None:
        self.store = bucket_store(bucket)
        self.clock = BucketClock(bucket, ahead)

    def create(self, drill_id: str = "drill-1") -> Journal:
        return self.store.create(drill_id, clock=self.clock)

    def resume(self, drill_id: str = "drill-1") -> Journal:
        return self.store.resume(drill_id, clock=self.clock)


def test_whoever_shows_no_sign_of_life_loses_its_journal_and_notices() -> None:
    """By S3's clock, whatever the machines' own say; a holder that shows itself keeps it for ever."""
    bucket = SharedBucket()
    drill, other = Machine(bucket, ahead=-3000), Machine(bucket, ahead=5000)
    journal = drill.create()
    journal.append("started")
    for _ in range(40):
        bucket.seconds += 50
        journal.beat()
        with pytest.raises(BusyError):
            other.resume()
    bucket.seconds += LEASE_SECONDS - 60
    with pytest.raises(BusyError, match="gone in 60 s"):
        other.resume()
    bucket.seconds += 61
    taken = other.resume()
    for act in (journal.beat, lambda: journal.append("intent")):
        with pytest.raises(FencedError, match="taken over"):
            act()
    journal.close()
    taken.append("finished")
    assert [entry["event"] for entry in other.store.read("drill-1")] == ["started", "taken-over", "finished"]


def test_a_lost_answer_is_no_lost_journal() -> None:
    """A write that was done though its answer was lost is known as this process's own; one that was not is
    sent again; and one that never is done stops the drill as a disk does that cannot be written."""
    bucket = SharedBucket()
    machine = Machine(bucket)
    bucket.lose = [True]
    journal = machine.create()
    bucket.lose, bucket.refuse = [True], [True, False]
    journal.append("started")
    bucket.refuse = [True] * 3
    journal.append("intent")
    bucket.refuse = [True] * 50
    with pytest.raises(OSError, match="no answer"):
        journal.append("done")
    journal.beat()
    bucket.refuse = []
    journal.append("done")
    assert events(machine.store) == ["started", "intent", "done"]


def test_what_a_process_did_while_it_hung_is_told() -> None:
    """The one line that may still be written: whoever holds the journal by then notices and stops."""
    bucket = SharedBucket()
    drill, other = Machine(bucket), Machine(bucket)
    journal = drill.create()
    journal.append("started")
    bucket.seconds += LEASE_SECONDS
    taken = other.resume()
    with pytest.raises(FencedError):
        journal.append("done")
    journal.append_late("late")
    with pytest.raises(FencedError):
        taken.append("finished")
    assert events(other.store) == ["started", "late"]


def test_a_journal_that_is_gone_or_damaged_stops_whoever_writes_it() -> None:
    """It was moved away by hand: nothing more may be done. What cannot be read is no free lock."""
    bucket = SharedBucket()
    machine = Machine(bucket)
    journal = machine.create()
    journal.append("started")
    [key] = bucket.keys("drills/journal/")
    kept = bucket.objects.pop(key)
    with pytest.raises(FencedError, match="gone"):
        journal.append("intent")
    with pytest.raises(FileNotFoundError):
        machine.store.read("drill-1")
    with machine.store.exclusive(resource_arn="arn", drill_id="drill-1", clock=machine.clock):
        pass
    bucket.objects[key] = (b"nonsense\n", kept[1], kept[2])
    with pytest.raises(JournalDamagedError):
        machine.store.read("drill-1")
    with (
        pytest.raises(BusyError, match="not known"),
        machine.store.exclusive(resource_arn="arn", drill_id="drill-2", clock=machine.clock),
    ):
        pass


def test_the_lock_of_a_dead_drill_is_free_and_it_can_do_no_more() -> None:
    """A drill that takes the lock of one that hung has fenced it first."""
    bucket = SharedBucket()
    first, second = Machine(bucket), Machine(bucket)
    hung = first.create("drill-1")
    hung.append("started")
    second.create("drill-2").append("started")
    with first.store.exclusive(resource_arn="arn", drill_id="drill-1", clock=first.clock):
        bucket.seconds += LEASE_SECONDS
        with (
            second.store.exclusive(resource_arn="arn", drill_id="drill-2", clock=second.clock),
            pytest.raises(FencedError),
        ):
            hung.append("intent")
    # Its journal is free for a sweep at once.
    assert second.store.lease_left("drill-1") == 0


def test_what_s3_refuses_is_an_os_error(monkeypatch: pytest.MonkeyPatch) -> None:
    """As every place raises it that cannot be read or written."""
    bucket = SharedBucket()
    machine = Machine(bucket)
    machine.create().append("started")

    def refused(*_args: object, **_named: object) -> Any:
        raise lost("any")

    for name in ("read", "keys", "put", "now"):
        monkeypatch.setattr(bucket, name, refused)
    for act in (
        lambda: machine.store.read("drill-1"),
        machine.store.drill_ids,
        lambda: machine.store.write("a.json", ""),
        lambda: machine.store.clock(machine.clock),
    ):
        with pytest.raises(OSError, match="no answer"):
            act()
    assert issubclass(AwsError, Exception)


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["drill", "sweep 1", "sweep 2"]),
        st.sampled_from(["append", "append", "append", "beat", "resume", "resume", "late", "close", "wait"]),
        st.sampled_from(["answered", "answered", "lost", "refused"]),
    ),
    min_size=8,
    max_size=40,
)


@given(steps=STEPS)
def test_of_a_drill_and_two_sweeps_one_writes_at_a_time(steps: list[tuple[str, str, str]]) -> None:
    """However they are interleaved, and whichever answers are lost: what was written for one is there, in
    its order, and none writes once another has taken over, but for the line that says what it did late."""
    bucket = SharedBucket()
    actors = {name: Machine(bucket) for name in ("drill", "sweep 1", "sweep 2")}
    journals: dict[str, Journal] = {"drill": actors["drill"].create()}
    written: list[tuple[str, int]] = []
    for number, (name, act, answer) in enumerate(steps):
        bucket.lose = [answer == "lost"]
        bucket.refuse = [answer == "refused"]
        try:
            _step(actors[name], journals, name, act, number, bucket, written)
        except (BusyError, FencedError):
            journals.pop(name, None)
    bucket.lose, bucket.refuse = [], []
    entries = actors["drill"].store.read("drill-1")
    noted = [entry for entry in entries if entry["event"] != "taken-over"]
    assert [(entry["by"], entry["number"]) for entry in noted] == written
    holder, taken_over = "drill", 0
    for entry in entries:
        if entry["event"] == "taken-over":
            taken_over += 1
            holder = ""
        else:
            holder = holder or entry["by"]
            assert entry["by"] == holder, entries


def _step(
    machine: Machine,
    journals: dict[str, Journal],
    name: str,
    act: str,
    number: int,
    bucket: SharedBucket,
    written: list[tuple[str, int]],
) -> None:
    if act == "wait":
        bucket.seconds += LEASE_SECONDS
    elif act == "resume":
        if name not in journals:
            journals[name] = machine.resume()
    elif name in journals:
        journal = journals[name]
        changes: dict[str, Callable[[], None]] = {
            "append": lambda: journal.append("noted", by=name, number=number),
            "late": lambda: journal.append_late("noted", by=name, number=number),
            "beat": journal.beat,
            "close": journal.close,
        }
        changes[act]()
        if act in ("append", "late"):
            written.append((name, number))
        if act == "close":
            del journals[name]


def test_machines_date_alike(tmp_path: Path) -> None:
    """Whose clock is off dates what it writes by S3's; in a folder there is one clock."""
    bucket = SharedBucket()
    machine = Machine(bucket, ahead=7200)
    clock: Clock = machine.store.clock(machine.clock)
    assert clock.now() == bucket.now("")
    clock.sleep(5)
    assert clock.monotonic() == bucket.seconds == 5
    assert LocalStore(tmp_path).clock(machine.clock) is machine.clock
