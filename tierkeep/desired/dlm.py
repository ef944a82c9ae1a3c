"""Snapshot policies of Data Lifecycle Manager for one tier in one unit."""

from __future__ import annotations

from collections.abc import Iterator

from tierkeep.catalog.durations import Duration
from tierkeep.catalog.tiers import CopyTo, Schedule
from tierkeep.desired.context import Destination, TierInUnit
from tierkeep.desired.engines import DLM_TYPES
from tierkeep.desired.model import (
    Age,
    ArchiveRule,
    CopyElsewhere,
    CrossRegionCopyRule,
    Engine,
    FastRestoreRule,
    Images,
    ResourceType,
    RolePurpose,
    ShareRule,
    SnapshotPolicy,
    SnapshotSchedule,
    TimeUnit,
)
from tierkeep.desired.schedules import age, cron, interval_hours
from tierkeep.desired.scripts import exclusions, scripts
from tierkeep.desired.shared import copied_schedules, copies_key


def snapshot_policies(tier: TierInUnit) -> list[SnapshotPolicy]:
    """A policy for each type that Data Lifecycle Manager protects for the tier."""
    return [_policy(tier, each) for each in tier.types_of(Engine.DLM) if each in DLM_TYPES]


def _policy(tier: TierInUnit, resource_type: ResourceType) -> SnapshotPolicy:
    what, api_type = DLM_TYPES[resource_type]
    images = _images(tier, resource_type)
    # AWS does not change what a policy makes, so that another of another name takes over.
    what = "images" if images else what
    name = tier.names.snapshot_policy(tier.name, what)
    return SnapshotPolicy(
        name=name,
        tier=tier.name,
        description=f"{tier.names.catalog} tier {tier.name} {what}",
        resource_type=api_type,
        role_arn=tier.names.role_arn(tier.names.role(RolePurpose.SNAPSHOTS)),
        target_tags=tier.resource_tags,
        time_zone=tier.time_zone,
        time_zone_origin=tier.at_setting("time_zone"),
        schedules=tuple(
            _schedule(tier, each, schedule, resource_type, images=images is not None)
            for each, schedule in sorted(tier.tier.schedules.items())
        ),
        exclusions=exclusions(tier) if resource_type is ResourceType.EC2 and images is None else None,
        images=images,
        tags=tier.names.tags(tier.name, policy=name),
        origin=(*tier.origin, "protects", resource_type.value),
    )


def _images(tier: TierInUnit, resource_type: ResourceType) -> Images | None:
    asked = tier.tier.images
    if asked is None or resource_type is not ResourceType.EC2:
        return None
    return Images(reboot=asked.reboot, origin=(*tier.origin, "images"))


def _schedule(
    tier: TierInUnit, name: str, schedule: Schedule, resource_type: ResourceType, *, images: bool
) -> SnapshotSchedule:
    hours = interval_hours(schedule)
    volumes = resource_type is ResourceType.EBS
    archive = _archive(tier, name, schedule) if volumes else None
    return SnapshotSchedule(
        name=name,
        interval_hours=hours,
        start_time=schedule.at if hours else None,
        cron=None if hours else cron(schedule),
        retain=_days(schedule.archive_after) if archive and schedule.archive_after else age(schedule.keep),
        copies=tuple(
            _copy(tier, each, schedule, images=images)
            for each in tier.own_destinations
            if each.terms.schedules is None or name in each.terms.schedules
        ),
        fast_restore=_fast_restore(tier, name) if volumes else None,
        share=_share(tier, name) if volumes else None,
        copies_elsewhere=tuple(_copies_elsewhere(tier, name)) if volumes else (),
        scripts=scripts(tier) if resource_type is ResourceType.EC2 and not images else None,
        archive=archive,
        deprecate=age(schedule.deprecate_after) if images and schedule.deprecate_after else None,
        tags_to_add=tier.names.tags(tier.name, schedule=name),
        origin=tier.at("schedules", name),
    )


def _archive(tier: TierInUnit, name: str, schedule: Schedule) -> ArchiveRule | None:
    if schedule.archive_after is None:
        return None
    # What is left of `keep`, in days on both sides of the move, so that both together are all of it.
    left = schedule.keep.days - schedule.archive_after.days
    return ArchiveRule(retain=Age(interval=left, unit=TimeUnit.DAYS), origin=tier.at("schedules", name))


def _days(duration: Duration) -> Age:
    return Age(interval=duration.days, unit=TimeUnit.DAYS)


def _copy(tier: TierInUnit, to: Destination, schedule: Schedule, *, images: bool) -> CrossRegionCopyRule:
    deprecated = to.terms.deprecate_after if images and isinstance(to.terms, CopyTo) else None
    return CrossRegionCopyRule(
        target_region=to.unit.region,
        key_alias=copies_key(tier, to),
        retain=age(to.terms.keep or schedule.keep),
        deprecate=age(deprecated) if deprecated else None,
        origin=tier.at("copy_to", to.key),
    )


def _fast_restore(tier: TierInUnit, schedule: str) -> FastRestoreRule | None:
    fast = tier.tier.fast_snapshot_restore
    if fast is None or fast.schedule != schedule:
        return None
    here = sorted(zone for zone in set(fast.availability_zones) if zone[:-1] == tier.names.region)
    if not here:
        return None
    return FastRestoreRule(
        availability_zones=tuple(here),
        keep=age(fast.keep),
        origin=(*tier.origin, "fast_snapshot_restore"),
    )


def _share(tier: TierInUnit, schedule: str) -> ShareRule | None:
    copying = [each for each in tier.sharing_destinations if schedule in copied_schedules(tier, each)]
    share = tier.tier.share if tier.shared_with else None
    accounts = {*(tier.shared_with if share else ()), *(each.names.account_id for each in copying)}
    if not accounts:
        return None
    return ShareRule(
        account_ids=tuple(sorted(accounts)),
        unshare_after=age(share.unshare_after) if share else None,
        origin=(*tier.origin, "share") if share else tier.at("copy_to", copying[0].key),
    )


def _copies_elsewhere(tier: TierInUnit, schedule: str) -> Iterator[CopyElsewhere]:
    for each in tier.sharing_destinations:
        keep = copied_schedules(tier, each).get(schedule)
        if keep:
            yield CopyElsewhere(destination=each.unit, retain=age(keep), origin=tier.at("copy_to", each.key))
