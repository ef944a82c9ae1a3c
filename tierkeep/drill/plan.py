"""What a drill would do, stage by stage: the list that the runner runs, explained instead of run."""

from __future__ import annotations

from typing import Any

from tierkeep.drill.assertions.asserting import not_checked
from tierkeep.drill.effects import Limits
from tierkeep.drill.restorers.base import Choice, Restorer
from tierkeep.drill.scope import Scope, digest
from tierkeep.drill.stages import STAGES, Plan


def default_limits(scope: Scope) -> Limits:
    """Four times the recovery time objective for the restore; two hours where there is none."""
    minutes = scope.recovery_time_minutes
    return Limits(restore=4 * 60.0 * minutes if minutes else 7200.0)


def build_plan(restorer: Restorer, scope: Scope, choice: Choice, limits: Limits) -> dict[str, Any]:
    """The plan as a JSON document with a digest of itself.

    It says nothing that changes while the choice stays the same, so that the digest in a drill's evidence
    shows whether what was run is what was shown.
    """
    explained = Plan(restorer=restorer, scope=scope, choice=choice, limits=limits)
    plan: dict[str, Any] = {
        "schema_version": 2,
        "catalog": scope.catalog,
        "catalog_digest": scope.catalog_digest,
        "tier": scope.tier,
        "unit": str(scope.unit),
        "account_id": scope.account_id,
        "drill_role_arn": scope.drill_role_arn,
        "resource_type": scope.resource_type.value,
        "method": scope.method.value,
        "point": choice.wish,
        "requires": scope.requires.value,
        "point_arn": choice.point.arn,
        "point_created": choice.point.created.isoformat(),
        "resource_arn": choice.point.resource_arn,
        "recovery_time_objective_minutes": scope.recovery_time_minutes,
        "recovery_point_objective_minutes": scope.recovery_point_minutes,
        "stages": [
            {
                "name": stage.name,
                "title": stage.title,
                "calls": [*stage.calls(restorer), *stage.calls_in(restorer, scope)],
                "changes": list(stage.effects(restorer)),
                "detail": stage.explain(explained),
            }
            for stage in STAGES
        ],
        "not_checked": not_checked(restorer, scope),
    }
    return {**plan, "digest": digest(plan)}
