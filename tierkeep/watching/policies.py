"""What alarms look at of Data Lifecycle Manager, which counts by policy.

EBS user guide, "Monitor your policies using Amazon CloudWatch": a policy of images counts images where one of
snapshots counts snapshots, and besides only the snapshots that it could not delete.

A policy may be named like a vault of another tier. So the names of its alarms end in what no vault's do: each
says of snapshots or images that it is about them.
"""

from __future__ import annotations

from collections.abc import Iterator

from tierkeep.desired.model import (
    Alarm,
    DesiredUnit,
    Metric,
    PolicyResource,
    Protection,
    SnapshotPolicy,
    Watching,
)
from tierkeep.desired.support import type_support
from tierkeep.watching.made import Due, failure, longest


def dues(unit: DesiredUnit, protection: Protection) -> Iterator[Due]:
    """Snapshots or images, and copies of them, that come again and again for a type of a tier."""
    tier, target = protection.tier, type_support()[protection.resource_type].snapshots
    for policy in unit.snapshot_policies:
        if policy.tier != tier or target is None or policy.resource_type != target.resource_type:
            continue
        counted, one = _counted(policy)
        yield Due(
            name=f"{_base(policy)}-missed-{counted.lower()}",
            what=f"{one} by policy {policy.name}",
            metric=_metric(_key(policy, counted.lower()), f"{counted}CreateCompleted", policy.name),
            minutes=longest(unit, [protection], [None]),
            tier=tier,
            fills=not _in_stack(policy),
            origin=("tiers", tier, "schedules"),
        )
        places = {copy.target_region for each in policy.schedules for copy in each.copies}
        if places:
            yield Due(
                name=f"{_base(policy)}-missed-{one}-copies",
                what=f"copy by policy {policy.name}",
                metric=_metric(_key(policy, "copies"), f"{counted}CopiedRegionCompleted", policy.name),
                minutes=longest(unit, [protection], places),
                tier=tier,
                fills=not _in_stack(policy),
                origin=("tiers", tier, "copy_to"),
            )


def failures(unit: DesiredUnit, watching: Watching) -> Iterator[Alarm]:
    """Of what policies could not make, copy or delete.

    The id of a policy in a stack of CloudFormation is an output, which each update of the stack makes
    unknown. Provider 5.100.0 takes that in an alarm on one metric, and fails where it is in a query: such a
    policy has an alarm for each metric, in place of one for their sum. They have names of their own, since
    neither can become the other while the id is unknown.
    """
    for policy in unit.snapshot_policies:
        failing = list(_failing(policy))
        if _in_stack(policy):
            for ending, what, name in failing:
                told = f"{what} by policy {policy.name} failed"
                metric = _metric("m0", name, policy.name)
                yield failure(unit, watching, f"{_base(policy)}-{ending}", told, (metric,))
            continue
        counted, _ = _counted(policy)
        metrics = tuple(_metric(f"m{at}", name, policy.name) for at, (_, _, name) in enumerate(failing))
        what = f"{counted}, their copies or deletion failed"
        yield failure(unit, watching, f"{_base(policy)}-failed-{counted.lower()}", what, metrics)
    for copying in unit.copy_policies:
        metric = _metric("m0", "SnapshotsCopiedAccountFailed", copying.name)
        what = "Copies of shared snapshots failed"
        yield failure(unit, watching, f"{copying.name}-failed-snapshot-copies", what, (metric,))


def _counted(policy: SnapshotPolicy) -> tuple[str, str]:
    """What a policy counts, as its metrics begin, and one of it."""
    return ("Images", "image") if policy.images else ("Snapshots", "snapshot")


def _in_stack(policy: SnapshotPolicy) -> bool:
    return policy.resource is PolicyResource.STACK


def _base(policy: SnapshotPolicy) -> str:
    """What the names of a policy's alarms begin with."""
    return f"{policy.name}-stack" if _in_stack(policy) else policy.name


def _key(policy: SnapshotPolicy, key: str) -> str:
    """How a query calls what is due; there is none of a policy in a stack."""
    return "m0" if _in_stack(policy) else key


def _failing(policy: SnapshotPolicy) -> Iterator[tuple[str, str, str]]:
    """How an alarm's name ends, what of a policy it is about, and its metric."""
    counted, one = _counted(policy)
    yield f"failed-{counted.lower()}", counted, f"{counted}CreateFailed"
    if policy.images:
        yield "failed-image-deregistration", "Deregistering images", "ImagesDeregisterFailed"
    yield "failed-snapshot-deletion", "Deleting snapshots", "SnapshotsDeleteFailed"
    if any(each.copies for each in policy.schedules):
        yield f"failed-{one}-copies", "Copies", f"{counted}CopiedRegionFailed"


def _metric(key: str, name: str, policy: str) -> Metric:
    return Metric(id=key, namespace="AWS/EBS", name=name, statistic="Sum", dimensions=(), policy=policy)
