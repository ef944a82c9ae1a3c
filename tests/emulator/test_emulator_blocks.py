"""The blocks of volumes and snapshots: what was written is what is read, by whichever way it went."""

import base64
import hashlib
import json
from functools import cache
from typing import Any

import boto3
import pytest
from emulated import ACCOUNT, REGION, ROLE, Aws, refusal

from emulator import clock, control

BLOCK = 512 * 1024


@cache
def client(service: str, region: str = REGION) -> Any:
    return boto3.client(
        service, region_name=region, aws_access_key_id="testing", aws_secret_access_key="testing"
    )


def block(text: str) -> bytes:
    return text.encode().ljust(BLOCK, b"\0")


def checksum(data: bytes) -> str:
    return base64.b64encode(hashlib.sha256(data).digest()).decode()


def write(volume: str, blocks: dict[int, str]) -> None:
    """Write to a volume through the emulator's own path, which stands for the instance it is attached to."""
    given = {str(index): base64.b64encode(text.encode()).decode() for index, text in blocks.items()}
    document = {"volume_id": volume.rpartition("/")[2], "region": REGION, "blocks": given}
    status, answer = control.respond("POST", "/emulator/ebs/blocks", json.dumps(document).encode())
    assert (status, answer) == (200, {"status": "ok"})


def read(snapshot: str, region: str = REGION) -> dict[int, str]:
    """The blocks of a snapshot, as the EBS direct APIs give them."""
    ebs = client("ebs", region)
    found = {}
    for listed in ebs.list_snapshot_blocks(SnapshotId=snapshot)["Blocks"]:
        answer = ebs.get_snapshot_block(SnapshotId=snapshot, **listed)
        data = answer["BlockData"].read()
        assert answer["Checksum"] == checksum(data)
        assert answer["DataLength"] == len(data) == BLOCK
        found[listed["BlockIndex"]] = data.rstrip(b"\0").decode()
    return found


def read_volume(aws: Aws, volume: str) -> dict[int, str]:
    return read(aws.ec2.create_snapshot(VolumeId=volume.rpartition("/")[2])["SnapshotId"])


def test_a_snapshot_holds_what_its_volume_held_when_it_was_made(aws: Aws) -> None:
    volume = aws.volume()
    write(volume, {0: "boot", 7: "data"})
    first = aws.ec2.create_snapshot(VolumeId=volume.rpartition("/")[2])["SnapshotId"]
    write(volume, {7: "changed", 9: "more"})
    assert read(first) == {0: "boot", 7: "data"}
    assert read_volume(aws, volume) == {0: "boot", 7: "changed", 9: "more"}


def test_a_restored_volume_holds_what_was_backed_up(aws: Aws) -> None:
    aws.vault()
    volume = aws.volume()
    write(volume, {0: "boot", 7: "data"})
    point = aws.backed_up(volume)["RecoveryPointArn"]
    write(volume, {7: "ruined"})

    made = aws.restored(point)["CreatedResourceArn"]
    assert read_volume(aws, made) == {0: "boot", 7: "data"}
    write(made, {0: "other"})
    assert read_volume(aws, volume) == {0: "boot", 7: "ruined"}
    assert read(point.rpartition("/")[2]) == {0: "boot", 7: "data"}


def test_copies_hold_the_data_in_their_own_region(aws: Aws) -> None:
    volume = aws.volume()
    write(volume, {3: "data"})
    snapshot = aws.ec2.create_snapshot(VolumeId=volume.rpartition("/")[2])["SnapshotId"]
    there = client("ec2", "eu-west-1")
    copy = there.copy_snapshot(SourceSnapshotId=snapshot, SourceRegion=REGION)["SnapshotId"]
    assert read(copy, "eu-west-1") == {3: "data"}
    made = there.create_volume(AvailabilityZone="eu-west-1a", SnapshotId=copy)["VolumeId"]
    assert read(there.create_snapshot(VolumeId=made)["SnapshotId"], "eu-west-1") == {3: "data"}


def test_a_backup_copied_to_another_region_holds_the_data(aws: Aws) -> None:
    aws.vault()
    volume = aws.volume()
    write(volume, {3: "data"})
    point = aws.backed_up(volume)["RecoveryPointArn"]
    key = client("kms", "eu-west-1").create_key()["KeyMetadata"]["Arn"]
    vault = client("backup", "eu-west-1").create_backup_vault(BackupVaultName="dr", EncryptionKeyArn=key)
    job = aws.backup.start_copy_job(
        RecoveryPointArn=point,
        SourceBackupVaultName="vault",
        DestinationBackupVaultArn=vault["BackupVaultArn"],
        IamRoleArn=ROLE,
    )["CopyJobId"]
    clock.advance(5)
    made = aws.backup.describe_copy_job(CopyJobId=job)["CopyJob"]["DestinationRecoveryPointArn"]
    assert read(made.rpartition("/")[2], "eu-west-1") == {3: "data"}


def test_a_snapshot_keeps_its_size_when_the_volume_grows(aws: Aws) -> None:
    volume = aws.volume(Size=8).rpartition("/")[2]
    snapshot = aws.ec2.create_snapshot(VolumeId=volume)["SnapshotId"]
    aws.ec2.modify_volume(VolumeId=volume, Size=16)
    [found] = aws.ec2.describe_snapshots(SnapshotIds=[snapshot])["Snapshots"]
    assert found["VolumeSize"] == 8
    zone = f"{REGION}a"
    assert aws.ec2.create_volume(AvailabilityZone=zone, SnapshotId=snapshot)["Size"] == 8
    code = refusal(aws.ec2.create_volume, AvailabilityZone=zone, SnapshotId=snapshot, Size=7)
    assert code == "InvalidParameterValue"


def test_a_volume_of_an_encrypted_snapshot_is_encrypted_by_its_key(aws: Aws) -> None:
    key = aws.kms.create_key()["KeyMetadata"]["Arn"]
    volume = aws.volume(Encrypted=True, KmsKeyId=key).rpartition("/")[2]
    snapshot = aws.ec2.create_snapshot(VolumeId=volume)
    made = aws.ec2.create_volume(AvailabilityZone=f"{REGION}a", SnapshotId=snapshot["SnapshotId"])
    assert (snapshot["KmsKeyId"], made["Encrypted"], made["KmsKeyId"]) == (key, True, key)


# The EBS direct APIs


def start(**settings: Any) -> str:
    return str(client("ebs").start_snapshot(**{"VolumeSize": 1, **settings})["SnapshotId"])


def put(snapshot: str, index: int, text: str, **changes: Any) -> Any:
    data = block(text)
    request = {
        "SnapshotId": snapshot,
        "BlockIndex": index,
        "BlockData": data,
        "DataLength": len(data),
        "Checksum": checksum(data),
        "ChecksumAlgorithm": "SHA256",
        **changes,
    }
    return client("ebs").put_snapshot_block(**request)


def aggregate(*texts: str) -> str:
    return checksum(b"".join(hashlib.sha256(block(text)).digest() for text in texts))


def reason(call: Any, **params: Any) -> str:
    """The Reason of a refusal."""
    with pytest.raises(Exception, match=r"Validation|NotFound|Conflict") as caught:
        call(**params)
    response: Any = caught.value.response  # type: ignore[attr-defined]
    return str(response.get("Reason") or response["Error"]["Code"])


def test_a_snapshot_written_block_by_block_becomes_a_volume(aws: Aws) -> None:
    ebs = client("ebs")
    tags = [{"Key": "a", "Value": "b"}]
    started = ebs.start_snapshot(VolumeSize=2, Description="from a disk", Tags=tags)
    snapshot = started["SnapshotId"]
    assert (started["Status"], started["BlockSize"], started["VolumeSize"]) == ("pending", BLOCK, 2)
    put(snapshot, 1, "one")
    put(snapshot, 0, "zero")
    code = refusal(aws.ec2.create_volume, AvailabilityZone=f"{REGION}a", SnapshotId=snapshot)
    assert code == "IncorrectState"
    done = ebs.complete_snapshot(
        SnapshotId=snapshot,
        ChangedBlocksCount=2,
        Checksum=aggregate("zero", "one"),
        ChecksumAlgorithm="SHA256",
        ChecksumAggregationMethod="LINEAR",
    )
    assert done["Status"] == "completed"
    [found] = aws.ec2.describe_snapshots(SnapshotIds=[snapshot])["Snapshots"]
    assert (found["VolumeId"], found["State"], found["Tags"]) == ("vol-ffffffff", "completed", tags)
    volume = aws.ec2.create_volume(AvailabilityZone=f"{REGION}a", SnapshotId=snapshot)["VolumeId"]
    assert read_volume(aws, volume) == {0: "zero", 1: "one"}


def test_changed_blocks_are_those_that_differ_in_either_snapshot(aws: Aws) -> None:
    volume = aws.volume().rpartition("/")[2]
    write(volume, {2: "same", 5: "old"})
    first = aws.ec2.create_snapshot(VolumeId=volume)["SnapshotId"]
    write(volume, {5: "new", 1: "added", 2: "same"})
    second = aws.ec2.create_snapshot(VolumeId=volume)["SnapshotId"]

    ebs = client("ebs")
    answer = ebs.list_changed_blocks(FirstSnapshotId=first, SecondSnapshotId=second)

    changed = answer["ChangedBlocks"]
    assert [each["BlockIndex"] for each in changed] == [1, 5]
    assert "FirstBlockToken" not in changed[0]
    assert (answer["VolumeSize"], answer["BlockSize"]) == (8, BLOCK)
    for snapshot, member, text in ((first, "FirstBlockToken", "old"), (second, "SecondBlockToken", "new")):
        got = ebs.get_snapshot_block(SnapshotId=snapshot, BlockIndex=5, BlockToken=changed[1][member])
        assert got["BlockData"].read() == block(text)


def test_snapshots_of_different_volumes_are_not_compared(aws: Aws) -> None:
    one, other = (
        aws.ec2.create_snapshot(VolumeId=aws.volume().rpartition("/")[2])["SnapshotId"] for _ in range(2)
    )
    call = client("ebs").list_changed_blocks
    assert reason(call, FirstSnapshotId=one, SecondSnapshotId=other) == "UNRELATED_SNAPSHOTS"
    assert reason(call, SecondSnapshotId=other) == "INVALID_PARAMETER_VALUE"


def test_a_child_snapshot_begins_with_its_parents_blocks_and_can_be_compared_with_it(aws: Aws) -> None:
    ebs = client("ebs")
    parent = start()
    put(parent, 0, "base")
    ebs.complete_snapshot(SnapshotId=parent, ChangedBlocksCount=1)
    child = start(ParentSnapshotId=parent)
    put(child, 4, "more")
    ebs.complete_snapshot(SnapshotId=child, ChangedBlocksCount=1)
    assert read(child) == {0: "base", 4: "more"}
    changed = ebs.list_changed_blocks(FirstSnapshotId=parent, SecondSnapshotId=child)["ChangedBlocks"]
    assert [each["BlockIndex"] for each in changed] == [4]


def test_lists_of_blocks_are_in_order_and_paged(aws: Aws) -> None:
    volume = aws.volume()
    write(volume, dict.fromkeys(range(249, -1, -1), "x"))
    snapshot = aws.ec2.create_snapshot(VolumeId=volume.rpartition("/")[2])["SnapshotId"]
    ebs = client("ebs")
    pages, token = [], None
    while token is not None or not pages:
        more = {"NextToken": token} if token else {}
        answer = ebs.list_snapshot_blocks(SnapshotId=snapshot, MaxResults=100, **more)
        pages.append([each["BlockIndex"] for each in answer["Blocks"]])
        token = answer.get("NextToken")
    assert [len(page) for page in pages] == [100, 100, 50]
    assert [index for page in pages for index in page] == list(range(250))
    late = ebs.list_snapshot_blocks(SnapshotId=snapshot, StartingBlockIndex=248)["Blocks"]
    assert [each["BlockIndex"] for each in late] == [248, 249]
    code = reason(ebs.list_snapshot_blocks, SnapshotId=snapshot, NextToken="bm9uZQ==")
    assert code == "INVALID_PAGE_TOKEN"


def test_block_tokens_are_of_one_block_and_expire(aws: Aws) -> None:
    volume = aws.volume()
    write(volume, {0: "a", 1: "b"})
    snapshot = aws.ec2.create_snapshot(VolumeId=volume.rpartition("/")[2])["SnapshotId"]
    ebs = client("ebs")
    listed = ebs.list_snapshot_blocks(SnapshotId=snapshot)
    token = listed["Blocks"][0]["BlockToken"]
    get = {"SnapshotId": snapshot, "BlockIndex": 0, "BlockToken": token}
    assert reason(ebs.get_snapshot_block, **{**get, "BlockIndex": 1}) == "INVALID_BLOCK_TOKEN"
    assert reason(ebs.get_snapshot_block, **{**get, "BlockToken": "bm9uZQ=="}) == "INVALID_BLOCK_TOKEN"
    clock.set_now(listed["ExpiryTime"])
    assert reason(ebs.get_snapshot_block, **get) == "INVALID_BLOCK_TOKEN"


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"DataLength": 512}, "INVALID_PARAMETER_VALUE"),
        ({"BlockData": b"short"}, "INVALID_BLOCK"),
        ({"BlockData": block("other")}, "INVALID_BLOCK"),
        ({"BlockIndex": 2048}, "INVALID_BLOCK"),
        ({"SnapshotId": "snap-0"}, "SNAPSHOT_NOT_FOUND"),
        ({"ChecksumAlgorithm": "MD5"}, "INVALID_PARAMETER_VALUE"),
    ],
)
def test_blocks_that_are_not_taken(aws: Aws, changes: dict[str, Any], expected: str) -> None:
    snapshot = start()
    assert reason(lambda: put(snapshot, 0, "x", **changes)) == expected
    client("ebs").complete_snapshot(SnapshotId=snapshot, ChangedBlocksCount=0)
    assert read(snapshot) == {}


def test_a_snapshot_is_sealed_only_with_the_blocks_that_were_written(aws: Aws) -> None:
    ebs = client("ebs")
    snapshot = start()
    put(snapshot, 0, "x")
    complete = {"SnapshotId": snapshot, "ChangedBlocksCount": 1}
    assert reason(ebs.complete_snapshot, **{**complete, "ChangedBlocksCount": 2}) == "INVALID_PARAMETER_VALUE"
    assert reason(ebs.complete_snapshot, **complete, Checksum=aggregate("y")) == "INVALID_PARAMETER_VALUE"
    assert reason(ebs.list_snapshot_blocks, SnapshotId=snapshot) == "INVALID_SNAPSHOT_ID"
    ebs.complete_snapshot(**complete)
    assert reason(lambda: put(snapshot, 1, "late")) == "INVALID_SNAPSHOT_ID"
    assert reason(ebs.complete_snapshot, **complete) == "INVALID_SNAPSHOT_ID"


def test_a_snapshot_that_nobody_completes_is_given_up(aws: Aws) -> None:
    snapshot = start(Timeout=10)
    clock.advance(9 * 60)
    put(snapshot, 0, "x")
    clock.advance(9 * 60)
    put(snapshot, 1, "y")
    clock.advance(11 * 60)
    assert reason(lambda: put(snapshot, 2, "z")) == "INVALID_SNAPSHOT_ID"
    [found] = aws.ec2.describe_snapshots(SnapshotIds=[snapshot])["Snapshots"]
    assert found["State"] == "error"


def test_a_client_token_starts_one_snapshot(aws: Aws) -> None:
    assert start(ClientToken="t") == start(ClientToken="t") != start()
    call = client("ebs").start_snapshot
    assert refusal(call, VolumeSize=2, ClientToken="t") == "ConflictException"


@pytest.mark.parametrize(
    ("request_", "expected"),
    [
        ({"VolumeSize": 65537}, "INVALID_VOLUME_SIZE"),
        ({"VolumeSize": 1, "ParentSnapshotId": "snap-0"}, "SNAPSHOT_NOT_FOUND"),
        ({"VolumeSize": 1, "ParentSnapshotId": "snap-0", "Encrypted": True}, "INVALID_PARAMETER_VALUE"),
        (
            {"VolumeSize": 1, "KmsKeyArn": f"arn:aws:kms:{REGION}:{ACCOUNT}:key/x"},
            "INVALID_CUSTOMER_KEY",
        ),
    ],
)
def test_snapshots_that_are_not_started(aws: Aws, request_: dict[str, Any], expected: str) -> None:
    assert reason(client("ebs").start_snapshot, **request_) == expected


@pytest.mark.parametrize(
    "document",
    [
        {},
        {"volume_id": "vol-none", "region": REGION, "blocks": {"0": ""}},
        {"volume_id": "", "region": REGION, "blocks": {"zero": ""}},
        {"volume_id": "", "region": REGION, "blocks": {"0": "not base64"}},
        {"volume_id": "", "region": REGION, "blocks": {str(8 * 2048): ""}},
        {"volume_id": "", "region": REGION, "blocks": {"0": base64.b64encode(bytes(BLOCK + 1)).decode()}},
    ],
)
def test_what_cannot_be_written_to_a_volume_is_refused(aws: Aws, document: dict[str, Any]) -> None:
    volume = aws.volume().rpartition("/")[2]
    if document.get("volume_id") == "":
        document = {**document, "volume_id": volume}
    status, answer = control.respond("POST", "/emulator/ebs/blocks", json.dumps(document).encode())
    assert (status, list(answer)) == (400, ["error"])
    assert read_volume(aws, volume) == {}


def test_a_client_token_makes_one_volume(aws: Aws) -> None:
    """The same request is answered with the same volume, another one refused."""
    asked = {"AvailabilityZone": f"{REGION}a", "Size": 8}
    first = aws.ec2.create_volume(ClientToken="once", **asked)["VolumeId"]
    assert aws.ec2.create_volume(ClientToken="once", **asked)["VolumeId"] == first
    assert aws.ec2.create_volume(ClientToken="twice", **asked)["VolumeId"] != first
    other = {**asked, "Size": 9, "ClientToken": "once"}
    assert refusal(aws.ec2.create_volume, **other) == "IdempotentParameterMismatch"
    assert len(aws.ec2.describe_volumes()["Volumes"]) == 2
