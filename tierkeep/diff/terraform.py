"""The resources that `modules/` make of a unit, with their attributes as flat text, to compare."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import replace
from itertools import chain

from tierkeep.desired.model import (
    Age,
    BackupPlan,
    CrossRegionCopyRule,
    DefaultPolicy,
    DesiredUnit,
    Events,
    Key,
    Origin,
    Role,
    ScheduledStart,
    ScriptDocument,
    Scripts,
    Selection,
    SharedCopyPolicy,
    SnapshotPolicy,
    SnapshotSchedule,
    StateMachine,
    Statement,
    Vault,
    VaultLock,
    VolumeExclusions,
)
from tierkeep.desired.plans import WINDOWS_VSS
from tierkeep.desired.policies import role_policies
from tierkeep.diff.backup_rules import rule_attributes
from tierkeep.diff.resource import Attributes, TerraformResource, resource, tags_text
from tierkeep.diff.terraform_audit import audit_resources
from tierkeep.diff.watching_resources import watching_resources

AWS_MANAGED = "aws/backup"
"""The key of a vault for which the catalog names none."""


def resources(unit: DesiredUnit) -> dict[tuple[str, str], TerraformResource]:
    """All resources of a unit, by type and name."""
    return {(each.type, each.name): each for each in _resources(unit)}


def _resources(unit: DesiredUnit) -> Iterator[TerraformResource]:
    yield from chain.from_iterable(map(_key, unit.keys))
    yield from chain.from_iterable(map(_vault, unit.vaults))
    yield from chain.from_iterable(map(_role, unit.roles))
    for plan in unit.plans:
        yield _plan(plan)
        for selection in plan.selections:
            yield _selection(plan, selection)
    yield from map(_document, unit.documents)
    yield from map(_policy, unit.snapshot_policies)
    yield from map(_copy_policy, unit.copy_policies)
    yield from map(_default_policy, unit.default_policies)
    yield from chain.from_iterable(map(_machine, unit.state_machines))
    if unit.events:
        yield from _events(unit.events)
    for kind, name, origin, values in watching_resources(unit):
        yield resource(kind, name, origin, values)
    yield from audit_resources(unit)


def _key(key: Key) -> Iterator[TerraformResource]:
    values = {
        "deletion_window_in_days": str(key.deletion_window_days),
        "description": key.description,
        "policy": _key_policy(key),
        "tags": tags_text(key.tags),
    }
    made = resource("aws_kms_key", key.alias.removeprefix("alias/"), key.origin, values)
    yield replace(made, kept=key.holds_backups)
    yield resource("aws_kms_alias", key.alias, key.origin, {"name": key.alias})


def _key_policy(key: Key) -> str:
    parts = [f"shared with {', '.join(key.shared_with)}"] if key.shared_with else []
    parts += [f"for copies from {', '.join(key.copied_from)}"] if key.copied_from else []
    parts += [f"for what {', '.join(key.publishers)} publish"] if key.publishers else []
    if key.roles:
        named = ", ".join(each.rsplit("/", 1)[-1] for each in key.roles.administrators)
        parts.append(f"administered by {named} alone")
    return "; ".join(parts) or "this account only"


def _vault(vault: Vault) -> Iterator[TerraformResource]:
    if vault.air_gapped:
        yield _air_gapped(vault)
    else:
        key = vault.key_alias or AWS_MANAGED
        values = {"name": vault.name, "kms_key_arn": key, "tags": tags_text(vault.tags)}
        yield resource("aws_backup_vault", vault.name, vault.origin, values)
    if vault.copied_from or vault.deletable_by:
        values = {"backup_vault_name": vault.name, "policy": _vault_policy(vault)}
        yield resource("aws_backup_vault_policy", vault.name, vault.origin, values)
    if vault.lock and not vault.air_gapped:
        values = {"backup_vault_name": vault.name, **_range(vault.lock)}
        yield resource("aws_backup_vault_lock_configuration", vault.name, vault.lock.origin, values)


def _air_gapped(vault: Vault) -> TerraformResource:
    made = resource(
        "aws_backup_logically_air_gapped_vault",
        vault.name,
        vault.origin,
        {"name": vault.name, "tags": tags_text(vault.tags)},
    )
    if vault.lock:
        made.attributes.update({key: (value, vault.lock.origin) for key, value in _range(vault.lock).items()})
    return made


def _range(lock: VaultLock) -> dict[str, str]:
    days = {
        "changeable_for_days": lock.changeable_for_days,
        "max_retention_days": lock.max_retention_days,
        "min_retention_days": lock.min_retention_days,
    }
    return {key: str(number) for key, number in days.items() if number}


def _vault_policy(vault: Vault) -> str:
    parts = [f"copies from {', '.join(vault.copied_from)}"] if vault.copied_from else []
    parts += [f"deletion by {', '.join(vault.deletable_by)} only"] if vault.deletable_by else []
    return "; ".join(parts)


def _role(role: Role) -> Iterator[TerraformResource]:
    assumed_by = role.service or ", ".join(role.trusted)
    values = {"name": role.name, "assume_role_policy": assumed_by, "tags": tags_text(role.tags)}
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
        made.attributes.update(rule_attributes(rule))
    if plan.windows_vss:
        text = ", ".join(f"{name} {value}" for name, value in WINDOWS_VSS.items())
        made.attributes["advanced_backup_setting of EC2"] = (text, plan.windows_vss_origin)
    return made


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
    if policy.images:
        values["policy_type"] = policy.policy_type
        values["parameters"] = f"no_reboot={'false' if policy.images.reboot else 'true'}"
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


def _machine(machine: StateMachine) -> Iterator[TerraformResource]:
    name, tags = machine.name, tags_text(machine.tags)
    logs = {
        "name": machine.log_group,
        "retention_in_days": str(machine.log_retention_days),
        "tags": tags,
    }
    yield resource("aws_cloudwatch_log_group", machine.log_group, machine.origin, logs)
    states = json.loads(machine.definition)["States"]
    definition = {f"definition: {each}": json.dumps(states[each], sort_keys=True) for each in states}
    values = {"name": name, "role_arn": machine.role_arn, "tags": tags, **definition}
    yield resource("aws_sfn_state_machine", name, machine.origin, values)
    start = machine.start
    if start is None:
        return
    if isinstance(start, ScheduledStart):
        values = {
            "name": name,
            "description": machine.description,
            "schedule_expression": start.expression,
            "target": f"{machine.arn} as {start.role_arn}",
        }
        yield resource("aws_scheduler_schedule", name, machine.origin, values)
        return
    values = {"name": name, "description": machine.description, "event_pattern": start.pattern, "tags": tags}
    yield resource("aws_cloudwatch_event_rule", name, machine.origin, values)
    values = {"rule": name, "target_id": name, "arn": machine.arn, "role_arn": start.role_arn}
    yield resource("aws_cloudwatch_event_target", name, machine.origin, values)


def _default_policy(policy: DefaultPolicy) -> TerraformResource:
    """In the words of the template: the provider's own resource knows nothing of it."""
    values = {
        "description": policy.description,
        "execution_role_arn": policy.role_arn,
        "default_policy": policy.resource_type,
        "create_interval": f"{policy.every_days} days",
        "retain_interval": f"{policy.keep_days} days",
        "copy_tags": "true" if policy.copy_tags else "false",
        "extend_deletion": "true" if policy.extend_deletion else "false",
        "cross_region_copy_targets": ", ".join(policy.copy_regions),
        "exclusions": ", ".join(policy.exclusions.in_words),
        "tags": tags_text(policy.tags),
    }
    return resource(policy.resource.value, policy.name, policy.origin, values)


def _events(events: Events) -> Iterator[TerraformResource]:
    topic, queue = events.topic, events.dead_letters
    values = {"name": topic.name, "kms_master_key_id": topic.key_alias, "tags": tags_text(topic.tags)}
    yield resource("aws_sns_topic", topic.name, topic.origin, values)
    values = {"arn": topic.arn, "policy": ", ".join(topic.publishers)}
    yield resource("aws_sns_topic_policy", topic.name, topic.origin, values)
    for email in topic.emails:
        values = {"topic_arn": topic.arn, "protocol": "email", "endpoint": email}
        yield resource("aws_sns_topic_subscription", f"{topic.name}/{email}", topic.origin, values)
    values = {
        "name": queue.name,
        "kms_master_key_id": queue.key_alias,
        "message_retention_seconds": f"{queue.kept_days} days",
        "policy": ", ".join(each.name for each in events.rules),
        "tags": tags_text(queue.tags),
    }
    yield resource("aws_sqs_queue", queue.name, queue.origin, values)
    for rule in events.rules:
        values = {
            "name": rule.name,
            "description": rule.description,
            "event_pattern": rule.pattern,
            "tags": tags_text(rule.tags),
        }
        yield resource("aws_cloudwatch_event_rule", rule.name, rule.origin, values)
        values = {
            "rule": rule.name,
            "target_id": rule.name,
            "arn": rule.target_arn,
            "dead_letter_config": queue.arn,
        }
        values |= {"role_arn": rule.role_arn} if rule.role_arn else {}
        values |= {"input": rule.input} if rule.input else {}
        yield resource("aws_cloudwatch_event_target", rule.name, rule.origin, values)
    for each in events.notifications:
        values = {
            "backup_vault_name": each.vault_name,
            "sns_topic_arn": topic.arn,
            "backup_vault_events": ", ".join(each.events),
        }
        yield resource("aws_backup_vault_notifications", each.vault_name, each.origin, values)


def _copied(copy: CrossRegionCopyRule) -> tuple[str, Origin]:
    key = copy.key_alias or "the account's default key"
    deprecated = f", deprecated after {_age(copy.deprecate)}" if copy.deprecate else ""
    return f"{_age(copy.retain)}, encrypted with {key}{deprecated}", copy.origin


def _document(document: ScriptDocument) -> TerraformResource:
    digest = hashlib.sha256(document.content.encode()).hexdigest()
    values = {
        "name": document.name,
        "content": f"scripts for {document.application}, SHA-256 {digest[:12]}",
        "tags": tags_text(document.tags),
    }
    return resource("aws_ssm_document", document.name, document.origin, values)


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
    if schedule.deprecate:
        values[f"{here}: deprecate_rule"] = (_age(schedule.deprecate), schedule.origin)
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


def _age(age: Age) -> str:
    unit = age.unit.value.lower()
    return f"{age.interval} {unit.removesuffix('s') if age.interval == 1 else unit}"
