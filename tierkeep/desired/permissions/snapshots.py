"""What the role of Data Lifecycle Manager may do: what the snapshot policies of its unit ask for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from tierkeep.desired.model import SnapshotPolicy, SnapshotSchedule, Statement
from tierkeep.desired.names import Names
from tierkeep.desired.permissions.needs import merged, without_resources

_TARGETS = {"VOLUME": ("ec2:CreateSnapshot", "volume"), "INSTANCE": ("ec2:CreateSnapshots", "instance")}
"""What makes the snapshots of a policy, and of what, by the policy's resource type."""


def snapshot_statements(
    names: Names, policies: Sequence[SnapshotPolicy], shared_to: Iterable[str] = ()
) -> tuple[Statement, ...]:
    """What the role does with snapshots, those of a unit's policies and those that others share with it.

    `shared_to` are the Regions that what is shared is copied to. Keys are `key_use`'s.
    """
    making = (each for what in _TARGETS for each in _making(names, policies, what))
    keeping = (each for policy in policies for each in _keeping(names, policy))
    return merged((*making, *keeping, *_copying_shared(names, sorted(shared_to))))


def _making(names: Names, policies: Iterable[SnapshotPolicy], what: str) -> Iterator[Statement]:
    """Snapshots of just the volumes, or the instances, that carry the tag of one of the tiers."""
    action, kind = _TARGETS[what]
    tags = {tag for policy in policies if policy.resource_type == what for tag in policy.target_tags}
    for number, key in enumerate(sorted({key for key, _ in tags}), 1):
        values = tuple(sorted(value for other, value in tags if other == key))
        yield Statement(
            sid=f"Snapshot{kind.capitalize()}s{number if number > 1 else ''}",
            actions=(action,),
            resources=(_own(names, f"{kind}/*"),),
            conditions=(("StringEquals", f"aws:ResourceTag/{key}", values),),
        )
    if tags:
        volumes = (_own(names, "volume/*"),) if kind == "instance" else ()
        yield Statement(
            sid=f"MakeSnapshotsOf{kind.capitalize()}s",
            actions=(action,),
            resources=(*volumes, *_snapshots(names, names.region)),
        )


def _keeping(names: Names, policy: SnapshotPolicy) -> Iterator[Statement]:
    regions = [copy.target_region for schedule in policy.schedules for copy in schedule.copies]
    snapshots = _snapshots(names, names.region, *regions)
    yield Statement(
        sid="KeepSnapshots", actions=("ec2:CreateTags", "ec2:DeleteSnapshot"), resources=snapshots
    )
    yield without_resources("ec2:DescribeInstances", "ec2:DescribeSnapshots", "ec2:DescribeVolumes")
    if regions:
        yield Statement(sid="CopySnapshots", actions=("ec2:CopySnapshot",), resources=snapshots)
    for schedule in policy.schedules:
        yield from _of_schedule(names, schedule)


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
