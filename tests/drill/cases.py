"""What each restorer is drilled on: a world with something to restore, and the scope that restores it.

Every restorer that is registered has to have a case here; the tests of kills and faults run over all of them.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

from drill_databases import make_cluster, make_instance, network, put_secret, unit_with
from drill_world import (
    ACCOUNT,
    FILES,
    POLICY,
    REGION,
    RESTORE_ROLE,
    VAULT,
    build_world,
    desired_state,
    desired_unit,
    inventory,
    put_on_disk,
    scope,
    session,
)

from emulator import clock as emulated_time
from tierkeep.aws import UnitSession
from tierkeep.desired.isolation import Isolation
from tierkeep.desired.model import Engine
from tierkeep.drill.clock import Clock, Waiter
from tierkeep.drill.scope import Scope

ITEMS = 12


@dataclass
class Case(ABC):
    """A world with a source that was backed up, and how it is drilled."""

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

    def back_up(self, arn: str) -> None:
        """By AWS Backup."""
        job = self.session.call(
            "backup",
            "start_backup_job",
            BackupVaultName=VAULT,
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
        soon = (emulated_time.now() + timedelta(hours=1)).replace(minute=0)
        here.call(
            "dlm",
            "create_lifecycle_policy",
            ExecutionRoleArn=f"arn:aws:iam::{ACCOUNT}:role/school-dlm",
            Description="volumes",
            State="ENABLED",
            Tags={"tierkeep:policy": POLICY},
            PolicyDetails={
                "ResourceTypes": ["VOLUME"],
                "TargetTags": [{"Key": "tier", "Value": "databases"}],
                "Schedules": [
                    {
                        "Name": "hourly",
                        "CreateRule": {"Interval": 1, "IntervalUnit": "HOURS", "Times": [f"{soon:%H:%M}"]},
                        "RetainRule": {"Count": 3},
                    }
                ],
            },
        )
        # Up to an hour after the time of the schedule, when it has run (EBS user guide).
        emulated_time.set_now(soon + timedelta(minutes=70))
        return f"arn:aws:ec2:{REGION}:{ACCOUNT}:volume/{volume}"

    def scope(self, **ask: Any) -> Scope:
        return scope(desired_state(desired_unit(engine=Engine.DLM)), **ask)


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
        return scope(method="pitr", **{"resource_arn": self.arn, **ask})


class DatabaseCase(Case):
    """A database on PostgreSQL under a key, a login for it, and a network to restore into."""

    isolation: Isolation | None
    key: str

    def build(self) -> str:
        self.isolation = network(self.session)
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


CASES: dict[str, type[Case]] = {
    "EBS volumes by AWS Backup": EbsByBackupCase,
    "EBS volumes by Data Lifecycle Manager": EbsByDlmCase,
    "DynamoDB tables by AWS Backup": DynamoDbByBackupCase,
    "DynamoDB tables by their point-in-time recovery": DynamoDbToAMomentCase,
    "DB instances by AWS Backup": RdsByBackupCase,
    "DB instances by their point-in-time recovery": RdsToAMomentCase,
    "Aurora clusters by AWS Backup": AuroraByBackupCase,
}
"""By the title of the restorer."""
