"""Frameworks and reports of AWS Backup Audit Manager, the bucket of the reports, and a Region's opt-ins."""

from tierkeep.desired.model import Control, DesiredUnit, Framework, ReportBucket, ReportPlan
from tierkeep.desired.policies import report_bucket_policy
from tierkeep.validate import normal
from tierkeep.validate.forms import (
    ControlForm,
    ExpiryForm,
    FrameworkForm,
    OptInForm,
    ReportBucketForm,
    ReportPlanForm,
)

_DONE = "COMPLETED"


def framework_form(framework: Framework) -> FrameworkForm:
    """A framework whose controls are evaluated."""
    return FrameworkForm(
        status="ACTIVE",
        deployment=_DONE,
        description=framework.description,
        controls={each.name: _control_form(each) for each in framework.controls},
        tags=dict(framework.tags),
        origin=framework.origin,
    )


def _control_form(control: Control) -> ControlForm:
    plan = control.plan_name
    return ControlForm(
        parameters=dict(control.parameters),
        tags=dict(control.tags) if plan is None else {},
        resources=() if plan is None else (plan,),
        resource_types=() if plan is None else ("AWS::Backup::BackupPlan",),
    )


def report_plan_form(plan: ReportPlan, bucket: ReportBucket) -> ReportPlanForm:
    """A report into the unit's bucket."""
    return ReportPlanForm(
        deployment=_DONE,
        description=plan.description,
        template=plan.template,
        frameworks=tuple(sorted(plan.frameworks)),
        bucket=bucket.name,
        formats=tuple(sorted(plan.formats)),
        other_settings={},
        tags=dict(plan.tags),
        origin=plan.origin,
    )


def report_bucket_form(bucket: ReportBucket) -> ReportBucketForm:
    """A private bucket whose objects and their versions go when their time is over."""
    return ReportBucketForm(
        versioning="Enabled",
        blocked=("BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets"),
        ownership="BucketOwnerEnforced",
        encryption="AES256",
        policy=normal.policy(report_bucket_policy(bucket)),
        expiry={
            "expire": ExpiryForm(
                status="Enabled",
                prefix="",
                after_days=bucket.keep_days,
                noncurrent_after_days=bucket.keep_days,
                uploads_after_days=7,
                other_settings={},
                origin=(*bucket.origin, "keep"),
            )
        },
        tags=dict(bucket.tags),
        arn=bucket.arn,
        origin=bucket.origin,
    )


def opt_in_forms(unit: DesiredUnit) -> dict[str, OptInForm]:
    """Only the types that the catalog opts in: the others' settings are nobody's business here."""
    return {each: OptInForm(opted_in=True, origin=("audit", "opt_in")) for each in unit.opted_in}
