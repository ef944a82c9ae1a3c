"""Counts of jobs: ListBackupJobSummaries and the like, of one account and Region.

From these operations in the AWS Backup API reference: ONE_DAY counts each of the last 14 days, SEVEN_DAYS and
FOURTEEN_DAYS the last 7 and 14 days together; AGGREGATE_ALL adds all values up, ANY (as no value at all)
counts each one.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import Any

from emulator import clock

DAYS = {"ONE_DAY": 1, "SEVEN_DAYS": 7, "FOURTEEN_DAYS": 14}
DEFAULT_PERIOD = "ONE_DAY"
DAILY_COUNTS = 14

AGGREGATED = "AGGREGATE_ALL"

Job = dict[str, Any]


def summaries(
    jobs: Iterable[Job], region: str, wanted: dict[str, str | None], period: str
) -> list[dict[str, Any]]:
    """The counts of ``jobs`` (as they are described, each with its State) by the members of ``wanted``.

    ``wanted`` maps State, ResourceType and so on to what the request wants of it.
    """
    jobs = list(jobs)
    found = []
    for start, end in _spans(period):
        counts = Counter(
            key
            for job in jobs
            if start <= job["CreationDate"] < end and (key := _key(job, wanted)) is not None
        )
        for key, count in sorted(counts.items()):
            members = dict(zip(wanted, key, strict=True))
            found.append({"Region": region, **members, "Count": count, "StartTime": start, "EndTime": end})
    return found


def _spans(period: str) -> Iterator[tuple[datetime, datetime]]:
    length = timedelta(days=DAYS[period])
    # A job that was made this very moment counts.
    end = clock.now() + timedelta(microseconds=1)
    for _ in range(DAILY_COUNTS if period == "ONE_DAY" else 1):
        yield end - length, end
        end -= length


def _key(job: Job, wanted: dict[str, str | None]) -> tuple[str, ...] | None:
    """What a job counts for; None if the request does not want it."""
    values = []
    for member, want in wanted.items():
        value = str(job.get(member) or "")
        if want not in (None, "ANY", AGGREGATED, value):
            return None
        values.append(AGGREGATED if want == AGGREGATED else value)
    return tuple(values)
