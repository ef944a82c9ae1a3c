"""What AWS will not do, judged on the desired state: one rule, one id, one source."""

from tierkeep.rules import (
    backup,
    catalog,
    cold_storage,
    copies,
    dlm,
    fast_restore,
    known_support,
    naming,
    quotas,
    roles,
    schedules,
    services,
    time_zones,
    unique_names,
    waivers,
)
from tierkeep.rules.registry import Judgement, Rule, Severity, all_rules, find_rule, judge

__all__ = [
    "Judgement",
    "Rule",
    "Severity",
    "all_rules",
    "backup",
    "catalog",
    "cold_storage",
    "copies",
    "dlm",
    "fast_restore",
    "find_rule",
    "judge",
    "known_support",
    "naming",
    "quotas",
    "roles",
    "schedules",
    "services",
    "time_zones",
    "unique_names",
    "waivers",
]
