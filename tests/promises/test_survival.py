"""What survives, against a reading of the same words minute by minute."""

from __future__ import annotations

from datetime import UTC, date, datetime

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.promises import naive
from tests.promises.test_timeline import EXPRESSIONS, runs
from tierkeep.desired.model import Age, TimeUnit
from tierkeep.promises.survival import Kept, Loss, Nothing, longest_loss, longest_loss_of
from tierkeep.promises.timeline import minute_of, timeline

HOUR, DAY = 60, 1440
hours = st.integers(1, 72).map(lambda number: number * HOUR)
days = st.integers(1, 4).map(lambda number: Age(interval=number, unit=TimeUnit.DAYS))


def newest(moment: int, starts: list[tuple[int, int]], kept: dict[int, Kept]) -> int | None:
    """The newest start whose point is complete and not expired just before a moment, read word by word."""
    return max(
        (
            start
            for start, run in starts
            for retain in [kept[run].retain]
            if start + kept[run].ready < moment and (not retain or moment <= start + retain.interval * DAY)
        ),
        default=None,
    )


def brute_force(
    starts: list[tuple[int, int]], kept: dict[int, Kept], begin: int, end: int
) -> int | Nothing | None:
    """Hour by hour the longest loss until the last time that something newer comes, or `Nothing`."""
    worst: int | None = None
    so_far: int | None = None
    for moment in range(begin, end, HOUR):
        before, after = newest(moment, starts, kept), newest(moment + 1, starts, kept)
        if before is not None:
            so_far = max(so_far or 0, moment - before)
        if after is not None and before is None:
            return Nothing(since=0, until=moment)
        if after is not None and before is not None and after > before:
            worst = so_far
    return worst


@settings(max_examples=300, deadline=None, derandomize=True)
@given(
    made=st.lists(st.builds(Kept, ready=hours, retain=days), min_size=1, max_size=3),
    gaps=st.lists(st.tuples(st.integers(0, 40), st.integers(0, 2)), min_size=1, max_size=25),
)
def test_the_worst_moment_of_any_starts(made: list[Kept], gaps: list[tuple[int, int]]) -> None:
    """No moment loses more than the loss that is found, one loses as much; or at one nothing is left."""
    kept, starts, moment = dict(enumerate(made)), [], 10 * DAY
    for gap, run in gaps:
        moment += gap * HOUR
        starts.append((moment, run % len(made)))
    found = longest_loss_of(starts, kept, (13 * DAY, moment))
    expected = brute_force(starts, kept, 13 * DAY, moment)
    match found:
        case Loss():
            assert found.following + kept[found.run].ready - found.restored == expected
        case Nothing():
            assert isinstance(expected, Nothing)
            assert found.until == expected.until
        case None:
            assert expected is None


@settings(max_examples=12, deadline=None, derandomize=True)
@given(
    made=st.lists(
        st.tuples(
            st.sampled_from([each for each in EXPRESSIONS if "1 1" not in each]),
            st.sampled_from([1, 3, 26]),
            st.sampled_from([1, 2, 8]),
        ),
        min_size=1,
        max_size=3,
    ),
    zone=st.sampled_from(["Etc/UTC", "Europe/Berlin"]),
)
def test_the_worst_moment_of_schedules(made: list[naive.Rule], zone: str) -> None:
    """Hour by hour no moment of a month with a change of the clock loses more than what is found."""
    of = timeline(runs(made), zone)
    kept = {
        index: Kept((window + 1) * HOUR, Age(interval=keep, unit=TimeUnit.DAYS))
        for index, (_, window, keep) in enumerate(made)
    }
    found = longest_loss(of, kept)
    first, last = date(2024, 3, 1), date(2024, 4, 15)
    starts = [
        (minute_of(moment), run) for moment, run in naive.starts(made, first, last, zone, one_plan=True)
    ]
    measured = (minute_of(datetime(2024, 3, 12, tzinfo=UTC)), minute_of(datetime(2024, 4, 12, tzinfo=UTC)))
    expected = brute_force(starts, kept, *measured)
    if isinstance(expected, Nothing):
        assert found is None or isinstance(found, Nothing)
    elif isinstance(found, Loss) and expected is not None:
        assert found.following + kept[found.run].ready - found.restored >= expected
