"""The policies of the role of drills, held against what drills of every type really call.

As `test_recorded_calls.py`, without Terraform: the world is made behind the proxy's back, and only drills go
through it. A drill that dies and a sweep after it are among them.
"""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from time import sleep
from typing import Any
from urllib.request import urlopen

import pytest

from emulator.process import running
from emulator.rds import postgres
from scripts.workload import put_on_disk
from tests.iam.evaluator import Request, allowing
from tests.iam.policies import HOME, state_of
from tests.iam.recording import Recording, recorded
from tests.iam.requests import BY_THE_CALLER, World
from tierkeep.aws import UnitSession, open_unit
from tierkeep.cli import main
from tierkeep.desired.model import DesiredUnit, UnitId
from tierkeep.desired.policies import identity_policy
from tierkeep.iam import account_policies

COMPANY, UNIT = "111111111111", f"company/{HOME}"
CATALOG: dict[str, Any] = {
    "version": 1,
    "name": "campus",
    "access": {"drill": "campus-drills"},
    "tiers": {
        "databases": {
            "description": "x",
            "encryption": "customer-managed",
            "protects": {
                "rds": {"connect": {"secret": "campus/drills", "database": "shop"}},
                "aurora": {"connect": {"secret": "campus/drills", "database": "shop"}},
            },
            "schedules": {"daily": {"every": "1d", "keep": "7d"}},
        },
        "tables": {
            "description": "x",
            "encryption": "customer-managed",
            "protects": {"dynamodb": {"point_in_time_recovery": "native"}},
            "point_in_time_recovery": {"granularity": "5m", "keep": "7d"},
            "schedules": {"daily": {"every": "1d", "keep": "7d"}},
        },
        "volumes": {
            "description": "x",
            "encryption": "customer-managed",
            "protects": {"ebs": {"engine": "dlm"}},
            "schedules": {"daily": {"every": "1d", "keep": "7d"}},
        },
        "files": {
            "description": "x",
            "encryption": "customer-managed",
            "protects": {"s3": {}, "efs": {}},
            "schedules": {"daily": {"every": "1d", "keep": "7d"}},
        },
    },
    "assertions": {
        "item": {
            "type": "dynamodb",
            "present": {"query": "select id from {table} where id = '3'"},
            "tiers": ["tables"],
        },
        "first": {"type": "s3", "only_tagged": {"stage": "live"}, "present": {"object": "first"}},
    },
    "accounts": {
        "company": {
            "id": COMPANY,
            "regions": [HOME],
            "tiers": ["databases", "files", "tables", "volumes"],
        }
    },
    "drills": {"full": {"every": "1mo", "scope": "all", "types": ["dynamodb", "ebs"]}},
    "isolation": {
        UNIT: {
            "subnets": ["subnet-0123456789abcdef0"],
            "security_group": "sg-0123456789abcdef0",
            "db_subnet_group": "drills",
        }
    },
}

_FILLS = (
    "dynamodb:BatchWriteItem", "dynamodb:DeleteItem", "dynamodb:GetItem", "dynamodb:PutItem",
    "dynamodb:Query", "dynamodb:UpdateItem",
)  # fmt: skip
_USES = (
    "kms:CreateGrant", "kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey",
    "kms:GenerateDataKeyWithoutPlaintext", "kms:ReEncryptFrom", "kms:ReEncryptTo",
)  # fmt: skip
_NETWORKS = (
    "ec2:DescribeNetworkInterfaces", "ec2:DescribePrefixLists", "ec2:DescribeRouteTables",
    "ec2:DescribeSecurityGroups", "ec2:DescribeSubnets", "ec2:DescribeVpcEndpoints",
    "ec2:DescribeVpcPeeringConnections", "elasticloadbalancing:DescribeLoadBalancers",
)  # fmt: skip
_FOUND = (
    "rds:DescribeDBClusterSnapshots", "rds:DescribeDBClusters", "rds:DescribeDBInstanceAutomatedBackups",
    "rds:DescribeDBInstances", "rds:DescribeDBSnapshots",
)  # fmt: skip
_REMOVED = (
    "rds:AddTagsToResource", "rds:DeleteDBCluster", "rds:DeleteDBInstance", "rds:DescribeDBClusters",
    "rds:DescribeDBInstances",
)  # fmt: skip
OF_AWS = {
    **dict.fromkeys(_FILLS, "asked by DynamoDB of who restores a table (developer guide, IAM with restores)"),
    **dict.fromkeys(_USES, "asked by EC2, EBS and DynamoDB of who restores what is encrypted"),
}
"""What AWS asks for besides the call that is seen."""

_OF_STORAGE = (
    "elasticfilesystem:DeleteFileSystem", "elasticfilesystem:DescribeAccessPoints",
    "elasticfilesystem:DescribeFileSystems", "elasticfilesystem:TagResource", "s3:DeleteBucket",
    "s3:DeleteObject", "s3:DeleteObjectVersion", "s3:GetBucketPolicy", "s3:GetBucketTagging",
    "s3:GetReplicationConfiguration", "s3:ListAllMyBuckets", "s3:ListBucket", "s3:ListBucketVersions",
    "s3:PutBucketTagging",
)  # fmt: skip
"""Of buckets and file systems that drills restored."""

OTHER_TYPES: dict[str, tuple[str, ...]] = {
    "drill plan": (
        "dlm:GetLifecyclePolicies", "dynamodb:DescribeContinuousBackups", "dynamodb:DescribeTable",
        "ec2:DescribeSnapshots", "tag:GetResources", *_FOUND,
    ),
    "drill run": (
        "dlm:GetLifecyclePolicies", "dynamodb:BatchGetItem", "dynamodb:DeleteTable",
        "dynamodb:DescribeContinuousBackups", "dynamodb:DescribeTable", "dynamodb:ListTagsOfResource",
        "dynamodb:PartiQLSelect", "dynamodb:RestoreTableToPointInTime", "dynamodb:Scan",
        "dynamodb:TagResource", "ec2:CreateTags", "ec2:CreateVolume", *_FILLS, *_USES, *_OF_STORAGE,
        "s3:GetBucketPublicAccessBlock", "s3:GetObject", "s3:GetObjectVersion", "tag:GetResources",
        *_NETWORKS, *_FOUND, *_REMOVED, "rds:CreateDBInstance", "rds:DescribeDBSubnetGroups",
        "rds:RestoreDBInstanceToPointInTime", "secretsmanager:GetSecretValue",
    ),
    "drill sweep": (
        "dynamodb:DeleteTable", "dynamodb:DescribeTable", "dynamodb:ListTagsOfResource",
        "dynamodb:TagResource", "ec2:CreateTags", "ec2:CreateVolume", *_USES, *_OF_STORAGE, *_REMOVED,
    ),
}  # fmt: skip
"""Actions that only these drills call, and not those of volumes by AWS Backup."""


@dataclass
class Asked:
    """What IAM was asked, by command."""

    requests: dict[str, list[Request]] = field(default_factory=dict)
    of_callers: list[Request] = field(default_factory=list)


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Asked]:
    folder = tmp_path_factory.mktemp("drills")
    unit = state_of(CATALOG).unit(UnitId(account="company", region=HOME))
    assert unit is not None
    found, world = Asked(), World()
    with running("--job-seconds", "0.1") as endpoint, recorded(endpoint) as recording:
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("TIERKEEP_ENDPOINT", endpoint)
            database, isolation = _databases(unit)
            table = _build(endpoint, unit)
            catalog = {**CATALOG, "isolation": {UNIT: isolation}}
            (folder / "catalog.yaml").write_text(json.dumps(catalog))
            patch.setenv("TIERKEEP_ENDPOINT", recording.url)
            patch.chdir(folder)
            drills: dict[tuple[str, ...], tuple[str, ...]] = {
                ("--tier", "tables"): ("start_restore_job",),
                ("--tier", "tables", "--by", "pitr", "--resource", table): (
                    "restore_table_to_point_in_time",
                ),
                ("--tier", "volumes"): ("create_volume", "create_snapshot"),
                ("--tier", "files", "--type", "s3"): ("start_restore_job", "delete_objects"),
                ("--tier", "files", "--type", "efs"): ("start_restore_job",),
                ("--tier", "databases", "--type", "rds"): ("start_restore_job",),
                ("--tier", "databases", "--by", "pitr", "--resource", database): (
                    "restore_db_instance_to_point_in_time",
                ),
                ("--tier", "databases", "--type", "aurora"): ("create_db_instance",),
                ("full",): (),
            }
            for number, (which, deaths) in enumerate(drills.items()):
                assert main.main(["drill", "plan", *which]) == 0
                _note(found, world, "drill plan", recording)
                # Nothing reads a file system without a script.
                assert main.main(["drill", "run", *which]) == (6 if "efs" in which else 0)
                _note(found, world, "drill run", recording)
                for operation in deaths:
                    evidence = str(folder / f"{number}-{operation}")
                    _die(operation, [*which, "--evidence", evidence])
                    _note(found, world, "drill run", recording)
                    assert main.main(["drill", "sweep", "--evidence", evidence]) == 0
                    _note(found, world, "drill sweep", recording)
        yield found


class Dead(BaseException):
    """The process is gone."""


def _die(operation: str, arguments: list[str]) -> None:
    """A drill whose process ends when AWS has done an operation, before it hears of it."""
    call, dead = UnitSession.call, list[str]()

    def called(self: UnitSession, service: str, asked: str, **parameters: Any) -> dict[str, Any]:
        if dead:
            raise Dead
        answer = call(self, service, asked, **parameters)
        if asked == operation:
            dead.append(asked)
            raise Dead
        return answer

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(UnitSession, "call", called)
        with pytest.raises(Dead):
            main.main(["drill", "run", *arguments])


def _note(found: Asked, world: World, command: str, recording: Recording) -> None:
    for call in list(recording.calls):
        assert call.status < 500, call
        requests = world.requests(call)
        target = found.of_callers if str(call) in BY_THE_CALLER else found.requests.setdefault(command, [])
        target.extend(requests)
    recording.calls.clear()


def _build(endpoint: str, unit: DesiredUnit) -> str:
    """A table with items, its recovery point and its past; a volume with a snapshot of a policy."""
    here = open_unit(
        unit=UNIT, account_id=COMPANY, region=HOME,
        role_arn=f"arn:aws:iam::{COMPANY}:role/somebody", session_name="test",
    )  # fmt: skip
    table = _table(here, unit)
    _files(here, unit)
    key = here.call("kms", "create_key")["KeyMetadata"]["Arn"]
    tags = [{"ResourceType": "volume", "Tags": [{"Key": "tier", "Value": "volumes"}]}]
    volume = here.call(
        "ec2", "create_volume", AvailabilityZone=f"{HOME}a", Size=8, Encrypted=True, KmsKeyId=key,
        TagSpecifications=tags,
    )["VolumeId"]  # fmt: skip
    put_on_disk(endpoint, COMPANY, HOME, volume)
    soon = (datetime.now(UTC) + timedelta(hours=1)).replace(minute=0, second=0)
    here.call(
        "dlm", "create_lifecycle_policy",
        ExecutionRoleArn=f"arn:aws:iam::{COMPANY}:role/dlm", Description="volumes", State="ENABLED",
        Tags={"tierkeep:policy": unit.snapshot_policies[0].name},
        PolicyDetails={
            "ResourceTypes": ["VOLUME"],
            "TargetTags": [{"Key": "tier", "Value": "volumes"}],
            "Schedules": [{
                "Name": "daily", "RetainRule": {"Count": 3},
                "CreateRule": {"Interval": 24, "IntervalUnit": "HOURS", "Times": [f"{soon:%H:%M}"]},
            }],
        },
    )  # fmt: skip
    then = json.dumps({"now": (soon + timedelta(minutes=70)).isoformat()}).encode()
    with urlopen(f"{endpoint}/emulator/clock", then, timeout=30) as answer:
        assert answer.status == 200
    return table


def _databases(unit: DesiredUnit) -> tuple[str, dict[str, Any]]:
    """A DB instance and a cluster with their recovery points, a login, and a network that leads nowhere."""
    here = open_unit(
        unit=UNIT, account_id=COMPANY, region=HOME,
        role_arn=f"arn:aws:iam::{COMPANY}:role/somebody", session_name="test",
    )  # fmt: skip
    vault = next(each.name for each in unit.vaults if each.tier == "databases")
    key = here.call("kms", "create_key")["KeyMetadata"]["Arn"]
    here.call("backup", "create_backup_vault", BackupVaultName=vault, EncryptionKeyArn=key)
    text = json.dumps({"username": "app", "password": "secret12"})
    here.call("secretsmanager", "create_secret", Name="campus/drills", SecretString=text)
    settings: dict[str, Any] = {
        "MasterUsername": "app", "MasterUserPassword": "secret12", "StorageEncrypted": True,
        "KmsKeyId": key, "BackupRetentionPeriod": 7,
        "Tags": [{"Key": "emulator:postgres", "Value": "true"}],
    }  # fmt: skip
    instance = here.call(
        "rds", "create_db_instance", DBInstanceIdentifier="shop", DBInstanceClass="db.t4g.medium",
        Engine="postgres", DBName="shop", AllocatedStorage=20, **settings,
    )["DBInstance"]  # fmt: skip
    here.call(
        "rds", "create_db_cluster", DBClusterIdentifier="shop", Engine="aurora-postgresql",
        DatabaseName="shop", **settings,
    )  # fmt: skip
    here.call(
        "rds", "create_db_instance", DBInstanceIdentifier="shop-1", DBClusterIdentifier="shop",
        DBInstanceClass="db.r6g.large", Engine="aurora-postgresql",
    )  # fmt: skip
    cluster = here.call("rds", "describe_db_clusters", DBClusterIdentifier="shop")["DBClusters"][0]
    for port in (instance["Endpoint"]["Port"], cluster["Port"]):
        subprocess.run(
            [str(postgres._binaries() / "psql"), "-q", "-h", "127.0.0.1", "-p", str(port), "-U", "app",
             "-d", "shop", "-c", "CREATE TABLE t AS SELECT 1 AS a"],
            env={**os.environ, "PGPASSWORD": "secret12"}, check=True,
        )  # fmt: skip
    for arn in (instance["DBInstanceArn"], cluster["DBClusterArn"]):
        _back_up(here, vault, arn)
    return instance["DBInstanceArn"], _network(here)


def _network(here: UnitSession) -> dict[str, Any]:
    vpc = here.call("ec2", "create_vpc", CidrBlock="10.9.0.0/16")["Vpc"]["VpcId"]
    subnets = [
        here.call(
            "ec2", "create_subnet", VpcId=vpc, CidrBlock=f"10.9.{number}.0/24",
            AvailabilityZone=f"{HOME}{'ab'[number]}",
        )["Subnet"]["SubnetId"]
        for number in range(2)
    ]  # fmt: skip
    made = here.call("ec2", "create_security_group", GroupName="drills", Description="x", VpcId=vpc)
    out = [{"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}]
    here.call("ec2", "revoke_security_group_egress", GroupId=made["GroupId"], IpPermissions=out)
    here.call(
        "rds", "create_db_subnet_group", DBSubnetGroupName="drills", DBSubnetGroupDescription="x",
        SubnetIds=subnets,
    )  # fmt: skip
    return {"subnets": subnets, "security_group": made["GroupId"], "db_subnet_group": "drills"}


def _back_up(here: UnitSession, vault: str, arn: str) -> None:
    job = here.call(
        "backup", "start_backup_job", BackupVaultName=vault, ResourceArn=arn,
        IamRoleArn=f"arn:aws:iam::{COMPANY}:role/backup",
    )["BackupJobId"]  # fmt: skip
    while here.call("backup", "describe_backup_job", BackupJobId=job)["State"] != "COMPLETED":
        sleep(0.1)


def _table(here: UnitSession, unit: DesiredUnit) -> str:
    key = here.call("kms", "create_key")["KeyMetadata"]["Arn"]
    vault = next(each.name for each in unit.vaults if each.tier == "tables")
    here.call("backup", "create_backup_vault", BackupVaultName=vault, EncryptionKeyArn=key)
    arn: str = here.call(
        "dynamodb", "create_table", TableName="orders", BillingMode="PAY_PER_REQUEST",
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
    )["TableDescription"]["TableArn"]  # fmt: skip
    for number in range(5):
        here.call("dynamodb", "put_item", TableName="orders", Item={"id": {"S": str(number)}})
    here.call(
        "dynamodb", "update_continuous_backups", TableName="orders",
        PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": True},
    )  # fmt: skip
    _back_up(here, vault, arn)
    return arn


def _files(here: UnitSession, unit: DesiredUnit) -> None:
    """A bucket and a file system, with their recovery points."""
    key = here.call("kms", "create_key")["KeyMetadata"]["Arn"]
    vault = next(each.name for each in unit.vaults if each.tier == "files")
    here.call("backup", "create_backup_vault", BackupVaultName=vault, EncryptionKeyArn=key)
    where = {"LocationConstraint": HOME}
    here.call("s3", "create_bucket", Bucket="campus-files", CreateBucketConfiguration=where)
    here.call(
        "s3", "put_bucket_versioning", Bucket="campus-files", VersioningConfiguration={"Status": "Enabled"}
    )
    tags = [{"Key": "stage", "Value": "live"}]
    here.call("s3", "put_bucket_tagging", Bucket="campus-files", Tagging={"TagSet": tags})
    here.call("s3", "put_object", Bucket="campus-files", Key="first", Body=b"1")
    system = here.call("efs", "create_file_system", CreationToken="files", Encrypted=True)
    for arn in ("arn:aws:s3:::campus-files", system["FileSystemArn"]):
        _back_up(here, vault, arn)


def _back_up(here: UnitSession, vault: str, arn: str) -> None:
    job = here.call(
        "backup", "start_backup_job", BackupVaultName=vault, ResourceArn=arn,
        IamRoleArn=f"arn:aws:iam::{COMPANY}:role/backup",
    )["BackupJobId"]  # fmt: skip
    while here.call("backup", "describe_backup_job", BackupJobId=job)["State"] != "COMPLETED":
        sleep(0.1)


def _policy(command: str, **catalog: Any) -> dict[str, Any]:
    (found,) = account_policies(state_of({**CATALOG, **catalog}), command)
    policy: dict[str, Any] = json.loads(json.dumps(identity_policy(found.statements)))
    return policy


@pytest.mark.parametrize("command", sorted(OTHER_TYPES))
def test_a_policy_is_not_too_narrow(asked: Asked, command: str) -> None:
    """Everything that drills of these types call is allowed."""
    policy = _policy(command)
    refused = {str(each) for each in asked.requests[command] if not list(allowing(policy, each))}
    assert refused == set()


@pytest.mark.parametrize("command", sorted(OTHER_TYPES))
def test_what_only_other_drills_need_is_called_by_them(asked: Asked, command: str) -> None:
    """What `test_recorded_calls.py` has not seen is seen here, or asked for by AWS besides."""
    policy = _policy(command)
    used = {action for each in asked.requests[command] for _, action in allowing(policy, each)}
    assert set(OTHER_TYPES[command]) - used <= set(OF_AWS)


@pytest.mark.parametrize("command", sorted(OTHER_TYPES))
def test_the_role_of_another_catalog_changes_nothing(asked: Asked, command: str) -> None:
    """Volumes and snapshots go by tags; tables by the name that drills give them, whichever catalog's.

    A volume is made only where both it and the snapshot that it is made of are allowed, so the one is enough.
    """
    policy = _policy(command, name="library")
    allowed = [each for each in asked.requests[command] if list(allowing(policy, each))]
    changing = ("ec2:Create", "ec2:Delete", "iam:Pass")
    changed = {(each.action, ":snapshot/" in each.resource) for each in allowed}
    assert {each for each in changed if each[0].startswith(changing)} <= {("ec2:CreateVolume", True)}
