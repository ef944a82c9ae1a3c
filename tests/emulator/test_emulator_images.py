"""Instances are backed up and restored with all their volumes, and so are images made through EC2."""

import json
from functools import cache
from typing import Any

import boto3
import pytest
from emulated import ACCOUNT, REGION, ROLE, Aws, refusal
from test_emulator_blocks import read, read_volume, write

from emulator import clock, faults


@cache
def client(service: str, region: str = REGION) -> Any:
    return boto3.client(
        service, region_name=region, aws_access_key_id="testing", aws_secret_access_key="testing"
    )


@pytest.fixture
def instance(aws: Aws) -> dict[str, Any]:
    """An instance with a root volume and an encrypted second one, both with data."""
    aws.vault()
    image = aws.ec2.register_image(Name="base")["ImageId"]
    [made] = aws.ec2.run_instances(
        ImageId=image,
        MinCount=1,
        MaxCount=1,
        InstanceType="t3.large",
        KeyName="admin",
        DisableApiTermination=False,
        InstanceInitiatedShutdownBehavior="terminate",
    )["Instances"]
    key = aws.kms.create_key()["KeyMetadata"]["Arn"]
    zone = made["Placement"]["AvailabilityZone"]
    data = aws.volume(AvailabilityZone=zone, Size=20, Encrypted=True, KmsKeyId=key, VolumeType="gp3")
    volume = data.rpartition("/")[2]
    aws.ec2.attach_volume(InstanceId=made["InstanceId"], VolumeId=volume, Device="/dev/sdf")
    write(volumes(aws, made["InstanceId"])["/dev/sda1"], {0: "boot"})
    write(volume, {5: "rows"})
    return {**made, "Arn": f"arn:aws:ec2:{REGION}:{ACCOUNT}:instance/{made['InstanceId']}", "Key": key}


def described(aws: Aws, instance_id: str) -> dict[str, Any]:
    return dict(aws.ec2.describe_instances(InstanceIds=[instance_id])["Reservations"][0]["Instances"][0])


def groups(instance: dict[str, Any]) -> set[str]:
    return {group["GroupId"] for nic in instance["NetworkInterfaces"] for group in nic["Groups"]}


def volumes(aws: Aws, instance_id: str) -> dict[str, str]:
    """The volumes of an instance, by device."""
    mappings = described(aws, instance_id)["BlockDeviceMappings"]
    return {mapping["DeviceName"]: mapping["Ebs"]["VolumeId"] for mapping in mappings}


def restored(aws: Aws, point: str, **metadata: str) -> dict[str, Any]:
    job = aws.backup.start_restore_job(RecoveryPointArn=point, IamRoleArn=ROLE, Metadata=metadata)
    clock.advance(5)
    return dict(aws.backup.describe_restore_job(RestoreJobId=job["RestoreJobId"]))


def test_a_restored_instance_has_all_volumes_with_their_data(aws: Aws, instance: dict[str, Any]) -> None:
    point = aws.backed_up(instance["Arn"])["RecoveryPointArn"]
    write(volumes(aws, instance["InstanceId"])["/dev/sdf"], {5: "ruined"})

    job = restored(aws, point)

    made = described(aws, job["CreatedResourceArn"].rpartition("/")[2])
    assert made["State"]["Name"] == "running"
    assert made["ImageId"] == point.rpartition("/")[2]
    found = volumes(aws, made["InstanceId"])
    assert found.keys() == {"/dev/sda1", "/dev/sdf"}
    assert read_volume(aws, found["/dev/sda1"]) == {0: "boot"}
    assert read_volume(aws, found["/dev/sdf"]) == {5: "rows"}
    [data] = aws.ec2.describe_volumes(VolumeIds=[found["/dev/sdf"]])["Volumes"]
    assert (data["Size"], data["VolumeType"], data["KmsKeyId"]) == (20, "gp3", instance["Key"])
    assert data["Attachments"][0]["InstanceId"] == made["InstanceId"]


def test_the_restore_metadata_restores_an_instance_as_it_was(aws: Aws, instance: dict[str, Any]) -> None:
    point = aws.backed_up(instance["Arn"])["RecoveryPointArn"]
    given = aws.backup.get_recovery_point_restore_metadata(BackupVaultName="vault", RecoveryPointArn=point)
    job = restored(aws, point, **given["RestoreMetadata"])
    made = described(aws, job["CreatedResourceArn"].rpartition("/")[2])
    for name in ("InstanceType", "SubnetId", "VpcId", "KeyName"):
        assert made[name] == instance[name], name
    assert groups(made) == groups(described(aws, instance["InstanceId"]))
    attribute = aws.ec2.describe_instance_attribute(
        InstanceId=made["InstanceId"], Attribute="instanceInitiatedShutdownBehavior"
    )
    assert attribute["InstanceInitiatedShutdownBehavior"]["Value"] == "terminate"


def test_a_restored_instance_is_as_the_metadata_says(aws: Aws, instance: dict[str, Any]) -> None:
    point = aws.backed_up(instance["Arn"])["RecoveryPointArn"]
    vpc = aws.ec2.create_vpc(CidrBlock="10.1.0.0/16")["Vpc"]["VpcId"]
    subnet = aws.ec2.create_subnet(VpcId=vpc, CidrBlock="10.1.0.0/24")["Subnet"]["SubnetId"]
    group = aws.ec2.create_security_group(GroupName="g", Description="g", VpcId=vpc)["GroupId"]
    client("iam").create_instance_profile(InstanceProfileName="profile")

    job = restored(
        aws,
        point,
        instanceType="m5.large",
        subnetId=subnet,
        securityGroupIds=json.dumps([group]),
        iamInstanceProfileName="profile",
        requireImdsV2="true",
        disableApiTermination="true",
    )

    made = described(aws, job["CreatedResourceArn"].rpartition("/")[2])
    assert (made["InstanceType"], made["SubnetId"], made["VpcId"]) == ("m5.large", subnet, vpc)
    assert [each["GroupId"] for each in made["SecurityGroups"]] == [group]
    assert made["IamInstanceProfile"]["Arn"].endswith("/profile")
    assert made["MetadataOptions"]["HttpTokens"] == "required"
    attribute = aws.ec2.describe_instance_attribute(
        InstanceId=made["InstanceId"], Attribute="disableApiTermination"
    )
    assert attribute["DisableApiTermination"]["Value"]


@pytest.mark.parametrize(
    ("metadata", "outcome"),
    [
        ({"colour": "red"}, "InvalidParameterValueException"),
        ({"SecurityGroupIds": "sg-1"}, "InvalidParameterValueException"),
        ({"DisableApiTermination": "perhaps"}, "InvalidParameterValueException"),
        ({"HibernationOptions": '{"Configured": true}'}, "NotImplemented"),
        ({"SubnetId": "subnet-1"}, "does not exist"),
        ({"VpcId": "vpc-1"}, "No subnet"),
    ],
)
def test_an_instance_that_cannot_be_restored_so(
    aws: Aws, instance: dict[str, Any], metadata: dict[str, str], outcome: str
) -> None:
    point = aws.backed_up(instance["Arn"])["RecoveryPointArn"]
    if " " not in outcome:
        request = {"RecoveryPointArn": point, "IamRoleArn": ROLE, "Metadata": metadata}
        assert refusal(aws.backup.start_restore_job, **request) == outcome
    else:
        job = restored(aws, point, **metadata)
        assert (job["Status"], outcome in job["StatusMessage"]) == ("FAILED", True)


def test_without_a_default_vpc_an_instance_is_not_restored(aws: Aws, instance: dict[str, Any]) -> None:
    point = aws.backed_up(instance["Arn"])["RecoveryPointArn"]
    aws.ec2.terminate_instances(InstanceIds=[instance["InstanceId"]])
    for subnet in aws.ec2.describe_subnets()["Subnets"]:
        aws.ec2.delete_subnet(SubnetId=subnet["SubnetId"])
    job = restored(aws, point)
    assert (job["Status"], "ubnet" in job["StatusMessage"]) == ("FAILED", True)


def test_deleting_the_recovery_point_deletes_image_and_snapshots(aws: Aws, instance: dict[str, Any]) -> None:
    point = aws.backed_up(instance["Arn"])["RecoveryPointArn"]
    mine = {"Filters": [{"Name": "owner-id", "Values": [ACCOUNT]}]}
    before = len(aws.ec2.describe_snapshots(**mine)["Snapshots"])
    aws.backup.delete_recovery_point(BackupVaultName="vault", RecoveryPointArn=point)
    assert len(aws.ec2.describe_snapshots(**mine)["Snapshots"]) == before - 2
    assert aws.ec2.describe_images(ImageIds=[point.rpartition("/")[2]])["Images"] == []


def test_a_copy_in_another_region_restores_there(aws: Aws, instance: dict[str, Any]) -> None:
    point = aws.backed_up(instance["Arn"])["RecoveryPointArn"]
    key = client("kms", "eu-west-1").create_key()["KeyMetadata"]["Arn"]
    there = client("backup", "eu-west-1")
    vault = there.create_backup_vault(BackupVaultName="dr", EncryptionKeyArn=key)["BackupVaultArn"]
    job = aws.backup.start_copy_job(
        RecoveryPointArn=point,
        SourceBackupVaultName="vault",
        DestinationBackupVaultArn=vault,
        IamRoleArn=ROLE,
    )["CopyJobId"]
    clock.advance(5)
    copy = aws.backup.describe_copy_job(CopyJobId=job)["CopyJob"]["DestinationRecoveryPointArn"]
    started = there.start_restore_job(
        RecoveryPointArn=copy, IamRoleArn=ROLE, Metadata={"instanceType": "t3.small"}
    )
    clock.advance(5)

    done = there.describe_restore_job(RestoreJobId=started["RestoreJobId"])

    assert done["Status"] == "COMPLETED", done
    ec2 = client("ec2", "eu-west-1")
    made = done["CreatedResourceArn"].rpartition("/")[2]
    filters = [{"Name": "attachment.instance-id", "Values": [made]}]
    found = ec2.describe_volumes(Filters=filters)["Volumes"]
    assert {each["KmsKeyId"] for each in found} == {key}
    held = [read(ec2.create_snapshot(VolumeId=each["VolumeId"])["SnapshotId"], "eu-west-1") for each in found]
    assert sorted(map(str, held)) == sorted(map(str, [{0: "boot"}, {5: "rows"}]))


def test_an_image_made_through_ec2_has_and_launches_all_volumes(aws: Aws, instance: dict[str, Any]) -> None:
    image = aws.ec2.create_image(InstanceId=instance["InstanceId"], Name="golden")["ImageId"]
    [found] = aws.ec2.describe_images(ImageIds=[image])["Images"]
    assert [each["DeviceName"] for each in found["BlockDeviceMappings"]] == ["/dev/sda1", "/dev/sdf"]

    bigger = {"DeviceName": "/dev/sdf", "Ebs": {"VolumeSize": 30}}
    added = {"DeviceName": "/dev/sdg", "Ebs": {"VolumeSize": 1}}
    [made] = aws.ec2.run_instances(
        ImageId=image, MinCount=1, MaxCount=1, BlockDeviceMappings=[bigger, added]
    )["Instances"]

    launched = volumes(aws, made["InstanceId"])
    assert launched.keys() == {"/dev/sda1", "/dev/sdf", "/dev/sdg"}
    assert read_volume(aws, launched["/dev/sdf"]) == {5: "rows"}
    [data] = aws.ec2.describe_volumes(VolumeIds=[launched["/dev/sdf"]])["Volumes"]
    assert data["Size"] == 30

    snapshot = found["BlockDeviceMappings"][0]["Ebs"]["SnapshotId"]
    assert refusal(aws.ec2.delete_snapshot, SnapshotId=snapshot) == "InvalidSnapshot.InUse"


def test_a_copied_image_has_its_own_snapshots_with_the_data(aws: Aws, instance: dict[str, Any]) -> None:
    image = aws.ec2.create_image(InstanceId=instance["InstanceId"], Name="golden")["ImageId"]
    ec2 = client("ec2", "eu-west-1")
    copy = ec2.copy_image(SourceImageId=image, SourceRegion=REGION, Name="copy")["ImageId"]
    [found] = ec2.describe_images(ImageIds=[copy])["Images"]
    snapshots = [each["Ebs"]["SnapshotId"] for each in found["BlockDeviceMappings"]]
    assert [read(each, "eu-west-1") for each in snapshots] == [{0: "boot"}, {5: "rows"}]


@pytest.fixture
def damaged() -> Any:
    yield faults.add("corruption")
    faults.clear()


def test_a_damaged_recovery_point_restores_other_data(
    aws: Aws, instance: dict[str, Any], damaged: faults.Fault
) -> None:
    point = aws.backed_up(instance["Arn"])["RecoveryPointArn"]
    assert read_of(aws, point) == ["boot", "rows"]
    made = restored(aws, point)["CreatedResourceArn"].rpartition("/")[2]
    for volume in volumes(aws, made).values():
        with pytest.raises((AssertionError, UnicodeDecodeError)):
            assert read_volume(aws, volume) in ({0: "boot"}, {5: "rows"})


def read_of(aws: Aws, point: str) -> list[str]:
    """The text in the snapshots of an image."""
    [found] = aws.ec2.describe_images(ImageIds=[point.rpartition("/")[2]])["Images"]
    snapshots = [each["Ebs"]["SnapshotId"] for each in found["BlockDeviceMappings"]]
    return [text for each in snapshots for text in read(each).values()]


def test_images_are_found_by_a_snapshot_of_theirs(aws: Aws, instance: dict[str, Any]) -> None:
    """Any of them; and none by another."""
    name = aws.ec2.create_image(InstanceId=instance["InstanceId"], Name="mine")["ImageId"]
    [image] = aws.ec2.describe_images(ImageIds=[name])["Images"]
    for mapping in image["BlockDeviceMappings"]:
        wanted = [{"Name": "block-device-mapping.snapshot-id", "Values": [mapping["Ebs"]["SnapshotId"]]}]
        assert [each["ImageId"] for each in aws.ec2.describe_images(Filters=wanted)["Images"]] == [name]
    other = [{"Name": "block-device-mapping.snapshot-id", "Values": ["snap-0123456789abcdef0"]}]
    assert aws.ec2.describe_images(Filters=other)["Images"] == []
