"""Rules of AWS Backup."""

from __future__ import annotations

from collections.abc import Iterator

from tierkeep.desired.model import BackupRule, DesiredState
from tierkeep.rules.registry import Severity, Violation, rule


def _rules(state: DesiredState) -> Iterator[BackupRule]:
    for unit in state.units:
        for plan in unit.plans:
            yield from plan.rules


def _once(violations: Iterator[Violation]) -> Iterator[Violation]:
    """One violation for each place in the catalog, however many units it reaches."""
    yield from dict.fromkeys(violations)


@rule(
    "TK001",
    title="A start window is at least 60 minutes",
    severity=Severity.ERROR,
    source="botocore 1.44.5, BackupRuleInput.StartWindowMinutes; read 2026-11",
)
def start_window(state: DesiredState) -> Iterator[Violation]:
    """AWS Backup refuses a shorter one."""
    yield from _once(
        Violation(
            origin=(*each.origin[:2], "start_window"),
            message=f"AWS Backup refuses a start window of {each.start_window_minutes} minutes",
            hint="write 1h or longer",
        )
        for each in _rules(state)
        if each.start_window_minutes < 60
    )


@rule(
    "TK002",
    title="A completion window ends at least 60 minutes after the start window",
    severity=Severity.WARNING,
    source="botocore 1.44.5, CompletionWindowMinutes; not in the guide; read 2026-11",
)
def completion_window(state: DesiredState) -> Iterator[Violation]:
    """A backup that starts at the end of its start window needs time to complete."""
    yield from _once(
        Violation(
            origin=(*each.origin[:2], "completion_window"),
            message=(
                f"the completion window of {each.completion_window_minutes} minutes leaves less than an hour "
                f"after the start window of {each.start_window_minutes}"
            ),
            hint=f"write {-(-(each.start_window_minutes + 60) // 60)}h or longer",
        )
        for each in _rules(state)
        if each.completion_window_minutes < each.start_window_minutes + 60
    )


@rule(
    "TK003",
    title="Point-in-time recovery reaches back 1 to 35 days",
    severity=Severity.ERROR,
    source="AWS Backup developer guide, point-in-time-recovery; read 2026-11",
)
def continuous_retention(state: DesiredState) -> Iterator[Violation]:
    """AWS Backup refuses a continuous rule with a longer retention."""
    yield from _once(
        Violation(
            origin=(*each.origin, "keep"),
            message=f"point-in-time recovery over {each.lifecycle.delete_after_days} days is not possible",
            hint="write 35d or less, and let the schedules keep what is older",
        )
        for each in _rules(state)
        if each.continuous and (each.lifecycle.delete_after_days or 0) > 35
    )


@rule(
    "TK004",
    title="A backup is kept 1 to 36,500 days",
    severity=Severity.ERROR,
    source="botocore 1.44.5, Lifecycle.DeleteAfterDays; read 2026-11",
)
def retention(state: DesiredState) -> Iterator[Violation]:
    """AWS Backup refuses a longer retention."""
    for each in _rules(state):
        lifecycles = [(each.lifecycle, each.origin), *((copy.lifecycle, copy.origin) for copy in each.copies)]
        for lifecycle, origin in lifecycles:
            if lifecycle.delete_after_days is not None and lifecycle.delete_after_days > 36_500:
                yield Violation(
                    origin=(*origin, "keep"),
                    message=f"{lifecycle.delete_after_days} days are more than AWS Backup's 36,500",
                    hint="write 99y or less",
                )


@rule(
    "TK005",
    title="A backup plan has at most 10 rules, a rule at most 5 copies",
    severity=Severity.WARNING,
    source="AWS Backup developer guide, aws-backup-limits, and the API's own message differ; read 2026-11",
)
def plan_quotas(state: DesiredState) -> Iterator[Violation]:
    """Quotas that AWS may raise on request."""
    for unit in state.units:
        for plan in unit.plans:
            if len(plan.rules) > 10:
                yield Violation(
                    origin=(*plan.origin, "schedules"),
                    message=f"{len(plan.rules)} schedules; AWS Backup's quota is 10 rules a plan",
                    hint="merge schedules, or split the tier",
                )
            for each in plan.rules:
                if len(each.copies) > 5:
                    yield Violation(
                        origin=(*plan.origin, "copy_to"),
                        message=f"{len(each.copies)} copies of a backup; AWS Backup's quota for a rule is 5",
                        hint="copy to fewer Regions",
                    )
