"""Operations on backup plans and their selections."""

import json
from typing import Any

from moto.core.responses import ActionResult, EmptyResult

from emulator.backup import paging, selections
from emulator.backup.operations.base import BackupOperations
from emulator.backup.plans import Plan
from emulator.backup.selections import Selection
from emulator.errors import InvalidParameterValue, ResourceNotFound
from emulator.service import answer


class PlanOperations(BackupOperations):
    def create_backup_plan(self) -> ActionResult:
        plan = self.backend.plans.create(
            self.param("BackupPlan"), self.param("BackupPlanTags", {}), self.param("CreatorRequestId")
        )
        return ActionResult(plan.described(plan.current))

    def get_backup_plan(self) -> ActionResult:
        plan_id, version_id = self.param("BackupPlanId"), self.param("VersionId")
        # "Previous versions, if any, will still exist" (DeleteBackupPlan in botocore's model).
        plan = self.backend.plans.get(plan_id, even_deleted=bool(version_id))
        version = plan.version(version_id)
        return ActionResult({**plan.described(version), "BackupPlan": version.document})

    def update_backup_plan(self) -> ActionResult:
        plan = self.backend.plans.update(self.param("BackupPlanId"), self.param("BackupPlan"))
        return ActionResult(plan.described(plan.current))

    def delete_backup_plan(self) -> ActionResult:
        plan = self.backend.plans.delete(self.param("BackupPlanId"))
        return ActionResult(plan.described(plan.current))

    def list_backup_plans(self) -> ActionResult:
        plans = self.backend.plans.all(with_deleted=self.param("IncludeDeleted", False))
        return paging.page([plan.described(plan.current) for plan in plans], self.params, "BackupPlansList")

    def list_backup_plan_versions(self) -> ActionResult:
        plan = self.backend.plans.get(self.param("BackupPlanId"))
        versions = [plan.described(version) for version in plan.versions]
        return paging.page(versions, self.params, "BackupPlanVersionsList")

    def export_backup_plan_template(self) -> ActionResult:
        document = self.backend.plans.get(self.param("BackupPlanId")).current.document
        return answer(BackupPlanTemplateJson=json.dumps(document))

    def get_backup_plan_from_json(self) -> ActionResult:
        try:
            document = json.loads(self.param("BackupPlanTemplateJson"))
        except ValueError as error:
            raise InvalidParameterValue(f"The template is not valid JSON: {error}") from error
        return answer(BackupPlan=document)

    def create_backup_selection(self) -> ActionResult:
        # Its model has no ResourceNotFoundException.
        try:
            plan = self._plan()
        except ResourceNotFound as error:
            raise InvalidParameterValue(error.message) from error
        selection = selections.create(plan, self.param("BackupSelection"), self.param("CreatorRequestId"))
        return ActionResult(_described(plan, selection))

    def get_backup_selection(self) -> ActionResult:
        plan = self._plan()
        selection = selections.get(plan, self.param("SelectionId"))
        return ActionResult({**_described(plan, selection), "BackupSelection": selection.document})

    def list_backup_selections(self) -> ActionResult:
        plan = self._plan()
        listed = [_described(plan, selection) for selection in plan.selections.values()]
        return paging.page(listed, self.params, "BackupSelectionsList")

    def delete_backup_selection(self) -> ActionResult:
        plan = self._plan()
        del plan.selections[selections.get(plan, self.param("SelectionId")).id]
        return EmptyResult()

    def _plan(self) -> Plan:
        return self.backend.plans.get(self.param("BackupPlanId"))


def _described(plan: Plan, selection: Selection) -> dict[str, Any]:
    return {
        "SelectionId": selection.id,
        "SelectionName": selection.document["SelectionName"],
        "BackupPlanId": plan.id,
        "CreationDate": selection.created,
        "CreatorRequestId": selection.creator_request_id,
        "IamRoleArn": selection.document["IamRoleArn"],
    }
