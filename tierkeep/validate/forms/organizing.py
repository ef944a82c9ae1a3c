"""What the management account of an organisation holds for all of its accounts."""

from dataclasses import dataclass, field

from tierkeep.desired.model import Origin
from tierkeep.validate.forms.shared import OPEN, TagMap
from tierkeep.validate.unread import Unread

BACKUP_POLICY = "BACKUP_POLICY"
SERVICE_CONTROL_POLICY = "SERVICE_CONTROL_POLICY"


@dataclass(frozen=True, kw_only=True, slots=True)
class GlobalSettingForm:
    """A setting of AWS Backup for the whole organisation."""

    value: str
    origin: Origin = field(default=(), compare=False)

    def __str__(self) -> str:
        return self.value


@dataclass(frozen=True, kw_only=True, slots=True)
class AdministratorForm:
    """An account that is a delegated administrator of AWS Backup."""

    state: str
    """`ACTIVE` is as it should be."""
    arn: str | None = field(default=None, compare=False)
    origin: Origin = field(default=(), compare=False)

    def __str__(self) -> str:
        return "a delegated administrator of AWS Backup"


@dataclass(frozen=True, kw_only=True, slots=True)
class OrganizationPolicyForm:
    """A policy of AWS Organizations with what it is attached to."""

    type: str
    description: str
    content: TagMap
    """What it says in parts, each as JSON: a service control policy's statements by their ids."""
    targets: TagMap | Unread
    """By the ids of what it is attached to: roots, organisational units and accounts."""
    tags: TagMap | Unread = field(metadata=OPEN)
    arn: str | None = field(default=None, compare=False)
    origin: Origin = field(default=(), compare=False)

    def __str__(self) -> str:
        return f"a policy {self.type} with {', '.join(self.content)}"
