"""Reads frameworks and report plans of AWS Backup Audit Manager, and what a Region is opted in to."""

from collections.abc import Mapping
from typing import Any

from tierkeep.aws import UnitSession
from tierkeep.validate import normal
from tierkeep.validate.forms import ControlForm, FrameworkForm, OptInForm, ReportPlanForm, TagMap
from tierkeep.validate.readers.backup import tags_of
from tierkeep.validate.scope import Scope
from tierkeep.validate.unread import Unread, attempt


def read_frameworks(session: UnitSession, scope: Scope) -> Mapping[str, FrameworkForm | Unread]:
    """The frameworks of the scope, and others that carry the catalog's tag or may do so. Raises
    `AwsError`."""
    frameworks: dict[str, FrameworkForm | Unread] = {}
    for framework in session.pages("backup", "list_frameworks", "Frameworks"):
        name, arn = framework["FrameworkName"], framework["FrameworkArn"]
        if name in scope.frameworks or scope.may_own(name):
            tags = attempt(tags_of, session, arn)
            if scope.takes_in(tags, named=name in scope.frameworks):
                frameworks[name] = attempt(_read_framework, session, name, tags)
    return frameworks


def _read_framework(session: UnitSession, name: str, tags: TagMap | Unread) -> FrameworkForm:
    framework = session.call("backup", "describe_framework", FrameworkName=name)
    return FrameworkForm(
        status=framework["FrameworkStatus"],
        deployment=framework["DeploymentStatus"],
        description=framework.get("FrameworkDescription") or "",
        controls=normal.keyed(
            (each["ControlName"], _control_form(each)) for each in framework["FrameworkControls"]
        ),
        tags=tags,
        arn=framework["FrameworkArn"],
    )


def _control_form(control: Mapping[str, Any]) -> ControlForm:
    scope = control.get("ControlScope") or {}
    return ControlForm(
        parameters=normal.tag_list(
            control.get("ControlInputParameters"), key="ParameterName", value="ParameterValue"
        ),
        tags=dict(scope.get("Tags") or {}),
        resources=tuple(sorted(scope.get("ComplianceResourceIds") or ())),
        resource_types=tuple(sorted(scope.get("ComplianceResourceTypes") or ())),
    )


def read_report_plans(session: UnitSession, scope: Scope) -> Mapping[str, ReportPlanForm]:
    """The report plans of the scope, and others that carry the catalog's tag or may do so. Raises
    `AwsError`."""
    plans = {}
    for plan in session.pages("backup", "list_report_plans", "ReportPlans"):
        name = plan["ReportPlanName"]
        if name in scope.report_plans or scope.may_own(name):
            tags = attempt(tags_of, session, plan["ReportPlanArn"])
            if scope.takes_in(tags, named=name in scope.report_plans):
                plans[name] = _report_plan_form(plan, tags)
    return plans


def _report_plan_form(plan: Mapping[str, Any], tags: TagMap | Unread) -> ReportPlanForm:
    """A report plan as `ListReportPlans` answers it, which is whole."""
    setting, channel = plan["ReportSetting"], plan["ReportDeliveryChannel"]
    return ReportPlanForm(
        deployment=plan["DeploymentStatus"],
        description=plan.get("ReportPlanDescription") or "",
        template=setting["ReportTemplate"],
        frameworks=tuple(sorted(setting.get("FrameworkArns") or ())),
        bucket=channel["S3BucketName"],
        formats=tuple(sorted(channel.get("Formats") or ("CSV",))),
        other_settings={
            # Their number says no more than they do.
            **normal.other_settings(setting, "ReportTemplate", "FrameworkArns", "NumberOfFrameworks"),
            **normal.other_settings(channel, "S3BucketName", "Formats"),
        },
        tags=tags,
        arn=plan["ReportPlanArn"],
    )


def read_opt_ins(session: UnitSession, scope: Scope) -> Mapping[str, OptInForm]:
    """The settings of the types of the scope. Raises `AwsError`."""
    if not scope.opted_in:
        return {}
    settings = session.call("backup", "describe_region_settings")["ResourceTypeOptInPreference"]
    return {each: OptInForm(opted_in=settings[each]) for each in sorted(scope.opted_in) if each in settings}
