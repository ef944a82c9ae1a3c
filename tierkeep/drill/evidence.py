"""The evidence of a drill: one JSON document, whole at every moment, also when the drill fails."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import datetime
from typing import Any

from tierkeep import __version__
from tierkeep.drill import guard
from tierkeep.drill.assertions import asserting
from tierkeep.drill.checks import NO_CHECK, rung_verdicts
from tierkeep.drill.errors import Outcome
from tierkeep.drill.measure import Objective, Phase, Reason
from tierkeep.drill.run import Run

SCHEMA_VERSION = 2


def write_interim(run: Run) -> None:
    """Write what is known before the teardown, marked as unverified until that is confirmed."""
    pending = Reason(
        outcome=Outcome.COULD_NOT_VERIFY, text="the teardown had not been confirmed when this was written"
    )
    _write(run, document(run, extra=(pending,)))


def write_final(run: Run) -> dict[str, Any]:
    """Write the whole document, and return it. Raises OSError."""
    whole = document(run)
    _write(run, whole)
    return whole


def _write(run: Run, whole: dict[str, Any]) -> None:
    run.store.write(f"{run.drill_id}.json", json.dumps(whole, indent=2, ensure_ascii=False) + "\n")


def document(run: Run, *, extra: tuple[Reason, ...] = ()) -> dict[str, Any]:
    """The evidence as it stands. `extra` are reasons against a pass that hold only for now."""
    conclusion = run.conclusion()
    outcome = Outcome.COULD_NOT_VERIFY if extra else conclusion.outcome
    return {
        "schema_version": SCHEMA_VERSION,
        "identity": _identity(run),
        "outcome": {
            "result": outcome.value,
            "interrupted": run.interrupted,
            "reasons": [
                {"outcome": reason.outcome.value, "text": reason.text}
                for reason in (*conclusion.reasons, *extra)
            ],
        },
        "scope": _scope(run),
        "source": _source(run),
        "isolation": run.proof.document() if run.proof else None,
        "target": _target(run),
        "times": _times(run),
        "ladder": _ladder(run),
        "checks": [asdict(check) for check in run.all_checks()],
        "not_checked": [*asserting.not_checked(run.restorer, run.scope), *run.passed_over],
        "teardown": _teardown(run),
        "journal": [dict(entry) for entry in run.hands.journal.entries],
    }


def _identity(run: Run) -> dict[str, Any]:
    return {
        "drill_id": run.drill_id,
        "tool": "tierkeep",
        "tool_version": __version__,
        "catalog": run.scope.catalog,
        "catalog_digest": run.scope.catalog_digest,
        "plan_digest": run.plan_digest,
        "initiator": run.initiator,
    }


def _scope(run: Run) -> dict[str, Any]:
    return {
        "tier": run.scope.tier,
        "unit": str(run.scope.unit),
        "account_id": run.scope.account_id,
        "region": run.scope.unit.region,
        "resource_type": run.scope.resource_type.value,
        "method": run.scope.method.value,
        "restorer": run.restorer.title,
        "resource_asked_for": run.scope.resource_arn,
        "point_asked_for": str(run.scope.point),
        "candidates": run.choice.out_of if run.choice else None,
        "requires": run.scope.requires.value,
        "drawn": dict(run.drawn) if run.drawn is not None else None,
    }


def _source(run: Run) -> dict[str, Any] | None:
    if run.choice is None:
        return None
    point = run.choice.point
    return {
        "point_arn": point.arn,
        "resource_arn": point.resource_arn,
        "created": point.created.isoformat(),
        "newest": run.choice.newest.isoformat(),
        "size_bytes": point.size_bytes,
        "vault_name": run.scope.vault_name or None,
        "vault_arn": point.vault_arn,
        "encrypted": point.encrypted,
        "key_arn": point.key_arn,
    }


def _target(run: Run) -> dict[str, Any] | None:
    if run.choice is None:
        return None
    return {
        "arn": run.arn or next((thing.arn for thing in run.things()), None),
        "made": [{"kind": thing.kind, "arn": thing.arn} for thing in run.things()],
        "asked_by": run.restorer.maker,
        "handle": run.handle(),
        "parameters": dict(run.choice.parameters),
        "restore_role_arn": run.scope.restore_role_arn or None,
        "tags": run.tags,
    }


def _ladder(run: Run) -> dict[str, Any]:
    """How far up the drill came, how long after the request each rung was looked at, and what was not."""
    climbed = run.climbed()
    return {
        "climbed": climbed.value if climbed else None,
        "rungs": [
            {
                "rung": rung.value,
                "verdict": verdict.value if verdict else "NOT LOOKED AT",
                "cause": None if verdict else NO_CHECK[rung],
                "seconds": run.seconds_to(rung),
            }
            for rung, verdict in rung_verdicts(run.all_checks()).items()
        ],
    }


def _times(run: Run) -> dict[str, Any]:
    return {
        "started": run.started.isoformat(),
        "requested": _instant(run.requested_at),
        "checks_done": _instant(run.checked_at),
        "ended": run.hands.waiter.clock.now().isoformat(),
        "phases": [_phase(phase) for phase in run.phases],
        "objectives": [_objective(objective) for objective in run.objectives()],
    }


def _instant(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None


def _phase(phase: Phase) -> dict[str, Any]:
    return {
        "stage": phase.stage,
        "title": phase.title,
        "began": phase.began.isoformat(),
        "seconds": round(phase.seconds, 3),
        "ended_by": phase.ended_by,
    }


def _objective(objective: Objective) -> dict[str, Any]:
    return {
        "name": objective.name,
        "definition": objective.definition,
        "class": objective.objective_class,
        "objective_minutes": objective.objective_minutes,
        "actual_seconds": objective.actual_seconds,
        "difference_seconds": objective.difference_seconds,
        "verdict": objective.verdict.value if objective.verdict else "NOT JUDGED",
    }


def _teardown(run: Run) -> dict[str, Any]:
    removal = run.removal
    if removal is None:
        how = run.teardown_problem or "the teardown had not begun when this was written"
        left = [
            {"kind": thing.kind, "arn": thing.arn, "gone": thing.gone is not None, "how": thing.gone or how}
            for thing in run.things()
        ]
        return {
            "confirmed": False,
            "things": left,
            "summary": how,
            "next_step": f"run tierkeep drill sweep --evidence {run.store}",
        }
    gone = [
        {"kind": thing.kind, "arn": thing.arn, "gone": True, "how": thing.gone} for thing in removal.things
    ]
    return {"confirmed": True, "things": gone, "summary": removal.how}


def drill_tags(*, drill_id: str, expires: datetime, catalog: str) -> dict[str, str]:
    """The tags of everything that a drill makes."""
    return {
        guard.DRILL_TAG: drill_id,
        guard.EXPIRES_TAG: expires.isoformat(timespec="seconds"),
        guard.CATALOG_TAG: catalog,
    }
