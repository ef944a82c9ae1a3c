"""A framework of AWS Backup Audit Manager with its controls."""

from __future__ import annotations

from collections.abc import Mapping

from constructs import Construct

from imports.aws.backup_framework import (
    BackupFramework,
    BackupFrameworkControl,
    BackupFrameworkControlInputParameter,
    BackupFrameworkControlScope,
)
from tierkeep.desired import model


class AuditFramework(Construct):
    """Controls over what a tier promises. `plan_ids` has the id of each backup plan that one of them names.

    They are evaluated by rules of AWS Config, which has to record in the account and Region.
    """

    def __init__(self, scope: Construct, framework: model.Framework, *, plan_ids: Mapping[str, str]) -> None:
        super().__init__(scope, f"framework-{framework.name}")
        self.resource = BackupFramework(
            self,
            "framework",
            name=framework.name,
            description=framework.description,
            control=[_control(each, plan_ids) for each in framework.controls],
            tags=dict(framework.tags),
        )


def _control(control: model.Control, plan_ids: Mapping[str, str]) -> BackupFrameworkControl:
    return BackupFrameworkControl(
        name=control.name,
        input_parameter=[
            BackupFrameworkControlInputParameter(name=name, value=value) for name, value in control.parameters
        ],
        scope=_scope(control, plan_ids),
    )


def _scope(control: model.Control, plan_ids: Mapping[str, str]) -> BackupFrameworkControlScope:
    if control.plan_name is None:
        return BackupFrameworkControlScope(tags=dict(control.tags))
    return BackupFrameworkControlScope(
        compliance_resource_ids=[plan_ids[control.plan_name]],
        compliance_resource_types=["AWS::Backup::BackupPlan"],
    )
