"""The cases of the point-in-time recovery that tables have of their own."""

from __future__ import annotations

from tests.rules.judging import Case, changed, under_tier

NATIVE = ("{ efs: {} }", "{ dynamodb: { point_in_time_recovery: native } }")
PLAIN = ("{ efs: {} }", "{ dynamodb: {} }")
GOVERNED = "vault_lock: { mode: governance }"


def _recovery(keep: str) -> str:
    return f"point_in_time_recovery: {{ granularity: 5m, keep: {keep} }}"


TABLE_CASES: dict[str, Case] = {
    "TK128": Case(broken=changed(NATIVE, under_tier(_recovery("14d"))), kept=changed(PLAIN)),
    "TK129": Case(
        broken=changed(NATIVE, under_tier(_recovery("36d"))),
        kept=changed(NATIVE, under_tier(_recovery("35d"))),
    ),
    "TK130": Case(
        broken=changed(NATIVE, under_tier(_recovery("14d"), GOVERNED)),
        kept=changed(PLAIN, under_tier(GOVERNED)),
    ),
    "TK131": Case(broken=changed(NATIVE, under_tier(_recovery("14d"))), kept=changed(PLAIN)),
}
