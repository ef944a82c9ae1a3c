"""All checks: the questions that are asked of every unit.

The ids are a public contract: `family.what`.
"""

from tierkeep.validate.check import Check
from tierkeep.validate.drift_checks import DRIFT_CHECKS
from tierkeep.validate.stored_checks import STORED_CHECKS

CHECKS: tuple[Check, ...] = (*DRIFT_CHECKS, *STORED_CHECKS)
"""All checks, in the order in which they are reported."""


def families() -> tuple[str, ...]:
    """Every family once, in the order of the checks."""
    return tuple(dict.fromkeys(check.family for check in CHECKS))


def find_check(check_id: str) -> Check | None:
    """The check of that id, or None."""
    return next((check for check in CHECKS if check.id == check_id), None)


NOT_COMPARED = (
    "what policies of AWS's own and boundaries say, and documents that a catalog only names",
    "with which accounts images are shared, and snapshots that no schedule shares",
)
"""What this version does not look at, although a backup may depend on it. Every report says so."""
