"""What the numbers of `tierkeep explain` rest on: assumptions, and where AWS says the rest."""

from __future__ import annotations

from tierkeep.promises.recovery_point import ASSUMED_COMPLETION_MINUTES, ASSUMED_COPY_MINUTES, length

ASSUMPTIONS = (
    (
        f"Where the catalog has nothing measured, a backup is complete {length(ASSUMED_COMPLETION_MINUTES)} "
        f"after it starts, a copy {length(ASSUMED_COPY_MINUTES)} after its original: AWS promises neither."
    ),
    "Every job starts within its window and succeeds; the calendar counts it from its scheduled time.",
    "An objective binds the source. Copies are for the loss of the Region and are not judged by it.",
    "Gaps are the longest in 2024-2051, after which calendars repeat (until 2100).",
    "A local time that a change of the clock skips does not occur, a repeated one occurs once.",
    "Data Lifecycle Manager's months and years are the calendar's; its copies age from the original.",
)

SOURCES = (
    "AWS Backup developer guide, plan-options-and-configuration: overlapping rules, start window, DST",
    "AWS Backup developer guide, recov-point-create-a-copy: a copy keeps the source's creation date",
    "AWS Backup developer guide, deleting-backups: deleted within 8 hours after expiry",
    "AWS Backup developer guide, point-in-time-recovery: copies of continuous backups are snapshots",
    "Data Lifecycle Manager API reference, CreateRule: UTC, starts within an hour",
    "EventBridge user guide, cron expressions reference: six fields, weekdays 1-7 from SUN",
)
"""Read 2026-11."""
