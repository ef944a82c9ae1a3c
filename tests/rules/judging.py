"""A small catalog, changes to it, and what `tierkeep lint` would print of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from tierkeep.catalog.load import load_catalog
from tierkeep.compiler import _location
from tierkeep.desired.model import DesiredState
from tierkeep.desired.resolve import resolve
from tierkeep.rules import judge

TODAY = "2026-11-22"

BASE = """\
version: 1
name: demo
tiers:
  basic:
    description: Basic
    protects: { efs: {} }
    encryption: aws-managed
    schedules:
      daily: { every: 1d, at: "02:00", keep: 7d }
accounts:
  one: { id: "000000000001", regions: [eu-west-1], tiers: [basic] }
"""
"""A catalog that breaks no rule, not even one that is a notice."""

Alter = Callable[[DesiredState], DesiredState]


def same(state: DesiredState) -> DesiredState:
    """The state as it is."""
    return state


@dataclass(frozen=True, kw_only=True, slots=True)
class Case:
    """Two catalogs on the two sides of a rule; a state is altered where no catalog leads to it."""

    broken: str
    kept: str
    break_: Alter = same
    keep: Alter = same
    scripts: tuple[str, str] = ("", "")
    """What the file pre.sh beside the catalog holds, in the broken one and in the kept one."""


def changed(*changes: tuple[str, str]) -> str:
    """The small catalog with texts replaced, each of which it must hold once."""
    text = BASE
    for before, after in changes:
        assert text.count(before) == 1, before
        text = text.replace(before, after)
    return text


def under_tier(*lines: str) -> tuple[str, str]:
    """A change that adds lines to the tier."""
    return "    encryption: aws-managed\n", "".join(
        f"    {line}\n" for line in ("encryption: aws-managed", *lines)
    )


def far_and_wide(accounts: int) -> str:
    """The small catalog with copies to so many accounts."""
    vaults = "".join(f'  v{n:03}: {{ id: "{n + 100:012}" }}\n' for n in range(accounts))
    copies = ", ".join(f"v{n:03}/eu-west-2: {{}}" for n in range(accounts))
    own = ("encryption: aws-managed", "encryption: customer-managed")
    return changed(("accounts:\n", f"accounts:\n{vaults}"), under_tier(f"copy_to: {{ {copies} }}"), own)


def bounded_by(policy: str) -> str:
    """The small catalog with a permissions boundary."""
    return changed(("tiers:\n", f"access: {{ permissions_boundary: '{policy}' }}\ntiers:\n"))


def output(
    text: str, folder: Path, alter: Alter = same, today: str | None = TODAY, *, script: str = ""
) -> list[str]:
    """Everything that the rules say, as `severity line:column: rule: message [hint]`."""
    (folder / "pre.sh").write_text(script)
    file = folder / "catalog.yaml"
    file.write_text(text)
    loaded = load_catalog(file)
    state = alter(resolve(loaded.catalog))
    found = []
    for each in judge(state, today):
        at = loaded.tree.position(_location(loaded.tree, each.violation.origin))
        what = f"{each.rule.id}: {each.violation.message} [{each.violation.hint}]"
        found.append(f"{each.severity} {at.line}:{at.column}: {what}")
    return found


def with_rule(**changes: object) -> Alter:
    """A state whose first backup rule has other values."""

    def alter(state: DesiredState) -> DesiredState:
        unit, *units = state.units
        plan, *plans = unit.plans
        rule, *rules = plan.rules
        plan = replace(plan, rules=(replace(rule, **changes), *rules))  # type: ignore[arg-type]
        return replace(state, units=(replace(unit, plans=(plan, *plans)), *units))

    return alter


def with_selections(count: int, **changes: object) -> Alter:
    """A state whose first plan has so many selections, each with other values."""

    def alter(state: DesiredState) -> DesiredState:
        unit, *units = state.units
        plan, *plans = unit.plans
        selection = replace(plan.selections[0], **changes)  # type: ignore[arg-type]
        plan = replace(plan, selections=(selection,) * count)
        return replace(state, units=(replace(unit, plans=(plan, *plans)), *units))

    return alter


def with_policy(**changes: object) -> Alter:
    """A state whose first snapshot policy has other values."""

    def alter(state: DesiredState) -> DesiredState:
        unit, *units = state.units
        policy, *policies = unit.snapshot_policies
        policy = replace(policy, **changes)  # type: ignore[arg-type]
        return replace(state, units=(replace(unit, snapshot_policies=(policy, *policies)), *units))

    return alter
