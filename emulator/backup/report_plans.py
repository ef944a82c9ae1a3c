"""Report plans of AWS Backup Audit Manager, and the reports on jobs that they make.

From "Working with audit reports" and "Quotas" in the AWS Backup Developer Guide, and ReportPlan,
ReportSetting and ReportJob in its API reference.  Reports on compliance rest on AWS Config's rules and are
not made.  The guide does not give the columns of a report nor the keys of its objects to the letter: here the
columns are the members of the jobs as they are described.
"""

import copy
import csv
import io
import json
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from emulator import clock
from emulator.backup import arns, timing
from emulator.errors import (
    AlreadyExists,
    Conflict,
    InvalidParameterValue,
    LimitExceeded,
    NotImplementedByEmulator,
    ResourceNotFound,
)

if TYPE_CHECKING:
    from emulator.backup.models import BackupBackend

MOST = 20
"""Report plans of an account in a Region."""

JOB_TEMPLATES = ("BACKUP_JOB_REPORT", "COPY_JOB_REPORT", "RESTORE_JOB_REPORT")
COMPLIANCE_TEMPLATES = ("RESOURCE_COMPLIANCE_REPORT", "CONTROL_COMPLIANCE_REPORT")
OTHER_TEMPLATES = ("SCAN_JOB_REPORT",)
FORMATS = ("CSV", "JSON")


@dataclass
class ReportPlan:
    """A report plan; ``deployed`` is when the change named ``changing`` is done."""

    name: str
    arn: str
    description: str | None
    channel: dict[str, Any]
    setting: dict[str, Any]
    token: str | None
    created: datetime
    changing: str = "CREATE_IN_PROGRESS"
    deployed: datetime = field(default_factory=lambda: clock.now() + timing.job_time())
    attempted: datetime | None = None
    succeeded: datetime | None = None

    @property
    def deployment_status(self) -> str:
        return "COMPLETED" if clock.now() >= self.deployed else self.changing

    def require_deployed(self) -> None:
        """:raises Conflict: an earlier change is under way."""
        if self.deployment_status != "COMPLETED":
            raise Conflict(f"Report plan {self.name} is being changed: {self.deployment_status}")

    def described(self) -> dict[str, Any]:
        """The plan as DescribeReportPlan answers it."""
        return {
            "ReportPlanArn": self.arn,
            "ReportPlanName": self.name,
            "ReportPlanDescription": self.description,
            "ReportSetting": self.setting,
            "ReportDeliveryChannel": self.channel,
            "DeploymentStatus": self.deployment_status,
            "CreationTime": self.created,
            "LastAttemptedExecutionTime": self.attempted,
            "LastSuccessfulExecutionTime": self.succeeded,
        }


@dataclass
class ReportJob:
    """The making of one report."""

    id: str
    plan: ReportPlan
    created: datetime
    status: str = "CREATED"
    completed: datetime | None = None
    message: str | None = None
    keys: list[str] = field(default_factory=list)

    def described(self) -> dict[str, Any]:
        """The job as DescribeReportJob answers it."""
        return {
            "ReportJobId": self.id,
            "ReportPlanArn": self.plan.arn,
            "ReportTemplate": self.plan.setting["ReportTemplate"],
            "CreationTime": self.created,
            "CompletionTime": self.completed,
            "Status": self.status,
            "StatusMessage": self.message,
            "ReportDestination": {"S3BucketName": self.plan.channel["S3BucketName"], "S3Keys": self.keys},
        }


class ReportPlans:
    """The report plans of ``backend``, and their jobs."""

    def __init__(self, backend: "BackupBackend") -> None:
        self._backend = backend
        self._plans: dict[str, ReportPlan] = {}
        self._jobs: dict[str, ReportJob] = {}
        self._tokens: dict[tuple[str, str], ReportJob] = {}

    def all(self) -> list[ReportPlan]:
        return list(self._plans.values())

    def get(self, name: str) -> ReportPlan:
        """:raises ResourceNotFound: there is no such report plan."""
        try:
            return self._plans[name]
        except KeyError:
            raise ResourceNotFound(f"Report plan {name} does not exist") from None

    def create(self, request: dict[str, Any]) -> ReportPlan:
        """Make a report plan.  A repeated IdempotencyToken gives the plan that it made.

        :raises AlreadyExists: there is a plan of that name.
        :raises LimitExceeded: there are as many as AWS allows.
        """
        name, token = request["ReportPlanName"], request.get("IdempotencyToken")
        existing = self._plans.get(name)
        if existing and token and existing.token == token:
            return existing
        if existing:
            raise AlreadyExists(f"Report plan {name} already exists", existing.arn)
        channel = _checked_channel(request["ReportDeliveryChannel"])
        setting = _checked_setting(request["ReportSetting"])
        if len(self._plans) >= MOST:
            raise LimitExceeded(f"An account can have {MOST} report plans in a Region")
        place = self._backend.place
        plan = ReportPlan(
            name=name,
            arn=f"arn:{place.partition}:backup:{place.region}:{place.account}:report-plan:{name}-{uuid4()}",
            description=request.get("ReportPlanDescription"),
            channel=channel,
            setting=setting,
            token=token,
            created=clock.now(),
        )
        self._backend.tags.add(plan.arn, request.get("ReportPlanTags") or {})
        self._plans[name] = plan
        return plan

    def update(self, request: dict[str, Any]) -> ReportPlan:
        """Change what the request gives.

        :raises Conflict: an earlier change is under way.
        """
        plan = self.get(request["ReportPlanName"])
        plan.require_deployed()
        if request.get("ReportDeliveryChannel"):
            plan.channel = _checked_channel(request["ReportDeliveryChannel"])
        if request.get("ReportSetting"):
            plan.setting = _checked_setting(request["ReportSetting"])
        plan.description = request.get("ReportPlanDescription", plan.description)
        plan.changing = "UPDATE_IN_PROGRESS"
        plan.deployed = clock.now() + timing.job_time()
        return plan

    def delete(self, name: str) -> None:
        """:raises Conflict: an earlier change is under way."""
        plan = self.get(name)
        plan.require_deployed()
        self._backend.tags.forget(plan.arn)
        del self._plans[name]

    def jobs(self) -> list[ReportJob]:
        return list(reversed(self._jobs.values()))

    def job(self, job_id: str) -> ReportJob:
        """:raises ResourceNotFound: there is no such report job."""
        try:
            return self._jobs[job_id]
        except KeyError:
            raise ResourceNotFound(f"Report job {job_id} does not exist") from None

    def start(self, name: str, token: str | None) -> ReportJob:
        """Begin to make a report.  A repeated ``token`` gives the job that it began.

        :raises NotImplementedByEmulator: the report is not one on jobs.
        """
        plan = self.get(name)
        if token and (name, token) in self._tokens:
            return self._tokens[name, token]
        template = plan.setting["ReportTemplate"]
        if template not in JOB_TEMPLATES:
            raise NotImplementedByEmulator(f"The emulator does not make a {template}")
        for member in ("Accounts", "OrganizationUnits", "Regions"):
            if plan.setting.get(member):
                raise NotImplementedByEmulator(f"The emulator does not make reports across {member}")
        job = ReportJob(str(uuid4()), plan, clock.now())
        self._jobs[job.id] = job
        if token:
            self._tokens[name, token] = job
        self._backend.agenda.at(clock.now() + timing.job_time(), lambda: self._deliver(job))
        clock.settle()
        return job

    def _deliver(self, job: ReportJob) -> None:
        from moto.s3.models import s3_backends

        plan = job.plan
        place = self._backend.place
        job.completed = plan.attempted = clock.now()
        s3 = s3_backends[place.account][place.partition]
        bucket = plan.channel["S3BucketName"]
        if bucket not in s3.buckets:
            job.status = "FAILED"
            job.message = f"The bucket {bucket} does not exist"
            return
        for file_format in plan.channel["Formats"]:
            key = self._key(job, file_format)
            s3.put_object(bucket, key, _written(self._rows(plan), file_format))
            job.keys.append(key)
        job.status = "COMPLETED"
        plan.succeeded = job.completed

    def _key(self, job: ReportJob, file_format: str) -> str:
        place = self._backend.place
        template = job.plan.setting["ReportTemplate"]
        folder = f"Backup/{place.account}/{place.region}/{template}/{clock.now():%Y/%m/%d}"
        prefix = job.plan.channel.get("S3KeyPrefix")
        name = f"{folder}/{job.plan.name}_{job.id}.{file_format.lower()}"
        return f"{prefix.rstrip('/')}/{name}" if prefix else name

    def _rows(self, plan: ReportPlan) -> list[dict[str, Any]]:
        jobs = {
            "BACKUP_JOB_REPORT": self._backend.backup_jobs,
            "COPY_JOB_REPORT": self._backend.copy_jobs,
            "RESTORE_JOB_REPORT": self._backend.restore_jobs,
        }[plan.setting["ReportTemplate"]]
        return [job.described() for job in jobs.all()]  # type: ignore[attr-defined]  # of jobs of several kinds


def _written(rows: list[dict[str, Any]], file_format: str) -> bytes:
    if file_format == "JSON":
        return json.dumps({"reportItems": rows}, default=_text).encode()
    columns = list(dict.fromkeys(name for row in rows for name in row))
    file = io.StringIO()
    writer = csv.DictWriter(file, columns)
    writer.writeheader()
    writer.writerows({name: _text(value) for name, value in row.items()} for row in rows)
    return file.getvalue().encode()


def _text(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    return json.dumps(value, default=_text) if isinstance(value, dict) else value


def _checked_channel(channel: dict[str, Any]) -> dict[str, Any]:
    unknown = [name for name in channel.get("Formats") or [] if name not in FORMATS]
    if unknown:
        raise InvalidParameterValue(f"Invalid report format: {', '.join(unknown)}")
    if not channel["S3BucketName"] or "/" in channel["S3BucketName"]:
        raise InvalidParameterValue(f"Invalid bucket name: {channel['S3BucketName']!r}")
    return {**copy.deepcopy(channel), "Formats": channel.get("Formats") or ["CSV"]}


def _checked_setting(setting: dict[str, Any]) -> dict[str, Any]:
    template = setting["ReportTemplate"]
    known = (*JOB_TEMPLATES, *COMPLIANCE_TEMPLATES, *OTHER_TEMPLATES)
    if template not in known:
        raise InvalidParameterValue(f"ReportTemplate must be one of: {', '.join(known)}")
    frameworks = setting.get("FrameworkArns") or []
    if template in COMPLIANCE_TEMPLATES and not frameworks:
        raise InvalidParameterValue(f"A {template} needs FrameworkArns")
    if template not in COMPLIANCE_TEMPLATES and frameworks:
        raise InvalidParameterValue(f"A {template} takes no FrameworkArns")
    for arn in frameworks:
        if not arns.parse(arn, "framework ARN").resource.startswith("framework:"):
            raise InvalidParameterValue(f"Not a framework: {arn}")
    return copy.deepcopy(setting)
