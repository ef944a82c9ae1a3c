"""The fault matrix: what goes wrong, in which stage of a drill, and how it has to end.

The tests of `test_drill_restorers.py` let each restorer of the registry go through it; docs/fault-matrix.md
is made of it. A verdict is never a pass, and after `sweep` the account is as it was before.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from itertools import takewhile

from tierkeep.drill.restorers.base import Restorer
from tierkeep.drill.restorers.registry import RESTORERS
from tierkeep.drill.stages import STAGES, Stage


class End(StrEnum):
    """How a drill ends in which something went wrong. None of them is a pass."""

    NOTHING_MADE = "nothing was made"
    TORN_DOWN = "torn down by the drill"
    SWEPT = "left to sweep"


@dataclass(frozen=True, kw_only=True)
class Fault:
    """What goes wrong with a call."""

    name: str
    text: str
    code: str = ""
    """What `AwsError` says; none for a process that dies."""
    done: bool = False
    """AWS does what was asked all the same."""
    seconds: float = 0.0
    """How long there is no answer."""
    times: int = 1
    """How often; -1 for each time."""
    deletions_refused: bool = False
    """AWS refuses to delete anything besides."""

    @property
    def crash(self) -> bool:
        return not self.code


FAULTS = (
    Fault(name="error", text="refused, each time", code="AccessDeniedException", times=-1),
    Fault(name="throttle", text="throttled, after botocore's own retries", code="ThrottlingException"),
    Fault(name="time-out", text="done, and the answer is lost", code="ReadTimeoutError", done=True),
    Fault(
        name="hang", text="no answer for an hour, and nothing done", code="ReadTimeoutError", seconds=3600.0
    ),
    Fault(
        name="teardown refused",
        text="refused, and so is every deletion",
        code="UnauthorizedOperation",
        deletions_refused=True,
    ),
    Fault(
        name="crash before", text="the process dies before the stage, or a change in it, that it announced"
    ),
    Fault(name="crash after", text="the process dies after it, and has not noted it"),
)


BEFORE_THE_RESTORE = tuple(each.name for each in takewhile(lambda each: each.name != "restore", STAGES))


def ends(stage: Stage, fault: Fault) -> frozenset[End]:
    """How a drill may end that meets a fault in a stage."""
    if stage.name in BEFORE_THE_RESTORE and not fault.crash:
        return frozenset({End.NOTHING_MADE})
    if stage.name == "restore" and not fault.crash and not fault.done:
        # What may have been done is asked for again, with the same token, and then removed.
        refused = fault.name in ("error", "teardown refused")
        return frozenset({End.NOTHING_MADE} if refused else {End.NOTHING_MADE, End.TORN_DOWN})
    if fault.crash or fault.deletions_refused or stage.cleans_up:
        # What was asked for may have been refused, or not been asked for yet.
        return frozenset({End.SWEPT})
    return frozenset({End.TORN_DOWN})


def points(restorer: Restorer) -> Iterator[str]:
    """Every place at which a drill may die, from the stage list: a new stage is covered at once."""
    for stage in STAGES:
        yield f"before {stage.name}"
        for effect in stage.effects(restorer):
            yield f"announced {effect}"
            yield f"done {effect}"
        yield f"after {stage.name}"


def deaths(restorer: Restorer, *, every: bool) -> Iterator[str]:
    """The points at which a restorer's drill is let die: all around its changes, and of the edges of stages,
    which are alike for all restorers, one of three, in turn, unless all are asked for."""
    turn = RESTORERS.index(restorer)
    for number, point in enumerate(points(restorer)):
        if every or point.startswith(("announced ", "done ")) or number % 3 == turn % 3:
            yield point


@dataclass(frozen=True, kw_only=True, repr=False)
class Strike:
    """A fault that a drill meets: in which stage, with which operation."""

    stage: Stage
    operation: str
    fault: Fault

    def __repr__(self) -> str:
        return f"{self.fault.name} of {self.operation} in {self.stage.name}"


def strikes(called: Mapping[str, list[str]], *, every: bool) -> Iterator[Strike]:
    """What a restorer goes through, whose drill calls these operations in each stage.

    Each fault meets each change of a stage, or where there is none one of the calls, in turn; or `every` one.
    """
    for number, stage in enumerate(STAGES):
        operations = called.get(stage.name, [])
        changes = [each for each in operations if each.startswith(CHANGING)]
        for turn, fault in enumerate(each for each in FAULTS if not each.crash):
            met = (
                operations
                if every
                else changes or operations[(number + turn) % max(1, len(operations)) :][:1]
            )
            for operation in met:
                yield Strike(stage=stage, operation=operation, fault=fault)


CHANGING = (
    "create_",
    "delete_",
    "modify_",
    "put_",
    "restore_",
    "start_",
    "tag_",
    "copy_",
    "register_",
    "run_",
    "terminate_",
)
"""How the operations begin by which a drill changes AWS."""
DELETING = ("delete_", "deregister_", "terminate_")

_HEAD = """\
# The fault matrix of drills

Generated: `TIERKEEP_UPDATE_GOLDENS=1 .venv/bin/python -m pytest tests/drill/test_drill_pages.py`.

What goes wrong in which stage of a drill, and how it ends. `tests/drill/test_drill_restorers.py` has every
restorer go through all of it, on the emulator. In no cell is the verdict PASS; after the drill, and
`drill sweep` where something is left to it, the account holds what it held before, with the tags of before.

Each fault meets every call by which the stage changes AWS, or, where it changes nothing, one of its calls, in
turn. A drill dies around each of its changes, and at one of three edges of stages, in turn. All calls and all
edges are tried with `TIERKEEP_RANDOM=1`. A process that dies makes no further call and writes no further
line; `tests/drill/test_drill_killed.py` and `make kills` kill real ones.
"""


def page() -> str:
    """The page as Markdown."""
    lines = [_HEAD, "| fault | what happens |", "|---|---|"]
    lines += [f"| {fault.name} | {fault.text} |" for fault in FAULTS]
    lines += [
        "",
        f"| stage | {' | '.join(fault.name for fault in FAULTS)} |",
        "|---" * (len(FAULTS) + 1) + "|",
    ]
    lines += [f"| {stage.name} | {' | '.join(_cell(stage, fault) for fault in FAULTS)} |" for stage in STAGES]
    lines += ["", "## Restorers", ""]
    lines += [
        f"- {restorer.title}: may die at {len(list(points(restorer)))} points" for restorer in RESTORERS
    ]
    lines += ["", *_HUNG]
    return "\n".join(lines) + "\n"


def _cell(stage: Stage, fault: Fault) -> str:
    if stage.name == "evidence" and not fault.crash:
        return "torn down by the drill, and no verdict" if fault.name == "error" else "asks nothing of AWS"
    return " or ".join(sorted(ends(stage, fault)))


_HUNG = (
    "## A drill that hangs as a whole",
    "",
    "With journals in a bucket, a drill that shows no sign of life for 15 minutes may be swept from another",
    "machine. `tests/drill/test_drill_shared.py` has one hang around every change, and two sweeps after it,",
    "one of which hangs too: when the drill goes on it changes nothing more, its verdict is COULD NOT",
    "VERIFY, and nothing is left.",
)
