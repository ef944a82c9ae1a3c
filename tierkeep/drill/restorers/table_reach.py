"""The way into restored DynamoDB tables for assertions: PartiQL, which only selects."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from tierkeep.drill.assertions.reach import Row, Unreached
from tierkeep.drill.errors import CannotVerifyError
from tierkeep.drill.restorers.base import Bench
from tierkeep.drill.thing import name_of

CALLS = ("dynamodb:ExecuteStatement",)
TABLE = "{table}"
"""What a query calls the restored table, whose name nobody knows before."""
MOST_ROWS = 1000
"""So many items a query may give: an assertion is about some of them, and reading all takes hours."""
_SELECT = re.compile(r"\s*select\s", re.IGNORECASE)


@dataclass(frozen=True, kw_only=True, slots=True)
class TableReach(Unreached):
    """Queries of a restored table."""

    bench: Bench
    deadline: float

    def query(self, text: str) -> Sequence[Row]:
        """The items that a PartiQL query of the restored table gives, each as its values by attribute.

        Raises `CannotVerifyError` if it is no query of that table, gives too many items or takes too long,
        and `AwsError`.
        """
        if not _SELECT.match(text) or TABLE not in text:
            raise CannotVerifyError(f"a query of a table is a select from {TABLE}, the restored one")
        statement = text.replace(f'"{TABLE}"', TABLE).replace(TABLE, f'"{name_of(self.bench.arn)}"')
        rows: list[Row] = []
        for item in self._items(statement):
            rows.append(tuple(_plain(item[name]) for name in sorted(item)))
            if len(rows) > MOST_ROWS:
                raise CannotVerifyError(f"the query gives more than {MOST_ROWS} items")
        return rows

    def _items(self, statement: str) -> Iterator[Mapping[str, Any]]:
        more: dict[str, Any] = {}
        while True:
            self.bench.require_time(self.deadline, "the query was not answered in time")
            answer = self.bench.session.call(
                "dynamodb", "execute_statement", Statement=statement, ConsistentRead=True, **more
            )
            yield from answer["Items"]
            if not answer.get("NextToken"):
                return
            more = {"NextToken": answer["NextToken"]}


def _plain(value: Mapping[str, Any]) -> object:
    """A value of DynamoDB's as Python has it; sets, lists and maps as their JSON."""
    ((kind, held),) = value.items()
    if kind == "N":
        return Decimal(held)
    if kind == "NULL":
        return None
    if kind in ("S", "B", "BOOL"):
        return held
    return json.dumps(held, sort_keys=True, default=str)
