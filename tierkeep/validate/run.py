"""Validates units side by side, so that none waits for another and none hides another's result."""

import queue
import threading
from collections.abc import Callable, Sequence
from functools import partial
from typing import Protocol, TypeVar

from tierkeep.aws import AwsError, UnitSession, WrongAccountError, open_unit
from tierkeep.desired.model import DesiredState, DesiredUnit
from tierkeep.validate.findings import UnitResult
from tierkeep.validate.judge import judge, undetermined
from tierkeep.validate.observe import observe
from tierkeep.validate.observed import ObservedUnit, Scope
from tierkeep.validate.unread import Unread

R = TypeVar("R")

AT_ONCE = 8
"""The most units that are read at the same time. AWS limits rates by account and Region, not over all."""


class OpenUnit(Protocol):
    """How a session in a unit is opened: `tierkeep.aws.open_unit`."""

    def __call__(
        self, *, unit: str, account_id: str, region: str, role_arn: str | None, session_name: str
    ) -> UnitSession:
        """Raises `AwsError` and `WrongAccountError`."""


def validate_units(
    state: DesiredState,
    units: Sequence[DesiredUnit],
    *,
    open_session: OpenUnit = open_unit,
    on_done: Callable[[UnitResult], None],
) -> tuple[UnitResult, ...]:
    """The results of the units, in their order. `on_done` hears of each as it is finished, in this thread.

    What a unit cannot be asked makes that unit UNKNOWN. Other errors are bugs and go through.
    """
    return side_by_side(units, partial(_validate, state.name, open_session), on_done=on_done)


def side_by_side(
    units: Sequence[DesiredUnit], work: Callable[[DesiredUnit], R], *, on_done: Callable[[R], None]
) -> tuple[R, ...]:
    """What `work` makes of each unit, in their order. `on_done` hears of each, in this thread."""
    waiting: queue.SimpleQueue[tuple[int, DesiredUnit]] = queue.SimpleQueue()
    for place in enumerate(units):
        waiting.put(place)
    finished: queue.SimpleQueue[tuple[int, R | BaseException]] = queue.SimpleQueue()
    for _ in range(min(AT_ONCE, len(units))):
        # Daemons: they only read, so that Ctrl-C need not wait for a call that hangs.
        threading.Thread(target=_work, args=(waiting, finished, work), daemon=True).start()
    results: dict[int, R] = {}
    while len(results) < len(units):
        position, result = finished.get()
        if isinstance(result, BaseException):
            raise result
        results[position] = result
        on_done(result)
    return tuple(results[position] for position in sorted(results))


def _work(
    waiting: "queue.SimpleQueue[tuple[int, DesiredUnit]]",
    finished: "queue.SimpleQueue[tuple[int, R | BaseException]]",
    work: Callable[[DesiredUnit], R],
) -> None:
    while True:
        try:
            position, unit = waiting.get_nowait()
        except queue.Empty:
            return
        try:
            finished.put((position, work(unit)))
        except BaseException as error:  # noqa: BLE001  # raised again in the thread that waits
            finished.put((position, error))
            return


def _validate(catalog: str, open_session: OpenUnit, unit: DesiredUnit) -> UnitResult:
    observed = observe_unit(unit, Scope.of(unit, catalog=catalog), open_session, "tierkeep-validate")
    return undetermined(unit, observed) if isinstance(observed, Unread) else judge(unit, observed)


def observe_unit(
    unit: DesiredUnit, scope: Scope, open_session: OpenUnit, session_name: str
) -> ObservedUnit | Unread:
    """What a unit holds of a scope, read as the role that validates; or why it cannot be entered."""

    def session_in(region: str) -> UnitSession:
        return open_session(
            unit=f"{unit.id.account}/{region}",
            account_id=unit.account_id,
            region=region,
            role_arn=unit.access.validate_role_arn,
            session_name=session_name,
        )

    try:
        session = session_in(unit.id.region)
    except (AwsError, WrongAccountError) as error:
        return Unread.because(error)
    return observe(session, scope, session_in_region=session_in)
