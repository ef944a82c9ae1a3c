from datetime import timedelta
from typing import Any

import boto3
import pytest
from emulated import ACCOUNT, REGION, ROLE, Aws, refusal

from emulator import clock
from emulator.backup.timing import set_job_seconds


def snapshot(aws: Aws, point: str) -> dict[str, Any]:
    [found] = aws.ec2.describe_snapshots(SnapshotIds=[point.rpartition("/")[2]])["Snapshots"]
    return dict(found)


def own_snapshots(aws: Aws) -> list[dict[str, Any]]:
    filters = [{"Name": "owner-id", "Values": [ACCOUNT]}]
    return list(aws.ec2.describe_snapshots(Filters=filters)["Snapshots"])


def test_a_job_goes_through_its_states_by_the_clock(aws: Aws) -> None:
    set_job_seconds(1000)  # long, since the clock runs on while the test does
    aws.vault()
    job = aws.backup.start_backup_job(BackupVaultName="vault", ResourceArn=aws.volume(), IamRoleArn=ROLE)

    def state() -> str:
        return str(aws.backup.describe_backup_job(BackupJobId=job["BackupJobId"])["State"])

    assert (state(), own_snapshots(aws)) == ("CREATED", [])
    clock.set_now(job["CreationDate"] + timedelta(seconds=400))
    assert (state(), own_snapshots(aws)) == ("RUNNING", [])
    clock.set_now(job["CreationDate"] + timedelta(seconds=1000))
    # EC2 sees the snapshot before AWS Backup is asked again.
    assert len(own_snapshots(aws)) == 1
    assert state() == "COMPLETED"


def test_a_snapshot_is_encrypted_as_its_volume_whatever_the_vaults_key(aws: Aws) -> None:
    aws.vault(EncryptionKeyArn=aws.kms.create_key()["KeyMetadata"]["Arn"])
    key = aws.kms.create_key()["KeyMetadata"]["Arn"]

    encrypted = aws.backed_up(aws.volume(Encrypted=True, KmsKeyId=key))
    plain = aws.backed_up(aws.volume())

    assert (encrypted["EncryptionKeyArn"], encrypted["IsEncrypted"]) == (key, True)
    made = snapshot(aws, encrypted["RecoveryPointArn"])
    assert (made["KmsKeyId"], made["Encrypted"]) == (key, True)
    assert (plain.get("EncryptionKeyArn"), plain["IsEncrypted"]) == (None, False)
    assert not snapshot(aws, plain["RecoveryPointArn"])["Encrypted"]


def test_a_recovery_point_has_size_tags_and_the_moments_of_its_lifecycle(aws: Aws) -> None:
    aws.vault()
    name = {"ResourceType": "volume", "Tags": [{"Key": "Name", "Value": "data"}]}
    job = aws.backed_up(
        aws.volume(Size=12, TagSpecifications=[name]),
        Lifecycle={"DeleteAfterDays": 100, "MoveToColdStorageAfterDays": 10},
        RecoveryPointTags={"tier": "gold"},
    )

    point = aws.backup.describe_recovery_point(
        BackupVaultName="vault", RecoveryPointArn=job["RecoveryPointArn"]
    )

    assert point["BackupSizeInBytes"] == 12 * 1024**3
    assert point["ResourceName"] == "data"
    assert point["CalculatedLifecycle"]["DeleteAt"] == point["CreationDate"] + timedelta(days=100)
    assert point["CalculatedLifecycle"]["MoveToColdStorageAt"] == point["CreationDate"] + timedelta(days=10)
    tags = {tag["Key"]: tag["Value"] for tag in snapshot(aws, job["RecoveryPointArn"])["Tags"]}
    assert tags["tier"] == "gold"
    assert tags["Name"] == "data"


def test_times_of_what_jobs_make_come_from_the_clock(aws: Aws) -> None:
    aws.vault()
    clock.advance(40 * 86400)
    job = aws.backed_up(aws.volume())
    started = snapshot(aws, job["RecoveryPointArn"])["StartTime"]
    assert abs(started - job["CompletionDate"]) < timedelta(seconds=1)
    restored = aws.restored(job["RecoveryPointArn"])
    volume = restored["CreatedResourceArn"].rpartition("/")[2]
    [made] = aws.ec2.describe_volumes(VolumeIds=[volume])["Volumes"]
    assert abs(made["CreateTime"] - restored["CompletionDate"]) < timedelta(seconds=1)


def test_a_restored_volume_is_as_the_metadata_says(aws: Aws) -> None:
    aws.vault()
    point = aws.backed_up(aws.volume())["RecoveryPointArn"]
    key = aws.kms.create_key()["KeyMetadata"]["Arn"]

    job = aws.restored(
        point,
        availabilityZone=f"{REGION}b",
        volumeType="gp3",
        volumeSize="20",
        encrypted="true",
        kmsKeyId=key,
    )

    assert job["Status"] == "COMPLETED"
    [made] = aws.ec2.describe_volumes(VolumeIds=[job["CreatedResourceArn"].rpartition("/")[2]])["Volumes"]
    assert made["AvailabilityZone"] == f"{REGION}b"
    assert (made["VolumeType"], made["Size"]) == ("gp3", 20)
    assert (made["Encrypted"], made["KmsKeyId"]) == (True, key)
    assert made["SnapshotId"] == point.rpartition("/")[2]
    read = aws.backup.get_restore_job_metadata(RestoreJobId=job["RestoreJobId"])["Metadata"]
    assert read["volumeSize"] == "20"


def test_a_restored_volume_is_as_its_snapshot_where_the_metadata_is_silent(aws: Aws) -> None:
    aws.vault()
    key = aws.kms.create_key()["KeyMetadata"]["Arn"]
    point = aws.backed_up(aws.volume(Size=9, Encrypted=True, KmsKeyId=key))["RecoveryPointArn"]
    given = aws.backup.get_recovery_point_restore_metadata(BackupVaultName="vault", RecoveryPointArn=point)
    assert given["RestoreMetadata"]["encrypted"] == "true"

    job = aws.restored(point, **given["RestoreMetadata"])

    [made] = aws.ec2.describe_volumes(VolumeIds=[job["CreatedResourceArn"].rpartition("/")[2]])["Volumes"]
    assert (made["Size"], made["Encrypted"], made["KmsKeyId"]) == (9, True, key)


@pytest.mark.parametrize(
    "metadata",
    [
        {"availabilityZone": ""},
        {"volumeType": "gp9"},
        {"volumeSize": "big"},
        {"encrypted": "yes"},
        {"colour": "red"},
    ],
)
def test_restore_metadata_that_aws_does_not_take(aws: Aws, metadata: dict[str, str]) -> None:
    aws.vault()
    point = aws.backed_up(aws.volume())["RecoveryPointArn"]
    code = refusal(
        aws.backup.start_restore_job,
        RecoveryPointArn=point,
        IamRoleArn=ROLE,
        Metadata={"availabilityZone": f"{REGION}a", **metadata},
    )
    assert code == "InvalidParameterValueException"


@pytest.mark.parametrize(
    ("metadata", "reason"),
    [
        ({"availabilityZone": "eu-central-1z"}, "zone"),
        ({"volumeSize": "1"}, "smaller"),
        ({"volumeType": "io1"}, "Iops"),
        ({"kmsKeyId": "arn:aws:kms:eu-central-1:123456789012:key/none"}, "KmsKeyId"),
        (
            {"kmsKeyId": "arn:aws:kms:eu-central-1:123456789012:key/none", "encrypted": "true"},
            "does not exist",
        ),
    ],
)
def test_a_restore_that_ec2_refuses_fails(aws: Aws, metadata: dict[str, str], reason: str) -> None:
    aws.vault()
    point = aws.backed_up(aws.volume())["RecoveryPointArn"]
    before = len(aws.ec2.describe_volumes()["Volumes"])
    job = aws.restored(point, **metadata)
    assert job["Status"] == "FAILED"
    assert reason in job["StatusMessage"]
    assert len(aws.ec2.describe_volumes()["Volumes"]) == before


def test_an_idempotency_token_starts_one_job(aws: Aws) -> None:
    aws.vault()
    volume = aws.volume()
    request = {"BackupVaultName": "vault", "ResourceArn": volume, "IamRoleArn": ROLE}
    first = aws.backup.start_backup_job(**request, IdempotencyToken="token")["BackupJobId"]
    again = aws.backup.start_backup_job(**request, IdempotencyToken="token")["BackupJobId"]
    other = aws.backup.start_backup_job(**request, IdempotencyToken="other")["BackupJobId"]
    assert first == again != other

    clock.advance(5)
    assert len(own_snapshots(aws)) == 2
    different = {**request, "ResourceArn": aws.volume(), "IdempotencyToken": "token"}
    assert refusal(aws.backup.start_backup_job, **different) == "InvalidParameterValueException"


def test_a_restore_token_starts_one_restore(aws: Aws) -> None:
    aws.vault()
    point = aws.backed_up(aws.volume())["RecoveryPointArn"]
    request = {
        "RecoveryPointArn": point,
        "IamRoleArn": ROLE,
        "Metadata": {"availabilityZone": f"{REGION}a"},
        "IdempotencyToken": "token",
    }
    ids = {aws.backup.start_restore_job(**request)["RestoreJobId"] for _ in range(2)}
    clock.advance(5)
    ids |= {aws.backup.start_restore_job(**request)["RestoreJobId"]}
    assert len(ids) == 1
    assert (
        len(aws.ec2.describe_volumes(Filters=[{"Name": "snapshot-id", "Values": [point[-22:]]}])["Volumes"])
        == 1
    )


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"BackupVaultName": "missing"}, "ResourceNotFoundException"),
        (
            {"ResourceArn": f"arn:aws:ec2:{REGION}:{ACCOUNT}:volume/vol-00000000000000000"},
            "ResourceNotFoundException",
        ),
        ({"ResourceArn": "volume"}, "InvalidParameterValueException"),
        ({"ResourceArn": f"arn:aws:sqs:{REGION}:{ACCOUNT}:queue"}, "InvalidParameterValueException"),
        ({"ResourceArn": f"arn:aws:redshift:{REGION}:{ACCOUNT}:cluster:x"}, "NotImplemented"),
        ({"IamRoleArn": "role"}, "InvalidParameterValueException"),
        ({"StartWindowMinutes": 59}, "InvalidParameterValueException"),
        (
            {"Lifecycle": {"DeleteAfterDays": 5, "MoveToColdStorageAfterDays": 5}},
            "InvalidParameterValueException",
        ),
        ({"BackupOptions": {"WindowsVSS": "maybe"}}, "InvalidParameterValueException"),
    ],
)
def test_backup_jobs_that_aws_does_not_start(aws: Aws, change: dict[str, Any], code: str) -> None:
    aws.vault()
    request = {"BackupVaultName": "vault", "ResourceArn": aws.volume(), "IamRoleArn": ROLE, **change}
    assert refusal(aws.backup.start_backup_job, **request) == code
    assert aws.backup.list_backup_jobs()["BackupJobs"] == []


def test_a_job_fails_when_its_volume_is_gone(aws: Aws) -> None:
    aws.vault()
    volume = aws.volume()
    job = aws.backup.start_backup_job(BackupVaultName="vault", ResourceArn=volume, IamRoleArn=ROLE)
    aws.ec2.delete_volume(VolumeId=volume.rpartition("/")[2])
    clock.advance(5)
    failed = aws.backup.describe_backup_job(BackupJobId=job["BackupJobId"])
    assert failed["State"] == "FAILED"
    assert "does not exist" in failed["StatusMessage"]


def test_a_stopped_job_makes_nothing(aws: Aws) -> None:
    aws.vault()
    job = aws.backup.start_backup_job(BackupVaultName="vault", ResourceArn=aws.volume(), IamRoleArn=ROLE)
    aws.backup.stop_backup_job(BackupJobId=job["BackupJobId"])
    clock.advance(5)
    assert aws.backup.describe_backup_job(BackupJobId=job["BackupJobId"])["State"] == "ABORTED"
    assert own_snapshots(aws) == []
    assert refusal(aws.backup.stop_backup_job, BackupJobId=job["BackupJobId"]) == "InvalidRequestException"


def test_job_lists_are_filtered(aws: Aws) -> None:
    aws.vault()
    aws.vault("second")
    volume = aws.volume()
    early = aws.backed_up(volume)
    clock.advance(3600)
    late = aws.backed_up(volume, vault="second")

    def found(**filters: Any) -> set[str]:
        return {job["BackupJobId"] for job in aws.backup.list_backup_jobs(**filters)["BackupJobs"]}

    both = {early["BackupJobId"], late["BackupJobId"]}
    assert found(ByResourceArn=volume) == found(ByState="COMPLETED") == found(ByResourceType="EBS") == both
    assert found(ByState="FAILED") == found(ByResourceArn=aws.volume()) == set()
    assert found(ByBackupVaultName="second") == {late["BackupJobId"]}
    assert found(ByCreatedAfter=early["CompletionDate"]) == {late["BackupJobId"]}
    assert found(ByCompleteBefore=late["CreationDate"]) == {early["BackupJobId"]}


def test_recovery_points_are_listed_by_vault_and_by_resource(aws: Aws) -> None:
    aws.vault()
    volume = aws.volume()
    points = [aws.backed_up(volume)["RecoveryPointArn"] for _ in range(3)]
    pages = aws.backup.get_paginator("list_recovery_points_by_backup_vault").paginate(
        BackupVaultName="vault", PaginationConfig={"PageSize": 2}
    )
    assert [p["RecoveryPointArn"] for page in pages for p in page["RecoveryPoints"]] == points
    by_resource = aws.backup.list_recovery_points_by_resource(ResourceArn=volume)["RecoveryPoints"]
    assert {point["RecoveryPointArn"] for point in by_resource} == set(points)
    assert by_resource[0]["BackupSizeBytes"] == 8 * 1024**3
    none = aws.backup.list_recovery_points_by_backup_vault(
        BackupVaultName="vault", ByResourceArn=aws.volume()
    )
    assert none["RecoveryPoints"] == []


def test_deleting_a_recovery_point_deletes_its_snapshot(aws: Aws) -> None:
    aws.vault()
    point = {"BackupVaultName": "vault", "RecoveryPointArn": aws.backed_up(aws.volume())["RecoveryPointArn"]}
    aws.backup.delete_recovery_point(**point)
    assert own_snapshots(aws) == []
    assert refusal(aws.backup.describe_recovery_point, **point) == "ResourceNotFoundException"


def test_a_recovery_point_expires_by_its_lifecycle(aws: Aws) -> None:
    aws.vault()
    point = {
        "BackupVaultName": "vault",
        "RecoveryPointArn": aws.backed_up(aws.volume(), Lifecycle={"DeleteAfterDays": 3})["RecoveryPointArn"],
    }
    clock.advance(2 * 86400)
    aws.backup.update_recovery_point_lifecycle(**point, Lifecycle={"DeleteAfterDays": 5})
    clock.advance(2 * 86400)
    assert len(own_snapshots(aws)) == 1
    clock.advance(86400)
    assert own_snapshots(aws) == []
    assert refusal(aws.backup.describe_recovery_point, **point) == "ResourceNotFoundException"


def test_protected_resources_know_their_last_backup_and_restore(aws: Aws) -> None:
    aws.vault()
    volume = aws.volume()
    aws.backed_up(volume)
    last = aws.backed_up(volume)
    [listed] = aws.backup.list_protected_resources()["Results"]
    assert (listed["ResourceArn"], listed["LastRecoveryPointArn"]) == (volume, last["RecoveryPointArn"])

    restore = aws.restored(last["RecoveryPointArn"])
    described = aws.backup.describe_protected_resource(ResourceArn=volume)
    assert described["LatestRestoreJobCreationDate"] == restore["CreationDate"]
    by_resource = aws.backup.list_restore_jobs_by_protected_resource(ResourceArn=volume)["RestoreJobs"]
    assert [job["RestoreJobId"] for job in by_resource] == [restore["RestoreJobId"]]
    assert refusal(aws.backup.describe_protected_resource, ResourceArn=aws.volume()) == (
        "ResourceNotFoundException"
    )


def test_a_completed_restore_is_validated(aws: Aws) -> None:
    aws.vault()
    point = aws.backed_up(aws.volume())["RecoveryPointArn"]
    job = aws.restored(point)["RestoreJobId"]
    aws.backup.put_restore_validation_result(
        RestoreJobId=job, ValidationStatus="FAILED", ValidationStatusMessage="no data"
    )
    described = aws.backup.describe_restore_job(RestoreJobId=job)
    assert (described["ValidationStatus"], described["ValidationStatusMessage"]) == ("FAILED", "no data")

    running = aws.backup.start_restore_job(
        RecoveryPointArn=point, IamRoleArn=ROLE, Metadata={"availabilityZone": f"{REGION}a"}
    )["RestoreJobId"]
    put = aws.backup.put_restore_validation_result
    assert refusal(put, RestoreJobId=running, ValidationStatus="SUCCESSFUL") == "InvalidRequestException"


def test_a_copy_goes_to_another_region_under_the_key_of_its_vault(aws: Aws) -> None:
    aws.vault()
    there = boto3.client("backup", region_name="eu-west-1")
    key = boto3.client("kms", region_name="eu-west-1").create_key()["KeyMetadata"]["Arn"]
    vault = there.create_backup_vault(BackupVaultName="dr", EncryptionKeyArn=key)["BackupVaultArn"]
    point = aws.backed_up(aws.volume())["RecoveryPointArn"]

    job = aws.backup.start_copy_job(
        RecoveryPointArn=point,
        SourceBackupVaultName="vault",
        DestinationBackupVaultArn=vault,
        IamRoleArn=ROLE,
        Lifecycle={"DeleteAfterDays": 9},
    )["CopyJobId"]
    clock.advance(5)

    done = aws.backup.describe_copy_job(CopyJobId=job)["CopyJob"]
    assert done["State"] == "COMPLETED"
    copied = there.describe_recovery_point(
        BackupVaultName="dr", RecoveryPointArn=done["DestinationRecoveryPointArn"]
    )
    assert (copied["EncryptionKeyArn"], copied["IsEncrypted"]) == (key, True)
    assert copied["Lifecycle"] == {"DeleteAfterDays": 9}
    snapshot_id = done["DestinationRecoveryPointArn"].rpartition("/")[2]
    [made] = boto3.client("ec2", region_name="eu-west-1").describe_snapshots(SnapshotIds=[snapshot_id])[
        "Snapshots"
    ]
    assert made["KmsKeyId"] == key


def test_an_instance_is_backed_up_as_an_image(aws: Aws) -> None:
    aws.vault()
    image = aws.ec2.register_image(Name="base")["ImageId"]
    [instance] = aws.ec2.run_instances(ImageId=image, MinCount=1, MaxCount=1)["Instances"]
    job = aws.backed_up(f"arn:aws:ec2:{REGION}:{ACCOUNT}:instance/{instance['InstanceId']}")
    assert job["State"] == "COMPLETED"
    point = job["RecoveryPointArn"]
    assert point.startswith(f"arn:aws:ec2:{REGION}::image/ami-")
    [made] = aws.ec2.describe_images(ImageIds=[point.rpartition("/")[2]])["Images"]
    assert made["Description"] == "This image is created by the AWS Backup service."


def test_a_fully_managed_resource_takes_the_vaults_key(aws: Aws) -> None:
    key = aws.kms.create_key()["KeyMetadata"]["Arn"]
    aws.vault(EncryptionKeyArn=key)
    s3 = boto3.client("s3", region_name=REGION)
    s3.create_bucket(Bucket="data", CreateBucketConfiguration={"LocationConstraint": REGION})
    s3.put_bucket_versioning(Bucket="data", VersioningConfiguration={"Status": "Enabled"})
    job = aws.backed_up("arn:aws:s3:::data")
    assert job["RecoveryPointArn"].startswith(f"arn:aws:backup:{REGION}:{ACCOUNT}:recovery-point:")
    assert job["EncryptionKeyArn"] == key


def test_settings_of_the_region_and_the_organization(aws: Aws) -> None:
    aws.backup.update_region_settings(ResourceTypeOptInPreference={"EBS": False})
    settings = aws.backup.describe_region_settings()["ResourceTypeOptInPreference"]
    assert (settings["EBS"], settings["EFS"]) == (False, True)
    aws.backup.update_global_settings(GlobalSettings={"isCrossAccountBackupEnabled": "true"})
    described = aws.backup.describe_global_settings()
    assert described["GlobalSettings"]["isCrossAccountBackupEnabled"] == "true"
    wrong = refusal(aws.backup.update_region_settings, ResourceTypeOptInPreference={"Abacus": True})
    assert wrong == "InvalidParameterValueException"
