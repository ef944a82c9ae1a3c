"""Databases and clusters are restored as they were at a moment, by AWS Backup and by RDS itself."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import boto3
import pytest
from databases import database, instance_named, needs_wheel, query
from emulated import ACCOUNT, REGION, ROLE, Aws, refusal

from emulator import clock, faults
from emulator.rds import instances

MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)


@pytest.fixture
def rds(aws: Aws) -> Iterator[Any]:
    clock.set_now(datetime.fromisoformat("2027-01-01T00:30:00Z"))
    aws.vault()
    client = boto3.client("rds", region_name=REGION)
    yield client
    clock.rest()
    faults.clear()
    for each in client.describe_db_instances()["DBInstances"]:
        client.delete_db_instance(DBInstanceIdentifier=each["DBInstanceIdentifier"], SkipFinalSnapshot=True)


def later(by: timedelta = MINUTE) -> datetime:
    """Let time pass, and return the moment before it did."""
    moment = clock.now()
    clock.advance(by.total_seconds())
    return moment


def continuous(aws: Aws, resource: str, days: int = 7) -> str:
    """Have ``resource`` backed up continuously by a plan, and return the recovery point's ARN."""
    rule = {
        "RuleName": "continuous",
        "TargetBackupVaultName": "vault",
        "ScheduleExpression": "cron(0 * ? * * *)",
        "EnableContinuousBackup": True,
        "Lifecycle": {"DeleteAfterDays": days},
    }
    document = {"BackupPlanName": "plan", "Rules": [rule]}
    plan = aws.backup.create_backup_plan(BackupPlan=document)["BackupPlanId"]
    selection = {"SelectionName": "all", "IamRoleArn": ROLE, "Resources": [resource]}
    aws.backup.create_backup_selection(BackupPlanId=plan, BackupSelection=selection)
    clock.advance(3700)
    listed = aws.backup.list_recovery_points_by_backup_vault(BackupVaultName="vault")
    [point] = listed["RecoveryPoints"]
    return str(point["RecoveryPointArn"])


def restored(aws: Aws, point: str, **metadata: str) -> dict[str, Any]:
    job = aws.backup.start_restore_job(RecoveryPointArn=point, IamRoleArn=ROLE, Metadata=metadata)
    clock.advance(5)
    done = dict(aws.backup.describe_restore_job(RestoreJobId=job["RestoreJobId"]))
    assert done["Status"] == "COMPLETED", done
    return done


def to_moment(rds: Any, name: str, **when: Any) -> dict[str, Any]:
    """The endpoint of the instance ``name``, to which RDS restores the instance ``real``."""
    made = rds.restore_db_instance_to_point_in_time(
        SourceDBInstanceIdentifier="real", TargetDBInstanceIdentifier=name, **when
    )
    return dict(made["DBInstance"]["Endpoint"])


# On PostgreSQL

ROWS = "SELECT string_agg(a::text, ',' ORDER BY a) FROM t"


def real(rds: Any, **settings: Any) -> dict[str, Any]:
    """An instance on PostgreSQL, with a table that holds 1."""
    made = database(rds, **settings)
    query(made["Endpoint"], "CREATE TABLE t (a int); INSERT INTO t VALUES (1)")
    return made


@needs_wheel
def test_a_database_is_restored_as_it_was_at_each_moment(aws: Aws, rds: Any) -> None:
    """By AWS Backup and by RDS: rows that were written later are not there, those deleted later are."""
    made = real(rds)
    point = continuous(aws, made["DBInstanceArn"])
    first = later()
    query(made["Endpoint"], "INSERT INTO t VALUES (2)")
    second = later()
    query(made["Endpoint"], "DELETE FROM t WHERE a = 1; CREATE ROLE late")
    third = later()
    query(made["Endpoint"], "INSERT INTO t VALUES (4)")
    later(10 * MINUTE)

    restored(aws, point, DBInstanceIdentifier="first", RestoreTime=first.isoformat())
    restored(aws, point, DBInstanceIdentifier="latest", UseLatestRestorableTime="true")
    assert query(instance_named("first")["Endpoint"], ROWS) == "1"
    assert query(instance_named("latest")["Endpoint"], ROWS) == "2,4"
    second_endpoint = to_moment(rds, "second", RestoreTime=second)
    assert query(second_endpoint, ROWS) == "1,2"
    assert query(second_endpoint, "SELECT count(*) FROM pg_roles WHERE rolname = 'late'") == "0"
    assert query(to_moment(rds, "third", RestoreTime=third + 30 * timedelta(seconds=1)), ROWS) == "2"
    query(second_endpoint, "INSERT INTO t VALUES (9)")
    assert query(made["Endpoint"], ROWS) == "2,4"
    snapshots = rds.describe_db_snapshots(SnapshotType="awsbackup")["DBSnapshots"]
    assert snapshots == [], "what a restore goes through is not left behind"


@needs_wheel
def test_while_the_clock_runs_a_database_is_restored_to_the_moment_between_two_rows(
    aws: Aws, rds: Any
) -> None:
    made = real(rds)
    clock.run()
    query(made["Endpoint"], "INSERT INTO t VALUES (2)")
    between = clock.now()
    query(made["Endpoint"], "INSERT INTO t VALUES (3)")
    clock.advance(3600)
    query(made["Endpoint"], "INSERT INTO t VALUES (4)")
    after = clock.now()
    clock.advance(600)
    assert query(to_moment(rds, "between", RestoreTime=between), ROWS) == "1,2"
    assert query(to_moment(rds, "after", RestoreTime=after), ROWS) == "1,2,3,4"
    assert query(to_moment(rds, "hour", RestoreTime=after - 30 * MINUTE), ROWS) == "1,2,3"


@needs_wheel
def test_a_continuous_backup_outlives_its_instance(aws: Aws, rds: Any) -> None:
    """Also one that is stopped; the server goes with the recovery point."""
    made = real(rds)
    point = continuous(aws, made["DBInstanceArn"])
    before = later()
    query(made["Endpoint"], "DELETE FROM t")
    rds.stop_db_instance(DBInstanceIdentifier="real")
    rds.delete_db_instance(DBInstanceIdentifier="real", SkipFinalSnapshot=True)
    later(10 * MINUTE)
    restored(aws, point, DBInstanceIdentifier="again", RestoreTime=before.isoformat())
    assert query(instance_named("again")["Endpoint"], ROWS) == "1"
    with pytest.raises(RuntimeError, match="refused"):
        query(made["Endpoint"], ROWS)
    assert len(instances._without_instance) == 1
    aws.backup.delete_recovery_point(BackupVaultName="vault", RecoveryPointArn=point)
    assert instances._without_instance == []


@needs_wheel
def test_a_database_that_was_restored_has_moments_of_its_own(aws: Aws, rds: Any) -> None:
    real(rds)
    later(10 * MINUTE)
    endpoint = to_moment(rds, "again", UseLatestRestorableTime=True)
    query(endpoint, "INSERT INTO t VALUES (2)")
    moment = later()
    query(endpoint, "INSERT INTO t VALUES (3)")
    later(10 * MINUTE)
    made = rds.restore_db_instance_to_point_in_time(
        SourceDBInstanceIdentifier="again", TargetDBInstanceIdentifier="third", RestoreTime=moment
    )
    assert query(made["DBInstance"]["Endpoint"], ROWS) == "1,2"


@needs_wheel
def test_a_database_that_a_job_restored_has_its_rows_from_the_jobs_end(aws: Aws, rds: Any) -> None:
    """The clock goes on after the job, before anybody can write."""
    point = aws.backed_up(real(rds)["DBInstanceArn"])["RecoveryPointArn"]
    end = restored(aws, point, DBInstanceIdentifier="again")["CompletionDate"]
    later(10 * MINUTE)
    made = rds.restore_db_instance_to_point_in_time(
        SourceDBInstanceIdentifier="again",
        TargetDBInstanceIdentifier="third",
        RestoreTime=end + timedelta(seconds=1),
    )
    assert query(made["DBInstance"]["Endpoint"], ROWS) == "1"


@needs_wheel
def test_a_damaged_continuous_backup_lacks_a_row(aws: Aws, rds: Any) -> None:
    made = real(rds)
    point = continuous(aws, made["DBInstanceArn"])
    moment = later(10 * MINUTE).isoformat()
    faults.add("corruption", resource=made["DBInstanceArn"], times=1)
    for name in ("first", "second"):
        restored(aws, point, DBInstanceIdentifier=name, RestoreTime=moment)
        assert query(instance_named(name)["Endpoint"], "SELECT count(*) FROM t") == "0", name


@needs_wheel
def test_a_database_to_which_nobody_writes_costs_nothing_as_the_clock_moves_on(
    aws: Aws, rds: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is hardly ever asked, and no room is taken; PostgreSQL itself writes something now and then."""
    real(rds)
    [server] = instances._servers.values()
    asked: list[str] = []
    ask = server._sql
    monkeypatch.setattr(server, "_sql", lambda statement: asked.append(statement) or ask(statement))
    for _ in range(300):
        later()
    assert len(asked) < 100
    assert len(server._timeline._spans) < 20


# Without data


def plain(rds: Any, **settings: Any) -> str:
    made = rds.create_db_instance(
        DBInstanceIdentifier="real", Engine="mysql", DBInstanceClass="db.m5.large", AllocatedStorage=20,
        MasterUsername="app", MasterUserPassword="secret12", **settings,
    )  # fmt: skip
    return str(made["DBInstance"]["DBInstanceArn"])


def test_restorable_times_follow_the_clock(aws: Aws, rds: Any) -> None:
    plain(rds, BackupRetentionPeriod=3)
    assert instance_named("real")["LatestRestorableTime"] == clock.now(), "it cannot be before it began"
    assert instance_named("real")["InstanceCreateTime"] == clock.now()
    later(10 * DAY)
    assert instance_named("real")["LatestRestorableTime"] == clock.now() - 5 * MINUTE
    rds.modify_db_instance(DBInstanceIdentifier="real", BackupRetentionPeriod=0, ApplyImmediately=True)
    assert "LatestRestorableTime" not in instance_named("real")


def test_a_moment_that_rds_cannot_restore_is_refused(aws: Aws, rds: Any) -> None:
    """Outside the retention period, within the last five minutes, before backups were turned on."""

    def code(**when: Any) -> str:
        return refusal(to_moment, rds=rds, name="again", **when)

    plain(rds, BackupRetentionPeriod=3)
    later(10 * DAY)
    now = clock.now()
    for moment in (now - 3 * DAY - MINUTE, now - 4 * MINUTE, now + MINUTE):
        assert code(RestoreTime=moment) == "InvalidParameterValue", moment
    assert code(RestoreTime=now - DAY, UseLatestRestorableTime=True) == "InvalidParameterCombination"
    assert code() == "InvalidParameterCombination"
    to_moment(rds, "oldest", RestoreTime=now - 3 * DAY + MINUTE)
    assert refusal(to_moment, rds=rds, name="oldest", UseLatestRestorableTime=True) == (
        "DBInstanceAlreadyExists"
    )
    rds.modify_db_instance(DBInstanceIdentifier="real", BackupRetentionPeriod=0, ApplyImmediately=True)
    assert code(RestoreTime=now - DAY) == "PointInTimeRestoreNotEnabled"
    rds.modify_db_instance(DBInstanceIdentifier="real", BackupRetentionPeriod=3, ApplyImmediately=True)
    later(10 * MINUTE)
    assert code(RestoreTime=now - MINUTE) == "InvalidParameterValue", "turned on again, it begins anew"
    missing = refusal(
        rds.restore_db_instance_to_point_in_time,
        SourceDBInstanceIdentifier="none",
        TargetDBInstanceIdentifier="again",
        UseLatestRestorableTime=True,
    )
    assert missing == "DBInstanceNotFound"


def test_an_instance_restored_to_a_moment_is_no_replica_and_can_be_deleted(aws: Aws, rds: Any) -> None:
    """It has one zone and no deletion protection, unless the request says so."""
    plain(rds, MultiAZ=True)
    later(10 * MINUTE)
    rds.modify_db_instance(DBInstanceIdentifier="real", DeletionProtection=True, ApplyImmediately=True)
    to_moment(rds, "again", UseLatestRestorableTime=True)
    to_moment(rds, "wide", UseLatestRestorableTime=True, MultiAZ=True)
    rds.modify_db_instance(DBInstanceIdentifier="real", DeletionProtection=False, ApplyImmediately=True)
    again = instance_named("again")
    assert "ReadReplicaSourceDBInstanceIdentifier" not in again
    assert (again["MultiAZ"], again["DeletionProtection"]) == (False, False)
    assert instance_named("wide")["MultiAZ"]


def test_an_instance_is_found_by_its_resource_id(aws: Aws, rds: Any) -> None:
    plain(rds)
    later(10 * MINUTE)
    made = rds.restore_db_instance_to_point_in_time(
        SourceDbiResourceId=instance_named("real")["DbiResourceId"],
        TargetDBInstanceIdentifier="again",
        UseLatestRestorableTime=True,
    )
    assert made["DBInstance"]["Engine"] == "mysql"


def test_a_continuous_backup_restores_an_instance_without_data(aws: Aws, rds: Any) -> None:
    """As the recovery point says it was; a moment out of reach is refused."""
    point = continuous(aws, plain(rds, MultiAZ=True), days=2)
    given = aws.backup.get_recovery_point_restore_metadata(BackupVaultName="vault", RecoveryPointArn=point)
    rds.delete_db_instance(DBInstanceIdentifier="real", SkipFinalSnapshot=True)
    later(10 * MINUTE)
    job = restored(aws, point, **given["RestoreMetadata"], DBInstanceIdentifier="again")
    assert job["CreatedResourceArn"] == f"arn:aws:rds:{REGION}:{ACCOUNT}:db:again"
    assert (instance_named("again")["Engine"], instance_named("again")["MultiAZ"]) == ("mysql", True)
    for moment in (clock.now() - 4 * MINUTE, clock.now() - 2 * DAY):
        metadata = {"DBInstanceIdentifier": "x", "RestoreTime": moment.isoformat()}
        request = {"RecoveryPointArn": point, "IamRoleArn": ROLE, "Metadata": metadata}
        assert refusal(aws.backup.start_restore_job, **request) == "InvalidParameterValueException"


@pytest.mark.parametrize(("kind", "afterwards"), [("instance", 0), ("cluster", 1)])
def test_aws_backup_says_how_long_it_backs_up_continuously(
    aws: Aws, rds: Any, request: pytest.FixtureRequest, kind: str, afterwards: int
) -> None:
    """Nobody else does until its recovery point is gone, and a longer period brings nothing back."""
    name = {f"DB{kind.title()}Identifier": "real" if kind == "instance" else "orders"}
    arn = plain(rds, BackupRetentionPeriod=3) if kind == "instance" else request.getfixturevalue("cluster")
    modify = rds.modify_db_instance if kind == "instance" else rds.modify_db_cluster
    later(10 * DAY)
    oldest = clock.now() - 3 * DAY
    point = continuous(aws, arn, days=7)
    assert _backed_up_for(rds, kind) == (7, point)
    assert oldest < _reaches_back_to(rds, kind) < oldest + 60 * MINUTE, "as far back as it was kept"
    assert refusal(modify, **name, BackupRetentionPeriod=3) == "InvalidParameterValue"
    modify(**name, BackupRetentionPeriod=7)
    modify(**name, CopyTagsToSnapshot=True)
    later(10 * DAY)
    assert _reaches_back_to(rds, kind) == clock.now() - 7 * DAY
    aws.backup.delete_recovery_point(BackupVaultName="vault", RecoveryPointArn=point)
    assert _backed_up_for(rds, kind) == (afterwards, None)


def test_aws_backup_leaves_a_period_as_it_is_when_it_gives_a_backup_back(aws: Aws, rds: Any) -> None:
    point = continuous(aws, plain(rds), days=7)
    aws.backup.disassociate_recovery_point(BackupVaultName="vault", RecoveryPointArn=point)
    assert _backed_up_for(rds, "instance") == (7, None)
    rds.modify_db_instance(DBInstanceIdentifier="real", BackupRetentionPeriod=5, ApplyImmediately=True)
    assert _backed_up_for(rds, "instance") == (5, None)


def test_a_continuous_backup_is_encrypted_as_its_database(aws: Aws, rds: Any) -> None:
    """Which keeps it: not by the vault's key."""
    key = aws.kms.create_key()["KeyMetadata"]["Arn"]
    point = continuous(aws, plain(rds, StorageEncrypted=True, KmsKeyId=key))
    described = aws.backup.describe_recovery_point(BackupVaultName="vault", RecoveryPointArn=point)
    assert (described["IsEncrypted"], described["EncryptionKeyArn"]) == (True, key)


def _backed_up_for(rds: Any, kind: str) -> tuple[int, str | None]:
    found = instance_named("real") if kind == "instance" else rds.describe_db_clusters()["DBClusters"][0]
    return found["BackupRetentionPeriod"], found.get("AwsBackupRecoveryPointArn")


def _reaches_back_to(rds: Any, kind: str) -> Any:
    if kind == "cluster":
        return rds.describe_db_clusters()["DBClusters"][0]["EarliestRestorableTime"]
    [backups] = rds.describe_db_instance_automated_backups()["DBInstanceAutomatedBackups"]
    return backups["RestoreWindow"]["EarliestTime"]


# Clusters


@pytest.fixture
def cluster(rds: Any) -> str:
    made = rds.create_db_cluster(
        DBClusterIdentifier="orders", Engine="aurora-postgresql", MasterUsername="app",
        MasterUserPassword="secret12", BackupRetentionPeriod=3,
    )  # fmt: skip
    return str(made["DBCluster"]["DBClusterArn"])


def test_a_cluster_is_restored_to_a_moment_within_its_restorable_times(
    aws: Aws, rds: Any, cluster: str
) -> None:
    later(10 * DAY)
    [described] = rds.describe_db_clusters(DBClusterIdentifier="orders")["DBClusters"]
    assert described["LatestRestorableTime"] == clock.now() - 5 * MINUTE
    assert described["EarliestRestorableTime"] == clock.now() - 3 * DAY
    restore, names = (
        rds.restore_db_cluster_to_point_in_time,
        {"SourceDBClusterIdentifier": "orders", "DBClusterIdentifier": "again"},
    )
    for moment in (clock.now() - 4 * DAY, clock.now()):
        assert refusal(restore, **names, RestoreToTime=moment) == "InvalidParameterValue"
    assert refusal(restore, **names) == "InvalidParameterCombination"
    made = restore(**names, RestoreToTime=clock.now() - DAY)["DBCluster"]
    assert (made["DBClusterIdentifier"], made["Engine"]) == ("again", "aurora-postgresql")


def test_a_continuous_backup_of_aurora_restores_a_cluster(aws: Aws, rds: Any, cluster: str) -> None:
    point = continuous(aws, cluster)
    moment = later(10 * MINUTE).isoformat()
    job = restored(aws, point, DBClusterIdentifier="again", RestoreTime=moment)
    assert job["CreatedResourceArn"] == f"arn:aws:rds:{REGION}:{ACCOUNT}:cluster:again"
    assert rds.describe_db_cluster_snapshots(SnapshotType="awsbackup")["DBClusterSnapshots"] == []
