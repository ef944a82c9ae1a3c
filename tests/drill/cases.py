"""What each restorer is drilled on: a world with something to restore, and the scope that restores it.

Every restorer that is registered has to have a case here; the tests of kills and faults run over all of them.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

from drill_databases import make_cluster, make_instance, put_secret, unit_with
from drill_world import (
    ACCOUNT,
    FILES,
    POLICY,
    REGION,
    RESTORE_ROLE,
    VAULT,
    asserting,
    build_world,
    desired_state,
    desired_unit,
    inventory,
    put_on_disk,
    scope,
    session,
)
from network import build_database_network, build_instance, build_network

from emulator import clock as emulated_time
from tests.catalogs import ROOT
from tierkeep.aws import UnitSession
from tierkeep.catalog.program_files import digest_of
from tierkeep.desired.assertions import Canary, Existence, Script, Where
from tierkeep.desired.model import DesiredUnit, Engine, Images, Isolation, Protection, ResourceType
from tierkeep.drill.clock import Clock, Waiter
from tierkeep.drill.scope import Scope

ITEMS = 12


@dataclass
class Case(ABC):
    """A world with a source that was backed up, and how it is drilled."""

    climbs = "readable"
    """How far its drill comes when all is well."""

    clock: Clock
    light: bool = False
    """Without data where that takes seconds: what is restored need not be read."""
    arn: str = field(init=False, default="")
    """Of the source."""

    def __post_init__(self) -> None:
        self.arn = self.build()

    @property
    def session(self) -> UnitSession:
        return session()

    @abstractmethod
    def build(self) -> str:
        """Make and back up the source; its ARN."""

    @abstractmethod
    def scope(self, **ask: Any) -> Scope:
        """What is drilled."""

    def inventory(self) -> dict[str, dict[str, str]]:
        """Everything that a drill could leave behind or harm."""
        return inventory(self.session)

    def back_up(self, arn: str, vault: str = VAULT) -> None:
        """By AWS Backup."""
        job = self.session.call(
            "backup",
            "start_backup_job",
            BackupVaultName=vault,
            ResourceArn=arn,
            IamRoleArn=RESTORE_ROLE,
        )["BackupJobId"]
        Waiter(clock=self.clock).until(
            lambda: self.session.call("backup", "describe_backup_job", BackupJobId=job)["State"],
            lambda state: state == "COMPLETED",
            timeout_seconds=60,
            what="the backup",
        )


class EbsByBackupCase(Case):
    """A volume with a file system, encrypted by a key, and its recovery point."""

    def build(self) -> str:
        world = build_world(self.clock)
        world.back_up(self.clock)
        return world.volume_arn

    def scope(self, **ask: Any) -> Scope:
        return scope(**ask)


class EbsByDlmCase(Case):
    """The same volume with a snapshot that a policy of Data Lifecycle Manager made."""

    def build(self) -> str:
        here = self.session
        key = here.call("kms", "create_key")["KeyMetadata"]["Arn"]
        volume = here.call(
            "ec2",
            "create_volume",
            AvailabilityZone=f"{REGION}b",
            Size=12,
            Encrypted=True,
            KmsKeyId=key,
            TagSpecifications=[
                {"ResourceType": "volume", "Tags": [{"Key": "tier", "Value": "databases"}]},
            ],
        )["VolumeId"]
        put_on_disk(volume, FILES)
        have_dlm_run(here, "VOLUME", "EBS_SNAPSHOT_MANAGEMENT")
        return f"arn:aws:ec2:{REGION}:{ACCOUNT}:volume/{volume}"

    def scope(self, **ask: Any) -> Scope:
        return scope(desired_state(desired_unit(engine=Engine.DLM)), **ask)


def have_dlm_run(here: UnitSession, resource_type: str, policy_type: str) -> None:
    """A policy of Data Lifecycle Manager for what carries the tier's tag, and its first run."""
    soon = (emulated_time.now() + timedelta(hours=1)).replace(minute=0)
    policy = here.call(
        "dlm",
        "create_lifecycle_policy",
        ExecutionRoleArn=f"arn:aws:iam::{ACCOUNT}:role/school-dlm",
        Description="volumes",
        State="ENABLED",
        Tags={"tierkeep:policy": POLICY},
        PolicyDetails={
            "PolicyType": policy_type,
            "ResourceTypes": [resource_type],
            "TargetTags": [{"Key": "tier", "Value": "databases"}],
            "Schedules": [
                {
                    "Name": "hourly",
                    "CreateRule": {"Interval": 1, "IntervalUnit": "HOURS", "Times": [f"{soon:%H:%M}"]},
                    "RetainRule": {"Count": 3},
                }
            ],
        },
    )["PolicyId"]
    # Up to an hour after the time of the schedule, when it has run (EBS user guide).
    emulated_time.set_now(soon + timedelta(minutes=70))
    # What it makes and deletes later would look as if a drill had.
    here.call("dlm", "update_lifecycle_policy", PolicyId=policy, State="DISABLED")


def isolated(engine: Engine, isolation: Isolation | None) -> DesiredUnit:
    """A unit whose tier protects instances, and where drills have that network."""
    unit = desired_unit(engine=engine)
    machines: Protection = replace(unit.protections[0], resource_type=ResourceType.EC2, engine=engine)
    policies = [replace(each, images=Images(reboot=False, origin=())) for each in unit.snapshot_policies]
    return replace(
        unit,
        protections=(*unit.protections, machines),
        snapshot_policies=tuple(policies),
        isolation=isolation,
    )


class Ec2ByBackupCase(Case):
    """An instance with two volumes, and its recovery point; one of the volumes does not go with it."""

    isolation: Isolation

    def build(self) -> str:
        self.isolation = build_network(self.session)
        key = self.session.call("kms", "create_key")["KeyMetadata"]["Arn"]
        self.session.call("backup", "create_backup_vault", BackupVaultName=VAULT, EncryptionKeyArn=key)
        arn = build_instance(self.session)
        self.back_up(arn)
        return arn

    def scope(self, **ask: Any) -> Scope:
        state = desired_state(isolated(Engine.BACKUP, self.isolation))
        return scope(state, **{"resource_type": "ec2", **ask})


class Ec2ByDlmCase(Case):
    """The same instance with an image that a policy of Data Lifecycle Manager made."""

    isolation: Isolation

    def build(self) -> str:
        self.isolation = build_network(self.session)
        arn = build_instance(self.session)
        have_dlm_run(self.session, "INSTANCE", "IMAGE_MANAGEMENT")
        return arn

    def scope(self, **ask: Any) -> Scope:
        state = desired_state(isolated(Engine.DLM, self.isolation))
        return scope(state, **{"resource_type": "ec2", **ask})


class DynamoDbByBackupCase(Case):
    """A table with items, and its recovery point in a vault with a key."""

    def build(self) -> str:
        key = self.session.call("kms", "create_key")["KeyMetadata"]["Arn"]
        self.session.call("backup", "create_backup_vault", BackupVaultName=VAULT, EncryptionKeyArn=key)
        arn = make_table(self.session)
        self.back_up(arn)
        return arn

    def scope(self, **ask: Any) -> Scope:
        return scope(resource_type="dynamodb", **ask)


class DynamoDbToAMomentCase(Case):
    """A table with items and point-in-time recovery, some minutes old."""

    climbs = "right"

    def build(self) -> str:
        arn = make_table(self.session)
        self.session.call(
            "dynamodb",
            "update_continuous_backups",
            TableName="orders",
            PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": True},
        )
        emulated_time.advance(3600)
        return arn

    def scope(self, **ask: Any) -> Scope:
        query = "select number from {table} where customer = 'customer 1'"
        row = Existence(where=Where(query=query, object_key=None), present=True)
        state = desired_state(assertions=(asserting("dynamodb", "order", row),))
        return scope(state, method="pitr", **{"resource_arn": self.arn, **ask})


class DatabaseCase(Case):
    """A database on PostgreSQL under a key, a login for it, and a network to restore into."""

    isolation: Isolation | None
    key: str

    def build(self) -> str:
        self.isolation = build_database_network(self.session)
        put_secret(self.session)
        self.key = self.session.call("kms", "create_key")["KeyMetadata"]["Arn"]
        self.session.call("backup", "create_backup_vault", BackupVaultName=VAULT)
        return self.make()

    @abstractmethod
    def make(self) -> str:
        """Make the source, and back it up; its ARN."""

    def scope(self, **ask: Any) -> Scope:
        found = scope(desired_state(unit_with(self.isolation)), **{**self.ask(), **ask})
        return replace(found, login=None) if self.light else found

    @abstractmethod
    def ask(self) -> dict[str, Any]:
        """What makes it a drill of this kind."""


class RdsByBackupCase(DatabaseCase):
    """A DB instance, and its recovery point."""

    def make(self) -> str:
        arn: str = make_instance(self.session, self.key, data=not self.light)["DBInstanceArn"]
        self.back_up(arn)
        return arn

    def ask(self) -> dict[str, Any]:
        return {"resource_type": "rds"}


class RdsToAMomentCase(DatabaseCase):
    """A DB instance with automated backups, an hour old."""

    def make(self) -> str:
        arn: str = make_instance(self.session, self.key, data=not self.light)["DBInstanceArn"]
        emulated_time.advance(3600)
        return arn

    def ask(self) -> dict[str, Any]:
        return {"method": "pitr", "resource_arn": self.arn}


class AuroraByBackupCase(DatabaseCase):
    """A cluster with an instance, and its recovery point."""

    def make(self) -> str:
        arn: str = make_cluster(self.session, self.key, data=not self.light)["DBClusterArn"]
        self.back_up(arn)
        return arn

    def ask(self) -> dict[str, Any]:
        return {"resource_type": "aurora"}


def make_table(here: UnitSession, items: int = ITEMS) -> str:
    """A table with so many items; its ARN."""
    arn: str = here.call(
        "dynamodb",
        "create_table",
        TableName="orders",
        KeySchema=[
            {"AttributeName": "customer", "KeyType": "HASH"},
            {"AttributeName": "number", "KeyType": "RANGE"},
        ],
        AttributeDefinitions=[
            {"AttributeName": "customer", "AttributeType": "S"},
            {"AttributeName": "number", "AttributeType": "N"},
        ],
        BillingMode="PAY_PER_REQUEST",
        Tags=[{"Key": "tier", "Value": "databases"}],
    )["TableDescription"]["TableArn"]
    for number in range(items):
        put_item(here, number)
    return arn


def put_item(here: UnitSession, number: int) -> None:
    item = {"customer": {"S": f"customer {number % 3}"}, "number": {"N": str(number)}}
    here.call("dynamodb", "put_item", TableName="orders", Item=item)


class S3ByBackupCase(Case):
    """A bucket with objects that have a past, a canary among them, and its recovery point."""

    climbs = "right"

    def build(self) -> str:
        key = self.session.call("kms", "create_key")["KeyMetadata"]["Arn"]
        self.session.call("backup", "create_backup_vault", BackupVaultName=VAULT, EncryptionKeyArn=key)
        arn = make_bucket(self.session, key)
        # S3 tells times by the second: what was written in that of the backup may be in it or not.
        emulated_time.advance(2)
        self.back_up(arn)
        return arn

    def scope(self, **ask: Any) -> Scope:
        when = Where(query=None, object_key="canary")
        canary = asserting("s3", "heartbeat", Canary(where=when, at_most_old_minutes=30))
        return scope(desired_state(assertions=(canary,)), resource_type="s3", **ask)


BUCKET = "school-orders"


def make_bucket(here: UnitSession, key_arn: str) -> str:
    """A bucket with versions: objects that were changed, one that is gone, one without bytes; its ARN."""
    where = {"LocationConstraint": REGION}
    here.call("s3", "create_bucket", Bucket=BUCKET, CreateBucketConfiguration=where)
    here.call("s3", "put_bucket_versioning", Bucket=BUCKET, VersioningConfiguration={"Status": "Enabled"})
    tags = [{"Key": "tier", "Value": "databases"}]
    here.call("s3", "put_bucket_tagging", Bucket=BUCKET, Tagging={"TagSet": tags})
    for number in range(OBJECTS):
        put_object(here, f"orders/{number:02}", f"order {number}", ServerSideEncryption="AES256")
    put_object(here, "orders/01", "order 1, changed", ServerSideEncryption="aws:kms", SSEKMSKeyId=key_arn)
    put_object(here, "empty", "")
    put_object(here, "gone", "not any more")
    here.call("s3", "delete_object", Bucket=BUCKET, Key="gone")
    put_object(here, "canary", emulated_time.now().isoformat())
    return f"arn:aws:s3:::{BUCKET}"


OBJECTS = 5


def put_object(here: UnitSession, key: str, text: str, **how: str) -> None:
    """Write an object as it is now."""
    here.call("s3", "put_object", Bucket=BUCKET, Key=key, Body=text.encode(), **how)


class EfsByBackupCase(Case):
    """A file system, its recovery point, and a script that looks into what is restored."""

    climbs = "right"

    def build(self) -> str:
        key = self.session.call("kms", "create_key")["KeyMetadata"]["Arn"]
        self.session.call("backup", "create_backup_vault", BackupVaultName=VAULT, EncryptionKeyArn=key)
        arn: str = self.session.call(
            "efs",
            "create_file_system",
            CreationToken="homes",
            Encrypted=True,
            Tags=[{"Key": "tier", "Value": "databases"}],
        )["FileSystemArn"]
        self.back_up(arn)
        return arn

    def scope(self, **ask: Any) -> Scope:
        folder = SCRIPTS.parent
        script = Script(path="scripts/look.sh", sha256=digest_of(SCRIPTS / "look.sh"), timeout_seconds=60)
        state = desired_state(assertions=(asserting("efs", "mounted", script),))
        return scope(state, resource_type="efs", folder=folder, **ask)


SCRIPTS = ROOT / "tests/stacks/catalogs/scripts"


CASES: dict[str, type[Case]] = {
    "EBS volumes by AWS Backup": EbsByBackupCase,
    "EBS volumes by Data Lifecycle Manager": EbsByDlmCase,
    "EC2 instances by AWS Backup": Ec2ByBackupCase,
    "EC2 instances by images of Data Lifecycle Manager": Ec2ByDlmCase,
    "DynamoDB tables by AWS Backup": DynamoDbByBackupCase,
    "DynamoDB tables by their point-in-time recovery": DynamoDbToAMomentCase,
    "S3 buckets by AWS Backup": S3ByBackupCase,
    "EFS file systems by AWS Backup": EfsByBackupCase,
    "DB instances by AWS Backup": RdsByBackupCase,
    "DB instances by their point-in-time recovery": RdsToAMomentCase,
    "Aurora clusters by AWS Backup": AuroraByBackupCase,
}
"""By the title of the restorer."""
