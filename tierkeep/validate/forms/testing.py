"""Restore testing plans of AWS Backup."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from tierkeep.desired.model import Origin
from tierkeep.validate.forms.shared import OPEN, TagMap
from tierkeep.validate.unread import Unread


@dataclass(frozen=True, kw_only=True, slots=True)
class RestoreSelectionForm:
    """What a restore testing plan restores of one type."""

    resource_type: str
    role_arn: str
    resources: tuple[str, ...]
    """ARNs of the only resources that it is for; none where it is for all that have the tags."""
    string_equals: TagMap
    """By condition key, `aws:ResourceTag/…`."""
    validation_window_hours: int
    metadata: TagMap
    """What is restored otherwise than AWS infers."""
    other_settings: TagMap
    origin: Origin = field(default=(), compare=False)

    def __str__(self) -> str:
        return f"restores of {self.resource_type}"


@dataclass(frozen=True, kw_only=True, slots=True)
class RestoreTestForm:
    """A restore testing plan with its selections by name."""

    schedule: str
    time_zone: str
    start_window_hours: int
    algorithm: str
    vaults: tuple[str, ...]
    """ARNs of the vaults whose recovery points are restored, without those that are left out again."""
    point_types: tuple[str, ...]
    window_days: int
    """How old a recovery point may be."""
    selections: Mapping[str, RestoreSelectionForm | Unread] | Unread
    other_settings: TagMap
    tags: TagMap | Unread = field(metadata=OPEN)
    arn: str | None = field(default=None, compare=False)
    origin: Origin = field(default=(), compare=False)

    def __str__(self) -> str:
        return f"a restore testing plan {self.schedule} ({self.time_zone})"
