"""What reads as a pass must have been looked at, and what AWS does of itself must read as one."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from healthy_world import World

from tests.catalogs import SHIPPED
from tierkeep.compiler import compile_catalog
from tierkeep.desired.model import Age, ResourceType, ShareRule, TimeUnit, UnitId
from tierkeep.drill.evidence import drill_tags
from tierkeep.validate.filters import tier_of
from tierkeep.validate.findings import Finding, Identity, Unknown
from tierkeep.validate.stored.records import (
    GONE,
    Incomplete,
    Job,
    JobKind,
    Key,
    Record,
    RecoveryPoint,
    Resource,
    Snapshot,
    Whole,
)
from tierkeep.validate.unread import Unread

AT = datetime(2027, 3, 9, 7, 30, tzinfo=UTC)
SINCE = date(2027, 3, 1)
STATE = compile_catalog(SHIPPED).state
DENIED = Unread(service="efs", operation="list", code="AccessDenied", message="not allowed")
UNIT = next(unit for unit in STATE.units if unit.id == UnitId(account="production", region="ap-south-1"))
NOTHING = replace(UNIT, protections=(), plans=(), snapshot_policies=(), restore_testing=())
"""The same account and Region if no tier protected anything there."""


def world() -> World:
    return World(STATE, UNIT, SINCE, jitter=False)


def refused(stream: str, records: list[Record]) -> list[Record]:
    """Without what is of a type, since its listing was refused."""
    kind = ResourceType(stream.partition("/")[2])
    return [
        Incomplete(stream=stream, cause=DENIED) if isinstance(each, Whole) and each.stream == stream else each
        for each in records
        if not (isinstance(each, Resource) and each.type is kind)
    ]


def told(outcomes: list[Finding | Unknown]) -> set[tuple[type, str]]:
    return {(type(each), each.check) for each in outcomes}


@pytest.mark.parametrize("kind", list(ResourceType))
def test_a_type_that_no_tier_protects_here_is_listed_all_the_same(kind: ResourceType) -> None:
    """One of it may name a tier: where its listing was refused, nobody knows, and nothing else changes."""
    there = World(STATE, NOTHING, SINCE, jitter=False)
    assert there.outcomes(AT) == []
    outcomes = there.outcomes(AT, refused(f"resources/{kind}", there.records(AT)))
    assert told(outcomes) == {(Unknown, "protection.unprotected")}
    assert {each.cause for each in outcomes if isinstance(each, Unknown)} == {DENIED}


def test_whose_a_snapshot_is_is_unknown_where_volumes_were_not_listed() -> None:
    """It may be an orphan, or one of a volume that nobody saw."""
    there = World(STATE, NOTHING, SINCE, jitter=False)
    stray = Snapshot(
        id="snap-0fff",
        arn="arn:aws:ec2:ap-south-1::snapshot/snap-0fff",
        volume_id="vol-0fff",
        started_at=AT - timedelta(days=400),
        state="completed",
        tags={},
        encrypted=True,
        key_arn=None,
        archived=False,
        volume_bytes=2**30,
        public=False,
        shared_with=(),
    )
    records = [*there.records(AT), stray]
    assert told(there.outcomes(AT, records)) == {(Finding, "cost.orphan")}
    outcomes = there.outcomes(AT, refused("resources/ebs", records))
    assert told(outcomes) == {(Unknown, "cost.orphan"), (Unknown, "protection.unprotected")}


def continuous(records: list[Record]) -> RecoveryPoint:
    return next(each for each in records if isinstance(each, RecoveryPoint) and each.continuous)


def test_a_continuous_backup_that_another_took_the_place_of_may_have_stopped() -> None:
    """As when its rule's retention changes; AWS keeps it to its end. Without another, it is a fault."""
    there = world()
    records = there.records(AT)
    current = continuous(records)
    former = replace(current, arn=f"{current.arn}-former", status="STOPPED")
    assert there.outcomes(AT, [*records, former]) == []
    without = [former if each is current else each for each in records]
    assert told(there.outcomes(AT, without)) == {
        (Finding, "integrity.status"),
        (Finding, "freshness.point-in-time"),
    }


def test_a_continuous_backup_stops_with_its_resource() -> None:
    """Whether it is gone, only a whole listing says."""
    there = world()
    gone = replace(
        continuous(there.records(AT)),
        arn="arn:aws:backup:ap-south-1:111111111111:recovery-point:continuous:gone",
        resource_arn="arn:aws:rds:ap-south-1:111111111111:db:gone",
        status="STOPPED",
        created_at=AT - timedelta(days=8),
    )
    records = [*there.records(AT), gone]
    assert "integrity.status" not in {each.check for each in there.outcomes(AT, records)}
    outcomes = there.outcomes(AT, refused("resources/rds", records))
    assert (Unknown, "integrity.status") in told(outcomes)


def test_a_copy_need_not_say_where_it_comes_from() -> None:
    """Of copies within an account AWS may leave it out; a copy of another vault's is none of the rule's."""
    there = world()
    copies = [each for each in there.records(AT) if isinstance(each, RecoveryPoint) and each.source_vault_arn]
    assert copies

    def outcomes(source: str | None) -> list[Finding | Unknown]:
        changed = [
            replace(each, source_vault_arn=source)
            if isinstance(each, RecoveryPoint) and each.source_vault_arn
            else each
            for each in there.records(AT)
        ]
        return there.outcomes(AT, changed)

    assert outcomes(None) == []
    assert (Finding, "retention.missing") in told(outcomes("arn:aws:backup:ap-south-1:111111111111:other"))


@pytest.mark.parametrize("state", ["Disabled", "PendingDeletion", GONE])
def test_a_key_of_the_resource_s_maker_counts_as_the_catalog_s_own_do(state: str) -> None:
    """Backups of volumes and databases have the key of what they are of: once for all of them."""
    there = world()
    records = there.records(AT)
    assert [each for each in records if isinstance(each, Key)]
    changed = [replace(each, state=state) if isinstance(each, Key) else each for each in records]
    (finding,) = there.outcomes(AT, changed)
    assert isinstance(finding, Finding)
    assert (finding.check, finding.resource.name) == ("security.key-state", "key/of-data")
    assert state in str(finding.actual)


def test_a_key_whose_state_nobody_knows_is_unknown() -> None:
    """Whether it was refused or never asked for; and where the catalog's own could not be read."""
    there = world()
    records = there.records(AT)
    refusals = [replace(each, state=DENIED) if isinstance(each, Key) else each for each in records]
    unasked = [each for each in records if not isinstance(each, Key)]
    for changed in (refusals, unasked):
        assert told(there.outcomes(AT, changed)) == {(Unknown, "security.key-state")}
    outcomes = there.outcomes(AT, observed=replace(there.observed, keys=DENIED))
    assert (Unknown, "security.key-state") in told(outcomes)


def identities(outcomes: list[Finding | Unknown]) -> list[Identity]:
    return sorted(each.identity for each in outcomes)


def test_two_resources_of_one_name_are_told_apart() -> None:
    """Else a baseline that knows the one would hide the other: names of instances and volumes repeat."""
    there = world()
    first, second = (
        Resource(
            arn=f"arn:aws:ec2:ap-south-1:111111111111:volume/vol-0{number}",
            type=ResourceType.EBS,
            name="data",
            tags={"backup-tier": "database", "Name": "data"},
            created_at=AT,
            size_bytes=2**30,
            encrypted=True,
            key_arn=None,
        )
        for number in range(2)
    )
    outcomes = there.outcomes(AT, [first, second, *there.records(AT)])
    assert len(outcomes) == len(set(identities(outcomes))) == 2
    assert [each.resource and each.resource.name for each in outcomes] == ["data (vol-00)", "data (vol-01)"]


def changed(records: list[Record], kind: type, which: Any, **changes: Any) -> list[Record]:
    return [replace(each, **changes) if isinstance(each, kind) and which(each) else each for each in records]


def test_a_fault_of_points_has_a_name_for_each_rule_and_place() -> None:
    """A baseline that knows it of one rule in one vault does not know it of another."""
    there = world()
    records = changed(
        there.records(AT),
        RecoveryPoint,
        lambda each: each.resource_type == "EFS" and each.delete_after_days,
        delete_after_days=1,
    )
    outcomes = [each for each in there.outcomes(AT, records) if each.check == "retention.too-short"]
    assert len(outcomes) > 3
    assert len(outcomes) == len(set(identities(outcomes)))


@pytest.mark.parametrize("change", [{"encrypted": False}, {"state": "error"}, {"archived": True}])
def test_a_fault_of_snapshots_keeps_its_name_when_the_first_of_them_is_gone(change: dict[str, Any]) -> None:
    """They expire one by one, and a baseline knows the fault all the same."""
    there = world()
    records = changed(there.records(AT), Snapshot, lambda each: each.tags, **change)
    before = there.outcomes(AT, records)
    first = next(each for each in records if isinstance(each, Snapshot) and each.tags)
    after = there.outcomes(AT, [each for each in records if each is not first])
    wanted = {each.check for each in before}
    assert wanted
    assert set(identities(before)) == set(identities([each for each in after if each.check in wanted]))


def test_what_a_tier_asks_for_points_into_it() -> None:
    """By that --tier leaves out what is another's, waivers cover by `at`, and code scanning shows a line."""
    there = world()
    astray = Resource(
        arn="arn:aws:ec2:ap-south-1:111111111111:volume/vol-0fff",
        type=ResourceType.EBS,
        name="astray",
        tags={"backup-tier": "database"},
        created_at=AT,
        size_bytes=2**30,
        encrypted=True,
        key_arn=None,
    )
    failed = changed(there.records(AT), Job, lambda each: each.kind is JobKind.BACKUP, state="FAILED")
    loose = changed(failed, Resource, lambda each: each.type is ResourceType.EBS, in_use=False)
    outcomes = there.outcomes(AT, [astray, *loose])
    for check in ("protection.unprotected", "integrity.backup-job", "cost.unattached"):
        origins = {tier_of(each.origin) for each in outcomes if each.check == check}
        assert origins
        assert None not in origins
    assert {each.origin for each in outcomes if each.check == "protection.unprotected"} == {"tiers.database"}


def test_a_snapshot_that_is_shared_for_longer_than_its_schedule_says_is_found() -> None:
    """Data Lifecycle Manager ends it; while it should be shared, and for a day after, nothing is wrong."""
    other = "222222222222"
    share = ShareRule(account_ids=(other,), unshare_after=Age(interval=2, unit=TimeUnit.DAYS), origin=())
    policies = [
        replace(policy, schedules=tuple(replace(each, share=share) for each in policy.schedules))
        for policy in UNIT.snapshot_policies
    ]
    there = World(STATE, replace(UNIT, snapshot_policies=tuple(policies)), SINCE, jitter=False)
    assert there.outcomes(AT) == []
    records = there.records(AT)

    def shared_if(age: timedelta) -> list[Record]:
        return changed(
            records,
            Snapshot,
            lambda each: each.shared_with is not None and AT - each.started_at < age,
            shared_with=(other,),
        )

    assert there.outcomes(AT, shared_if(timedelta(days=3))) == []
    assert told(there.outcomes(AT, shared_if(timedelta(days=9)))) == {(Finding, "security.shared")}


@pytest.mark.parametrize(
    ("expires", "wanted"),
    [
        (AT + timedelta(hours=3), set[tuple[type, str]]()),
        (AT - timedelta(hours=3), {(Finding, "protection.unclaimed")}),
        (None, {(Finding, "protection.unclaimed")}),
    ],
)
def test_what_a_drill_made_needs_no_tier_while_the_drill_lasts(
    expires: datetime | None, wanted: set[tuple[type, str]]
) -> None:
    """After that it is left over, and somebody has to hear of it."""
    tags = drill_tags(drill_id="drill-1", expires=expires or AT, catalog="campus")
    if expires is None:
        tags["tierkeep:expires"] = "somewhen"
    there = world()
    restored = Resource(
        arn="arn:aws:ec2:ap-south-1:111111111111:volume/vol-0fff",
        type=ResourceType.EBS,
        name="restored",
        tags=tags,
        created_at=AT - timedelta(hours=4),
        size_bytes=2**30,
        encrypted=True,
        key_arn=None,
        in_use=False,
    )
    assert told(there.outcomes(AT, [restored, *there.records(AT)])) == wanted
