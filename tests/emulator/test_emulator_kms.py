"""What the emulator mends of moto's KMS."""

from functools import cache
from typing import Any

import boto3
from emulated import REGION, Aws, refusal


def test_keys_go_by_their_arn(aws: Aws) -> None:
    """Disabling, enabling, and scheduling or cancelling deletion take the ARN of a key, as AWS does."""
    arn = aws.kms.create_key()["KeyMetadata"]["Arn"]
    for change, state in (
        (aws.kms.disable_key, "Disabled"),
        (aws.kms.enable_key, "Enabled"),
        (aws.kms.schedule_key_deletion, "PendingDeletion"),
        (aws.kms.cancel_key_deletion, "Disabled"),
    ):
        change(KeyId=arn)
        assert aws.kms.describe_key(KeyId=arn)["KeyMetadata"]["KeyState"] == state


def test_a_key_tells_what_it_is_by_default(aws: Aws) -> None:
    found = aws.kms.create_key()["KeyMetadata"]
    assert (found["KeyUsage"], found["MultiRegion"]) == ("ENCRYPT_DECRYPT", False)


def test_the_answer_to_a_scheduled_deletion_names_the_key_its_state_and_the_window(aws: Aws) -> None:
    key = aws.kms.create_key()["KeyMetadata"]
    answer = aws.kms.schedule_key_deletion(KeyId=key["KeyId"], PendingWindowInDays=7)
    found = {name: answer[name] for name in ("KeyId", "KeyState", "PendingWindowInDays")}
    assert found == {"KeyId": key["Arn"], "KeyState": "PendingDeletion", "PendingWindowInDays": 7}
    assert answer["DeletionDate"] == aws.kms.describe_key(KeyId=key["KeyId"])["KeyMetadata"]["DeletionDate"]


def test_the_period_of_rotation_is_a_year_or_what_is_asked_for(aws: Aws) -> None:
    key = aws.kms.create_key(MultiRegion=True)["KeyMetadata"]
    which = {"KeyId": key["KeyId"]}
    assert "RotationPeriodInDays" not in aws.kms.get_key_rotation_status(**which)
    aws.kms.enable_key_rotation(**which)
    assert aws.kms.get_key_rotation_status(**which)["RotationPeriodInDays"] == 365
    aws.kms.replicate_key(**which, ReplicaRegion="eu-west-1")
    aws.kms.enable_key_rotation(**which, RotationPeriodInDays=90)
    for client in (aws.kms, kms("eu-west-1")):
        status = client.get_key_rotation_status(**which)
        assert (status["KeyRotationEnabled"], status["RotationPeriodInDays"]) == (True, 90)


# Multi-Region keys


@cache
def kms(region: str) -> Any:
    return boto3.client(
        "kms", region_name=region, aws_access_key_id="testing", aws_secret_access_key="testing"
    )


def configuration(region: str, key: str) -> dict[str, Any]:
    metadata = kms(region).describe_key(KeyId=key)["KeyMetadata"]
    assert metadata["Arn"].split(":")[3] == region
    found = metadata["MultiRegionConfiguration"]
    return {
        "type": found["MultiRegionKeyType"],
        "primary": found["PrimaryKey"]["Region"],
        "replicas": sorted(each["Region"] for each in found["ReplicaKeys"]),
    }


def test_a_replica_has_the_keys_id_and_the_primary_stays_primary(aws: Aws) -> None:
    key = aws.kms.create_key(MultiRegion=True, Description="primary")["KeyMetadata"]["KeyId"]
    assert key.startswith("mrk-")
    for region in ("eu-west-1", "us-east-1"):
        tags = [{"TagKey": "where", "TagValue": region}]
        made = aws.kms.replicate_key(KeyId=key, ReplicaRegion=region, Description=region, Tags=tags)
        assert made["ReplicaKeyMetadata"]["KeyId"] == key
        assert made["ReplicaTags"] == tags
        assert kms(region).list_resource_tags(KeyId=key)["Tags"] == tags
    replicas = ["eu-west-1", "us-east-1"]
    assert configuration(REGION, key) == {"type": "PRIMARY", "primary": REGION, "replicas": replicas}
    assert configuration("eu-west-1", key) == {"type": "REPLICA", "primary": REGION, "replicas": replicas}
    assert configuration(REGION, key)["type"] == "PRIMARY"
    assert kms("eu-west-1").describe_key(KeyId=key)["KeyMetadata"]["Description"] == "eu-west-1"
    assert aws.kms.describe_key(KeyId=key)["KeyMetadata"]["Description"] == "primary"


def test_what_one_region_encrypts_another_decrypts(aws: Aws) -> None:
    key = aws.kms.create_key(MultiRegion=True)["KeyMetadata"]["KeyId"]
    aws.kms.replicate_key(KeyId=key, ReplicaRegion="eu-west-1")
    sealed = aws.kms.encrypt(KeyId=key, Plaintext=b"secret")["CiphertextBlob"]
    assert kms("eu-west-1").decrypt(CiphertextBlob=sealed)["Plaintext"] == b"secret"


def test_state_policy_and_aliases_are_each_keys_own_and_rotation_is_shared(aws: Aws) -> None:
    key = aws.kms.create_key(MultiRegion=True)["KeyMetadata"]["KeyId"]
    aws.kms.replicate_key(KeyId=key, ReplicaRegion="eu-west-1")
    there = kms("eu-west-1")
    there.create_alias(AliasName="alias/dr", TargetKeyId=key)
    there.disable_key(KeyId=key)
    assert aws.kms.describe_key(KeyId=key)["KeyMetadata"]["KeyState"] == "Enabled"
    assert "alias/dr" not in {each["AliasName"] for each in aws.kms.list_aliases()["Aliases"]}
    aws.kms.enable_key_rotation(KeyId=key)
    assert there.get_key_rotation_status(KeyId=key)["KeyRotationEnabled"]
    assert refusal(there.disable_key_rotation, KeyId=key) == "UnsupportedOperationException"


def test_a_replica_becomes_the_primary(aws: Aws) -> None:
    key = aws.kms.create_key(MultiRegion=True)["KeyMetadata"]["KeyId"]
    aws.kms.replicate_key(KeyId=key, ReplicaRegion="eu-west-1")
    aws.kms.update_primary_region(KeyId=key, PrimaryRegion="eu-west-1")
    expected = {"primary": "eu-west-1", "replicas": [REGION]}
    assert configuration(REGION, key) == {"type": "REPLICA", **expected}
    assert configuration("eu-west-1", key) == {"type": "PRIMARY", **expected}
    kms("eu-west-1").replicate_key(KeyId=key, ReplicaRegion="us-east-1")
    assert configuration(REGION, key)["replicas"] == [REGION, "us-east-1"]


def test_a_primary_waits_for_its_replicas_to_be_deleted(aws: Aws) -> None:
    key = aws.kms.create_key(MultiRegion=True)["KeyMetadata"]["KeyId"]
    aws.kms.replicate_key(KeyId=key, ReplicaRegion="eu-west-1")
    answer = aws.kms.schedule_key_deletion(KeyId=key, PendingWindowInDays=7)
    assert (answer["KeyState"], "DeletionDate" in answer) == ("PendingReplicaDeletion", False)
    found = aws.kms.describe_key(KeyId=key)["KeyMetadata"]
    assert (found["KeyState"], found["PendingDeletionWindowInDays"]) == ("PendingReplicaDeletion", 7)
    assert "DeletionDate" not in found
    kms("eu-west-1").schedule_key_deletion(KeyId=key, PendingWindowInDays=7)
    state = kms("eu-west-1").describe_key(KeyId=key)["KeyMetadata"]["KeyState"]
    assert state == "PendingDeletion"


def test_what_cannot_be_replicated_is_refused(aws: Aws) -> None:
    single = aws.kms.create_key()["KeyMetadata"]["KeyId"]
    key = aws.kms.create_key(MultiRegion=True)["KeyMetadata"]["KeyId"]
    aws.kms.replicate_key(KeyId=key, ReplicaRegion="eu-west-1")
    there = kms("eu-west-1")

    def replicate(client: Any, key_id: str, region: str) -> str:
        return refusal(client.replicate_key, KeyId=key_id, ReplicaRegion=region)

    assert replicate(aws.kms, single, "us-east-1") == "UnsupportedOperationException"
    assert replicate(there, key, "us-east-1") == "UnsupportedOperationException"
    for region in (REGION, "eu-west-1"):
        assert replicate(aws.kms, key, region) == "AlreadyExistsException"
    code = refusal(aws.kms.update_primary_region, KeyId=key, PrimaryRegion="us-east-1")
    assert code == "NotFoundException"
    aws.kms.disable_key(KeyId=key)
    assert replicate(aws.kms, key, "us-east-1") == "KMSInvalidStateException"
