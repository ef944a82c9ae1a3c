"""The newest recovery point that is complete and not expired, at every moment of the years.

A backup may start at any time within its window. So a point is sure to exist from its scheduled time plus
start window and completion, when it is complete at the latest, until its age counted from the scheduled time,
when it expires at the earliest. Whoever fails at a moment restores the newest of those that are sure to exist
then; the worst moment is just before the next one is complete.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import NamedTuple

from tierkeep.desired.model import Age
from tierkeep.promises.lifetime import DAY, expiry, longest_days, shortest_days
from tierkeep.promises.timeline import CYCLE_YEARS, FIRST_YEAR, Timeline


class Kept(NamedTuple):
    """What becomes of the recovery points of a schedule."""

    ready: int
    """Minutes from the scheduled time until the point is complete, at the latest."""
    retain: Age | None
    """None is kept always."""


class Loss(NamedTuple):
    """The longest time that is lost: from one scheduled time until just before another's point is complete.

    In minutes as `timeline.minute_of` counts them.
    """

    restored: int
    """Scheduled time of the point that is restored."""
    following: int
    """Scheduled time of the point that is not yet complete."""
    run: int
    """The run of the latter, by its index."""


class Nothing(NamedTuple):
    """A time in which no point is sure to exist, in minutes as `timeline.minute_of` counts them."""

    since: int
    until: int


def outlives(kept: Mapping[int, Kept], gap: int) -> bool:
    """Whether every point is there until the next one is complete, if starts are at most so far apart.

    If so, expiry takes nothing away, and the longest gap between starts decides.
    """
    ready = {each.ready for each in kept.values()}
    return len(ready) == 1 and all(
        shortest_days(each.retain) * DAY >= gap + each.ready for each in kept.values()
    )


def longest_loss(timeline: Timeline, kept: Mapping[int, Kept]) -> Loss | Nothing | None:
    """The longest loss of these runs of a timeline over its years; the first `Nothing`, if there is one.

    None where no point is ever complete before it expires, or no two follow each other.
    """
    first = date(FIRST_YEAR, 1, 1).toordinal()
    period = 7 if timeline.weekly else date(FIRST_YEAR + CYCLE_YEARS, 1, 1).toordinal() - first
    since = first + _history(timeline, kept)
    starts = timeline.starts(date.fromordinal(first), date.fromordinal(since + period))
    return longest_loss_of(starts, kept, ((since - 1) * DAY, (since + period - 1) * DAY))


def _history(timeline: Timeline, kept: Mapping[int, Kept]) -> int:
    """Days before a moment beyond which no start matters to what exists then.

    Points are gone after the longest age. Before that, the schedule with the longest age replaces each of its
    points by a newer one that lives as long.
    """
    longest = max(kept, key=lambda index: shortest_days(kept[index].retain))
    ready = max(each.ready for each in kept.values())
    days = min(max(longest_days(each.retain) for each in kept.values()), CYCLE_YEARS * 366)
    gap = timeline.survey(frozenset({longest})).gap
    if gap is not None:
        days = min(days, -(-gap.minutes // DAY) + 1)
    return days + -(-2 * ready // DAY) + 1


def longest_loss_of(
    starts: Iterable[tuple[int, int]], kept: Mapping[int, Kept], measured: tuple[int, int]
) -> Loss | Nothing | None:
    """The longest loss of these starts, (minute, index of the run), over the minutes `measured`."""
    begin, end = measured
    complete = sorted((start + kept[run].ready, start, run) for start, run in starts if run in kept)
    # (expiry, start) of what exists, newest last: what is older and expires sooner is never restored.
    existing: list[tuple[int, int]] = []
    worst: Loss | None = None
    longest, gone = -1, begin
    for ready, start, run in complete:
        expires = expiry(start, kept[run].retain)
        if expires <= ready:
            continue  # it may expire before it is complete
        while existing and existing[-1][0] < ready:
            gone = existing.pop()[0]
        if begin <= ready < end:
            if not existing:
                return Nothing(since=gone, until=ready)
            restored = existing[-1][1]
            if start > restored and ready - restored > longest:
                longest = ready - restored
                worst = Loss(restored=restored, following=start, run=run)
        _add(existing, expires, start)
    return worst


def _add(existing: list[tuple[int, int]], expires: int, start: int) -> None:
    newer = []
    while existing and existing[-1][1] >= start:
        newer.append(existing.pop())
    if not newer or newer[-1][0] < expires:
        while existing and existing[-1][0] <= expires:
            existing.pop()
        existing.append((expires, start))
    existing.extend(reversed(newer))
