"""How each alarm of a unit is made: of what has failed, and of what is overdue."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from tierkeep.desired.model import (
    Alarm,
    Comparison,
    DesiredUnit,
    Metric,
    MissingData,
    Origin,
    Protection,
    Watching,
)
from tierkeep.promises.cover import Cover, cover
from tierkeep.promises.cron import ScheduleError
from tierkeep.promises.recovery_point import length, longest_wait

_HOUR = 3600
MOST_HOURS = 7 * 24
"""An alarm whose period is an hour looks back no further (botocore 1.44.5, cloudwatch
PutMetricAlarm.Period)."""
_LATE_HOURS = 1
"""An alarm waits for so long besides: AWS Backup counts every five minutes, and no schedule keeps to
hours."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Due:
    """Something of a tier that has to come again and again: a backup, or a copy of one."""

    name: str
    """Of the alarm that watches for it."""
    what: str
    metric: Metric
    minutes: int | None
    """The longest from one to the next, windows included, as the tier promises it; None where that cannot be
    told."""
    tier: str
    fills: bool = True
    """As `Alarm.fills`."""
    origin: Origin

    @property
    def hours(self) -> int | None:
        """After so long without one it is overdue; None where no alarm looks back so far."""
        hours = -(-self.minutes // 60) + _LATE_HOURS if self.minutes is not None else None
        return hours if hours is None or hours <= MOST_HOURS else None


def longest(
    unit: DesiredUnit, group: Iterable[Protection], places: Iterable[str | None], *, into: str | None = None
) -> int | None:
    """Of what protects several types, until the next of any place: AWS counts copies to all places as one,
    and those `into` vaults of one name.

    None where a schedule is one that cannot be told, or does not go on.
    """
    found = 0
    for protection in group:
        try:
            of = _into(cover(unit, protection), into)
            waits = [longest_wait(of, place) for place in places]
        except ScheduleError:
            return None
        told = [each for each in waits if each is not None]
        if not told:
            return None
        found = max(found, min(told))
    return found


def _into(of: Cover, vault: str | None) -> Cover:
    """The same without copies to vaults of other names."""
    if vault is None:
        return of
    scheduled = (
        replace(each, copies=tuple(copy for copy in each.copies if copy.vault == vault))
        for each in of.scheduled
    )
    return replace(of, scheduled=tuple(scheduled))


def overdue(unit: DesiredUnit, watching: Watching, due: Due) -> Alarm | None:
    """An alarm that goes off once something is overdue; None where none looks back so far."""
    if due.hours is None or due.minutes is None:
        return None
    alarm = _alarm(
        unit,
        watching,
        due.name,
        f"No {due.what} has completed for {due.hours}h; the next comes within {length(due.minutes)}",
        (due.metric,),
        hours=due.hours,
        comparison=Comparison.LESS,
        missing=MissingData.BREACHING,
    )
    return replace(alarm, fills=due.fills)


def failure(
    unit: DesiredUnit, watching: Watching, name: str, what: str, metrics: tuple[Metric, ...]
) -> Alarm:
    """An alarm that goes off where any of the metrics has counted anything."""
    return _alarm(
        unit,
        watching,
        name,
        f"{what} within the last hour",
        metrics,
        hours=1,
        comparison=Comparison.AT_LEAST,
        missing=MissingData.NOT_BREACHING,
    )


def _alarm(
    unit: DesiredUnit,
    watching: Watching,
    name: str,
    description: str,
    metrics: tuple[Metric, ...],
    *,
    hours: int,
    comparison: Comparison,
    missing: MissingData,
) -> Alarm:
    return Alarm(
        name=name,
        arn=f"arn:{unit.partition}:cloudwatch:{unit.id.region}:{unit.account_id}:alarm:{name}",
        description=description,
        metrics=metrics,
        period_seconds=_HOUR,
        evaluation_periods=hours,
        comparison=comparison,
        threshold=1,
        missing_data=missing,
        topic_arn=watching.topic_arn,
        tells_end=missing is MissingData.BREACHING,
        tags=watching.tags,
        origin=(*watching.origin, "alarms"),
    )
