"""Roles, state machines, and the tables that some of these look after."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from tierkeep.desired.model import Origin
from tierkeep.validate.forms.shared import OPEN, TagMap
from tierkeep.validate.unread import Unread


@dataclass(frozen=True, kw_only=True, slots=True)
class RoleForm:
    """An IAM role that an AWS service assumes, or a command of Tierkeep."""

    arn: str
    trust: TagMap
    """The statements of its trust policy by their ids, each as JSON."""
    policies: Mapping[str, TagMap | Unread] | Unread
    """The statements of each policy by their ids: of inline policies by name, of attached ones by ARN. What
    AWS's own policies say is AWS's business: those have none here."""
    boundary: str | None
    """The ARN of its permissions boundary."""
    tags: TagMap = field(metadata=OPEN)
    origin: Origin = field(default=(), compare=False)

    def __str__(self) -> str:
        return f"the role {self.arn}"


@dataclass(frozen=True, kw_only=True, slots=True)
class StartForm:
    """A schedule that starts a state machine."""

    state: str
    """`ENABLED` is as it should be."""
    expression: str
    time_zone: str
    description: str
    target: str
    role_arn: str
    other_settings: TagMap
    origin: Origin = field(default=(), compare=False)

    def __str__(self) -> str:
        return f"a schedule {self.expression}"


@dataclass(frozen=True, kw_only=True, slots=True)
class MachineForm:
    """A state machine of Step Functions."""

    status: str
    """`ACTIVE` is as it should be."""
    type: str
    definition: TagMap
    """Its states by their names, with `States.` before them, and what else it says, each as JSON."""
    role_arn: str
    logging: str
    """What of its executions goes to which log group."""
    tracing: bool
    start: StartForm | Unread | None
    """What starts it; None where nothing does."""
    tags: TagMap | Unread = field(metadata=OPEN)
    arn: str | None = field(default=None, compare=False)
    origin: Origin = field(default=(), compare=False)

    def __str__(self) -> str:
        return f"a state machine that runs as {self.role_arn}"


@dataclass(frozen=True, kw_only=True, slots=True)
class LogGroupForm:
    """The log group of a state machine."""

    retention_days: int | None
    """None is always."""
    key: str | None
    """The ARN of the key of KMS that encrypts it; None is CloudWatch's own encryption."""
    other_settings: TagMap
    tags: TagMap | Unread = field(metadata=OPEN)
    arn: str | None = field(default=None, compare=False)
    origin: Origin = field(default=(), compare=False)

    def __str__(self) -> str:
        return f"a log group kept {self.retention_days} days"


@dataclass(frozen=True, kw_only=True, slots=True)
class TableForm:
    """A DynamoDB table of somebody's, which carries the tag of a tier."""

    recovery_period_days: int | Unread | None
    """How far back its own point-in-time recovery reaches; None where it is off."""
    tier: str = field(compare=False)
    arn: str | None = field(default=None, compare=False)
    origin: Origin = field(default=(), compare=False)

    def __str__(self) -> str:
        return f"a table of tier {self.tier}"
