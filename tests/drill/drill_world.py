"""A small AWS to drill in, and the desired state that goes with it."""

from __future__ import annotations

import base64
import json
import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

from emulator.ebs.door import write_blocks
from scripts.disks import disk
from tierkeep.aws import AwsError, UnitSession, open_unit
from tierkeep.desired.assertions import Assertion, Form
from tierkeep.desired.model import (
    Access,
    DesiredState,
    DesiredUnit,
    Engine,
    Login,
    Protection,
    ResourceType,
    Role,
    RolePurpose,
    SnapshotPolicy,
    StateBackend,
    TableRecovery,
    Tags,
    TierPromise,
    UnitId,
    Vault,
)
from tierkeep.drill.clock import Clock, Waiter
from tierkeep.drill.effects import Limits
from tierkeep.drill.evidence import drill_tags
from tierkeep.drill.record import Place
from tierkeep.drill.runner import Around, run_drill
from tierkeep.drill.scope import Ask, Scope, find_scope
from tierkeep.drill.stores import LocalStore, Store

ACCOUNT = "123456789012"
REGION = "ap-south-1"
UNIT = UnitId(account="production", region=REGION)
TIER = "databases"
VAULT = "school-databases"
DRILL_ROLE = f"arn:aws:iam::{ACCOUNT}:role/school-drill"
RESTORE_ROLE = f"arn:aws:iam::{ACCOUNT}:role/school-restore"
POLICY = "school-databases-volumes"
LOGIN = Login(secret="school/drills", database="shop")
RESTORED = "tierkeep-drill-under-test"
"""What `drill` calls what it restores, where that has a name."""
LIMITS = Limits(restore=600.0, settle=1.0, job=60.0, visible=10.0, gone=10.0, reading=60.0)


def desired_unit(
    unit_id: UnitId = UNIT, *, engine: Engine = Engine.BACKUP, rpo: int | None = 60
) -> DesiredUnit:
    """A unit with one vault, one restore role, and EBS volumes under protection."""
    arn = f"arn:aws:backup:{unit_id.region}:{ACCOUNT}:backup-vault:{VAULT}"
    vault = Vault(name=VAULT, arn=arn, tier=TIER, key_alias="alias/school", tags=(), origin=())
    role = Role(
        name="school-restore",
        arn=RESTORE_ROLE,
        purpose=RolePurpose.RESTORE,
        service="backup.amazonaws.com",
        managed_policy_arns=(),
        statements=(),
        tags=(),
        origin=(),
    )
    protections = tuple(
        Protection(
            tier=TIER,
            resource_type=each,
            engine=engine if each is ResourceType.EBS else Engine.BACKUP,
            reason="the catalog names it",
            recovery_point_class="user-content",
            recovery_point_minutes=rpo,
            customer_managed_key=True,
            login=LOGIN if each in (ResourceType.RDS, ResourceType.AURORA) else None,
            origin=(),
        )
        for each in (
            ResourceType.EBS,
            ResourceType.DYNAMODB,
            ResourceType.S3,
            ResourceType.EFS,
            ResourceType.RDS,
            ResourceType.AURORA,
        )
    )
    policy = SnapshotPolicy(
        name=POLICY,
        tier=TIER,
        description="volumes",
        resource_type="VOLUME",
        role_arn=f"arn:aws:iam::{ACCOUNT}:role/school-dlm",
        target_tags=(("tier", TIER),),
        time_zone="UTC",
        schedules=(),
        tags=(),
        origin=(),
    )
    recovery = TableRecovery(
        tier=TIER, tags=(), period_days=35, granularity_minutes=5, machine="school-recovery", origin=()
    )
    return DesiredUnit(
        id=unit_id,
        account_id=ACCOUNT,
        partition="aws",
        access=Access(deploy_role_arn=None, validate_role_arn=None, drill_role_arn=DRILL_ROLE),
        keys=(),
        vaults=(vault,),
        plans=(),
        snapshot_policies=(policy,) if engine is Engine.DLM else (),
        roles=(role,),
        protections=protections,
        table_recoveries=(recovery,),
        depends_on=(),
    )


def desired_state(
    *units: DesiredUnit, rto: int | None = 30, assertions: tuple[Assertion, ...] = ()
) -> DesiredState:
    """A catalog of one tier."""
    promise = TierPromise(
        tier=TIER, recovery_time_class="production-databases", recovery_time_minutes=rto, origin=()
    )
    return DesiredState(
        name="school",
        tag_key="tier",
        state=StateBackend(bucket=None, region=None, prefix=""),
        units=units or (desired_unit(),),
        promises=(promise,),
        unmet=(),
        assertions=assertions,
    )


def asserting(resource_type: str, name: str, form: Form, *, only_tagged: Tags = ()) -> Assertion:
    """An assertion of the tier's resources of a type."""
    return Assertion(
        name=name,
        resource_type=resource_type,
        tiers=(TIER,),
        only_tagged=only_tagged,
        form=form,
        written_as=type(form).__name__.lower(),
        origin=("assertions", name),
    )


def scope(state: DesiredState | None = None, **ask: Any) -> Scope:
    """The scope of a drill of the tier."""
    return find_scope(state or desired_state(), Ask(tier=TIER, **ask))


def session() -> UnitSession:
    """A session in the unit, made once per endpoint: making one takes a second."""
    return _session(os.environ.get("TIERKEEP_ENDPOINT"))


@cache
def _session(_endpoint: str | None) -> UnitSession:
    return open_unit(unit=str(UNIT), account_id=ACCOUNT, region=REGION, role_arn=None, session_name="tests")


def open_place(_place: Place, _drill_id: str) -> UnitSession:
    """For sweeps."""
    return session()


@dataclass(frozen=True)
class World:
    """What was there before any drill."""

    session: UnitSession
    key_arn: str
    volume_arn: str

    @property
    def volume_id(self) -> str:
        return self.volume_arn.rpartition("/")[2]

    def inventory(self) -> dict[str, dict[str, str]]:
        """Everything that a drill could leave behind or harm, with its tags."""
        return inventory(self.session)

    def volumes(self) -> dict[str, dict[str, str]]:
        """Every volume of the unit with its tags."""
        return {
            volume["VolumeId"]: {tag["Key"]: tag["Value"] for tag in volume.get("Tags", ())}
            for volume in self.session.pages("ec2", "describe_volumes", "Volumes")
        }

    def back_up(self, clock: Clock) -> str:
        """Back the volume up; the recovery point's ARN."""
        job = self.session.call(
            "backup",
            "start_backup_job",
            BackupVaultName=VAULT,
            ResourceArn=self.volume_arn,
            IamRoleArn=RESTORE_ROLE,
        )["BackupJobId"]
        arn: str = self._ended(clock, "describe_backup_job", BackupJobId=job)["RecoveryPointArn"]
        return arn

    def restore_by_hand(self, clock: Clock, recovery_point_arn: str) -> str:
        """Somebody else's restore of the same recovery point with the same role; its volume's id."""
        metadata = {"availabilityZone": f"{REGION}a", "encrypted": "true"}
        job = self.session.call(
            "backup",
            "start_restore_job",
            RecoveryPointArn=recovery_point_arn,
            Metadata=metadata,
            IamRoleArn=RESTORE_ROLE,
            IdempotencyToken="somebody-else",
        )["RestoreJobId"]
        ended = self._ended(clock, "describe_restore_job", RestoreJobId=job)
        volume_id: str = ended["CreatedResourceArn"].rpartition("/")[2]
        return volume_id

    def decoy(self, drill_id: str) -> str:
        """A volume that carries the tags of another drill."""
        tags = drill_tags(drill_id=drill_id, expires=datetime.now(UTC), catalog="school")
        volume_id: str = self.session.call(
            "ec2",
            "create_volume",
            AvailabilityZone=f"{REGION}a",
            Size=8,
            TagSpecifications=[
                {
                    "ResourceType": "volume",
                    "Tags": [{"Key": key, "Value": value} for key, value in tags.items()],
                }
            ],
        )["VolumeId"]
        return volume_id

    def _ended(self, clock: Clock, operation: str, **which: str) -> dict[str, Any]:
        return Waiter(clock=clock).until(
            lambda: self.session.call("backup", operation, **which),
            lambda job: job["State" if "State" in job else "Status"] == "COMPLETED",
            timeout_seconds=60,
            what=operation,
        )


OF_EVIDENCE = ("shared", "school-evidence")
"""Buckets in which drills keep journals and evidence, which stay."""


def inventory(here: UnitSession) -> dict[str, dict[str, str]]:
    """Every volume, snapshot, instance, network interface, table, bucket with its objects, file system and
    database of the unit, with its tags."""
    volumes = here.pages("ec2", "describe_volumes", "Volumes")
    snapshots = here.pages("ec2", "describe_snapshots", "Snapshots", OwnerIds=["self"])
    found = {each["VolumeId"]: each.get("Tags", ()) for each in volumes}
    found |= {each["SnapshotId"]: each.get("Tags", ()) for each in snapshots}
    for reservation in here.pages("ec2", "describe_instances", "Reservations"):
        there = [each for each in reservation["Instances"] if each["State"]["Name"] != "terminated"]
        found |= {each["InstanceId"]: each.get("Tags", ()) for each in there}
    interfaces = here.pages("ec2", "describe_network_interfaces", "NetworkInterfaces")
    found |= {each["NetworkInterfaceId"]: each.get("TagSet", ()) for each in interfaces}
    for name in here.pages("dynamodb", "list_tables", "TableNames"):
        arn = here.call("dynamodb", "describe_table", TableName=name)["Table"]["TableArn"]
        found[arn] = list(here.pages("dynamodb", "list_tags_of_resource", "Tags", ResourceArn=arn))
    for bucket in here.pages("s3", "list_buckets", "Buckets"):
        if bucket["Name"] not in OF_EVIDENCE:
            found |= _bucket(here, bucket["Name"])
    for system in here.pages("efs", "describe_file_systems", "FileSystems"):
        found[system["FileSystemArn"]] = system["Tags"]
    for each in here.pages("rds", "describe_db_instances", "DBInstances"):
        found[each["DBInstanceArn"]] = each["TagList"]
    for each in here.pages("rds", "describe_db_clusters", "DBClusters"):
        found[each["DBClusterArn"]] = each["TagList"]
    return {arn: {tag["Key"]: tag["Value"] for tag in tags} for arn, tags in found.items()}


def _bucket(here: UnitSession, name: str) -> dict[str, Any]:
    """A bucket and each version of its objects, by the ARN."""
    listed = here.call("s3", "list_object_versions", Bucket=name)
    versions = [*listed.get("Versions", ()), *listed.get("DeleteMarkers", ())]
    try:
        tags = here.call("s3", "get_bucket_tagging", Bucket=name)["TagSet"]
    except AwsError as error:
        if error.code != "NoSuchTagSet":
            raise
        tags = []
    arn = f"arn:aws:s3:::{name}"
    return {arn: tags, **{f"{arn}/{each['Key']}@{each['VersionId']}": () for each in versions}}


def put_on_disk(volume_id: str, blocks: dict[int, bytes]) -> None:
    """Write to a volume, as an instance would, wherever the emulator runs."""
    written = {str(index): base64.b64encode(data).decode() for index, data in blocks.items()}
    document = {"volume_id": volume_id, "region": REGION, "account": ACCOUNT, "blocks": written}
    endpoint = os.environ.get("TIERKEEP_ENDPOINT")
    if endpoint is None:
        write_blocks(document)
        return
    request = Request(f"{endpoint}/emulator/ebs/blocks", json.dumps(document).encode())
    with urlopen(request, timeout=30) as answer:
        assert answer.status == 200


FILES = {0: disk("ext4"), 3: b"a file", 40: b"another"}
"""What is on a volume: a file system, and blocks that belong to its files."""


def build_world(
    clock: Clock,
    *,
    encrypted: bool = True,
    files: dict[int, bytes] | None = None,
    size: int = 12,
    vault: bool = True,
) -> World:
    """A vault, a key, and one encrypted volume that was backed up once."""
    here = session()
    key_arn = here.call("kms", "create_key")["KeyMetadata"]["Arn"]
    if vault:
        here.call("backup", "create_backup_vault", BackupVaultName=VAULT)
    encryption = {"Encrypted": True, "KmsKeyId": key_arn} if encrypted else {}
    volume = here.call("ec2", "create_volume", AvailabilityZone=f"{REGION}b", Size=size, **encryption)
    put_on_disk(volume["VolumeId"], FILES if files is None else files)
    arn = f"arn:aws:ec2:{REGION}:{ACCOUNT}:volume/{volume['VolumeId']}"
    return World(session=here, key_arn=key_arn, volume_arn=arn)


def drill(
    clock: Clock,
    place: Path | Store,
    *,
    drill_id: str = "drill-under-test",
    of: Scope | None = None,
    as_session: UnitSession | None = None,
    limits: Limits = LIMITS,
    **around: Any,
) -> dict[str, Any]:
    """Run a drill and return its evidence."""
    return run_drill(
        of or scope(),
        as_session or session(),
        drill_id=drill_id,
        limits=limits,
        store=LocalStore(place) if isinstance(place, Path) else place,
        around=Around(clock=clock, **around),
    )


def at(stage: str, change: Callable[[], object]) -> Callable[[str], None]:
    """An observer that changes something when a stage begins."""

    def observe(point: str) -> None:
        if point == f"before {stage}":
            change()

    return observe


def verdicts(evidence: dict[str, Any], verdict: str) -> list[str]:
    """The ids of the checks that came out so."""
    return [check["id"] for check in evidence["checks"] if check["verdict"] == verdict]


def found(evidence: dict[str, Any], check_id: str) -> dict[str, Any]:
    """A check of the evidence."""
    return next(check for check in evidence["checks"] if check["id"] == check_id)


class FakeClock:
    """A clock that only sleeping moves."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def now(self) -> datetime:
        return datetime(2026, 11, 22, 21, 0, tzinfo=UTC) + timedelta(seconds=self.seconds)

    def monotonic(self) -> float:
        return self.seconds

    def sleep(self, seconds: float) -> None:
        self.seconds += seconds
