"""Policies of Data Lifecycle Manager, of every kind."""

from dataclasses import replace

from tests.validate.common_states import CATALOG, DEVELOPMENT, DR, HOME, PRODUCTION, TAGS, days
from tierkeep.desired.model import (
    Age,
    ArchiveRule,
    CrossRegionCopyRule,
    DefaultExclusions,
    DefaultPolicy,
    FastRestoreRule,
    Images,
    Scripts,
    SharedCopyPolicy,
    ShareRule,
    SnapshotPolicy,
    SnapshotSchedule,
    TimeUnit,
    VolumeExclusions,
)

INTERVAL_SCHEDULE = SnapshotSchedule(
    name="four-hourly",
    interval_hours=4,
    start_time="00:00",
    cron=None,
    retain=days(7),
    copies=(
        CrossRegionCopyRule(
            target_region=DR,
            key_alias="alias/campus-critical-copies",
            retain=days(7),
            origin=("tiers", "critical", "copy_to", DR),
        ),
    ),
    fast_restore=FastRestoreRule(
        availability_zones=("ap-south-1a", "ap-south-1b"),
        keep=days(1),
        origin=("tiers", "critical", "fast_snapshot_restore"),
    ),
    share=None,
    tags_to_add=(("tierkeep:tier", "critical"),),
    origin=("tiers", "critical", "schedules", "four-hourly"),
)

CRON_SCHEDULE = replace(
    INTERVAL_SCHEDULE,
    name="weekly",
    interval_hours=None,
    start_time=None,
    cron="cron(0 6 ? * SUN *)",
    retain=Age(interval=4, unit=TimeUnit.WEEKS),
    copies=(),
    fast_restore=None,
    share=ShareRule(
        account_ids=(DEVELOPMENT,), unshare_after=days(14), origin=("tiers", "critical", "share")
    ),
    origin=("tiers", "critical", "schedules", "weekly"),
)

ARCHIVED_SCHEDULE = replace(
    CRON_SCHEDULE,
    name="monthly",
    cron="cron(0 7 1 * ? *)",
    retain=days(31),
    share=None,
    archive=ArchiveRule(retain=days(335), origin=("tiers", "critical", "schedules", "monthly")),
    origin=("tiers", "critical", "schedules", "monthly"),
)

POLICY = SnapshotPolicy(
    name="campus-critical-volumes",
    tier="critical",
    description="campus tier critical volumes",
    resource_type="VOLUME",
    role_arn=f"arn:aws:iam::{PRODUCTION}:role/campus-snapshots-{HOME}",
    target_tags=(("backup-tier", "critical"),),
    time_zone="Etc/UTC",
    schedules=(INTERVAL_SCHEDULE, CRON_SCHEDULE, ARCHIVED_SCHEDULE),
    tags=(*TAGS, ("tierkeep:policy", "campus-critical-volumes")),
    origin=("tiers", "critical", "protects", "ebs"),
)


INSTANCE_POLICY = replace(
    POLICY,
    name="campus-critical-instances",
    description="campus tier critical instances",
    resource_type="INSTANCE",
    schedules=(
        replace(
            INTERVAL_SCHEDULE,
            copies=(),
            fast_restore=None,
            scripts=Scripts(
                handler="campus-quiesce",
                timeout_seconds=60,
                retries=2,
                crash_consistent_on_failure=False,
                origin=("tiers", "critical", "application_consistency"),
            ),
        ),
    ),
    exclusions=VolumeExclusions(
        boot_volume=True,
        data_volume_tags=(("scratch", "yes"),),
        origin=("tiers", "critical", "exclude"),
    ),
    tags=(*TAGS, ("tierkeep:policy", "campus-critical-instances")),
    origin=("tiers", "critical", "protects", "ec2"),
)


IMAGE_POLICY = replace(
    INSTANCE_POLICY,
    name="campus-critical-images",
    description="campus tier critical images",
    schedules=(
        replace(
            INTERVAL_SCHEDULE,
            copies=(replace(INTERVAL_SCHEDULE.copies[0], deprecate=days(3)),),
            fast_restore=None,
            deprecate=days(2),
        ),
    ),
    exclusions=None,
    images=Images(reboot=True, origin=("tiers", "critical", "images")),
    tags=(*TAGS, ("tierkeep:policy", "campus-critical-images")),
)


DEFAULT_POLICY = DefaultPolicy(
    name="campus-volumes-default",
    description="campus default for volumes",
    resource_type="VOLUME",
    role_arn=f"arn:aws:iam::{PRODUCTION}:role/campus-snapshots-{HOME}",
    every_days=2,
    keep_days=14,
    copy_tags=True,
    extend_deletion=True,
    copy_regions=(DR,),
    exclusions=DefaultExclusions(boot_volumes=True, volume_types=("sc1", "st1"), tags=(("scratch", "yes"),)),
    tags=(("tierkeep:catalog", CATALOG), ("tierkeep:policy", "campus-volumes-default")),
    origin=("default_policies", "volumes"),
)

INSTANCE_DEFAULT = replace(
    DEFAULT_POLICY,
    name="campus-instances-default",
    description="campus default for instances",
    resource_type="INSTANCE",
    every_days=1,
    keep_days=7,
    copy_tags=False,
    extend_deletion=False,
    copy_regions=(),
    exclusions=DefaultExclusions(boot_volumes=False, volume_types=(), tags=()),
    tags=(("tierkeep:catalog", CATALOG), ("tierkeep:policy", "campus-instances-default")),
    origin=("default_policies", "instances"),
)


COPY_POLICY = SharedCopyPolicy(
    name="campus-critical-shared",
    tier="critical",
    description="campus tier critical shared snapshots",
    role_arn=f"arn:aws:iam::{PRODUCTION}:role/campus-snapshots-{HOME}",
    owners=(DEVELOPMENT,),
    description_regex="^.*Created for policy: policy-.*$",
    copies=(
        CrossRegionCopyRule(
            target_region=DR,
            key_alias="alias/campus-critical-copies",
            retain=days(30),
            origin=("tiers", "critical", "copy_to", DR),
        ),
    ),
    tags=(*TAGS, ("tierkeep:policy", "campus-critical-shared")),
    origin=("tiers", "critical", "copy_to", DR),
)
