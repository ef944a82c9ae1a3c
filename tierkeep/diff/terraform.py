"""The resources that `modules/` make of a unit, with their attributes as flat text, to compare."""

from __future__ import annotations

from collections.abc import Iterator

from tierkeep.desired.model import (
    Age,
    BackupPlan,
    BackupRule,
    CrossRegionCopyRule,
    DesiredUnit,
    Key,
    Lifecycle,
    Origin,
    Role,
    Scripts,
    Selection,
    SharedCopyPolicy,
    SnapshotPolicy,
    SnapshotSchedule,
    Statement,
    Vault,
    VolumeExclusions,
)
from tierkeep.desired.policies import role_policies
from tierkeep.diff.resource import Attributes, TerraformResource, resource, tags_text
from tierkeep.diff.terraform_audit import audit_resources

AWS_MANAGED = "aws/backup"
"""The key of a vault for which the catalog names none."""


def resources(unit: DesiredUnit) -> dict[tuple[str, str], TerraformResource]:
    """All resources of a unit, by type and name."""
    return {(each.type, each.name): each for each in _resources(unit)}


def _resources(unit: DesiredUnit) -> Iterator[TerraformResource]:
    for key in unit.keys:
        yield from _key(key)
    for vault in unit.vaults:
        yield from _vault(vault)
    for role in unit.roles:
        yield from _role(role)
    for plan in unit.plans:
        yield _plan(plan)
        for selection in plan.selections:
            yield _selection(plan, selection)
    for policy in unit.snapshot_policies:
        yield _policy(policy)
    for copying in unit.copy_policies:
        yield _copy_policy(copying)
    yield from audit_resources(unit)


def _key(key: Key) -> Iterator[TerraformResource]:
    values = {
        "deletion_window_in_days": str(key.deletion_window_days),
        "description": key.description,
        "policy": _key_policy(key),
        "tags": tags_text(key.tags),
    }
    yield resource("aws_kms_key", key.alias.removeprefix("alias/"), key.origin, values)
    yield resource("aws_kms_alias", key.alias, key.origin, {"name": key.alias})


def _key_policy(key: Key) -> str:
    parts = [f"shared with {', '.join(key.shared_with)}"] if key.shared_with else []
    parts += [f"for copies from {', '.join(key.copied_from)}"] if key.copied_from else []
    if key.roles:
        named = ", ".join(each.rsplit("/", 1)[-1] for each in key.roles.administrators)
        parts.append(f"administered by {named} alone")
    return "; ".join(parts) or "this account only"


def _vault(vault: Vault) -> Iterator[TerraformResource]:
    values = {
        "name": vault.name,
        "kms_key_arn": vault.key_alias or AWS_MANAGED,
        "tags": tags_text(vault.tags),
    }
    yield resource("aws_backup_vault", vault.name, vault.origin, values)
    if vault.copied_from or vault.deletable_by:
        values = {"backup_vault_name": vault.name, "policy": _vault_policy(vault)}
        yield resource("aws_backup_vault_policy", vault.name, vault.origin, values)
    if vault.lock:
        days = {
            "changeable_for_days": vault.lock.changeable_for_days,
            "max_retention_days": vault.lock.max_retention_days,
            "min_retention_days": vault.lock.min_retention_days,
        }
        values = {"backup_vault_name": vault.name, **{key: str(days[key]) for key in days if days[key]}}
        yield resource("aws_backup_vault_lock_configuration", vault.name, vault.lock.origin, values)


def _vault_policy(vault: Vault) -> str:
    parts = [f"copies from {', '.join(vault.copied_from)}"] if vault.copied_from else []
    parts += [f"deletion by {', '.join(vault.deletable_by)} only"] if vault.deletable_by else []
    return "; ".join(parts)


def _role(role: Role) -> Iterator[TerraformResource]:
    values = {"name": role.name, "assume_role_policy": role.service, "tags": tags_text(role.tags)}
    if role.boundary_arn:
        values["permissions_boundary"] = role.boundary_arn
    yield resource("aws_iam_role", role.name, role.origin, values)
    for arn in role.managed_policy_arns:
        yield _attachment(role, arn)
    for policy in role_policies(role):
        values = {"name": policy.name}
        for statement in policy.statements:
            values |= _statement(statement)
        if policy.arn is None:
            name = f"{role.name}/{policy.name}"
            yield resource("aws_iam_role_policy", name, role.origin, {**values, "role": role.name})
        else:
            tags = {"tags": tags_text(role.tags)}
            yield resource("aws_iam_policy", policy.name, role.origin, {**values, **tags})
            yield _attachment(role, policy.arn)


def _attachment(role: Role, arn: str) -> TerraformResource:
    name = f"{role.name}/{arn.rsplit('/', 1)[-1]}"
    values = {"role": role.name, "policy_arn": arn}
    return resource("aws_iam_role_policy_attachment", name, role.origin, values)


def _statement(statement: Statement) -> dict[str, str]:
    here = f"policy {statement.sid}"
    conditions = [f"{operator} {key} {' or '.join(values)}" for operator, key, values in statement.conditions]
    return {
        f"{here}: Action": ", ".join(statement.actions),
        f"{here}: Condition": " and ".join(conditions) or "none",
        f"{here}: Resource": ", ".join(statement.resources),
    }


def _plan(plan: BackupPlan) -> TerraformResource:
    made = resource(
        "aws_backup_plan", plan.name, plan.origin, {"name": plan.name, "tags": tags_text(plan.tags)}
    )
    for rule in plan.rules:
        made.attributes.update(_rule(rule))
    return made


def _rule(rule: BackupRule) -> Attributes:
    here = f"rule {rule.name}"
    values: Attributes = {
        f"{here}: {each}": (value, rule.origin)
        for each, value in {
            "completion_window": f"{rule.completion_window_minutes} minutes",
            "enable_continuous_backup": "true" if rule.continuous else "false",
            "lifecycle": _lifecycle(rule.lifecycle),
            "recovery_point_tags": tags_text(rule.recovery_point_tags),
            "schedule": rule.schedule,
            "schedule_expression_timezone": rule.time_zone,
            "start_window": f"{rule.start_window_minutes} minutes",
            "target_vault_name": rule.vault_name,
        }.items()
    }
    for copy in rule.copies:
        values[f"{here}: copy_action to {copy.destination_vault_arn}"] = (
            _lifecycle(copy.lifecycle),
            copy.origin,
        )
    return values


def _selection(plan: BackupPlan, selection: Selection) -> TerraformResource:
    values = {
        "name": selection.name,
        "plan_id": plan.name,
        "iam_role_arn": selection.role_arn,
        "resources": ", ".join(selection.resource_patterns),
        "condition": tags_text(selection.required_tags),
    }
    return resource("aws_backup_selection", f"{plan.name}/{selection.name}", selection.origin, values)


def _policy(policy: SnapshotPolicy) -> TerraformResource:
    values = {
        "description": policy.description,
        "execution_role_arn": policy.role_arn,
        "resource_types": policy.resource_type,
        "target_tags": tags_text(policy.target_tags),
        "tags": tags_text(policy.tags),
    }
    if policy.exclusions:
        values["parameters"] = _parameters(policy.exclusions)
    # A stack's template holds the same in other words.
    made = resource(policy.resource.value, policy.name, policy.origin, values)
    for schedule in policy.schedules:
        made.attributes.update(_schedule(schedule))
    return made


def _copy_policy(policy: SharedCopyPolicy) -> TerraformResource:
    values = {
        "description": policy.description,
        "execution_role_arn": policy.role_arn,
        "event_source": f"what {', '.join(policy.owners)} share, described as {policy.description_regex}",
        "tags": tags_text(policy.tags),
    }
    made = resource("aws_dlm_lifecycle_policy", policy.name, policy.origin, values)
    for copy in policy.copies:
        made.attributes[f"action: cross_region_copy to {copy.target_region}"] = _copied(copy)
    return made


def _copied(copy: CrossRegionCopyRule) -> tuple[str, Origin]:
    key = copy.key_alias or "the account's default key"
    return f"{_age(copy.retain)}, encrypted with {key}", copy.origin


def _parameters(exclusions: VolumeExclusions) -> str:
    boot = f"exclude_boot_volume={'true' if exclusions.boot_volume else 'false'}"
    tags = tags_text(exclusions.data_volume_tags)
    return f"{boot}, exclude_data_volume_tags: {tags}" if tags else boot


def _schedule(schedule: SnapshotSchedule) -> Attributes:
    here = f"schedule {schedule.name}"
    created = schedule.cron or f"every {schedule.interval_hours} hours from {schedule.start_time}"
    values: Attributes = {
        f"{here}: create_rule": (created, schedule.origin),
        f"{here}: retain_rule": (_age(schedule.retain), schedule.origin),
        f"{here}: tags_to_add": (tags_text(schedule.tags_to_add), schedule.origin),
    }
    for copy in schedule.copies:
        values[f"{here}: cross_region_copy_rule to {copy.target_region}"] = _copied(copy)
    fast, share, scripts = schedule.fast_restore, schedule.share, schedule.scripts
    if schedule.archive:
        values[f"{here}: archive_rule"] = (_age(schedule.archive.retain), schedule.archive.origin)
    if scripts:
        values[f"{here}: scripts"] = (_scripts(scripts), scripts.origin)
    if fast:
        text = f"{_age(fast.keep)} in {', '.join(fast.availability_zones)}"
        values[f"{here}: fast_restore_rule"] = (text, fast.origin)
    if share:
        for_how_long = f"for {_age(share.unshare_after)}" if share.unshare_after else "until it is deleted"
        text = f"{', '.join(share.account_ids)} {for_how_long}"
        values[f"{here}: share_rule"] = (text, share.origin)
    return values


def _scripts(scripts: Scripts) -> str:
    timeout = f", {scripts.timeout_seconds} seconds" if scripts.timeout_seconds else ""
    otherwise = "crash-consistent" if scripts.crash_consistent_on_failure else "no snapshot"
    return f"{scripts.handler}{timeout}, {scripts.retries} retries, else {otherwise}"


def _lifecycle(lifecycle: Lifecycle) -> str:
    cold, delete = lifecycle.cold_storage_after_days, lifecycle.delete_after_days
    parts = [f"cold after {cold} days"] if cold is not None else []
    return ", ".join(
        [
            *parts,
            "kept always" if delete is None else f"delete after {delete} day{'' if delete == 1 else 's'}",
        ]
    )


def _age(age: Age) -> str:
    unit = age.unit.value.lower()
    return f"{age.interval} {unit.removesuffix('s') if age.interval == 1 else unit}"
