"""Names are computed from the tiers' keys, and two keys may end in the same name."""

from __future__ import annotations

from collections.abc import Iterator

from tierkeep.desired.model import DesiredState, DesiredUnit
from tierkeep.rules.registry import Severity, Violation, rule


@rule(
    "TK052",
    title="No two things of a kind have the same name in a Region of an account",
    severity=Severity.ERROR,
    source="design",
    waivable=False,
)
def unique_names(state: DesiredState) -> Iterator[Violation]:
    """The plan for point-in-time recovery of tier `one` is named like the plan of a tier `one-continuous`,
    and the vault of its copies like the vault of a tier `one-copies`: there can be only one of them.

    Breaks it: tiers `one` with `point_in_time_recovery`, and `one-continuous`
    Keeps it: tiers `one` with `point_in_time_recovery`, and `one-again`
    """
    for unit in state.units:
        first: dict[tuple[str, str], str] = {}
        for kind, name, tier in sorted(_named(unit)):
            other = first.setdefault((kind, name), tier)
            if other != tier:
                yield Violation(
                    origin=("tiers", tier),
                    message=f"the {kind} of this tier would be called `{name}`, as one of {_owner(other)} is",
                    hint="give this tier another name",
                )


def _owner(tier: str) -> str:
    return f"`{tier}`" if tier else "the catalog's `events`"


def _named(unit: DesiredUnit) -> Iterator[tuple[str, str, str]]:
    """Kind, name and tier. Of the tiers that share a name the one whose own it is has the longest key, which
    sorts last.
    """
    for vault in unit.vaults:
        yield "vault", vault.name, vault.tier
    for plan in unit.plans:
        yield "backup plan", plan.name, plan.tier
    for key in unit.keys:
        yield "key", key.alias, dict(key.tags).get("tierkeep:tier", "")
    for policy in unit.snapshot_policies:
        yield "snapshot policy", policy.name, policy.tier
    for copying in unit.copy_policies:
        yield "snapshot policy", copying.name, copying.tier
