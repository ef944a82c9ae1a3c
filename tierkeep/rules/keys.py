"""Rules of customer-managed keys."""

from __future__ import annotations

from collections.abc import Iterator

from tierkeep.desired.model import DesiredState
from tierkeep.rules.registry import Severity, Violation, rule

SHORTEST_WINDOW, LONGEST_WINDOW = 7, 30


@rule(
    "TK122",
    title="A key waits 7 to 30 days for its deletion",
    severity=Severity.ERROR,
    source="botocore 1.44.5, kms ScheduleKeyDeletion.PendingWindowInDays; read 2026-11",
    waivable=False,
)
def deletion_window(state: DesiredState) -> Iterator[Violation]:
    """Once a key is scheduled for deletion, it can be saved for so many days. Then nobody can ever again read
    what it encrypts.

    Breaks it: `key_deletion_window: 6d`
    Keeps it: `key_deletion_window: 7d`
    """
    found = {
        key.deletion_window_origin: key.deletion_window_days for unit in state.units for key in unit.keys
    }
    for origin, days in found.items():
        if not SHORTEST_WINDOW <= days <= LONGEST_WINDOW:
            yield Violation(
                origin=origin,
                message=f"a key cannot wait {days} days for its deletion",
                hint=f"write {SHORTEST_WINDOW}d to {LONGEST_WINDOW}d",
            )
