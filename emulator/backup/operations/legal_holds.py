"""Operations on legal holds."""

from moto.core.responses import ActionResult

from emulator.backup import paging
from emulator.backup.operations.base import BackupOperations
from emulator.service import answer


class LegalHoldOperations(BackupOperations):
    def create_legal_hold(self) -> ActionResult:
        described = self.backend.legal_holds.create(self.params).described()
        answered = (
            "Title", "Status", "Description", "LegalHoldId", "LegalHoldArn", "CreationDate",
            "RecoveryPointSelection",
        )  # fmt: skip
        return ActionResult({name: described[name] for name in answered})

    def get_legal_hold(self) -> ActionResult:
        return ActionResult(self.backend.legal_holds.get(self.param("LegalHoldId")).described())

    def list_legal_holds(self) -> ActionResult:
        listed = [hold.summarised() for hold in self.backend.legal_holds.all()]
        return paging.page(listed, self.params, "LegalHolds")

    def cancel_legal_hold(self) -> ActionResult:
        self.backend.legal_holds.cancel(
            self.param("LegalHoldId"), self.param("CancelDescription"), self.param("RetainRecordInDays")
        )
        return answer()

    def list_recovery_points_by_legal_hold(self) -> ActionResult:
        hold = self.backend.legal_holds.get(self.param("LegalHoldId"))
        points = [
            {
                "RecoveryPointArn": point.arn,
                "ResourceArn": point.resource_arn,
                "ResourceType": point.resource_type,
                "BackupVaultName": point.vault_name,
            }
            for point in self.backend.recovery_points()
            if hold.holds(point)
        ]
        return paging.page(points, self.params, "RecoveryPoints")
