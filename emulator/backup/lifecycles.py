"""When recovery points go to cold storage and when they end.

The limits are those of ``Lifecycle`` in the AWS Backup API reference and of "Point-in-time recovery" in the
AWS Backup Developer Guide.
"""

from datetime import datetime, timedelta
from typing import Any

from emulator.errors import InvalidParameterValue

Lifecycle = dict[str, Any]

COLD_STORAGE_DAYS = 90
"""How long a recovery point must stay in cold storage."""

LONGEST_DAYS = 36_500
LONGEST_CONTINUOUS_DAYS = 35

CONTINUOUS_LAG = timedelta(minutes=5)
"""How far the last moment that a continuous backup of a database can be restored to lies behind ("Restoring a
DB instance to a specified time" in the Amazon RDS User Guide: typically within the last five minutes)."""

CONTINUOUS_LAG_OF_S3 = timedelta(minutes=15)
"""The same of a bucket: our reading, for which the pages that we could read of the guide give no figure."""


def check(lifecycle: Lifecycle | None) -> None:
    """:raises InvalidParameterValue: AWS does not take this lifecycle."""
    if not lifecycle:
        return
    delete = lifecycle.get("DeleteAfterDays")
    cold = lifecycle.get("MoveToColdStorageAfterDays")
    if delete is not None and not 1 <= delete <= LONGEST_DAYS:
        raise InvalidParameterValue(
            f"Invalid lifecycle. DeleteAfterDays must be between 1 and {LONGEST_DAYS}"
        )
    if cold is not None and cold < 1:
        raise InvalidParameterValue("Invalid lifecycle. MoveToColdStorageAfterDays must be at least 1")
    if delete is not None and cold is not None and delete < cold + COLD_STORAGE_DAYS:
        raise InvalidParameterValue(
            f"Invalid lifecycle. DeleteAfterDays cannot be less than {COLD_STORAGE_DAYS} days apart from "
            "MoveToColdStorageAfterDays"
        )


def check_continuous(lifecycle: Lifecycle | None) -> None:
    """Check the lifecycle of a rule that backs up continuously.

    :raises InvalidParameterValue: it does not delete after 1 to 35 days, or moves to cold storage.
    """
    lifecycle = lifecycle or {}
    delete = lifecycle.get("DeleteAfterDays")
    if delete is None or not 1 <= delete <= LONGEST_CONTINUOUS_DAYS:
        raise InvalidParameterValue(
            f"Invalid lifecycle. DeleteAfterDays must be between 1 and {LONGEST_CONTINUOUS_DAYS} for a "
            "continuous backup"
        )
    if lifecycle.get("MoveToColdStorageAfterDays") is not None:
        raise InvalidParameterValue("Invalid lifecycle. A continuous backup cannot move to cold storage")


def calculated(lifecycle: Lifecycle | None, created: datetime) -> dict[str, datetime]:
    """The moments that ``lifecycle`` means for a recovery point made at ``created``."""
    moments = {"MoveToColdStorageAt": "MoveToColdStorageAfterDays", "DeleteAt": "DeleteAfterDays"}
    return {
        moment: created + timedelta(days=lifecycle[days])
        for moment, days in moments.items()
        if lifecycle and lifecycle.get(days) is not None
    }
