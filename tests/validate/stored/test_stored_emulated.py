"""The judge over what the emulator has after days of the reference strategy, read as AWS would be."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from emulator import clock
from emulator.backup.timing import set_job_seconds
from tests.catalogs import SHIPPED
from tests.simulation.deployed import Accounts
from tests.simulation.workload import create
from tests.validate.deploying import deploy, session_of
from tierkeep.aws import UnitSession, open_unit
from tierkeep.compiler import compile_catalog
from tierkeep.desired.model import DesiredUnit, ResourceType
from tierkeep.validate.findings import Finding, Unknown
from tierkeep.validate.observe import observe
from tierkeep.validate.observed import Scope
from tierkeep.validate.stored.judge import StoredJudge
from tierkeep.validate.stored.read_plan_versions import read_plan_versions
from tierkeep.validate.stored.scope import StoredScope
from tierkeep.validate.stored.stream import records

BEGIN = datetime(2027, 1, 31, 23, 59, tzinfo=UTC)
STATE = compile_catalog(SHIPPED).state
HOW_MANY = {
    (each.tier, each.resource_type): 1
    for unit in STATE.units
    for each in unit.protections
    if each.resource_type is not ResourceType.S3
}
TRUE = {
    "security.encryption": "the workload is made without encryption",
    "cost.unattached": "its volumes belong to no instance",
}
"""Findings that are as they should be."""


@pytest.fixture
def begun(aws: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The reference strategy, deployed, with a resource of each type of each tier."""
    monkeypatch.setenv("MOTO_EC2_LOAD_DEFAULT_AMIS", "false")
    set_job_seconds(0)
    clock.set_now(BEGIN)
    list(create(STATE, Accounts(), HOW_MANY))
    deploy(STATE, session_of)
    yield
    clock.set_offset(0)
    set_job_seconds(1)


def session_in(unit: DesiredUnit, region: str) -> UnitSession:
    return open_unit(
        unit=f"{unit.id.account}/{region}",
        account_id=unit.account_id,
        region=region,
        role_arn=unit.access.validate_role_arn,
        session_name="tierkeep-test",
    )


def outcomes(unit: DesiredUnit, at: datetime) -> list[Any]:
    session, since = session_of(unit), at - timedelta(days=30)
    found = observe(
        session,
        Scope.of(unit, catalog=STATE.name),
        session_in_region=lambda region: session_in(unit, region),
    )
    judge = StoredJudge(
        STATE,
        unit,
        found,
        at,
        read_plan_versions(session, found),
        restores_since=since,
        opted_in={},
    )
    wanted = StoredScope.of(STATE, unit, found, since=since, restores_since=since)
    for record in records(session, wanted, session_in=session_in, stop=threading.Event()):
        judge.see(record)
    return judge.outcomes()


@pytest.mark.usefixtures("begun")
def test_a_clean_deployment_has_no_finding_as_days_go_by() -> None:
    """In every unit, at hours between and amid runs; nothing is unknown either."""
    for hours in (3, 31, 61):
        at = BEGIN + timedelta(hours=hours, minutes=17)
        clock.set_now(at)
        for unit in STATE.units:
            left = [each for each in outcomes(unit, at) if each.check not in TRUE and not _unemulated(each)]
            assert left == [], (at, unit.id)


def _unemulated(outcome: Finding | Unknown) -> bool:
    """Restore tests of databases fail in the emulator, which says so (docs/emulator.md)."""
    return isinstance(outcome, Finding) and "The emulator infers no metadata" in str(outcome.actual)
