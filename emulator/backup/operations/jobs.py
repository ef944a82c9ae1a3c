"""Operations on backup, restore and copy jobs."""

from datetime import UTC, datetime
from typing import Any

from moto.core.responses import ActionResult, EmptyResult

from emulator.backup import backup_jobs, copy_jobs, paging, restore_jobs
from emulator.backup.jobs import Job, within
from emulator.backup.operations.base import BackupOperations
from emulator.service import answer


class JobOperations(BackupOperations):
    def start_backup_job(self) -> ActionResult:
        job = self.backend.backup_jobs.start(self.params, lambda: backup_jobs.make(self.backend, self.params))
        return answer(BackupJobId=job.id, CreationDate=job.created, IsParent=False)

    def describe_backup_job(self) -> ActionResult:
        return ActionResult(self.backend.backup_jobs.get(self.param("BackupJobId")).described())

    def stop_backup_job(self) -> ActionResult:
        self.backend.backup_jobs.get(self.param("BackupJobId")).stop()
        return EmptyResult()

    def list_backup_jobs(self) -> ActionResult:
        jobs = [job.described() for job in self.backend.backup_jobs.all() if self._job_in_time(job)]
        jobs = self.filtered(
            jobs,
            ByResourceArn="ResourceArn",
            ByState="State",
            ByBackupVaultName="BackupVaultName",
            ByResourceType="ResourceType",
            ByAccountId="AccountId",
            ByParentJobId="ParentJobId",
            ByMessageCategory="MessageCategory",
        )
        return paging.page(jobs, self.params, "BackupJobs")

    def start_restore_job(self) -> ActionResult:
        job = self.backend.restore_jobs.start(
            self.params, lambda: restore_jobs.make(self.backend, self.params)
        )
        return answer(RestoreJobId=job.id)

    def describe_restore_job(self) -> ActionResult:
        return ActionResult(self.backend.restore_jobs.get(self.param("RestoreJobId")).described())

    def list_restore_jobs(self) -> ActionResult:
        plan = self.param("ByRestoreTestingPlanArn")
        jobs = [
            job.described()
            for job in self.backend.restore_jobs.all()
            if self._job_in_time(job) and plan in (None, job.testing_plan_arn)
        ]
        jobs = self.filtered(
            jobs,
            ByStatus="Status",
            ByResourceType="ResourceType",
            ByAccountId="AccountId",
            ByParentJobId="ParentJobId",
        )
        return paging.page(jobs, self.params, "RestoreJobs")

    def list_restore_jobs_by_protected_resource(self) -> ActionResult:
        after = _utc(self.param("ByRecoveryPointCreationDateAfter"))
        before = _utc(self.param("ByRecoveryPointCreationDateBefore"))
        jobs = [
            job.described()
            for job in self.backend.restore_jobs.all()
            if job.point.resource_arn == self.param("ResourceArn")
            and (after is None or job.point.created > after)
            and (before is None or job.point.created < before)
        ]
        return paging.page(self.filtered(jobs, ByStatus="Status"), self.params, "RestoreJobs")

    def get_restore_job_metadata(self) -> ActionResult:
        job = self.backend.restore_jobs.get(self.param("RestoreJobId"))
        return answer(RestoreJobId=job.id, Metadata=job.metadata)

    def put_restore_validation_result(self) -> ActionResult:
        job = self.backend.restore_jobs.get(self.param("RestoreJobId"))
        job.validate(self.param("ValidationStatus"), self.param("ValidationStatusMessage"))
        # The service model gives this answer the status 204.
        return EmptyResult()

    def start_copy_job(self) -> ActionResult:
        job = self.backend.copy_jobs.start(self.params, lambda: copy_jobs.make(self.backend, self.params))
        return answer(CopyJobId=job.id, CreationDate=job.created, IsParent=False)

    def describe_copy_job(self) -> ActionResult:
        return answer(CopyJob=self.backend.copy_jobs.get(self.param("CopyJobId")).described())

    def list_copy_jobs(self) -> ActionResult:
        jobs = [job.described() for job in self.backend.copy_jobs.all() if self._job_in_time(job)]
        jobs = self.filtered(
            jobs,
            ByResourceArn="ResourceArn",
            ByState="State",
            ByResourceType="ResourceType",
            ByDestinationVaultArn="DestinationBackupVaultArn",
            ByAccountId="AccountId",
            ByParentJobId="ParentJobId",
            BySourceRecoveryPointArn="SourceRecoveryPointArn",
        )
        return paging.page(jobs, self.params, "CopyJobs")

    def _job_in_time(self, job: Job) -> bool:
        limits: dict[str, Any] = {
            name: _utc(value) for name, value in self.params.items() if isinstance(value, datetime)
        }
        return within(limits, job)


def _utc(moment: datetime | None) -> datetime | None:
    """``moment`` with its time zone, which moto's parser leaves out."""
    return moment.replace(tzinfo=UTC) if moment else None
