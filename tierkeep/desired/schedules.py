"""Schedules of a catalog in the words of AWS Backup and of Data Lifecycle Manager."""

from __future__ import annotations

from tierkeep.catalog.durations import Duration, Unit
from tierkeep.catalog.tiers import Schedule
from tierkeep.desired.model import Age, TimeUnit

_UNITS = {
    Unit.DAYS: TimeUnit.DAYS,
    Unit.WEEKS: TimeUnit.WEEKS,
    Unit.MONTHS: TimeUnit.MONTHS,
    Unit.YEARS: TimeUnit.YEARS,
}


def cron(schedule: Schedule) -> str:
    """When a schedule of a tier runs, as AWS's cron expression."""
    return cron_of(schedule.every, schedule.at, schedule.on)


def cron_of(every: Duration, at: str, on: str | int | None) -> str:
    """AWS's cron expression: minutes, hours, day of month, month, day of week, year."""
    hour, minute = (int(part) for part in at.split(":"))
    match every.unit:
        case Unit.HOURS:
            hours = f"{hour % every.count}/{every.count}" if every.count > 1 else "*"
            fields = f"{minute} {hours} * * ? *"
        case Unit.DAYS:
            fields = f"{minute} {hour} * * ? *"
        case Unit.WEEKS:
            fields = f"{minute} {hour} ? * {str(on)[:3].upper()} *"
        case Unit.MONTHS:
            fields = f"{minute} {hour} {on} * ? *"
        case _:
            fields = f"{minute} {hour} {on} 1 ? *"
    return f"cron({fields})"


def interval_hours(schedule: Schedule) -> int | None:
    """The interval that Data Lifecycle Manager knows for it; None where only a cron expression will do."""
    if schedule.every.unit is Unit.HOURS:
        return schedule.every.count
    return 24 if schedule.every.unit is Unit.DAYS else None


def age(duration: Duration) -> Age:
    """A length of time as an age; hours become whole days."""
    unit = _UNITS.get(duration.unit)
    return (
        Age(interval=duration.count, unit=unit) if unit else Age(interval=duration.days, unit=TimeUnit.DAYS)
    )
