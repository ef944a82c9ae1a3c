"""Reads the topic of a unit with its subscriptions, the queue of undelivered events, and what vaults tell."""

import json
from collections.abc import Mapping
from typing import Any

from tierkeep.aws import AwsError, UnitSession
from tierkeep.validate import normal
from tierkeep.validate.forms import NotificationsForm, QueueForm, SubscriptionForm, TagMap, TopicForm
from tierkeep.validate.scope import Scope
from tierkeep.validate.unread import Unread, attempt

_OF_TOPIC = (
    "TopicArn", "Owner", "Policy", "KmsMasterKeyId", "SubscriptionsConfirmed", "SubscriptionsDeleted",
    "SubscriptionsPending", "EffectiveDeliveryPolicy", "SignatureVersion",
)  # fmt: skip
_OF_SUBSCRIPTION = (
    "SubscriptionArn", "TopicArn", "Owner", "Protocol", "Endpoint", "ConfirmationWasAuthenticated",
    "PendingConfirmation", "EffectiveDeliveryPolicy", "SubscriptionPrincipal",
)  # fmt: skip
_SET_BY_DEFAULT = {"TracingConfig": "PassThrough", "DisplayName": ""}
_LARGEST_EVENT = 262_144
"""Bytes of a message that a queue takes at least: what provider 5.100.0 sets, and what an entry of
EventBridge may have (EventBridge user guide, "Calculating PutEvents event entry size")."""


def read_topics(session: UnitSession, scope: Scope) -> Mapping[str, TopicForm | Unread]:
    """The topic that a unit has, or had, by name."""
    arn = scope.names.arn("sns", scope.names.topic)
    name = arn.rsplit(":", 1)[-1]
    try:
        attributes = session.call("sns", "get_topic_attributes", TopicArn=arn)["Attributes"]
    except AwsError as error:
        return {} if error.not_found else {name: Unread.because(error)}
    tags = attempt(_topic_tags, session, arn)
    if not scope.takes_in(tags, named=scope.has_events):
        return {}
    form = TopicForm(
        key=attributes.get("KmsMasterKeyId"),
        policy=normal.policy(json.loads(attributes.get("Policy") or "{}")),
        subscriptions=attempt(_subscriptions, session, arn, scope),
        other_settings=_others(attributes, *_OF_TOPIC),
        tags=tags,
        arn=arn,
    )
    return {name: form}


def _topic_tags(session: UnitSession, arn: str) -> TagMap:
    return normal.tag_list(session.call("sns", "list_tags_for_resource", ResourceArn=arn)["Tags"])


def _subscriptions(session: UnitSession, arn: str, scope: Scope) -> Mapping[str, SubscriptionForm | Unread]:
    """Those that somebody has ended are listed for some days more."""
    found: dict[str, SubscriptionForm | Unread] = {}
    for each in session.pages("sns", "list_subscriptions_by_topic", "Subscriptions", TopicArn=arn):
        name = f"{each['Protocol']}:{each['Endpoint']}"
        if name in scope.subscriptions and each["SubscriptionArn"] != "Deleted":
            found[name] = attempt(_subscription, session, each["SubscriptionArn"])
    return found


def _subscription(session: UnitSession, arn: str) -> SubscriptionForm:
    """Until it is confirmed it has no ARN to ask by."""
    if not arn.startswith("arn:"):
        return SubscriptionForm(confirmed=False, other_settings={})
    attributes = session.call("sns", "get_subscription_attributes", SubscriptionArn=arn)["Attributes"]
    return SubscriptionForm(
        confirmed=attributes.get("PendingConfirmation") != "true",
        other_settings=_others(attributes, *_OF_SUBSCRIPTION),
    )


def _others(attributes: Mapping[str, str], *known: str) -> TagMap:
    """Attributes that are set otherwise than by default. SNS writes what is off as `false`."""
    return {
        name: value
        for name, value in sorted(attributes.items())
        if name not in known and value not in {"", "false", _SET_BY_DEFAULT.get(name)}
    }


def read_queues(session: UnitSession, scope: Scope) -> Mapping[str, QueueForm | Unread]:
    """The queue that a unit has, or had, by name. Raises `AwsError`."""
    name = scope.names.dead_letters
    listed = session.pages("sqs", "list_queues", "QueueUrls", QueueNamePrefix=name)
    urls = [url for url in listed if url.rsplit("/", 1)[-1] == name]
    queues: dict[str, QueueForm | Unread] = {}
    for url in urls:
        tags = attempt(_queue_tags, session, url)
        if scope.takes_in(tags, named=scope.has_events):
            queues[name] = attempt(_read_queue, session, url, tags)
    return queues


def _queue_tags(session: UnitSession, url: str) -> TagMap:
    tags: TagMap = session.call("sqs", "list_queue_tags", QueueUrl=url).get("Tags", {})
    return tags


def _read_queue(session: UnitSession, url: str, tags: TagMap | Unread) -> QueueForm:
    """Waiting times are who reads it's own affair; what it does not take, or sends on, is lost from it."""
    answer = session.call("sqs", "get_queue_attributes", QueueUrl=url, AttributeNames=["All"])
    attributes: Mapping[str, Any] = answer["Attributes"]
    largest = attributes.get("MaximumMessageSize", _LARGEST_EVENT)
    too_small = {"MaximumMessageSize": largest} if int(largest) < _LARGEST_EVENT else {}
    redrive = {"RedrivePolicy": attributes["RedrivePolicy"]} if attributes.get("RedrivePolicy") else {}
    return QueueForm(
        key=attributes.get("KmsMasterKeyId"),
        kept_seconds=int(attributes["MessageRetentionPeriod"]),
        policy=normal.policy(json.loads(attributes.get("Policy") or "{}")),
        other_settings={**too_small, **redrive},
        tags=tags,
        arn=attributes["QueueArn"],
    )


def read_notifications(session: UnitSession, scope: Scope) -> Mapping[str, NotificationsForm | Unread]:
    """What the vaults of the scope tell, by vault. Others' notifications are their owners' business."""
    found: dict[str, NotificationsForm | Unread] = {}
    for vault in sorted(scope.notifying_vaults):
        try:
            answer = session.call("backup", "get_backup_vault_notifications", BackupVaultName=vault)
        except AwsError as error:
            if not error.not_found:
                found[vault] = Unread.because(error)
        else:
            found[vault] = NotificationsForm(
                topic_arn=answer["SNSTopicArn"], events=tuple(sorted(answer["BackupVaultEvents"]))
            )
    return found
