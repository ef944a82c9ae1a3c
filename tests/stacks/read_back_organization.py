"""Synthesized settings and policies of an organisation -> what they say, in the terms of the desired state.

Written from AWS's syntax of policies, not from what writes them.
"""

from __future__ import annotations

import json
from typing import Any

from tierkeep.desired.model import (
    BackupPlan,
    BackupPolicy,
    BackupRule,
    CopyAction,
    Lifecycle,
    OrganizationSettings,
    RegionalPlan,
    Selection,
    Tags,
    UnitId,
    VaultGuard,
)

Resources = dict[str, dict[str, Any]]
"""One stack's resources by type and name."""


def organization_in(resources: Resources) -> OrganizationSettings | None:
    """What a stack holds for the organisation; None where it holds nothing for it."""
    settings = [
        name
        for each in resources.get("aws_backup_global_settings", {}).values()
        for name, value in each["global_settings"].items()
        if value == "true"
    ]
    administrators = [
        each["account_id"]
        for each in resources.get("aws_organizations_delegated_administrator", {}).values()
        if each["service_principal"] == "backup.amazonaws.com"
    ]
    policies = resources.get("aws_organizations_policy", {})
    if not (settings or administrators or policies):
        return None
    by_type: dict[str, list[str]] = {}
    for name, policy in policies.items():
        by_type.setdefault(policy["type"], []).append(name)
    guards = [_guard(resources, name) for name in by_type.pop("SERVICE_CONTROL_POLICY", [])]
    backups = [_backup_policy(resources, name) for name in by_type.pop("BACKUP_POLICY", [])]
    assert not by_type
    return OrganizationSettings(
        global_settings=tuple(settings),
        administrator_id=administrators[0] if administrators else None,
        guard=guards[0] if guards else None,
        backup_policies=tuple(backups),
        origin=(),
    )


def plans_in(policy: dict[str, Any]) -> tuple[RegionalPlan, ...]:
    """The plans of an effective backup policy, in which no operators are left."""
    return tuple(_plan(name, each) for name, each in policy["plans"].items())


def _guard(resources: Resources, name: str) -> VaultGuard:
    policy = resources["aws_organizations_policy"][name]
    points, vaults, keys = json.loads(policy["content"])["Statement"]
    assert {each["Effect"] for each in (points, vaults, keys)} == {"Deny"}
    conditions = [each["Condition"]["ArnNotLike"]["aws:PrincipalArn"] for each in (points, vaults, keys)]
    assert conditions == [conditions[0]] * 3
    return VaultGuard(
        name=policy["name"],
        description=policy["description"],
        vault_pattern=vaults["Resource"],
        catalog=keys["Condition"]["StringEquals"]["aws:ResourceTag/tierkeep:catalog"],
        exempt=tuple(conditions[0]),
        target_ids=_targets(resources, name),
        tags=_tags(policy["tags"]),
        origin=(),
    )


def _backup_policy(resources: Resources, name: str) -> BackupPolicy:
    policy = resources["aws_organizations_policy"][name]
    catalog = policy["tags"]["tierkeep:catalog"]
    return BackupPolicy(
        key=policy["name"].removeprefix(f"{catalog}-backups-"),
        name=policy["name"],
        description=policy["description"],
        plans=plans_in(_assigned(json.loads(policy["content"]))),
        target_ids=_targets(resources, name),
        tags=_tags(policy["tags"]),
        origin=(),
    )


def _targets(resources: Resources, name: str) -> tuple[str, ...]:
    return tuple(
        each["target_id"]
        for each in resources.get("aws_organizations_policy_attachment", {}).values()
        if each["policy_id"] == f"${{aws_organizations_policy.{name}.id}}"
    )


def _assigned(part: dict[str, Any]) -> Any:
    """What a policy says where there is none above it: it assigns, and does nothing else."""
    if "@@assign" in part:
        assert len(part) == 1
        return part["@@assign"]
    assert not any(key.startswith("@@") for key in part)
    return {key: _assigned(each) for key, each in part.items()}


def _plan(name: str, plan: dict[str, Any]) -> RegionalPlan:
    advanced = plan.get("advanced_backup_settings", {})
    assert plan.keys() - {"advanced_backup_settings"} == {"regions", "rules", "selections"}
    assert advanced in ({}, {"ec2": {"windows_vss": "enabled"}})
    assert plan["selections"].keys() == {"resources"}, "by tags, no types could be told apart"
    (region,) = plan["regions"]
    rules = tuple(_rule(key, each) for key, each in plan["rules"].items())
    made = BackupPlan(
        name=name,
        tier=dict(rules[0].recovery_point_tags)["tierkeep:tier"],
        rules=rules,
        selections=tuple(_selection(key, each) for key, each in plan["selections"]["resources"].items()),
        windows_vss=bool(advanced),
        tags=(),
        origin=(),
    )
    return RegionalPlan(region=region, plan=made)


def _rule(name: str, rule: dict[str, Any]) -> BackupRule:
    copies = rule.get("copy_actions", {})
    assert all(arn == copy["target_backup_vault_arn"] for arn, copy in copies.items())
    return BackupRule(
        name=name,
        vault_name=rule["target_backup_vault_name"],
        schedule=rule["schedule_expression"],
        time_zone="Etc/UTC",  # there is no other
        start_window_minutes=int(rule["start_backup_window_minutes"]),
        completion_window_minutes=int(rule["complete_backup_window_minutes"]),
        continuous=rule.get("enable_continuous_backup", "false") == "true",
        lifecycle=_lifecycle(rule["lifecycle"]),
        copies=tuple(
            CopyAction(
                destination=UnitId(account="", region=arn.split(":")[3]),
                destination_vault_arn=arn,
                lifecycle=_lifecycle(copy["lifecycle"]),
                origin=(),
            )
            for arn, copy in copies.items()
        ),
        recovery_point_tags=_tags(
            {each["tag_key"]: each["tag_value"] for each in rule["recovery_point_tags"].values()}
        ),
        origin=(),
    )


def _lifecycle(lifecycle: dict[str, str]) -> Lifecycle:
    days = {key: int(value) for key, value in lifecycle.items()}
    assert days.keys() <= {"move_to_cold_storage_after_days", "delete_after_days"}
    return Lifecycle(
        cold_storage_after_days=days.get("move_to_cold_storage_after_days"),
        delete_after_days=days.get("delete_after_days"),
    )


def _selection(name: str, selection: dict[str, Any]) -> Selection:
    (operator,) = selection["conditions"]
    assert operator == "string_equals"
    return Selection(
        name=name,
        role_arn=selection["iam_role_arn"],
        resource_patterns=tuple(selection["resource_types"]),
        required_tags=tuple(
            (each["condition_key"].removeprefix("aws:ResourceTag/"), each["condition_value"])
            for each in selection["conditions"][operator].values()
        ),
        origin=(),
    )


def _tags(tags: dict[str, str]) -> Tags:
    return tuple(sorted(tags.items()))
