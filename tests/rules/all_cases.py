"""The cases of all rules."""

from __future__ import annotations

from tests.rules import audit_cases, cases, snapshot_cases, testing_cases
from tests.rules.cases import Case

_PARTS = (cases.CASES, snapshot_cases.CASES, audit_cases.AUDIT_CASES, testing_cases.TESTING_CASES)
CASES: dict[str, Case] = dict(sorted((name, case) for part in _PARTS for name, case in part.items()))
