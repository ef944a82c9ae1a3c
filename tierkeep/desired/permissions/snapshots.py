"""What the role of Data Lifecycle Manager may do: what the policies of its unit ask for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from tierkeep.desired.model import DefaultPolicy, SnapshotPolicy, SnapshotSchedule, Statement
from tierkeep.desired.names import Names
from tierkeep.desired.permissions.images import images_here, keeping_images
from tierkeep.desired.permissions.needs import merged, without_resources


@dataclass(frozen=True, kw_only=True, slots=True)
class _Making:
    """How backups of one kind are made, and of what."""

    what: str
    """`Snapshot` or `Image`, for the ids of statements."""
    action: str
    kind: str
    """`volume` or `instance`."""


_SNAPSHOTS_OF_VOLUMES = _Making(what="Snapshot", action="ec2:CreateSnapshot", kind="volume")
_SNAPSHOTS_OF_INSTANCES = _Making(what="Snapshot", action="ec2:CreateSnapshots", kind="instance")
_IMAGES = _Making(what="Image", action="ec2:CreateImage", kind="instance")


def snapshot_statements(
    names: Names,
    policies: Sequence[SnapshotPolicy],
    shared_to: Iterable[str] = (),
    defaults: Sequence[DefaultPolicy] = (),
) -> tuple[Statement, ...]:
    """What the role does with snapshots and images: those of a unit's policies, default ones too, and
    snapshots that others share with it.

    `shared_to` are the Regions that what is shared is copied to. Keys are `key_use`'s.
    """
    making = (
        each
        for how in (_SNAPSHOTS_OF_VOLUMES, _SNAPSHOTS_OF_INSTANCES, _IMAGES)
        for each in _making(names, how, [policy for policy in policies if _made_by(policy) is how])
    )
    keeping = (each for policy in policies for each in _keeping(names, policy))
    by_default = (each for policy in defaults for each in _by_default(names, policy))
    return merged((*making, *keeping, *by_default, *_copying_shared(names, sorted(shared_to))))


def _made_by(policy: SnapshotPolicy) -> _Making:
    if policy.images:
        return _IMAGES
    return _SNAPSHOTS_OF_VOLUMES if policy.resource_type == "VOLUME" else _SNAPSHOTS_OF_INSTANCES


def _making(names: Names, how: _Making, policies: Iterable[SnapshotPolicy]) -> Iterator[Statement]:
    """Of just the volumes, or the instances, that carry the tag of one of the tiers."""
    tags = {tag for policy in policies for tag in policy.target_tags}
    for number, key in enumerate(sorted({key for key, _ in tags}), 1):
        values = tuple(sorted(value for other, value in tags if other == key))
        yield Statement(
            sid=f"{how.what}{how.kind.capitalize()}s{number if number > 1 else ''}",
            actions=(how.action,),
            resources=(_own(names, f"{how.kind}/*"),),
            conditions=(("StringEquals", f"aws:ResourceTag/{key}", values),),
        )
    if tags:
        yield _made(names, how)


def _made(names: Names, how: _Making) -> Statement:
    """What comes of it, which carries no tag yet."""
    volumes = (_own(names, "volume/*"),) if how is _SNAPSHOTS_OF_INSTANCES else ()
    images = images_here(names) if how is _IMAGES else ()
    return Statement(
        sid=f"Make{how.what}sOf{how.kind.capitalize()}s",
        actions=(how.action,),
        resources=(*images, *volumes, *_snapshots(names, names.region)),
    )


def _by_default(names: Names, policy: DefaultPolicy) -> Iterator[Statement]:
    """Of any volume or instance: a default policy asks for no tag."""
    how = _SNAPSHOTS_OF_VOLUMES if policy.resource_type == "VOLUME" else _IMAGES
    yield Statement(
        sid=f"{how.what}Any{how.kind.capitalize()}",
        actions=(how.action,),
        resources=(_own(names, f"{how.kind}/*"),),
    )
    yield _made(names, how)
    yield from _keeping_all(names, policy.copy_regions, images=how is _IMAGES)


def _keeping(names: Names, policy: SnapshotPolicy) -> Iterator[Statement]:
    copies = [copy for schedule in policy.schedules for copy in schedule.copies]
    deprecated = any(each.deprecate for each in policy.schedules) or any(each.deprecate for each in copies)
    regions = [copy.target_region for copy in copies]
    yield from _keeping_all(names, regions, images=policy.images is not None, deprecated=deprecated)
    for schedule in policy.schedules:
        yield from _of_schedule(names, schedule)


def _keeping_all(
    names: Names, regions: Sequence[str], *, images: bool, deprecated: bool = False
) -> Iterator[Statement]:
    """Tagging, copying and deleting what was made; images have snapshots, which are deleted with them."""
    snapshots = _snapshots(names, names.region, *regions)
    yield Statement(
        sid="KeepSnapshots", actions=("ec2:CreateTags", "ec2:DeleteSnapshot"), resources=snapshots
    )
    yield without_resources("ec2:DescribeInstances", "ec2:DescribeSnapshots", "ec2:DescribeVolumes")
    if images:
        yield from keeping_images(names, regions, snapshots, deprecated=deprecated)
    elif regions:
        yield Statement(sid="CopySnapshots", actions=("ec2:CopySnapshot",), resources=snapshots)


def _copying_shared(names: Names, regions: Sequence[str]) -> Iterator[Statement]:
    if regions:
        snapshots = _snapshots(names, names.region, *regions)
        yield Statement(
            sid="KeepSnapshots",
            actions=("ec2:CreateTags", "ec2:DeleteSnapshot"),
            resources=_snapshots(names, *regions),
        )
        yield without_resources("ec2:DescribeSnapshots")
        yield Statement(sid="CopySnapshots", actions=("ec2:CopySnapshot",), resources=snapshots)
        yield Statement(
            sid="HearOfShares",
            actions=(
                "events:DeleteRule",
                "events:DescribeRule",
                "events:DisableRule",
                "events:EnableRule",
                "events:ListTargetsByRule",
                "events:PutRule",
                "events:PutTargets",
                "events:RemoveTargets",
            ),
            resources=(_own(names, "rule/AwsDataLifecycleRule.managed-cwe.*", service="events"),),
        )


def _of_schedule(names: Names, schedule: SnapshotSchedule) -> Iterator[Statement]:
    here = _snapshots(names, names.region)
    if schedule.fast_restore:
        yield Statement(
            sid="SpeedUpSnapshots",
            actions=("ec2:DisableFastSnapshotRestores", "ec2:EnableFastSnapshotRestores"),
            resources=here,
        )
        yield without_resources("ec2:DescribeAvailabilityZones", "ec2:DescribeFastSnapshotRestores")
    if schedule.archive:
        yield Statement(sid="ArchiveSnapshots", actions=("ec2:ModifySnapshotTier",), resources=here)
        yield without_resources("ec2:DescribeSnapshotTierStatus")
    if schedule.share:
        yield Statement(
            sid="ShareSnapshots",
            actions=("ec2:DescribeSnapshotAttribute", "ec2:ModifySnapshotAttribute"),
            resources=here,
        )


def key_use(names: Names, regions: Iterable[str], owners: Iterable[str] = ()) -> tuple[Statement, ...]:
    """What encrypted snapshots and their copies need (EBS user guide, "IAM service roles for Amazon DLM").

    Of what others share, the keys of their `owners` too: their policies say whether they may be used.
    """
    keys = (*(names.keys_arn(region) for region in sorted(regions)), *sorted(owners))
    return (
        Statement(
            sid="UseKeys",
            actions=(
                "kms:Decrypt",
                "kms:DescribeKey",
                "kms:Encrypt",
                "kms:GenerateDataKey*",
                "kms:ReEncrypt*",
            ),
            resources=keys,
        ),
        Statement(
            sid="GrantKeysToEbs",
            actions=("kms:CreateGrant", "kms:ListGrants", "kms:RevokeGrant"),
            resources=keys,
            conditions=(("Bool", "kms:GrantIsForAWSResource", ("true",)),),
        ),
    )


def _snapshots(names: Names, *regions: str) -> tuple[str, ...]:
    return tuple(f"arn:{names.partition}:ec2:{region}::snapshot/*" for region in sorted(set(regions)))


def _own(names: Names, resource: str, *, service: str = "ec2") -> str:
    return f"arn:{names.partition}:{service}:{names.region}:{names.account_id}:{resource}"
