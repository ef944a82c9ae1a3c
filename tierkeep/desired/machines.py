"""Desired state machines of AWS Step Functions, as plain values: `tierkeep.desired.model` has the whole."""

from __future__ import annotations

from dataclasses import dataclass

from tierkeep.desired.terms import Origin, Tags


@dataclass(frozen=True, kw_only=True, slots=True)
class ScheduledStart:
    """A schedule of EventBridge Scheduler that starts a state machine. It is named like it."""

    expression: str
    """`rate(…)` or `cron(…)`, in UTC."""
    role_arn: str
    """The role that the scheduler assumes."""


@dataclass(frozen=True, kw_only=True, slots=True)
class EventStart:
    """A rule of EventBridge that starts a state machine with the event as input. It is named like it."""

    pattern: str
    """Which events, as JSON."""
    role_arn: str
    """The role that EventBridge assumes."""


@dataclass(frozen=True, kw_only=True, slots=True)
class StateMachine:
    """A standard state machine, its log group, and what starts it. Its roles are among those of the unit."""

    name: str
    """At most 64 characters, which is what a schedule or a rule may have."""
    arn: str
    description: str
    definition: str
    """In Amazon States Language, as JSON."""
    role_arn: str
    """The role that its tasks run as."""
    log_group: str
    log_retention_days: int
    start: ScheduledStart | EventStart | None = None
    """None where rules of the unit's events start it."""
    tags: Tags
    origin: Origin
