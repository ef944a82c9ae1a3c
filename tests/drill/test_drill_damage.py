"""Damage that AWS's own test, "restored", does not see: each drill fails with the reason, or says UNKNOWN.

The damage that fails stands in the package `damage`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from cases import (
    DynamoDbByBackupCase,
    DynamoDbToAMomentCase,
    EbsByBackupCase,
    make_table,
)
from damage.base import Damage
from damage.dynamodb import delete_items
from damage.ebs import DAMAGED
from damage.page import DAMAGES
from drill_world import LIMITS, build_world, drill, found, scope, session, verdicts

from emulator import clock as emulated_time
from emulator import faults
from emulator.ssm import outcomes
from scripts.disks import disk
from tierkeep.drill.choosing import By, Wish, parse_wish, pick, pick_moment
from tierkeep.drill.clock import Clock
from tierkeep.drill.errors import NothingToRestoreError, ScopeError
from tierkeep.drill.restorers.base import Point
from tierkeep.drill.restorers.registry import restorer_for
from tierkeep.drill.stages import STAGES


@pytest.fixture(autouse=True)
def _no_faults() -> Iterator[None]:
    yield
    faults.clear()
    outcomes.clear()


@pytest.mark.parametrize("damage", DAMAGES, ids=lambda each: f"{each.of}: {each.what}")
def test_damage_is_found(damage: Damage, clock: Clock, tmp_path: Path) -> None:
    """AWS restores it without a word, and the drill fails with the reason, by these checks alone; what was
    restored is gone afterwards."""
    evidence = damage.drill(clock, tmp_path)
    assert [phase["ended_by"] for phase in evidence["times"]["phases"]] == [None] * len(STAGES)
    assert evidence["outcome"]["result"] == damage.result, evidence["outcome"]["reasons"]
    failed = verdicts(evidence, "FAIL")
    assert tuple(failed) == damage.fails
    assert evidence["outcome"]["reasons"][0]["text"].startswith(f"check {failed[0]} failed")
    assert damage.says in str(found(evidence, failed[0])["actual"])
    assert evidence["ladder"]["climbed"] == damage.climbed
    assert evidence["teardown"]["confirmed"] is True


def test_a_missing_item_of_many_is_within_the_tolerance(clock: Clock, tmp_path: Path) -> None:
    """12 less 10 % is 11: one may be missing."""
    case = DynamoDbByBackupCase(clock)
    faults.add("corruption", resource=case.arn)
    assert drill(clock, tmp_path, of=case.scope())["outcome"]["result"] == "pass"


@pytest.mark.parametrize(
    ("files", "verdict", "says"),
    [
        ({0: b"no file system at all"}, "UNKNOWN", "neither a partition table nor a file system"),
        ({0: b"LUKS\xba\xbe"}, "UNKNOWN", "LUKS"),
        ({0: disk("gpt")}, "UNKNOWN", "GPT with partitions: 1 not recognised, 2 not recognised"),
        ({0: disk("gpt"), 2: disk("ext4")}, "PASS", "GPT with partitions: 1 ext4, 2 not recognised"),
        ({0: disk("mbr"), 2: disk("ntfs")}, "PASS", "MBR with partitions: 1 NTFS"),
        ({}, "UNKNOWN", "neither a partition table nor a file system"),
    ],
)
def test_what_a_volume_begins_with(
    clock: Clock, tmp_path: Path, files: dict[int, bytes], verdict: str, says: str
) -> None:
    """A file system passes, and what is none of those that are known is UNKNOWN."""
    build_world(clock, files=files, size=1).back_up(clock)
    evidence = drill(clock, tmp_path)
    check = found(evidence, "structure")
    assert check["verdict"] == verdict
    assert says in str(check["actual"] or check["cause"])
    if not files:
        assert verdicts(evidence, "UNKNOWN") == ["checksums", "same-data", "structure"]


def test_raw_volumes_have_no_structure_by_the_catalogs_word(clock: Clock, tmp_path: Path) -> None:
    """What is no file system is as it should be there; a damaged one is no less damaged."""
    build_world(clock, files={0: b"LUKS\xba\xbe"}, size=1).back_up(clock)
    raw = replace(scope(), raw_contents=True)
    assert drill(clock, tmp_path, of=raw)["outcome"]["result"] == "pass"
    emulated_time.advance(60)
    build_world(clock, files={0: bytes(DAMAGED)}, size=1, vault=False).back_up(clock)
    evidence = drill(clock, tmp_path, drill_id="drill-2", of=raw)
    assert verdicts(evidence, "FAIL") == ["structure"]


def test_a_snapshot_that_was_made_twice_is_removed_twice(clock: Clock, tmp_path: Path) -> None:
    """CreateSnapshot has no token: sent twice on its way, it makes two, and both are the drill's."""
    case = EbsByBackupCase(clock)
    before = case.inventory()

    class Twice:
        def __init__(self) -> None:
            inner = session()
            self._inner, self.partition, self.pages = inner, inner.partition, inner.pages
            self.unit, self.account_id, self.region = inner.unit, inner.account_id, inner.region

        def call(self, service: str, operation: str, **parameters: Any) -> dict[str, Any]:
            if operation == "create_snapshot":
                self._inner.call(service, operation, **parameters)
            return self._inner.call(service, operation, **parameters)

    evidence = drill(clock, tmp_path, of=case.scope(), as_session=Twice())  # type: ignore[arg-type]
    assert evidence["outcome"]["result"] == "pass"
    kinds = [thing["kind"] for thing in evidence["teardown"]["things"]]
    assert kinds == ["ec2:volume", "ec2:snapshot", "ec2:snapshot"]
    assert case.inventory() == before


def test_a_table_without_its_source_is_not_verified(clock: Clock, tmp_path: Path) -> None:
    """It is restored, and what it should hold nobody can say."""
    case = DynamoDbByBackupCase(clock)
    case.session.call("dynamodb", "delete_table", TableName="orders")
    evidence = drill(clock, tmp_path, of=case.scope())
    assert evidence["outcome"]["result"] == "could-not-verify"
    assert verdicts(evidence, "UNKNOWN") == ["key-schema", "items"]
    assert evidence["ladder"]["climbed"] == "restored"


def test_an_empty_table_shows_nothing(clock: Clock, tmp_path: Path) -> None:
    """Where there is no item, none can be read: UNKNOWN, and no pass."""
    case = DynamoDbByBackupCase(clock)
    delete_items(case, "orders")
    case.back_up(case.arn)
    evidence = drill(clock, tmp_path, of=case.scope())
    assert verdicts(evidence, "UNKNOWN") == ["keys"]


def test_reading_that_takes_too_long_is_unknown(clock: Clock, tmp_path: Path) -> None:
    """What looks inside has its time, and what it did not come to is UNKNOWN."""
    for number, case in enumerate((EbsByBackupCase(clock), DynamoDbByBackupCaseBeside(clock))):
        limits = replace(LIMITS, reading=0.0)
        evidence = drill(clock, tmp_path, drill_id=f"drill-{number}", of=case.scope(), limits=limits)
        assert evidence["outcome"]["result"] == "could-not-verify"
        assert evidence["teardown"]["confirmed"] is True
        assert any("in time" in check["cause"] for check in evidence["checks"] if check["cause"])


class DynamoDbByBackupCaseBeside(DynamoDbByBackupCase):
    """In the vault that is there already."""

    def build(self) -> str:
        arn = make_table(self.session)
        self.back_up(arn)
        return arn


def test_points_are_chosen_as_wished(clock: Clock, tmp_path: Path) -> None:
    """Newest, oldest, the last until a moment, or one at random that its seed brings back."""
    world = build_world(clock)
    for _ in range(4):
        world.back_up(clock)
        emulated_time.advance(3600)

    def chosen(wish: str) -> Point:
        of = scope(point=parse_wish(wish))
        return restorer_for(of).choose(session(), of).point

    newest, oldest = chosen("newest"), chosen("oldest")
    assert newest.created - oldest.created > timedelta(hours=3)
    assert chosen(newest.created.isoformat()) == newest
    assert chosen((oldest.created + timedelta(minutes=1)).isoformat()) == oldest
    assert chosen("random:7") == chosen("random:7")
    assert len({chosen(f"random:{seed}").arn for seed in range(12)}) > 1
    with pytest.raises(NothingToRestoreError, match="reaches back"):
        chosen("2001-01-01")
    evidence = drill(clock, tmp_path, of=scope(point=parse_wish("oldest")))
    assert evidence["source"]["point_arn"] == oldest.arn
    # The objective is about the newest there is, whichever was restored.
    assert evidence["times"]["objectives"][1]["actual_seconds"] < 2 * 3600


def test_a_random_wish_always_says_its_seed() -> None:
    """So that the evidence tells how to ask for the same again."""
    wish = parse_wish("random")
    assert parse_wish(str(wish)) == wish
    assert wish.seed is not None
    for nonsense in ("latest", "random:x", "random:-1", ""):
        with pytest.raises(ScopeError, match="which point"):
            parse_wish(nonsense)


def test_moments_lie_in_the_span() -> None:
    """Whatever is wished for, it can be restored, or nothing can."""
    newest = emulated_time.now()
    oldest = newest - timedelta(days=3)
    for seed in range(50):
        assert oldest <= pick_moment(oldest, newest, Wish(by=By.RANDOM, seed=seed)) <= newest
    assert pick_moment(oldest, newest, Wish()) == newest
    for moment in (oldest - timedelta(seconds=1), newest + timedelta(seconds=1)):
        with pytest.raises(NothingToRestoreError):
            pick_moment(oldest, newest, Wish(by=By.MOMENT, moment=moment))


def test_the_order_of_a_list_chooses_nothing() -> None:
    """AWS lists as it likes; the same wish takes the same point."""
    points = [
        Point(
            arn=f"arn-{number}",
            resource_arn="r",
            created=emulated_time.now() - timedelta(hours=number // 2),
            size_bytes=None,
            encrypted=True,
            key_arn=None,
        )
        for number in range(6)
    ]
    for wish in (Wish(), Wish(by=By.OLDEST), Wish(by=By.RANDOM, seed=3)):
        assert pick(points, wish) == pick(points[::-1], wish)


def test_a_table_is_restored_as_it_was_then(clock: Clock, tmp_path: Path) -> None:
    """--point with point-in-time recovery is that moment exactly, in the request and in the evidence."""
    case = DynamoDbToAMomentCase(clock)
    moment = emulated_time.now() - timedelta(minutes=20)
    evidence = drill(clock, tmp_path, of=case.scope(point=Wish(by=By.MOMENT, moment=moment)))
    assert evidence["outcome"]["result"] == "pass"
    assert evidence["source"]["created"] == moment.isoformat()
    [request] = [
        each["request"] for each in evidence["journal"] if each.get("action") == "make" and "request" in each
    ]
    assert request["RestoreDateTime"] == moment.isoformat()
    assert request["TargetTableName"] == "tierkeep-drill-under-test"
