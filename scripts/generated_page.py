"""`docs/generated.md`: what the stacks of the shipped catalog hold, by the tier that asks for it.

python -m scripts.generated_page > docs/generated.md
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from tierkeep.compiler import compile_catalog
from tierkeep.desired.model import DesiredState, DesiredUnit
from tierkeep.diff.resource import TerraformResource
from tierkeep.diff.terraform import resources

ROOT = Path(__file__).resolve().parent.parent
_HEAD = """\
# What is generated

Generated: `python -m scripts.generated_page > docs/generated.md`.

The resources of all stacks of [catalog.yaml](../catalog.yaml), counted over its units (account and Region)
by the tier that asks for them; under *all* is what stands once in a unit for all of its tiers. `tierkeep
explain` says what each tier promises, `tierkeep diff` what an edit changes of this.
"""
_ALL = "all"


def page() -> str:
    """The whole page, of the shipped catalog."""
    state = compile_catalog(ROOT / "catalog.yaml").state
    return "\n".join([_HEAD, *_counts(state), "", *_units(state)])


def tier_of(found: TerraformResource, tiers: tuple[str, ...]) -> str:
    """The tier whose part of the catalog asks for a resource; where none does, by whose name it goes."""
    path = found.origin
    if "tiers" in path and path.index("tiers") + 1 < len(path):
        return path[path.index("tiers") + 1]
    named = (tier for tier in tiers if tier in re.split("[-_/]", found.name))
    return next(named, _ALL)


def _counts(state: DesiredState) -> Iterator[str]:
    tiers = tuple(promise.tier for promise in state.promises)
    columns = (*tiers, _ALL)
    counted = Counter(
        (each.type, tier_of(each, tiers)) for unit in state.units for each in resources(unit).values()
    )
    yield f"| resource | {' | '.join(columns)} |"
    yield f"|---|{'---:|' * len(columns)}"
    for kind in sorted({kind for kind, _ in counted}):
        cells = (str(counted[kind, column] or "") for column in columns)
        yield f"| `{kind}` | {' | '.join(cells)} |"
    totals = (str(sum(each for (_, of), each in counted.items() if of == column)) for column in columns)
    yield f"| **all** | {' | '.join(totals)} |"


def _units(state: DesiredState) -> Iterator[str]:
    yield "## By unit"
    yield ""
    yield "| account and Region | tiers | resources |"
    yield "|---|---|---:|"
    for unit in state.units:
        yield f"| {unit.id} | {', '.join(_tiers_of(unit))} | {len(resources(unit))} |"
    yield ""


def _tiers_of(unit: DesiredUnit) -> list[str]:
    home = sorted({protection.tier for protection in unit.protections})
    copies = sorted({vault.tier for vault in unit.vaults} - set(home))
    return [*home, *(f"copies of {tier}" for tier in copies)]


if __name__ == "__main__":
    print(page(), end="")
