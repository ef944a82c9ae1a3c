"""All that is stored in a unit as one stream of records, read by several threads at once.

In this order: resources, jobs, then recovery points, snapshots and images, then what Data Lifecycle Manager
copied to other Regions, which is told by what it copied, and last the keys of all that. Each listing ends
with `Whole`, or with `Incomplete` and why. Threads read ahead, but only so far: memory does not grow with
what is stored.
"""

import queue
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import islice
from typing import TypeAlias

from tierkeep.aws import AwsError, UnitSession, WrongAccountError
from tierkeep.desired.model import DesiredUnit, UnitId
from tierkeep.validate.stored.read_jobs import read_backup_jobs, read_copy_jobs, read_restore_jobs
from tierkeep.validate.stored.read_keys import with_keys
from tierkeep.validate.stored.read_points import read_points
from tierkeep.validate.stored.read_resources import (
    read_clusters,
    read_databases,
    read_file_systems,
    read_instances,
    read_volumes,
)
from tierkeep.validate.stored.read_snapshots import (
    read_fast_restores,
    read_images,
    read_snapshot_copies,
    read_snapshots,
)
from tierkeep.validate.stored.read_tables_and_buckets import read_buckets, read_tables
from tierkeep.validate.stored.records import Incomplete, Record, Whole
from tierkeep.validate.stored.scope import StoredScope
from tierkeep.validate.unread import INTERRUPTED, Unread

READERS = 4
"""The most listings of a unit that are read at the same time: AWS limits the rate of each of its services by
account and Region, and botocore's adaptive retries slow down where it says so."""

BATCH = 250
"""So many records go from a reader to whoever waits for them together."""

AHEAD = 8
"""The most batches that wait."""

LOOK_SECONDS = 0.1
"""How often whoever waits looks whether to stop."""

_Read: TypeAlias = Callable[[], Iterator[Record]]
_Reader: TypeAlias = Callable[[UnitSession, StoredScope], Iterator[Record]]

_RESOURCES: dict[str, _Reader] = {
    "resources/ec2": read_instances,
    "resources/ebs": read_volumes,
    "resources/rds": read_databases,
    "resources/aurora": read_clusters,
    "resources/dynamodb": read_tables,
    "resources/efs": read_file_systems,
    "resources/s3": read_buckets,
}
_JOBS: dict[str, _Reader] = {
    "jobs/backup": read_backup_jobs,
    "jobs/copy": read_copy_jobs,
    "jobs/restore": read_restore_jobs,
}
_KEPT: dict[str, _Reader] = {
    "snapshots": read_snapshots,
    "images": read_images,
    "fast-restores": read_fast_restores,
}


def records(
    session: UnitSession,
    scope: StoredScope,
    *,
    session_in: Callable[[DesiredUnit, str], UnitSession],
    stop: threading.Event,
) -> Iterator[Record]:
    """Everything that the scope names. `session_in` opens a unit's account in a Region.

    What AWS refuses is in the stream; other errors are bugs and are raised. Once `stop` is set, the listings
    that have not ended are incomplete, and the stream ends.
    """
    readers: tuple[Mapping[str, _Reader], ...] = (_RESOURCES, _JOBS, _KEPT)
    resources, jobs, kept = (
        {name: partial(read, session, scope) for name, read in each.items()} for each in readers
    )
    sessions = _Sessions(session_in)
    copies = {
        f"snapshots/{region}": partial(_copies, sessions, scope, region) for region in scope.copy_regions
    }
    points = _points(session, scope, sessions)
    in_order: tuple[Mapping[str, _Read], ...] = (resources, jobs, {**kept, **points}, copies)
    yield from with_keys(_read([_Phase(each) for each in in_order], stop), session, scope, stop)


def _copies(sessions: "_Sessions", scope: StoredScope, region: str) -> Iterator[Record]:
    return read_snapshot_copies(sessions.of(scope.unit, region), scope)


def _points(session: UnitSession, scope: StoredScope, sessions: "_Sessions") -> dict[str, _Read]:
    """How the recovery points of each vault are read."""
    own = {arn: partial(_own_points, session, arn, there) for arn, there in scope.vaults.items()}
    others = {arn: partial(_points_of, sessions, arn, unit) for arn, unit in scope.elsewhere.items()}
    return {f"points/{arn}": read for arn, read in {**own, **others}.items()}


def _own_points(session: UnitSession, arn: str, there: bool | Unread) -> Iterator[Record]:  # noqa: FBT001
    # Asked for a vault that is not there, AWS Backup may say that access is denied; the listing knows.
    return iter(()) if there is False else read_points(session, arn)


def _points_of(sessions: "_Sessions", arn: str, unit: DesiredUnit | None) -> Iterator[Record]:
    if unit is None:
        raise _Unreadable(_no_unit(arn))
    try:
        yield from read_points(sessions.of(unit, unit.id.region), arn)
    except AwsError as error:
        # Where the vault is not there, no copy is.
        if not error.not_found:
            raise


def _no_unit(arn: str) -> Unread:
    return Unread(
        service="tierkeep", operation="validate", code="NoUnit", message=f"no unit of the catalog has {arn}"
    )


class _Unreadable(Exception):  # noqa: N818 - what it carries
    def __init__(self, cause: Unread) -> None:
        super().__init__(str(cause))
        self.cause = cause


class _Sessions:
    """Sessions elsewhere, each opened once, by whichever thread needs it first."""

    def __init__(self, open_in: Callable[[DesiredUnit, str], UnitSession]) -> None:
        self._open_in = open_in
        self._opened: dict[tuple[UnitId, str], UnitSession] = {}
        self._lock = threading.Lock()

    def of(self, unit: DesiredUnit, region: str) -> UnitSession:
        """In the account of a unit, as its role. Raises `AwsError` and `WrongAccountError`."""
        with self._lock:
            if (unit.id, region) not in self._opened:
                self._opened[unit.id, region] = self._open_in(unit, region)
            return self._opened[unit.id, region]


@dataclass
class _Phase:
    """Listings that are read side by side, and what has been read of them and not been handed on yet."""

    streams: Mapping[str, _Read]
    batches: "queue.Queue[Sequence[Record] | BaseException]" = field(
        default_factory=lambda: queue.Queue(maxsize=AHEAD)
    )


def _read(phases: Sequence[_Phase], stop: threading.Event) -> Iterator[Record]:
    # Who is given the first streams first never waits for a reader that waits for its turn itself.
    waiting: queue.SimpleQueue[tuple[_Phase, str]] = queue.SimpleQueue()
    for phase in phases:
        for name in phase.streams:
            waiting.put((phase, name))
    done = threading.Event()
    for _ in range(READERS):
        threading.Thread(target=_work, args=(waiting, done), daemon=True).start()
    try:
        for phase in phases:
            yield from _hand_on(phase, stop, done)
    finally:
        # Whoever has heard enough leaves no reader behind.
        done.set()


def _hand_on(phase: _Phase, stop: threading.Event, done: threading.Event) -> Iterator[Record]:
    going = dict.fromkeys(phase.streams)
    while going:
        if stop.is_set():
            done.set()  # nothing more is read; what has been read is handed on all the same
        try:
            batch = phase.batches.get(timeout=0 if done.is_set() else LOOK_SECONDS)
        except queue.Empty:
            if done.is_set():
                break
            continue
        if isinstance(batch, BaseException):
            raise batch
        for record in batch:
            if isinstance(record, Whole | Incomplete):
                del going[record.stream]
            yield record
    for name in going:
        yield Incomplete(stream=name, cause=INTERRUPTED)


def _work(waiting: "queue.SimpleQueue[tuple[_Phase, str]]", done: threading.Event) -> None:
    while not done.is_set():
        try:
            phase, name = waiting.get_nowait()
        except queue.Empty:
            return
        try:
            for batch in _batches(_with_its_end(name, phase.streams[name])):
                if not _put(phase, batch, done):
                    return
        except BaseException as error:  # noqa: BLE001  # raised again where the records are waited for
            _put(phase, error, done)
            return


def _with_its_end(name: str, read: _Read) -> Iterator[Record]:
    try:
        yield from read()
    except (AwsError, WrongAccountError) as error:
        yield Incomplete(stream=name, cause=Unread.because(error))
    except _Unreadable as error:
        yield Incomplete(stream=name, cause=error.cause)
    else:
        yield Whole(stream=name)


def _batches(stream: Iterator[Record]) -> Iterator[Sequence[Record]]:
    while batch := list(islice(stream, BATCH)):
        yield batch


def _put(phase: _Phase, batch: Sequence[Record] | BaseException, done: threading.Event) -> bool:
    """Whether it was put: not if nobody waits for it any more."""
    while not done.is_set():
        try:
            phase.batches.put(batch, timeout=LOOK_SECONDS)
        except queue.Full:
            continue
        return True
    return False
