"""Units of the catalog, and what AWS holds of them -> what can be adopted."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from tierkeep.adopt.candidates import Found
from tierkeep.adopt.keys_and_vaults import keys, vaults
from tierkeep.adopt.model import Status, Thing, UnitAdoption
from tierkeep.adopt.plans_and_roles import plans, roles
from tierkeep.adopt.snapshot_policies import snapshot_policies
from tierkeep.aws import open_unit
from tierkeep.desired.model import DesiredState, DesiredUnit
from tierkeep.validate.observed import ObservedUnit, Scope
from tierkeep.validate.run import AT_ONCE, OpenUnit, observe_unit
from tierkeep.validate.side_by_side import side_by_side
from tierkeep.validate.unread import Unread


def adopt_units(
    state: DesiredState,
    units: Sequence[DesiredUnit],
    *,
    choices: frozenset[str] = frozenset(),
    open_session: OpenUnit = open_unit,
    on_done: Callable[[UnitAdoption], None],
) -> tuple[UnitAdoption, ...]:
    """What can be adopted in each unit, in their order; nothing is changed in AWS.

    `choices` are AWS's ids of plans, selections and policies that are meant where several go by a name.
    `on_done` hears of each unit, in this thread.
    """
    work = partial(_adopt, state.name, choices, open_session)
    return side_by_side(units, work, at_once=AT_ONCE, on_done=on_done)


def _adopt(catalog: str, choices: frozenset[str], open_session: OpenUnit, unit: DesiredUnit) -> UnitAdoption:
    scope = Scope.of(unit, catalog=catalog, all_of_a_name=True)
    observed = observe_unit(unit, scope, open_session, "tierkeep-import")
    if isinstance(observed, Unread):
        whole = Thing(type="unit", name=str(unit.id), status=Status.UNKNOWN, why=str(observed))
        return UnitAdoption(unit=unit.id, account_id=unit.account_id, things=(whole,), missing=())
    return adopt(unit, observed, catalog=catalog, choices=choices)


def adopt(
    unit: DesiredUnit, observed: ObservedUnit, *, catalog: str, choices: frozenset[str] = frozenset()
) -> UnitAdoption:
    """What of a unit exists and can be adopted. Pure: the same two states give the same result."""
    of_keys = list(keys(unit, observed, catalog))
    keys_found = {each.name: each.status for each in of_keys if isinstance(each, Thing)}
    found: list[Found] = [
        *of_keys,
        *vaults(unit, observed, catalog, keys_found),
        *roles(unit, observed, catalog),
        *plans(unit, observed, catalog, choices),
        *snapshot_policies(unit, observed, catalog, choices),
    ]
    return UnitAdoption(
        unit=unit.id,
        account_id=unit.account_id,
        things=tuple(each for each in found if isinstance(each, Thing)),
        missing=tuple(each for each in found if isinstance(each, str)),
    )
