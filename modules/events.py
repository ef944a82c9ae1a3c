"""The topic of a unit that is told of failures, the rules of EventBridge that tell it, and what starts
machines."""

from __future__ import annotations

import json
from collections.abc import Sequence

from cdktf import ITerraformDependable
from constructs import Construct

from imports.aws.backup_vault_notifications import BackupVaultNotifications
from imports.aws.cloudwatch_event_rule import CloudwatchEventRule
from imports.aws.cloudwatch_event_target import (
    CloudwatchEventTarget,
    CloudwatchEventTargetDeadLetterConfig,
)
from imports.aws.sns_topic import SnsTopic
from imports.aws.sns_topic_policy import SnsTopicPolicy
from imports.aws.sns_topic_subscription import SnsTopicSubscription
from imports.aws.sqs_queue import SqsQueue
from modules.key import CustomerKey
from tierkeep.desired import model
from tierkeep.desired.policies import dead_letter_policy, topic_policy


class UnitEvents(Construct):
    """A topic and its queue of undelivered events, encrypted with `key`, and what sends to them.

    Rules name what is in `machines`: machines, and the role that starts them. Notifications name `vaults`.
    """

    def __init__(
        self,
        scope: Construct,
        events: model.Events,
        *,
        key: CustomerKey,
        machines: Sequence[ITerraformDependable],
        vaults: Sequence[ITerraformDependable],
    ) -> None:
        super().__init__(scope, "events")
        told = self._topic(events.topic, key)
        self.parts: list[ITerraformDependable] = [told]
        """Once they are there, services may tell the topic."""
        queue = self._dead_letters(events, key)
        for rule in events.rules:
            self._rule(rule, queue, after=[told, *machines])
        for each in events.notifications:
            BackupVaultNotifications(
                self,
                f"notifications-{each.vault_name}",
                backup_vault_name=each.vault_name,
                sns_topic_arn=events.topic.arn,
                backup_vault_events=list(each.events),
                depends_on=[told, *vaults],
            )

    def _topic(self, topic: model.Topic, key: CustomerKey) -> SnsTopicPolicy:
        resource = SnsTopic(self, "topic", name=topic.name, kms_master_key_id=key.arn, tags=dict(topic.tags))
        for email in topic.emails:
            SnsTopicSubscription(
                self, f"email-{email}", topic_arn=resource.arn, protocol="email", endpoint=email
            )
        return SnsTopicPolicy(self, "topic-policy", arn=resource.arn, policy=json.dumps(topic_policy(topic)))

    def _dead_letters(self, events: model.Events, key: CustomerKey) -> SqsQueue:
        wanted = events.dead_letters
        # With its policy, since the provider waits for half a minute after each change of a queue.
        return SqsQueue(
            self,
            "undelivered",
            name=wanted.name,
            kms_master_key_id=key.arn,
            message_retention_seconds=wanted.kept_days * 86_400,
            policy=json.dumps(dead_letter_policy(events)),
            tags=dict(wanted.tags),
        )

    def _rule(self, rule: model.EventRule, queue: SqsQueue, *, after: Sequence[ITerraformDependable]) -> None:
        resource = CloudwatchEventRule(
            self,
            f"rule-{rule.name}",
            name=rule.name,
            description=rule.description,
            event_pattern=rule.pattern,
            tags=dict(rule.tags),
        )
        CloudwatchEventTarget(
            self,
            f"target-{rule.name}",
            rule=resource.name,
            target_id=rule.name,
            arn=rule.target_arn,
            role_arn=rule.role_arn,
            input=rule.input,
            dead_letter_config=CloudwatchEventTargetDeadLetterConfig(arn=queue.arn),
            depends_on=after,
        )
