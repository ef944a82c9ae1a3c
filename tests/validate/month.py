"""A month of the reference strategy in the emulator, and what `tierkeep validate` says of it at an hour.

Everything goes as it does against AWS: the shipped catalog is compiled and deployed, its tiers' resources are
made, the clock moves on, and the validator reads all units by boto3 and judges what it has read.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

import pytest

from emulator import clock
from tests.catalogs import SHIPPED
from tests.simulation.deployed import Accounts
from tests.simulation.workload import create
from tests.validate.deploying import deploy, session_of
from tests.validate.emulating import emulated
from tierkeep.aws import UnitSession, open_unit
from tierkeep.compiler import compile_catalog
from tierkeep.validate.findings import Finding, Unknown
from tierkeep.validate.observe import observe
from tierkeep.validate.observed import ObservedUnit, Scope
from tierkeep.validate.run import OpenUnit, Storage, validate_units

BEGIN = datetime(2027, 2, 28, 23, 59, tzinfo=UTC)
"""A minute before a month of 31 days in which Europe and America put their clocks forward; the
catalog's zone, UTC, does not."""
HOURS = 32 * 24
"""Until the end of the day after it, on which what is monthly comes round again."""
SET_UP_HOURS = 6
"""How all is set up is read anew every so many hours: nothing changes it. What is stored is read in each."""

STATE = compile_catalog(SHIPPED).state


def moment(hour: int) -> datetime:
    """Some minute of an hour of the month, another one in each: at full hours most things begin."""
    return BEGIN + timedelta(hours=hour, minutes=1 + hour * 7 % 60)


@contextmanager
def deployed(patch: pytest.MonkeyPatch) -> Iterator[None]:
    """The strategy in an emulated AWS of its own, with a resource of each type that each tier protects."""
    patch.setenv("MOTO_EC2_LOAD_DEFAULT_AMIS", "false")
    each = {(of.tier, of.resource_type): 1 for unit in STATE.units for of in unit.protections}
    with emulated(patch):
        clock.set_now(BEGIN)
        list(create(STATE, Accounts(), each, {"restore-test": "weekly"}))
        deploy(STATE, session_of)
        yield
    clock.set_offset(0)


@dataclass(frozen=True, kw_only=True)
class Hour:
    """What was said at a moment, of all units."""

    at: datetime
    findings: tuple[Finding, ...]
    unknowns: tuple[Unknown, ...]
    records: int
    """How many were read."""

    @property
    def clean(self) -> bool:
        """Whether nothing was found, and nothing is unknown."""
        return not self.findings and not self.unknowns


def validated(hours: Iterable[int]) -> Iterator[Hour]:
    """The clock moved to each of the hours, in their order, and what is said then."""
    opened = cache(open_unit)
    set_up: dict[tuple[str, int], ObservedUnit] = {}

    def observed(session: UnitSession, scope: Scope, **more: Any) -> ObservedUnit:
        key = session.unit, hour // SET_UP_HOURS
        if key not in set_up:
            set_up[key] = observe(session, scope, **more)
        return set_up[key]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("tierkeep.validate.run.observe", observed)
        for hour in hours:
            yield _hour(moment(hour), opened)


def _hour(at: datetime, opened: OpenUnit) -> Hour:
    clock.set_now(at)
    read: list[int] = []
    results = validate_units(
        STATE,
        STATE.units,
        open_session=opened,
        on_done=lambda _: None,
        storage=Storage(at=at, on_records=read.append),
    )
    return Hour(
        at=at,
        findings=tuple(each for result in results for each in result.findings),
        unknowns=tuple(each for result in results for each in result.unknowns),
        records=sum(read),
    )
