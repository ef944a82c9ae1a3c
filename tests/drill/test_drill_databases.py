"""Damage of databases that AWS's own test, "restored", does not see, on a real PostgreSQL.

Each restore job completes, and RDS calls what it made available; each drill fails with the reason, or says
that it does not know.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from cases import AuroraByBackupCase, DatabaseCase, RdsByBackupCase, RdsToAMomentCase
from drill_databases import PASSWORD, USER, endpoint_of, psql
from drill_world import LIMITS, LOGIN, drill, session
from moto.rds.models import rds_backends

from emulator import clock as emulated_time
from emulator import faults
from emulator.rds import door
from tierkeep.aws import UnitSession
from tierkeep.desired.assertions import (
    Assertion,
    Canary,
    Existence,
    Form,
    Rows,
    SchemaFingerprint,
    Sql,
    Where,
)
from tierkeep.drill.assertions import queries
from tierkeep.drill.choosing import By, Wish
from tierkeep.drill.clock import Clock
from tierkeep.drill.reading import postgresql
from tierkeep.drill.restorers.registry import restorer_for
from tierkeep.drill.stores import LocalStore
from tierkeep.drill.sweep import Broom, Fate, sweep

RESTORED = "tierkeep-drill-under-test"


@pytest.fixture(autouse=True)
def _no_faults() -> Iterator[None]:
    yield
    faults.clear()


def asserted(name: str, form: Form) -> Assertion:
    return Assertion(
        name=name,
        resource_type="rds",
        tiers=("databases",),
        only_tagged=(),
        form=form,
        written_as=name,
        origin=(),
    )


def found(evidence: dict[str, Any], check_id: str) -> dict[str, Any]:
    return next(check for check in evidence["checks"] if check["id"] == check_id)


def verdicts(evidence: dict[str, Any], verdict: str) -> list[str]:
    return [check["id"] for check in evidence["checks"] if check["verdict"] == verdict]


def canary(minutes: int = 24 * 60) -> Assertion:
    where = Where(query="SELECT max(placed) FROM orders", object_key=None)
    return asserted("canary", Canary(where=where, at_most_old_minutes=minutes))


ALL_ROWS = asserted("rows", Rows(tables=("orders", "customers"), tolerance_percent=0))


def fingerprint_of(at: dict[str, Any]) -> str:
    """As the catalog would have it, by another client than the one that is tested."""
    columns = queries.COLUMNS.replace("select ", "select concat_ws('|', ", 1).replace(" from", ") from", 1)
    lines = psql(at, columns)
    return queries.fingerprint([line.split("|") for line in lines.splitlines()])


def test_what_is_right_passes_up_to_the_right_rung(clock: Clock, tmp_path: Path) -> None:
    """Rows as in the source, a value, the schema, and a canary, whose time is the true RPO."""
    case = RdsByBackupCase(clock)
    schema = SchemaFingerprint(fingerprint=fingerprint_of(endpoint_of(case.session, "shop")))
    sql = Sql(query="SELECT count(*) FROM customers", equals=50, at_least=None, at_most=None)
    written = (emulated_time.now() - timedelta(minutes=5)).isoformat()
    touched = f"UPDATE orders SET placed = '{written}' WHERE id = 7"  # noqa: S608
    psql(endpoint_of(case.session, "shop"), touched)
    case.back_up(case.arn)
    of = replace(
        case.scope(),
        assertions=(ALL_ROWS, canary(10), asserted("schema", schema), asserted("sql", sql)),
    )
    evidence = drill(clock, tmp_path, of=of)
    assert evidence["outcome"]["reasons"] == []
    assert evidence["ladder"]["climbed"] == "right"
    assert found(evidence, "assertion-rows")["actual"] == "orders 200 of 200, customers 50 of 50"
    assert evidence["teardown"]["confirmed"] is True


def test_lost_rows_fail(clock: Clock, tmp_path: Path) -> None:
    """One row of each table is not there: readable, and not right."""
    case = RdsByBackupCase(clock)
    faults.add("corruption", resource=case.arn)
    evidence = drill(clock, tmp_path, of=replace(case.scope(), assertions=(ALL_ROWS,)))
    assert evidence["outcome"]["result"] == "fail"
    assert verdicts(evidence, "FAIL") == ["assertion-rows"]
    assert found(evidence, "assertion-rows")["actual"] == "orders 199 of 200 (off), customers 49 of 50 (off)"
    assert evidence["ladder"]["climbed"] == "readable"


def test_a_truncated_dump_fails(clock: Clock, tmp_path: Path) -> None:
    """A dump that ends in the middle: of one table rows are missing, and another has none."""
    case = RdsByBackupCase(clock)
    faults.add("truncation", resource=case.arn)
    evidence = drill(clock, tmp_path, of=replace(case.scope(), assertions=(ALL_ROWS,)))
    assert evidence["outcome"]["result"] == "fail"
    assert verdicts(evidence, "FAIL") == ["assertion-rows"]
    assert "(off)" in found(evidence, "assertion-rows")["actual"]
    assert evidence["ladder"]["climbed"] == "readable"


def test_a_stale_canary_fails(clock: Clock, tmp_path: Path) -> None:
    """The backup is fresh, and what is in it is of hours ago: nobody writes to this database any more."""
    case = RdsByBackupCase(clock)
    emulated_time.advance(6 * 3600)
    case.back_up(case.arn)
    psql(endpoint_of(case.session, "shop"), "UPDATE orders SET placed = '2020-01-01T00:00Z'")
    emulated_time.advance(60)
    case.back_up(case.arn)
    evidence = drill(clock, tmp_path, of=replace(case.scope(), assertions=(canary(30),)))
    assert evidence["outcome"]["result"] == "fail"
    assert "assertion-canary" in verdicts(evidence, "FAIL")
    assert found(evidence, "assertion-canary")["actual"].startswith("2020-01-01T00:00:00+00:00")
    assert verdicts(evidence, "UNKNOWN") == []


DAMAGE = {
    "a missing table": (
        "DROP TABLE customers",
        {"assertion-rows": 'relation "customers" does not exist (42P01)'},
        "readable",
    ),
    "another schema": (
        "ALTER TABLE orders DROP COLUMN item",
        {"assertion-schema": ", of 5 columns"},
        "readable",
    ),
    "an empty database": (
        "DROP SCHEMA public CASCADE; CREATE SCHEMA public",
        {"tables": "none: the database is empty", "assertion-rows": "does not exist"},
        "restored",
    ),
    "tables without rows": (
        "TRUNCATE orders, customers",
        {"rows": "no table holds any row", "assertion-rows": "orders 0 of 200 (off)"},
        "restored",
    ),
}


@pytest.mark.parametrize("damage", DAMAGE)
def test_damage_of_what_was_restored_fails(clock: Clock, tmp_path: Path, damage: str) -> None:
    """Done to the restored database behind AWS's back; RDS calls it available all the same."""
    statements, expected, climbed = DAMAGE[damage]
    case = RdsByBackupCase(clock)
    schema = SchemaFingerprint(fingerprint=fingerprint_of(endpoint_of(case.session, "shop")))

    def harm(point: str) -> None:
        if point == "before read":
            psql(endpoint_of(case.session, RESTORED), statements)

    assertions = (ALL_ROWS, asserted("schema", schema)) if damage != "an empty database" else (ALL_ROWS,)
    evidence = drill(clock, tmp_path, of=replace(case.scope(), assertions=assertions), observe=harm)
    for check_id, text in expected.items():
        check = found(evidence, check_id)
        assert check["verdict"] == "FAIL", check
        assert text in check["actual"]
    assert found(evidence, "state")["verdict"] == "PASS"
    assert evidence["ladder"]["climbed"] == climbed
    assert evidence["teardown"]["confirmed"] is True


def test_a_database_that_is_not_there_fails(clock: Clock, tmp_path: Path) -> None:
    """The server answers, and has no database of the name that the catalog says."""
    case = RdsByBackupCase(clock)

    def harm(point: str) -> None:
        if point == "before read":
            psql(endpoint_of(case.session, RESTORED), "DROP DATABASE shop", database="postgres")

    evidence = drill(clock, tmp_path, of=case.scope(), observe=harm)
    assert verdicts(evidence, "FAIL") == ["connect"]
    assert 'database "shop" does not exist (3D000)' in found(evidence, "connect")["actual"]
    assert evidence["ladder"]["climbed"] == "restored"


def _instance(name: str = RESTORED) -> Any:
    here = session()
    return rds_backends[here.account_id][here.region].databases[name]


@pytest.mark.parametrize(
    ("attribute", "value", "check_id"),
    [
        ("publicly_accessible", True, "network"),
        ("vpc_security_group_ids", ["sg-0123456789abcdef0"], "network"),
        ("_kms_key_id", "arn:aws:kms:ap-south-1:1:key/another", "key"),
        ("_engine_version", "15.1", "engine"),
        ("_allocated_storage", 5, "size"),
    ],
)
def test_what_is_restored_otherwise_fails(
    clock: Clock, tmp_path: Path, attribute: str, value: Any, check_id: str
) -> None:
    """The network, the key, the engine, the size: each as the backup and the catalog have it."""
    case = RdsByBackupCase(clock)

    def change(point: str) -> None:
        if point == "before check":
            setattr(_instance(), attribute, value)

    evidence = drill(clock, tmp_path, of=replace(case.scope(), login=None), observe=change)
    assert verdicts(evidence, "FAIL") == [check_id]
    assert evidence["ladder"]["climbed"] is None


def _secret(here: UnitSession, text: str) -> None:
    here.call("secretsmanager", "put_secret_value", SecretId=LOGIN.secret, SecretString=text)


@pytest.mark.parametrize(
    ("secret", "says"),
    [
        (json.dumps({"username": USER, "password": "another secret"}), "has the passwords of when it was"),
        (json.dumps({"username": USER}), "holds no JSON object with `username` and `password`"),
        ("a secret in the clear", "holds no JSON"),
    ],
)
def test_a_login_that_is_of_no_use_is_unknown(clock: Clock, tmp_path: Path, secret: str, says: str) -> None:
    """Nothing is known of the data then; and no secret is in the evidence or the journal."""
    case = RdsByBackupCase(clock)
    _secret(case.session, secret)
    evidence = drill(clock, tmp_path, of=case.scope())
    assert evidence["outcome"]["result"] == "could-not-verify"
    assert verdicts(evidence, "UNKNOWN") == ["connect", "tables", "rows"]
    assert says in found(evidence, "connect")["cause"]
    assert evidence["ladder"]["climbed"] == "restored"
    written = "".join(path.read_text() for path in tmp_path.rglob("*") if path.is_file())
    for each in (PASSWORD, "another secret", "in the clear"):
        assert each not in written


def test_without_a_login_a_database_is_seen_from_outside_only(clock: Clock, tmp_path: Path) -> None:
    """UNKNOWN, with the key of the catalog that is missing."""
    case = RdsByBackupCase(clock)
    evidence = drill(clock, tmp_path, of=replace(case.scope(), login=None, assertions=(ALL_ROWS,)))
    assert verdicts(evidence, "UNKNOWN") == ["connect", "tables", "rows", "assertion-rows"]
    assert "connect: { secret: …, database: … }" in found(evidence, "connect")["cause"]


def test_what_cannot_be_reached_in_time_is_unknown(
    clock: Clock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No time to read, a server that is down, a statement that takes too long."""
    case = RdsByBackupCase(clock)
    evidence = drill(clock, tmp_path, of=case.scope(), limits=replace(LIMITS, reading=0.0))
    assert "no time left to connect" in found(evidence, "connect")["cause"]

    def stop(point: str) -> None:
        if point == "before read":
            case.session.call("rds", "stop_db_instance", DBInstanceIdentifier="tierkeep-drill-2")
            _instance("tierkeep-drill-2").status = "available"

    evidence = drill(clock, tmp_path, drill_id="drill-2", of=case.scope(), observe=stop)
    assert verdicts(evidence, "UNKNOWN") == ["connect", "tables", "rows"]
    assert "where the isolated subnets can be reached" in found(evidence, "connect")["cause"]

    monkeypatch.setattr(postgresql, "STATEMENT_SECONDS", 0.2)
    slow = Sql(query="SELECT 1 FROM pg_sleep(5)", equals=1, at_least=None, at_most=None)
    of = replace(case.scope(), assertions=(asserted("slow", slow),))
    evidence = drill(clock, tmp_path, drill_id="drill-3", of=of)
    assert "57014" in found(evidence, "assertion-slow")["cause"]


def test_nothing_can_be_written(clock: Clock, tmp_path: Path) -> None:
    """Neither in what was restored nor in the source, whatever an assertion says."""
    case = RdsByBackupCase(clock)
    wrong = Sql(query="DELETE FROM orders RETURNING 1", equals=1, at_least=None, at_most=None)
    none = Existence(where=Where(query="SELECT 1 FROM orders LIMIT 20001", object_key=None), present=True)
    of = replace(case.scope(), assertions=(asserted("wrong", wrong), asserted("none", none), ALL_ROWS))
    evidence = drill(clock, tmp_path, of=of)
    assert "read-only transaction (25006)" in found(evidence, "assertion-wrong")["cause"]
    assert found(evidence, "assertion-rows")["verdict"] == "PASS"


def test_certificates_are_verified_where_the_machine_has_the_authority(
    clock: Clock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The evidence tells whether; a server that shows another's is not talked to."""
    case = RdsByBackupCase(clock)
    evidence = drill(clock, tmp_path, of=case.scope())
    assert "its certificate not looked at" in found(evidence, "connect")["actual"]
    bundle = tmp_path / "bundle.pem"
    bundle.write_text(door.certificate())
    monkeypatch.setenv("TIERKEEP_DATABASE_CERTIFICATES", str(bundle))
    evidence = drill(clock, tmp_path, drill_id="drill-2", of=case.scope())
    assert found(evidence, "connect")["actual"].endswith("its certificate verified")
    door._made.cache_clear()
    door.certificate.cache_clear()
    bundle.write_text(door.certificate())
    evidence = drill(clock, tmp_path, drill_id="drill-3", of=case.scope())
    assert "CERTIFICATE_VERIFY_FAILED" in found(evidence, "connect")["cause"]
    bundle.write_text("no certificate")
    evidence = drill(clock, tmp_path, drill_id="drill-4", of=case.scope())
    assert "cannot be read" in found(evidence, "connect")["cause"]


def test_nothing_is_asked_for_without_a_network_for_databases(clock: Clock, tmp_path: Path) -> None:
    """Not even looked at: what is restored would stand among production."""
    case = RdsByBackupCase(clock)
    assert case.isolation
    before = case.inventory()
    for number, isolation in enumerate((None, replace(case.isolation, db_subnet_group=None))):
        for of in (
            case.scope(),
            case.scope(resource_type="aurora"),
            case.scope(method="pitr", resource_arn=case.arn),
        ):
            evidence = drill(
                clock,
                tmp_path / f"{number} {of.method} {of.resource_type}",
                of=replace(of, isolation=isolation),
                as_session=OnlyWhoOneIs(),  # type: ignore[arg-type]
            )
            assert evidence["outcome"]["result"] == "could-not-verify"
            assert (
                "isolation" in evidence["outcome"]["reasons"][0]["text"]
                or "network for drills" in (evidence["outcome"]["reasons"][0]["text"])
            )
    assert case.inventory() == before


class OnlyWhoOneIs:
    """A session that answers who is calling, and nothing else."""

    def __init__(self) -> None:
        inner = session()
        self._inner, self.partition = inner, inner.partition
        self.unit, self.account_id, self.region = inner.unit, inner.account_id, inner.region

    def call(self, service: str, operation: str, **parameters: Any) -> dict[str, Any]:
        assert operation == "get_caller_identity"
        return self._inner.call(service, operation, **parameters)


def test_a_database_is_restored_as_it_was_then(clock: Clock, tmp_path: Path) -> None:
    """Point-in-time recovery, by the write-ahead log: one row that must be there, one that must not yet."""
    case = RdsToAMomentCase(clock)
    source = endpoint_of(case.session, "shop")
    psql(source, "INSERT INTO orders VALUES (1001, now(), 'before')")
    emulated_time.advance(600)
    moment = emulated_time.now()
    emulated_time.advance(600)
    psql(source, "INSERT INTO orders VALUES (1002, now(), 'after')")
    emulated_time.advance(3600)

    def row(number: int, *, present: bool) -> Assertion:
        query = f"SELECT id FROM orders WHERE id = {number}"  # noqa: S608
        where = Where(query=query, object_key=None)
        return asserted("present" if present else "absent", Existence(where=where, present=present))

    right = (row(1001, present=True), row(1002, present=False))
    wish = Wish(by=By.MOMENT, moment=moment)
    evidence = drill(clock, tmp_path, of=replace(case.scope(point=wish), assertions=right))
    assert evidence["outcome"]["reasons"] == []
    assert evidence["ladder"]["climbed"] == "right"
    assert evidence["source"]["created"] == moment.isoformat()
    # At the newest moment, the second row is there.
    evidence = drill(clock, tmp_path, drill_id="drill-2", of=replace(case.scope(), assertions=right))
    assert verdicts(evidence, "FAIL") == ["assertion-absent"]


def test_a_cluster_without_an_instance_is_not_verified(clock: Clock, tmp_path: Path) -> None:
    """Where the source has none any more, no class is known: the cluster is restored, and nobody can look."""
    case = AuroraByBackupCase(clock)
    case.session.call("rds", "delete_db_instance", DBInstanceIdentifier="shop-1", SkipFinalSnapshot=True)
    before = case.inventory()
    evidence = drill(clock, tmp_path, of=case.scope())
    assert verdicts(evidence, "UNKNOWN")[0] == "instance"
    assert evidence["outcome"]["result"] == "could-not-verify"
    assert case.inventory() == before


def test_an_instance_that_somebody_added_keeps_the_cluster(clock: Clock, tmp_path: Path) -> None:
    """The drill's own instance goes; the cluster stays with the other's, and is told of."""
    case = AuroraByBackupCase(clock)
    before = set(case.inventory())

    def add(point: str) -> None:
        if point == "before tear-down":
            case.session.call(
                "rds",
                "create_db_instance",
                DBInstanceIdentifier="mine",
                DBClusterIdentifier=RESTORED,
                DBInstanceClass="db.r6g.large",
                Engine="aurora-postgresql",
            )

    evidence = drill(clock, tmp_path, of=case.scope(), observe=add)
    assert evidence["outcome"]["result"] == "could-not-verify"
    assert "it holds " in evidence["outcome"]["reasons"][0]["text"]
    left = {name.rpartition(":")[2] for name in set(case.inventory()) - before}
    assert left == {"mine", RESTORED}
    broom = Broom(clock=clock, open_session=lambda *_: session(), limits=LIMITS)
    assert [item.fate for item in sweep(LocalStore(tmp_path), broom)] == [Fate.COULD_NOT_TELL]
    case.session.call("rds", "delete_db_instance", DBInstanceIdentifier="mine", SkipFinalSnapshot=True)
    assert [item.fate for item in sweep(LocalStore(tmp_path), broom)] == [Fate.REMOVED]
    assert set(case.inventory()) == before


@pytest.mark.parametrize("made", [RdsByBackupCase, RdsToAMomentCase])
def test_the_request_is_for_the_isolated_network_and_for_nothing_that_lasts(
    clock: Clock, made: type[DatabaseCase]
) -> None:
    """Whatever the source has: two zones, a public address, protection from deletion."""
    case = made(clock)
    of = case.scope()
    restorer = restorer_for(of)
    request = restorer.request(of, restorer.choose(session(), of), drill_id="drill-T1", tags={})
    said = {**request, **request.get("Metadata", {})}
    assert case.isolation
    assert said["DBSubnetGroupName"] == "drills"
    assert case.isolation.security_group_id in str(said["VpcSecurityGroupIds"])
    for key in ("MultiAZ", "PubliclyAccessible", "DeletionProtection"):
        assert str(said[key]).lower() == "false", key
    names = (said.get("DBInstanceIdentifier"), said.get("TargetDBInstanceIdentifier"))
    assert "tierkeep-drill-t1" in names
    assert "AvailabilityZone" not in said


def test_a_moment_needs_an_instance_with_automated_backups(clock: Clock, tmp_path: Path) -> None:
    """None named, none there, none of its own, none kept: each is told."""
    case = RdsToAMomentCase(clock)
    told = {
        None: "name it with --resource",
        case.arn.replace(":shop", ":other"): "has no DB instance",
    }
    for number, (arn, says) in enumerate(told.items()):
        of = case.scope(resource_arn=arn, resource_type="rds")
        evidence = drill(clock, tmp_path, drill_id=f"drill-{number}", of=of)
        assert says in evidence["outcome"]["reasons"][0]["text"]
    case.session.call(
        "rds",
        "modify_db_instance",
        DBInstanceIdentifier="shop",
        BackupRetentionPeriod=0,
        ApplyImmediately=True,
    )
    evidence = drill(clock, tmp_path, drill_id="drill-9", of=case.scope())
    assert evidence["outcome"]["result"] == "fail"
    assert "no automated backups" in evidence["outcome"]["reasons"][0]["text"]
