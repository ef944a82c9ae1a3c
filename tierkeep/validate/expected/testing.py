"""Restore testing plans of AWS Backup."""

from tierkeep.desired.model import RestoreTestingPlan, RestoreTestingSelection
from tierkeep.validate import normal
from tierkeep.validate.forms import RestoreSelectionForm, RestoreTestForm


def restore_test_form(plan: RestoreTestingPlan) -> RestoreTestForm:
    """A restore testing plan with its selections."""
    return RestoreTestForm(
        schedule=normal.cron(plan.schedule),
        time_zone=normal.time_zone(plan.time_zone),
        start_window_hours=plan.start_window_hours,
        algorithm="LATEST_WITHIN_WINDOW" if plan.latest else "RANDOM_WITHIN_WINDOW",
        vaults=tuple(sorted(plan.vault_arns)),
        point_types=("CONTINUOUS", "SNAPSHOT") if plan.continuous else ("SNAPSHOT",),
        window_days=plan.window_days,
        selections={each.name: _selection_form(each) for each in plan.selections},
        other_settings={},
        tags=dict(plan.tags),
        origin=plan.origin,
    )


def _selection_form(selection: RestoreTestingSelection) -> RestoreSelectionForm:
    return RestoreSelectionForm(
        resource_type=selection.resource_type,
        role_arn=selection.role_arn,
        resources=(),
        string_equals={f"aws:ResourceTag/{key}": value for key, value in selection.required_tags},
        validation_window_hours=selection.validation_window_hours,
        metadata=dict(selection.metadata),
        other_settings={},
        origin=selection.origin,
    )
