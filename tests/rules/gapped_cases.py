"""The cases of air-gapped vaults, and of generations of vaults."""

from __future__ import annotations

from tests.rules.judging import Case, changed, under_tier
from tests.rules.lock_cases import final_lock


def gapped(*more: str, to: str = "home: {}", shortest: str = "7d", longest: str = "30d") -> str:
    """The line of a tier that asks for air-gapped vaults."""
    asked = (
        f"copy_to: {{ {to} }}",
        f"min_keep: {shortest}",
        f"max_keep: {longest}",
        "acknowledge: nobody-can-delete-or-shorten",
        *more,
    )
    return f"air_gapped: {{ {', '.join(asked)} }}"


def _earlier(keep: str, *more: str) -> str:
    entry = ("generation: 1", 'until: "2026-11-27"', f"keep: {keep}", *more)
    return f"generation: 2, earlier: [{{ {', '.join(entry)} }}]"


def _protecting(types: str, line: str) -> str:
    return changed(("{ efs: {} }", f"{{ {types} }}"), under_tier(line))


GAPPED_CASES: dict[str, Case] = {
    "TK093": Case(
        broken=changed(
            under_tier(
                gapped(_earlier("7d", "min_keep: 9d", "max_keep: 8d"), shortest="6d", longest="36501d")
            )
        ),
        kept=changed(
            under_tier(
                gapped(_earlier("8d", "min_keep: 8d", "max_keep: 8d"), shortest="7d", longest="36500d")
            )
        ),
    ),
    "TK094": Case(
        broken=_protecting("efs: {}, rds: {}", gapped()), kept=_protecting("efs: {}, aurora: {}", gapped())
    ),
    "TK095": Case(
        broken=changed(under_tier(gapped(to="ca-west-1: {}"))),
        kept=changed(under_tier(gapped(to="ca-central-1: {}"))),
    ),
    "TK096": Case(
        broken=_protecting("aurora: {}", gapped(to="eu-west-2: {}")),
        kept=_protecting("aurora: {}", gapped(to="home: {}")),
    ),
    "TK097": Case(
        broken=_protecting("efs: {}, ebs: { engine: backup }", gapped()),
        kept=_protecting("efs: {}, ebs: { engine: dlm }", gapped()),
    ),
    "TK098": Case(
        broken=changed(under_tier(gapped(_earlier("7d", "min_keep: 7d", "max_keep: 7d")))),
        kept=changed(under_tier("vault_lock: { mode: governance }")),
    ),
    "TK099": Case(
        broken=changed(under_tier(gapped(to="home: {}, eu-west-2: {}"))),
        kept=changed(under_tier("vault_lock: { mode: governance }")),
    ),
    "TK100": Case(
        broken=changed(
            under_tier(
                final_lock("3d", _earlier("2y", "changeable_for: 3d")),
                gapped(_earlier("30d", "min_keep: 7d", "max_keep: 30d"), to="eu-west-2: {}"),
                "copy_to: { eu-west-2: {} }",
            )
        ),
        kept=changed(under_tier(final_lock("3d", "generation: 2"), gapped("generation: 3"))),
    ),
    "TK101": Case(
        broken=changed(
            under_tier(
                final_lock("3d", _earlier("732d", "changeable_for: 3d", "max_keep: 2y")),
                gapped(_earlier("6d", "min_keep: 7d", "max_keep: 30d")),
            )
        ),
        kept=changed(
            under_tier(
                final_lock("3d", _earlier("731d", "changeable_for: 3d", "max_keep: 2y")),
                gapped(_earlier("7d", "min_keep: 7d", "max_keep: 30d")),
            )
        ),
    ),
}
