"""What holds of every restorer: a whole drill, a death at every point, every fault on the way.

A drill that dies is one whose process makes no further call and writes no further line, as after SIGKILL;
`test_drill_killed.py` kills real processes too.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from cases import CASES, Case
from drill_world import LIMITS, drill, session
from matrix import DELETING, End, Strike, deaths, ends, points, strikes
from moto.ec2.models import ec2_backends

from tierkeep.aws import AwsError, UnitSession
from tierkeep.drill.clock import Clock
from tierkeep.drill.journal import Journal
from tierkeep.drill.plan import build_plan
from tierkeep.drill.restorers.base import Restorer
from tierkeep.drill.restorers.registry import RESTORERS
from tierkeep.drill.stores import LocalStore
from tierkeep.drill.sweep import Broom, Fate, Swept, preview, sweep

each_restorer = pytest.mark.parametrize("restorer", RESTORERS, ids=lambda each: each.title)


class Dead(BaseException):
    """The process is gone."""


class Mortal:
    """A session, and a journal's writing, that end with the process."""

    def __init__(self, inner: UnitSession) -> None:
        self._inner, self.dead = inner, False
        self.unit, self.account_id, self.region = inner.unit, inner.account_id, inner.region
        self.partition = inner.partition

    def _live(self) -> None:
        if self.dead:
            raise Dead

    def call(self, service: str, operation: str, **parameters: Any) -> dict[str, Any]:
        self._live()
        return self._inner.call(service, operation, **parameters)

    def pages(self, *args: str, **parameters: Any) -> Iterator[Any]:
        self._live()
        return self._inner.pages(*args, **parameters)


class Faulty(Mortal):
    """A session whose calls of one operation, while one stage runs, go wrong as a fault says."""

    def __init__(self, inner: UnitSession, strike: Strike, clock: Clock) -> None:
        super().__init__(inner)
        self._strike, self._clock, self._stage = strike, clock, ""
        self.struck = 0

    def observe(self, point: str) -> None:
        """As the drill's observer: which stage it is in."""
        if point.startswith("before "):
            self._stage = point.removeprefix("before ")

    def call(self, service: str, operation: str, **parameters: Any) -> dict[str, Any]:
        error = self._error(service, operation)
        if error is None:
            return super().call(service, operation, **parameters)
        if self._strike.fault.done:
            with suppress(AwsError):
                super().call(service, operation, **parameters)
        raise error

    def pages(self, *args: str, **parameters: Any) -> Iterator[Any]:
        error = self._error(args[0], args[1])
        if error is not None:
            raise error
        return super().pages(*args, **parameters)

    def _error(self, service: str, operation: str) -> AwsError | None:
        fault = self._strike.fault
        refused = AwsError(unit="u", service=service, operation=operation, code=fault.code, message="no")
        if fault.deletions_refused and operation.startswith(DELETING):
            self.struck += 1
            return refused
        met = self._stage == self._strike.stage.name and operation == self._strike.operation
        if not met or self.struck == fault.times:
            return None
        self.struck += 1
        self._clock.sleep(fault.seconds)
        return refused


def case_of(restorer: Restorer, clock: Clock, *, light: bool = False) -> Case:
    assert restorer.title in CASES, f"tests/drill/cases.py has nothing to drill {restorer.title} on"
    return CASES[restorer.title](clock, light)


class Looking(Mortal):
    """A session that may only look."""

    def call(self, service: str, operation: str, **parameters: Any) -> dict[str, Any]:
        assert operation.startswith(("describe_", "get_", "head_", "list_")), operation
        return super().call(service, operation, **parameters)


def broom(clock: Clock, as_session: Mortal | None = None) -> Broom:
    opened: Any = as_session or session()
    return Broom(clock=clock, open_session=lambda *_: opened, limits=LIMITS)


@each_restorer
def test_a_drill_passes_climbs_and_leaves_nothing(restorer: Restorer, clock: Clock, tmp_path: Path) -> None:
    """Every check passes, each change is announced where the plan says, and the account is as before."""
    case = case_of(restorer, clock)
    before, passed = case.inventory(), list[str]()
    evidence = drill(clock, tmp_path, of=case.scope(), observe=passed.append)
    assert evidence["outcome"]["reasons"] == []
    assert evidence["outcome"]["result"] == "pass"
    assert evidence["ladder"]["climbed"] == case.climbs
    assert evidence["source"]["resource_arn"] == case.arn
    assert evidence["scope"]["restorer"] == restorer.title
    assert all(text for text in evidence["not_checked"])
    assert case.inventory() == before
    # Each volume of an instance passes the same points.
    assert list(dict.fromkeys(passed)) == list(points(restorer))
    assert sweep(LocalStore(tmp_path), broom(clock)) == ()


@each_restorer
def test_a_plan_changes_nothing_and_names_every_call(
    restorer: Restorer, clock: Clock, tmp_path: Path
) -> None:
    """What the plan says that a drill calls is what it calls, but for repeating and for who one is."""
    case = case_of(restorer, clock)
    before, of = case.inventory(), case.scope()
    plan = build_plan(restorer, of, restorer.choose(session(), of), LIMITS)
    assert case.inventory() == before
    called: set[str] = set()

    class Noting(Mortal):
        def call(self, service: str, operation: str, **parameters: Any) -> dict[str, Any]:
            called.add(_named(service, operation))
            return super().call(service, operation, **parameters)

        def pages(self, *args: str, **parameters: Any) -> Iterator[Any]:
            called.add(_named(args[0], args[1]))
            return super().pages(*args, **parameters)

    drill(clock, tmp_path, of=of, as_session=Noting(session()))  # type: ignore[arg-type]
    planned = {call for stage in plan["stages"] for call in stage["calls"]}
    assert called - planned == {"sts:GetCallerIdentity"}
    # Asked only where a backup is not encrypted, where every new volume may be all the same.
    assert planned - called <= {"ec2:GetEbsEncryptionByDefault"}


def _named(service: str, operation: str) -> str:
    return f"{service}:{session().client(service).meta.method_to_api_mapping[operation]}"


@each_restorer
def test_sweep_removes_what_a_dead_drill_left_and_nothing_else(
    restorer: Restorer, clock: Clock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Wherever a drill dies, a look changes nothing, and a sweep brings the account back to what it was."""
    case = case_of(restorer, clock, light=True)
    before = case.inventory()
    mortal = Mortal(session())
    append = Journal.append

    def append_if_alive(self: Journal, event: str, **fields: Any) -> None:
        if mortal.dead:
            raise Dead
        append(self, event, **fields)

    every = bool(os.environ.get("TIERKEEP_RANDOM"))
    for number, point in enumerate(deaths(restorer, every=every)):
        directory = tmp_path / str(number)

        def die(passed: str, point: str = point) -> None:
            if passed == point:
                mortal.dead = True
                raise Dead

        monkeypatch.setattr(Journal, "append", append_if_alive)
        mortal.dead = False
        with pytest.raises(Dead):
            drill(
                clock,
                directory,
                drill_id=f"drill-{number}",
                of=case.scope(),
                as_session=mortal,  # type: ignore[arg-type]
                observe=die,
            )
        monkeypatch.setattr(Journal, "append", append)
        preview(LocalStore(directory), broom(clock, Looking(session())))
        swept = sweep(LocalStore(directory), broom(clock))
        assert [item.fate for item in swept] in ([Fate.REMOVED], [Fate.NOTHING_LEFT]), (point, swept)
        assert case.inventory() == before, point
        assert sweep(LocalStore(directory), broom(clock)) == ()


def reasons(evidence: dict[str, Any]) -> set[str]:
    """Why a drill is no pass."""
    return {each["text"] for each in evidence["outcome"]["reasons"]}


@each_restorer
def test_no_fault_is_a_pass_and_sweep_leaves_nothing(
    restorer: Restorer, clock: Clock, tmp_path: Path
) -> None:
    """Whatever goes wrong in whichever stage, the verdict is no pass, it ends as the matrix says, and once
    AWS allows again sweep cleans up.

    Only a deletion that AWS has made, and whose answer alone is lost, may end in what it was for: gone.
    """
    case = case_of(restorer, clock, light=True)
    store = LocalStore(tmp_path)
    untouched = reasons(drill(clock, store, drill_id="untouched", of=case.scope()))
    before = case.inventory()
    called = _called(restorer, case, clock, store)
    every = bool(os.environ.get("TIERKEEP_RANDOM"))
    for number, strike in enumerate(strikes(called, every=every)):
        _forget_ended_instances()
        faulty = Faulty(session(), strike, clock)
        evidence = drill(
            clock,
            store,
            drill_id=f"drill-{number}",
            of=case.scope(),
            as_session=faulty,  # type: ignore[arg-type]
            observe=faulty.observe,
        )
        assert faulty.struck, strike
        assert evidence["outcome"]["result"] != "pass", strike
        # Without data to read a drill is no pass by itself: the fault has to be told besides.
        assert reasons(evidence) - untouched, strike
        swept = sweep(store, broom(clock))
        assert {item.fate for item in swept} <= {Fate.REMOVED, Fate.NOTHING_LEFT}, (strike, swept)
        assert _end(evidence, swept) in ends(strike.stage, strike.fault), (strike, evidence["teardown"])
        assert case.inventory() == before, strike


def _forget_ended_instances() -> None:
    """As EC2 does about an hour after they ended, and moto never: else they look like what is sought."""
    here = session()
    backend: Any = ec2_backends[here.account_id][here.region]
    for reservation in backend.reservations.values():
        reservation.instances = [each for each in reservation.instances if each.state != "terminated"]


def _called(restorer: Restorer, case: Case, clock: Clock, store: LocalStore) -> dict[str, list[str]]:
    """The operations of each stage, as a drill calls them."""
    called: dict[str, list[str]] = {}
    stage = ""

    class Noting(Mortal):
        def call(self, service: str, operation: str, **parameters: Any) -> dict[str, Any]:
            called.setdefault(stage, []).append(operation)
            return super().call(service, operation, **parameters)

        def pages(self, *args: str, **parameters: Any) -> Iterator[Any]:
            called.setdefault(stage, []).append(args[1])
            return super().pages(*args, **parameters)

    def observe(point: str) -> None:
        nonlocal stage
        stage = point.removeprefix("before ") if point.startswith("before ") else stage

    noting: Any = Noting(session())
    drill(clock, store, drill_id="noted", of=case.scope(), as_session=noting, observe=observe)
    return {name: list(dict.fromkeys(operations)) for name, operations in called.items()}


def _end(evidence: dict[str, Any], swept: tuple[Swept, ...]) -> End:
    if swept:
        return End.SWEPT
    return End.TORN_DOWN if evidence["teardown"]["things"] else End.NOTHING_MADE


@each_restorer
def test_evidence_that_cannot_be_written_is_no_verdict(
    restorer: Restorer, clock: Clock, tmp_path: Path
) -> None:
    """The drill says so, and has torn down by then."""
    case = case_of(restorer, clock)
    before = case.inventory()

    class Full(LocalStore):
        def write(self, name: str, text: str) -> str:
            raise OSError(f"no space left for the {len(text)} characters of {name}")

    with pytest.raises(OSError, match="no space left"):
        drill(clock, Full(tmp_path), of=case.scope())
    assert case.inventory() == before


@each_restorer
@pytest.mark.parametrize("what", ["tag removed", "tag changed"])
def test_what_somebody_took_over_is_kept(restorer: Restorer, clock: Clock, tmp_path: Path, what: str) -> None:
    """Once it was seen to carry its tag, what lost it or got another's is never deleted; the rest is."""
    case = case_of(restorer, clock)
    before = set(case.inventory())
    taken: list[str] = []

    def take(point: str) -> None:
        if point == "before tear-down":
            taken.extend(set(case.inventory()) - before)
            for name in taken:
                _take_over(case.session, name, remove=what == "tag removed")

    evidence = drill(clock, tmp_path, of=case.scope(), observe=take)
    assert evidence["outcome"]["result"] == "could-not-verify"
    assert taken
    for look in (preview, sweep):
        [swept] = look(LocalStore(tmp_path), broom(clock))
        assert swept.fate is Fate.COULD_NOT_TELL
    assert set(case.inventory()) == before | set(taken)


def _take_over(here: UnitSession, name: str, *, remove: bool) -> None:
    """Another hand puts its own tag in the place of the drill's, or takes that off."""
    tag = {"Key": "tierkeep:drill", "Value": "mine-now"}
    service, takes, off, on = next(way for part, way in _TAGGING.items() if part in name)
    which = name.rpartition("/")[2] if service == "efs" else name
    if service == "s3":
        if "/" not in name:  # the bucket, and none of its objects
            tags = [] if remove else [tag]
            here.call("s3", on, Bucket=name.rpartition(":")[2], Tagging={"TagSet": tags})
    elif service == "ec2":
        # A value besides the key would take only a tag of that value off.
        taken = {"Key": tag["Key"]} if remove else tag
        here.call("ec2", off if remove else on, Resources=[name], Tags=[taken])
    elif remove:
        here.call(service, off, **{takes: which, "TagKeys": [tag["Key"]]})
    else:
        here.call(service, on, **{takes: which, "Tags": [tag]})


_TAGGING = {
    ":rds:": ("rds", "ResourceName", "remove_tags_from_resource", "add_tags_to_resource"),
    ":table/": ("dynamodb", "ResourceArn", "untag_resource", "tag_resource"),
    ":s3:::": ("s3", "", "", "put_bucket_tagging"),
    ":file-system/": ("efs", "ResourceId", "untag_resource", "tag_resource"),
    "": ("ec2", "", "delete_tags", "create_tags"),
}
"""By what stands in a name: the service, its parameter, the operations that take tags off and put them on."""
