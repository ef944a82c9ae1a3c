"""What is particular about snapshots of instances: scripts around them, and volumes that they leave out."""

from __future__ import annotations

from tierkeep.catalog.instances import ApplicationConsistency
from tierkeep.desired.context import TierInUnit
from tierkeep.desired.engines import choose_engine
from tierkeep.desired.model import Engine, ResourceType, Scripts, Statement, VolumeExclusions
from tierkeep.desired.snapshots import VSS

DEFAULT_TIMEOUT_SECONDS = 10
"""What Data Lifecycle Manager gives a script (botocore 1.44.5, dlm Script.ExecutionTimeout; read 2026-11)."""


def generated(asked: ApplicationConsistency) -> bool:
    """Whether there is anything to run: AWS's own scripts, those of an application, or a document."""
    return asked.scripts == "vss" or asked.application is not None or asked.document is not None


def scripts(tier: TierInUnit) -> Scripts | None:
    """The scripts around the snapshots of the tier's instances; None where there are none to run."""
    asked = tier.tier.application_consistency
    if asked is None or not generated(asked):
        return None
    vss = asked.scripts == "vss"
    made = tier.names.script_document(tier.name) if asked.application else None
    return Scripts(
        handler=made or asked.document or VSS,
        timeout_seconds=None if vss else asked.timeout_seconds or DEFAULT_TIMEOUT_SECONDS,
        retries=asked.retries,
        crash_consistent_on_failure=asked.on_failure == "crash-consistent",
        origin=(*tier.origin, "application_consistency"),
    )


def exclusions(tier: TierInUnit) -> VolumeExclusions | None:
    """The volumes that snapshots of the tier's instances leave out; None where they hold all."""
    asked = tier.tier.exclude
    if asked is None:
        return None
    return VolumeExclusions(
        boot_volume=asked.boot_volume,
        data_volume_tags=tuple(sorted(asked.data_volumes_with_tags.items())),
        origin=(*tier.origin, "exclude"),
    )


def script_use(tiers: list[TierInUnit]) -> tuple[Statement, ...]:
    """What the role of Data Lifecycle Manager needs to run the scripts of these tiers.

    As AWSDataLifecycleManagerSSMFullAccess has it (EBS user guide, "AWS managed policies for Amazon Data
    Lifecycle Manager"; read 2026-11), but only for the documents that the catalog names and the instances
    that carry a tier's tag.
    """
    running = [(tier, found) for tier in tiers if of_instances(tier) and (found := scripts(tier))]
    if not running:
        return ()
    documents = sorted({tier.names.document_arn(found.handler) for tier, found in running})
    names = running[0][0].names
    tags = sorted({tag for tier, _ in running for tag in tier.resource_tags})
    return (
        Statement(
            sid="FollowCommands",
            actions=("ssm:DescribeInstanceInformation", "ssm:GetCommandInvocation", "ssm:ListCommands"),
            resources=("*",),  # none of them can be limited to a resource
        ),
        Statement(
            sid="RunDocuments",
            actions=("ssm:DescribeDocument", "ssm:GetDocument", "ssm:SendCommand"),
            resources=tuple(documents),
        ),
        Statement(
            sid="RunOnInstances",
            actions=("ssm:SendCommand",),
            resources=(f"arn:{names.partition}:ec2:{names.region}:{names.account_id}:instance/*",),
            conditions=(
                (
                    "StringEquals",
                    f"aws:ResourceTag/{tags[0][0]}",
                    tuple(sorted({value for _, value in tags})),
                ),
            ),
        ),
    )


def of_instances(tier: TierInUnit) -> bool:
    """Whether Data Lifecycle Manager makes snapshots of instances for the tier."""
    found = ResourceType.EC2 in tier.types and tier.tier.images is None
    return found and choose_engine(tier.tier, ResourceType.EC2)[0] is Engine.DLM
