"""Buckets and file systems: what drills hold them to, and deletions of what holds something.

What they find damaged stands in `damage/s3.py` and `damage/efs.py`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import restored
from cases import (
    BUCKET,
    DynamoDbToAMomentCase,
    EfsByBackupCase,
    S3ByBackupCase,
    put_object,
)
from damage.s3 import delete_source
from drill_world import (
    LIMITS,
    RESTORE_ROLE,
    RESTORED,
    VAULT,
    asserting,
    at,
    desired_state,
    drill,
    found,
    scope,
    session,
    verdicts,
)
from hypothesis import given
from hypothesis import strategies as st
from moto.efs.models import efs_backends

from emulator import clock as emulated_time
from tierkeep.aws import UnitSession
from tierkeep.cli import exit_codes, main
from tierkeep.compiler import compile_catalog
from tierkeep.desired.assertions import Canary, Checksums, Existence, Where
from tierkeep.drill.checks import Rung
from tierkeep.drill.choosing import By, Wish
from tierkeep.drill.clock import Clock
from tierkeep.drill.errors import CannotVerifyError
from tierkeep.drill.reading.object_versions import Version, past
from tierkeep.drill.restorers.registry import restorer_for
from tierkeep.drill.stores import LocalStore
from tierkeep.drill.sweep import Broom, Fate, sweep


def test_a_bucket_without_its_source_is_not_verified(clock: Clock, tmp_path: Path) -> None:
    """It can be read, and nobody can say what it should hold."""
    case = S3ByBackupCase(clock)
    delete_source(case)
    evidence = drill(clock, tmp_path, of=case.scope())
    assert evidence["outcome"]["result"] == "could-not-verify"
    assert verdicts(evidence, "UNKNOWN") == ["objects", "sizes", "same-data", "object-keys"]
    assert found(evidence, "sample")["verdict"] == "PASS"
    assert "NoSuchBucket" in found(evidence, "objects")["cause"]


def test_what_was_written_after_the_backup_is_not_missed(clock: Clock, tmp_path: Path) -> None:
    """New, changed and deleted objects of the source since: the restore is held to what there was then."""
    case = S3ByBackupCase(clock)
    emulated_time.advance(1800)
    put_object(case.session, "orders/99", "after the backup")
    put_object(case.session, "orders/00", "order 0, changed after the backup")
    case.session.call("s3", "delete_object", Bucket=BUCKET, Key="orders/03")
    evidence = drill(clock, tmp_path, of=scope(resource_type="s3"))
    assert evidence["outcome"]["reasons"] == []
    assert found(evidence, "same-data")["actual"] == "7 of 7"


def test_a_stale_canary_tells_the_true_rpo(clock: Clock, tmp_path: Path) -> None:
    """The backup is young and the data in it is not: who loses hours must not be told that it is minutes."""
    case = S3ByBackupCase(clock)
    emulated_time.advance(7200)
    case.back_up(case.arn)
    evidence = drill(clock, tmp_path, of=case.scope())
    rpo, by_the_data = evidence["times"]["objectives"][1:]
    assert (rpo["name"], rpo["verdict"]) == ("RPO", "PASS")
    assert (by_the_data["name"], by_the_data["verdict"]) == ("RPO by the data", "FAIL")
    assert 7200 <= by_the_data["actual_seconds"] < 7300


def test_objects_are_asserted(clock: Clock, tmp_path: Path) -> None:
    """One that must be there, one that must not be there yet, one byte for byte; and the opposite."""
    case = S3ByBackupCase(clock)
    order = "73b4bb0ec5f02e7dc9c3d62ba6ba5f7ee6a9d3a7a3ac2ed51ae1c5f54ee9e4e0"

    def forms(first: str, later: str, digest: str) -> Any:
        there, absent = (Where(query=None, object_key=key) for key in (first, later))
        asserted = (
            asserting("s3", "first", Existence(where=there, present=True)),
            asserting("s3", "later", Existence(where=absent, present=False)),
            asserting("s3", "sealed", Checksums(objects=(("empty", digest),))),
        )
        return scope(desired_state(assertions=asserted), resource_type="s3")

    nothing = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    evidence = drill(clock, tmp_path, of=forms("orders/00", "orders/99", nothing))
    assert evidence["ladder"]["climbed"] == "right"
    wrong = drill(clock, tmp_path, drill_id="drill-2", of=forms("orders/99", "orders/00", order))
    assert wrong["outcome"]["result"] == "fail"
    assert verdicts(wrong, "FAIL") == ["assertion-first", "assertion-later", "assertion-sealed"]
    assert case.arn == evidence["source"]["resource_arn"]


def test_an_assertion_concerns_what_is_tagged_so(clock: Clock, tmp_path: Path) -> None:
    """Where the source has the tags it is held to it; where it has not, the evidence says so; where AWS knows
    no tags of the source, nobody knows."""
    S3ByBackupCase(clock)
    there = Existence(where=Where(query=None, object_key="canary"), present=True)

    def tagged(tags: tuple[tuple[str, str], ...]) -> Any:
        asserted = (asserting("s3", "there", there, only_tagged=tags),)
        return scope(desired_state(assertions=asserted), resource_type="s3")

    evidence = drill(clock, tmp_path, of=tagged((("tier", "databases"),)))
    assert evidence["ladder"]["climbed"] == "right"
    other = drill(clock, tmp_path, drill_id="drill-2", of=tagged((("stage", "live"),)))
    assert other["outcome"]["result"] == "pass"
    assert other["ladder"]["climbed"] == "readable"
    assert any("assertion there: only what is tagged stage=live" in text for text in other["not_checked"])
    session().call("s3", "delete_bucket_tagging", Bucket=BUCKET)
    gone = drill(clock, tmp_path, drill_id="drill-3", of=tagged((("stage", "live"),)))
    assert gone["outcome"]["result"] == "could-not-verify"
    assert verdicts(gone, "UNKNOWN") == ["assertion-there"]


@pytest.mark.parametrize(("requires", "outcome"), [("right", "pass"), ("readable", "could-not-verify")])
def test_a_script_shows_that_files_are_right(
    clock: Clock, tmp_path: Path, requires: str, outcome: str
) -> None:
    """Nothing else reads them: a drill requires *right* of them, which the script shows."""
    of = replace(EfsByBackupCase(clock).scope(), requires=Rung(requires))
    evidence = drill(clock, tmp_path, of=of)
    assert evidence["outcome"]["result"] == outcome
    assert evidence["ladder"]["climbed"] == "right"
    [readable] = [each for each in evidence["ladder"]["rungs"] if each["rung"] == "readable"]
    assert (readable["verdict"], readable["cause"]) == (
        "NOT LOOKED AT",
        "nothing is read but what is asserted",
    )


def test_queries_of_a_bucket_are_unknown(clock: Clock, tmp_path: Path) -> None:
    """A question that cannot be asked is no pass, even if the catalog gets one past the rules."""
    S3ByBackupCase(clock)
    rows = Existence(where=Where(query="select 1", object_key=None), present=True)
    stale = Canary(where=Where(query=None, object_key="orders/00"), at_most_old_minutes=30)
    asserted = (asserting("s3", "rows", rows), asserting("s3", "time", stale))
    evidence = drill(clock, tmp_path, of=scope(desired_state(assertions=asserted), resource_type="s3"))
    assert verdicts(evidence, "UNKNOWN") == ["assertion-rows", "assertion-time"]
    assert "asks no queries of S3 buckets" in found(evidence, "assertion-rows")["cause"]
    assert "is no time" in found(evidence, "assertion-time")["cause"]
    assert len(evidence["times"]["objectives"]) == 2


class Emptying:
    """A session that does something once the first batch of a bucket is deleted."""

    def __init__(self, then: Any) -> None:
        here = session()
        self._here, self._then, self.partition, self.pages = here, then, here.partition, here.pages
        self.unit, self.account_id, self.region = here.unit, here.account_id, here.region

    def call(self, service: str, operation: str, **parameters: Any) -> dict[str, Any]:
        answer = self._here.call(service, operation, **parameters)
        if operation == "delete_objects" and self._then is not None:
            then, self._then = self._then, None
            then()
        return answer


def _fill(count: int) -> None:
    for number in range(count):
        session().call("s3", "put_object", Bucket=RESTORED, Key=f"more/{number:04}", Body=b"")


def test_emptying_stops_where_the_tag_is_taken_off(clock: Clock, tmp_path: Path) -> None:
    """Who takes a bucket over while it is emptied keeps what is left in it."""
    case = S3ByBackupCase(clock)

    def keep() -> None:
        session().call("s3", "delete_bucket_tagging", Bucket=RESTORED)

    evidence = drill(
        clock,
        tmp_path,
        of=case.scope(),
        as_session=Emptying(keep),  # type: ignore[arg-type]
        observe=at("tear-down", lambda: _fill(1100)),
    )
    assert evidence["outcome"]["result"] == "could-not-verify"
    assert "somebody removed it" in evidence["outcome"]["reasons"][0]["text"]
    assert len(list(restored.bucket(case).keys)) == 107


def test_emptying_is_bounded_and_goes_on_where_it_was(clock: Clock, tmp_path: Path) -> None:
    """What does not fit into the time is left to the sweep, which needs no second look at what is gone."""
    case = S3ByBackupCase(clock)
    before = case.inventory()
    told: list[str] = []
    evidence = drill(
        clock,
        tmp_path,
        of=case.scope(),
        limits=replace(LIMITS, clearing=0.0),
        observe=at("tear-down", lambda: _fill(1100)),
        say=told.append,
    )
    assert evidence["outcome"]["result"] == "could-not-verify"
    assert f"emptying bucket {RESTORED}: 1000 versions deleted" in told
    broom = Broom(clock=clock, open_session=lambda *_: session(), limits=LIMITS)
    [swept] = sweep(LocalStore(tmp_path), broom)
    assert swept.fate is Fate.REMOVED
    assert case.inventory() == before


@pytest.mark.parametrize("what", ["policy", "replication"])
def test_a_bucket_that_somebody_uses_is_kept(clock: Clock, tmp_path: Path, what: str) -> None:
    """Somebody set something up on it: not the drill's alone any more."""
    case = S3ByBackupCase(clock)

    def use() -> None:
        here = session()
        if what == "policy":
            policy = {"Version": "2012-10-17", "Statement": []}
            here.call("s3", "put_bucket_policy", Bucket=RESTORED, Policy=json.dumps(policy))
            return
        rule = {"ID": "a", "Status": "Enabled", "Prefix": "", "Destination": {"Bucket": case.arn}}
        replication = {"Role": RESTORE_ROLE, "Rules": [rule]}
        here.call("s3", "put_bucket_replication", Bucket=RESTORED, ReplicationConfiguration=replication)

    evidence = drill(clock, tmp_path, of=case.scope(), observe=at("tear-down", use))
    assert evidence["outcome"]["result"] == "could-not-verify"
    assert restored.bucket(case) is not None


def test_a_file_system_that_somebody_mounts_is_kept(clock: Clock, tmp_path: Path) -> None:
    """A mount target is somebody's use."""
    case = EfsByBackupCase(clock)
    here = session()

    def mount() -> None:
        subnet = here.call("ec2", "describe_subnets")["Subnets"][0]["SubnetId"]
        systems = here.call("efs", "describe_file_systems")["FileSystems"]
        [restored] = [each["FileSystemId"] for each in systems if each["FileSystemArn"] != case.arn]
        here.call("efs", "create_mount_target", FileSystemId=restored, SubnetId=subnet)

    evidence = drill(clock, tmp_path, of=case.scope(), observe=at("tear-down", mount))
    assert evidence["outcome"]["result"] == "could-not-verify"
    assert "1 mount targets" in evidence["outcome"]["reasons"][0]["text"]


def _shrink(case: EfsByBackupCase) -> None:
    here = session()
    systems: Any = efs_backends[here.account_id][here.region].file_systems_by_id
    for each in systems.values():
        each._size_value = 6144 if each.file_system_arn != case.arn else 10**9


def test_a_file_system_is_unknown_without_a_script(clock: Clock, tmp_path: Path) -> None:
    """Nothing has read it: that is said, whatever AWS says of the restore; and so is what is not metered."""
    case = EfsByBackupCase(clock)
    _shrink(case)
    case.back_up(case.arn)
    evidence = drill(
        clock, tmp_path, of=scope(resource_type="efs"), observe=at("check", lambda: _shrink(case))
    )
    assert evidence["outcome"]["result"] == "could-not-verify"
    assert verdicts(evidence, "UNKNOWN") == ["size", "files"]
    assert "mounting" in found(evidence, "files")["cause"]
    assert "hours" in found(evidence, "size")["cause"]
    assert evidence["ladder"]["climbed"] is None


def test_continuous_backups_of_buckets_are_told(clock: Clock) -> None:
    """How far one reaches AWS does not say: that is not passed over in silence."""
    of = scope(resource_type="s3")
    here = session()

    class Continuous:
        def pages(self, *_: Any, **__: Any) -> Iterator[dict[str, Any]]:
            arn = "arn:aws:backup:ap-south-1:1:recovery-point:continuous:orders-1"
            yield {"RecoveryPointArn": arn, "Status": "COMPLETED", "ResourceArn": "arn:aws:s3:::orders"}

    here.call("backup", "create_backup_vault", BackupVaultName=VAULT)
    only: UnitSession = Continuous()  # type: ignore[assignment]
    with pytest.raises(CannotVerifyError, match="continuous backups of any S3 bucket only"):
        restorer_for(of).choose(only, of)


def test_a_moment_has_what_was_there_and_not_what_came_later(clock: Clock, tmp_path: Path) -> None:
    """Of a recovery to a moment: the item from before it is there, the one from after it is not yet; and the
    other way round, both fail. What is no query of the restored table is not asked."""
    case = DynamoDbToAMomentCase(clock)
    moment = emulated_time.now() - timedelta(minutes=20)
    late = {"customer": {"S": "late"}, "number": {"N": "1"}}
    case.session.call("dynamodb", "put_item", TableName="orders", Item=late)
    emulated_time.advance(900)

    def row(customer: str) -> Where:
        # moto finds no items by numbers.
        return Where(query=f"select number from {{table}} where customer = '{customer}'", object_key=None)  # noqa: S608

    def asserted(before: str, after: str) -> Any:
        both = (
            asserting("dynamodb", "before", Existence(where=row(before), present=True)),
            asserting("dynamodb", "after", Existence(where=row(after), present=False)),
        )
        state = desired_state(assertions=both)
        return scope(state, method="pitr", resource_arn=case.arn, point=Wish(by=By.MOMENT, moment=moment))

    evidence = drill(clock, tmp_path, of=asserted("customer 0", "late"))
    assert evidence["ladder"]["climbed"] == "right"
    wrong = drill(clock, tmp_path, drill_id="drill-2", of=asserted("late", "customer 0"))
    assert verdicts(wrong, "FAIL") == ["assertion-before", "assertion-after"]
    source = Existence(where=Where(query="delete from orders", object_key=None), present=True)
    state = desired_state(assertions=(asserting("dynamodb", "harm", source),))
    harmless = drill(
        clock, tmp_path, drill_id="drill-3", of=scope(state, resource_arn=case.arn, method="pitr")
    )
    assert verdicts(harmless, "UNKNOWN") == ["assertion-harm"]


INSTANTS = st.integers(min_value=0, max_value=20)


@given(
    st.lists(st.tuples(INSTANTS, st.booleans()), min_size=1, max_size=6),
    INSTANTS,
    st.integers(min_value=0, max_value=5),
)
def test_what_an_object_was_is_among_what_is_taken_for_possible(
    history: list[tuple[int, bool]], began: int, took: int
) -> None:
    """Whichever instant of the backup counts, the version of that instant is accepted, or its absence."""
    start = emulated_time.now()
    history = sorted(history, key=lambda entry: entry[0])
    versions = [
        Version(
            key="k",
            version_id=str(number),
            modified=start.fromtimestamp(second, tz=start.tzinfo),
            size=None if deleted else number,
            latest=number == len(history) - 1,
        )
        for number, (second, deleted) in enumerate(history)
    ]
    instant = [start.fromtimestamp(second, tz=start.tzinfo) for second in (began, began + took)]
    was = past(versions[::-1], began=instant[0], ended=instant[1])
    for second in range(began, began + took + 1):
        then = [each for each in versions if each.modified.timestamp() <= second]
        if then and then[-1].size is not None:
            assert then[-1] in was.versions
        else:
            assert was.may_be_absent


CATALOG = """\
version: 1
name: school
tiers:
  files:
    description: Homes
    protects: { efs: {} }
    encryption: customer-managed
    schedules:
      daily: { every: 1d, keep: 7d }
  others:
    description: Other homes
    protects: { efs: {} }
    encryption: customer-managed
    schedules:
      daily: { every: 1d, keep: 7d }
accounts:
  main: { id: "123456789012", regions: [ap-south-1], tiers: [files, others] }
assertions:
  mounted: { type: efs, tiers: [files], script: { path: checks/look } }
  elsewhere: { type: efs, tiers: [others], script: { path: checks/look } }
"""


def test_a_script_lies_beside_the_catalog(
    clock: Clock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Wherever the command is called: from the catalog's file to what the script printed in the evidence."""
    case = EfsByBackupCase(clock)
    folder = tmp_path / "catalogs"
    (folder / "checks").mkdir(parents=True)
    (folder / "catalog.yaml").write_text(CATALOG)
    script = folder / "checks" / "look"
    script.write_text('#!/bin/sh\necho "looked at $TIERKEEP_DRILL_ARN"\nexit 1\n')
    script.chmod(0o755)
    unit = compile_catalog(folder / "catalog.yaml").state.units[0]
    vault = next(each.name for each in unit.vaults if each.tier == "files")
    key = session().call("kms", "create_key")["KeyMetadata"]["Arn"]
    session().call("backup", "create_backup_vault", BackupVaultName=vault, EncryptionKeyArn=key)
    case.back_up(case.arn, vault)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("tierkeep.drill.clock.SystemClock", lambda: clock)
    asked = ["drill", "run", "--catalog", "catalogs/catalog.yaml", "--tier", "files", "--format", "json"]
    assert main.main(asked) == exit_codes.DRILL_FAILED
    evidence = json.loads(capsys.readouterr().out)
    assert verdicts(evidence, "FAIL") == ["assertion-mounted"]
    assert found(evidence, "assertion-mounted")["output"] == f"looked at {evidence['target']['arn']}\n"
    [page] = (tmp_path / "evidence").glob("*.html")
    assert f"looked at {evidence['target']['arn']}" in page.read_text()
