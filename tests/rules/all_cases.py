"""The cases of all rules."""

from __future__ import annotations

from tests.rules import cases, snapshot_cases, testing_cases
from tests.rules.cases import Case

CASES: dict[str, Case] = dict(
    sorted({**cases.CASES, **snapshot_cases.CASES, **testing_cases.TESTING_CASES}.items())
)
