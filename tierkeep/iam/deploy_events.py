"""What deploying a catalog's `events` takes besides: topics, queues, rules, state machines and their logs."""

from __future__ import annotations

from collections.abc import Iterator

from tierkeep.desired.model import Statement
from tierkeep.desired.permissions.commands.ground import Ground, say, without_resources


def event_statements(ground: Ground) -> Iterator[Statement]:
    """All of them are found by their names, which begin with the catalog's; nothing where there are no
    events."""
    events = [unit.events for unit in ground.units if unit.events]
    if not events:
        return
    yield say(
        "Topics",
        (
            "sns:CreateTopic",
            "sns:DeleteTopic",
            "sns:GetTopicAttributes",
            "sns:ListTagsForResource",
            "sns:SetTopicAttributes",
            "sns:Subscribe",
            "sns:TagResource",
            "sns:UntagResource",
        ),
        ground.arns("sns", ground.named("")),
    )
    yield say(
        "Queues",
        (
            "sqs:CreateQueue",
            "sqs:DeleteQueue",
            "sqs:GetQueueAttributes",
            "sqs:ListQueueTags",
            "sqs:SetQueueAttributes",
            "sqs:TagQueue",
            "sqs:UntagQueue",
        ),
        ground.arns("sqs", ground.named("")),
    )
    yield say(
        "EventRules",
        (
            "events:DeleteRule",
            "events:DescribeRule",
            "events:ListTagsForResource",
            "events:ListTargetsByRule",
            "events:PutRule",
            "events:PutTargets",
            "events:RemoveTargets",
            "events:TagResource",
            "events:UntagResource",
        ),
        ground.arns("events", ground.named("rule/")),
    )
    yield say(
        "VaultNotifications",
        (
            "backup:DeleteBackupVaultNotifications",
            "backup:GetBackupVaultNotifications",
            "backup:PutBackupVaultNotifications",
        ),
        ground.arns("backup", ground.named("backup-vault:")),
    )
    without: tuple[str, ...] = (
        ("sns:GetSubscriptionAttributes", "sns:Unsubscribe")
        if any(each.topic.emails for each in events)
        else ()
    )
    if without:
        yield without_resources(*without, sid="OfEventsWithoutResources")
