"""Resources around the vaults that `modules/` make of a unit: restore testing."""

from __future__ import annotations

from collections.abc import Iterator

from tierkeep.desired.model import DesiredUnit, RestoreTestingPlan, RestoreTestingSelection
from tierkeep.diff.resource import TerraformResource, resource, tags_text


def audit_resources(unit: DesiredUnit) -> Iterator[TerraformResource]:
    """What a unit holds around its vaults."""
    for plan in unit.restore_testing:
        yield _testing_plan(plan)
        for selection in plan.selections:
            yield _testing_selection(plan, selection)


def _testing_plan(plan: RestoreTestingPlan) -> TerraformResource:
    values = {
        "name": plan.name,
        "recovery_point_selection": (
            f"the {'latest' if plan.latest else 'any'} of {plan.window_days} days in "
            f"{', '.join(plan.vault_arns)}{', continuous ones too' if plan.continuous else ''}"
        ),
        "schedule_expression": plan.schedule,
        "schedule_expression_timezone": plan.time_zone,
        "start_window_hours": f"{plan.start_window_hours} hours",
        "tags": tags_text(plan.tags),
    }
    return resource("aws_backup_restore_testing_plan", plan.name, plan.origin, values)


def _testing_selection(plan: RestoreTestingPlan, selection: RestoreTestingSelection) -> TerraformResource:
    values = {
        "iam_role_arn": selection.role_arn,
        "name": selection.name,
        "protected_resource_conditions": tags_text(selection.required_tags),
        "protected_resource_type": selection.resource_type,
        "restore_metadata_overrides": tags_text(selection.metadata) or "none",
        "restore_testing_plan_name": plan.name,
        "validation_window_hours": f"{selection.validation_window_hours} hours",
    }
    name = f"{plan.name}/{selection.name}"
    return resource("aws_backup_restore_testing_selection", name, selection.origin, values)
