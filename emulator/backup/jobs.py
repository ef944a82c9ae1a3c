"""What backup, restore and copy jobs have in common: their course in time, lists, and idempotency tokens."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Generic, TypeVar
from uuid import uuid4

from moto.core.exceptions import ServiceException

from emulator import clock, faults
from emulator.backup import timing
from emulator.errors import InvalidParameterValue, InvalidRequest, ResourceNotFound

if TYPE_CHECKING:
    from emulator.backup.models import BackupBackend

ENDED = frozenset({"COMPLETED", "FAILED", "ABORTED", "EXPIRED"})

KEPT = timedelta(days=30)
"""How long a job is listed after its creation (ListBackupJobs in the AWS Backup API reference)."""


class JobFailedError(Exception):
    """A job cannot do its work; the text becomes its status message."""


@dataclass(kw_only=True)
class Job:
    """A job of ``backend``.  ``running`` and ``due`` are when it begins to run and when it ends; ``waiting``
    is the name of its first state, ``fault`` what goes wrong with it on request.
    """

    backend: "BackupBackend"
    waiting: str
    role_arn: str | None
    id: str = field(default_factory=lambda: str(uuid4()).upper())
    created: datetime = field(default_factory=clock.now)
    length: timedelta = field(default_factory=timing.job_time)
    fault: faults.Fault | None = None
    state: str = field(default="", init=False)
    completed: datetime | None = field(default=None, init=False)
    message: str | None = field(default=None, init=False)
    category: str | None = field(default=None, init=False)
    _next: clock.Entry | None = field(default=None, init=False, repr=False)

    def __post_init__(self) -> None:
        self.state = self.waiting

    @property
    def running(self) -> datetime:
        return self.created + self.length * timing.STARTING_SHARE

    @property
    def due(self) -> datetime:
        return self.created + self.length

    @property
    def deadline(self) -> datetime | None:
        """When the job expires if it has not ended by then; None is never."""
        return None

    @property
    def ended(self) -> bool:
        return self.state in ENDED

    def percent_done(self) -> str:
        return "100.0" if self.state == "COMPLETED" else "0.0"

    def about(self) -> tuple[str, ...]:
        """The ARNs of what the job is about."""
        raise NotImplementedError

    def work(self) -> None:
        """What the job is for; done when it is due.

        :raises JobFailedError: it cannot be done.
        """
        raise NotImplementedError

    def changed(self) -> None:
        """Tell of the job's new state whoever wants to know."""
        raise NotImplementedError

    def begin(self) -> None:
        """Set the job on its course."""
        self.changed()
        self._next = self.backend.agenda.at(self.running, self._run)

    def stop(self) -> None:
        """:raises InvalidRequest: the job has ended."""
        if self.ended:
            raise InvalidRequest(f"Job {self.id} has ended and cannot be stopped")
        if self._next:
            self._next.cancel()
        self._end("ABORTED", None)

    def _run(self) -> None:
        self.state = "RUNNING"
        self.changed()
        hangs = self.fault is not None and self.fault.kind == "job-hangs"
        deadline = self.deadline
        if deadline is not None and (hangs or self.due > deadline):
            self._next = self.backend.agenda.at(deadline, self._expire)
        elif not hangs:
            self._next = self.backend.agenda.at(self.due, self._finish)

    def _finish(self) -> None:
        fault = self.fault
        if fault is not None and fault.kind == "job-fails":
            self._end("FAILED", fault.message, fault.category)
            return
        try:
            self.work()
        except (JobFailedError, ServiceException) as error:
            self._end("FAILED", getattr(error, "message", str(error)))
        else:
            # The console calls a completed job that has a message "Completed with issues".
            self._end("COMPLETED", *((fault.message, fault.category) if fault else (None, "SUCCESS")))

    def _expire(self) -> None:
        self._end("EXPIRED", "The job did not complete within its completion window")

    def _end(self, state: str, message: str | None, category: str | None = None) -> None:
        self.state = state
        self.message = message
        self.category = category
        self.completed = clock.now()
        self.changed()


J = TypeVar("J", bound=Job)


class Jobs(Generic[J]):
    """The jobs of one kind of one account in one Region, newest first as AWS lists them."""

    def __init__(self, kind: str) -> None:
        self._kind = kind
        self._jobs: dict[str, J] = {}
        self._tokens: dict[str, tuple[dict[str, Any], J]] = {}

    def all(self) -> list[J]:
        self._forget_old()
        return list(reversed(self._jobs.values()))

    def get(self, job_id: str) -> J:
        """:raises ResourceNotFound: there is no such job."""
        self._forget_old()
        try:
            return self._jobs[job_id]
        except KeyError:
            raise ResourceNotFound(f"{self._kind} job {job_id} does not exist") from None

    def start(self, request: dict[str, Any], make: Callable[[], J]) -> J:
        """The job that ``make`` makes, or the one that the request's IdempotencyToken has made before.

        :raises InvalidParameterValue: the token was used for another request.
        """
        token = request.get("IdempotencyToken")
        if token and token in self._tokens:
            earlier, job = self._tokens[token]
            if earlier != request:
                raise InvalidParameterValue("Idempotency token already used")
            return job
        job = make()
        self.add(job)
        if token:
            self._tokens[token] = (dict(request), job)
        clock.settle()
        return job

    def add(self, job: J) -> None:
        """Set ``job`` on its course."""
        self._forget_old()
        job.fault = faults.of_job(f"Start{self._kind}Job", *job.about())
        self._jobs[job.id] = job
        job.begin()

    def _forget_old(self) -> None:
        oldest = clock.now() - KEPT
        old = []
        for job in self._jobs.values():
            if job.created >= oldest:
                break
            if job.ended:
                old.append(job.id)
        if not old:
            return
        for job_id in old:
            del self._jobs[job_id]
        self._tokens = {token: made for token, made in self._tokens.items() if made[1].id in self._jobs}


def within(params: dict[str, Any], job: Job) -> bool:
    """Whether a job fits the filters by time that every list of jobs has."""
    return (
        _before(job.created, params.get("ByCreatedBefore"))
        and _after(job.created, params.get("ByCreatedAfter"))
        and _before(job.completed, params.get("ByCompleteBefore"))
        and _after(job.completed, params.get("ByCompleteAfter"))
    )


def _before(moment: datetime | None, limit: datetime | None) -> bool:
    return limit is None or (moment is not None and moment < limit)


def _after(moment: datetime | None, limit: datetime | None) -> bool:
    return limit is None or (moment is not None and moment > limit)
