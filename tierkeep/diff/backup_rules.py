"""Rules of backup plans as flat text: of a stack's own plans, and of those in backup policies."""

from __future__ import annotations

from tierkeep.desired.model import BackupRule, Lifecycle
from tierkeep.diff.resource import Attributes, tags_text


def rule_attributes(rule: BackupRule) -> Attributes:
    """What a rule says, each part with its place in the catalog."""
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


def _lifecycle(lifecycle: Lifecycle) -> str:
    cold, delete = lifecycle.cold_storage_after_days, lifecycle.delete_after_days
    parts = [f"cold after {cold} days"] if cold is not None else []
    return ", ".join(
        [
            *parts,
            "kept always" if delete is None else f"delete after {delete} day{'' if delete == 1 else 's'}",
        ]
    )
