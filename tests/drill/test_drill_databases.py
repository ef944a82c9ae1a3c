"""What drills of databases say, on a real PostgreSQL: what they do not know, do not ask for, and do not keep.

What they find damaged stands in `damage/rds.py`.
"""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import restored
from cases import AuroraByBackupCase, DatabaseCase, RdsByBackupCase, RdsToAMomentCase
from drill_databases import ALL_ROWS, PASSWORD, USER, canary, endpoint_of, psql, schema_of
from drill_world import LIMITS, LOGIN, RESTORED, asserting, drill, found, session, verdicts

from emulator import clock as emulated_time
from emulator.rds import door
from tierkeep.aws import UnitSession
from tierkeep.desired.assertions import (
    Assertion,
    Existence,
    Sql,
    Where,
)
from tierkeep.drill.choosing import By, Wish
from tierkeep.drill.clock import Clock
from tierkeep.drill.reading import postgresql
from tierkeep.drill.restorers.registry import restorer_for
from tierkeep.drill.stores import LocalStore
from tierkeep.drill.sweep import Broom, Fate, sweep


def test_what_is_right_passes_up_to_the_right_rung(clock: Clock, tmp_path: Path) -> None:
    """Rows as in the source, a value, the schema, and a canary, whose time is the true RPO."""
    case = RdsByBackupCase(clock)
    schema = schema_of(endpoint_of(case.session, "shop"))
    sql = Sql(query="SELECT count(*) FROM customers", equals=50, at_least=None, at_most=None)
    written = (emulated_time.now() - timedelta(minutes=5)).isoformat()
    touched = f"UPDATE orders SET placed = '{written}' WHERE id = 7"  # noqa: S608
    psql(endpoint_of(case.session, "shop"), touched)
    case.back_up(case.arn)
    of = replace(
        case.scope(),
        assertions=(ALL_ROWS, canary(10), schema, asserting("rds", "sql", sql)),
    )
    evidence = drill(clock, tmp_path, of=of)
    assert evidence["outcome"]["reasons"] == []
    assert evidence["ladder"]["climbed"] == "right"
    assert found(evidence, "assertion-rows")["actual"] == "orders 200 of 200, customers 50 of 50"
    assert evidence["teardown"]["confirmed"] is True


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
            restored.database(case, "tierkeep-drill-2").status = "available"

    evidence = drill(clock, tmp_path, drill_id="drill-2", of=case.scope(), observe=stop)
    assert verdicts(evidence, "UNKNOWN") == ["connect", "tables", "rows"]
    assert "where the isolated subnets can be reached" in found(evidence, "connect")["cause"]

    monkeypatch.setattr(postgresql, "STATEMENT_SECONDS", 0.2)
    slow = Sql(query="SELECT 1 FROM pg_sleep(5)", equals=1, at_least=None, at_most=None)
    of = replace(case.scope(), assertions=(asserting("rds", "slow", slow),))
    evidence = drill(clock, tmp_path, drill_id="drill-3", of=of)
    assert "57014" in found(evidence, "assertion-slow")["cause"]


def test_nothing_can_be_written(clock: Clock, tmp_path: Path) -> None:
    """Neither in what was restored nor in the source, whatever an assertion says."""
    case = RdsByBackupCase(clock)
    wrong = Sql(query="DELETE FROM orders RETURNING 1", equals=1, at_least=None, at_most=None)
    none = Existence(where=Where(query="SELECT 1 FROM orders LIMIT 20001", object_key=None), present=True)
    of = replace(
        case.scope(), assertions=(asserting("rds", "wrong", wrong), asserting("rds", "none", none), ALL_ROWS)
    )
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
        return asserting("rds", "present" if present else "absent", Existence(where=where, present=present))

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
