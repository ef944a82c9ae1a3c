"""Reads of things that cannot be made here, so that there are none: scan jobs, access points and the like.

The operations that would make them answer NotImplemented.
"""

from moto.core.responses import ActionResult

from emulator.backup import paging
from emulator.backup.operations.base import BackupOperations
from emulator.backup.vaults import AIR_GAPPED
from emulator.errors import InvalidRequest, ResourceNotFound


class AbsentOperations(BackupOperations):
    def list_scan_jobs(self) -> ActionResult:
        return paging.page([], self.params, "ScanJobs")

    def describe_scan_job(self) -> ActionResult:
        raise ResourceNotFound(f"Scan job {self.param('ScanJobId')} does not exist")

    def list_backup_access_points(self) -> ActionResult:
        return paging.page([], self.params, "BackupAccessPoints")

    def list_backup_access_points_by_recovery_point(self) -> ActionResult:
        return paging.page([], self.params, "BackupAccessPoints")

    def list_backup_access_points_by_resource(self) -> ActionResult:
        return paging.page([], self.params, "BackupAccessPoints")

    def describe_backup_access_point(self) -> ActionResult:
        raise ResourceNotFound(f"Access point {self.param('AccessPointArn')} does not exist")

    def list_tiering_configurations(self) -> ActionResult:
        return paging.page([], self.params, "TieringConfigurations")

    def get_tiering_configuration(self) -> ActionResult:
        name = self.param("TieringConfigurationName")
        raise ResourceNotFound(f"Tiering configuration {name} does not exist")

    def list_indexed_recovery_points(self) -> ActionResult:
        return paging.page([], self.params, "IndexedRecoveryPoints")

    def list_restore_access_backup_vaults(self) -> ActionResult:
        name = self.param("BackupVaultName")
        if self.backend.vaults.get(name).type != AIR_GAPPED:
            raise ResourceNotFound(f"Logically air-gapped vault {name} does not exist")
        return paging.page([], self.params, "RestoreAccessBackupVaults")

    def disassociate_recovery_point_from_parent(self) -> ActionResult:
        vault = self.backend.vaults.get(self.param("BackupVaultName"))
        point = vault.recovery_point(self.param("RecoveryPointArn"))
        raise InvalidRequest(f"Recovery point {point.arn} has no parent recovery point")
