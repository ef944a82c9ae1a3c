"""What tells of failures: the topic, its queue of undelivered events, rules, and notifications of vaults."""

import json

from tierkeep.desired.model import DesiredUnit, Events, EventStart, StateMachine
from tierkeep.desired.policies import dead_letter_policy, topic_policy
from tierkeep.validate import normal
from tierkeep.validate.forms import (
    EventRuleForm,
    NotificationsForm,
    QueueForm,
    SubscriptionForm,
    TargetForm,
    TopicForm,
)

_DAY = 86_400


def topic_forms(unit: DesiredUnit) -> dict[str, TopicForm]:
    """The topic of a unit that tells anything. Every address has confirmed that it wants to be told."""
    if unit.events is None:
        return {}
    topic = unit.events.topic
    form = TopicForm(
        key=topic.key_alias,
        policy=normal.policy(topic_policy(topic)),
        subscriptions={
            f"email:{each}": SubscriptionForm(
                confirmed=True, other_settings={}, origin=(*topic.origin, "emails")
            )
            for each in topic.emails
        },
        other_settings={},
        tags=dict(topic.tags),
        arn=topic.arn,
        origin=topic.origin,
    )
    return {topic.name: form}


def queue_forms(unit: DesiredUnit) -> dict[str, QueueForm]:
    """The queue of what its rules could not deliver."""
    if unit.events is None:
        return {}
    queue = unit.events.dead_letters
    form = QueueForm(
        key=queue.key_alias,
        kept_seconds=queue.kept_days * _DAY,
        policy=normal.policy(dead_letter_policy(unit.events)),
        other_settings={},
        tags=dict(queue.tags),
        arn=queue.arn,
        origin=queue.origin,
    )
    return {queue.name: form}


def event_rule_forms(unit: DesiredUnit) -> dict[str, EventRuleForm]:
    """The rules that tell the topic or start machines, and those of machines that start by an event."""
    forms = _rules_of(unit.events) if unit.events else {}
    for machine in unit.state_machines:
        if isinstance(machine.start, EventStart):
            forms[machine.name] = _start_form(machine, machine.start)
    return forms


def _rules_of(events: Events) -> dict[str, EventRuleForm]:
    return {
        rule.name: EventRuleForm(
            state="ENABLED",
            description=rule.description,
            pattern=normal.members(json.loads(rule.pattern)),
            targets={
                rule.name: TargetForm(
                    arn=rule.target_arn,
                    role_arn=rule.role_arn,
                    input=normal.json_text(rule.input),
                    dead_letters=events.dead_letters.arn,
                    other_settings={},
                    origin=rule.origin,
                )
            },
            other_settings={},
            tags=dict(rule.tags),
            arn=rule.arn,
            origin=rule.origin,
        )
        for rule in events.rules
    }


def _start_form(machine: StateMachine, start: EventStart) -> EventRuleForm:
    target = TargetForm(
        arn=machine.arn,
        role_arn=start.role_arn,
        input=None,
        dead_letters=None,
        other_settings={},
        origin=machine.origin,
    )
    return EventRuleForm(
        state="ENABLED",
        description=machine.description,
        pattern=normal.members(json.loads(start.pattern)),
        targets={machine.name: target},
        other_settings={},
        tags=dict(machine.tags),
        origin=machine.origin,
    )


def notifications_forms(unit: DesiredUnit) -> dict[str, NotificationsForm]:
    """What each vault itself tells the topic."""
    if unit.events is None:
        return {}
    topic = unit.events.topic.arn
    return {
        each.vault_name: NotificationsForm(
            topic_arn=topic, events=tuple(sorted(each.events)), origin=each.origin
        )
        for each in unit.events.notifications
    }
