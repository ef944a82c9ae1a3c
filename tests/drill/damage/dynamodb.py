"""Damage of DynamoDB tables."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import restored
from cases import ITEMS, Case, DynamoDbByBackupCase, DynamoDbToAMomentCase, put_item
from drill_world import at, drill, session

from damage.base import ANOTHER_KEY, NOTHING, WRONG_KEY, Damage
from emulator import faults
from tierkeep.drill.choosing import By, Wish
from tierkeep.drill.clock import Clock
from tierkeep.drill.restorers.registry import restorer_for


def delete_items(case: Case, table: str, first: int = 0) -> None:
    """Every item from that number on."""
    for number in range(first, ITEMS):
        key = {"customer": {"S": f"customer {number % 3}"}, "number": {"N": str(number)}}
        case.session.call("dynamodb", "delete_item", TableName=table, Key=key)


def _missing_items(clock: Clock, place: Path) -> dict[str, Any]:
    case = DynamoDbByBackupCase(clock)
    delete_items(case, "orders", first=5)
    case.back_up(case.arn)
    faults.add("corruption", resource=case.arn)
    return drill(clock, place, of=case.scope())


def _no_items(clock: Clock, place: Path) -> dict[str, Any]:
    case = DynamoDbByBackupCase(clock)
    empty = at("read", lambda: delete_items(case, restored.table(case).name))
    return drill(clock, place, of=case.scope(), observe=empty)


def _moment_with_fewer_items(clock: Clock, place: Path) -> dict[str, Any]:
    case = DynamoDbToAMomentCase(clock)
    oldest = case.scope(point=Wish(by=By.OLDEST))
    beginning = restorer_for(oldest).choose(session(), oldest).point.created
    for number in range(ITEMS, ITEMS * 3):
        put_item(case.session, number)
    return drill(clock, place, of=case.scope(point=Wish(by=By.MOMENT, moment=beginning)))


def _another_key(clock: Clock, place: Path) -> dict[str, Any]:
    case = DynamoDbByBackupCase(clock)

    def rekey() -> None:
        restored.table(case).sse_specification["KMSMasterKeyId"] = ANOTHER_KEY

    return drill(clock, place, of=case.scope(), observe=at("check", rekey))


_OF = "DynamoDB table"

DAMAGES: tuple[Damage, ...] = (
    Damage(of=_OF, what="one of five items is missing", drill=_missing_items, fails=("items",), says="4"),
    Damage(
        of=_OF,
        what=f"{NOTHING}: a table without items",
        drill=_no_items,
        fails=("items",),
        says="0",
        result="could-not-verify",
    ),
    Damage(
        of=_OF,
        what="the moment has a third of the items of today",
        drill=_moment_with_fewer_items,
        fails=("items",),
        says=str(ITEMS),
    ),
    Damage(
        of=_OF,
        what=WRONG_KEY,
        drill=_another_key,
        fails=("key",),
        says="key/another",
        climbed=None,
    ),
)
