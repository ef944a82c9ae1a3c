"""The sessions of a run: one a unit, opened when it is first needed, shared by all drills there."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import datetime

from tierkeep.aws import UnitSession
from tierkeep.desired.model import DesiredState, DesiredUnit, UnitId
from tierkeep.drill.clock import Clock
from tierkeep.drill.errors import ScopeError
from tierkeep.drill.scenarios.sharing import SharedSession


class Sessions:
    """Opens each session once. Safe to use from several threads."""

    def __init__(
        self,
        state: DesiredState,
        open_unit: Callable[[DesiredUnit], UnitSession],
        *,
        clock: Clock,
        at_work: Callable[[], int],
    ) -> None:
        self._units = {str(unit.id): unit for unit in state.units}
        self._open = open_unit
        self._clock, self._at_work = clock, at_work
        self._since: datetime = clock.now()
        self._opened: dict[str, UnitSession] = {}
        self._lock = threading.Lock()

    def __call__(self, unit: UnitId | str) -> UnitSession:
        """The session in a unit. Raises `ScopeError` if there is no such, `AwsError`, `WrongAccountError`."""
        name = str(unit)
        with self._lock:
            if name not in self._opened:
                if name not in self._units:
                    raise ScopeError(f"the catalog has no unit {name}")
                self._opened[name] = SharedSession(
                    self._open(self._units[name]), clock=self._clock, at_work=self._at_work, since=self._since
                )
            return self._opened[name]
