"""What AWS Backup says of a restore job need not be true, nor all: what a drill then tags, and finds."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cases import CASES, Case
from drill_world import LIMITS, drill, session

from tierkeep.drill.clock import Clock
from tierkeep.drill.effects import Limits
from tierkeep.drill.makers import BACKUP_JOB
from tierkeep.drill.restorers.base import Restorer
from tierkeep.drill.restorers.registry import RESTORERS
from tierkeep.drill.stores import LocalStore
from tierkeep.drill.sweep import Broom, Fate, sweep

BY_JOBS = [each for each in RESTORERS if each.maker == BACKUP_JOB.name]
NAMED = [each for each in BY_JOBS if each.resource_type.value not in ("ebs", "ec2")]
"""Those whose request names what it makes: EC2 gives volumes and instances their ids itself."""


def each_of(restorers: list[Restorer]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("restorer", restorers, ids=lambda each: each.title)


class Telling:
    """A session in which restore jobs are told otherwise."""

    def __init__(self, told: Callable[[dict[str, Any]], dict[str, Any]]) -> None:
        here = session()
        self._here, self._told, self.partition = here, told, here.partition
        self.unit, self.account_id, self.region = here.unit, here.account_id, here.region

    def call(self, service: str, operation: str, **parameters: Any) -> dict[str, Any]:
        answer = self._here.call(service, operation, **parameters)
        return self._told(answer) if operation == "describe_restore_job" else answer

    def pages(self, service: str, operation: str, *what: str, **parameters: Any) -> Any:
        for each in self._here.pages(service, operation, *what, **parameters):
            yield self._told(each) if operation == "list_restore_jobs" else each


def failed(job: dict[str, Any]) -> dict[str, Any]:
    """A job that failed when it had made its thing, of which it says nothing."""
    if job["Status"] != "COMPLETED":
        return job
    told = {**job, "Status": "FAILED", "StatusMessage": "of its own"}
    told.pop("CreatedResourceArn")
    return told


def case_of(restorer: Restorer, clock: Clock) -> Case:
    return CASES[restorer.title](clock, light=True)


@each_of(NAMED)
def test_a_failed_restore_leaves_nothing(restorer: Restorer, clock: Clock, tmp_path: Path) -> None:
    """A job that fails may have made its thing and not say so: the drill's name for it finds it."""
    case = case_of(restorer, clock)
    before = case.inventory()
    telling: Any = Telling(failed)
    evidence = drill(clock, tmp_path, of=case.scope(), as_session=telling)
    assert evidence["outcome"]["result"] == "fail"
    assert [thing["gone"] for thing in evidence["teardown"]["things"]] == [True]
    assert case.inventory() == before


@each_of(NAMED)
def test_a_failed_restore_whose_answer_is_lost_is_not_taken_for_nothing(
    restorer: Restorer, clock: Clock, tmp_path: Path
) -> None:
    """Too late to ask with the token again, a sweep does not say that nothing is left while it is there."""
    case = case_of(restorer, clock)

    class DeadError(BaseException):
        pass

    def die(point: str) -> None:
        if point == f"done make {restorer.kind}":
            raise DeadError

    with pytest.raises(DeadError):
        drill(clock, tmp_path, of=case.scope(), observe=die)
    clock.sleep(LIMITS.job)
    telling: Any = Telling(failed)
    broom = Broom(clock=clock, open_session=lambda *_: telling, limits=LATE)
    [swept] = sweep(LocalStore(tmp_path), broom)
    assert swept.fate is Fate.COULD_NOT_TELL, swept


LATE = Limits(**{**{name: getattr(LIMITS, name) for name in Limits.__slots__}, "token": 0.0})


@each_of(BY_JOBS)
def test_what_was_backed_up_is_never_tagged(restorer: Restorer, clock: Clock, tmp_path: Path) -> None:
    """Not even if AWS Backup names it as what a job has made: it would look like the drill's own after."""
    case = case_of(restorer, clock)
    before = case.inventory()

    def in_place(job: dict[str, Any]) -> dict[str, Any]:
        return {**job, "CreatedResourceArn": case.arn} if "CreatedResourceArn" in job else job

    telling: Any = Telling(in_place)
    evidence = drill(clock, tmp_path, of=case.scope(), as_session=telling)
    assert evidence["outcome"]["result"] == "could-not-verify"
    after = case.inventory()
    assert {name: after[name] for name in before} == before
