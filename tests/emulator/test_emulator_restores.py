"""Restores restore data: what is read from the restored resource is what the original held when it was backed
up."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from emulated import ACCOUNT, REGION, ROLE, Aws, refusal
from restoring import client, restored

from emulator import clock, faults


def copied(aws: Aws, point: str, region: str = "eu-west-1") -> str:
    """Copy a recovery point to a vault in another Region, and return the copy's ARN."""
    key = client("kms", region).create_key()["KeyMetadata"]["Arn"]
    vault = client("backup", region).create_backup_vault(BackupVaultName="dr", EncryptionKeyArn=key)
    job = aws.backup.start_copy_job(
        RecoveryPointArn=point,
        SourceBackupVaultName="vault",
        DestinationBackupVaultArn=vault["BackupVaultArn"],
        IamRoleArn=ROLE,
    )["CopyJobId"]
    clock.advance(5)
    done = aws.backup.describe_copy_job(CopyJobId=job)["CopyJob"]
    assert done["State"] == "COMPLETED", done
    return str(done["DestinationRecoveryPointArn"])


# DynamoDB


@pytest.fixture
def table(aws: Aws) -> str:
    """A table with a sort key, an index and two items; its ARN."""
    aws.vault()
    dynamodb = client("dynamodb")
    made = dynamodb.create_table(
        TableName="orders",
        KeySchema=[
            {"AttributeName": "customer", "KeyType": "HASH"},
            {"AttributeName": "number", "KeyType": "RANGE"},
        ],
        AttributeDefinitions=[
            {"AttributeName": "customer", "AttributeType": "S"},
            {"AttributeName": "number", "AttributeType": "N"},
            {"AttributeName": "state", "AttributeType": "S"},
        ],
        GlobalSecondaryIndexes=[
            {
                "IndexName": "by-state",
                "KeySchema": [{"AttributeName": "state", "KeyType": "HASH"}],
                "Projection": {"ProjectionType": "ALL"},
            }
        ],
        BillingMode="PAY_PER_REQUEST",
    )
    for number in "12":
        dynamodb.put_item(TableName="orders", Item=item(number, "open"))
    return str(made["TableDescription"]["TableArn"])


def item(number: str, state: str) -> dict[str, Any]:
    return {"customer": {"S": "ann"}, "number": {"N": number}, "state": {"S": state}}


def items(name: str, region: str = REGION) -> list[dict[str, Any]]:
    found = client("dynamodb", region).scan(TableName=name)["Items"]
    return sorted(found, key=lambda each: str(each["number"]["N"]))


def test_a_restored_table_has_the_items_keys_and_indexes_of_the_moment_of_the_backup(
    aws: Aws, table: str
) -> None:
    point = aws.backed_up(table)["RecoveryPointArn"]
    dynamodb = client("dynamodb")
    dynamodb.put_item(TableName="orders", Item=item("1", "shipped"))
    dynamodb.delete_item(TableName="orders", Key={"customer": {"S": "ann"}, "number": {"N": "2"}})

    job = restored(aws, point, targetTableName="restored")

    assert job["CreatedResourceArn"] == f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/restored"
    assert items("restored") == [item("1", "open"), item("2", "open")]
    assert items("orders") == [item("1", "shipped")]
    made = dynamodb.describe_table(TableName="restored")["Table"]
    assert [key["AttributeName"] for key in made["KeySchema"]] == ["customer", "number"]
    assert made["BillingModeSummary"]["BillingMode"] == "PAY_PER_REQUEST"
    found = dynamodb.query(
        TableName="restored",
        IndexName="by-state",
        KeyConditionExpression="#s = :s",
        ExpressionAttributeNames={"#s": "state"},
        ExpressionAttributeValues={":s": {"S": "open"}},
    )
    assert found["Count"] == 2


def test_two_restores_of_a_table_share_nothing(aws: Aws, table: str) -> None:
    point = aws.backed_up(table)["RecoveryPointArn"]
    for name in ("first", "second"):
        assert restored(aws, point, targetTableName=name)["Status"] == "COMPLETED"
    client("dynamodb").put_item(TableName="first", Item=item("9", "new"))
    assert items("second") == [item("1", "open"), item("2", "open")]


def test_a_restored_table_leaves_out_what_dynamodb_documents(aws: Aws, table: str) -> None:
    dynamodb = client("dynamodb")
    dynamodb.tag_resource(ResourceArn=table, Tags=[{"Key": "team", "Value": "a"}])
    ttl = {"Enabled": True, "AttributeName": "expires"}
    dynamodb.update_time_to_live(TableName="orders", TimeToLiveSpecification=ttl)
    point = aws.backed_up(table)["RecoveryPointArn"]

    arn = restored(aws, point, targetTableName="restored", deletionProtection="true")["CreatedResourceArn"]

    assert dynamodb.list_tags_of_resource(ResourceArn=arn)["Tags"] == []
    described = dynamodb.describe_time_to_live(TableName="restored")["TimeToLiveDescription"]
    assert described["TimeToLiveStatus"] == "DISABLED"
    assert dynamodb.describe_table(TableName="restored")["Table"]["DeletionProtectionEnabled"]


def test_a_restored_table_is_encrypted_as_the_metadata_says(aws: Aws, table: str) -> None:
    key = aws.kms.create_key()["KeyMetadata"]["Arn"]
    point = aws.backed_up(table)["RecoveryPointArn"]
    restored(aws, point, targetTableName="by-key", encryptionType="KMS", kmsMasterKeyArn=key)
    restored(aws, point, targetTableName="by-default")
    described = client("dynamodb").describe_table
    assert described(TableName="by-key")["Table"]["SSEDescription"]["KMSMasterKeyArn"] == key
    assert "SSEDescription" not in described(TableName="by-default")["Table"]


def test_a_copy_of_a_table_restores_in_its_own_region(aws: Aws, table: str) -> None:
    there = copied(aws, aws.backed_up(table)["RecoveryPointArn"])
    backup = client("backup", "eu-west-1")
    backup.start_restore_job(
        RecoveryPointArn=there, IamRoleArn=ROLE, Metadata={"targetTableName": "restored"}
    )
    clock.advance(5)
    assert items("restored", "eu-west-1") == [item("1", "open"), item("2", "open")]


@pytest.mark.parametrize(
    ("metadata", "outcome"),
    [
        ({}, "InvalidParameterValueException"),
        ({"targetTableName": "a/b"}, "InvalidParameterValueException"),
        ({"targetTableName": "new", "encryptionType": "AES"}, "InvalidParameterValueException"),
        ({"targetTableName": "new", "colour": "red"}, "InvalidParameterValueException"),
        ({"targetTableName": "orders"}, "Table already exists"),
    ],
)
def test_a_table_that_cannot_be_restored_so(
    aws: Aws, table: str, metadata: dict[str, str], outcome: str
) -> None:
    point = aws.backed_up(table)["RecoveryPointArn"]
    if outcome.endswith("Exception"):
        request = {"RecoveryPointArn": point, "IamRoleArn": ROLE, "Metadata": metadata}
        assert refusal(aws.backup.start_restore_job, **request) == outcome
    else:
        job = restored(aws, point, **metadata)
        assert (job["Status"], outcome in job["StatusMessage"]) == ("FAILED", True)


# S3


@pytest.fixture
def bucket(aws: Aws) -> str:
    """A bucket with versioning, two objects and one that is deleted; its ARN."""
    aws.vault()
    s3 = client("s3")
    s3.create_bucket(Bucket="data", CreateBucketConfiguration={"LocationConstraint": REGION})
    s3.put_bucket_versioning(Bucket="data", VersioningConfiguration={"Status": "Enabled"})
    s3.put_object(Bucket="data", Key="a", Body=b"old")
    s3.put_object(
        Bucket="data",
        Key="a",
        Body=b"new",
        Metadata={"origin": "test"},
        ContentType="text/plain",
        Tagging="team=a&tier=gold",
    )
    s3.put_object(Bucket="data", Key="b/c", Body=bytes(range(256)))
    s3.put_object(Bucket="data", Key="gone", Body=b"x")
    s3.delete_object(Bucket="data", Key="gone")
    return "arn:aws:s3:::data"


def keys(bucket_name: str, region: str = REGION) -> list[str]:
    listed = client("s3", region).list_objects_v2(Bucket=bucket_name)
    return [each["Key"] for each in listed.get("Contents", [])]


def test_a_bucket_is_restored_with_the_latest_versions_tags_and_metadata(aws: Aws, bucket: str) -> None:
    point = aws.backed_up(bucket)["RecoveryPointArn"]
    s3 = client("s3")
    s3.put_object(Bucket="data", Key="a", Body=b"newer")
    s3.delete_object(Bucket="data", Key="b/c")

    job = restored(aws, point, DestinationBucketName="fresh", NewBucket="true")

    assert job["CreatedResourceArn"] == "arn:aws:s3:::fresh"
    assert keys("fresh") == ["a", "b/c"]
    got = s3.get_object(Bucket="fresh", Key="a")
    assert (got["Body"].read(), got["ContentType"], got["Metadata"]) == (
        b"new",
        "text/plain",
        {"origin": "test"},
    )
    tags = s3.get_object_tagging(Bucket="fresh", Key="a")["TagSet"]
    assert {tag["Key"]: tag["Value"] for tag in tags} == {"team": "a", "tier": "gold"}
    assert s3.get_object(Bucket="fresh", Key="b/c")["Body"].read() == bytes(range(256))
    assert len(s3.list_object_versions(Bucket="fresh")["Versions"]) == 2


def test_a_restore_to_the_same_bucket_destroys_nothing(aws: Aws, bucket: str) -> None:
    """Existing objects are skipped; one that is deleted since comes back."""
    point = aws.backed_up(bucket)["RecoveryPointArn"]
    s3 = client("s3")
    s3.put_object(Bucket="data", Key="a", Body=b"newer")
    s3.delete_object(Bucket="data", Key="b/c")

    assert restored(aws, point, DestinationBucketName="data")["Status"] == "COMPLETED"

    assert s3.get_object(Bucket="data", Key="a")["Body"].read() == b"newer"
    assert s3.get_object(Bucket="data", Key="b/c")["Body"].read() == bytes(range(256))


def test_single_objects_are_restored_under_another_key(aws: Aws, bucket: str) -> None:
    key = aws.kms.create_key()["KeyMetadata"]["Arn"]
    point = aws.backed_up(bucket)["RecoveryPointArn"]
    restored(
        aws,
        point,
        DestinationBucketName="fresh",
        NewBucket="true",
        ItemsToRestore=json.dumps(["s3://data/b/c"]),
        EncryptionType="SSE-KMS",
        KMSKey=key,
    )
    assert keys("fresh") == ["b/c"]
    assert client("s3").head_object(Bucket="fresh", Key="b/c")["SSEKMSKeyId"] == key


def test_a_bucket_without_versioning_is_not_backed_up(aws: Aws) -> None:
    aws.vault()
    client("s3").create_bucket(Bucket="data", CreateBucketConfiguration={"LocationConstraint": REGION})
    job = aws.backed_up("arn:aws:s3:::data")
    assert (job["State"], "ersioning" in job["StatusMessage"]) == ("FAILED", True)


def test_a_bucket_of_another_region_is_not_backed_up(aws: Aws) -> None:
    aws.vault()
    client("s3", "us-east-1").create_bucket(Bucket="data")
    request = {"BackupVaultName": "vault", "ResourceArn": "arn:aws:s3:::data", "IamRoleArn": ROLE}
    assert refusal(aws.backup.start_backup_job, **request) == "ResourceNotFoundException"


@pytest.mark.parametrize(
    ("metadata", "outcome"),
    [
        ({}, "InvalidParameterValueException"),
        ({"DestinationBucketName": "x", "EncryptionType": "none"}, "InvalidParameterValueException"),
        ({"DestinationBucketName": "x", "RestoreTime": "2026-01-01"}, "InvalidParameterValueException"),
        ({"DestinationBucketName": "x", "ItemsToRestore": "a"}, "InvalidParameterValueException"),
        ({"DestinationBucketName": "nowhere"}, "does not exist"),
        ({"DestinationBucketName": "data", "NewBucket": "true"}, "not available"),
        ({"DestinationBucketName": "data", "ItemsToRestore": '["s3://data/gone"]'}, "no object"),
    ],
)
def test_a_bucket_that_cannot_be_restored_so(
    aws: Aws, bucket: str, metadata: dict[str, str], outcome: str
) -> None:
    point = aws.backed_up(bucket)["RecoveryPointArn"]
    if outcome.endswith("Exception"):
        request = {"RecoveryPointArn": point, "IamRoleArn": ROLE, "Metadata": metadata}
        assert refusal(aws.backup.start_restore_job, **request) == outcome
    else:
        job = restored(aws, point, **metadata)
        assert (job["Status"], outcome in job["StatusMessage"]) == ("FAILED", True)


# Damage, on request


@pytest.fixture
def damaged() -> Iterator[None]:
    faults.add("corruption")
    yield
    faults.clear()


def test_a_damaged_recovery_point_lacks_an_item(aws: Aws, table: str, damaged: None) -> None:
    point = aws.backed_up(table)["RecoveryPointArn"]
    for name in ("first", "second"):
        restored(aws, point, targetTableName=name)
    assert len(items("first")) == 1
    assert items("first") == items("second")
    assert len(items("orders")) == 2


def test_a_damaged_recovery_point_has_other_objects(aws: Aws, bucket: str, damaged: None) -> None:
    point = aws.backed_up(bucket)["RecoveryPointArn"]
    restored(aws, point, DestinationBucketName="fresh", NewBucket="true")
    assert keys("fresh") == ["a", "b/c"]
    found = client("s3").get_object(Bucket="fresh", Key="b/c")["Body"].read()
    assert [a == b for a, b in zip(found, bytes(range(256)), strict=True)].count(False) == 1
