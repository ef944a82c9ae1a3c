"""Each check of the stored state, with plain values: what makes it fail, and that nothing else does.

That all of them pass where all is as it should be, `test_stored_healthy` says.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from healthy_backups import LARGE
from healthy_world import World, observed

from tests.catalogs import SHIPPED
from tests.promises.tiers import state_of
from tierkeep.compiler import compile_catalog
from tierkeep.desired.model import ResourceType, Retired, UnitId
from tierkeep.validate.checks import STORED_CHECKS
from tierkeep.validate.findings import Finding, Unknown
from tierkeep.validate.forms import PlanForm, SelectionForm
from tierkeep.validate.stored.judge import CHECKS
from tierkeep.validate.stored.judging import restores_since
from tierkeep.validate.stored.records import (
    FastRestore,
    Image,
    Incomplete,
    Job,
    JobKind,
    Key,
    PlanVersion,
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
DENIED = Unread(service="backup", operation="list", code="AccessDenied", message="not allowed")
UNIT = next(unit for unit in STATE.units if unit.id == UnitId(account="production", region="ap-south-1"))
BUCKETS = state_of(
    {
        "protects": {"s3": {}, "ebs": {}, "dynamodb": {"point_in_time_recovery": "native"}},
        "schedules": {"daily": {"every": "1d", "keep": "30d"}},
        "point_in_time_recovery": {"granularity": "5m", "keep": "30d"},
        "copy_to": {"eu-west-1": {}},
        "air_gapped": {
            "copy_to": {"us-east-2": {"keep": "30d"}},
            "min_keep": "7d",
            "max_keep": "12mo",
            "acknowledge": "nobody-can-delete-or-shorten",
        },
    }
)

Change = Callable[[list[Record]], list[Record]]


def world(state: Any = STATE) -> World:
    unit = UNIT if state is STATE else next(each for each in state.units if each.protections)
    return World(state, unit, SINCE, jitter=False)


def swap(match: Callable[[Any], bool], last: bool = False, every: bool = False, **changes: Any) -> Change:
    """One of the records that match, the first or the last, or every one, with fields changed."""

    def change(records: list[Record]) -> list[Record]:
        found = [index for index, each in enumerate(records) if match(each)]
        assert found
        chosen = set(found if every else found[-1:] if last else found[:1])
        return [replace(each, **changes) if index in chosen else each for index, each in enumerate(records)]

    return change


def drop(match: Callable[[Any], bool], last: bool = False, every: bool = False) -> Change:
    def change(records: list[Record]) -> list[Record]:
        found = [index for index, each in enumerate(records) if match(each)]
        assert found
        chosen = set(found if every else found[-1:] if last else found[:1])
        return [each for index, each in enumerate(records) if index not in chosen]

    return change


def add(record: Record) -> Change:
    """One more, where its kind comes: resources before all else."""
    return lambda records: [record, *records] if isinstance(record, Resource) else [*records, record]


def both(*changes: Change) -> Change:
    def change(records: list[Record]) -> list[Record]:
        for each in changes:
            records = each(records)
        return records

    return change


def resource(kind: ResourceType) -> Callable[[Any], bool]:
    return lambda each: isinstance(each, Resource) and each.type is kind and each.parent_arn is None


def point(kind: str, rule: str, copy: bool = False) -> Callable[[Any], bool]:
    return lambda each: (
        isinstance(each, RecoveryPoint)
        and (each.resource_type, each.rule) == (kind, rule)
        and (each.source_vault_arn is not None) is copy
    )


def snapshot(schedule: str, tier: str = "critical", copy: bool = False) -> Callable[[Any], bool]:
    return lambda each: (
        isinstance(each, Snapshot)
        and each.tags.get("aws:dlm:lifecycle-schedule-name") == schedule
        and each.tags.get("tierkeep:tier") == tier
        and (each.volume_id == "vol-ffffffff") is copy
    )


def job(kind: JobKind, of: str = "EFS") -> Callable[[Any], bool]:
    return lambda each: isinstance(each, Job) and each.kind is kind and each.resource_type == of


def latest(kind: JobKind) -> Callable[[Any], bool]:
    return lambda each: job(kind)(each) and each.created_at > AT - timedelta(hours=4)


EBS = Resource(
    arn="arn:aws:ec2:ap-south-1:111111111111:volume/vol-0fff",
    type=ResourceType.EBS,
    name="another",
    tags={},
    created_at=AT - timedelta(minutes=30),
    size_bytes=LARGE,
    encrypted=True,
    key_arn=None,
)
RDS = replace(
    EBS, arn="arn:aws:rds:ap-south-1:111111111111:db:another", type=ResourceType.RDS, size_bytes=None
)
RESTORED = replace(
    EBS,
    arn="arn:aws:ec2:ap-south-1:111111111111:instance/i-0fff",
    type=ResourceType.EC2,
    tags={"awsbackup-restore-test": "some job"},
    encrypted=None,
)
STRANGE = Snapshot(
    id="snap-0fff",
    arn="arn:aws:ec2:ap-south-1::snapshot/snap-0fff",
    volume_id="vol-0gone",
    started_at=AT - timedelta(days=400),
    state="completed",
    tags={},
    encrypted=True,
    key_arn=None,
    archived=False,
    volume_bytes=LARGE,
    public=False,
    shared_with=None,
)
IMAGE = Image(
    id="ami-0fff",
    arn="arn:aws:ec2:ap-south-1::image/ami-0fff",
    name="somebody's",
    created_at=AT,
    state="available",
    tags={},
    snapshot_ids=("snap-0fff",),
    public=False,
    deprecated_at=None,
)
OTHER_KEY = Key(arn="arn:other", state="Enabled")
ANY_EFS = point("EFS", "four-hourly")

FAILING: list[Any] = [
    pytest.param(
        "protection.unprotected", add(replace(EBS, tags={"backup-tier": "database"})), id="wrong type"
    ),
    pytest.param("protection.unclaimed", add(EBS), id="no tag"),
    pytest.param(
        "protection.near-miss", add(replace(EBS, tags={"Backup-Tier": "critical"})), id="case of the key"
    ),
    pytest.param(
        "protection.near-miss", add(replace(EBS, tags={"backup-tier": "Critical"})), id="case of the tier"
    ),
    pytest.param(
        "protection.twice",
        swap(
            lambda each: isinstance(each, Resource) and each.parent_arn is not None,
            tags={"backup-tier": "critical"},
            created_at=AT - timedelta(minutes=30),
        ),
        id="a volume with its instance",
    ),
    pytest.param("protection.gone", drop(resource(ResourceType.EFS)), id="deleted"),
    pytest.param(
        "freshness.home",
        drop(
            lambda each: ANY_EFS(each) or point("EFS", "daily")(each) or point("EFS", "weekly")(each),
            every=True,
        ),
        id="none",
    ),
    pytest.param(
        "freshness.copy",
        drop(
            lambda each: (
                isinstance(each, RecoveryPoint)
                and each.source_vault_arn is not None
                and each.created_at > AT - timedelta(hours=20)
            ),
            every=True,
        ),
        id="no copies since yesterday",
    ),
    pytest.param(
        "freshness.copy",
        drop(
            lambda each: (
                isinstance(each, Snapshot)
                and each.volume_id == "vol-ffffffff"
                and each.tags["tierkeep:tier"] == "critical"
                and each.started_at > AT - timedelta(hours=30)
            ),
            every=True,
        ),
        id="no copied snapshots either",
    ),
    pytest.param("freshness.point-in-time", drop(point("RDS", "continuous")), id="no continuous backup"),
    pytest.param(
        "freshness.point-in-time",
        swap(resource(ResourceType.RDS), restorable_to=AT - timedelta(hours=2)),
        id="behind",
    ),
    pytest.param(
        "freshness.point-in-time",
        swap(resource(ResourceType.AURORA), restorable_from=AT - timedelta(days=1)),
        id="not far back",
    ),
    pytest.param("retention.missing", drop(point("EFS", "weekly", copy=True)), id="a copy"),
    pytest.param("retention.missing", drop(snapshot("four-hourly"), last=True), id="a snapshot"),
    pytest.param("retention.missing", drop(snapshot("daily", copy=True)), id="a copied snapshot"),
    pytest.param(
        "retention.missing",
        both(
            drop(point("EFS", "daily"), last=True),
            drop(lambda each: job(JobKind.BACKUP)(each) and each.rule == "daily", last=True),
        ),
        id="neither job nor point",
    ),
    pytest.param("retention.deleted-early", drop(point("EFS", "daily")), id="a job's point"),
    pytest.param("retention.too-short", swap(ANY_EFS, delete_after_days=6), id="days"),
    pytest.param(
        "retention.too-short", swap(ANY_EFS, last=True, delete_at=AT + timedelta(hours=1)), id="moment"
    ),
    pytest.param("retention.too-long", swap(ANY_EFS, delete_after_days=8), id="days"),
    pytest.param(
        "retention.never-expires", swap(ANY_EFS, delete_after_days=None, delete_at=None), id="of a rule"
    ),
    pytest.param(
        "retention.never-expires",
        both(
            lambda records: [
                *records,
                replace(
                    next(each for each in records if ANY_EFS(each)),
                    plan=None,
                    rule=None,
                    delete_after_days=None,
                    delete_at=None,
                ),
            ],
        ),
        id="on demand",
    ),
    pytest.param("retention.cold-storage", swap(ANY_EFS, cold_after_days=1), id="cold"),
    pytest.param("retention.cold-storage", swap(snapshot("daily"), archived=True), id="archived"),
    pytest.param(
        "retention.overdue",
        lambda records: [
            *records,
            replace(
                next(each for each in records if ANY_EFS(each)),
                created_at=AT - timedelta(days=8),
                delete_at=AT - timedelta(days=1),
            ),
        ],
        id="a point",
    ),
    pytest.param(
        "retention.overdue",
        lambda records: [
            *records,
            replace(
                next(each for each in records if snapshot("four-hourly")(each)),
                started_at=AT - timedelta(days=8, hours=2),
            ),
        ],
        id="a snapshot",
    ),
    *(
        pytest.param("integrity.status", swap(ANY_EFS, status=status, status_message="why"), id=status)
        for status in ("PARTIAL", "EXPIRED", "STOPPED")
    ),
    pytest.param(
        "integrity.status", swap(ANY_EFS, status="DELETING", delete_at=AT - timedelta(days=8)), id="stuck"
    ),
    pytest.param("integrity.status", swap(snapshot("daily"), state="error"), id="snapshot"),
    *(
        pytest.param("integrity.backup-job", swap(latest(JobKind.BACKUP), state=state), id=state)
        for state in ("FAILED", "EXPIRED", "ABORTED")
    ),
    pytest.param("integrity.copy-job", swap(latest(JobKind.COPY), state="FAILED"), id="failed"),
    pytest.param("integrity.completed-with-issues", swap(latest(JobKind.BACKUP), category="VSS"), id="VSS"),
    pytest.param("integrity.restore-job", swap(job(JobKind.RESTORE), last=True, state="FAILED"), id="failed"),
    pytest.param(
        "integrity.restore-job", swap(job(JobKind.RESTORE), last=True, validation="FAILED"), id="not valid"
    ),
    pytest.param("security.encryption", swap(ANY_EFS, encrypted=False), id="not at all"),
    pytest.param(
        "security.encryption", both(swap(ANY_EFS, key_arn="arn:other"), add(OTHER_KEY)), id="another key"
    ),
    pytest.param(
        "security.encryption",
        both(swap(point("RDS", "daily"), key_arn="arn:other"), add(OTHER_KEY)),
        id="not its source's",
    ),
    pytest.param("security.encryption", swap(resource(ResourceType.RDS), encrypted=False), id="source"),
    pytest.param(
        "security.encryption", swap(point("RDS", "daily", copy=True), key_arn="arn:other"), id="copy"
    ),
    pytest.param("security.encryption", swap(snapshot("daily"), encrypted=False), id="snapshot"),
    pytest.param(
        "security.encryption", swap(snapshot("daily", copy=True), key_arn="arn:other"), id="snapshot's copy"
    ),
    pytest.param("security.public", swap(snapshot("daily"), public=True), id="snapshot"),
    pytest.param("security.public", add(replace(IMAGE, public=True)), id="image"),
    pytest.param(
        "security.shared", swap(snapshot("daily"), shared_with=("999999999999",)), id="with a stranger"
    ),
    pytest.param("silent.fast-restore", drop(lambda each: isinstance(each, FastRestore)), id="skipped"),
    pytest.param(
        "silent.fast-restore",
        swap(lambda each: isinstance(each, FastRestore), state="disabled"),
        id="disabled",
    ),
    pytest.param(
        "cost.stray",
        add(
            replace(
                STRANGE, tags={"aws:dlm:lifecycle-policy-id": "policy-0old", "tierkeep:catalog": "campus"}
            )
        ),
        id="no policy",
    ),
    pytest.param("cost.orphan", add(STRANGE), id="no volume"),
    pytest.param("cost.unattached", swap(resource(ResourceType.EBS), in_use=False), id="in use by nobody"),
]

BESIDE = {
    "protection.gone": {"retention.missing"},  # its copied snapshots no more, and whatever was asked for it
    "freshness.home": {"retention.deleted-early"},
    "freshness.copy": {"retention.missing"},
    "integrity.status": {"retention.too-short"},
}
"""What has to fail with it, since it is the same fault seen from another side."""


def found(outcomes: list[Finding | Unknown]) -> set[str]:
    assert all(isinstance(each, Finding) for each in outcomes), outcomes
    return {each.check for each in outcomes}


@pytest.mark.parametrize(("check", "change"), FAILING)
def test_a_fault_is_found_by_its_check(check: str, change: Change) -> None:
    """By its check, and by no other but where it is seen from another side too; it says what to do."""
    there = world()
    outcomes = there.outcomes(AT, change(there.records(AT)))
    assert check in found(outcomes)
    assert found(outcomes) - {check} <= BESIDE.get(check, set())
    assert all(
        isinstance(each, Finding) and each.risk and each.remedy and each.resource.name for each in outcomes
    )


BUCKET_CASES: list[Any] = [
    pytest.param(
        "silent.versioning", swap(resource(ResourceType.S3), versioned=False), set(), id="versioning"
    ),
    pytest.param(
        "silent.event-bridge", swap(resource(ResourceType.S3), event_bridge=False), set(), id="EventBridge"
    ),
    pytest.param(
        "silent.air-gapped",
        swap(
            lambda each: isinstance(each, RecoveryPoint) and each.vault_type != "BACKUP_VAULT",
            vault_type="BACKUP_VAULT",
        ),
        set(),
        id="another kind of vault",
    ),
    pytest.param(
        "silent.air-gapped",
        swap(job(JobKind.COPY, "S3"), vault_arn="arn:aws:backup:us-east-2:111111111111:backup-vault:other"),
        set(),
        id="a copy that went elsewhere",
    ),
    pytest.param(
        "freshness.point-in-time",
        swap(resource(ResourceType.DYNAMODB), restorable_from=None, restorable_to=None),
        set(),
        id="a table's own recovery",
    ),
    pytest.param(
        "retention.lock-range",
        swap(
            lambda each: isinstance(each, RecoveryPoint) and each.vault_type != "BACKUP_VAULT",
            delete_after_days=400,
        ),
        {"retention.too-long"},
        id="beyond the range",
    ),
]


@pytest.mark.parametrize(("check", "change", "beside"), BUCKET_CASES)
def test_a_fault_of_buckets_tables_and_air_gapped_vaults_is_found(
    check: str, change: Change, beside: set[str]
) -> None:
    """As above, of a tier that has them; without the fault there is none."""
    there = world(BUCKETS)
    assert there.outcomes(AT) == []
    outcomes = there.outcomes(AT, change(there.records(AT)))
    assert found(outcomes) == {check} | beside


def test_a_region_that_is_not_opted_in_is_found() -> None:
    """For Aurora, whose selection obeys the setting; once for all of its clusters."""
    outcomes = world().outcomes(AT, opted_in={ResourceType.AURORA: False})
    assert [(each.check, each.resource.name) for each in outcomes] == [("silent.opt-in", "opt-in of aurora")]


def test_a_disabled_key_is_found_once_for_all_that_it_encrypts() -> None:
    """The key is named, not each of its points."""
    seen = observed(UNIT)
    assert isinstance(seen.keys, dict)
    alias = "alias/campus-critical"
    keys = {**seen.keys, alias: replace(seen.keys[alias], state="Disabled")}
    outcomes = world().outcomes(AT, observed=replace(seen, keys=keys))
    assert [(each.check, each.resource.name) for each in outcomes] == [("security.key-state", alias)]


@pytest.mark.parametrize(
    "untagged",
    [
        pytest.param(
            replace(RDS, tags={"awsbackup-restore-test": "some job"}), id="a database that a test restored"
        ),
        pytest.param(
            replace(EBS, parent_arn=RESTORED.arn), id="a volume of an instance that a test restored"
        ),
        pytest.param(
            replace(
                RDS,
                arn="arn:aws:dynamodb:ap-south-1:111111111111:table/awsbackup-restore-test-0f",
                type=ResourceType.DYNAMODB,
                name="awsbackup-restore-test-0f",
            ),
            id="a table that a test restored",
        ),
    ],
)
def test_what_restore_tests_restore_needs_no_tier(untagged: Resource) -> None:
    """AWS Backup deletes it again."""
    of = world(BUCKETS) if untagged.type is ResourceType.DYNAMODB else world()
    records = add(untagged)(add(RESTORED)(of.records(AT)))
    assert of.outcomes(AT, records) == []


def test_an_instance_whose_volumes_tiers_protect_needs_none_itself() -> None:
    """Nor is that asked of it which has no tag while a single volume is nobody's."""
    host = replace(RESTORED, tags={}, arn=RESTORED.arn.replace("0fff", "0ffe"))
    records = world().records(AT)
    attached = swap(resource(ResourceType.EBS), parent_arn=host.arn)(add(host)(records))
    assert world().outcomes(AT, attached) == []
    more = add(replace(EBS, parent_arn=host.arn))(attached)
    [one, other] = world().outcomes(AT, more)
    assert {one.check, other.check} == {"protection.unclaimed"}


def test_whether_an_instance_needs_a_tier_is_unknown_where_a_volume_cannot_be_read() -> None:
    """Its tags might say that a tier protects it; while another volume is nobody's, they change nothing."""
    host = replace(RESTORED, tags={}, arn=RESTORED.arn.replace("0fff", "0ffe"))
    attached = swap(resource(ResourceType.EBS), parent_arn=host.arn)(add(host)(world().records(AT)))
    unread = add(replace(EBS, parent_arn=host.arn, tags=DENIED))(attached)
    of_host = [
        each for each in world().outcomes(AT, unread) if each.resource and each.resource.arn == host.arn
    ]
    assert [(type(each), each.check) for each in of_host] == [(Unknown, "protection.unclaimed")]
    stray = replace(EBS, arn=f"{EBS.arn}1", name="stray", parent_arn=host.arn)
    of_host = [
        each
        for each in world().outcomes(AT, add(stray)(unread))
        if each.resource and each.resource.arn == host.arn
    ]
    assert [(type(each), each.check) for each in of_host] == [(Finding, "protection.unclaimed")]


def test_whether_a_volume_needs_a_tier_is_unknown_where_its_instance_cannot_be_read() -> None:
    """A restore test of AWS may have made both."""
    host = replace(RESTORED, tags=DENIED)
    records = add(replace(EBS, parent_arn=host.arn))(add(host)(world().records(AT)))
    of_volume = [
        each for each in world().outcomes(AT, records) if each.resource and each.resource.arn == EBS.arn
    ]
    assert [(type(each), each.check) for each in of_volume] == [(Unknown, "protection.unclaimed")]


def test_a_plan_of_somebody_else_that_selects_the_same_is_found() -> None:
    """As far as plans were read; by any of AWS's ways to select."""
    seen = observed(UNIT)
    assert isinstance(seen.plans, dict)
    tag = {"ConditionKey": "backup-tier", "ConditionType": "STRINGEQUALS", "ConditionValue": "critical"}
    selection = SelectionForm(
        role_arn="arn:role",
        resources=(),
        string_equals={},
        other_settings={"ListOfTags": json.dumps([tag])},
    )
    plan = PlanForm(rules={}, selections={"all": selection}, backup_options={}, other_settings={}, tags={})
    outcomes = world().outcomes(AT, observed=replace(seen, plans={**seen.plans, "theirs": plan}))
    assert {each.check for each in outcomes} == {"protection.twice"}
    assert len(outcomes) == 2  # a volume and a file system


def test_a_resource_that_was_never_restored_is_found() -> None:
    """Where jobs were read far enough; else nobody knows."""
    there, at = World(STATE, UNIT, SINCE, horizon_days=70, jitter=False), AT + timedelta(days=60)
    records = drop(job(JobKind.RESTORE), every=True)(there.records(at))
    outcomes = there.outcomes(at, records)
    assert found(outcomes) == {"integrity.untested"}
    unknown = there.outcomes(at, records, restores_since=at - timedelta(days=5))
    assert {(type(each), each.check) for each in unknown} == {(Unknown, "integrity.untested")}


def test_restore_jobs_are_asked_for_as_long_as_tests_may_be_apart() -> None:
    """On the 31st, the test of the 1st was more than 30 days ago."""
    at = datetime(2027, 3, 31, 20, 30, tzinfo=UTC)
    assert restores_since(UNIT, at) < datetime(2027, 3, 1, 8, tzinfo=UTC)
    assert restores_since(replace(UNIT, restore_testing=()), at) == at - timedelta(days=30)


def test_what_a_retired_tier_left_is_found_once_its_time_is_over() -> None:
    """By vault, with sizes and a rough price; not a day before."""
    retired = replace(
        UNIT,
        retired=(Retired(tier="critical", since="2026-12-01", kept_days=60, left_by_dlm=True, origin=()),),
    )
    there = World(STATE, retired, SINCE, jitter=False)
    outcomes = there.outcomes(AT)
    assert {each.check for each in outcomes} == {"cost.retired"}
    assert any("roughly" in str(each.actual) and "GB" in str(each.actual) for each in outcomes)  # type: ignore[union-attr]
    later = replace(retired, retired=(replace(retired.retired[0], kept_days=99),))
    assert World(STATE, later, SINCE, jitter=False).outcomes(AT) == []


def test_snapshots_of_images_are_no_orphans() -> None:
    """Whichever of them comes first."""
    there = world()
    assert there.outcomes(AT, both(add(STRANGE), add(IMAGE))(there.records(AT))) == []


def test_a_backup_that_was_started_again_fills_the_gap() -> None:
    """What failed and was started again has no plan; it stands for its start."""
    there = world()
    again = swap(
        point("EFS", "daily"), last=True, plan=None, rule=None, created_at=AT.replace(hour=3, minute=40)
    )
    failed = swap(lambda each: job(JobKind.BACKUP)(each) and each.rule == "daily", last=True, state="FAILED")
    records = both(again, failed)(there.records(AT))
    assert "retention.missing" not in {each.check for each in there.outcomes(AT, records)}


def test_what_is_older_than_its_rule_is_not_held_against_it() -> None:
    """The rule became what it is yesterday: older points may be kept otherwise, and may be missing."""
    there = world()
    versions = {name: PlanVersion(created_at=AT - timedelta(hours=30)) for name in there.versions()}
    change = both(swap(ANY_EFS, delete_after_days=6), drop(point("EFS", "daily", copy=True)))
    assert there.outcomes(AT, change(there.records(AT)), versions=versions) == []


def test_unread_versions_leave_lifecycles_unknown() -> None:
    """Since it may be older than its rule."""
    there = world()
    outcomes = there.outcomes(AT, versions=dict.fromkeys(there.versions(), DENIED))
    assert {(type(each), each.check) for each in outcomes} == {
        (Unknown, f"retention.{each}") for each in ("too-short", "too-long", "never-expires", "cold-storage")
    }


def test_unread_tags_leave_what_goes_by_them_unknown() -> None:
    """Of that resource, and nothing of others."""
    there = world()
    outcomes = there.outcomes(AT, swap(resource(ResourceType.EFS), tags=DENIED)(there.records(AT)))
    assert {type(each) for each in outcomes} == {Unknown}
    assert {"protection.unprotected", "freshness.home", "freshness.copy"} <= {each.check for each in outcomes}


STREAMS = sorted(world().judge(AT).view.streams.needed)


@pytest.mark.parametrize("stream", STREAMS)
def test_a_part_that_is_not_whole_leaves_its_checks_unknown(stream: str) -> None:
    """With the cause, and without a finding about what may only not have been read."""
    there = world()
    records: list[Record] = []
    for each in there.records(AT):
        if isinstance(each, Whole) and each.stream == stream:
            records.append(Incomplete(stream=stream, cause=DENIED))
        elif not stream.startswith("points/") or getattr(each, "vault_arn", "") != stream[len("points/") :]:
            records.append(each)
    outcomes = there.outcomes(AT, records)
    assert outcomes
    assert {type(each) for each in outcomes} == {Unknown}
    assert {each.cause for each in outcomes if isinstance(each, Unknown)} == {DENIED}
    wanted = {each.check.id for each in CHECKS if there.judge(AT).view.streams.needed[stream] in each.needs}
    assert {each.check for each in outcomes} == wanted


def test_what_was_seen_of_a_part_that_is_not_whole_stays_a_finding() -> None:
    """A public snapshot is public, whatever else was not read."""
    there = world()
    records = swap(snapshot("daily"), public=True)(there.records(AT))
    records = [each for each in records if not (isinstance(each, Whole) and each.stream == "snapshots")]
    assert "security.public" in {
        each.check for each in there.outcomes(AT, records) if isinstance(each, Finding)
    }


def test_faults_that_are_alike_are_one_finding() -> None:
    """A whole vault under another key is a finding for each resource, with a number."""
    there = world()
    (finding,) = there.outcomes(AT, swap(ANY_EFS, every=True, delete_after_days=6)(there.records(AT)))
    assert str(finding.actual).startswith("6 (and 4")  # type: ignore[union-attr]


def test_every_check_is_described_and_listed_once() -> None:
    """In the list of checks that reports go by, in the same order; with a risk, a remedy and a source."""
    assert tuple(each.check for each in CHECKS) == STORED_CHECKS
    assert len({each.id for each in STORED_CHECKS}) == len(STORED_CHECKS)
    for each in CHECKS:
        assert all((each.check.risk, each.check.remedy, each.check.source, each.needs))
    tested = {case.values[0] for case in (*FAILING, *BUCKET_CASES)}
    alone = {"silent.opt-in", "security.key-state", "integrity.untested", "cost.retired"}
    assert tested | alone == {each.check.id for each in CHECKS}


def test_the_judge_keeps_nothing_of_single_points() -> None:
    """A thousand points of each of a hundred resources: as many objects as after the first of each."""
    there = world(BUCKETS)
    judge = there.judge(AT)
    base = next(
        each for each in there.records(AT) if isinstance(each, RecoveryPoint) and each.rule == "daily"
    )
    owned = next(each for each in there.owned if each.record.arn == base.resource_arn)
    arns = [f"{base.resource_arn[:-3]}{number:03}" for number in range(100)]
    for arn in arns:
        judge.see(replace(owned.record, arn=arn))

    def size() -> list[int]:
        view = judge.view
        kept = sum(
            len(each.kept) + len(each.newest) + len(each.continuous) for each in view.resources.values()
        )
        families = [
            len(value) for family in judge.families for name in family.__slots__  # type: ignore[attr-defined]
            if hasattr(value := getattr(family, name), "__len__")
        ]  # fmt: skip
        return [len(view.resources), kept, len(view.originals), view.ledger.size, *families]

    def see(number: int) -> None:
        for arn in arns:
            made = AT - timedelta(days=1 + number % 29, seconds=number)
            judge.see(
                replace(
                    base,
                    arn=f"{arn}/{number}",
                    resource_arn=arn,
                    created_at=made,
                    delete_at=made + timedelta(days=30),
                )
            )

    see(0)
    after_the_first = size()
    for number in range(1, 1000):
        see(number)
    assert size() == after_the_first
