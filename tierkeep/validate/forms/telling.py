"""What tells of failures: the topic, its queue of undelivered events, rules, and notifications of vaults."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from tierkeep.desired.model import Origin
from tierkeep.validate.forms.shared import OPEN, TagMap
from tierkeep.validate.unread import Unread


@dataclass(frozen=True, kw_only=True, slots=True)
class SubscriptionForm:
    """A subscription to a topic."""

    confirmed: bool
    """Whether its owner has said yes; until then it is told nothing."""
    other_settings: TagMap
    origin: Origin = field(default=(), compare=False)

    def __str__(self) -> str:
        return "a subscription" if self.confirmed else "a subscription that waits to be confirmed"


@dataclass(frozen=True, kw_only=True, slots=True)
class TopicForm:
    """A topic of SNS. `key` as in `VaultForm`."""

    key: str | Unread | None
    policy: TagMap
    """The statements of its policy by their ids, each as JSON."""
    subscriptions: Mapping[str, SubscriptionForm | Unread] | Unread = field(metadata=OPEN)
    """By protocol and endpoint, such as `email:somebody@example.org`; others may subscribe besides."""
    other_settings: TagMap
    tags: TagMap | Unread = field(metadata=OPEN)
    arn: str | None = field(default=None, compare=False)
    origin: Origin = field(default=(), compare=False)

    def __str__(self) -> str:
        return f"a topic encrypted with {self.key}"


@dataclass(frozen=True, kw_only=True, slots=True)
class QueueForm:
    """A queue of SQS. `key` as in `VaultForm`."""

    key: str | Unread | None
    kept_seconds: int
    policy: TagMap
    """The statements of its policy by their ids, each as JSON."""
    other_settings: TagMap
    tags: TagMap | Unread = field(metadata=OPEN)
    arn: str | None = field(default=None, compare=False)
    origin: Origin = field(default=(), compare=False)

    def __str__(self) -> str:
        return f"a queue encrypted with {self.key}"


@dataclass(frozen=True, kw_only=True, slots=True)
class TargetForm:
    """What a rule of EventBridge sends events to."""

    arn: str
    role_arn: str | None
    input: str | None
    """What it gets, as JSON; None is the event itself."""
    dead_letters: str | None
    """The ARN of the queue of what could not be delivered."""
    other_settings: TagMap
    origin: Origin = field(default=(), compare=False)

    def __str__(self) -> str:
        return f"the target {self.arn}"


@dataclass(frozen=True, kw_only=True, slots=True)
class EventRuleForm:
    """A rule of EventBridge with its targets by their ids."""

    state: str
    """`ENABLED` is as it should be."""
    description: str
    pattern: TagMap
    """What it asks of each member of an event, as JSON."""
    targets: Mapping[str, TargetForm] | Unread
    other_settings: TagMap
    tags: TagMap | Unread = field(metadata=OPEN)
    arn: str | None = field(default=None, compare=False)
    origin: Origin = field(default=(), compare=False)

    def __str__(self) -> str:
        return f"an event rule for {', '.join(self.pattern)}"


@dataclass(frozen=True, kw_only=True, slots=True)
class NotificationsForm:
    """What a vault itself publishes, and where."""

    topic_arn: str
    events: tuple[str, ...]
    origin: Origin = field(default=(), compare=False)

    def __str__(self) -> str:
        return f"notifications of {', '.join(self.events)}"
