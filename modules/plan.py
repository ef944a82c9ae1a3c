"""A backup plan with its rules and selections."""

from __future__ import annotations

from collections.abc import Sequence

from cdktf import ITerraformDependable
from constructs import Construct

from imports.aws.backup_plan import (
    BackupPlan,
    BackupPlanAdvancedBackupSetting,
    BackupPlanRule,
    BackupPlanRuleCopyAction,
    BackupPlanRuleCopyActionLifecycle,
    BackupPlanRuleLifecycle,
)
from imports.aws.backup_selection import (
    BackupSelection,
    BackupSelectionCondition,
    BackupSelectionConditionStringEquals,
)
from tierkeep.desired import model
from tierkeep.desired.plans import WINDOWS_VSS


class PlanWithSelections(Construct):
    """A plan of AWS Backup. `after` are the vaults and roles that it names, which must exist before it."""

    def __init__(
        self, scope: Construct, plan: model.BackupPlan, *, after: Sequence[ITerraformDependable]
    ) -> None:
        super().__init__(scope, f"plan-{plan.name}")
        self.resource = BackupPlan(
            self,
            "plan",
            name=plan.name,
            rule=[_rule(each) for each in plan.rules],
            advanced_backup_setting=_advanced(plan),
            tags=dict(plan.tags),
            depends_on=after,
        )
        for each in plan.selections:
            self._select(each, after)

    def _select(self, selection: model.Selection, after: Sequence[ITerraformDependable]) -> None:
        BackupSelection(
            self,
            f"selection-{selection.name}",
            name=selection.name,
            plan_id=self.resource.id,
            iam_role_arn=selection.role_arn,
            resources=list(selection.resource_patterns),
            condition=[
                BackupSelectionCondition(
                    string_equals=[
                        BackupSelectionConditionStringEquals(key=f"aws:ResourceTag/{key}", value=value)
                        for key, value in selection.required_tags
                    ]
                )
            ],
            depends_on=after,
        )


def _advanced(plan: model.BackupPlan) -> list[BackupPlanAdvancedBackupSetting] | None:
    if not plan.windows_vss:
        return None
    return [BackupPlanAdvancedBackupSetting(resource_type="EC2", backup_options=dict(WINDOWS_VSS))]


def _rule(rule: model.BackupRule) -> BackupPlanRule:
    return BackupPlanRule(
        rule_name=rule.name,
        target_vault_name=rule.vault_name,
        schedule=rule.schedule,
        schedule_expression_timezone=rule.time_zone,
        start_window=rule.start_window_minutes,
        completion_window=rule.completion_window_minutes,
        enable_continuous_backup=rule.continuous,
        lifecycle=BackupPlanRuleLifecycle(
            cold_storage_after=rule.lifecycle.cold_storage_after_days,
            delete_after=rule.lifecycle.delete_after_days,
        ),
        copy_action=[
            BackupPlanRuleCopyAction(
                destination_vault_arn=copy.destination_vault_arn,
                lifecycle=BackupPlanRuleCopyActionLifecycle(
                    cold_storage_after=copy.lifecycle.cold_storage_after_days,
                    delete_after=copy.lifecycle.delete_after_days,
                ),
            )
            for copy in rule.copies
        ],
        recovery_point_tags=dict(rule.recovery_point_tags),
    )
