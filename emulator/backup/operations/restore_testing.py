"""Operations on restore testing plans and their selections."""

from moto.core.responses import ActionResult, EmptyResult

from emulator import clock
from emulator.backup import paging
from emulator.backup.inferred_metadata import inferred
from emulator.backup.operations.base import BackupOperations
from emulator.backup.restore_testing import RestoreTestingPlan
from emulator.errors import NotImplementedByEmulator
from emulator.service import answer


class RestoreTestingOperations(BackupOperations):
    def create_restore_testing_plan(self) -> ActionResult:
        plan = self.backend.restore_testing.create(
            self.param("RestoreTestingPlan"), self.param("Tags", {}), self.param("CreatorRequestId")
        )
        return answer(
            RestoreTestingPlanName=plan.name, RestoreTestingPlanArn=plan.arn, CreationTime=plan.created
        )

    def update_restore_testing_plan(self) -> ActionResult:
        plan = self.backend.restore_testing.update(
            self.param("RestoreTestingPlanName"), self.param("RestoreTestingPlan")
        )
        return answer(
            RestoreTestingPlanName=plan.name,
            RestoreTestingPlanArn=plan.arn,
            CreationTime=plan.created,
            UpdateTime=plan.updated,
        )

    def get_restore_testing_plan(self) -> ActionResult:
        return answer(RestoreTestingPlan=self._testing_plan().described())

    def list_restore_testing_plans(self) -> ActionResult:
        listed = [plan.summarised() for plan in self.backend.restore_testing.all()]
        return paging.page(listed, self.params, "RestoreTestingPlans")

    def delete_restore_testing_plan(self) -> ActionResult:
        self.backend.restore_testing.delete(self.param("RestoreTestingPlanName"))
        return EmptyResult()

    def create_restore_testing_selection(self) -> ActionResult:
        plan = self._testing_plan()
        selection = plan.add(self.param("RestoreTestingSelection"), self.param("CreatorRequestId"))
        return answer(
            RestoreTestingPlanName=plan.name,
            RestoreTestingPlanArn=plan.arn,
            RestoreTestingSelectionName=selection.name,
            CreationTime=selection.created,
        )

    def update_restore_testing_selection(self) -> ActionResult:
        plan = self._testing_plan()
        selection = plan.change(
            self.param("RestoreTestingSelectionName"), self.param("RestoreTestingSelection")
        )
        return answer(
            RestoreTestingPlanName=plan.name,
            RestoreTestingPlanArn=plan.arn,
            RestoreTestingSelectionName=selection.name,
            CreationTime=selection.created,
            UpdateTime=clock.now(),
        )

    def get_restore_testing_selection(self) -> ActionResult:
        plan = self._testing_plan()
        selection = plan.selection(self.param("RestoreTestingSelectionName"))
        return answer(RestoreTestingSelection=selection.described(plan))

    def list_restore_testing_selections(self) -> ActionResult:
        plan = self._testing_plan()
        listed = [selection.summarised(plan) for selection in plan.selections.values()]
        return paging.page(listed, self.params, "RestoreTestingSelections")

    def delete_restore_testing_selection(self) -> ActionResult:
        plan = self._testing_plan()
        del plan.selections[plan.selection(self.param("RestoreTestingSelectionName")).name]
        return EmptyResult()

    def get_restore_testing_inferred_metadata(self) -> ActionResult:
        owner = self.param("BackupVaultAccountId", self.backend.account_id)
        if owner != self.backend.account_id:
            raise NotImplementedByEmulator("The emulator does not share vaults between accounts")
        vault = self.backend.vaults.get(self.param("BackupVaultName"))
        return answer(InferredMetadata=inferred(vault.recovery_point(self.param("RecoveryPointArn"))))

    def _testing_plan(self) -> RestoreTestingPlan:
        return self.backend.restore_testing.get(self.param("RestoreTestingPlanName"))
