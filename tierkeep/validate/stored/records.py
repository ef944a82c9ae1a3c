"""What is stored in a unit, record by record: the second half of the observed state.

Forms (`observed.py`) say how things are set up; records say what there is: the resources that somebody uses,
what has been kept of them, and the jobs that made it. There may be a hundred thousand recovery points, so
records are a stream: read page by page, saved line by line, and judged one by one, in this order: resources
first, then jobs, then what is kept, and last the keys that it is encrypted with.

Moments are in UTC and sizes in bytes. What AWS did not answer is `Unread`; None is "AWS says: none".
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import TypeAlias

from tierkeep.desired.model import ResourceType
from tierkeep.validate.unread import Unread


def last_part(arn: str) -> str:
    """What an ARN says of which of its kind it is."""
    return arn.rsplit("/", 1)[-1].rsplit(":", 1)[-1]


@dataclass(frozen=True, kw_only=True, slots=True)
class Resource:
    """A resource of a type that a tier can protect, whether or not any claims it."""

    arn: str
    type: ResourceType
    name: str
    """What people know it by: its tag `Name`, or its identifier."""
    tags: Mapping[str, str] | Unread
    created_at: datetime | None
    size_bytes: int | None
    """None where AWS does not say."""
    encrypted: bool | None
    """None where AWS does not say."""
    key_arn: str | None
    in_use: bool = True
    """False for a volume that no instance uses."""
    parent_arn: str | None = None
    """Of a volume, the instance that it is attached to; of a database instance, its cluster."""
    versioned: bool | Unread | None = None
    """Of a bucket: whether versioning is enabled, without which AWS Backup backs up nothing."""
    event_bridge: bool | Unread | None = None
    """Of a bucket: whether it sends its events to EventBridge, without which point-in-time recovery ends."""
    restorable_from: datetime | None = None
    """The earliest moment that its own point-in-time recovery reaches; None where it has none."""
    restorable_to: datetime | None = None

    @property
    def called(self) -> str:
        """What people know it by, and its identifier where that is something else: several may have one
        name."""
        identifier = last_part(self.arn)
        return self.name if self.name == identifier else f"{self.name} ({identifier})"


@dataclass(frozen=True, kw_only=True, slots=True)
class RecoveryPoint:
    """A recovery point of AWS Backup, in a vault of this unit, or in one that this unit copies to."""

    arn: str
    vault_arn: str
    resource_arn: str
    resource_type: str
    """In AWS Backup's words, such as `EBS`."""
    created_at: datetime
    """Of a copy: when its original was created (developer guide, recov-point-create-a-copy)."""
    completed_at: datetime | None
    status: str
    status_message: str | None
    plan: str | None
    """The name of the backup plan that made it, or its original; None where it was made on demand."""
    rule: str | None
    source_vault_arn: str | None
    """The vault that it was copied from; None for what is no copy."""
    encrypted: bool
    key_arn: str | None
    delete_after_days: int | None
    cold_after_days: int | None
    delete_at: datetime | None
    """When AWS Backup will delete it; None is never."""
    size_bytes: int | None
    last_restored_at: datetime | None
    continuous: bool
    """Whether it is the one of a resource with point-in-time recovery."""
    vault_type: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Snapshot:
    """An EBS snapshot of this account, in this Region, whoever made it; and after all of those, ones that
    Data Lifecycle Manager made in Regions that snapshots are copied to. The ARN says in which."""

    id: str
    arn: str
    volume_id: str
    """`vol-ffffffff` for a snapshot that was copied."""
    started_at: datetime
    state: str
    tags: Mapping[str, str]
    """Among them Data Lifecycle Manager's own: `aws:dlm:lifecycle-policy-id` and `…-schedule-name`."""
    encrypted: bool
    key_arn: str | None
    archived: bool
    volume_bytes: int
    """The size of its volume: what it stores itself, AWS does not list."""
    public: bool
    """Whether every account may make a volume of it."""
    shared_with: tuple[str, ...] | Unread | None
    """Accounts that may; None where nobody asked (`observe` asks for the catalog's own alone)."""
    description: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Image:
    """An image (AMI) of this account."""

    id: str
    arn: str
    name: str
    created_at: datetime
    state: str
    tags: Mapping[str, str]
    snapshot_ids: tuple[str, ...]
    public: bool
    deprecated_at: datetime | None


class JobKind(StrEnum):
    """What a job of AWS Backup does."""

    BACKUP = "backup"
    COPY = "copy"
    RESTORE = "restore"


@dataclass(frozen=True, kw_only=True, slots=True)
class Job:
    """A job of AWS Backup that was created within the period that is looked at."""

    kind: JobKind
    id: str
    state: str
    message: str | None
    category: str | None
    """AWS's message category; `SUCCESS` may come with state COMPLETED and another category besides."""
    resource_arn: str
    resource_type: str
    created_at: datetime
    completed_at: datetime | None
    vault_arn: str | None
    """Where it writes to; of a restore, where its recovery point lies."""
    recovery_point_arn: str | None
    """What it made; of a restore, what it restored."""
    plan: str | None
    rule: str | None
    delete_after_days: int | None = None
    """Of what it made."""
    restore_testing_plan: str | None = None
    """Of a restore that AWS's restore testing started: its plan's ARN."""
    validation: str | None = None
    """Of a restore: AWS's validation status."""


@dataclass(frozen=True, kw_only=True, slots=True)
class FastRestore:
    """Fast snapshot restore of one snapshot in one Availability Zone."""

    snapshot_id: str
    zone: str
    state: str
    reason: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Key:
    """A key that something kept here is encrypted with, where it is none of the catalog's own."""

    arn: str
    state: str | Unread
    """In KMS's words, such as `Enabled`; `GONE` where there is no such key any more."""


GONE = "Gone"
"""The state of a key that KMS does not know: what it encrypted is lost."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Incomplete:
    """A part of the stream that ends before it is whole: `what` was read as far as it went."""

    stream: str
    """Such as `resources/ebs`, `jobs/copy`, `points/VAULT ARN`, `snapshots`, `snapshots/REGION`, `images`"""
    cause: Unread


@dataclass(frozen=True, kw_only=True, slots=True)
class Whole:
    """A part of the stream that has been read to its end: absence in it can be trusted."""

    stream: str


Record: TypeAlias = Resource | RecoveryPoint | Snapshot | Image | Job | FastRestore | Key | Incomplete | Whole


@dataclass(frozen=True, kw_only=True, slots=True)
class PlanVersion:
    """Since when a plan's rules have been what they are now, as far as its versions say."""

    created_at: datetime
    rules_since: Mapping[str, datetime] = field(default_factory=dict)
    """By the rule's name."""
