"""Copies, and the policies of the keys that they need: across accounts, across Regions, by DLM."""

import json
from typing import Any

import boto3
import pytest
from emulated import ACCOUNT, REGION, ROLE, Aws
from other_account import Other, copied

from emulator import clock

READ = ["kms:DescribeKey", "kms:Decrypt", "kms:CreateGrant"]
SOURCE_REFUSED = "The source snapshot KMS key does not exist"
REFUSED = "Given key ID is not accessible"
LINKED_ROLE = "role/aws-service-role/backup.amazonaws.com/AWSServiceRoleForBackup"


def root(account: str = ACCOUNT) -> dict[str, str]:
    return {"AWS": f"arn:aws:iam::{account}:root"}


def statement(effect: str = "Allow", **elements: Any) -> dict[str, Any]:
    acts = {} if "NotAction" in elements else {"Action": READ}
    who = {} if "NotPrincipal" in elements else {"Principal": "*"}
    return {"Effect": effect, "Resource": "*", **acts, **who, **elements}


OWN = statement(Principal=root(), Action="kms:*")


def put(kms: Any, key: str, *statements: dict[str, Any]) -> None:
    policy = json.dumps({"Version": "2012-10-17", "Statement": list(statements)})
    kms.put_key_policy(KeyId=key, PolicyName="default", Policy=policy)


def encrypted(aws: Aws, *statements: dict[str, Any]) -> str:
    """The ARN of a volume whose key has the account's statement and these."""
    key = aws.kms.create_key()["KeyMetadata"]["Arn"]
    put(aws.kms, key, OWN, *statements)
    return aws.volume(Encrypted=True, KmsKeyId=key)


def in_other(text: Any, other: Other) -> Any:
    """Statements are written before it is known what the other account and the organization are called."""
    written = json.dumps(text).replace("OTHER", other.id).replace("o-organization", other.organization)
    return json.loads(written)


def where(operator: str, key: str, value: Any) -> dict[str, Any]:
    return {"Condition": {operator: {key: value}}}


@pytest.mark.parametrize(
    "statements",
    [
        [statement(Principal=root("OTHER"), Action="kms:*")],
        [statement(Principal={"AWS": ["OTHER"]})],
        [statement(Principal={"AWS": f"arn:aws:iam::OTHER:{LINKED_ROLE}"})],
        [statement(Principal=root("OTHER"), Action=["kms:De*", "KMS:Create?rant"])],
        [statement(Principal=root("OTHER"), NotAction="kms:Put*")],
        [statement(**where("StringEquals", "kms:CallerAccount", "OTHER"))],
        [statement(**where("StringEquals", "aws:PrincipalOrgID", "o-organization"))],
        [statement(**where("StringLike", "aws:PrincipalAccount", ["none", "OTHER"]))],
        [statement(**where("StringLike", "kms:ViaService", "ec2.*.amazonaws.com"))],
        [statement(**where("ArnLike", "aws:PrincipalArn", "arn:aws:iam::OTHER:role/aws-service-role/*"))],
        [
            statement(Principal=root("OTHER"), Action=["kms:DescribeKey", "kms:Decrypt"]),
            statement(
                Principal=root("OTHER"),
                Action="kms:CreateGrant",
                **where("Bool", "kms:GrantIsForAWSResource", True),
            ),
        ],
        [statement(**where("BoolIfExists", "kms:GrantIsForAWSResource", "true"))],
        [
            statement(),
            statement("Deny", NotPrincipal={"AWS": ["OTHER", f"arn:aws:iam::OTHER:{LINKED_ROLE}"]}),
            statement("Deny", **where("StringEquals", "aws:PrincipalAccount", "000000000000")),
            statement("Deny", Action="kms:Encrypt"),
        ],
    ],
)
def test_key_policies_that_let_the_other_account_copy(
    aws: Aws, other: Other, statements: list[dict[str, Any]]
) -> None:
    job = copied(aws, other, encrypted(aws, *in_other(statements, other)))
    assert (job["State"], job.get("StatusMessage")) == ("COMPLETED", None)


@pytest.mark.parametrize(
    "statements",
    [
        [],
        [statement(Principal=root("OTHER"), Action=["kms:DescribeKey", "kms:Decrypt"])],
        [statement(Principal=root("OTHER"), Action="kms:CreateGrant")],
        [statement(Principal=root("000000000000"))],
        [statement(Principal={"AWS": "arn:aws:iam::OTHER:role/another"})],
        [statement(Principal={"Service": "backup.amazonaws.com"})],
        [statement(NotAction="kms:D*")],
        [statement(Resource="arn:aws:kms:eu-central-1:123456789012:key/another")],
        [statement(**where("StringEquals", "kms:CallerAccount", ACCOUNT))],
        [statement(**where("StringEquals", "kms:CallerAccount", "*"))],
        [statement(**where("StringEquals", "kms:ViaService", "rds.eu-central-1.amazonaws.com"))],
        [statement(**where("StringEquals", "aws:PrincipalOrgID", "o-another0000"))],
        [statement(**where("Bool", "kms:GrantIsForAWSResource", "true"))],
        [statement(**where("StringEquals", "aws:SourceVpc", "vpc-1"))],
        [statement(), statement("Deny", Action="kms:CreateGrant", Principal=root("OTHER"))],
        [statement(), statement("Deny", NotPrincipal=root())],
        [statement(), statement("Deny", NotPrincipal=root("OTHER"))],
        [statement(), statement("Deny", **where("StringNotEquals", "kms:CallerAccount", ACCOUNT))],
    ],
)
def test_key_policies_that_do_not(aws: Aws, other: Other, statements: list[dict[str, Any]]) -> None:
    job = copied(aws, other, encrypted(aws, *in_other(statements, other)))
    assert (job["State"], SOURCE_REFUSED in job["StatusMessage"]) == ("FAILED", True)


def test_a_grant_is_as_good_as_a_statement(aws: Aws, other: Other) -> None:
    key = aws.kms.create_key()["KeyMetadata"]["Arn"]
    volume = aws.volume(Encrypted=True, KmsKeyId=key)
    grantee = f"arn:aws:iam::{other.id}:{LINKED_ROLE}"
    operations = [action.removeprefix("kms:") for action in READ]
    aws.kms.create_grant(KeyId=key, GranteePrincipal=grantee, Operations=operations)
    assert copied(aws, other, volume)["State"] == "COMPLETED"


def test_the_key_of_an_images_snapshots_counts(aws: Aws, other: Other) -> None:
    image = aws.ec2.register_image(Name="base", RootDeviceName="/dev/sda1")["ImageId"]
    [made] = aws.ec2.run_instances(ImageId=image, MinCount=1, MaxCount=1)["Instances"]
    volume = encrypted(aws).rpartition("/")[2]
    aws.ec2.attach_volume(VolumeId=volume, InstanceId=made["InstanceId"], Device="/dev/sdf")
    job = copied(aws, other, f"arn:aws:ec2:{REGION}:{ACCOUNT}:instance/{made['InstanceId']}")
    assert (job["State"], SOURCE_REFUSED in job["StatusMessage"]) == ("FAILED", True)


def test_the_destinations_key_must_let_the_destinations_role_encrypt(aws: Aws, other: Other) -> None:
    """A policy that names an administrator alone leaves AWS Backup out."""
    key = other.backup.describe_backup_vault(BackupVaultName="copies")["EncryptionKeyArn"]
    admin = {"AWS": f"arn:aws:iam::{other.id}:role/admin"}
    put(other.kms, key, statement(Principal=admin, Action="kms:*"))
    refused = copied(aws, other)
    assert (refused["State"], refused["StatusMessage"]) == ("FAILED", REFUSED)
    linked = {"AWS": f"arn:aws:iam::{other.id}:{LINKED_ROLE}"}
    writing = ["kms:DescribeKey", "kms:GenerateDataKey*", "kms:CreateGrant"]
    put(
        other.kms,
        key,
        statement(Principal=admin, Action="kms:*"),
        statement(Principal=linked, Action=writing),
    )
    assert copied(aws, other)["State"] == "COMPLETED"


def test_of_a_fully_managed_type_the_vaults_key_is_shared(aws: Aws, other: Other) -> None:
    """Not the resource's; and where AWS manages the vault's key, it may be copied all the same."""
    made = boto3.client("efs", region_name=REGION).create_file_system(CreationToken="files")
    system = made["FileSystemArn"]
    assert copied(aws, other, system)["State"] == "COMPLETED"

    key = aws.kms.create_key()["KeyMetadata"]["Arn"]
    aws.vault("own", EncryptionKeyArn=key)
    refused = copied(aws, other, system, vault="own")
    assert (refused["State"], refused["StatusMessage"]) == ("FAILED", REFUSED)
    put(aws.kms, key, OWN, statement(Principal=root(other.id)))
    assert copied(aws, other, system, vault="own")["State"] == "COMPLETED"


def test_into_another_region_the_jobs_role_uses_both_keys(aws: Aws) -> None:
    """By default each key lets the account decide; a policy that names other roles does not let this one."""
    there = boto3.client("backup", region_name="eu-west-1")
    kms = boto3.client("kms", region_name="eu-west-1")
    key = kms.create_key()["KeyMetadata"]["Arn"]
    target = there.create_backup_vault(BackupVaultName="far", EncryptionKeyArn=key)["BackupVaultArn"]
    aws.vault()
    own = aws.kms.create_key()["KeyMetadata"]["Arn"]
    point = aws.backed_up(aws.volume(Encrypted=True, KmsKeyId=own))["RecoveryPointArn"]

    def outcome() -> tuple[str, str]:
        job = aws.backup.start_copy_job(
            RecoveryPointArn=point,
            SourceBackupVaultName="vault",
            DestinationBackupVaultArn=target,
            IamRoleArn=ROLE,
        )["CopyJobId"]
        clock.advance(5)
        described = aws.backup.describe_copy_job(CopyJobId=job)["CopyJob"]
        return described["State"], described.get("StatusMessage", "")

    assert outcome() == ("COMPLETED", "")
    admin = statement(Principal={"AWS": f"arn:aws:iam::{ACCOUNT}:role/admin"}, Action="kms:*")
    put(kms, key, admin)
    assert outcome() == ("FAILED", REFUSED)
    put(kms, key, admin, statement(Principal={"AWS": ROLE}, Action="kms:*"))
    assert outcome() == ("COMPLETED", "")
    put(aws.kms, own, admin)
    assert outcome()[1].startswith(SOURCE_REFUSED)


def _dlm_policy(dlm: Any, **details: Any) -> str:
    made = dlm.create_lifecycle_policy(
        ExecutionRoleArn=f"arn:aws:iam::{details.pop('account', ACCOUNT)}:role/dlm",
        Description="policy",
        State="ENABLED",
        PolicyDetails=details,
    )
    return str(made["PolicyId"])


def _schedule(**settings: Any) -> dict[str, Any]:
    daily = {"Interval": 24, "IntervalUnit": "HOURS", "Times": ["05:00"]}
    return {"Name": "daily", "CreateRule": daily, "RetainRule": {"Count": 3}, **settings}


def _state(dlm: Any, policy: str) -> tuple[str, str]:
    found = dlm.get_lifecycle_policy(PolicyId=policy)["Policy"]
    return found["State"], found.get("StatusMessage", "")


def _tagged(aws: Aws, key: str) -> None:
    tags = [{"ResourceType": "volume", "Tags": [{"Key": "backup", "Value": "yes"}]}]
    aws.volume(Encrypted=True, KmsKeyId=key, TagSpecifications=tags)


VOLUMES = {"ResourceTypes": ["VOLUME"], "TargetTags": [{"Key": "backup", "Value": "yes"}]}


@pytest.mark.parametrize("named", ["admin", "dlm"])
def test_a_cross_region_copy_of_dlm_needs_both_keys(aws: Aws, named: str) -> None:
    kms = boto3.client("kms", region_name="eu-west-1")
    key = kms.create_key()["KeyMetadata"]["Arn"]
    role = {"AWS": f"arn:aws:iam::{ACCOUNT}:role/{named}"}
    put(kms, key, statement(Principal=role, Action="kms:*"))
    _tagged(aws, aws.kms.create_key()["KeyMetadata"]["Arn"])
    copy = {"Target": "eu-west-1", "Encrypted": True, "CmkArn": key}
    policy = _dlm_policy(aws.dlm, **VOLUMES, Schedules=[_schedule(CrossRegionCopyRules=[copy])])
    clock.advance(25 * 3600)
    copies = boto3.client("ec2", region_name="eu-west-1").describe_snapshots(OwnerIds=["self"])["Snapshots"]
    state, message = _state(aws.dlm, policy)
    expected = (0, "ERROR", True) if named == "admin" else (1, "ENABLED", False)
    assert (len(copies), state, f"policy of the KMS key {key}" in message) == expected


@pytest.mark.parametrize("shared", [False, True])
def test_a_shared_snapshot_is_copied_by_who_its_key_is_shared_with(
    aws: Aws, other: Other, shared: bool
) -> None:
    source = aws.kms.create_key()["KeyMetadata"]["Arn"]
    put(aws.kms, source, OWN, *([statement(Principal=root(other.id))] if shared else []))
    _tagged(aws, source)
    waited_for = {"EventType": "shareSnapshot", "SnapshotOwner": [ACCOUNT], "DescriptionRegex": ".*"}
    copy = {"Target": "eu-west-1", "EncryptionConfiguration": {"Encrypted": True}}
    policy = _dlm_policy(
        other.client("dlm"),
        account=other.id,
        PolicyType="EVENT_BASED_POLICY",
        EventSource={"Type": "MANAGED_CWE", "Parameters": waited_for},
        Actions=[{"Name": "copy", "CrossRegionCopy": [copy]}],
    )
    _dlm_policy(aws.dlm, **VOLUMES, Schedules=[_schedule(ShareRules=[{"TargetAccounts": [other.id]}])])
    clock.advance(25 * 3600)
    there = other.client("ec2", "eu-west-1").describe_snapshots(OwnerIds=["self"])["Snapshots"]
    state, message = _state(other.client("dlm"), policy)
    expected = (1, "ENABLED", False) if shared else (0, "ERROR", True)
    assert (len(there), state, source in message) == expected


def test_the_policy_of_a_key_that_cloudformation_made_counts_too(aws: Aws, other: Other) -> None:
    shared = statement(Principal=root(other.id))
    key = {"Type": "AWS::KMS::Key", "Properties": {"KeyPolicy": {"Statement": [OWN, shared]}}}
    cloudformation = boto3.client("cloudformation", region_name=REGION)
    cloudformation.create_stack(StackName="keys", TemplateBody=json.dumps({"Resources": {"Key": key}}))
    [made] = cloudformation.describe_stack_resources(StackName="keys")["StackResources"]
    arn = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/{made['PhysicalResourceId']}"
    assert copied(aws, other, aws.volume(Encrypted=True, KmsKeyId=arn))["State"] == "COMPLETED"
