"""The cases of all rules."""

from __future__ import annotations

from tests.rules import cases, event_cases, snapshot_cases
from tests.rules.cases import Case

CASES: dict[str, Case] = dict(sorted({**cases.CASES, **snapshot_cases.CASES, **event_cases.CASES}.items()))
