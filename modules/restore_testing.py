"""A restore testing plan with its selections."""

from __future__ import annotations

from collections.abc import Sequence

from cdktf import DataResource, ITerraformDependable, TerraformResourceLifecycle
from constructs import Construct

from imports.aws.backup_restore_testing_plan import (
    BackupRestoreTestingPlan,
    BackupRestoreTestingPlanRecoveryPointSelection,
)
from imports.aws.backup_restore_testing_selection import (
    BackupRestoreTestingSelection,
    BackupRestoreTestingSelectionProtectedResourceConditions,
    BackupRestoreTestingSelectionProtectedResourceConditionsStringEquals,
)
from tierkeep.desired import model


class RestoreTesting(Construct):
    """A plan by which AWS Backup restores recovery points, and deletes what it restored.

    `after` are the roles that restore, which must be complete before it.
    """

    def __init__(
        self, scope: Construct, plan: model.RestoreTestingPlan, *, after: Sequence[ITerraformDependable]
    ) -> None:
        super().__init__(scope, f"restore-testing-{plan.name}")
        points = BackupRestoreTestingPlanRecoveryPointSelection(
            algorithm="LATEST_WITHIN_WINDOW" if plan.latest else "RANDOM_WITHIN_WINDOW",
            # AWS's own vault, which is not included anyhow. Left out or empty, provider 5.100.0 does not know
            # after an update what it is.
            exclude_vaults=[f"{plan.vault_arns[0].rpartition(':')[0]}:Default"],
            include_vaults=list(plan.vault_arns),
            recovery_point_types=["CONTINUOUS", "SNAPSHOT"] if plan.continuous else ["SNAPSHOT"],
            selection_window_days=plan.window_days,
        )
        self.resource = BackupRestoreTestingPlan(
            self,
            "plan",
            name=plan.name,
            schedule_expression=plan.schedule,
            schedule_expression_timezone=plan.time_zone,
            start_window_hours=plan.start_window_hours,
            recovery_point_selection=[points],
            tags=dict(plan.tags),
        )
        for each in plan.selections:
            self._select(each, after)

    def _select(
        self, selection: model.RestoreTestingSelection, after: Sequence[ITerraformDependable]
    ) -> None:
        """Replaced at each change: after an update the provider (5.100.0) knows neither the resources' ARNs
        nor the overrides of a selection that names none, which Terraform calls a bug of the provider's."""
        changed = DataResource(
            self,
            f"changed-{selection.name}",
            input={
                "conditions": dict(selection.required_tags),
                "metadata": dict(selection.metadata),
                "role": selection.role_arn,
                "validation": str(selection.validation_window_hours),
            },
        )
        conditions = [
            BackupRestoreTestingSelectionProtectedResourceConditionsStringEquals(
                key=f"aws:ResourceTag/{key}", value=value
            )
            for key, value in selection.required_tags
        ]
        BackupRestoreTestingSelection(
            self,
            f"selection-{selection.name}",
            name=selection.name,
            restore_testing_plan_name=self.resource.name,
            protected_resource_type=selection.resource_type,
            protected_resource_conditions=[
                BackupRestoreTestingSelectionProtectedResourceConditions(string_equals=conditions)
            ],
            iam_role_arn=selection.role_arn,
            validation_window_hours=selection.validation_window_hours,
            restore_metadata_overrides=dict(selection.metadata) or None,
            depends_on=after,
            lifecycle=TerraformResourceLifecycle(
                # Not a reference in ${}, which Terraform does not take here.
                replace_triggered_by=[f"{changed.terraform_resource_type}.{changed.friendly_unique_id}"]
            ),
        )
