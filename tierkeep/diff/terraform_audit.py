"""Resources around the vaults that `modules/` make of a unit: restore testing, frameworks, reports, and what
is for the organisation."""

from __future__ import annotations

from collections.abc import Iterator

from tierkeep.desired.model import (
    BackupPolicy,
    Control,
    DesiredUnit,
    Framework,
    OrganizationSettings,
    ReportBucket,
    ReportPlan,
    RestoreTestingPlan,
    RestoreTestingSelection,
    VaultGuard,
)
from tierkeep.diff.backup_rules import rule_attributes
from tierkeep.diff.resource import Attributes, TerraformResource, resource, tags_text


def audit_resources(unit: DesiredUnit) -> Iterator[TerraformResource]:
    """What a unit holds around its vaults."""
    for plan in unit.restore_testing:
        yield _testing_plan(plan)
        for selection in plan.selections:
            yield _testing_selection(plan, selection)
    for framework in unit.frameworks:
        yield _framework(framework)
    if unit.report_bucket:
        yield from _report_bucket(unit.report_bucket)
    for report in unit.report_plans:
        yield _report(report, unit)
    if unit.organization:
        yield from _organization(unit.organization)
    if unit.opted_in:
        # It is replaced when they change: set once more, with nothing unset in between.
        values = {"types": ", ".join(unit.opted_in)}
        yield resource("aws_backup_region_settings", "opt-in", ("audit", "opt_in"), values)


def _testing_plan(plan: RestoreTestingPlan) -> TerraformResource:
    values = {
        "name": plan.name,
        "recovery_point_selection": (
            f"the {'latest' if plan.latest else 'any'} of {plan.window_days} days in "
            f"{', '.join(plan.vault_arns)}{', continuous ones too' if plan.continuous else ''}"
        ),
        "schedule_expression": plan.schedule,
        "schedule_expression_timezone": plan.time_zone,
        "start_window_hours": f"{plan.start_window_hours} hours",
        "tags": tags_text(plan.tags),
    }
    return resource("aws_backup_restore_testing_plan", plan.name, plan.origin, values)


def _testing_selection(plan: RestoreTestingPlan, selection: RestoreTestingSelection) -> TerraformResource:
    values = {
        "iam_role_arn": selection.role_arn,
        "name": selection.name,
        "protected_resource_conditions": tags_text(selection.required_tags),
        "protected_resource_type": selection.resource_type,
        "restore_metadata_overrides": tags_text(selection.metadata) or "none",
        "restore_testing_plan_name": plan.name,
        "validation_window_hours": f"{selection.validation_window_hours} hours",
    }
    name = f"{plan.name}/{selection.name}"
    return resource("aws_backup_restore_testing_selection", name, selection.origin, values)


def _framework(framework: Framework) -> TerraformResource:
    values = {
        "description": framework.description,
        "name": framework.name,
        "tags": tags_text(framework.tags),
        **{f"control {each.name}": _control(each) for each in framework.controls},
    }
    return resource("aws_backup_framework", framework.name, framework.origin, values)


def _control(control: Control) -> str:
    scope = tags_text(control.tags) or f"plan {control.plan_name}"
    return f"{tags_text(control.parameters)} of {scope}".removeprefix(" ")


def _report_bucket(bucket: ReportBucket) -> Iterator[TerraformResource]:
    values = {"bucket": bucket.name, "tags": tags_text(bucket.tags)}
    yield resource("aws_s3_bucket", bucket.name, bucket.origin, values)
    for kind, setting, value in (
        ("lifecycle_configuration", "expiration", f"{bucket.keep_days} days"),
        ("ownership_controls", "object_ownership", "BucketOwnerEnforced"),
        ("policy", "policy", f"written by {bucket.writer_arn}"),
        ("public_access_block", "blocked", "everything"),
        ("server_side_encryption_configuration", "sse_algorithm", "AES256"),
        ("versioning", "status", "Enabled"),
    ):
        values = {"bucket": bucket.name, setting: value}
        yield resource(f"aws_s3_bucket_{kind}", bucket.name, bucket.origin, values)


def _report(plan: ReportPlan, unit: DesiredUnit) -> TerraformResource:
    values = {
        "description": plan.description,
        "formats": ", ".join(plan.formats),
        "frameworks": ", ".join(plan.frameworks) or "none",
        "name": plan.name,
        "report_template": plan.template,
        "s3_bucket_name": unit.report_bucket.name if unit.report_bucket else "",
        "tags": tags_text(plan.tags),
    }
    return resource("aws_backup_report_plan", plan.name, plan.origin, values)


def _organization(settings: OrganizationSettings) -> Iterator[TerraformResource]:
    if settings.administrator_id:
        values = {"account_id": settings.administrator_id, "service_principal": "backup.amazonaws.com"}
        kind = "aws_organizations_delegated_administrator"
        yield resource(kind, "backup.amazonaws.com", settings.origin, values)
    if settings.global_settings:
        values = {"global_settings": ", ".join(settings.global_settings)}
        yield resource("aws_backup_global_settings", "organization", settings.origin, values)
    guard = settings.guard
    if guard:
        denied = {"content": (f"denied to all but {', '.join(guard.exempt)}", guard.origin)}
        yield from _attached("SERVICE_CONTROL_POLICY", guard, denied)
    for policy in settings.backup_policies:
        yield from _attached("BACKUP_POLICY", policy, _plans(policy))


def _plans(policy: BackupPolicy) -> Attributes:
    """What the plans of a backup policy say, as those of a stack's own do; it has no time zones."""
    values: Attributes = {}
    for each in policy.plans:
        here = f"plan {each.plan.name}"
        for rule in each.plan.rules:
            values |= {
                f"{here}: {name}": value
                for name, value in rule_attributes(rule).items()
                if not name.endswith("_timezone")
            }
        for selection in each.plan.selections:
            types, tags = ", ".join(selection.resource_patterns), tags_text(selection.required_tags)
            by = f"{types} with {tags}, by {selection.role_arn}"
            values[f"{here}: selection {selection.name}"] = (by, selection.origin)
    return values


def _attached(
    kind: str, policy: VaultGuard | BackupPolicy, content: Attributes
) -> Iterator[TerraformResource]:
    values = {
        "description": policy.description,
        "name": policy.name,
        "tags": tags_text(policy.tags),
        "type": kind,
    }
    made = resource("aws_organizations_policy", policy.name, policy.origin, values)
    made.attributes.update(content)
    yield made
    for target in policy.target_ids:
        values = {"policy_id": policy.name, "target_id": target}
        name = f"{policy.name}/{target}"
        yield resource("aws_organizations_policy_attachment", name, policy.origin, values)
