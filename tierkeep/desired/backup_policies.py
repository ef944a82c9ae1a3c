"""Backup policies of AWS Organizations as documents, in their own syntax.

AWS Organizations user guide, "Backup policy syntax and examples" (orgs_manage_policies_backup_syntax); read
2026-11. Every value is assigned as text, as in AWS's examples: what a policy further up says is replaced.
"""

from __future__ import annotations

from typing import Any

from tierkeep.desired.model import BackupPolicy, BackupRule, CopyAction, Lifecycle, RegionalPlan, Selection

LONGEST = 10_000
"""Characters of a backup policy, white space too where it is not saved by the console (AWS Organizations user
guide, "Quotas for AWS Organizations")."""
MOST_AT_A_TARGET = 10
"""Backup policies that are attached to one root, unit or account; what it inherits does not count (the
same)."""


def backup_policy_document(policy: BackupPolicy) -> dict[str, Any]:
    """What a backup policy says.

    Of the two ways to select, by `tags` and by `resources`, the second knows types and tags together.
    """
    return {"plans": {each.plan.name: _plan(each) for each in policy.plans}}


def _plan(regional: RegionalPlan) -> dict[str, Any]:
    plan = regional.plan
    vss = {"ec2": {"windows_vss": _assign("enabled")}}
    return {
        "regions": _assign([regional.region]),
        "rules": {each.name: _rule(each) for each in plan.rules},
        "selections": {"resources": {each.name: _selection(each) for each in plan.selections}},
        **({"advanced_backup_settings": vss} if plan.windows_vss else {}),
    }


def _rule(rule: BackupRule) -> dict[str, Any]:
    document: dict[str, Any] = {
        "schedule_expression": _assign(rule.schedule),
        "start_backup_window_minutes": _assign(str(rule.start_window_minutes)),
        "complete_backup_window_minutes": _assign(str(rule.completion_window_minutes)),
        "target_backup_vault_name": _assign(rule.vault_name),
        "lifecycle": _lifecycle(rule.lifecycle),
        # AWS takes a tag under its own key alone.
        "recovery_point_tags": {
            key: {"tag_key": _assign(key), "tag_value": _assign(value)}
            for key, value in rule.recovery_point_tags
        },
    }
    if rule.continuous:
        document["enable_continuous_backup"] = _assign("true")
    if rule.copies:
        document["copy_actions"] = {each.destination_vault_arn: _copy(each) for each in rule.copies}
    return document


def _copy(copy: CopyAction) -> dict[str, Any]:
    return {
        "target_backup_vault_arn": _assign(copy.destination_vault_arn),
        "lifecycle": _lifecycle(copy.lifecycle),
    }


def _lifecycle(lifecycle: Lifecycle) -> dict[str, Any]:
    days = {
        "move_to_cold_storage_after_days": lifecycle.cold_storage_after_days,
        "delete_after_days": lifecycle.delete_after_days,
    }
    return {key: _assign(str(count)) for key, count in days.items() if count is not None}


def _selection(selection: Selection) -> dict[str, Any]:
    return {
        "iam_role_arn": _assign(selection.role_arn),
        "resource_types": _assign(list(selection.resource_patterns)),
        "conditions": {
            "string_equals": {
                f"tag-{number}": {
                    "condition_key": _assign(f"aws:ResourceTag/{key}"),
                    "condition_value": _assign(value),
                }
                for number, (key, value) in enumerate(selection.required_tags, 1)
            }
        },
    }


def _assign(value: str | list[str]) -> dict[str, Any]:
    return {"@@assign": value}
