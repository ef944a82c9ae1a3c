"""An emulated account with some of everything that is stored, and what the validator reads of it."""

import json
import threading
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from moto.ec2.models import ec2_backends

from emulator import clock, faults
from emulator.backup.timing import set_job_seconds
from tests.validate.as_desired import observed_as_desired
from tests.validate.common_states import DEVELOPMENT, DR, HOME, PRODUCTION
from tests.validate.deploying import deploy_table, plan_request, session_of
from tests.validate.validate_states import DR_UNIT, HOME_UNIT, PLAN, STATE
from tierkeep.aws import UnitSession
from tierkeep.desired.model import DesiredUnit, TierPromise
from tierkeep.validate.observed import ObservedUnit
from tierkeep.validate.stored.records import Incomplete, Record, Whole
from tierkeep.validate.stored.scope import StoredScope
from tierkeep.validate.stored.stream import records

R = TypeVar("R")

CRITICAL = TierPromise(
    tier="critical", recovery_time_class=None, recovery_time_minutes=None, origin=("tiers", "critical")
)
WORLD = replace(STATE, units=(HOME_UNIT, DR_UNIT), promises=(CRITICAL,))
"""The validator's state, with a promise of its one tier."""

CLAIMED = {"backup-tier": "critical"}
ROLE = f"arn:aws:iam::{PRODUCTION}:role/campus-backup-{HOME}"
COPIES = DR_UNIT.vaults[0].arn
MANY = 6
"""More than the five that EC2's shortest pages hold."""


def tagged(kind: str, tags: dict[str, str]) -> list[dict[str, Any]]:
    return [{"ResourceType": kind, "Tags": listed(tags)}]


def listed(tags: dict[str, str]) -> list[dict[str, str]]:
    return [{"Key": key, "Value": value} for key, value in tags.items()]


def build() -> None:
    """Makes it, in home and in the Region of the copies."""
    set_job_seconds(0)
    home, copies = session_of(HOME_UNIT), session_of(DR_UNIT)
    for vault in HOME_UNIT.vaults:
        home.call("backup", "create_backup_vault", BackupVaultName=vault.name)
    for vault in DR_UNIT.vaults:
        copies.call("backup", "create_backup_vault", BackupVaultName=vault.name)
    volume = _machines(home)
    _databases(home)
    _tables_and_buckets(home, copies)
    home.call("efs", "create_file_system", CreationToken="files", Tags=listed({"Name": "files", **CLAIMED}))
    home.call("efs", "create_file_system", CreationToken="more", Tags=[])
    _plan(home)
    _backups(home, volume)
    _snapshots(home, copies, volume)
    set_job_seconds(1)


def _machines(home: UnitSession) -> str:
    """Instances, one of them with a second volume, and volumes of nobody; the ARN of the first of those."""
    image = home.call("ec2", "register_image", Name="base")["ImageId"]
    for number in range(MANY):
        tags = tagged("instance", {"Name": f"machine-{number}", **CLAIMED})
        made = home.call(
            "ec2", "run_instances", ImageId=image, MinCount=1, MaxCount=1, TagSpecifications=tags
        )
    instance = made["Instances"][0]
    zone = instance["Placement"]["AvailabilityZone"]
    data = home.call("ec2", "create_volume", AvailabilityZone=zone, Size=20, Encrypted=True)["VolumeId"]
    home.call("ec2", "attach_volume", InstanceId=instance["InstanceId"], VolumeId=data, Device="/dev/sdf")
    loose = home.call(
        "ec2",
        "create_volume",
        AvailabilityZone=zone,
        Size=8,
        TagSpecifications=tagged("volume", {"Name": "loose", **CLAIMED}),
    )["VolumeId"]
    for number in range(MANY):
        home.call(
            "ec2", "create_image", InstanceId=instance["InstanceId"], Name=f"image-{number}", NoReboot=True
        )
    return f"arn:aws:ec2:{HOME}:{PRODUCTION}:volume/{loose}"


def _databases(home: UnitSession) -> None:
    credentials = {"MasterUsername": "app", "MasterUserPassword": "secret12"}
    for name in ("shop", "wiki"):
        home.call(
            "rds",
            "create_db_instance",
            DBInstanceIdentifier=name,
            DBInstanceClass="db.t4g.medium",
            Engine="postgres",
            AllocatedStorage=30,
            BackupRetentionPeriod=7,
            Tags=listed(CLAIMED),
            **credentials,
        )
    for name, engine in (("ledger", "aurora-postgresql"), ("books", "aurora-mysql")):
        home.call(
            "rds",
            "create_db_cluster",
            DBClusterIdentifier=name,
            Engine=engine,
            Tags=listed(CLAIMED),
            **credentials,
        )
    home.call(
        "rds",
        "create_db_instance",
        DBInstanceIdentifier="ledger-1",
        DBInstanceClass="db.r6g.large",
        Engine="aurora-postgresql",
        DBClusterIdentifier="ledger",
    )


def _tables_and_buckets(home: UnitSession, copies: UnitSession) -> None:
    deploy_table(home, "orders", CLAIMED, 14)
    deploy_table(home, "scratch", {}, None)
    for session, name in (
        (home, "campus-files"),
        (home, "campus-dull"),
        (home, "campus-logs"),
        (copies, "campus-far"),
    ):
        session.call(
            "s3",
            "create_bucket",
            Bucket=name,
            CreateBucketConfiguration={"LocationConstraint": session.region},
        )
    for name in ("campus-files", "campus-dull"):
        home.call("s3", "put_bucket_tagging", Bucket=name, Tagging={"TagSet": listed(CLAIMED)})
    home.call(
        "s3",
        "put_bucket_versioning",
        Bucket="campus-files",
        VersioningConfiguration={"Status": "Enabled"},
    )
    home.call(
        "s3",
        "put_bucket_notification_configuration",
        Bucket="campus-files",
        NotificationConfiguration={"EventBridgeConfiguration": {}},
    )


def _plan(home: UnitSession) -> None:
    """A plan of three versions: in the second, `yearly` becomes what it is, in the third `daily` does."""
    first, second = plan_request(PLAN), plan_request(PLAN)
    for rules in (first["Rules"], second["Rules"]):
        rules[0]["Lifecycle"] = {"DeleteAfterDays": 5}
    first["Rules"][1]["ScheduleExpression"] = "cron(0 5 1 1 ? *)"
    plan = home.call("backup", "create_backup_plan", BackupPlan=first)["BackupPlanId"]
    for later in (second, plan_request(PLAN)):
        clock.advance(60)
        home.call("backup", "update_backup_plan", BackupPlanId=plan, BackupPlan=later)


def _backups(home: UnitSession, volume: str) -> None:
    """Two backups, copies of them, restores of them, and a backup that failed."""
    asked = {"BackupVaultName": "campus-critical", "ResourceArn": volume, "IamRoleArn": ROLE}
    for _ in range(2):
        clock.advance(60)
        job = home.call("backup", "start_backup_job", Lifecycle={"DeleteAfterDays": 28}, **asked)
        point = home.call("backup", "describe_backup_job", BackupJobId=job["BackupJobId"])["RecoveryPointArn"]
        home.call(
            "backup",
            "start_copy_job",
            RecoveryPointArn=point,
            SourceBackupVaultName="campus-critical",
            DestinationBackupVaultArn=COPIES,
            IamRoleArn=ROLE,
            Lifecycle={"DeleteAfterDays": 90},
        )
        home.call(
            "backup",
            "start_restore_job",
            RecoveryPointArn=point,
            IamRoleArn=ROLE,
            Metadata={"availabilityZone": f"{HOME}a"},
        )
    faults.add("job-fails", operation="StartBackupJob", times=1, message="no access")
    home.call("backup", "start_backup_job", **{**asked, "BackupVaultName": "campus-plain"})
    faults.clear()


def _snapshots(home: UnitSession, copies: UnitSession, volume: str) -> None:
    """Public ones, one that is the catalog's and shared, copies of that one, one of them by Data Lifecycle
    Manager, and fast restores in two zones."""
    volume = volume.rpartition("/")[2]
    made = [
        home.call("ec2", "create_snapshot", VolumeId=volume, Description=f"by hand {number}")["SnapshotId"]
        for number in range(MANY + 1)
    ]
    for name in made[1:]:
        home.call(
            "ec2",
            "modify_snapshot_attribute",
            SnapshotId=name,
            Attribute="createVolumePermission",
            OperationType="add",
            GroupNames=["all"],
        )
    own = {"tierkeep:catalog": "campus", "aws:dlm:lifecycle-schedule-name": "weekly"}
    # Nobody but Data Lifecycle Manager may set its tags.
    ec2_backends[PRODUCTION][HOME].tags[made[0]].update(own)
    home.call(
        "ec2",
        "modify_snapshot_attribute",
        SnapshotId=made[0],
        Attribute="createVolumePermission",
        OperationType="add",
        UserIds=[DEVELOPMENT],
    )
    for tags in ({"aws:dlm:lifecycle-policy-id": "policy-1"}, {"made": "by hand"}):
        copied = copies.call("ec2", "copy_snapshot", SourceSnapshotId=made[0], SourceRegion=HOME)
        ec2_backends[PRODUCTION][DR].tags[copied["SnapshotId"]].update(tags)
    home.call(
        "ec2",
        "enable_fast_snapshot_restores",
        SourceSnapshotIds=[made[0]],
        AvailabilityZones=[f"{HOME}a", f"{HOME}b"],
    )


def scope(observed: ObservedUnit | None = None, *, since: timedelta = timedelta(days=8)) -> StoredScope:
    observed = observed or observed_as_desired(HOME_UNIT)
    moment = datetime.now(UTC) - since
    return StoredScope.of(WORLD, HOME_UNIT, observed, since=moment, restores_since=moment)


def read(
    session: UnitSession | None = None,
    wanted: StoredScope | None = None,
    *,
    session_in: Callable[..., UnitSession] | None = None,
    stop: threading.Event | None = None,
) -> list[Record]:
    """The whole stream of the unit at home."""
    return list(
        records(
            session or session_of(HOME_UNIT),
            wanted or scope(),
            session_in=session_in or in_region,
            stop=stop or threading.Event(),
        )
    )


def in_region(unit: DesiredUnit, region: str) -> UnitSession:
    return session_of(replace(unit, id=replace(unit.id, region=region)))


def of(kind: type[R], found: Sequence[Record]) -> list[R]:
    return [each for each in found if isinstance(each, kind)]


def alike(found: Sequence[Record]) -> list[str]:
    """What was read, in an order of its own: listings are read side by side."""
    return sorted(json.dumps(repr(each)) for each in found if not isinstance(each, Whole | Incomplete))


def incomplete(found: Sequence[Record]) -> dict[str, str]:
    """The listings that did not end, each with the error code of its cause."""
    return {each.stream: each.cause.code for each in of(Incomplete, found)}
