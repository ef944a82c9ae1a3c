"""EFS restored as metadata: settings, keys, tags and sizes, since moto keeps no files."""

import pytest
from emulated import ACCOUNT, REGION, ROLE, Aws, refusal
from moto.efs.models import efs_backends
from restoring import client, restore_metadata, restored

from emulator import clock


@pytest.fixture
def file_system(aws: Aws) -> str:
    aws.vault()
    made = client("efs").create_file_system(
        CreationToken="token", PerformanceMode="maxIO", ThroughputMode="elastic"
    )
    return str(made["FileSystemArn"])


def test_a_file_system_is_restored_with_its_settings(aws: Aws, file_system: str) -> None:
    point = aws.backed_up(file_system)["RecoveryPointArn"]
    metadata = restore_metadata(aws, point)
    assert metadata["file-system-id"] == file_system.rpartition("/")[2]
    job = restored(
        aws, point, **metadata, newFileSystem="true", CreationToken="again", PerformanceMode="generalPurpose"
    )
    new = job["CreatedResourceArn"].rpartition("/")[2]
    [made] = client("efs").describe_file_systems(FileSystemId=new)["FileSystems"]
    assert (made["ThroughputMode"], made["PerformanceMode"]) == ("elastic", "generalPurpose")
    assert made["FileSystemArn"] != file_system


def test_a_file_system_is_restored_into_an_existing_one_beside_what_it_holds(
    aws: Aws, file_system: str
) -> None:
    """As far as there is anything to see: moto keeps no files, only their size."""
    backend = efs_backends[ACCOUNT][REGION]
    name = file_system.rpartition("/")[2]
    backend.file_systems_by_id[name]._size_value = 4096
    done = aws.backed_up(file_system)
    assert done["BackupSizeInBytes"] == 4096
    job = restored(aws, done["RecoveryPointArn"], **{"file-system-id": name, "newFileSystem": "false"})
    assert (job["Status"], job["CreatedResourceArn"]) == ("COMPLETED", file_system)
    [made] = client("efs").describe_file_systems()["FileSystems"]
    assert made["SizeInBytes"]["Value"] == 8192
    missing = {"file-system-id": "fs-gone", "newFileSystem": "false"}
    job = restored(aws, done["RecoveryPointArn"], **missing)
    assert (job["Status"], "fs-gone" in job["StatusMessage"]) == ("FAILED", True)


def test_a_restored_file_system_is_encrypted_with_the_key_that_is_wanted(aws: Aws, file_system: str) -> None:
    """By default with the account's key for EFS; a key that is not there fails the job."""
    point = aws.backed_up(file_system)["RecoveryPointArn"]
    key = aws.kms.create_key()["KeyMetadata"]

    def encryption(**more: str) -> tuple[bool, str | None]:
        token = f"token-{sorted(more.items())}"
        job = restored(
            aws, point, **restore_metadata(aws, point), newFileSystem="true", CreationToken=token, **more
        )
        assert job["Status"] == "COMPLETED", job["StatusMessage"]
        new = job["CreatedResourceArn"].rpartition("/")[2]
        [made] = client("efs").describe_file_systems(FileSystemId=new)["FileSystems"]
        return made["Encrypted"], made.get("KmsKeyId")

    assert encryption() == (False, None)
    assert encryption(Encrypted="true", KmsKeyId=key["KeyId"]) == (True, key["Arn"])
    _, by_default = encryption(Encrypted="true")
    own = aws.kms.describe_key(KeyId="alias/aws/elasticfilesystem")["KeyMetadata"]
    assert (by_default, own["KeyManager"]) == (own["Arn"], "AWS")
    assert encryption(Encrypted="true", KmsKeyId="alias/aws/elasticfilesystem") == (True, by_default)
    gone = {"Encrypted": "true", "KmsKeyId": key["Arn"][:-4] + "0000"}
    job = restored(
        aws, point, **restore_metadata(aws, point), newFileSystem="true", CreationToken="gone", **gone
    )
    assert (job["Status"], "does not exist" in job["StatusMessage"]) == ("FAILED", True)


def test_tags_are_copied_to_what_is_restored_on_request(aws: Aws, file_system: str) -> None:
    """Those of the recovery point, which has its resource's."""
    name = file_system.rpartition("/")[2]
    efs, ec2 = client("efs"), aws.ec2
    efs.tag_resource(ResourceId=name, Tags=[{"Key": "team", "Value": "a"}])
    volume = aws.volume(TagSpecifications=[{"ResourceType": "volume", "Tags": [{"Key": "of", "Value": "b"}]}])

    def restored_as(resource: str, metadata: dict[str, str], *, copied: bool) -> str:
        point = aws.backed_up(resource, RecoveryPointTags={"by": "hand"})["RecoveryPointArn"]
        given = restore_metadata(aws, point)
        job = aws.backup.start_restore_job(
            RecoveryPointArn=point,
            IamRoleArn=ROLE,
            Metadata={**given, **metadata},
            CopySourceTagsToRestoredResource=copied,
        )["RestoreJobId"]
        clock.advance(5)
        return str(aws.backup.describe_restore_job(RestoreJobId=job)["CreatedResourceArn"]).rpartition("/")[2]

    new = {"newFileSystem": "true"}
    made = restored_as(file_system, {**new, "CreationToken": "with"}, copied=True)
    found = efs.list_tags_for_resource(ResourceId=made)["Tags"]
    assert {tag["Key"]: tag["Value"] for tag in found} == {"team": "a", "by": "hand"}
    made = restored_as(file_system, {**new, "CreationToken": "without"}, copied=False)
    assert efs.list_tags_for_resource(ResourceId=made)["Tags"] == []
    made = restored_as(volume, {"availabilityZone": f"{REGION}a"}, copied=True)
    [described] = ec2.describe_volumes(VolumeIds=[made])["Volumes"]
    assert {tag["Key"]: tag["Value"] for tag in described["Tags"]} == {"of": "b", "by": "hand"}


def test_what_cannot_be_restored_of_a_file_system_is_said(aws: Aws, file_system: str) -> None:
    point = aws.backed_up(file_system)["RecoveryPointArn"]
    metadata = restore_metadata(aws, point)

    def start(**more: str) -> str:
        return refusal(
            aws.backup.start_restore_job,
            RecoveryPointArn=point,
            IamRoleArn=ROLE,
            Metadata={**metadata, **more},
        )

    assert start() == "InvalidParameterValueException"
    assert start(newFileSystem="true", ItemsToRestore='["/a"]') == "NotImplemented"
    assert start(newFileSystem="true", KmsKeyId="key") == "InvalidParameterValueException"
    job = restored(aws, point, **metadata, newFileSystem="true")
    assert (job["Status"], "CreationToken" in job["StatusMessage"]) == ("FAILED", True)
