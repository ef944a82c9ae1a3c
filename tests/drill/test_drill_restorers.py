"""What holds of every restorer: a whole drill, a death at every point, every fault on the way.

A drill that dies is one whose process makes no further call and writes no further line, as after SIGKILL;
`test_drill_killed.py` kills real processes too.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from cases import CASES, Case
from drill_world import LIMITS, drill, session

from tierkeep.aws import AwsError, UnitSession
from tierkeep.drill.clock import Clock
from tierkeep.drill.journal import Journal
from tierkeep.drill.plan import build_plan
from tierkeep.drill.restorers.base import Restorer
from tierkeep.drill.restorers.registry import RESTORERS
from tierkeep.drill.stages import STAGES
from tierkeep.drill.sweep import Broom, Fate, preview, sweep

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
    """A session whose calls of one operation go wrong: refused, or done and their answer lost."""

    def __init__(self, inner: UnitSession, operation: str, code: str, *, done: bool, times: int) -> None:
        super().__init__(inner)
        self._operation, self._code, self._done, self.left = operation, code, done, times

    def call(self, service: str, operation: str, **parameters: Any) -> dict[str, Any]:
        if operation != self._operation or self.left == 0:
            return super().call(service, operation, **parameters)
        self.left -= 1
        if self._done:
            super().call(service, operation, **parameters)
        raise AwsError(unit="u", service=service, operation=operation, code=self._code, message="no")


def case_of(restorer: Restorer, clock: Clock) -> Case:
    assert restorer.title in CASES, f"tests/drill/cases.py has nothing to drill {restorer.title} on"
    return CASES[restorer.title](clock)


def points(restorer: Restorer) -> Iterator[str]:
    """Every place at which a drill may die, from the stage list: a new stage is covered at once."""
    for stage in STAGES:
        yield f"before {stage.name}"
        for effect in stage.effects(restorer):
            yield f"announced {effect}"
            yield f"done {effect}"
        yield f"after {stage.name}"


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
    assert sweep(tmp_path / "journal", broom(clock)) == ()


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
    return f"{service}:{''.join(word.capitalize() for word in operation.split('_'))}"


@each_restorer
def test_sweep_removes_what_a_dead_drill_left_and_nothing_else(
    restorer: Restorer, clock: Clock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Wherever a drill dies, a look changes nothing, and a sweep brings the account back to what it was."""
    case = case_of(restorer, clock)
    before = case.inventory()
    mortal = Mortal(session())
    append = Journal.append

    def append_if_alive(self: Journal, event: str, **fields: Any) -> None:
        if mortal.dead:
            raise Dead
        append(self, event, **fields)

    for number, point in enumerate(points(restorer)):
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
        preview(directory / "journal", broom(clock, Looking(session())))
        swept = sweep(directory / "journal", broom(clock))
        assert [item.fate for item in swept] in ([Fate.REMOVED], [Fate.NOTHING_LEFT]), (point, swept)
        assert case.inventory() == before, point
        assert sweep(directory / "journal", broom(clock)) == ()


def _changing(restorer: Restorer) -> list[str]:
    """The operations by which a drill changes AWS."""
    calls = {call for stage in STAGES for call in stage.calls(restorer)}
    verbs = ("Create", "Delete", "Put", "Restore", "Run", "Start", "Tag", "Terminate")
    return sorted(
        "".join(f"_{c.lower()}" if c.isupper() else c for c in call.split(":")[1]).lstrip("_")
        for call in calls
        if call.split(":")[1].startswith(verbs)
    )


FAULTS = {
    "refused always": ("AccessDeniedException", False, -1),
    "throttled": ("ThrottlingException", False, 1),
    "answer lost": ("ReadTimeoutError", True, 1),
}


@each_restorer
def test_no_fault_of_a_change_is_a_pass_and_sweep_leaves_nothing(
    restorer: Restorer, clock: Clock, tmp_path: Path
) -> None:
    """Whatever goes wrong with any change, the verdict is no pass, and once AWS allows again sweep cleans up.

    Only a change that AWS has made, and whose answer alone is lost, may end in what it was for: gone.
    """
    case = case_of(restorer, clock)
    before = case.inventory()
    for operation in _changing(restorer):
        for name, (code, done, times) in FAULTS.items():
            directory = tmp_path / f"{operation} {name}"
            faulty = Faulty(session(), operation, code, done=done, times=times)
            evidence = drill(
                clock,
                directory,
                drill_id=f"drill-{operation.replace('_', '-')}-{name.replace(' ', '-')}",
                of=case.scope(),
                as_session=faulty,  # type: ignore[arg-type]
            )
            assert faulty.left != times or times < 0, (operation, name)
            assert evidence["outcome"]["result"] != "pass", (operation, name)
            assert evidence["outcome"]["reasons"]
            swept = sweep(directory / "journal", broom(clock))
            assert {item.fate for item in swept} <= {Fate.REMOVED, Fate.NOTHING_LEFT}, (
                operation,
                name,
                swept,
            )
            assert case.inventory() == before, (operation, name)


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
        [swept] = look(tmp_path / "journal", broom(clock))
        assert swept.fate is Fate.COULD_NOT_TELL
    assert set(case.inventory()) == before | set(taken)


def _take_over(here: UnitSession, name: str, *, remove: bool) -> None:
    tag = {"Key": "tierkeep:drill", "Value": "mine-now"}
    if ":table/" in name:
        if remove:
            here.call("dynamodb", "untag_resource", ResourceArn=name, TagKeys=[tag["Key"]])
        else:
            here.call("dynamodb", "tag_resource", ResourceArn=name, Tags=[tag])
    elif ":s3:::" in name:
        tags = {} if remove else tag
        if "/" not in name:  # the bucket, and none of its objects
            bucket = name.rpartition(":")[2]
            here.call("s3", "put_bucket_tagging", Bucket=bucket, Tagging={"TagSet": [tags] if tags else []})
    elif ":file-system/" in name:
        if remove:
            here.call("efs", "untag_resource", ResourceId=name.rpartition("/")[2], TagKeys=[tag["Key"]])
        else:
            here.call("efs", "tag_resource", ResourceId=name.rpartition("/")[2], Tags=[tag])
    elif remove:
        here.call("ec2", "delete_tags", Resources=[name], Tags=[{"Key": tag["Key"]}])
    else:
        here.call("ec2", "create_tags", Resources=[name], Tags=[tag])
