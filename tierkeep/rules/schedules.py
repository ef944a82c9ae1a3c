"""Rules of schedules: runs that AWS skips without a word.

When schedules start, and which of two overlapping rules gives way, `tierkeep.promises.timeline` knows.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import permutations

from tierkeep.desired.model import BackupPlan, BackupRule, DesiredState
from tierkeep.promises.cron import parse
from tierkeep.promises.timeline import CYCLE_YEARS, Run, survey
from tierkeep.rules.registry import Severity, Violation, rule
from tierkeep.rules.time_zones import FIXED, time_zones
from tierkeep.rules.walk import of_tier, rules_of_plans

_DAY = 24 * 60
_CLOCK_CHANGE = 120
"""Minutes by which a change of the clock may bring two starts together, at most (Antarctica/Troll)."""
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
    for plan, each in rules_of_plans(state):
        interval = _shortest_interval(each)
        if each.start_window_minutes > interval:
            yield Violation(
                origin=of_tier(plan.tier, "start_window"),
                message=(
                    f"the start window of {each.start_window_minutes} minutes is longer than the "
                    f"{interval} minutes between two runs of `{each.name}`"
                ),
                hint=f"write {max(interval, 60) // 60}h or less, or run `{each.name}` less often",
            )


def _shortest_interval(each: BackupRule) -> int:
    minutes = parse(each.schedule).minutes
    return min(
        later - earlier for earlier, later in zip(minutes, (*minutes[1:], minutes[0] + _DAY), strict=True)
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
    for plan in _readable_plans(state):
        for each in _never(plan):
            rivals = [f"`{other.name}`" for other in plan.rules if _skipped(plan, each, other)]
            yield Violation(
                origin=each.origin,
                message=(
                    f"`{each.name}` never runs: whenever it is due, its start window of "
                    f"{each.start_window_minutes} minutes overlaps that of {' or '.join(rivals)}, and AWS "
                    "Backup runs only the rule with the longer retention"
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
    for plan in _readable_plans(state):
        never = _never(plan)
        for each, other in permutations(plan.rules, 2):
            skipped = 0 if each in never else _skipped(plan, each, other)
            if skipped:
                share = skipped / _starts((each,), plan)[0]
                yield Violation(
                    origin=each.origin,
                    message=(
                        f"{share:.1%} of the runs of `{each.name}` are skipped: their start windows of "
                        f"{each.start_window_minutes} minutes overlap those of `{other.name}`, "
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
    for plan in _readable_plans(state):
        for each in plan.rules:
            # A run in every hour is not missed: the hour that is skipped takes no time.
            if each.time_zone in FIXED or _shortest_interval(each) <= 60:
                continue
            run = _runs((each,), plan)
            every = survey(run, "Etc/UTC", frozenset({0})).starts[0]
            skipped = every - survey(run, each.time_zone, frozenset({0})).starts[0]
            if skipped:
                yield Violation(
                    origin=each.origin,
                    message=(
                        f"in {each.time_zone} the change of the clock skips {skipped} of the {every} runs "
                        f"of `{each.name}` in {CYCLE_YEARS} years"
                    ),
                    hint="give it an `at` outside of the skipped hour, or the tier `time_zone: Etc/UTC`",
                )


def _readable_plans(state: DesiredState) -> Iterator[BackupPlan]:
    """Plans whose time zone exists: TK045 reports the others."""
    for unit in state.units:
        for plan in unit.plans:
            if all(each.time_zone in time_zones() for each in plan.rules):
                yield plan


def _never(plan: BackupPlan) -> tuple[BackupRule, ...]:
    rivals = any(_may_overlap(one, other) for one, other in permutations(plan.rules, 2))
    if not rivals:
        return ()
    starts = _starts(plan.rules, plan)
    return tuple(each for each, count in zip(plan.rules, starts, strict=True) if count == 0)


def _skipped(plan: BackupPlan, each: BackupRule, other: BackupRule) -> int:
    """How many runs of `each` give way to `other` in the years that a survey covers."""
    if each == other or not (_may_overlap(each, other) or _may_overlap(other, each)):
        return 0
    pair = tuple(sorted((each, other), key=lambda one: one.name))
    return _starts((each,), plan)[0] - _starts(pair, plan)[pair.index(each)]


def _may_overlap(each: BackupRule, other: BackupRule) -> bool:
    """Whether windows can overlap on any day: cheap, and rules out most pairs before years are surveyed."""
    slack = 0 if each.time_zone in FIXED else _CLOCK_CHANGE
    reach = each.start_window_minutes + slack
    starts, others = parse(each.schedule).minutes, parse(other.schedule).minutes
    return any((later - start) % _DAY < reach for start in starts for later in others)


def _starts(rules: tuple[BackupRule, ...], plan: BackupPlan) -> tuple[int, ...]:
    return survey(_runs(rules, plan), rules[0].time_zone, frozenset(range(len(rules)))).starts


def _runs(rules: tuple[BackupRule, ...], plan: BackupPlan) -> tuple[Run, ...]:
    return tuple(
        Run(
            name=each.name,
            cron=each.schedule,
            start_window_minutes=each.start_window_minutes,
            keep_days=each.lifecycle.delete_after_days or 36_500,
            plan=plan.tier,
        )
        for each in rules
    )
