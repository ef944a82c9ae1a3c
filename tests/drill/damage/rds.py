"""Damage of DB instances and Aurora clusters, on a real PostgreSQL."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import restored
from cases import AuroraByBackupCase, DatabaseCase, RdsByBackupCase
from drill_databases import ALL_ROWS, canary, endpoint_of, psql, schema_of
from drill_world import LOGIN, RESTORED, at, drill

from damage.base import ANOTHER_KEY, NOTHING, WRONG_KEY, Act, Damage
from emulator import clock as emulated_time
from emulator import faults
from tierkeep.desired.assertions import Assertion
from tierkeep.drill.clock import Clock


def _fault(made: type[DatabaseCase], kind: str) -> Act:
    """What restoring its backup makes of the rows."""

    def act(clock: Clock, place: Path) -> dict[str, Any]:
        case = made(clock)
        faults.add(kind, resource=case.arn)
        return drill(clock, place, of=replace(case.scope(), assertions=(ALL_ROWS,)))

    return act


def _stale(clock: Clock, place: Path) -> dict[str, Any]:
    case = RdsByBackupCase(clock)
    psql(endpoint_of(case.session, "shop"), "UPDATE orders SET placed = '2020-01-01T00:00Z'")
    emulated_time.advance(60)
    case.back_up(case.arn)
    return drill(clock, place, of=replace(case.scope(), assertions=(canary(30),)))


def _statements(statements: str, *, database: str = LOGIN.database, schema: bool = False) -> Act:
    """Done to the restored database behind AWS's back; RDS calls it available all the same."""

    def act(clock: Clock, place: Path) -> dict[str, Any]:
        case = RdsByBackupCase(clock)
        asserted: tuple[Assertion, ...] = (ALL_ROWS,)
        if schema:
            asserted = (*asserted, schema_of(endpoint_of(case.session, "shop")))
        harm = at("read", lambda: psql(endpoint_of(case.session, RESTORED), statements, database=database))
        return drill(clock, place, of=replace(case.scope(), assertions=asserted), observe=harm)

    return act


def _otherwise(attribute: str, value: object) -> Act:
    """Restored otherwise than the backup and the catalog have it."""

    def act(clock: Clock, place: Path) -> dict[str, Any]:
        case = RdsByBackupCase(clock)
        change = at("check", lambda: setattr(restored.database(case), attribute, value))
        return drill(clock, place, of=case.scope(), observe=change)

    return act


_OF = "DB instance"

DAMAGES: tuple[Damage, ...] = (
    Damage(
        of=_OF,
        what="one row of each table is missing",
        drill=_fault(RdsByBackupCase, "corruption"),
        fails=("assertion-rows",),
        says="orders 199 of 200 (off), customers 49 of 50 (off)",
        climbed="readable",
    ),
    Damage(
        of=_OF,
        what="a dump was cut off in the middle of the rows",
        drill=_fault(RdsByBackupCase, "truncation"),
        fails=("assertion-rows",),
        says="(off)",
        climbed="readable",
    ),
    Damage(
        of=_OF,
        what="the backup is fresh, and its canary is years old: nobody writes to it any more",
        drill=_stale,
        fails=("assertion-canary",),
        says="2020-01-01T00:00:00+00:00",
        climbed="readable",
    ),
    Damage(
        of=_OF,
        what="a table is missing",
        drill=_statements("DROP TABLE customers", schema=True),
        fails=("assertion-rows", "assertion-schema"),
        says='relation "customers" does not exist (42P01)',
        climbed="readable",
    ),
    Damage(
        of=_OF,
        what="a column is missing: another schema",
        drill=_statements("ALTER TABLE orders DROP COLUMN item", schema=True),
        fails=("assertion-schema",),
        says="of 5 columns",
        climbed="readable",
    ),
    Damage(
        of=_OF,
        what=f"{NOTHING}: an empty database",
        drill=_statements("DROP SCHEMA public CASCADE; CREATE SCHEMA public"),
        fails=("tables", "assertion-rows"),
        says="none: the database is empty",
        result="could-not-verify",
    ),
    Damage(
        of=_OF,
        what="its tables have no rows",
        drill=_statements("TRUNCATE orders, customers"),
        fails=("rows", "assertion-rows"),
        says="no table holds any row",
    ),
    Damage(
        of=_OF,
        what="the server answers, and the database is not there",
        drill=_statements("DROP DATABASE shop", database="postgres"),
        fails=("connect", "assertion-rows"),
        says='database "shop" does not exist (3D000)',
        result="could-not-verify",
    ),
    Damage(
        of=_OF,
        what="it has a public address",
        drill=_otherwise("publicly_accessible", True),
        fails=("network",),
        says="public",
        climbed=None,
    ),
    Damage(
        of=_OF,
        what="it is in another security group than the isolated one",
        drill=_otherwise("vpc_security_group_ids", ["sg-0123456789abcdef0"]),
        fails=("network",),
        says="sg-0123456789abcdef0",
        climbed=None,
    ),
    Damage(
        of=_OF,
        what=WRONG_KEY,
        drill=_otherwise("_kms_key_id", ANOTHER_KEY),
        fails=("key",),
        says="key/another",
        climbed=None,
    ),
    Damage(
        of=_OF,
        what="it runs on another version of the engine",
        drill=_otherwise("_engine_version", "15.1"),
        fails=("engine",),
        says="15.1",
        climbed=None,
    ),
    Damage(
        of=_OF,
        what="it is smaller than the source",
        drill=_otherwise("_allocated_storage", 5),
        fails=("size",),
        says="5 GiB",
        climbed=None,
    ),
    Damage(
        of="Aurora cluster",
        what="one row of each table is missing",
        drill=_fault(AuroraByBackupCase, "corruption"),
        fails=("assertion-rows",),
        says="orders 199 of 200 (off), customers 49 of 50 (off)",
        climbed="readable",
    ),
)
