"""How each type is recovered by hand: what a restore job of AWS Backup needs to be told, by type.

AWS Backup developer guide, "Restore a backup by resource type": the metadata of each type beside what
GetRecoveryPointRestoreMetadata hands back. The restorers of `tierkeep.drill` ask for the same.
"""

from __future__ import annotations

from dataclasses import dataclass

from tierkeep.desired.model import Engine, ResourceType
from tierkeep.desired.support import type_support
from tierkeep.report.promises_tier import ProtectedTypes


@dataclass(frozen=True, kw_only=True, slots=True)
class Wanted:
    """What one fills in before a restore: the name of a shell variable, and what it holds."""

    variable: str
    means: str


@dataclass(frozen=True, kw_only=True, slots=True)
class RestoreJob:
    """A restore job of AWS Backup for a type."""

    aws_type: str
    """What StartRestoreJob calls the type."""
    wanted: tuple[Wanted, ...]
    metadata: str
    """A jq program that makes the job's metadata of what the recovery point has."""
    before: str = ""
    """A command for what the program needs besides."""


_NAME = Wanted(variable="new_name", means="the name of what is restored, which nothing may have yet")
RESTORE_JOBS: dict[ResourceType, RestoreJob] = {
    ResourceType.EBS: RestoreJob(
        aws_type="EBS",
        wanted=(
            Wanted(variable="zone", means="the availability zone of the instance that takes the volume"),
        ),
        metadata=". + {availabilityZone: env.zone}",
    ),
    ResourceType.EC2: RestoreJob(
        aws_type="EC2",
        wanted=(
            Wanted(variable="subnet_id", means="the subnet of the new instance"),
            Wanted(variable="security_group_id", means="its security group"),
        ),
        before="vpc_id=$(aws ec2 describe-subnets --subnet-ids \"$subnet_id\" --query 'Subnets[0].VpcId' "
        "--output text)\nexport vpc_id",
        metadata='with_entries(select(.value != "" and .value != "null")) + '
        "{SubnetId: env.subnet_id, VpcId: env.vpc_id, SecurityGroupIds: ([env.security_group_id] | tojson)}",
    ),
    ResourceType.RDS: RestoreJob(
        aws_type="RDS", wanted=(_NAME,), metadata=". + {DBInstanceIdentifier: env.new_name}"
    ),
    ResourceType.AURORA: RestoreJob(
        aws_type="Aurora", wanted=(_NAME,), metadata=". + {DBClusterIdentifier: env.new_name}"
    ),
    ResourceType.DYNAMODB: RestoreJob(
        aws_type="DynamoDB", wanted=(_NAME,), metadata=". + {targetTableName: env.new_name}"
    ),
    ResourceType.EFS: RestoreJob(
        aws_type="EFS",
        wanted=(_NAME,),
        metadata='{"file-system-id": .["file-system-id"], newFileSystem: "true", Encrypted: "true", '
        'PerformanceMode: "generalPurpose", CreationToken: env.new_name}',
    ),
    ResourceType.S3: RestoreJob(
        aws_type="S3",
        wanted=(_NAME,),
        metadata='{DestinationBucketName: env.new_name, NewBucket: "true", Encrypted: "true", '
        'EncryptionType: "original", CreationToken: env.new_name}',
    ),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Recovery:
    """The ways in which a type can be recovered, as a tier protects it."""

    resource_type: ResourceType
    job: RestoreJob | None
    """By AWS Backup; None where Data Lifecycle Manager backs it up."""
    to_a_moment: bool
    """Whether the service itself restores it to any moment."""
    snapshots: bool
    """Whether there are snapshots of Data Lifecycle Manager."""
    images: bool
    """Whether those are images of instances."""


def recovery(resource_type: ResourceType, group: ProtectedTypes, *, images: bool) -> Recovery:
    """Of a type that is protected like its group."""
    by_snapshots = group.engine is Engine.DLM and type_support()[resource_type].snapshots is not None
    scheduled = group.cover.scheduled
    return Recovery(
        resource_type=resource_type,
        job=None if by_snapshots else RESTORE_JOBS[resource_type],
        to_a_moment=any(each.granularity_minutes is not None for each in scheduled),
        snapshots=by_snapshots and not images,
        images=by_snapshots and images,
    )


def recoveries_of_retired(*, vaults: bool, snapshots: bool, images: bool) -> tuple[Recovery, ...]:
    """Every way in which what a retired tier left may be recovered: of which type it is, it says itself."""
    jobs = [
        Recovery(resource_type=each, job=job, to_a_moment=False, snapshots=False, images=False)
        for each, job in RESTORE_JOBS.items()
    ]
    left = Recovery(
        resource_type=ResourceType.EC2 if images else ResourceType.EBS,
        job=None,
        to_a_moment=False,
        snapshots=not images,
        images=images,
    )
    return (*(jobs if vaults else ()), *((left,) if snapshots else ()))
