"""What ends a drill before its time, and what each end means for the outcome."""

from __future__ import annotations

from enum import StrEnum


class Outcome(StrEnum):
    """What a drill proved."""

    PASS = "pass"  # noqa: S105 - an outcome, no password
    FAIL = "fail"
    COULD_NOT_VERIFY = "could-not-verify"


class ScopeError(Exception):
    """What was asked for is not in the catalog, or is not one thing. The message lists what exists."""


class DrillError(Exception):
    """A drill cannot go on. `outcome` is what that says about the backups."""

    outcome = Outcome.COULD_NOT_VERIFY


class NothingToRestoreError(DrillError):
    """There is no recovery point that could be restored: the promise is not kept."""

    outcome = Outcome.FAIL


class RestoreFailedError(DrillError):
    """AWS Backup took the restore on and gave it up."""

    outcome = Outcome.FAIL


class CannotVerifyError(DrillError):
    """Something that the verdict needs could not be read or done."""


class TimedOutError(CannotVerifyError):
    """What was waited for did not happen within its bound."""


class InterruptedDrillError(CannotVerifyError):
    """The user or the system asked the drill to stop."""


class NotOursError(CannotVerifyError):
    """A resource was not deleted because it could not be shown, right then, to be the drill's own."""


class BusyError(CannotVerifyError):
    """Another drill holds the lock on this resource or on this journal."""


class FencedError(CannotVerifyError):
    """Another process has taken the journal over: this one counts as gone and may change nothing more."""


class JournalDamagedError(Exception):
    """A journal cannot be trusted: a line before its last cannot be read, or lines are missing."""
