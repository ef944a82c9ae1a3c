"""Changes of a tier's vault lock: what they mean for its promises, and what Terraform makes of them."""

from __future__ import annotations

from typing import Any

import pytest

from tests.catalogs import ACKNOWLEDGED
from tests.diff.edits import REMOVED, edited, state
from tierkeep.diff import Action, Diff, Direction, compare
from tierkeep.report.diff_text import diff_text

GOVERNANCE = {"mode": "governance", "min_keep": "7d", "max_keep": "2y"}
COMPLIANCE = {**GOVERNANCE, "mode": "compliance", "changeable_for": "7d", "acknowledge": ACKNOWLEDGED}
LOCK = "vault lock"
SHORTEST = "shortest retention that the vault lock takes"
LONGEST = "longest retention that the vault lock takes"


def diff_of(old: dict[str, str] | None, new: dict[str, str] | None) -> Diff:
    """From one lock of a tier with copies to another; None is none."""
    return compare(_locked(old), _locked(new))


def _locked(lock: dict[str, str] | None) -> Any:
    # Volumes of the shipped tier have backups in no vault.
    edits: list[tuple[str, Any]] = [("tiers.critical.protects.ebs", REMOVED)]
    return state(edited(*edits, *([("tiers.critical.vault_lock", lock)] if lock else [])))


def without(lock: dict[str, str], key: str) -> dict[str, str]:
    return {name: value for name, value in lock.items() if name != key}


# The old lock, the new one; weaker promises, stronger ones, what Terraform does with the lock of each vault.
CASES: dict[str, tuple[Any, Any, set[str], set[str], Action]] = {
    "added": (None, GOVERNANCE, set(), {LOCK}, Action.CREATE),
    "removed": (GOVERNANCE, None, {LOCK}, set(), Action.DESTROY),
    "final-removed": (COMPLIANCE, None, {LOCK}, set(), Action.DESTROY),
    "made-final": (GOVERNANCE, COMPLIANCE, set(), {LOCK}, Action.REFUSED),
    "made-liftable": (COMPLIANCE, GOVERNANCE, {LOCK}, set(), Action.REPLACE),
    "longer-changeable": (COMPLIANCE, {**COMPLIANCE, "changeable_for": "9d"}, {LOCK}, set(), Action.REFUSED),
    "min-raised": (GOVERNANCE, {**GOVERNANCE, "min_keep": "8d"}, set(), {SHORTEST}, Action.REPLACE),
    "min-lowered": (GOVERNANCE, {**GOVERNANCE, "min_keep": "6d"}, {SHORTEST}, set(), Action.REPLACE),
    "min-lost": (GOVERNANCE, without(GOVERNANCE, "min_keep"), {SHORTEST}, set(), Action.REPLACE),
    "max-lowered": (GOVERNANCE, {**GOVERNANCE, "max_keep": "1y"}, set(), {LONGEST}, Action.REPLACE),
    "max-raised": (GOVERNANCE, {**GOVERNANCE, "max_keep": "3y"}, {LONGEST}, set(), Action.REPLACE),
    "max-added": (without(GOVERNANCE, "max_keep"), GOVERNANCE, set(), {LONGEST}, Action.REPLACE),
    "final-range": (COMPLIANCE, {**COMPLIANCE, "min_keep": "8d"}, set(), {SHORTEST}, Action.REFUSED),
}


@pytest.mark.parametrize("name", CASES)
def test_what_a_change_of_a_lock_means(name: str) -> None:
    """For the promises of the tier, and for the lock of every vault of it, at home and where copies go."""
    old, new, weaker, stronger, action = CASES[name]
    found = diff_of(old, new)
    assert {each.what for each in found.of(Direction.WEAKER)} == weaker
    assert {each.what for each in found.of(Direction.STRONGER)} == stronger
    # A framework has a control for the lock, which changes in place.
    others = [each for each in found.resources if each.type != "aws_backup_framework"]
    assert [(each.type, each.name, each.action) for each in others] == [
        ("aws_backup_vault_lock_configuration", "campus-critical", action),
        ("aws_backup_vault_lock_configuration", "campus-critical-copies", action),
    ]
    assert found.needs_attention is (name != "added")


def test_a_change_says_what_it_does_to_the_lock() -> None:
    """The words of the whole output, for what is lifted, set anew, and refused."""
    made_liftable = diff_text(diff_of(COMPLIANCE, GOVERNANCE), old="main", new="HEAD")
    assert "critical: vault lock: compliance mode, final after 7d → governance mode" in made_liftable
    assert "changeable_for_days: 7 → none (cannot change in place)" in made_liftable
    assert "for seconds the vault is not locked" in made_liftable
    assert "the lock is lifted" in diff_text(diff_of(GOVERNANCE, None), old="main", new="HEAD")
    refused = diff_text(diff_of(GOVERNANCE, COMPLIANCE), old="main", new="HEAD")
    assert "set TIERKEEP_ALLOW_DESTROY to the catalog's name for one deployment" in refused
