"""Who judges what is stored in a unit, whether it has just been read or comes from a file."""

from datetime import datetime, timedelta
from typing import Protocol

from tierkeep.desired.model import DesiredState, DesiredUnit
from tierkeep.promises.cron import ScheduleError
from tierkeep.validate.findings import Finding, Unknown
from tierkeep.validate.observed import ObservedUnit
from tierkeep.validate.stored.integrity import longest_untested
from tierkeep.validate.stored.judge import StoredJudge
from tierkeep.validate.stored.lines import UnitHead
from tierkeep.validate.stored.records import Record
from tierkeep.validate.stored_checks import STORED_CHECKS
from tierkeep.validate.unread import Unread

LONGEST_SINCE_DAYS = 30
"""AWS Backup lists no older backup jobs (API reference, ListBackupJobs); of restore jobs it does not say."""


class Judge(Protocol):
    """A fold over the records of a unit: it sees each once, and keeps what it needs of them."""

    def see(self, record: Record) -> None:
        """The next record."""

    def outcomes(self) -> list[Finding | Unknown]:
        """What is to be said when the stream has ended."""


class _NoJudge:
    """Says that nothing can be said, and why."""

    def __init__(self, unit: DesiredUnit, cause: Unread) -> None:
        self._unit, self._cause = unit.id, cause

    def see(self, record: Record) -> None:
        """Changes nothing."""

    def outcomes(self) -> list[Finding | Unknown]:
        return [
            Unknown(check=check.id, unit=self._unit, resource=None, field="", cause=self._cause)
            for check in STORED_CHECKS
        ]


def restores_whole_since(at: datetime) -> datetime:
    """From when on a restore job that is not listed was not there."""
    return at - timedelta(days=LONGEST_SINCE_DAYS)


def restores_since(unit: DesiredUnit, at: datetime) -> datetime:
    """From when restore jobs are asked for: all of one test round of each plan of the unit.

    On the 31st, the month's test was more than 30 days ago. For restore jobs AWS documents no end of the list
    as for backup jobs: what is listed beyond 30 days counts, and what is not says nothing.
    """
    try:
        rounds = [longest_untested(plan) or 0 for plan in unit.restore_testing]
    except ScheduleError:
        rounds = []  # the judge says so
    return min(restores_whole_since(at), at - timedelta(minutes=max(rounds, default=0)))


def judge_of(
    state: DesiredState, unit: DesiredUnit, head: UnitHead, observed: ObservedUnit, at: datetime
) -> Judge:
    """The judge of a unit at a moment. Where a schedule cannot be followed (TK058), all is UNKNOWN to it."""
    try:
        return StoredJudge(
            state,
            unit,
            observed,
            at,
            head.plan_versions,
            restores_since=restores_whole_since(at),
            opted_in=head.opted_in,
        )
    except ScheduleError as error:
        cause = Unread(service="tierkeep", operation="validate", code="ScheduleError", message=str(error))
        return _NoJudge(unit, cause)
