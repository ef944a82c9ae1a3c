import json

import pytest
from emulated import ACCOUNT, REGION, Aws, refusal

from emulator import clock


def test_a_vault_is_encrypted_by_the_accounts_aws_managed_key_unless_it_is_given_one(aws: Aws) -> None:
    aws.vault("plain")
    aws.vault("other")
    key = aws.kms.create_key()["KeyMetadata"]["Arn"]
    aws.vault("own", EncryptionKeyArn=key)

    described = {v["BackupVaultName"]: v for v in aws.backup.list_backup_vaults()["BackupVaultList"]}

    managed = aws.kms.describe_key(KeyId="alias/aws/backup")["KeyMetadata"]
    assert described["plain"]["EncryptionKeyArn"] == managed["Arn"]
    assert described["other"]["EncryptionKeyArn"] == managed["Arn"]
    assert managed["KeyManager"] == "AWS"
    assert described["own"]["EncryptionKeyArn"] == key


@pytest.mark.parametrize("name", ["x", "a" * 51, "with.dot", "with space"])
def test_vault_names_are_checked(aws: Aws, name: str) -> None:
    assert refusal(aws.backup.create_backup_vault, BackupVaultName=name) == "InvalidParameterValueException"


def test_a_vault_is_refused_a_key_that_does_not_exist(aws: Aws) -> None:
    key = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/00000000-0000-0000-0000-000000000000"
    code = refusal(aws.backup.create_backup_vault, BackupVaultName="vault", EncryptionKeyArn=key)
    assert code == "InvalidParameterValueException"


def test_a_vault_is_made_once(aws: Aws) -> None:
    aws.vault(CreatorRequestId="one")
    aws.vault(CreatorRequestId="one")
    code = refusal(aws.backup.create_backup_vault, BackupVaultName="vault", CreatorRequestId="two")
    assert code == "AlreadyExistsException"


def test_vaults_are_listed_in_pages(aws: Aws) -> None:
    for number in range(5):
        aws.vault(f"vault{number}")
    pages = list(aws.backup.get_paginator("list_backup_vaults").paginate(PaginationConfig={"PageSize": 2}))
    assert [len(page["BackupVaultList"]) for page in pages] == [2, 2, 1]
    assert refusal(aws.backup.list_backup_vaults, NextToken="x") == "InvalidParameterValueException"


def test_a_vault_with_recovery_points_is_not_deleted(aws: Aws) -> None:
    aws.vault()
    point = aws.backed_up(aws.volume())["RecoveryPointArn"]
    assert refusal(aws.backup.delete_backup_vault, BackupVaultName="vault") == "InvalidRequestException"

    aws.backup.delete_recovery_point(BackupVaultName="vault", RecoveryPointArn=point)
    aws.backup.delete_backup_vault(BackupVaultName="vault")

    assert refusal(aws.backup.describe_backup_vault, BackupVaultName="vault") == "ResourceNotFoundException"


def test_access_policy(aws: Aws) -> None:
    aws.vault()
    get = aws.backup.get_backup_vault_access_policy
    assert refusal(get, BackupVaultName="vault") == "ResourceNotFoundException"

    policy = json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Deny"}]})
    aws.backup.put_backup_vault_access_policy(BackupVaultName="vault", Policy=policy)
    assert get(BackupVaultName="vault")["Policy"] == policy

    put = aws.backup.put_backup_vault_access_policy
    assert refusal(put, BackupVaultName="vault", Policy="{") == "InvalidParameterValueException"
    aws.backup.delete_backup_vault_access_policy(BackupVaultName="vault")
    assert refusal(get, BackupVaultName="vault") == "ResourceNotFoundException"


def test_notifications(aws: Aws) -> None:
    aws.vault()
    topic = f"arn:aws:sns:{REGION}:{ACCOUNT}:topic"
    put, get = aws.backup.put_backup_vault_notifications, aws.backup.get_backup_vault_notifications
    put(BackupVaultName="vault", SNSTopicArn=topic, BackupVaultEvents=["BACKUP_JOB_FAILED"])
    assert get(BackupVaultName="vault")["BackupVaultEvents"] == ["BACKUP_JOB_FAILED"]

    wrong = {"BackupVaultName": "vault", "SNSTopicArn": topic, "BackupVaultEvents": ["NO_SUCH"]}
    assert refusal(put, **wrong) == "InvalidParameterValueException"
    aws.backup.delete_backup_vault_notifications(BackupVaultName="vault")
    assert refusal(get, BackupVaultName="vault") == "ResourceNotFoundException"


def test_a_lock_can_be_taken_off_until_its_date(aws: Aws) -> None:
    aws.vault()
    lock, unlock = (
        aws.backup.put_backup_vault_lock_configuration,
        aws.backup.delete_backup_vault_lock_configuration,
    )
    lock(BackupVaultName="vault", MinRetentionDays=7)
    unlock(BackupVaultName="vault")
    lock(BackupVaultName="vault", MinRetentionDays=7, MaxRetentionDays=30, ChangeableForDays=3)
    assert aws.backup.describe_backup_vault(BackupVaultName="vault")["Locked"]

    clock.advance(3 * 86400 + 1)

    assert refusal(unlock, BackupVaultName="vault") == "InvalidRequestException"
    assert refusal(lock, BackupVaultName="vault", MinRetentionDays=1) == "InvalidRequestException"


@pytest.mark.parametrize(
    "limits",
    [
        {"MinRetentionDays": 0},
        {"MaxRetentionDays": 36501},
        {"MinRetentionDays": 8, "MaxRetentionDays": 7},
        {"ChangeableForDays": 2},
    ],
)
def test_lock_limits(aws: Aws, limits: dict[str, int]) -> None:
    aws.vault()
    code = refusal(aws.backup.put_backup_vault_lock_configuration, BackupVaultName="vault", **limits)
    assert code == "InvalidParameterValueException"


def test_a_locked_vault_keeps_what_it_has_and_fails_jobs_outside_its_limits(aws: Aws) -> None:
    aws.vault()
    aws.backup.put_backup_vault_lock_configuration(BackupVaultName="vault", MinRetentionDays=7)
    volume = aws.volume()

    short = aws.backed_up(volume, Lifecycle={"DeleteAfterDays": 6})
    assert short["State"] == "FAILED"
    assert "minimum" in short["StatusMessage"]

    kept = aws.backed_up(volume, Lifecycle={"DeleteAfterDays": 7})
    point = {"BackupVaultName": "vault", "RecoveryPointArn": kept["RecoveryPointArn"]}
    assert refusal(aws.backup.delete_recovery_point, **point) == "InvalidRequestException"
    change = aws.backup.update_recovery_point_lifecycle
    assert refusal(change, **point, Lifecycle={"DeleteAfterDays": 9}) == "InvalidRequestException"


def test_tags_are_read_and_changed_by_arn(aws: Aws) -> None:
    arn = aws.vault(BackupVaultTags={"a": "1", "b": "2"})
    aws.backup.tag_resource(ResourceArn=arn, Tags={"c": "3"})
    aws.backup.untag_resource(ResourceArn=arn, TagKeyList=["a"])
    assert aws.backup.list_tags(ResourceArn=arn)["Tags"] == {"b": "2", "c": "3"}

    assert refusal(aws.backup.list_tags, ResourceArn=arn + "x") == "ResourceNotFoundException"
    code = refusal(aws.backup.tag_resource, ResourceArn=arn, Tags={"aws:x": "1"})
    assert code == "InvalidParameterValueException"
