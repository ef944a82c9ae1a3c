"""Frameworks and reports of AWS Backup Audit Manager, the bucket of the reports, and a Region's opt-ins."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from tierkeep.desired.model import Origin
from tierkeep.validate.forms.shared import OPEN, TagMap
from tierkeep.validate.unread import Unread


@dataclass(frozen=True, kw_only=True, slots=True)
class ControlForm:
    """A control of a framework with its parameters and its scope."""

    parameters: TagMap
    tags: TagMap
    """The tag of what it is about; none where it is about named resources."""
    resources: tuple[str, ...] | Unread
    """Ids of resources as read; names of backup plans once they are resolved."""
    resource_types: tuple[str, ...]
    origin: Origin = field(default=(), compare=False)

    def __str__(self) -> str:
        given = ", ".join(f"{name} {value}" for name, value in self.parameters.items())
        return f"a control with {given or 'no parameters'}"


@dataclass(frozen=True, kw_only=True, slots=True)
class FrameworkForm:
    """A framework with its controls by name."""

    status: str
    """By what AWS Config records: `ACTIVE` is as it should be."""
    deployment: str
    """`COMPLETED` is as it should be."""
    description: str
    controls: Mapping[str, ControlForm]
    tags: TagMap | Unread = field(metadata=OPEN)
    arn: str | None = field(default=None, compare=False)
    origin: Origin = field(default=(), compare=False)

    def __str__(self) -> str:
        return f"a framework of {len(self.controls)} controls"


@dataclass(frozen=True, kw_only=True, slots=True)
class ReportPlanForm:
    """A report that AWS Backup writes each day."""

    deployment: str
    """`COMPLETED` is as it should be."""
    description: str
    template: str
    frameworks: tuple[str, ...] | Unread
    """ARNs of what it is about as read; names once they are resolved."""
    bucket: str
    formats: tuple[str, ...]
    other_settings: TagMap
    tags: TagMap | Unread = field(metadata=OPEN)
    arn: str | None = field(default=None, compare=False)
    origin: Origin = field(default=(), compare=False)

    def __str__(self) -> str:
        return f"a report plan {self.template} into {self.bucket}"


@dataclass(frozen=True, kw_only=True, slots=True)
class ExpiryForm:
    """A lifecycle rule of a bucket. In days; None is never."""

    status: str
    prefix: str
    after_days: int | None
    noncurrent_after_days: int | None
    uploads_after_days: int | None
    """After which uploads that were never completed are given up."""
    other_settings: TagMap
    origin: Origin = field(default=(), compare=False)

    def __str__(self) -> str:
        return f"a lifecycle rule that deletes after {self.after_days} days"


@dataclass(frozen=True, kw_only=True, slots=True)
class ReportBucketForm:
    """The bucket of a unit's reports."""

    versioning: str | Unread
    """`Enabled` is as it should be."""
    blocked: tuple[str, ...] | Unread
    """Which ways to the public are blocked."""
    ownership: str | Unread
    encryption: str | Unread
    policy: TagMap | Unread
    """The statements of its policy by their ids, each as JSON."""
    expiry: Mapping[str, ExpiryForm] | Unread
    tags: TagMap | Unread = field(metadata=OPEN)
    arn: str | None = field(default=None, compare=False)
    origin: Origin = field(default=(), compare=False)

    def __str__(self) -> str:
        return "a private, encrypted and versioned bucket"


@dataclass(frozen=True, kw_only=True, slots=True)
class OptInForm:
    """Whether the account's backups in a Region take in a type."""

    opted_in: bool
    origin: Origin = field(default=(), compare=False)

    def __str__(self) -> str:
        return "opted in" if self.opted_in else "opted out"
