"""Assertions that a program of the team's answers, on the machine that drills."""

from __future__ import annotations

import os

from tierkeep.catalog.program_files import digest_of
from tierkeep.desired.assertions import Script
from tierkeep.drill.assertions.answer import Answer, Asking
from tierkeep.drill.assertions.program import run_program
from tierkeep.drill.assertions.values import MOST_SHOWN
from tierkeep.drill.errors import CannotVerifyError
from tierkeep.drill.measure import duration

PASSED, FAILED, COULD_NOT_LOOK = 0, 1, 77
"""Exit codes. 77 is that of a test that was skipped, as Automake and others have it; whatever else a program
ends with, it could not look either."""
PREFIX = "TIERKEEP_DRILL_"


class ScriptCannotLookError(CannotVerifyError):
    """A program that came to no verdict, with what it printed."""

    def __init__(self, message: str, output: str) -> None:
        super().__init__(message)
        self.output = output


def expected(form: Script) -> str:
    """In words."""
    return f"{form.path} ends with {PASSED} within {duration(form.timeout_seconds)}"


def script(asking: Asking, form: Script) -> Answer:
    """The program ends with 0. With 1 the data is wrong; all else says nothing of the data.

    Raises `CannotVerifyError` if it is not what was read with the catalog, cannot be started, takes too long,
    or ends otherwise.
    """
    asking.require_time()
    left = asking.deadline - asking.bench.waiter.clock.monotonic()
    seconds = min(float(form.timeout_seconds), left)
    folder = asking.bench.scope.folder.resolve()
    file = folder / form.path
    try:
        if digest_of(file) != form.sha256:
            raise CannotVerifyError(f"{form.path} is no longer what was read with the catalog")
        ended = run_program(
            [str(file)],
            folder=folder,
            environment={**os.environ, **environment(asking)},
            seconds=seconds,
            checkpoint=asking.bench.waiter.checkpoint,
        )
    except (OSError, ValueError) as error:
        raise CannotVerifyError(f"{form.path} could not be run: {error}") from error
    if ended.exit_code in (PASSED, FAILED):
        told = f"{form.path} ended with {ended.exit_code}{_last_line(ended.output)}"
        return Answer(actual=told, holds=ended.exit_code == PASSED, output=ended.output)
    raise ScriptCannotLookError(_why(form, ended.exit_code, seconds) + _last_line(ended.output), ended.output)


def environment(asking: Asking) -> dict[str, str]:
    """What a program is told besides the environment of the drill itself."""
    bench, scope = asking.bench, asking.bench.scope
    told = {
        "ID": bench.drill_id,
        "ARN": bench.arn,
        "TYPE": scope.resource_type.value,
        "ACCOUNT": scope.account_id,
        "REGION": scope.unit.region,
        "TIER": scope.tier,
        "ASSERTION": asking.assertion.name,
        "SOURCE_ARN": bench.choice.point.resource_arn,
        "POINT_ARN": bench.choice.point.arn,
        "POINT_TIME": bench.choice.point.created.isoformat(),
    }
    return {f"{PREFIX}{name}": text for name, text in told.items()}


def _why(form: Script, code: int | None, seconds: float) -> str:
    if code is None:
        return f"{form.path} was stopped after {duration(seconds)}"
    if code < 0:
        return f"{form.path} was ended by signal {-code}"
    if code == COULD_NOT_LOOK:
        return f"{form.path} could not look: it ended with {COULD_NOT_LOOK}"
    return (
        f"{form.path} ended with {code}: {PASSED} is a pass, {FAILED} a failure, and nothing else a verdict"
    )


def _last_line(output: str) -> str:
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    return f"; its last line: {lines[-1][:MOST_SHOWN]}" if lines else ""
