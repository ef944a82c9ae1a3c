"""How long jobs take."""

from datetime import timedelta

STARTING_SHARE = 0.2
"""The share of a job's time in which it waits to run."""

_job_time = timedelta(seconds=1)


def job_time() -> timedelta:
    """How long a job takes by the emulator's clock, from creation to its end."""
    return _job_time


def set_job_seconds(seconds: float) -> None:
    """Set how long jobs that start from now on take; 0 has them done at the next request."""
    global _job_time  # noqa: PLW0603  # there is one for the whole process
    _job_time = timedelta(seconds=seconds)
