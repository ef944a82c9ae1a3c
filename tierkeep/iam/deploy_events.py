"""What deploying a catalog's `events` takes besides: topics, queues, rules, state machines and their logs."""

from __future__ import annotations

from collections.abc import Iterator

from tierkeep.desired.model import Statement
from tierkeep.iam.ground import Ground, say, without_resources

_LOGS = "log-group:/aws/vendedlogs/states/"


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
    machines = any(unit.state_machines for unit in ground.units)
    if machines:
        yield from _machines(ground)
        without += ("logs:DescribeLogGroups", "states:ValidateStateMachineDefinition")
    if without:
        yield without_resources(*without, sid="OfEventsWithoutResources")


def _machines(ground: Ground) -> Iterator[Statement]:
    yield say(
        "StateMachines",
        (
            "states:CreateStateMachine",
            "states:DeleteStateMachine",
            "states:DescribeStateMachine",
            "states:ListStateMachineVersions",
            "states:ListTagsForResource",
            "states:TagResource",
            "states:UntagResource",
            "states:UpdateStateMachine",
        ),
        ground.arns("states", ground.named("stateMachine:")),
    )
    yield say(
        "LogGroups",
        (
            "logs:CreateLogGroup",
            "logs:DeleteLogGroup",
            "logs:ListTagsForResource",
            "logs:PutRetentionPolicy",
            "logs:TagResource",
            "logs:UntagResource",
        ),
        (*ground.arns("logs", ground.named(_LOGS)), *ground.arns("logs", f"{ground.named(_LOGS)}:*")),
    )
