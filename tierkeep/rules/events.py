"""Rules of what is told of failures, what is tried again, and what deployments start."""

from __future__ import annotations

from collections.abc import Iterator

from tierkeep.desired.event_patterns import CODE_SOURCES
from tierkeep.desired.model import DesiredState, EventRule
from tierkeep.rules.registry import Severity, Violation, rule
from tierkeep.rules.schedules import shortest_interval

_LONGEST_PATTERN = 2048


@rule(
    "TK150",
    title="E-mail addresses hear of nothing until each has confirmed that it wants to",
    severity=Severity.NOTICE,
    source="SNS developer guide, sns-email-notifications; read 2026-11",
)
def unconfirmed(state: DesiredState) -> Iterator[Violation]:
    """SNS sends each address one message for every account and Region, with a link that somebody has to
    follow within two days. Terraform does not wait for it.

    Breaks it: `events: { emails: [backups@example.org] }`
    Keeps it: `events: {}`, and a subscription of another kind to the topic
    """
    units = [unit for unit in state.units if unit.events and unit.events.topic.emails]
    if units:
        yield Violation(
            origin=("events", "emails"),
            message=f"each address is asked for its consent {len(units)} times, once for each topic",
            hint="follow the links, and see the topics' subscriptions for who has not",
        )


@rule(
    "TK151",
    title="A pattern of EventBridge fits into a rule",
    severity=Severity.ERROR,
    source="EventBridge user guide, eb-quota: 2,048 characters; read 2026-11",
)
def pattern_length(state: DesiredState) -> Iterator[Violation]:
    """Applications and pipelines whose deployments start backups are named in one pattern.

    Breaks it: `codedeploy` with 20 names of 100 characters each
    Keeps it: `codedeploy` with 20 names of 40 characters each
    """
    for each in _rules(state):
        if len(each.pattern) > _LONGEST_PATTERN:
            yield Violation(
                origin=each.origin,
                message=(
                    f"the pattern of rule {each.name} has {len(each.pattern)} characters; "
                    f"EventBridge takes {_LONGEST_PATTERN}"
                ),
                hint="name fewer applications and pipelines, and let the others send the event of their own",
            )


@rule(
    "TK152",
    title="Failed backups are tried again before the next of their schedule",
    severity=Severity.WARNING,
    source="design; AWS Backup developer guide, aws-backup-limits; read 2026-11",
)
def late_retries(state: DesiredState) -> Iterator[Violation]:
    """The attempts come after once, twice, four times the time that `after` says, and so on. What comes after
    the next backup of the schedule repeats what that one has done, or is in its way: a resource has one
    running backup at a time.

    Breaks it: `events: { retry: { attempts: 4, after: 15m } }` with `every: 2h`
    Keeps it: `events: { retry: { attempts: 3, after: 15m } }` with `every: 2h`
    """
    for unit in state.units:
        retries = unit.events.retries if unit.events else None
        if retries is None:
            continue
        last = retries.after_minutes * (2**retries.attempts - 1)
        for plan in unit.plans:
            for each in plan.rules:
                if not each.continuous and shortest_interval(each) < last:
                    yield Violation(
                        origin=retries.origin,
                        message=(
                            f"the last attempt starts {last} minutes after the failure; `{each.name}` of "
                            f"tier {plan.tier} backs up every {shortest_interval(each)} minutes"
                        ),
                        hint="write fewer `attempts`, or a shorter `after`",
                    )


@rule(
    "TK153",
    title="A deployment does not wait for the backup that its own beginning starts",
    severity=Severity.NOTICE,
    source="CodeDeploy user guide, monitoring-cloudwatch-events; CodePipeline user guide, "
    "detect-state-changes-cloudwatch-events; read 2026-11",
)
def not_waited_for(state: DesiredState) -> Iterator[Violation]:
    """CodeDeploy and CodePipeline say that a deployment has begun, and go on. A backup that was started so
    may hold what the deployment has changed by then.

    Breaks it: `on_demand: { on: [before-deployment], keep: 4w, codedeploy: [shop] }`
    Keeps it: a stage of the pipeline that runs the state machine `<catalog>-deployments`, and waits
    """
    for each in _rules(state):
        started = any(source in each.pattern for source in CODE_SOURCES)
        if started and each.name.endswith("-before-deployment"):
            yield Violation(
                origin=each.origin,
                message="a deployment that CodeDeploy or CodePipeline begins does not wait for its backup",
                hint="let a stage of the pipeline run the state machine, and wait for it",
            )


def _rules(state: DesiredState) -> Iterator[EventRule]:
    for unit in state.units:
        if unit.events:
            yield from unit.events.rules
