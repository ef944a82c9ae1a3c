"""The cases of vault locks."""

from __future__ import annotations

from tests.rules.judging import Case, changed, under_tier

GOVERNED = under_tier("vault_lock: { mode: governance }")
DATABASES = (
    ("{ efs: {} }", "{ efs: {}, rds: {} }"),
    (
        'daily: { every: 1d, at: "02:00", keep: 7d }',
        "daily: { every: 1d, keep: 35d }\n      weekly: { every: 1w, on: sunday, at: '12:00', keep: 61d }",
    ),
)


def final_lock(changeable_for: str, *more: str) -> str:
    """The line of a tier that asks for a lock in compliance mode."""
    acknowledged = f"changeable_for: {changeable_for}, acknowledge: nobody-can-delete-or-shorten"
    return f"vault_lock: {{ {', '.join(('mode: compliance', acknowledged, *more))} }}"


def _with_tier(name: str, *lines: str) -> tuple[str, str]:
    """A change that adds another tier, with more lines, to the only account."""
    tier = changed(under_tier(*lines)).split("  basic:\n")[1].split("accounts:")[0]
    account = '  one: { id: "000000000001", regions: [eu-west-1], tiers: [basic'
    return f"accounts:\n{account}", f"  {name}:\n{tier}accounts:\n{account}, {name}"


LOCK_CASES: dict[str, Case] = {
    "TK062": Case(
        broken=changed(
            under_tier(final_lock("2d", "min_keep: 36501d")),
            _with_tier("other", "vault_lock: { mode: governance, min_keep: 31d, max_keep: 30d }"),
        ),
        kept=changed(
            under_tier(final_lock("3d", "max_keep: 36500d")),
            _with_tier("other", "vault_lock: { mode: governance, min_keep: 7d, max_keep: 7d }"),
        ),
    ),
    "TK063": Case(
        broken=changed(
            *DATABASES,
            under_tier(
                "vault_lock: { mode: governance, min_keep: 36d, max_keep: 60d }",
                "copy_to: { eu-west-2: { keep: 6d }, eu-west-3: {} }",
                "on_demand: { on: [before-deployment], keep: 35d }",
                "point_in_time_recovery: { granularity: 5m, keep: 35d }",
            ),
        ),
        kept=changed(
            *DATABASES,
            under_tier(
                "vault_lock: { mode: governance, min_keep: 35d, max_keep: 61d }",
                "copy_to: { eu-west-2: { keep: 35d }, eu-west-3: {} }",
                "on_demand: { on: [before-deployment], keep: 35d }",
                "point_in_time_recovery: { granularity: 5m, keep: 35d }",
            ),
        ),
    ),
    "TK064": Case(
        broken=changed(("{ efs: {} }", "{ efs: {}, ebs: { engine: dlm } }"), GOVERNED),
        kept=changed(("{ efs: {} }", "{ efs: {}, ebs: { engine: backup } }"), GOVERNED),
    ),
    "TK065": Case(broken=changed(GOVERNED), kept=changed(under_tier(final_lock("3d")))),
    "TK066": Case(broken=changed(under_tier(final_lock("3d"))), kept=changed(GOVERNED)),
}
