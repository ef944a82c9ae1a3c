"""The assertions of a catalog: each form where it holds and where not, and programs as processes."""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from drill_world import FakeClock, asserting, desired_state, scope
from hypothesis import given
from hypothesis import strategies as st

from tierkeep.catalog.program_files import digest_of
from tierkeep.desired.assertions import Canary, Existence, Form, Rows, SchemaFingerprint, Script, Sql, Where
from tierkeep.drill.assertions import asserting as holding
from tierkeep.drill.assertions.program import MOST_OUTPUT, run_program
from tierkeep.drill.assertions.queries import COLUMNS, fingerprint
from tierkeep.drill.assertions.reach import Reach, Row, Unreached
from tierkeep.drill.assertions.values import equal, instant
from tierkeep.drill.checks import Check, Rung, Verdict, climbed
from tierkeep.drill.clock import SystemClock, Waiter
from tierkeep.drill.errors import CannotVerifyError, InterruptedDrillError
from tierkeep.drill.restorers.base import Bench, Choice, Point
from tierkeep.drill.restorers.ebs_backup import EbsByBackup

POINT = datetime(2026, 11, 22, 20, 0, tzinfo=UTC)
ORDERS = "select count(*) from orders"


class Answers(Unreached):
    """What two databases answer; a text that they do not know cannot be asked."""

    restored: dict[str, Sequence[Row]]
    source: dict[str, Sequence[Row]]

    def __init__(
        self, restored: dict[str, Sequence[Row]], source: dict[str, Sequence[Row]] | None = None
    ) -> None:
        object.__setattr__(self, "what", "a database")
        object.__setattr__(self, "restored", restored)
        object.__setattr__(self, "source", source or {})

    def query(self, text: str) -> Sequence[Row]:
        if text not in self.restored:
            return super().query(text)
        return self.restored[text]

    def source_query(self, text: str) -> Sequence[Row]:
        if text not in self.source:
            return super().source_query(text)
        return self.source[text]


class Restorer(EbsByBackup):
    """One whose resources answer queries."""

    def __init__(self, reach: Callable[[], Reach]) -> None:
        self._reach = reach

    def reach(self, bench: Bench) -> Any:  # noqa: ARG002
        return self._opened()

    @contextmanager
    def _opened(self) -> Iterator[Reach]:
        yield self._reach()


def bench(folder: Path, *forms: Form, waiter: Waiter | None = None, seconds: float = 60.0) -> Bench:
    asserted = tuple(asserting("ebs", f"a-{number}", form) for number, form in enumerate(forms))
    of = replace(scope(desired_state(assertions=asserted)), folder=folder)
    point = Point(
        arn="arn:point", resource_arn="arn:source", created=POINT, size_bytes=1, encrypted=True, key_arn=None
    )
    return Bench(
        session=None,  # type: ignore[arg-type]
        scope=of,
        choice=Choice(point=point, wish="newest", out_of=1, newest=POINT),
        arn="arn:restored",
        drill_id="drill-1",
        tags={},
        seed="1",
        now=POINT + timedelta(hours=1),
        waiter=waiter or Waiter(clock=FakeClock()),
        seconds=seconds,
        make=lambda *_: pytest.fail("nothing is made"),
        note=lambda *_, **__: pytest.fail("nothing is done to what was restored"),
    )


def held(folder: Path, reach: Reach, *forms: Form, **how: Any) -> holding.Asserted:
    return holding.hold(Restorer(lambda: reach), bench(folder, *forms, **how))


def verdict(folder: Path, reach: Reach, form: Form) -> tuple[Verdict, str]:
    [check] = held(folder, reach, form).checks
    return check.verdict, str(check.actual if check.actual is not None else check.cause)


def sql(**bounds: Any) -> Sql:
    return Sql(**{"query": "q", "equals": None, "at_least": None, "at_most": None, **bounds})


@pytest.mark.parametrize(
    ("form", "rows", "expected"),
    [
        (sql(equals=7), [(7,)], Verdict.PASS),
        (sql(equals=7), [(Decimal("7.00"),)], Verdict.PASS),
        (sql(equals=7), [("7",)], Verdict.PASS),
        (sql(equals=7), [(8,)], Verdict.FAIL),
        (sql(equals=7), [("seven",)], Verdict.FAIL),
        (sql(equals="paid"), [(b"paid",)], Verdict.PASS),
        (sql(equals="paid"), [("open",)], Verdict.FAIL),
        (sql(equals=True), [(1,)], Verdict.PASS),
        (sql(equals=True), [(0,)], Verdict.FAIL),
        (sql(equals=7), [], Verdict.FAIL),
        (sql(equals=7), [(None,)], Verdict.FAIL),
        (sql(at_least=1, at_most=3), [(3,)], Verdict.PASS),
        (sql(at_least=1, at_most=3), [(Decimal("3.01"),)], Verdict.FAIL),
        (sql(at_least=1), [(0.5,)], Verdict.FAIL),
        (sql(at_least=1), [(None,)], Verdict.FAIL),
        (sql(at_least=1), [("many",)], Verdict.UNKNOWN),
        (sql(at_least=1), [(float("nan"),)], Verdict.UNKNOWN),
        (sql(equals=7), [(7,), (7,)], Verdict.UNKNOWN),
        (sql(equals=7), [(7, 7)], Verdict.UNKNOWN),
    ],
)
def test_a_value_is_as_expected_or_not(tmp_path: Path, form: Sql, rows: list[Row], expected: Verdict) -> None:
    """What is no one value of that form is never a pass."""
    assert verdict(tmp_path, Answers({"q": rows}), form)[0] is expected


@pytest.mark.parametrize(
    ("restored", "source", "percent", "expected"),
    [
        (100, 100, 0, Verdict.PASS),
        (99, 100, 0, Verdict.FAIL),
        (95, 100, 5, Verdict.PASS),
        (94, 100, 5, Verdict.FAIL),
        (105, 100, 5, Verdict.PASS),
        (106, 100, 5, Verdict.FAIL),
        (0, 19, 5, Verdict.FAIL),
        (0, 0, 5, Verdict.PASS),
        (1, 0, 5, Verdict.FAIL),
    ],
)
def test_rows_are_counted_against_the_source(
    tmp_path: Path, restored: int, source: int, percent: int, expected: Verdict
) -> None:
    """Within the tolerance, rounded down to whole rows, either way: a truncated dump fails."""
    reach = Answers({ORDERS: [(restored,)]}, {ORDERS: [(source,)]})
    found, told = verdict(tmp_path, reach, Rows(tables=("orders",), tolerance_percent=percent))
    assert found is expected
    assert told.startswith(f"orders {restored} of {source}")


def test_rows_without_a_source_are_unknown(tmp_path: Path) -> None:
    """A count with nothing to hold it against is no pass."""
    found, told = verdict(tmp_path, Answers({ORDERS: [(5,)]}), Rows(tables=("orders",), tolerance_percent=5))
    assert found is Verdict.UNKNOWN
    assert "source" in told


@pytest.mark.parametrize(
    ("rows", "present", "expected"),
    [
        ([(1,)], True, Verdict.PASS),
        ([], True, Verdict.FAIL),
        ([], False, Verdict.PASS),
        ([(None,)], False, Verdict.FAIL),
    ],
)
def test_a_row_is_there_or_not(tmp_path: Path, rows: list[Row], present: bool, expected: Verdict) -> None:
    """For a recovery to a moment: one that must be there, one that must not be there yet."""
    form = Existence(where=Where(query="q", object_key=None), present=present)
    assert verdict(tmp_path, Answers({"q": rows}), form)[0] is expected


@pytest.mark.parametrize(
    ("value", "expected", "says"),
    [
        (POINT - timedelta(minutes=30), Verdict.PASS, "30 min before"),
        (POINT - timedelta(minutes=31), Verdict.FAIL, "31 min before"),
        ((POINT - timedelta(minutes=5)).replace(tzinfo=None), Verdict.PASS, "5 min before"),
        ((POINT - timedelta(minutes=5)).isoformat(), Verdict.PASS, "5 min before"),
        ((POINT - timedelta(minutes=5)).timestamp(), Verdict.PASS, "5 min before"),
        (POINT + timedelta(minutes=30), Verdict.PASS, "before"),
        (POINT + timedelta(minutes=70), Verdict.UNKNOWN, "has not come yet"),
        ("yesterday", Verdict.UNKNOWN, "is no time"),
        (None, Verdict.FAIL, "nothing there"),
    ],
)
def test_a_canary_tells_how_old_the_data_is(
    tmp_path: Path, value: object, expected: Verdict, says: str
) -> None:
    """A stale one fails; one without a time, or from the future, tells nothing."""
    form = Canary(where=Where(query="q", object_key=None), at_most_old_minutes=30)
    found, told = verdict(tmp_path, Answers({"q": [(value,)]}), form)
    assert found is expected
    assert says in told


def test_the_oldest_canary_counts(tmp_path: Path) -> None:
    """Of several, the data is as old as the oldest; one that could not be read says nothing."""
    old, young = POINT - timedelta(hours=2), POINT
    forms = [Canary(where=Where(query=q, object_key=None), at_most_old_minutes=30) for q in ("a", "b", "c")]
    asserted = held(tmp_path, Answers({"a": [(young,)], "b": [(old,)]}), *forms)
    assert asserted.data_of == old
    assert [check.verdict for check in asserted.checks] == [Verdict.PASS, Verdict.FAIL, Verdict.UNKNOWN]


def test_a_schema_has_its_fingerprint(tmp_path: Path) -> None:
    """Whatever the order of its columns; another type is another schema, and the evidence tells which."""
    columns: list[Row] = [
        ("public", "orders", "id", "integer", "NO"),
        ("public", "orders", "at", b"date", "YES"),
    ]
    expected = fingerprint([["public", "orders", "at", "date", "YES"], [str(each) for each in columns[0]]])
    form = SchemaFingerprint(fingerprint=expected)
    assert verdict(tmp_path, Answers({COLUMNS: columns[::-1]}), form)[0] is Verdict.PASS
    found, told = verdict(tmp_path, Answers({COLUMNS: columns[:1]}), form)
    assert found is Verdict.FAIL
    assert told.endswith("of 1 columns")


def test_where_there_is_no_way_in_each_is_unknown(tmp_path: Path) -> None:
    """It is tried once, and a program that needs none is run all the same."""
    tried: list[int] = []

    def closed() -> Reach:
        tried.append(1)
        raise CannotVerifyError("no way in")

    program = _program(tmp_path, "exit 0")
    forms = (sql(equals=1), sql(equals=2), program)
    asserted = holding.hold(Restorer(closed), bench(tmp_path, *forms, waiter=Waiter(clock=SystemClock())))
    assert [check.verdict for check in asserted.checks] == [Verdict.UNKNOWN, Verdict.UNKNOWN, Verdict.PASS]
    assert tried == [1]


def test_without_time_each_is_unknown(tmp_path: Path) -> None:
    """What was not come to is no pass."""
    asserted = held(tmp_path, Answers({"q": [(1,)]}), sql(equals=1), seconds=0.0)
    assert [check.verdict for check in asserted.checks] == [Verdict.UNKNOWN]
    assert "over" in str(asserted.checks[0].cause)


def test_a_stop_ends_assertions(tmp_path: Path) -> None:
    """Ctrl-C is no verdict of any of them."""
    with pytest.raises(InterruptedDrillError):
        held(
            tmp_path,
            Answers({"q": [(1,)]}),
            sql(equals=1),
            waiter=Waiter(clock=FakeClock(), stop=lambda: True),
        )


def _program(folder: Path, text: str, *, timeout: int = 20, name: str = "look") -> Script:
    file = folder / name
    file.write_text(f"#!/bin/sh\n{text}\n")
    file.chmod(0o755)
    return Script(path=name, sha256=digest_of(file), timeout_seconds=timeout)


def _ran(folder: Path, form: Script, **how: Any) -> Check:
    [check] = held(folder, Unreached(what="x"), form, waiter=Waiter(clock=SystemClock()), **how).checks
    return check


@pytest.mark.parametrize(
    ("text", "expected", "says"),
    [
        ("echo fine", Verdict.PASS, "ended with 0; its last line: fine"),
        ("echo; echo 3 orders are gone >&2; exit 1", Verdict.FAIL, "ended with 1; its last line: 3 orders"),
        ("echo no network; exit 77", Verdict.UNKNOWN, "could not look: it ended with 77; its last line: no"),
        ("exit 2", Verdict.UNKNOWN, "ended with 2: 0 is a pass, 1 a failure"),
        ("kill -9 $$", Verdict.UNKNOWN, "ended by signal 9"),
        ("nowhere-to-be-found", Verdict.UNKNOWN, "ended with 127"),
    ],
)
def test_a_program_says_by_its_exit_code(tmp_path: Path, text: str, expected: Verdict, says: str) -> None:
    """0 and 1 are verdicts; nothing else is."""
    check = _ran(tmp_path, _program(tmp_path, text))
    assert check.verdict is expected
    assert says in str(check.actual if check.actual is not None else check.cause)


def test_a_program_is_told_what_was_restored(tmp_path: Path) -> None:
    """By its environment, in the catalog's folder, and it reads nothing from the terminal."""
    check = _ran(tmp_path, _program(tmp_path, "env | grep ^TIERKEEP_DRILL_ | sort; pwd; cat"))
    assert (check.output or "").splitlines() == [
        "TIERKEEP_DRILL_ACCOUNT=123456789012",
        "TIERKEEP_DRILL_ARN=arn:restored",
        "TIERKEEP_DRILL_ASSERTION=a-0",
        "TIERKEEP_DRILL_ID=drill-1",
        "TIERKEEP_DRILL_POINT_ARN=arn:point",
        "TIERKEEP_DRILL_POINT_TIME=2026-11-22T20:00:00+00:00",
        "TIERKEEP_DRILL_REGION=ap-south-1",
        "TIERKEEP_DRILL_SOURCE_ARN=arn:source",
        "TIERKEEP_DRILL_TIER=databases",
        "TIERKEEP_DRILL_TYPE=ebs",
        str(tmp_path),
    ]


def _gone(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    # A zombie of this machine's init is as good as gone.
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"


def test_a_program_that_takes_too_long_goes_with_all_that_it_started(tmp_path: Path) -> None:
    """Deaf to SIGTERM or not, and its children too: nothing is left running, and it is no verdict."""
    text = "trap '' TERM\nsleep 300 & echo $!\necho $$\nsleep 300\nsleep 300"
    began = time.monotonic()
    check = _ran(tmp_path, _program(tmp_path, text, timeout=1))
    assert check.verdict is Verdict.UNKNOWN
    assert "stopped after 1.0 s" in str(check.cause)
    assert time.monotonic() - began < 15
    child, itself = (int(line) for line in (check.output or "").split())
    time.sleep(0.2)
    assert _gone(child)
    assert _gone(itself)


def test_what_a_program_leaves_behind_is_ended(tmp_path: Path) -> None:
    """A child that outlives its program, with its output open, neither hangs the drill nor goes on."""
    began = time.monotonic()
    check = _ran(tmp_path, _program(tmp_path, "sleep 300 & echo $!"))
    assert check.verdict is Verdict.PASS
    assert time.monotonic() - began < 5
    time.sleep(0.2)
    assert _gone(int(str(check.output).strip()))


def test_a_programs_output_is_bounded(tmp_path: Path) -> None:
    """However much it prints: the end is kept, and how much was not is told."""
    check = _ran(tmp_path, _program(tmp_path, "yes line | head -c 3000000; printf '\\377the end'"))
    output = check.output or ""
    assert output.startswith(f"[{3_000_000 + 8 - MOST_OUTPUT} bytes before this were not kept]")
    assert output.endswith("\ufffdthe end")
    assert len(output) < MOST_OUTPUT + 100


def test_a_program_has_to_be_what_was_read(tmp_path: Path) -> None:
    """Changed, gone or not executable since the catalog was read: it is not run."""
    form = _program(tmp_path, "touch ran")
    (tmp_path / "look").chmod(0o644)
    assert "could not be run" in str(_ran(tmp_path, form).cause)
    (tmp_path / "look").chmod(0o755)
    (tmp_path / "look").write_text("#!/bin/sh\ntouch ran\nexit 1\n")
    assert "no longer what was read" in str(_ran(tmp_path, form).cause)
    (tmp_path / "look").unlink()
    assert _ran(tmp_path, form).verdict is Verdict.UNKNOWN
    assert not (tmp_path / "ran").exists()


def test_a_stop_ends_a_program(tmp_path: Path) -> None:
    """At once, and with a kill: the drill has to tear down."""
    asked: list[int] = []

    def stop() -> None:
        asked.append(1)
        if len(asked) > 3:
            raise InterruptedDrillError("interrupted")

    _program(tmp_path, "echo $$ > pid; exec sleep 300")
    with pytest.raises(InterruptedDrillError):
        run_program([str(tmp_path / "look")], folder=tmp_path, environment={}, seconds=60, checkpoint=stop)
    assert _gone(int((tmp_path / "pid").read_text()))


def test_the_time_of_the_drill_bounds_a_program(tmp_path: Path) -> None:
    """Its own time-out may be longer than what is left."""
    check = _ran(tmp_path, _program(tmp_path, "sleep 60", timeout=600), seconds=1.0)
    assert check.verdict is Verdict.UNKNOWN


@given(st.integers() | st.text(max_size=8) | st.booleans() | st.floats(allow_nan=False))
def test_a_value_equals_itself(value: Any) -> None:
    """As whatever type a database gives it back, and never where there is none."""
    assert equal(value, value)
    assert not equal(None, value)


@given(st.datetimes(min_value=POINT.replace(tzinfo=None, year=1990), max_value=POINT.replace(tzinfo=None)))
def test_instants_are_read_in_utc(moment: datetime) -> None:
    """A naive timestamp is of UTC, and so is its text."""
    assert instant(moment) == moment.replace(tzinfo=UTC)
    assert instant(moment.isoformat()) == moment.replace(tzinfo=UTC)


def test_a_rung_without_checks_is_passed_over() -> None:
    """What is right has been read, and what is served works, whatever is said of its data; but nothing counts
    where it is not known that anything was restored."""

    def check(rung: Rung, found: Verdict) -> Check:
        return Check(id=rung, rung=rung, title="", expected="", actual="", verdict=found)

    below, right = check(Rung.RESTORED, Verdict.PASS), check(Rung.RIGHT, Verdict.PASS)
    assert climbed([below, right]) is Rung.RIGHT
    assert climbed([below, replace(right, verdict=Verdict.UNKNOWN)]) is Rung.RESTORED
    assert climbed([below, check(Rung.READABLE, Verdict.UNKNOWN), right]) is Rung.RESTORED
    served = check(Rung.SERVED, Verdict.PASS)
    assert climbed([below, served]) is Rung.SERVED
    assert climbed([below, replace(right, verdict=Verdict.FAIL), served]) is Rung.RESTORED
    assert climbed([below, replace(served, verdict=Verdict.UNKNOWN)]) is Rung.RESTORED
    assert climbed([right]) is None
    assert climbed([right, served]) is None


def test_digests_are_of_the_whole_file(tmp_path: Path) -> None:
    """As `sha256sum` says."""
    (tmp_path / "look").write_bytes(b"a" * 100_000)
    assert digest_of(tmp_path / "look") == hashlib.sha256(b"a" * 100_000).hexdigest()
