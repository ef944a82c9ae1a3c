"""Operations on recovery points and the resources that they are of."""

from collections.abc import Callable
from datetime import UTC
from typing import Any

from moto.core.responses import ActionResult, EmptyResult

from emulator import clock
from emulator.backup import lifecycles, paging, protected, restore_jobs
from emulator.backup.operations.base import BackupOperations
from emulator.backup.recovery_points import RecoveryPoint
from emulator.backup.vaults import Vault
from emulator.errors import InvalidParameterValue, InvalidRequest
from emulator.service import answer


def _plan_of(point: RecoveryPoint) -> str | None:
    return (point.created_by or {}).get("BackupPlanId")


_FILTERS: dict[str, Callable[[RecoveryPoint], str | None]] = {
    "ByResourceArn": lambda point: point.resource_arn,
    "ByResourceType": lambda point: point.resource_type,
    "ByBackupPlanId": _plan_of,
    "ByParentRecoveryPointArn": lambda _: None,
}


class RecoveryPointOperations(BackupOperations):
    def describe_recovery_point(self) -> ActionResult:
        return ActionResult(self._point().described(clock.now()))

    def list_recovery_points_by_backup_vault(self) -> ActionResult:
        points = list(self._vault().recovery_points.values())
        wanted = {of: value for name, of in _FILTERS.items() if (value := self.param(name)) is not None}
        if wanted:
            points = [each for each in points if all(of(each) == value for of, value in wanted.items())]
        if self.param("ByCreatedAfter") or self.param("ByCreatedBefore"):
            points = [each for each in points if self._made_in_time(each)]
        # A vault may hold a hundred thousand: only those of the page are described.
        listed, token = paging.slice_of(points, self.params)
        now = clock.now()
        return answer(
            RecoveryPoints=[{**each.described(now), "BackupPlanId": _plan_of(each)} for each in listed],
            NextToken=token,
        )

    def list_recovery_points_by_resource(self) -> ActionResult:
        points = [
            point.described(clock.now())
            for point in self.backend.recovery_points()
            if point.resource_arn == self.param("ResourceArn")
        ]
        return paging.page(points, self.params, "RecoveryPoints")

    def delete_recovery_point(self) -> ActionResult:
        self.backend.delete_recovery_point(self._vault(), self.param("RecoveryPointArn"))
        return EmptyResult()

    def disassociate_recovery_point(self) -> ActionResult:
        self.backend.release_continuous(self._vault(), self._point())
        return EmptyResult()

    def update_recovery_point_lifecycle(self) -> ActionResult:
        vault, point = self._vault(), self._point()
        lifecycle = self.param("Lifecycle", {})
        lifecycles.check(lifecycle)
        _check_change(point, lifecycle)
        if vault.lock is not None:
            raise InvalidRequest(f"Backup vault {vault.name} is locked; lifecycles in it cannot be changed")
        self.backend.change_lifecycle(vault, point, lifecycle)
        return answer(
            BackupVaultArn=point.vault_arn,
            RecoveryPointArn=point.arn,
            Lifecycle=point.lifecycle,
            CalculatedLifecycle=point.moments,
        )

    def get_recovery_point_restore_metadata(self) -> ActionResult:
        point = self._point()
        return answer(
            BackupVaultArn=point.vault_arn,
            RecoveryPointArn=point.arn,
            ResourceType=point.resource_type,
            RestoreMetadata=point.restore_metadata,
        )

    def list_protected_resources(self) -> ActionResult:
        return paging.page(self.backend.protected.all(), self.params, "Results")

    def list_protected_resources_by_backup_vault(self) -> ActionResult:
        last: dict[str, RecoveryPoint] = {}
        for point in self._vault().recovery_points.values():
            last[point.resource_arn] = max(
                point, last.get(point.resource_arn, point), key=lambda p: p.completed
            )
        return paging.page([protected.described(point) for point in last.values()], self.params, "Results")

    def describe_protected_resource(self) -> ActionResult:
        arn = self.param("ResourceArn")
        resource: dict[str, Any] = self.backend.protected.get(arn)
        job = restore_jobs.latest(self.backend.restore_jobs.all(), arn)
        if job:
            resource["LatestRestoreExecutionTimeMinutes"] = job.minutes()
            resource["LatestRestoreJobCreationDate"] = job.created
            resource["LatestRestoreRecoveryPointCreationDate"] = job.point.created
        return ActionResult(resource)

    def _vault(self) -> Vault:
        return self.backend.vaults.get(self.param("BackupVaultName"))

    def _point(self) -> RecoveryPoint:
        return self._vault().recovery_point(self.param("RecoveryPointArn"))

    def _made_in_time(self, point: RecoveryPoint) -> bool:
        after, before = self.param("ByCreatedAfter"), self.param("ByCreatedBefore")
        return (after is None or point.created > after.replace(tzinfo=UTC)) and (
            before is None or point.created < before.replace(tzinfo=UTC)
        )


def _check_change(point: RecoveryPoint, lifecycle: lifecycles.Lifecycle) -> None:
    """UpdateRecoveryPointLifecycle in the AWS Backup API reference.

    :raises InvalidRequest: the point is a continuous backup.
    :raises InvalidParameterValue: it is in cold storage, and the change is of when it went there.
    """
    if point.continuous:
        raise InvalidRequest("The lifecycle of a continuous backup cannot be changed")
    member = "MoveToColdStorageAfterDays"
    is_cold = point.storage_class(clock.now()) == "COLD"
    if is_cold and lifecycle.get(member) != (point.lifecycle or {}).get(member):
        raise InvalidParameterValue(f"Recovery point {point.arn} is in cold storage: {member} stays")
