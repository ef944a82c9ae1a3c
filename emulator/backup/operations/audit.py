"""Operations of AWS Backup Audit Manager: frameworks, reports, and counts of jobs."""

from datetime import UTC
from typing import Any

from moto.core.responses import ActionResult, EmptyResult

from emulator.backup import frameworks, paging, summaries
from emulator.backup.jobs import Job
from emulator.backup.operations.base import BackupOperations
from emulator.service import answer


class AuditOperations(BackupOperations):
    def create_framework(self) -> ActionResult:
        framework = self.backend.frameworks.create(
            self.param("FrameworkName"),
            self.param("FrameworkDescription"),
            self.param("FrameworkControls"),
            self.param("IdempotencyToken"),
            self.param("FrameworkTags", {}),
        )
        return answer(FrameworkName=framework.name, FrameworkArn=framework.arn)

    def update_framework(self) -> ActionResult:
        framework = self.backend.frameworks.update(
            self.param("FrameworkName"), self.param("FrameworkDescription"), self.param("FrameworkControls")
        )
        return answer(
            FrameworkName=framework.name, FrameworkArn=framework.arn, CreationTime=framework.created
        )

    def describe_framework(self) -> ActionResult:
        framework = self.backend.frameworks.get(self.param("FrameworkName"))
        status = frameworks.recording_status(self.backend.place)
        return ActionResult({**framework.described(), "FrameworkStatus": status})

    def list_frameworks(self) -> ActionResult:
        listed = [framework.summarised() for framework in self.backend.frameworks.all()]
        return paging.page(listed, self.params, "Frameworks")

    def delete_framework(self) -> ActionResult:
        self.backend.frameworks.delete(self.param("FrameworkName"))
        return EmptyResult()

    def create_report_plan(self) -> ActionResult:
        plan = self.backend.report_plans.create(self.params)
        return answer(ReportPlanName=plan.name, ReportPlanArn=plan.arn, CreationTime=plan.created)

    def update_report_plan(self) -> ActionResult:
        plan = self.backend.report_plans.update(self.params)
        return answer(ReportPlanName=plan.name, ReportPlanArn=plan.arn, CreationTime=plan.created)

    def describe_report_plan(self) -> ActionResult:
        return answer(ReportPlan=self.backend.report_plans.get(self.param("ReportPlanName")).described())

    def list_report_plans(self) -> ActionResult:
        listed = [plan.described() for plan in self.backend.report_plans.all()]
        return paging.page(listed, self.params, "ReportPlans")

    def delete_report_plan(self) -> ActionResult:
        self.backend.report_plans.delete(self.param("ReportPlanName"))
        return EmptyResult()

    def start_report_job(self) -> ActionResult:
        job = self.backend.report_plans.start(self.param("ReportPlanName"), self.param("IdempotencyToken"))
        return answer(ReportJobId=job.id)

    def describe_report_job(self) -> ActionResult:
        return answer(ReportJob=self.backend.report_plans.job(self.param("ReportJobId")).described())

    def list_report_jobs(self) -> ActionResult:
        name = self.param("ByReportPlanName")
        before, after = self.param("ByCreationBefore"), self.param("ByCreationAfter")
        listed = [
            job.described()
            for job in self.backend.report_plans.jobs()
            if (name is None or job.plan.name == name)
            and (before is None or job.created < before.replace(tzinfo=UTC))
            and (after is None or job.created > after.replace(tzinfo=UTC))
        ]
        return paging.page(self.filtered(listed, ByStatus="Status"), self.params, "ReportJobs")

    def list_backup_job_summaries(self) -> ActionResult:
        jobs = self.backend.backup_jobs.all()
        return self._summarised(jobs, "BackupJobSummaries", "State", "MessageCategory")

    def list_copy_job_summaries(self) -> ActionResult:
        jobs = self.backend.copy_jobs.all()
        return self._summarised(jobs, "CopyJobSummaries", "State", "MessageCategory")

    def list_restore_job_summaries(self) -> ActionResult:
        return self._summarised(self.backend.restore_jobs.all(), "RestoreJobSummaries", "State")

    def list_scan_job_summaries(self) -> ActionResult:
        """Scan jobs cannot be started here, so there are none to count."""
        return self._summarised([], "ScanJobSummaries", "State")

    def _period(self) -> str:
        return str(self.param("AggregationPeriod", summaries.DEFAULT_PERIOD))

    def _summarised(self, jobs: Any, result: str, *members: str) -> ActionResult:
        wanted = {name: self.param(name) for name in ("AccountId", "ResourceType", *members)}
        counted = summaries.summaries(
            [_with_state(job) for job in jobs], self.backend.region_name, wanted, self._period()
        )
        listed, token = paging.slice_of(counted, self.params)
        return ActionResult({result: listed, "AggregationPeriod": self._period(), "NextToken": token})


def _with_state(job: Job) -> dict[str, Any]:
    """Restore jobs call their state a status."""
    return {**job.described(), "State": job.state}  # type: ignore[attr-defined]  # of every kind of job
