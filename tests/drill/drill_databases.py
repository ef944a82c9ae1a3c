"""Databases to drill on: real PostgreSQL, a login, and what is asserted of them."""

from __future__ import annotations

import json
import os
import subprocess
from dataclasses import replace
from typing import Any

from drill_world import LOGIN, asserting, desired_unit

from emulator.rds import postgres
from tierkeep.aws import UnitSession
from tierkeep.desired.assertions import Assertion, Canary, Rows, SchemaFingerprint, Where
from tierkeep.desired.isolation import Isolation
from tierkeep.desired.model import DesiredUnit
from tierkeep.drill.assertions import queries

USER, PASSWORD = "app", "secret of 2026"
DATA = """
CREATE TABLE orders (id int PRIMARY KEY, placed timestamptz NOT NULL, item text);
INSERT INTO orders SELECT n, '2026-11-22T20:00Z'::timestamptz + n * interval '1 s', 'item ' || n
  FROM generate_series(1, 200) n;
CREATE TABLE customers (id int PRIMARY KEY, name text NOT NULL);
INSERT INTO customers SELECT n, 'customer ' || n FROM generate_series(1, 50) n;
CREATE TABLE notes (text text);
"""
SETTINGS: dict[str, Any] = {
    "MasterUsername": USER,
    "MasterUserPassword": PASSWORD,
    "StorageEncrypted": True,
    "DeletionProtection": True,
    "BackupRetentionPeriod": 7,
}


def _tags(*, data: bool) -> list[dict[str, str]]:
    on = [{"Key": "emulator:postgres", "Value": "true"}] if data else []
    return [*on, {"Key": "tier", "Value": "databases"}]


def psql(at: dict[str, Any], sql: str, *, database: str = LOGIN.database) -> str:
    """What psql prints: a client of its own, beside the one that is tested."""
    command = [str(postgres._binaries() / "psql"), "-X", "-q", "-t", "-A", "-v", "ON_ERROR_STOP=1"]
    done = subprocess.run(
        [*command, "-h", at["Address"], "-p", str(at["Port"]), "-U", USER, "-d", database],
        env={**os.environ, "PGPASSWORD": PASSWORD, "PGCONNECT_TIMEOUT": "5"},
        input=sql,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def unit_with(isolation: Isolation | None) -> DesiredUnit:
    """The unit of the tests with that network."""
    return replace(desired_unit(), isolation=isolation)


def put_secret(here: UnitSession, **held: str) -> None:
    """The login that the catalog names."""
    text = json.dumps({"username": USER, "password": PASSWORD, **held})
    here.call("secretsmanager", "create_secret", Name=LOGIN.secret, SecretString=text)


def make_instance(here: UnitSession, key: str, *, data: bool = True) -> dict[str, Any]:
    """A DB instance in two zones, with a public address and protected from deletion."""
    made: dict[str, Any] = here.call(
        "rds",
        "create_db_instance",
        DBInstanceIdentifier="shop",
        DBInstanceClass="db.t4g.medium",
        Engine="postgres",
        EngineVersion="16.4",
        AllocatedStorage=20,
        DBName=LOGIN.database,
        KmsKeyId=key,
        MultiAZ=True,
        PubliclyAccessible=True,
        Tags=_tags(data=data),
        **SETTINGS,
    )["DBInstance"]
    if data:
        psql(made["Endpoint"], DATA)
    return made


def make_cluster(here: UnitSession, key: str, *, data: bool = True) -> dict[str, Any]:
    """A cluster with a writer."""
    here.call(
        "rds",
        "create_db_cluster",
        DBClusterIdentifier="shop",
        Engine="aurora-postgresql",
        EngineVersion="16.4",
        DatabaseName=LOGIN.database,
        KmsKeyId=key,
        Tags=_tags(data=data),
        **SETTINGS,
    )
    here.call(
        "rds",
        "create_db_instance",
        DBInstanceIdentifier="shop-1",
        DBClusterIdentifier="shop",
        DBInstanceClass="db.r6g.large",
        Engine="aurora-postgresql",
    )
    made: dict[str, Any] = here.call("rds", "describe_db_clusters", DBClusterIdentifier="shop")["DBClusters"][
        0
    ]
    if data:
        psql({"Address": made["Endpoint"], "Port": made["Port"]}, DATA)
    return made


def endpoint_of(here: UnitSession, name: str) -> dict[str, Any]:
    """Where a DB instance listens."""
    found: dict[str, Any] = here.call("rds", "describe_db_instances", DBInstanceIdentifier=name)[
        "DBInstances"
    ][0]
    return dict(found["Endpoint"])


ALL_ROWS = asserting("rds", "rows", Rows(tables=("orders", "customers"), tolerance_percent=0))
"""Of every table that has rows."""


def canary(minutes: int = 24 * 60) -> Assertion:
    """The newest order is not older."""
    where = Where(query="SELECT max(placed) FROM orders", object_key=None)
    return asserting("rds", "canary", Canary(where=where, at_most_old_minutes=minutes))


def schema_of(at: dict[str, Any]) -> Assertion:
    """The schema is as it is there now: as the catalog would have it, by another client than the one that is
    tested."""
    columns = queries.COLUMNS.replace("select ", "select concat_ws('|', ", 1).replace(" from", ") from", 1)
    rows = [line.split("|") for line in psql(at, columns).splitlines()]
    return asserting("rds", "schema", SchemaFingerprint(fingerprint=queries.fingerprint(rows)))
