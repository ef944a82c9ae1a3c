"""Validates units side by side, so that none waits for another and none hides another's result."""

import threading
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Protocol

from tierkeep.aws import AwsError, UnitSession, WrongAccountError, open_unit
from tierkeep.desired.model import DesiredState, DesiredUnit
from tierkeep.validate.findings import Finding, UnitResult, Unknown
from tierkeep.validate.judge import judge, undetermined
from tierkeep.validate.observe import observe
from tierkeep.validate.observed import ObservedUnit, Scope
from tierkeep.validate.side_by_side import Interrupted, side_by_side
from tierkeep.validate.stored.judging import judge_of, restores_since
from tierkeep.validate.stored.lines import UnitHead
from tierkeep.validate.stored.read_plan_versions import read_plan_versions
from tierkeep.validate.stored.read_settings import read_opt_in
from tierkeep.validate.stored.saved import Saving
from tierkeep.validate.stored.scope import StoredScope
from tierkeep.validate.stored.stream import records
from tierkeep.validate.unread import INTERRUPTED, Unread, attempt

AT_ONCE = 8
"""The most units that are read at the same time. AWS limits rates by account and Region, not over all."""

SINCE_DAYS = 8
"""How far back backup and copy jobs are read where nobody says: a weekly rule's last run, and a day for it to
end."""

_SESSION = "tierkeep-validate"
_TELL_EVERY = 250


class OpenUnit(Protocol):
    """How a session in a unit is opened: `tierkeep.aws.open_unit`."""

    def __call__(
        self, *, unit: str, account_id: str, region: str, role_arn: str | None, session_name: str
    ) -> UnitSession:
        """Raises `AwsError` and `WrongAccountError`."""


class ValidationInterrupted(Exception):  # noqa: N818 - it is what happened
    """Ctrl-C, with the results as far as they go: what was not read is unknown in them."""

    def __init__(self, results: tuple[UnitResult, ...]) -> None:
        super().__init__("interrupted")
        self.results = results


@dataclass(frozen=True, kw_only=True, slots=True)
class Storage:
    """What is to be done about what is stored in the units, besides how they are set up."""

    at: datetime
    """The moment that it is judged at."""
    since: timedelta = timedelta(days=SINCE_DAYS)
    """How far back backup and copy jobs are read."""
    saving: Saving | None = None
    """Where all that is observed is written."""
    on_records: Callable[[int], None] = field(default=lambda _: None)
    """Hears how many records were read since it last heard, in the threads that read them."""


def validate_units(
    state: DesiredState,
    units: Sequence[DesiredUnit],
    *,
    open_session: OpenUnit = open_unit,
    on_done: Callable[[UnitResult], None],
    storage: Storage | None = None,
) -> tuple[UnitResult, ...]:
    """The results of the units, in their order. `on_done` hears of each as it is finished, in this thread.

    Without `storage` only how they are set up is read and judged. What a unit cannot be asked makes that unit
    UNKNOWN. Ctrl-C raises `ValidationInterrupted`. Other errors are bugs and go through.
    """
    stop = threading.Event()
    work = _Work(state=state, open_session=open_session, storage=storage, stop=stop)
    try:
        return side_by_side(units, work.validate, at_once=AT_ONCE, on_done=on_done, stop=stop)
    except Interrupted as interrupted:
        raise ValidationInterrupted(
            tuple(
                interrupted.results.get(place) or undetermined(unit, INTERRUPTED)
                for place, unit in enumerate(units)
            )
        ) from None


@dataclass(frozen=True, kw_only=True, slots=True)
class _Work:
    state: DesiredState
    open_session: OpenUnit
    storage: Storage | None
    stop: threading.Event

    def validate(self, unit: DesiredUnit) -> UnitResult:
        try:
            session = _in_region(self.open_session, unit, _SESSION, unit.id.region)
        except (AwsError, WrongAccountError) as error:
            cause = Unread.because(error)
            self._save_unread(unit, cause)
            return undetermined(unit, cause)
        scope = Scope.of(unit, catalog=self.state.name)
        observed = observe(
            session, scope, session_in_region=partial(_in_region, self.open_session, unit, _SESSION)
        )
        if self.storage is None:
            return judge(unit, observed)
        return judge(unit, observed, self._stored(unit, session, observed, self.storage))

    def _stored(
        self, unit: DesiredUnit, session: UnitSession, observed: ObservedUnit, storage: Storage
    ) -> list[Finding | Unknown]:
        """What is to be said of what is stored, each record judged, and saved, as it arrives."""
        since = storage.at - storage.since
        head = UnitHead(
            unit=unit.id,
            account_id=unit.account_id,
            observed=observed,
            plan_versions=read_plan_versions(session, observed),
            opted_in=attempt(read_opt_in, session),
        )
        judging = judge_of(self.state, unit, head, observed, storage.at)
        scope = StoredScope.of(
            self.state, unit, observed, since=since, restores_since=restores_since(unit, storage.at)
        )
        stream = records(session, scope, session_in=self._session_in, stop=self.stop)
        with nullcontext() if storage.saving is None else storage.saving.part(head) as part:
            number = 0
            for number, record in enumerate(stream, start=1):
                judging.see(record)
                if part:
                    part.write(record)
                if number % _TELL_EVERY == 0:
                    storage.on_records(_TELL_EVERY)
            storage.on_records(number % _TELL_EVERY)
        return judging.outcomes()

    def _save_unread(self, unit: DesiredUnit, cause: Unread) -> None:
        if self.storage and self.storage.saving:
            head = UnitHead(
                unit=unit.id,
                account_id=unit.account_id,
                observed=cause,
                plan_versions={},
                opted_in=cause,
            )
            with self.storage.saving.part(head):
                pass

    def _session_in(self, unit: DesiredUnit, region: str) -> UnitSession:
        return _in_region(self.open_session, unit, _SESSION, region)


def observe_unit(
    unit: DesiredUnit, scope: Scope, open_session: OpenUnit, session_name: str
) -> ObservedUnit | Unread:
    """What a unit holds of a scope, read as the role that validates; or why it cannot be entered."""
    session_in = partial(_in_region, open_session, unit, session_name)
    try:
        session = session_in(unit.id.region)
    except (AwsError, WrongAccountError) as error:
        return Unread.because(error)
    return observe(session, scope, session_in_region=session_in)


def _in_region(open_session: OpenUnit, unit: DesiredUnit, session_name: str, region: str) -> UnitSession:
    """A session in a Region of a unit's account, as the role that validates."""
    return open_session(
        unit=f"{unit.id.account}/{region}",
        account_id=unit.account_id,
        region=region,
        role_arn=unit.access.validate_role_arn,
        session_name=session_name,
    )
