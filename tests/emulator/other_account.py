"""A second account of the organization, with a vault to copy into."""

import json
from dataclasses import dataclass
from typing import Any

import boto3
from emulated import REGION, ROLE, Aws

from emulator import clock


@dataclass
class Other:
    """Another account, with a vault that is as a copy wants it unless a test changes it."""

    id: str
    backup: Any
    vault_arn: str
    organization: str
    session: boto3.Session

    @property
    def kms(self) -> Any:
        return self.client("kms")

    def client(self, service: str, region: str = REGION) -> Any:
        return self.session.client(service, region_name=region)

    def allow(self, principal: Any, condition: dict[str, Any] | None = None, *more: dict[str, Any]) -> None:
        allowed = {
            "Effect": "Allow",
            "Principal": principal,
            "Action": "backup:CopyIntoBackupVault",
            "Resource": "*",
            **({"Condition": condition} if condition else {}),
        }
        policy = json.dumps({"Version": "2012-10-17", "Statement": [allowed, *more]})
        self.backup.put_backup_vault_access_policy(BackupVaultName="copies", Policy=policy)


def other_account(aws: Aws) -> Other:
    """A member of the organization that ``aws`` manages, in which copies may go to other accounts."""
    organizations = boto3.client("organizations", region_name="us-east-1")
    organization = organizations.create_organization(FeatureSet="ALL")["Organization"]["Id"]
    account = organizations.create_account(Email="other@example.com", AccountName="other")[
        "CreateAccountStatus"
    ]
    aws.backup.update_global_settings(GlobalSettings={"isCrossAccountBackupEnabled": "true"})
    aws.vault()
    made = in_account(account["AccountId"], organization)
    made.allow({"AWS": "arn:aws:iam::123456789012:root"})
    return made


def in_account(account: str, organization: str) -> Other:
    sts = boto3.client("sts", region_name=REGION)
    assumed = sts.assume_role(RoleArn=f"arn:aws:iam::{account}:role/x", RoleSessionName="test")["Credentials"]
    keys = assumed["AccessKeyId"], assumed["SecretAccessKey"], assumed["SessionToken"]
    session = boto3.Session(*keys, region_name=REGION)
    key = session.client("kms").create_key()["KeyMetadata"]["Arn"]
    backup = session.client("backup")
    vault = backup.create_backup_vault(BackupVaultName="copies", EncryptionKeyArn=key)["BackupVaultArn"]
    return Other(account, backup, vault, organization, session)


def copied(aws: Aws, other: Other, resource: str | None = None, vault: str = "vault") -> dict[str, Any]:
    """The job that copies a recovery point over, when it has ended."""
    point = aws.backed_up(resource or aws.volume(), vault)["RecoveryPointArn"]
    job = aws.backup.start_copy_job(
        RecoveryPointArn=point,
        SourceBackupVaultName=vault,
        DestinationBackupVaultArn=other.vault_arn,
        IamRoleArn=ROLE,
    )["CopyJobId"]
    clock.advance(5)
    return dict(aws.backup.describe_copy_job(CopyJobId=job)["CopyJob"])
