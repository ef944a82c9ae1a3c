"""A run that is limited to some accounts or Regions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from tierkeep.desired.model import DesiredState, DesiredUnit


class UnknownUnitError(ValueError):
    """What a run shall be limited to is nowhere in the catalog. The message says what, and what there is."""


def only(state: DesiredState, names: Sequence[str]) -> DesiredState:
    """The state with the units alone that `names` name: accounts, or `account/region`. All without names.

    They depend on each other only: what a unit's copies need in one that is left out has to be deployed.
    Raises `UnknownUnitError` for a name that fits no unit.
    """
    if not names:
        return state
    for name in names:
        if not any(_named(unit, name) for unit in state.units):
            raise UnknownUnitError(f"no unit of the catalog is named {name!r}: write {_known(state, name)}")
    units = [unit for unit in state.units if any(_named(unit, name) for name in names)]
    ids = {unit.id for unit in units}
    return replace(
        state,
        units=tuple(
            replace(unit, depends_on=tuple(each for each in unit.depends_on if each in ids)) for unit in units
        ),
    )


def _named(unit: DesiredUnit, name: str) -> bool:
    return name in {unit.id.account, str(unit.id)}


def _known(state: DesiredState, name: str) -> str:
    """The units of the account that a name begins with, or else the accounts."""
    account = name.partition("/")[0]
    units = [str(unit.id) for unit in state.units if unit.id.account == account]
    known = units or sorted({unit.id.account for unit in state.units})
    return ", ".join(known[:10]) + (", …" if len(known) > 10 else "")
