"""A tier as users write it, and what an account may change about it."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints, field_validator, model_validator
from pydantic_core import PydanticCustomError

from tierkeep.catalog.connecting import DATABASES, Connect
from tierkeep.catalog.durations import DurationField, WholeDaysField
from tierkeep.catalog.forms import (
    AvailabilityZone,
    Date,
    Day,
    Destination,
    Model,
    Name,
    TimeOfDay,
    TimeZone,
    TypeName,
    require_day_of,
    unset,
)
from tierkeep.catalog.instances import ApplicationConsistency, ExcludedVolumes, Images
from tierkeep.catalog.locks import AirGapped, ComplianceLock, GovernanceLock

DeploymentName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9.@_-]+$", max_length=100)]


class Schedule(Model):
    """When a tier is backed up, and how long those backups are kept."""

    every: DurationField
    """How often: 1h, 2h, 3h, 4h, 6h, 8h, 12h, 1d, 1w, 1mo or 1y."""
    at: TimeOfDay = "00:00"
    """Time of day, in the tier's time zone; for several runs a day, that of one of them."""
    on: Day | None = None
    """The weekday of a weekly schedule; the day of the month, 1 to 28, of a monthly or yearly one."""
    keep: WholeDaysField
    """How long a backup of this schedule is kept, at least."""
    cold_after: WholeDaysField | None = None
    """It moves to cold storage after so long, where it stays for 90 days at least: cheaper to keep, slower
    and dearer to restore. For efs, and dynamodb with advanced features."""
    archive_after: WholeDaysField | None = None
    """Snapshots of volumes (ebs) move to the archive tier of EBS after so long, and stay there until `keep`
    ends, for 90 days at least. On one monthly or yearly schedule of a tier; a restore from it takes 24 to 72
    hours more."""
    deprecate_after: WholeDaysField | None = None
    """Images of instances (`images`) are deprecated after so long: listings show them to their owner alone,
    and who launches by their id still can. No longer than `keep`, and 10y at most."""

    @model_validator(mode="after")
    def _check(self) -> Schedule:
        every = str(self.every)
        allowed = {"1h", "2h", "3h", "4h", "6h", "8h", "12h", "1d", "1w", "1mo", "1y"}
        if every not in allowed:
            raise PydanticCustomError(
                "every", "every: {every} is not one of 1h, 2h, 3h, 4h, 6h, 8h, 12h, 1d, 1w, 1mo, 1y",
                {"every": every},
            )  # fmt: skip
        require_day_of(self.every, self.on, "schedule")
        return self


class Measured(Model):
    """How long backups of a type take in truth, where somebody has measured it."""

    completion: DurationField | None = None
    """From the start of a backup until it can be restored from; where it is left out, 1h is assumed."""
    copy_: DurationField | None = Field(default=None, alias="copy")
    """From then until its copy can be restored from; where it is left out, 2h are assumed."""


class Protects(Model):
    """How a tier protects one type of resource."""

    recovery_point: Name | None = None
    """The recovery point objective that this type is bound to, by its name under `objectives`."""
    engine: Literal["backup", "dlm"] | None = None
    """AWS Backup or Data Lifecycle Manager; where it is left out, what the tier asks for decides."""
    point_in_time_recovery: Literal["native"] | None = None
    """For dynamodb, for which AWS Backup has none: the tier's `point_in_time_recovery` is switched on in the
    tables themselves. It is never switched off again, and never made to reach back less far."""
    contents: Literal["raw"] | None = None
    """For ebs: volumes hold no file system that a drill knows, such as a database's raw device or LVM. Where
    it is left out, a drill that finds none says UNKNOWN."""
    connect: Connect | None = None
    """For rds and aurora: how a drill reads what a restored database holds. Where it is left out, a drill
    sees it from outside only, and says UNKNOWN of the rest."""
    measured: Measured = unset(Measured)
    """What the worst-case RPO reckons with instead of assumptions; the longest that was seen is wise."""


class CopyTo(Model):
    """A copy of each backup in another Region, in another account, or in both."""

    keep: WholeDaysField | None = None
    """How long a copy is kept; where it is left out, as long as the backup itself."""
    cold_after: WholeDaysField | None = None
    """A copy moves to cold storage after so long; where it is left out, never."""
    deprecate_after: WholeDaysField | None = None
    """Copies of images are deprecated after so long; where it is left out, never."""
    schedules: list[Name] | None = Field(default=None, min_length=1)
    """Only the backups of these schedules are copied; where it is left out, all."""


class PointInTimeRecovery(Model):
    """Continuous backup of the types that AWS can restore to a moment."""

    granularity: DurationField
    """How far the last restorable moment lags behind, at most: 5m on AWS."""
    keep: WholeDaysField
    """How far back one can restore: 1d to 35d."""


class FastSnapshotRestore(Model):
    """EBS volumes made from a snapshot have their full speed at once. Billed by snapshot, zone and hour."""

    availability_zones: list[AvailabilityZone] = Field(min_length=1)
    schedule: Name
    """The schedule whose snapshots are enabled."""
    keep: WholeDaysField
    """How long a snapshot stays enabled, in days or longer."""


class Share(Model):
    """Snapshots are shared with other accounts."""

    with_accounts: list[Name] = Field(min_length=1)
    """Accounts, by their names under `accounts`."""
    unshare_after: WholeDaysField
    """Sharing ends after so long, before the snapshot itself is deleted."""


class OnDemand(Model):
    """Backups besides the schedules, which the catalog's `events` make."""

    on: list[Literal["before-deployment", "after-deployment"]] = Field(min_length=1)
    keep: WholeDaysField
    codedeploy: list[DeploymentName] = Field(default=[], max_length=20)
    """Applications of CodeDeploy whose deployments start them too."""
    codepipeline: list[DeploymentName] = Field(default=[], max_length=20)
    """Pipelines of CodePipeline that do."""


class Tier(Model):
    """A way of backing up: how often, how long, copied where, encrypted how, restored how fast."""

    description: Annotated[str, StringConstraints(min_length=1, max_length=200)]
    protects: dict[TypeName, Protects] = Field(min_length=1)
    """The types of resource that belong to this tier if they carry its tag."""
    recovery_time: Name | None = None
    """The recovery time objective, by its name under `objectives`."""
    encryption: Literal["customer-managed", "aws-managed"]
    """Whose KMS key encrypts the vault and its copies."""
    key_deletion_window: WholeDaysField | None = None
    schedules: dict[Name, Schedule] = Field(min_length=1)
    copy_to: dict[Destination, CopyTo] = {}
    """By Region, such as eu-west-1; or by account and Region, such as vaults/eu-west-1."""
    point_in_time_recovery: PointInTimeRecovery | None = None
    images: Images | None = None
    """Instances (ec2) are backed up as images by Data Lifecycle Manager, rather than by AWS Backup or as
    snapshots; `images: {}` is enough."""
    application_consistency: ApplicationConsistency | None = None
    exclude: ExcludedVolumes | None = None
    """Volumes of its instances (ec2) that snapshots leave out, which Data Lifecycle Manager alone can do."""
    fast_snapshot_restore: FastSnapshotRestore | None = None
    share: Share | None = None
    on_demand: OnDemand | None = None
    vault_lock: GovernanceLock | ComplianceLock | None = Field(default=None, discriminator="mode")
    """Nobody deletes a backup in the tier's vaults or shortens its time: in the vault at home, and in those
    that receive copies."""
    air_gapped: AirGapped | None = None
    """Copies in logically air-gapped vaults, which lie in an account of AWS's and are locked for good."""
    time_zone: TimeZone | None = None
    start_window: DurationField | None = None
    completion_window: DurationField | None = None
    retired: Date | None = None
    """Since when nothing is backed up by it any more. Its vaults and keys stay."""

    @field_validator("protects")
    @classmethod
    def _check_contents(cls, protects: dict[str, Protects]) -> dict[str, Protects]:
        wrong = sorted(name for name, how in protects.items() if how.contents and name != "ebs")
        if wrong:
            raise PydanticCustomError(
                "contents", "`contents` is about volumes: it stands under ebs, not under {type}",
                {"type": wrong[0]},
            )  # fmt: skip
        wrong = sorted(name for name, how in protects.items() if how.connect and name not in DATABASES)
        if wrong:
            raise PydanticCustomError(
                "connect", "`connect` is about databases: it stands under rds or aurora, not under {type}",
                {"type": wrong[0]},
            )  # fmt: skip
        return protects


class ScheduleOverride(Model):
    """What an account changes about a schedule; for a schedule of its own, `every` and `keep` are needed."""

    every: DurationField | None = None
    at: TimeOfDay | None = None
    on: Day | None = None
    keep: WholeDaysField | None = None
    cold_after: WholeDaysField | None = None
    archive_after: WholeDaysField | None = None
    deprecate_after: WholeDaysField | None = None


class TierOverride(Model):
    """What an account changes about a tier: fewer types, or more than the tier promises, never less."""

    protects: list[TypeName] | None = Field(default=None, min_length=1)
    """Only these of the tier's types are protected in this account."""
    schedules: dict[Name, ScheduleOverride] = {}
    """Schedules of the tier with changes, or more schedules."""
    copy_to: dict[Destination, CopyTo] = {}
    """More destinations, or other terms for one of the tier's."""
    point_in_time_recovery: PointInTimeRecovery | None = None
    start_window: DurationField | None = None
    completion_window: DurationField | None = None
    retired: Date | None = None
    """Since when nothing is backed up by it here."""
