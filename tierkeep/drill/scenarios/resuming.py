"""Going on with a run that a crash, a kill or Ctrl-C ended, once what it left is removed.

The plan is the run's own, with its seed; AWS is not asked for another population. Where the catalog has
changed since, that plan may no longer be what the catalog asks for, and the run is not resumed.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tierkeep.desired.model import DesiredState, Scenario
from tierkeep.drill.errors import Outcome, ScopeError
from tierkeep.drill.scenarios.holding import summary
from tierkeep.drill.scenarios.plan import Item, digest_of_plan, holes_of, items_of
from tierkeep.drill.scenarios.planning import narrowed
from tierkeep.drill.scenarios.run_document import (
    Progress,
    RunDocument,
    left_to_do,
)
from tierkeep.drill.scope import digest_of
from tierkeep.drill.stores import LocalStore
from tierkeep.drill.sweep import Broom, Fate, Swept, sweep


def scenario_of(document: Mapping[str, Any], state: DesiredState) -> Scenario:
    """The scenario that a run is of, if the run can go on with this catalog. Raises `ScopeError`."""
    run_id, plan = document["run_id"], document["plan"]
    again = f"`tierkeep drill run {plan['scenario']}`"
    anew = f"`tierkeep drill sweep` removes what it left, and {again} starts anew"
    if document["finished"]:
        raise ScopeError(f"{run_id} is finished; {again} starts another")
    scenario = state.drill(plan["scenario"])
    if scenario is None or digest_of(state) != plan["catalog_digest"]:
        raise ScopeError(
            f"the catalog has changed since {run_id} began, and with it what is to drill: {anew}"
        )
    scenario = narrowed(scenario, plan["unit"])
    now = digest_of_plan(plan["catalog_digest"], scenario, plan["seed"], items_of(plan), holes_of(plan))
    if now != plan["digest"]:
        raise ScopeError(f"the plan in the document of {run_id} is not the one that it began with: {anew}")
    return scenario


def clear_up(document: RunDocument, directory: Path, broom: Broom) -> tuple[Swept, ...]:
    """Bring what the run's drills were about to an end: what was made is removed, what was done is noted.

    A drill that came to its end, but not into the run's document, counts as done. One of which something may
    be left is not drilled again. Raises OSError.
    """
    begun = {
        entry["number"]: entry["attempts"]
        for entry in document.whole["drills"]
        if entry["progress"] in (Progress.RUNNING, Progress.INTERRUPTED) and entry["attempts"]
    }
    swept = sweep(
        LocalStore(directory), broom, only={drill for attempts in begun.values() for drill in attempts}
    )
    unclear = {each.drill_id: each for each in swept if each.fate in (Fate.COULD_NOT_TELL, Fate.RUNNING)}
    for number, attempts in begun.items():
        left = next((unclear[drill] for drill in attempts if drill in unclear), None)
        if left is not None:
            document.note(number, Progress.DONE, **_unclear(left))
            continue
        done = _done(directory, attempts[-1])
        if done is None:
            document.note(number, Progress.WAITING)
        else:
            document.note(number, Progress.DONE, drill_id=attempts[-1], **done)
    return swept


def to_do(document: RunDocument) -> tuple[Item, ...]:
    """The drills of a run that have still to be done, in their order."""
    whole = document.whole
    left = set(left_to_do(whole))
    return tuple(item for item in items_of(whole["plan"]) if item.number in left)


def _unclear(left: Swept) -> dict[str, Any]:
    return {
        "drill_id": left.drill_id,
        "outcome": Outcome.COULD_NOT_VERIFY.value,
        "reasons": [
            f"an earlier attempt may have left something, so it was not drilled again: {left.detail}"
        ],
        "teardown_confirmed": False,
    }


def _done(directory: Path, drill_id: str) -> dict[str, Any] | None:
    """What a drill's evidence says, if it is whole: what is written before the teardown confirms none."""
    path = directory / f"{drill_id}.json"
    if not path.is_file():
        return None
    told = summary(json.loads(path.read_text(encoding="utf-8")))
    if told.pop("interrupted") or not told["teardown_confirmed"]:
        return None
    return told
