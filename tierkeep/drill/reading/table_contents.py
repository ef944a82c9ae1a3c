"""What a restored DynamoDB table holds: the rung `readable` of tables.

The source is never scanned: what is known of it is what DescribeTable says, whose count DynamoDB renews about
every six hours. So a restored table must hold no fewer items than that, less a tolerance; that it holds more
is no damage, since items may have been deleted since.
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from tierkeep.aws import AwsError
from tierkeep.drill.checks import Check, Read, Rung, Sheet, attempt
from tierkeep.drill.errors import CannotVerifyError, InterruptedDrillError
from tierkeep.drill.kinds.table import describe, key_schema
from tierkeep.drill.restorers.base import Bench
from tierkeep.drill.thing import name_of

CALLS = ("dynamodb:DescribeTable", "dynamodb:Scan", "dynamodb:BatchGetItem")

TOLERANCE = 0.10
"""By how much fewer items than its source's a restored table may hold, rounded down to whole items."""
COMPARABLE = timedelta(hours=24)
"""How old a point may be for its count to be held against the source's of now."""
SAMPLE = 20
_SEGMENTS = 8
"""Into so many parts the table is divided, of which the seed says with which to begin the sample."""

SHEET = Sheet(
    rung=Rung.READABLE,
    titles={
        "key-schema": "Keys are those of the source",
        "items": "Items are as many as the source's",
        "keys": "Sampled items are read by their keys",
    },
)
EXPLAINED = (
    f"key schema as of the source; items counted by a scan of the restored table, {TOLERANCE:.0%} fewer than "
    f"the source's at most; {SAMPLE} sampled items read by their keys"
)


def read(bench: Bench) -> tuple[Check, ...]:
    """The rung `readable`."""
    deadline = bench.deadline()
    source = attempt(lambda: describe(bench.session, name_of(bench.choice.point.resource_arn)))
    restored = attempt(lambda: describe(bench.session, name_of(bench.arn)))
    if restored is None or isinstance(restored, AwsError):
        return SHEET.not_run(str(restored or "DynamoDB says that the restored table does not exist"))
    return (
        _key_schema(source, restored),
        _items(bench, source, deadline),
        _keys(bench, restored, deadline),
    )


_Table = Read[dict[str, Any] | None]


def _unread(source: _Table) -> str:
    return str(source) if isinstance(source, AwsError) else "the source does not exist any more"


def _key_schema(source: _Table, restored: Mapping[str, Any]) -> Check:
    if source is None or isinstance(source, AwsError):
        return SHEET.unknown("key-schema", expected="that of the source", cause=_unread(source))
    return SHEET.compare("key-schema", key_schema(source), key_schema(restored))


@dataclass(frozen=True, kw_only=True, slots=True)
class _Count:
    items: int
    complete: bool


def _items(bench: Bench, source: _Table, deadline: float) -> Check:
    if source is None or isinstance(source, AwsError):
        return SHEET.unknown("items", expected="as many as in the source", cause=_unread(source))
    held = int(source.get("ItemCount", 0))
    least, expected = _least(bench, held)
    try:
        counted = _count(bench, deadline, enough=least)
    except AwsError as error:
        return SHEET.unknown("items", expected=expected, cause=str(error))
    if counted.items >= least:
        more = "" if counted.complete else " or more"
        return SHEET.judged("items", expected, f"{counted.items}{more}", holds=True)
    if not counted.complete:
        cause = f"{counted.items} items were counted in time, and not all"
        return SHEET.unknown("items", expected=expected, cause=cause)
    return SHEET.judged("items", expected, str(counted.items), holds=False)


def _least(bench: Bench, held: int) -> tuple[int, str]:
    """How many items there must be, and that in words with why."""
    point = bench.choice.point
    if bench.now - point.created <= COMPARABLE:
        least = held - int(held * TOLERANCE)
        return least, f"{least} at least: the source holds {held}, {TOLERANCE:.0%} of tolerance"
    least = min(held, 1)
    return least, f"{least} at least: the source holds {held} now, and the point is too old to compare more"


def _count(bench: Bench, deadline: float, *, enough: int) -> _Count:
    """Items by a scan, page by page, until there are enough or time is up. Raises `AwsError`."""
    found, start = 0, None
    while True:
        more: dict[str, Any] = {"ExclusiveStartKey": start} if start else {}
        page = bench.session.call("dynamodb", "scan", TableName=name_of(bench.arn), Select="COUNT", **more)
        found += page["Count"]
        start = page.get("LastEvaluatedKey")
        if not start:
            return _Count(items=found, complete=True)
        if found >= enough or bench.late(deadline):
            return _Count(items=found, complete=False)


def _keys(bench: Bench, restored: Mapping[str, Any], deadline: float) -> Check:
    expected = "each of a sample"
    try:
        wanted = _sampled_keys(bench, restored, deadline)
        if not wanted:
            cause = "the table holds no item, so that nothing shows that its items can be read"
            return SHEET.unknown("keys", expected=expected, cause=cause)
        found = _read_back(bench, wanted, deadline)
    except InterruptedDrillError:
        raise
    except (CannotVerifyError, AwsError) as error:
        return SHEET.unknown("keys", expected=expected, cause=str(error))
    return SHEET.compare("keys", f"{len(wanted)} of {len(wanted)}", f"{found} of {len(wanted)}")


def _sampled_keys(bench: Bench, restored: Mapping[str, Any], deadline: float) -> list[dict[str, Any]]:
    """Keys of some items, from parts of the table in the order that the seed says."""
    names = {f"#k{n}": key["AttributeName"] for n, key in enumerate(restored["KeySchema"])}
    segments = list(range(_SEGMENTS))
    random.Random(bench.seed).shuffle(segments)  # noqa: S311 - a sample, no secret
    keys: dict[str, dict[str, Any]] = {}
    for segment in segments:
        bench.require_time(deadline, "the sample was not drawn in time")
        page = bench.session.call(
            "dynamodb",
            "scan",
            TableName=name_of(bench.arn),
            ProjectionExpression=", ".join(names),
            ExpressionAttributeNames=names,
            Segment=segment,
            TotalSegments=_SEGMENTS,
            Limit=SAMPLE,
        )
        keys |= {repr(sorted(item.items())): item for item in page["Items"]}
        if len(keys) >= SAMPLE:
            break
    return [keys[each] for each in sorted(keys)][:SAMPLE]


def _read_back(bench: Bench, keys: list[dict[str, Any]], deadline: float) -> int:
    """How many of the items are there, by their keys."""
    name, found = name_of(bench.arn), 0
    asked: dict[str, Any] = {name: {"Keys": keys, "ConsistentRead": True}}
    while asked:
        bench.require_time(deadline, "the sample was not read in time")
        answer = bench.session.call("dynamodb", "batch_get_item", RequestItems=asked)
        found += len(answer["Responses"].get(name, ()))
        asked = answer.get("UnprocessedKeys") or {}
        if asked:
            bench.waiter.clock.sleep(0.5)
    return found
