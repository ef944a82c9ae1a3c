"""Rules of schedules: runs that AWS skips without a word.

When schedules start, and which of two overlapping rules gives way, `tierkeep.promises.timeline` knows.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress

from tierkeep.desired.limits import LONGEST_RETENTION_DAYS
from tierkeep.desired.model import BackupPlan, BackupRule, DesiredState, DesiredUnit, Protection
from tierkeep.promises.cover import cover
from tierkeep.promises.cron import ScheduleError, parse
from tierkeep.promises.lifetime import DAY
from tierkeep.promises.recovery_point import Exposure, exposures
from tierkeep.promises.timeline import CYCLE_YEARS, Run, Survey, clock_skips, survey
from tierkeep.rules.registry import Severity, Violation, rule
from tierkeep.rules.time_zones import time_zones
from tierkeep.rules.walk import of_tier, rules_of_plans

_OVERLAP = "AWS Backup developer guide, plan-options-and-configuration; read 2026-11"


@rule(
    "TK010",
    title="A start window is no longer than the time between two runs",
    severity=Severity.WARNING,
    source="AWS Backup developer guide, aws-backup-limits (one running backup a resource); read 2026-11",
)
def window_within_interval(state: DesiredState) -> Iterator[Violation]:
    """While one run may still be waiting for its start, the next is due already. A resource has one running
    backup at a time, so that runs pile up and the gap between two backups is longer than the schedule says.

    Breaks it: `every: 1h` with `start_window: 2h`
    Keeps it: `every: 2h` with `start_window: 2h`
    """
    for _, each in rules_of_plans(state):
        interval = shortest_interval(each)
        if each.start_window_minutes > interval:
            yield Violation(
                origin=each.start_window_origin,
                message=(
                    f"the start window of {each.start_window_minutes} minutes is longer than the "
                    f"{interval} minutes between two runs of `{each.name}`"
                ),
                hint=f"write {max(interval, 60) // 60}h or less, or run `{each.name}` less often",
            )


def shortest_interval(each: BackupRule) -> int:
    minutes = parse(each.schedule).minutes
    return min(
        later - earlier for earlier, later in zip(minutes, (*minutes[1:], minutes[0] + DAY), strict=True)
    )


@rule(
    "TK011",
    title="Every rule of a backup plan runs at some time",
    severity=Severity.ERROR,
    source=_OVERLAP,
    waivable=True,  # AWS takes it, and stays silent
)
def never_runs(state: DesiredState) -> Iterator[Violation]:
    """Where the start windows of two rules of a plan overlap, AWS Backup makes one backup only, by the rule
    with the longer retention, and says nothing. A rule that always gives way never runs.

    Breaks it: `weekly: { every: 1w, on: sunday, keep: 4w }` beside `daily: { every: 1d, keep: 12mo }`
    Keeps it: the same with `weekly: { every: 1w, on: sunday, at: "06:00", keep: 4w }`
    """
    for plan, found in _surveyed_plans(state):
        for index, each in enumerate(plan.rules):
            rivals = [
                f"`{plan.rules[other].name}`" for other, times in enumerate(found.gives_way[index]) if times
            ]
            if rivals and not found.starts[index]:
                yield Violation(
                    origin=each.origin,
                    message=(
                        f"`{each.name}` never runs: whenever it is due, its start window of "
                        f"{each.start_window_minutes} minutes overlaps that of {' or '.join(rivals)}, and "
                        "AWS Backup runs only the rule with the longer retention"
                    ),
                    hint=f"give it an `at` at least {each.start_window_minutes} minutes away, or remove it",
                )


@rule(
    "TK012",
    title="No run of a backup plan gives way to another",
    severity=Severity.WARNING,
    source=_OVERLAP,
)
def sometimes_skipped(state: DesiredState) -> Iterator[Violation]:
    """Where the start windows of two rules of a plan overlap, AWS Backup makes one backup only, by the rule
    with the longer retention, and says nothing. Of two with the same retention it does not say which. The
    skipped run's copies are not made either.

    Breaks it: `hourly: { every: 4h, keep: 7d }` beside `daily: { every: 1d, keep: 4w }`
    Keeps it: `hourly: { every: 4h, keep: 7d }` beside `daily: { every: 1d, at: "02:00", keep: 4w }`
    """
    for plan, found in _surveyed_plans(state):
        for index, each in enumerate(plan.rules):
            for rival, times in enumerate(found.gives_way[index] if found.starts[index] else ()):
                if times:
                    yield _sometimes(each, plan.rules[rival], times)


def _sometimes(each: BackupRule, other: BackupRule, times: int) -> Violation:
    by_clock, due = clock_skips(each.schedule, each.time_zone)
    return Violation(
        origin=each.origin,
        message=(
            f"{times / (due - by_clock):.1%} of the runs of `{each.name}` are skipped: their start windows "
            f"of {each.start_window_minutes} minutes overlap those of `{other.name}`, "
            f"{_why(each, other)}{_lost_copies(each, other)}"
        ),
        hint=f"give one of them an `at` at least {each.start_window_minutes} minutes away",
    )


def _why(each: BackupRule, other: BackupRule) -> str:
    same = each.lifecycle.delete_after_days == other.lifecycle.delete_after_days
    return (
        "and which of two with the same retention runs, AWS does not say" if same else "which is kept longer"
    )


def _lost_copies(each: BackupRule, other: BackupRule) -> str:
    made = {copy.destination_vault_arn for copy in other.copies}
    lost = [copy.destination_vault_arn for copy in each.copies if copy.destination_vault_arn not in made]
    regions = ", ".join(arn.split(":")[3] for arn in lost)
    return f"; of those runs no copy goes to {regions}" if lost else ""


@rule(
    "TK013",
    title="No change of the clock skips a run",
    severity=Severity.WARNING,
    source="AWS Backup developer guide, plan-options-and-configuration; read 2026-11",
)
def skipped_by_clock(state: DesiredState) -> Iterator[Violation]:
    """When the clock of a time zone goes forward, an hour of that day does not exist, and a run that is due
    in it is skipped: for a daily schedule, two days lie between two backups.

    Breaks it: `time_zone: Europe/Berlin` with `daily: { every: 1d, at: "02:30", keep: 7d }`
    Keeps it: `time_zone: Europe/Berlin` with `daily: { every: 1d, at: "03:00", keep: 7d }`
    """
    for _, each in rules_of_plans(state):
        # A run in every hour is not missed: the hour that is skipped takes no time.
        if each.continuous or each.time_zone not in time_zones() or shortest_interval(each) <= 60:
            continue
        skipped, every = clock_skips(each.schedule, each.time_zone)
        if skipped:
            yield Violation(
                origin=each.origin,
                message=(
                    f"in {each.time_zone} the change of the clock skips {skipped} of the {every} runs "
                    f"of `{each.name}` in {CYCLE_YEARS} years"
                ),
                hint="give it an `at` outside of the skipped hour, or the tier `time_zone: Etc/UTC`",
            )


@rule(
    "TK058",
    title="What gives way to what in a backup plan can be told",
    severity=Severity.ERROR,
    source="design",
    waivable=True,
)
def bounded(state: DesiredState) -> Iterator[Violation]:
    """AWS takes start windows of up to a century. Tierkeep holds start windows of up to a week, and plans of
    up to 20 rules, against each other: what a plan beyond that really makes, it cannot tell, and so no
    objective can be computed from it.

    Breaks it: `start_window: 8d` in a tier with two `schedules`
    Keeps it: `start_window: 7d` in a tier with two `schedules`
    """
    for unit in state.units:
        for plan in unit.plans:
            if not _in_known_zones(plan):
                continue
            try:
                _survey(plan)
            except ScheduleError as error:
                yield Violation(
                    origin=of_tier(plan.tier, "schedules"),
                    message=f"what backups this tier makes cannot be told: {error}",
                    hint="shorten the `start_window`, or split the tier",
                )


@rule(
    "TK059",
    title="A recovery point is kept until the next one is complete",
    severity=Severity.ERROR,
    source="design: AWS deletes when the retention ends (developer guide, deleting-backups; read 2026-11)",
    waivable=True,  # AWS takes it, and stays silent
)
def never_without(state: DesiredState) -> Iterator[Violation]:
    """AWS deletes a recovery point when its retention ends, whether or not there is another. Where each is
    kept for less than the time until the next one is sure to be complete, there are times with none: what is
    lost then, nothing bounds. Of copies the same holds in the Region that they go to.

    Breaks it: `weekly: { every: 1w, on: sunday, keep: 7d }` as a tier's only schedule
    Keeps it: `weekly: { every: 1w, on: sunday, keep: 8d }`
    """
    for unit in state.units:
        for protection in unit.protections:
            for each in _readable_exposures(unit, protection):
                if each.enough_days is not None:
                    yield Violation(
                        origin=of_tier(protection.tier, "schedules"),
                        message=(
                            f"{protection.resource_type} is at times without any recovery point in "
                            f"{each.place}: {each.unbounded}"
                        ),
                        hint=f"keep each for {each.enough_days} days or longer, or make backups more often",
                    )


def _readable_exposures(unit: DesiredUnit, protection: Protection) -> tuple[Exposure, ...]:
    """None where schedules cannot be read: TK045 and TK058 say so."""
    try:
        return exposures(cover(unit, protection))
    except ScheduleError:
        return ()


def _in_known_zones(plan: BackupPlan) -> bool:
    """TK045 reports the others."""
    return all(each.time_zone in time_zones() for each in plan.rules)


def _surveyed_plans(state: DesiredState) -> Iterator[tuple[BackupPlan, Survey]]:
    """Plans that can be surveyed: TK045 and TK058 report the others."""
    for unit in state.units:
        for plan in unit.plans:
            if _in_known_zones(plan):
                with suppress(ScheduleError):
                    yield plan, _survey(plan)


def _survey(plan: BackupPlan) -> Survey:
    runs = tuple(
        Run(
            name=each.name,
            cron=each.schedule,
            start_window_minutes=each.start_window_minutes,
            keep_days=each.lifecycle.delete_after_days or LONGEST_RETENTION_DAYS,
            plan=plan.name,
        )
        for each in plan.rules
    )
    return survey(runs, plan.rules[0].time_zone, frozenset(range(len(runs))))
