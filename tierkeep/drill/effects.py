"""Every change that a drill makes in AWS: announced in the journal, made, confirmed in the journal."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeAlias

from tierkeep.aws import AwsError, UnitSession
from tierkeep.drill.clock import Waiter
from tierkeep.drill.errors import FencedError, TimedOutError
from tierkeep.drill.journal import Journal
from tierkeep.drill.kinds import kind_named
from tierkeep.drill.makers import maker_named
from tierkeep.drill.record import DELETE, MAKE, TAG, Making, Record

Say: TypeAlias = Callable[[str], None]
"""Told, in a short sentence, what is going on. For people; nothing depends on it."""

Observer: TypeAlias = Callable[[str], None]
"""Told the name of each point that a drill passes: the seam at which tests stop the process."""


def unobserved(_point: str) -> None:
    """The observer of a drill that nobody observes."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Limits:
    """How long a drill waits for what, in seconds."""

    restore: float
    """For the restore, from its request until what it made is ready."""
    settle: float = 180.0
    """After an announced request without answer, until a list without its work means that there is none."""
    token: float = 45 * 60.0
    """For how long a retry with the same idempotency token counts as a retry.

    AWS Backup has documented one hour ("Idempotency tokens time out after one hour", an earlier edition of
    the API reference of StartRestoreJob) and documents no time now; EC2 documents 24 hours for instances, and
    nothing for volumes. Past it, a retry might start a second restore.
    """
    job: float = 3600.0
    """For a restore to end when cleaning up; it cannot be cancelled, and a thing is not deleted before."""
    visible: float = 120.0
    """Until a thing that AWS names, or a tag that was put on it, shows in AWS's answers."""
    gone: float = 1800.0
    """Until a deleted thing no longer exists: databases take some ten minutes."""
    reading: float = 1800.0
    """For all that looks into what was restored."""
    clearing: float = 6 * 3600.0
    """For deleting what is in a thing before it; with what is left then, the next sweep goes on."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Hands:
    """What changes AWS on behalf of one drill: a session, the drill's journal, and who is told."""

    session: UnitSession
    journal: Journal
    waiter: Waiter
    limits: Limits
    say: Say
    observe: Observer = unobserved

    def make(self, *, number: int, maker: str, kind: str, request: dict[str, Any]) -> str:
        """Ask for something for the first time; the handle of it.

        A refusal of this first request means that nothing was made.
        """
        self._announce(MAKE, kind, making=number, maker=maker, request=request)
        asked = maker_named(maker)
        try:
            handle = asked.ask(self.session, request)
        except AwsError as error:
            if error.access_denied or asked.not_done(error.code):
                self.journal.append(
                    "refused", action=MAKE, making=number, code=error.code, message=error.message
                )
            raise
        self._confirm_made(kind, number, handle)
        return handle

    def make_again(self, making: Making) -> str:
        """Repeat a request whose answer is lost, for AWS to answer with what the first made.

        A refusal of this one says nothing of the first.
        """
        self._announce(MAKE, making.kind, making=making.number, maker=making.maker, request=making.request)
        handle = maker_named(making.maker).ask(self.session, making.request)
        self.found(making, handle)
        return handle

    def found(self, making: Making, handle: str) -> None:
        """Note which work is that of a request whose answer was lost."""
        self._confirm_made(making.kind, making.number, handle)

    def tag(self, record: Record, kind: str, arn: str) -> None:
        """Put the drill's tags on a thing."""
        self._announce(TAG, kind, arn=arn, tags=dict(record.tags))
        kind_named(kind).tag(self.session, arn, dict(record.tags))
        self._confirm(TAG, kind, arn=arn)

    def delete(self, kind: str, arn: str, *, may_still: Callable[[], None]) -> None:
        """Delete a thing, with what is in it. Only `cleanup` may ask for this, after the guard has let it
        through; `may_still` asks the guard again, between any two steps, and raises where it no longer does.

        Raises `TimedOutError` if clearing it takes too long, and `AwsError`.
        """
        self._announce(DELETE, kind, arn=arn)
        of, deadline = kind_named(kind), self.waiter.clock.monotonic() + self.limits.clearing
        for done in of.clear(self.session, arn):
            self.say(done)
            # Whoever has lost the journal learns it here, before the next step.
            self.journal.append("cleared", kind=kind, arn=arn, done=done)
            self.waiter.checkpoint()
            if self.waiter.clock.monotonic() >= deadline:
                raise TimedOutError(f"{done}, and not all within {self.limits.clearing:.0f} s")
            may_still()
        of.delete(self.session, arn)
        self._confirm(DELETE, kind, arn=arn)

    def _confirm_made(self, kind: str, number: int, handle: str) -> None:
        try:
            self._confirm(MAKE, kind, making=number, handle=handle)
        except FencedError:
            # This process was held up while it asked, and whoever took over may have found nothing yet.
            self.journal.append_late("late", making=number, handle=handle)
            raise

    def _announce(self, action: str, kind: str, **fields: Any) -> None:
        self.journal.append("intent", action=action, kind=kind, **fields)
        self.observe(f"announced {action} {kind}")

    def _confirm(self, action: str, kind: str, **fields: Any) -> None:
        self.observe(f"done {action} {kind}")
        self.journal.append("done", action=action, kind=kind, **fields)
