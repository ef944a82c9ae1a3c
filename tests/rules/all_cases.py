"""The cases of all rules."""

from __future__ import annotations

from tests.rules import access_cases, cases, snapshot_cases, table_cases
from tests.rules.cases import Case

CASES: dict[str, Case] = dict(
    sorted(
        (
            *cases.CASES.items(),
            *snapshot_cases.CASES.items(),
            *access_cases.CASES.items(),
            *table_cases.TABLE_CASES.items(),
        )
    )
)
