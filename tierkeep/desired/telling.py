"""Desired events, as plain values: what is told to whom. `tierkeep.desired.model` has the whole."""

from __future__ import annotations

from dataclasses import dataclass

from tierkeep.desired.terms import Origin, Tags


@dataclass(frozen=True, kw_only=True, slots=True)
class Topic:
    """A topic of SNS that services of AWS publish to, encrypted with a key of the unit."""

    name: str
    arn: str
    key_alias: str
    publishers: tuple[str, ...]
    """Service principals."""
    emails: tuple[str, ...]
    tags: Tags
    origin: Origin


@dataclass(frozen=True, kw_only=True, slots=True)
class DeadLetters:
    """A queue of SQS for events that a rule could not deliver, encrypted with a key of the unit."""

    name: str
    arn: str
    key_alias: str
    kept_days: int
    tags: Tags
    origin: Origin


@dataclass(frozen=True, kw_only=True, slots=True)
class EventRule:
    """A rule of EventBridge on the default event bus, with its one target."""

    name: str
    arn: str
    description: str
    pattern: str
    """Which events, as JSON."""
    target_arn: str
    """Of the unit's topic or of one of its state machines."""
    role_arn: str | None = None
    """The role that EventBridge assumes for a state machine; a topic admits it by its own policy."""
    input: str | None = None
    """What the target gets, as JSON; None is the event itself."""
    tags: Tags
    origin: Origin


@dataclass(frozen=True, kw_only=True, slots=True)
class VaultNotifications:
    """What a vault itself publishes: the events that EventBridge has not."""

    vault_name: str
    events: tuple[str, ...]
    origin: Origin


@dataclass(frozen=True, kw_only=True, slots=True)
class Retries:
    """How failed jobs are started again."""

    attempts: int
    after_minutes: int
    """Before the first attempt, and twice as long before each next."""
    origin: Origin


@dataclass(frozen=True, kw_only=True, slots=True)
class Events:
    """All that a unit tells. Its key, its roles and its state machines are among those of the unit."""

    topic: Topic
    dead_letters: DeadLetters
    rules: tuple[EventRule, ...]
    notifications: tuple[VaultNotifications, ...]
    ops_items: bool = False
    """Whether what is escalated opens an OpsItem too."""
    retries: Retries | None = None
    """None where nothing is started again."""
