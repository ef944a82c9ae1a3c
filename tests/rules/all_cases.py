"""The cases of all rules."""

from __future__ import annotations

from tests.rules import (
    access_cases,
    assertion_cases,
    audit_cases,
    backup_policy_cases,
    cases,
    connecting_cases,
    drill_cases,
    event_cases,
    gapped_cases,
    image_cases,
    isolation_cases,
    snapshot_cases,
    table_cases,
    testing_cases,
    watching_cases,
)
from tests.rules.cases import Case

_ALL: tuple[dict[str, Case], ...] = (
    access_cases.CASES,
    assertion_cases.ASSERTION_CASES,
    audit_cases.AUDIT_CASES,
    backup_policy_cases.BACKUP_POLICY_CASES,
    cases.CASES,
    connecting_cases.CASES,
    drill_cases.DRILL_CASES,
    event_cases.CASES,
    gapped_cases.GAPPED_CASES,
    image_cases.CASES,
    isolation_cases.ISOLATION_CASES,
    snapshot_cases.CASES,
    table_cases.TABLE_CASES,
    testing_cases.TESTING_CASES,
    watching_cases.CASES,
)
CASES: dict[str, Case] = dict(sorted(case for each in _ALL for case in each.items()))
