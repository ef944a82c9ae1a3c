"""The cases of all rules."""

from __future__ import annotations

from tests.rules import access_cases, cases, gapped_cases, snapshot_cases
from tests.rules.cases import Case

CASES: dict[str, Case] = dict(
    sorted(
        {
            **cases.CASES,
            **gapped_cases.GAPPED_CASES,
            **snapshot_cases.CASES,
            **access_cases.CASES,
        }.items()
    )
)
