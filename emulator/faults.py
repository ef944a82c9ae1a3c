"""Faults on request: what goes wrong at AWS, made to go wrong here.

A fault says what happens (its ``kind``), to which requests or jobs (``service``, ``operation``,
``resource``), and how often (``times``, ``probability``).  ``POST /emulator/faults`` adds one, and so does
:func:`add`::

    faults.add("throttling", service="ec2", operation="DescribeVolumes", times=3)
    faults.add("job-hangs", operation="StartCopyJob")     # a copy that never arrives
    faults.add("corruption", resource="table/orders")     # what is restored is damaged

======================  ==================================================================================
``throttling``          the request is refused with the service's own throttling error
``access-denied``       it is refused with the service's own error of that meaning
``internal-failure``    it is refused with a 500, ``unavailable`` with a 503 where the service has one
``timeout``             no answer: the connection is held for ``seconds``, then closed
``eventual-consistency``  reads do not know for ``seconds`` (by the emulator's clock) what Create and Start
                        operations have made.  AWS Backup and DLM only.
``job-fails``           jobs that start while the fault stands end FAILED with ``message``
``job-hangs``           they stay RUNNING
``job-has-issues``      they end COMPLETED with ``message`` and, where jobs have one, the message category
                        ``category``: what the console calls "Completed with issues" (AWS Backup API
                        reference, BackupJob.State)
``corruption``          restoring a recovery point gives damaged data
``truncation``          restoring one gives what a dump that ends half-way through the rows would: of
                        databases on PostgreSQL only
======================  ==================================================================================

For jobs, ``operation`` is the one that starts them: StartBackupJob, StartCopyJob or StartRestoreJob, also
where a plan starts them.
"""

import random
import threading
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from typing import Any, Protocol, TypeVar

REQUEST_KINDS = ("throttling", "access-denied", "internal-failure", "unavailable", "timeout")
JOB_KINDS = ("job-fails", "job-hangs", "job-has-issues")
KINDS = (*REQUEST_KINDS, "eventual-consistency", *JOB_KINDS, "corruption", "truncation")
CONSISTENT_SERVICES = ("*", "backup", "dlm")

T = TypeVar("T")


@dataclass
class Fault:
    """A fault.  ``*`` stands for every service, operation or resource.

    ``resource`` is a part of what the request says or of the ARNs of the job or recovery point; ``times`` is
    how often the fault still happens (None: for ever); ``probability`` is decided by a generator that is
    seeded with ``seed``, so that a run can be repeated.
    """

    id: int
    kind: str
    service: str = "*"
    operation: str = "*"
    resource: str = "*"
    times: int | None = None
    probability: float = 1.0
    seed: int = 0
    seconds: float = 1.0
    message: str = "Injected by the emulator on request"
    category: str = "FAULT_INJECTED"
    _random: random.Random = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"{self.kind!r} is not a kind of fault; there are {', '.join(KINDS)}")
        if not 0 <= self.probability <= 1:
            raise ValueError(f"probability {self.probability} is not within 0 and 1")
        if self.times is not None and self.times < 1:
            raise ValueError(f"times is {self.times}; it is at least 1, or left out for ever")
        if self.seconds < 0:
            raise ValueError(f"seconds is {self.seconds}")
        if self.kind == "eventual-consistency" and self.service not in CONSISTENT_SERVICES:
            raise ValueError(f"reads can be made to lag for backup and dlm, not for {self.service}")
        self._random = random.Random(self.seed)  # noqa: S311  # nothing secret

    def concerns(self, service: str, operation: str, *names: str) -> bool:
        return (
            self.service in ("*", service)
            and self.operation in ("*", operation)
            and (self.resource == "*" or any(self.resource in name for name in names))
        )

    def happens(self) -> bool:
        """Whether it happens this time, which uses one of its times up."""
        if self.times == 0 or self._random.random() >= self.probability:
            return False
        if self.times is not None:
            self.times -= 1
        return True

    def described(self) -> dict[str, Any]:
        return {name: value for name, value in asdict(self).items() if not name.startswith("_")}


@dataclass(frozen=True)
class Corruption:
    """How the data of a recovery point is damaged: always in the same way for the same recovery point."""

    seed: str

    def of_bytes(self, data: bytes) -> bytes:
        """``data`` with one byte changed; nothing can be changed where there is none."""
        if not data:
            return data
        place = random.Random(self.seed).randrange(len(data))  # noqa: S311
        return data[:place] + bytes([data[place] ^ 0xFF]) + data[place + 1 :]

    def of_items(self, items: list[T]) -> list[T]:
        """``items`` (rows, objects) without one of them."""
        if not items:
            return items
        lost = random.Random(self.seed).randrange(len(items))  # noqa: S311
        return items[:lost] + items[lost + 1 :]


class Point(Protocol):
    """What is asked of a recovery point here."""

    arn: str
    vault_arn: str
    resource_arn: str


_LOCK = threading.RLock()
_faults: dict[int, Fault] = {}
_decided: dict[tuple[int, str], bool] = {}
_ids: Iterator[int] = iter(range(1, 2**63))


def add(kind: str, **settings: Any) -> Fault:
    """Add a fault; ``settings`` are the members of :class:`Fault`.

    :raises ValueError: a setting is not one, or its value is out of range.
    """
    unknown = settings.keys() - (Fault.__dataclass_fields__.keys() - {"id", "kind", "_random"})
    if unknown:
        raise ValueError(f"a fault has no {', '.join(sorted(unknown))}")
    for name, value in settings.items():
        _check_type(name, value)
    with _LOCK:
        fault = Fault(next(_ids), kind, **settings)
        _faults[fault.id] = fault
    return fault


def _check_type(name: str, value: object) -> None:
    numbers: dict[str, tuple[type, ...]] = {
        "times": (int, type(None)), "seed": (int,), "probability": (int, float), "seconds": (int, float)
    }  # fmt: skip
    if isinstance(value, bool) or not isinstance(value, numbers.get(name, (str,))):
        raise ValueError(f"{name} cannot be {value!r}")  # noqa: TRY004  # of a request as much as of a caller


def standing() -> list[Fault]:
    """The faults that have been added and not removed, also those whose times are used up."""
    with _LOCK:
        return list(_faults.values())


def remove(fault_id: int) -> None:
    """:raises ValueError: there is no such fault."""
    with _LOCK:
        if fault_id not in _faults:
            raise ValueError(f"there is no fault {fault_id}")
        del _faults[fault_id]


def clear() -> None:
    """Remove every fault."""
    with _LOCK:
        _faults.clear()
        _decided.clear()


def of_request(service: str, operation: str, text: str) -> Fault | None:
    """The fault that happens to a request, if one does; ``text`` is all that the request says."""
    return _first(REQUEST_KINDS, service, operation, text)


def of_job(operation: str, *arns: str) -> Fault | None:
    """The fault that happens to a job which ``operation`` starts and which is about ``arns``, if one does.

    To be asked once, when the job is made.
    """
    return _first(JOB_KINDS, "backup", operation, *arns)


def lag_seconds(service: str, operation: str) -> float:
    """How long reads do not know what ``operation`` makes; 0 where they are consistent."""
    fault = _first(("eventual-consistency",), service, operation)
    return fault.seconds if fault else 0.0


def corruption(point: Point) -> Corruption | None:
    """How the data of ``point`` is damaged, or None if it is not."""
    fault = _of_point("corruption", point)
    return Corruption(f"{fault.seed}:{point.arn}") if fault else None


def truncation(point: Point) -> bool:
    """Whether the data of ``point`` ends too early."""
    return _of_point("truncation", point) is not None


def _of_point(kind: str, point: Point) -> Fault | None:
    """Decided once for each recovery point, so that a damaged one stays damaged."""
    with _LOCK:
        for fault in _faults.values():
            names = (point.arn, point.vault_arn, point.resource_arn)
            if fault.kind != kind or not fault.concerns("backup", "StartRestoreJob", *names):
                continue
            decision = (fault.id, point.arn)
            if decision not in _decided:
                _decided[decision] = fault.happens()
            if _decided[decision]:
                return fault
    return None


def _first(kinds: tuple[str, ...], service: str, operation: str, *names: str) -> Fault | None:
    if not _faults:
        return None
    with _LOCK:
        for fault in _faults.values():
            if fault.kind in kinds and fault.concerns(service, operation, *names) and fault.happens():
                return fault
    return None
