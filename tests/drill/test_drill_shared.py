"""Drills and sweeps of several machines, by journals in a bucket of the emulator."""

from __future__ import annotations

import boto3
import pytest
from cases import Case, DynamoDbByBackupCase, DynamoDbToAMomentCase, EbsByBackupCase
from drill_world import LIMITS, REGION, drill, open_place

from emulator import clock as emulated_time
from tierkeep.aws import AwsError, open_bucket
from tierkeep.drill.clock import Clock
from tierkeep.drill.restorers.registry import restorer_for
from tierkeep.drill.stages import STAGES
from tierkeep.drill.stores import LEASE_SECONDS, BucketStore
from tierkeep.drill.sweep import Broom, Fate, preview, sweep


@pytest.fixture
def bucket(clock: Clock) -> None:
    """Where journals and evidence are kept."""
    boto3.client("s3", region_name=REGION).create_bucket(
        Bucket="shared", CreateBucketConfiguration={"LocationConstraint": REGION}
    )


def store(prefix: str = "drills") -> BucketStore:
    """As a machine opens it."""
    return BucketStore(open_bucket("shared"), prefix)


def broom(clock: Clock, **around: object) -> Broom:
    return Broom(clock=clock, open_session=open_place, limits=LIMITS, **around)  # type: ignore[arg-type]


@pytest.mark.usefixtures("bucket")
def test_a_drill_by_a_bucket_leaves_its_evidence_there(clock: Clock) -> None:
    """As in a folder: the document, a finished journal, and nothing for a sweep to do."""
    case = DynamoDbByBackupCase(clock)
    before = case.inventory()
    evidence = drill(clock, store(), of=case.scope())
    assert evidence["outcome"]["result"] == "pass"
    written = open_bucket("shared").read("drills/drill-under-test.json")
    assert written is not None
    assert b'"result": "pass"' in written.body
    assert sweep(store(), broom(clock)) == ()
    assert case.inventory() == before


@pytest.mark.usefixtures("bucket")
@pytest.mark.parametrize("of", [EbsByBackupCase, DynamoDbToAMomentCase], ids=lambda c: c.__name__)
def test_a_drill_that_hung_changes_nothing_once_it_was_swept(of: type[Case], clock: Clock) -> None:
    """Wherever it hangs for longer than its lease, and however far two other machines come with sweeping it,
    one of which hangs itself: when it goes on it is no pass, and in the end nothing is left of it."""
    case = of(clock)
    before = case.inventory()
    for number, point in enumerate(_points(case)):
        place, swept = store(str(number)), list[Fate]()

        def hang(
            passed: str, point: str = point, place: BucketStore = place, swept: list[Fate] = swept
        ) -> None:
            if passed == point:
                emulated_time.advance(LEASE_SECONDS + 5)
                swept += [each.fate for each in sweep(place, broom(clock, observe=_hang_once(place, clock)))]

        evidence = drill(clock, place, drill_id=f"drill-{number}", of=case.scope(), observe=hang)
        assert evidence["outcome"]["result"] == "could-not-verify", point
        # A deletion that was under way finds its thing gone, and is refused by AWS.
        assert "taken over" in str(evidence["outcome"]["reasons"]) or point.startswith("announced delete")
        assert len(swept) == 1, point
        again = sweep(place, broom(clock))
        assert {each.fate for each in again} <= {Fate.REMOVED, Fate.NOTHING_LEFT}, (point, again)
        assert case.inventory() == before, point
        assert sweep(place, broom(clock)) == ()


def _points(case: Case) -> list[str]:
    """Around each change, and where there is none near."""
    restorer = restorer_for(case.scope())
    effects = [effect for stage in STAGES for effect in stage.effects(restorer)]
    around = [f"{edge} {effect}" for effect in effects for edge in ("announced", "done")]
    return ["before choose", *around, "before check", "after confirm"]


def _hang_once(place: BucketStore, clock: Clock) -> object:
    """A sweep that hangs at its first change, until another has swept."""
    hung: list[str] = []

    def hang(point: str) -> None:
        if not hung:
            hung.append(point)
            assert [each.fate for each in sweep(place, broom(clock))] in ([Fate.REMOVED], [Fate.NOTHING_LEFT])

    return hang


@pytest.mark.usefixtures("bucket")
def test_a_sweep_waits_until_a_lease_has_run_out_and_leaves_a_living_drill_alone(clock: Clock) -> None:
    """A drill that shows itself is left alone by sweep and preview; the lock of its resource holds, too."""
    case = DynamoDbByBackupCase(clock)
    fates: list[Fate] = []
    second: list[str] = []

    def meanwhile(point: str) -> None:
        if point == "before check":
            fates.extend(each.fate for each in preview(store(), broom(clock)))
            evidence = drill(clock, store(), drill_id="drill-second", of=case.scope())
            second.append(str(evidence["outcome"]["reasons"]))

    evidence = drill(clock, store(), of=case.scope(), observe=meanwhile)
    assert evidence["outcome"]["result"] == "pass"
    assert fates == [Fate.RUNNING]
    assert "another drill of" in second[0]


@pytest.mark.usefixtures("bucket")
def test_a_drill_whose_bucket_is_out_of_reach_does_nothing_more(clock: Clock) -> None:
    """What cannot be announced is not done, not even the teardown; the sweep does it."""
    case = EbsByBackupCase(clock)
    before = case.inventory()
    with pytest.MonkeyPatch.context() as outage:

        def cut(point: str) -> None:
            if point == "before tag":
                outage.setattr("tierkeep.aws.bucket.Bucket.write", _unreachable)

        with pytest.raises(OSError, match="no way there"):
            drill(clock, store(), of=case.scope(), observe=cut)
    [swept] = sweep(store(), broom(clock))
    assert swept.fate is Fate.REMOVED
    assert case.inventory() == before


def _unreachable(*_args: object, **_named: object) -> None:
    raise AwsError(
        unit="bucket",
        service="s3",
        operation="put_object",
        code="EndpointConnectionError",
        message="no way there",
    )


class Died(BaseException):
    """The machine is gone, without a word."""


@pytest.mark.usefixtures("bucket")
def test_a_dead_drill_is_swept_from_another_machine(clock: Clock) -> None:
    """Not before its lease has run out, for which the sweep waits by itself."""
    case = EbsByBackupCase(clock)
    before = case.inventory()
    with pytest.MonkeyPatch.context() as dead:

        def die(point: str) -> None:
            if point == "done make ec2:volume":
                dead.setattr("tierkeep.drill.stores.bucket._Object._write", _died)
                raise Died

        with pytest.raises(Died):
            drill(clock, store(), of=case.scope(), observe=die)
    left = emulated_time.now()
    said: list[str] = []
    [swept] = sweep(store(), broom(clock, say=said.append))
    assert swept.fate is Fate.REMOVED
    assert (emulated_time.now() - left).total_seconds() >= LEASE_SECONDS - 2
    assert any("counts as gone in" in text for text in said)
    assert case.inventory() == before


def _died(*_args: object) -> None:
    raise Died
