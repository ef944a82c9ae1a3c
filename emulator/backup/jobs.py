"""What backup, restore and copy jobs have in common: their course in time, and idempotency tokens."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Generic, TypeVar
from uuid import uuid4

from moto.core.exceptions import ServiceException

from emulator import clock
from emulator.backup import timing
from emulator.errors import InvalidParameterValue, InvalidRequest, ResourceNotFound

ENDED = frozenset({"COMPLETED", "FAILED", "ABORTED"})


class JobFailedError(Exception):
    """A job cannot do its work; the text becomes its status message."""


@dataclass
class Job:
    """A job.  ``running`` and ``due`` are when it begins to run and when it ends; ``waiting`` is the name of
    its first state."""

    waiting: str
    role_arn: str | None
    id: str = field(default_factory=lambda: str(uuid4()).upper())
    created: datetime = field(default_factory=clock.now)
    length: timedelta = field(default_factory=timing.job_time)
    state: str = field(default="", init=False)
    completed: datetime | None = field(default=None, init=False)
    message: str | None = field(default=None, init=False)

    def __post_init__(self) -> None:
        self.state = self.waiting

    @property
    def running(self) -> datetime:
        return self.created + self.length * timing.STARTING_SHARE

    @property
    def due(self) -> datetime:
        return self.created + self.length

    @property
    def ended(self) -> bool:
        return self.state in ENDED

    def percent_done(self) -> str:
        return "100.0" if self.state == "COMPLETED" else "0.0"

    def work(self) -> None:
        """What the job is for; done when it is due.

        :raises JobFailedError: it cannot be done.
        """
        raise NotImplementedError

    def settle(self, moment: datetime) -> None:
        """Bring the job to the state in which it is at ``moment``."""
        if self.ended:
            return
        if moment >= self.due:
            self._finish()
        elif moment >= self.running:
            self.state = "RUNNING"

    def stop(self) -> None:
        """:raises InvalidRequest: the job has ended."""
        if self.ended:
            raise InvalidRequest(f"Job {self.id} has ended and cannot be stopped")
        self.state = "ABORTED"
        self.completed = clock.now()

    def _finish(self) -> None:
        self.completed = self.due
        try:
            self.work()
        except (JobFailedError, ServiceException) as error:
            self.state = "FAILED"
            self.message = getattr(error, "message", str(error))
        else:
            self.state = "COMPLETED"


J = TypeVar("J", bound=Job)


class Jobs(Generic[J]):
    """The jobs of one kind of one account in one Region, newest first as AWS lists them."""

    def __init__(self, kind: str) -> None:
        self._kind = kind
        self._jobs: dict[str, J] = {}
        self._tokens: dict[str, tuple[dict[str, Any], J]] = {}

    def all(self) -> list[J]:
        return list(reversed(self._jobs.values()))

    def get(self, job_id: str) -> J:
        """:raises ResourceNotFound: there is no such job."""
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
        self._jobs[job.id] = job
        if token:
            self._tokens[token] = (dict(request), job)
        job.settle(clock.now())
        return job

    def due(self, moment: datetime) -> list[J]:
        """The jobs that have not ended."""
        return [job for job in self._jobs.values() if not job.ended and moment >= job.running]


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
