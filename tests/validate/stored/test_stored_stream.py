"""What is stored in a unit is read whole, in order, page by page, and nothing more than that."""

import threading
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from emulated_store import (
    COPIES,
    CRITICAL,
    MANY,
    WORLD,
    alike,
    in_region,
    incomplete,
    of,
    read,
    scope,
)

from tests.validate.as_desired import observed_as_desired
from tests.validate.common_states import DEVELOPMENT, DR, HOME, PRODUCTION
from tests.validate.deploying import session_of
from tests.validate.validate_states import DR_UNIT, HOME_UNIT
from tierkeep.aws import AwsError, UnitSession
from tierkeep.desired.model import ResourceType
from tierkeep.validate.observe import observe
from tierkeep.validate.observed import Scope
from tierkeep.validate.stored import stream
from tierkeep.validate.stored.read_plan_versions import read_plan_versions
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

pytestmark = pytest.mark.usefixtures("stored")

HOME_ARN = f"{HOME}:{PRODUCTION}"


@pytest.fixture(scope="module")
def found(stored: None) -> list[Record]:
    return read()


def resources(found: list[Record]) -> dict[str, Resource]:
    return {each.name: each for each in of(Resource, found)}


def test_every_listing_is_whole_and_in_order(found: list[Record]) -> None:
    """Resources come before jobs, and jobs before what is kept; each listing ends once, as whole."""
    ends = [each.stream for each in of(Whole, found)]
    vaults = [vault.arn for vault in (*HOME_UNIT.vaults, *DR_UNIT.vaults)]
    kept = {"snapshots", "images", "fast-restores", *(f"points/{arn}" for arn in vaults)}
    assert (set(ends[:7]), set(ends[7:10]), set(ends[10:-2]), ends[-2], ends[-1]) == (
        {f"resources/{each}" for each in ResourceType},
        {f"jobs/{each}" for each in JobKind},
        kept,
        f"snapshots/{DR}",
        "keys",
    )
    assert of(Incomplete, found) == []
    order = [Resource, Job, RecoveryPoint | Snapshot | Image | FastRestore, Key]
    places = [
        next(place for place, kind in enumerate(order) if isinstance(each, kind))
        for each in found
        if not isinstance(each, Whole)
    ]
    assert places == sorted(places)


def test_resources_of_every_type_are_read_with_their_tags(found: list[Record]) -> None:
    """Claimed or not: all of the account in the Region, and none of another."""
    by_type = Counter(each.type for each in of(Resource, found))
    restored_volumes = 2
    assert by_type == {
        ResourceType.EC2: MANY,
        ResourceType.EBS: MANY + 2 + restored_volumes,
        ResourceType.RDS: 3,
        ResourceType.AURORA: 2,
        ResourceType.DYNAMODB: 2,
        ResourceType.EFS: 2,
        ResourceType.S3: 3,
    }
    named = resources(found)
    claimed = {name for name, each in named.items() if dict(each.tags).get("backup-tier")}  # type: ignore[call-overload]
    assert claimed == {
        *(f"machine-{number}" for number in range(MANY)), "loose", "shop", "wiki", "ledger", "books",
        "orders", "files", "campus-files", "campus-dull",
    }  # fmt: skip
    assert named["scratch"].tags == {}


def test_a_resource_says_what_it_is(found: list[Record]) -> None:
    """Sizes in bytes, moments in UTC, what belongs to what, and how far back it can be restored by itself."""
    named = resources(found)
    shop, ledger, orders, files = (named[name] for name in ("shop", "ledger", "orders", "files"))
    assert shop.arn == f"arn:aws:rds:{HOME_ARN}:db:shop"
    assert shop.size_bytes == 30 * 2**30
    assert shop.restorable_from
    assert shop.restorable_to
    assert ledger.arn == named["ledger-1"].parent_arn
    assert (ledger.size_bytes, ledger.type) == (None, ResourceType.AURORA)
    assert orders.restorable_from
    assert orders.created_at
    assert orders.arn == f"arn:aws:dynamodb:{HOME_ARN}:table/orders"
    assert files.size_bytes is not None
    volumes = [each for each in named.values() if each.type is ResourceType.EBS]
    attached = [each for each in volumes if each.in_use]
    assert {each.parent_arn for each in attached} == {
        each.arn for each in named.values() if each.type is ResourceType.EC2
    }
    assert not named["loose"].in_use
    assert max(each.size_bytes or 0 for each in attached) == 20 * 2**30
    moments = [each.created_at for each in named.values() if each.created_at]
    assert {moment.utcoffset() for moment in moments} == {timedelta(0)}


def test_buckets_say_what_backups_of_them_need(found: list[Record]) -> None:
    """Versioning and events of those that a tier claims; nobody asks others."""
    named = resources(found)
    said = {
        name: (named[name].versioned, named[name].event_bridge)
        for name in ("campus-files", "campus-dull", "campus-logs")
    }
    assert said == {
        "campus-files": (True, True),
        "campus-dull": (False, False),
        "campus-logs": (None, None),
    }


def test_recovery_points_and_their_copies_are_read(found: list[Record]) -> None:
    """Of this unit's vaults, and of the vault in another Region that its copies go to."""
    points = of(RecoveryPoint, found)
    assert Counter(each.vault_arn for each in points) == {HOME_UNIT.vaults[0].arn: 2, COPIES: 2}
    original = next(each for each in points if each.vault_arn != COPIES)
    copy = next(
        each for each in points if each.vault_arn == COPIES and each.created_at == original.created_at
    )
    assert (original.source_vault_arn, copy.source_vault_arn) == (None, HOME_UNIT.vaults[0].arn)
    assert (original.delete_after_days, copy.delete_after_days) == (28, 90)
    assert original.delete_at == original.created_at + timedelta(days=28)
    assert (original.resource_type, original.plan, original.continuous) == ("EBS", None, False)
    assert original.last_restored_at


def test_jobs_of_all_kinds_are_read(found: list[Record]) -> None:
    """With what they made and why they failed."""
    jobs = of(Job, found)
    assert Counter((each.kind, each.state) for each in jobs) == {
        (JobKind.BACKUP, "COMPLETED"): 2,
        (JobKind.BACKUP, "FAILED"): 1,
        (JobKind.COPY, "COMPLETED"): 2,
        (JobKind.RESTORE, "COMPLETED"): 2,
    }
    failed = next(each for each in jobs if each.state == "FAILED")
    assert (failed.message, failed.recovery_point_arn) == ("no access", None)
    points = {each.arn for each in of(RecoveryPoint, found)}
    assert {each.recovery_point_arn for each in jobs if each is not failed} == points


def test_jobs_of_before_are_not_read() -> None:
    """Only those that were created since."""
    assert of(Job, read(wanted=scope(since=timedelta(days=-1)))) == []


def test_snapshots_say_who_may_use_them(found: list[Record]) -> None:
    """Public ones, and with whom the catalog's own is shared; of others nobody asks."""
    snapshots = of(Snapshot, found)
    by_hand = [each for each in snapshots if each.description.startswith("by hand")]
    assert Counter((each.public, each.shared_with) for each in by_hand) == {
        (True, None): MANY,
        (False, (DEVELOPMENT,)): 1,
    }
    images = of(Image, found)
    assert sum(each.name.startswith("image-") for each in images) == MANY
    ids = {each.id for each in snapshots}
    assert all(ids >= set(each.snapshot_ids) for each in images if each.name.startswith("image-"))
    (copied,) = [each for each in snapshots if each.arn.split(":")[3] == DR]
    assert copied.tags["aws:dlm:lifecycle-policy-id"] == "policy-1"
    restores = of(FastRestore, found)
    assert {each.zone for each in restores} == {f"{HOME}a", f"{HOME}b"}


def test_a_plan_says_since_when_its_rules_are_what_they_are() -> None:
    """A rule that the last version changed is as old as that; one that it left alone is older."""
    session = session_of(HOME_UNIT)
    observed = observe(session, Scope.of(HOME_UNIT, catalog="campus"), session_in_region=lambda _: session)
    found = read_plan_versions(session, observed)["campus-critical"]
    assert isinstance(found, PlanVersion)
    since = found.rules_since
    assert since["daily"] == found.created_at
    assert found.created_at - since["yearly"] == timedelta(seconds=60)


SMALLEST = {
    "read_points.PAGE": 1,
    "read_jobs.PAGE": 1,
    "read_resources.PAGE": 5,
    "read_resources.DATABASE_PAGE": 1,
    "read_resources.FILE_SYSTEM_PAGE": 1,
    "read_snapshots.PAGE": 5,
    "read_snapshots.FAST_RESTORE_PAGE": 1,
    "read_tables_and_buckets.TAG_PAGE": 1,
    "read_tables_and_buckets.TABLE_PAGE": 1,
    "read_tables_and_buckets.BUCKET_PAGE": 1,
    "read_tables_and_buckets.TOGETHER": 1,
    "read_snapshots.TOGETHER": 1,
    "stream.BATCH": 1,
}
ONCE_A_THING = {
    "DescribeTable", "DescribeContinuousBackups", "GetBucketVersioning", "DescribeSnapshotAttribute",
    "GetBucketNotificationConfiguration",
}  # fmt: skip


def counted(session: UnitSession, calls: list[tuple[str, str]]) -> UnitSession:
    """The session, telling of its calls by service and operation."""
    for service in ("backup", "ec2", "rds", "dynamodb", "efs", "s3", "resourcegroupstaggingapi"):
        session.client(service).meta.events.register(
            "before-call", lambda model, service=service, **_: calls.append((service, model.name))
        )
    return session


def test_nothing_is_asked_twice() -> None:
    """One call for each listing, with what fits into a page, and for each thing that has to be asked."""
    calls: list[tuple[str, str]] = []
    read(counted(session_of(HOME_UNIT), calls))
    expected = {
        ("backup", "ListRecoveryPointsByBackupVault"): 2,  # and one in the Region of the copies
        ("ec2", "DescribeSnapshots"): 2,  # all, and those that are public
        ("resourcegroupstaggingapi", "GetResources"): 2,  # of tables, and of buckets
        ("s3", "GetBucketVersioning"): 2,
        ("s3", "GetBucketNotificationConfiguration"): 2,
    }
    assert Counter(calls) == {call: expected.get(call, 1) for call in set(calls)}


def test_every_listing_goes_on_to_its_last_page(found: list[Record], monkeypatch: pytest.MonkeyPatch) -> None:
    """With the smallest pages that AWS takes, the same records come, in more calls of each listing."""
    for name, size in SMALLEST.items():
        monkeypatch.setattr(f"tierkeep.validate.stored.{name}", size)
    calls: list[tuple[str, str]] = []
    paged = read(counted(session_of(HOME_UNIT), calls))
    assert alike(paged) == alike(found)
    least = {operation: number for (_, operation), number in Counter(calls).items()}
    assert all(number > 1 for operation, number in least.items() if operation not in ONCE_A_THING), least


def test_a_vault_that_is_not_there_holds_nothing() -> None:
    """The listing of vaults says so: AWS Backup would answer AccessDenied to a question about it."""
    observed = observed_as_desired(HOME_UNIT)
    missing = replace(observed, vaults={})
    found = read(wanted=scope(missing))
    assert {each.vault_arn for each in of(RecoveryPoint, found)} == {COPIES}
    assert incomplete(found) == {}


def test_copies_that_cannot_be_reached_are_incomplete_and_nothing_else() -> None:
    """A role elsewhere that cannot be assumed leaves the points of that vault unread."""

    def refuse(*_: Any) -> UnitSession:
        raise AwsError(unit="u", service="sts", operation="assume_role", code="AccessDenied", message="no")

    found = read(session_in=refuse)
    assert incomplete(found) == {f"points/{COPIES}": "AccessDenied", f"snapshots/{DR}": "AccessDenied"}
    assert len(of(RecoveryPoint, found)) == 2


def test_a_destination_that_no_unit_has_is_incomplete() -> None:
    """As when a catalog names an account only to copy to it."""
    alone = scope()
    found = read(wanted=replace(alone, elsewhere=dict.fromkeys(alone.elsewhere)))
    assert incomplete(found) == {f"points/{COPIES}": "NoUnit"}


def test_nobody_reads_further_ahead_than_a_little(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever judges slowly is not overrun: what waits is bounded, however much there is."""
    made = 0

    def endless(*_: Any) -> Iterator[Record]:
        nonlocal made
        while True:
            made += 1
            yield FastRestore(snapshot_id=f"snap-{made}", zone="a", state="enabled", reason=None)

    monkeypatch.setattr(stream, "read_points", endless)
    monkeypatch.setattr(stream, "BATCH", 10)
    monkeypatch.setattr(stream, "AHEAD", 3)
    wanted = replace(scope(), vaults={COPIES: True}, elsewhere={})
    records = stream.records(session_of(HOME_UNIT), wanted, session_in=in_region, stop=threading.Event())
    for _ in zip(records, range(40), strict=False):
        pass
    time.sleep(0.5)
    before = made
    time.sleep(0.3)
    assert made == before
    assert made <= 40 + 10 * (3 + 2)
    records.close()  # type: ignore[attr-defined]


def test_told_to_stop_it_ends_at_once() -> None:
    """What was not read is incomplete, for that reason, and the stream ends."""
    stop = threading.Event()
    stop.set()
    started = time.monotonic()
    found = read(stop=stop)
    assert time.monotonic() - started < 1
    unread = incomplete(found)
    assert set(unread.values()) == {"Interrupted"}
    assert len(unread) + len(of(Whole, found)) == 7 + 3 + 3 + 3 + 1 + 1
    assert {f"snapshots/{DR}", "images"} <= set(unread)


def test_a_bug_is_raised(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only what AWS says makes a listing incomplete."""

    def broken(*_: Any) -> Iterator[Record]:
        raise ZeroDivisionError

    monkeypatch.setattr(stream, "_RESOURCES", {"resources/ebs": broken})
    with pytest.raises(ZeroDivisionError):
        read()


def test_the_tier_that_claims_is_the_catalogs() -> None:
    """A tag with a value that names no tier claims nothing."""
    other = replace(WORLD, promises=(replace(CRITICAL, tier="other"),))
    assert not replace(scope(), tiers=frozenset(each.tier for each in other.promises)).claims(
        {"backup-tier": "critical"}
    )
