"""Snapshot policies of Data Lifecycle Manager, as parts of the desired state."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from tierkeep.desired.terms import Age, Origin, Tags, TimeUnit, UnitId

VSS = "AWS_VSS_BACKUP"
"""The handler of scripts that stands for AWS's own (botocore 1.44.5, dlm Script.ExecutionHandler)."""


class PolicyResource(StrEnum):
    """The types of Terraform's resources that a policy can be deployed as."""

    NATIVE = "aws_dlm_lifecycle_policy"
    STACK = "aws_cloudformation_stack"
    """A stack of CloudFormation that holds the policy alone."""


@dataclass(frozen=True, kw_only=True, slots=True)
class CrossRegionCopyRule:
    """A copy of each snapshot that Data Lifecycle Manager makes in another Region of the same account."""

    target_region: str
    key_alias: str | None
    """Alias, in the target Region, of the customer-managed key that encrypts the copy; None leaves it to the
    account's default key for EBS."""
    retain: Age
    deprecate: Age | None = None
    """When a copy of an image is deprecated; None is never, and for snapshots."""
    origin: Origin


@dataclass(frozen=True, kw_only=True, slots=True)
class FastRestoreRule:
    """Fast snapshot restore: each snapshot of the schedule restores at full speed for `keep`, in `zones`."""

    availability_zones: tuple[str, ...]
    keep: Age
    origin: Origin


@dataclass(frozen=True, kw_only=True, slots=True)
class ShareRule:
    """Each snapshot of the schedule is shared with these accounts and unshared after `unshare_after`.

    None shares it as long as it is there: with an account that copies it, which then holds all of it anyway.
    """

    account_ids: tuple[str, ...]
    unshare_after: Age | None
    origin: Origin


@dataclass(frozen=True, kw_only=True, slots=True)
class CopyElsewhere:
    """A copy that another account makes of each snapshot of the schedule that is shared with it."""

    destination: UnitId
    retain: Age
    """At least: see `SharedCopyPolicy`."""
    origin: Origin


@dataclass(frozen=True, kw_only=True, slots=True)
class Scripts:
    """What Systems Manager runs on an instance before its snapshots and after them."""

    handler: str
    """An SSM document, by name or ARN; or `VSS`, for which Data Lifecycle Manager takes AWS's own."""
    timeout_seconds: int | None
    """For each script; None with VSS, which has its own."""
    retries: int
    crash_consistent_on_failure: bool
    """Whether there is a snapshot all the same where the script before it fails."""
    origin: Origin

    @property
    def own_document(self) -> bool:
        """Whether the document is the team's."""
        return self.handler != VSS


@dataclass(frozen=True, kw_only=True, slots=True)
class ScriptDocument:
    """A document of Systems Manager with the scripts around the snapshots of a tier's instances."""

    name: str
    tier: str
    application: str
    """What it is for, as the catalog calls it."""
    content: str
    """The document itself, as JSON."""
    mount_points: tuple[str, ...]
    """File systems of the instances that it freezes."""
    own_scripts: tuple[tuple[str, str], ...]
    """What it holds of the team's: where each stands in the catalog, and its text."""
    tags: Tags
    origin: Origin


@dataclass(frozen=True, kw_only=True, slots=True)
class ArchiveRule:
    """Snapshots go to the archive tier when their schedule's `retain` ends, and stay for `retain` there."""

    retain: Age
    origin: Origin


@dataclass(frozen=True, kw_only=True, slots=True)
class Images:
    """Images (AMIs) of instances in the place of snapshots."""

    reboot: bool
    """Whether each instance is rebooted for its image."""
    origin: Origin


@dataclass(frozen=True, kw_only=True, slots=True)
class VolumeExclusions:
    """Volumes of an instance that its snapshots leave out."""

    boot_volume: bool
    data_volume_tags: Tags
    """A data volume that has any one of these is left out."""
    origin: Origin


@dataclass(frozen=True, kw_only=True, slots=True)
class SnapshotSchedule:
    """One schedule of a snapshot policy. Either `interval_hours` with `start_time`, or `cron`."""

    name: str
    interval_hours: int | None
    start_time: str | None
    """hh:mm in UTC, the only zone that Data Lifecycle Manager knows."""
    cron: str | None
    retain: Age
    """How long snapshots are in the standard tier: where there is no `archive`, until they are deleted."""
    copies: tuple[CrossRegionCopyRule, ...]
    fast_restore: FastRestoreRule | None
    share: ShareRule | None
    copies_elsewhere: tuple[CopyElsewhere, ...] = ()
    scripts: Scripts | None = None
    archive: ArchiveRule | None = None
    deprecate: Age | None = None
    """When an image is deprecated; None is never, and for snapshots."""
    tags_to_add: Tags
    origin: Origin

    @property
    def kept(self) -> Age:
        """How long a snapshot exists, in whichever tier. With an archive both ages are in days."""
        if self.archive is None:
            return self.retain
        return Age(interval=self.retain.interval + self.archive.retain.interval, unit=TimeUnit.DAYS)


@dataclass(frozen=True, kw_only=True, slots=True)
class SnapshotPolicy:
    """A policy of Data Lifecycle Manager for EBS snapshots, or for images (AMIs) of instances.

    AWS gives it an id only when it is made; until then, and to recognise it later, it goes by its tag
    `tierkeep:policy`, whose value is `name`.
    """

    name: str
    tier: str
    description: str
    resource_type: str
    """`VOLUME` or `INSTANCE`; an instance policy snapshots all volumes of the instance at one instant."""
    role_arn: str
    target_tags: Tags
    time_zone: str
    """The zone in which the catalog means the schedules' times; AWS reads them in UTC whatever it is."""
    time_zone_origin: Origin = ()
    """Where the zone stands, as in a `BackupRule`."""
    schedules: tuple[SnapshotSchedule, ...]
    exclusions: VolumeExclusions | None = None
    images: Images | None = None
    """None makes snapshots."""
    tags: Tags
    origin: Origin

    @property
    def policy_type(self) -> str:
        """As Data Lifecycle Manager's API says."""
        return "IMAGE_MANAGEMENT" if self.images else "EBS_SNAPSHOT_MANAGEMENT"

    @property
    def resource(self) -> PolicyResource:
        """What deploys it: a stack only where it needs what the native resource lacks (ADR 12)."""
        lacking = any(each.scripts or each.archive for each in self.schedules)
        # Of images it cannot say where a copy goes: its `target` is for snapshots, AWS's TargetRegion lacks.
        copied_images = self.images and any(each.copies for each in self.schedules)
        left_out_by_tag = self.exclusions and self.exclusions.data_volume_tags
        if lacking or copied_images or left_out_by_tag:
            return PolicyResource.STACK
        return PolicyResource.NATIVE


@dataclass(frozen=True, kw_only=True, slots=True)
class SharedCopyPolicy:
    """A policy that copies what other accounts share with this one, in the Region where they share it.

    It tells snapshots apart by their owner and their description only. What it copies, of whatever schedule,
    it copies to each of its Regions, and keeps alike: as long as the longest that is asked for.
    """

    name: str
    """As that of a `SnapshotPolicy`, by its tag `tierkeep:policy`."""
    tier: str
    description: str
    role_arn: str
    owners: tuple[str, ...]
    """Ids of the accounts whose snapshots it copies."""
    description_regex: str
    copies: tuple[CrossRegionCopyRule, ...]
    tags: Tags
    origin: Origin
