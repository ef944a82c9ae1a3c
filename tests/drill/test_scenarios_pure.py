"""Drawing samples, keeping to budgets and judging runs: what needs no AWS."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from math import ceil
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tierkeep.catalog.durations import Duration
from tierkeep.drill.errors import Outcome
from tierkeep.drill.scenarios.budget import Budget
from tierkeep.drill.scenarios.history import History, Past, read_history
from tierkeep.drill.scenarios.plan import Item, foresee, items_of
from tierkeep.drill.scenarios.prices import cost
from tierkeep.drill.scenarios.run_document import judge
from tierkeep.drill.scenarios.sampling import Turn, draw

START = datetime(2026, 11, 22, 21, 0, tzinfo=UTC)
WEEK = timedelta(weeks=1)
GIB = 1024**3

populations = st.integers(min_value=1, max_value=60)
seeds = st.integers(min_value=0, max_value=10**6)


def a_turn(runs: int) -> Turn:
    """Weekly, with so many runs in the period and a day to spare, as calendar months have."""
    return Turn(every=WEEK, within=runs * WEEK + timedelta(days=1), runs=runs)


@given(count=populations, runs=st.integers(min_value=1, max_value=13), seed=seeds)
def test_all_have_their_turn_before_anybody_has_another(count: int, runs: int, seed: int) -> None:
    """Week by week: any period long comes to everybody, and nobody has a second turn before all had one."""
    names = [f"volume-{each}" for each in range(count)]
    proven: dict[str, datetime] = {}
    weeks: list[tuple[str, ...]] = []
    for week in range(3 * runs):
        now = START + week * WEEK
        sample = draw(names, proven, turn=a_turn(runs), now=now, seed=seed + week)
        assert len(sample.chosen) == sample.share == ceil(count / runs)
        for number, each in enumerate(sample.chosen):
            assert each not in proven or {*proven, *sample.chosen[:number]} == set(names)
        weeks.append(sample.chosen)
        proven |= dict.fromkeys(sample.chosen, now + timedelta(minutes=20))
        assert week + 1 < runs or {each for chosen in weeks[-runs:] for each in chosen} == set(names)


@given(
    data=st.data(),
    runs=st.integers(min_value=2, max_value=13),
    seed=seeds,
    gaps=st.lists(st.integers(min_value=1, max_value=7), min_size=5, max_size=30),
)
def test_nobody_who_was_drilled_waits_longer_than_the_period(
    data: st.DataObject, runs: int, seed: int, gaps: list[int]
) -> None:
    """However often runs are held, if no seldomer than said, whoever comes and goes, and whatever fails to be
    drilled: nobody who has been drilled once is without a drill for longer than the period."""
    turn, now = a_turn(runs), START
    names = {f"volume-{each}" for each in range(data.draw(populations))}
    proven: dict[str, datetime] = {}
    for number, gap in enumerate(gaps):
        names |= {f"new-{number}-{each}" for each in range(data.draw(st.integers(0, 5)))}
        sample = draw(sorted(names), proven, turn=turn, now=now, seed=seed)
        assert sample.overdue == 0
        assert len(set(sample.chosen)) == len(sample.chosen)
        # New ones may stay without an answer, again and again; the others keep their turn all the same.
        answered = [each for each in sample.chosen if each in proven or data.draw(st.booleans())]
        proven |= dict.fromkeys(answered, now)
        now += timedelta(days=gap)


@given(names=st.sets(st.text(max_size=5), max_size=30), seed=seeds, ages=st.data())
def test_a_seed_draws_the_same_again_in_whatever_order(
    names: set[str], seed: int, ages: st.DataObject
) -> None:
    """AWS may list the same in another order; who was never drilled comes before all others."""
    proven = {
        each: START - timedelta(days=ages.draw(st.integers(0, 80)))
        for each in sorted(names)
        if ages.draw(st.booleans())
    }
    ordered = ages.draw(st.permutations(sorted(names)))
    first = draw(sorted(names), proven, turn=a_turn(12), now=START, seed=seed)
    assert first == draw(ordered, proven, turn=a_turn(12), now=START, seed=seed)
    known = [each in proven for each in first.chosen]
    assert known == sorted(known)


def test_who_could_not_wait_for_the_next_run_comes_too() -> None:
    """Runs that were missed are made up for: the sample is larger than its share."""
    names = [f"volume-{each}" for each in range(24)]
    proven = {each: START - timedelta(days=80 if number < 6 else 20) for number, each in enumerate(names)}
    sample = draw(names, proven, turn=Turn(every=WEEK, within=timedelta(days=84), runs=12), now=START, seed=1)
    assert (sample.share, sample.due, len(sample.chosen)) == (2, 6, 6)
    assert set(sample.chosen) == set(names[:6])
    late = draw(
        names,
        proven,
        turn=Turn(every=WEEK, within=timedelta(days=84), runs=12),
        now=START + timedelta(days=5),
        seed=1,
    )
    assert late.overdue == 6


def a_past(resource: str, days: int, outcome: Outcome = Outcome.PASS, seconds: float = 60) -> Past:
    return Past(
        drill_id=f"drill-{resource}-{days}",
        subject=(resource, "one/eu-west-1", "backup"),
        resource_type="ebs",
        outcome=outcome,
        ended=START - timedelta(days=days),
        seconds=seconds,
    )


def test_only_an_answer_proves_anything() -> None:
    """A drill that could not verify leaves its resource as it was; one that failed is an answer."""
    history = History(
        drills=(
            a_past("a", 9),
            a_past("a", 2, Outcome.COULD_NOT_VERIFY),
            a_past("b", 5, Outcome.FAIL, 300),
            a_past("b", 7),
        )
    )
    assert history.proven() == {
        ("a", "one/eu-west-1", "backup"): START - timedelta(days=9),
        ("b", "one/eu-west-1", "backup"): START - timedelta(days=5),
    }
    assert history.seconds(("a", "one/eu-west-1", "backup"), "ebs") == 60
    assert history.seconds(("c", "one/eu-west-1", "backup"), "ebs") == 300
    assert history.seconds(("c", "one/eu-west-1", "backup"), "rds") is None
    assert history.seconds(("c", "one/eu-west-1", "dlm"), "ebs") is None


def test_evidence_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    """It counts as no drill, and says so; documents of other kinds are none of it."""
    (tmp_path / "drill-1.json").write_text("{")
    (tmp_path / "drill-2.json").write_text('{"scope": {}}')
    (tmp_path / "run-1.json").write_text("{")
    history = read_history(tmp_path)
    assert history.drills == ()
    assert [each.partition(":")[0] for each in history.unreadable] == ["drill-1.json", "drill-2.json"]
    assert read_history(tmp_path / "nowhere") == History()


def an_item(number: int, usd: float | None = 1.0, seconds: float | None = 60.0) -> Item:
    return Item(
        number=number,
        tier="databases",
        unit="one/eu-west-1",
        resource_type="ebs",
        method="backup",
        resource_arn=f"arn:{number}",
        point="newest",
        last_proven=None,
        size_bytes=GIB,
        usd=usd,
        usd_unknown=None if usd is not None else "no price is known",
        seconds=seconds,
    )


def test_a_budget_refuses_what_would_exceed_it() -> None:
    """To the cent and to the second; what has no price does not start within a budget of money."""
    money = Budget(usd=10)
    assert money.refuses(spent=9.0, elapsed=1e9, usd=1.0, seconds=None) is None
    assert "exceeds 10 USD" in str(money.refuses(spent=9.01, elapsed=0.0, usd=1.0, seconds=None))
    assert "no price is known" in str(money.refuses(spent=0.0, elapsed=0.0, usd=None, seconds=None))
    time = Budget(seconds=3600.0)
    assert time.refuses(spent=1e9, elapsed=3500.0, usd=None, seconds=99.0) is None
    assert "1 h in all" in str(time.refuses(spent=0.0, elapsed=3500.0, usd=None, seconds=100.0))
    assert time.refuses(spent=0.0, elapsed=3599.0, usd=None, seconds=None) is None
    assert "nobody knows" in str(time.refuses(spent=0.0, elapsed=3600.0, usd=None, seconds=None))
    assert Budget().refuses(spent=1e9, elapsed=1e9, usd=None, seconds=None) is None


def test_what_a_run_takes_is_foreseen_without_counting_the_unknown_as_nothing() -> None:
    """Time by the drills that go on side by side; unknown prices and times are counted apart."""
    items = [an_item(1), an_item(2, seconds=100.0), an_item(3, usd=None), an_item(4, seconds=None)]
    foreseen = foresee(items, Budget(), 2)
    assert (foreseen.usd, foreseen.without_price) == (3.0, 1)
    assert (foreseen.seconds, foreseen.without_time) == (120.0, 1)
    assert foreseen.refused == 0
    within = foresee(items, Budget(usd=2), 2)
    assert (within.usd, within.without_price, within.refused) == (2.0, 0, 2)
    assert foresee(items[:2] * 3, Budget(seconds=170.0), 1).refused == 4


@given(
    usd=st.integers(min_value=1, max_value=40),
    prices=st.lists(st.one_of(st.none(), st.floats(min_value=0.0, max_value=20.0)), max_size=20),
)
def test_no_run_is_foreseen_to_cost_more_than_its_budget(usd: int, prices: list[float | None]) -> None:
    """Whatever the drills cost, and in whatever order."""
    items = [an_item(number, usd=price) for number, price in enumerate(prices, start=1)]
    foreseen = foresee(items, Budget(usd=usd), 4)
    assert foreseen.usd <= usd + 0.0001
    assert foreseen.without_price == 0


def test_costs_are_by_size_and_time_or_unknown() -> None:
    """100 GiB of a volume for an hour, and of a table; no price is not the price of nothing."""
    volume = cost("ebs", 100 * GIB, 3600.0).usd
    assert volume == pytest.approx(100 * (0.08 + 0.05) / 730 + 0.0001)
    assert cost("ebs", 100 * GIB, None).usd == volume
    table = cost("dynamodb", 100 * GIB, 3600.0).usd
    assert table is not None
    assert 16.6 < table < 16.8
    assert cost("aurora", 100 * GIB, 60.0).usd is None
    assert "aurora" in str(cost("aurora", 100 * GIB, 60.0).why_unknown)
    assert cost("ebs", None, 60.0).usd is None


def a_document(*entries: dict[str, str], holes: tuple[str, ...] = ()) -> dict[str, object]:
    return {"drills": entries, "plan": {"holes": [{"outcome": each} for each in holes]}}


def done(outcome: str) -> dict[str, str]:
    return {"progress": "done", "outcome": outcome}


def test_a_run_passes_only_if_all_of_it_did() -> None:
    """What was not run, and what could not be listed, outranks what failed; a run of nothing is no pass."""
    assert judge(a_document(done("pass"), done("pass"))).outcome is Outcome.PASS
    assert judge(a_document(done("pass"), done("fail"))).outcome is Outcome.FAIL
    assert judge(a_document(done("pass"), holes=("fail",))).outcome is Outcome.FAIL
    assert judge(a_document(done("fail"), done("could-not-verify"))).outcome is Outcome.COULD_NOT_VERIFY
    assert judge(a_document(done("pass"), holes=("could-not-verify",))).outcome is Outcome.COULD_NOT_VERIFY
    for progress in ("waiting", "running", "interrupted", "not-run"):
        entry = {"progress": progress, "outcome": "pass"}
        assert judge(a_document(done("pass"), entry)).outcome is Outcome.COULD_NOT_VERIFY
    assert judge(a_document()).outcome is Outcome.COULD_NOT_VERIFY


def test_months_are_as_short_as_they_can_be_where_runs_are_counted() -> None:
    """So that a period that is promised is kept in February too."""
    shortest = {text: Duration.parse(text).shortest_minutes for text in ("1mo", "3mo", "1y", "2w")}
    day = 24 * 60
    assert shortest == {"1mo": 28 * day, "3mo": 89 * day, "1y": 365 * day, "2w": 14 * day}


def test_items_of_a_plan_are_as_they_were() -> None:
    """The document of a run holds them whole."""
    item = an_item(1, usd=None)
    assert items_of(json.loads(json.dumps({"drills": [asdict(item)]}))) == (item,)
