"""Reading EBS volumes, their recovery points and their restore jobs."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tierkeep.aws import AwsError, UnitSession
from tierkeep.drill.errors import CannotVerifyError, NothingToRestoreError
from tierkeep.drill.guard import Volume
from tierkeep.drill.scope import Scope

RESOURCE_TYPE = "EBS"


@dataclass(frozen=True, kw_only=True, slots=True)
class RecoveryPoint:
    """A recovery point of an EBS volume. AWS Backup keeps it as an EBS snapshot. Size in bytes."""

    arn: str
    resource_arn: str
    vault_arn: str
    created: datetime
    size_bytes: int | None
    encrypted: bool
    key_arn: str | None

    @property
    def source_volume_id(self) -> str:
        """The id of the volume that was backed up."""
        return self.resource_arn.rpartition("/")[2]

    @property
    def snapshot_id(self) -> str:
        """The id of the snapshot that the recovery point is."""
        return self.arn.rpartition("/")[2]


@dataclass(frozen=True, kw_only=True, slots=True)
class Choice:
    """What a drill restores and how it asks for it."""

    point: RecoveryPoint
    out_of: int
    """How many completed recovery points there were to choose from."""
    metadata: tuple[tuple[str, str], ...]
    """AWS Backup's restore metadata, sorted by key."""
    availability_zone: str
    encrypted: bool
    """Whether the restored volume has to be encrypted."""

    def request(self, *, role_arn: str, token: str) -> dict[str, Any]:
        """The parameters of StartRestoreJob. A retry must repeat them exactly for AWS to know it as one."""
        return {
            "RecoveryPointArn": self.point.arn,
            "Metadata": dict(self.metadata),
            "IamRoleArn": role_arn,
            "IdempotencyToken": token,
            "ResourceType": RESOURCE_TYPE,
        }


@dataclass(frozen=True, kw_only=True, slots=True)
class RestoreJob:
    """A restore job of AWS Backup."""

    job_id: str
    status: str
    message: str
    percent_done: str
    created: datetime
    volume_id: str | None
    recovery_point_arn: str

    @property
    def failed(self) -> bool:
        """AWS Backup gave it up."""
        return self.status in ("FAILED", "ABORTED")

    @property
    def ended(self) -> bool:
        """Nothing more will come of it."""
        return self.failed or self.status == "COMPLETED"


@dataclass(frozen=True, kw_only=True, slots=True)
class KmsKey:
    """A KMS key: who manages it, and whether it can be used."""

    arn: str
    manager: str
    state: str


def choose(session: UnitSession, scope: Scope) -> Choice:
    """The newest completed recovery point of the scope, and the restore metadata to ask for.

    Only reads. Raises `NothingToRestoreError` if there is none, `CannotVerifyError` if there are only points
    that this version cannot restore, and `AwsError`.
    """
    points = list(_listed(session, scope))
    point = _newest(points, scope)
    metadata = session.call(
        "backup",
        "get_recovery_point_restore_metadata",
        BackupVaultName=scope.vault_name,
        RecoveryPointArn=point.arn,
    )["RestoreMetadata"]
    zone = _zone(session, metadata.get("availabilityZone"))
    # An account can encrypt every new EBS volume; then a plain recovery point comes back encrypted, rightly.
    encrypted = (
        point.encrypted or session.call("ec2", "get_ebs_encryption_by_default")["EbsEncryptionByDefault"]
    )
    asked = {key: value for key, value in metadata.items() if key not in ("kmsKeyId", "encrypted")}
    asked |= {"availabilityZone": zone, "encrypted": "true" if encrypted else "false"}
    if point.key_arn is not None and point.encrypted:
        asked["kmsKeyId"] = point.key_arn
    return Choice(
        point=point,
        out_of=sum(item["Status"] == "COMPLETED" for item in points),
        metadata=tuple(sorted(asked.items())),
        availability_zone=zone,
        encrypted=encrypted,
    )


def _listed(session: UnitSession, scope: Scope) -> Iterable[dict[str, Any]]:
    filters = {"ByResourceType": RESOURCE_TYPE}
    if scope.resource_arn is not None:
        filters["ByResourceArn"] = scope.resource_arn
    yield from session.pages(
        "backup",
        "list_recovery_points_by_backup_vault",
        "RecoveryPoints",
        BackupVaultName=scope.vault_name,
        **filters,
    )


def _newest(points: list[dict[str, Any]], scope: Scope) -> RecoveryPoint:
    what = scope.resource_arn or "any EBS volume"
    completed = [item for item in points if item["Status"] == "COMPLETED"]
    if not points and scope.out_of_reach:
        raise CannotVerifyError(
            f"vault {scope.vault_name} in {scope.unit} holds no recovery point of {what}, and what there is "
            f"cannot be drilled: {scope.out_of_reach}"
        )
    if not completed:
        states = ", ".join(sorted({item["Status"] for item in points}))
        there = f"only recovery points in state {states}" if points else "no recovery point"
        raise NothingToRestoreError(
            f"vault {scope.vault_name} in {scope.unit} holds {there} of {what}: nothing there to restore. "
            "`tierkeep validate` shows whether the backup plan and its selection are in place"
        )
    warm = [item for item in completed if item.get("StorageClass", "WARM") == "WARM"]
    if not warm:
        raise CannotVerifyError(
            f"vault {scope.vault_name} in {scope.unit} holds recovery points of {what} in cold storage only; "
            "this version restores warm ones: getting one out of the archive takes up to 3 days and is billed"
        )
    item = max(warm, key=lambda point: (point["CreationDate"], point["RecoveryPointArn"]))
    arn = item["RecoveryPointArn"]
    if ":snapshot/" not in arn:
        raise CannotVerifyError(
            f"recovery point {arn} is not an EBS snapshot; this version restores those only"
        )
    return RecoveryPoint(
        arn=arn,
        resource_arn=item["ResourceArn"],
        vault_arn=item.get("BackupVaultArn", scope.vault_arn),
        created=item["CreationDate"],
        size_bytes=item.get("BackupSizeInBytes"),
        encrypted=item.get("IsEncrypted", False),
        key_arn=item.get("EncryptionKeyArn"),
    )


def _zone(session: UnitSession, wanted: str | None) -> str:
    answer = session.call(
        "ec2",
        "describe_availability_zones",
        Filters=[
            {"Name": "state", "Values": ["available"]},
            {"Name": "zone-type", "Values": ["availability-zone"]},
        ],
    )
    names: list[str] = sorted(zone["ZoneName"] for zone in answer["AvailabilityZones"])
    if not names:
        raise CannotVerifyError(f"EC2 lists no available Availability Zone in {session.unit}")
    # The metadata of a copy may name a zone of the Region that the copy came from.
    return wanted if wanted is not None and wanted in names else names[0]


def describe_job(session: UnitSession, job_id: str) -> RestoreJob:
    """A restore job. Raises `AwsError`."""
    return restore_job(session.call("backup", "describe_restore_job", RestoreJobId=job_id))


def restore_job(item: dict[str, Any]) -> RestoreJob:
    """A restore job out of an answer of DescribeRestoreJob or ListRestoreJobs."""
    created = item.get("CreatedResourceArn")
    return RestoreJob(
        job_id=item["RestoreJobId"],
        status=item["Status"],
        message=item.get("StatusMessage") or "",
        percent_done=item.get("PercentDone") or "0%",
        created=item["CreationDate"],
        volume_id=created.rpartition("/")[2] if created else None,
        recovery_point_arn=item.get("RecoveryPointArn", ""),
    )


def read_volume(session: UnitSession, volume_id: str) -> Volume | None:
    """A volume, or None if EC2 says that there is none. Raises `AwsError` for any other refusal."""
    try:
        answer = session.call("ec2", "describe_volumes", VolumeIds=[volume_id])
    except AwsError as error:
        if error.code == "InvalidVolume.NotFound":
            return None
        raise
    if not answer["Volumes"]:
        return None
    item = answer["Volumes"][0]
    return Volume(
        volume_id=item["VolumeId"],
        account_id=session.account_id,
        region=session.region,
        state=item["State"],
        attached_to=tuple(a.get("InstanceId", "something") for a in item.get("Attachments", ())),
        tags=tuple(sorted((tag["Key"], tag["Value"]) for tag in item.get("Tags", ()))),
        size_gib=item["Size"],
        encrypted=item["Encrypted"],
        kms_key_arn=item.get("KmsKeyId"),
        availability_zone=item["AvailabilityZone"],
    )


def snapshot_size_gib(session: UnitSession, snapshot_id: str) -> int:
    """The size of the volume that a snapshot was made of, in GiB. Raises `AwsError`."""
    size: int = session.call("ec2", "describe_snapshots", SnapshotIds=[snapshot_id])["Snapshots"][0][
        "VolumeSize"
    ]
    return size


def describe_key(session: UnitSession, key_arn: str) -> KmsKey:
    """A KMS key. Raises `AwsError`."""
    metadata = session.call("kms", "describe_key", KeyId=key_arn)["KeyMetadata"]
    return KmsKey(arn=metadata["Arn"], manager=metadata["KeyManager"], state=metadata["KeyState"])
