"""Assertions about single things, by query or as objects: there or not there, and how old."""

from __future__ import annotations

from datetime import datetime, timedelta

from tierkeep.desired.assertions import Canary, Checksums, Existence, Where
from tierkeep.drill.assertions.answer import Answer, Asking
from tierkeep.drill.assertions.values import instant, shown, single
from tierkeep.drill.errors import CannotVerifyError
from tierkeep.drill.measure import duration

CLOCKS_DIFFER = timedelta(minutes=5)
"""By so much a canary may seem to come from the future: whoever wrote it may have a clock that is off."""


def _looked_for(where: Where) -> str:
    return f"object {where.object_key}" if where.object_key is not None else f"a row of: {where.query}"


def expected_existence(form: Existence) -> str:
    """In words."""
    return _looked_for(form.where) if form.present else f"not {_looked_for(form.where)}"


def existence(asking: Asking, form: Existence) -> Answer:
    """The query gives a row, or the object is there; or neither, where it must not be there."""
    if form.where.object_key is not None:
        found = asking.reach.read_object(form.where.object_key)
        there = found is not None
        actual = f"an object of {found.size_bytes} bytes" if found else "no such object"
    else:
        rows = asking.reach.query(str(form.where.query))
        there = bool(rows)
        actual = f"{len(rows)} rows" if rows else "no row"
    return Answer(actual=actual, holds=there is form.present)


def expected_canary(form: Canary) -> str:
    """In words."""
    longest = duration(form.at_most_old_minutes * 60)
    return f"a time at most {longest} before the moment that was restored, in {_looked_for(form.where)}"


def canary(asking: Asking, form: Canary) -> Answer:
    """The data is not much older than the backup says that it is.

    Raises `CannotVerifyError` if there is no time to read, or one that has not come yet: it tells nothing.
    """
    written = _written(asking, form.where)
    if written is None:
        return Answer(actual="nothing there to read a time from", holds=False)
    if written > asking.bench.now + CLOCKS_DIFFER:
        raise CannotVerifyError(f"it says {written.isoformat()}, which has not come yet")
    lag = asking.bench.choice.point.created - written
    before = duration(max(lag.total_seconds(), 0.0))
    return Answer(
        actual=f"{written.isoformat()}, {before} before the moment that was restored",
        holds=lag <= timedelta(minutes=form.at_most_old_minutes),
        data_of=written,
    )


def _written(asking: Asking, where: Where) -> datetime | None:
    if where.object_key is not None:
        found = asking.reach.read_object(where.object_key)
        return instant(found.beginning) if found else None
    value = single(asking.reach.query(str(where.query)))
    return instant(value) if value is not None else None


def expected_checksums(form: Checksums) -> str:
    """In words."""
    return f"{len(form.objects)} of {len(form.objects)} objects with their SHA-256"


def checksums(asking: Asking, form: Checksums) -> Answer:
    """Each object is there and is byte for byte what it must be."""
    wrong = []
    for key, expected in form.objects:
        asking.require_time()
        found = asking.reach.read_object(key)
        if found is None:
            wrong.append(f"{shown(key)} is not there")
        elif found.sha256 != expected:
            wrong.append(f"{shown(key)} has {found.sha256}")
    good = len(form.objects) - len(wrong)
    told = f": {'; '.join(wrong)}" if wrong else ""
    return Answer(actual=f"{good} of {len(form.objects)} objects with their SHA-256{told}", holds=not wrong)
