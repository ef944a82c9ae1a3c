"""Backup plans with their selections and roles that exist, as `keys_and_vaults`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import partial

from tierkeep.adopt import paths
from tierkeep.adopt.candidates import Asked, Found, NotAdopted, by_name, settled
from tierkeep.adopt.changes import Rules, changes
from tierkeep.adopt.model import Effect, Import, Status, Thing
from tierkeep.desired.model import (
    BackupPlan,
    DesiredUnit,
    Role,
    Selection,
)
from tierkeep.validate import drift_checks
from tierkeep.validate.difference import Kind
from tierkeep.validate.expected import plan_form, role_form
from tierkeep.validate.forms import PlanForm
from tierkeep.validate.observed import ObservedUnit

SELECTION = "selection"
_ALL_FORCED: Rules = ((".*", None, Effect.REPLACE),)
"""Every argument of a selection forces a new one (`tierkeep.diff.force_new`)."""
_OTHER_SELECTIONS: Rules = ((r"selections\[[^\]]*\]", Kind.UNEXPECTED, Effect.STAYS),)


def plans(
    unit: DesiredUnit, observed: ObservedUnit, catalog: str, choices: frozenset[str]
) -> Iterator[Found]:
    """The unit's plans and their selections by name."""
    for plan in unit.plans:
        kind = drift_checks.BACKUP_PLAN.resource_type
        asked = Asked(type=kind, name=plan.name, catalog=catalog, choices=choices)
        each_asked = [
            (replace(asked, type=SELECTION, name=f"{plan.name}/{each.name}"), each)
            for each in plan.selections
        ]
        try:
            found = asked.chosen(
                [
                    (str(each.arn).rsplit(":", 1)[-1], each)
                    for each in by_name(asked.known(observed.plans), plan.name)
                ]
            )
        except NotAdopted as end:
            yield end.thing
            continue
        if found is None:
            yield asked.missing
            yield from (each.missing for each, _ in each_asked)
            continue
        adopted = settled(partial(_plan, asked, plan, *found))
        yield adopted
        if isinstance(adopted, Thing) and adopted.status is Status.ADOPTED:
            for each, selection in each_asked:
                yield settled(partial(_selection, each, plan, selection, *found))


def _plan(asked: Asked, plan: BackupPlan, plan_id: str, found: PlanForm) -> Found:
    own = asked.own(found.tags)
    selections = asked.known(found.selections)
    wanted = {each.name for each in plan.selections}
    # The catalog's are things of their own; of others the plan's reader hears.
    others = {name: each for name, each in selections.items() if name.split("#")[0] not in wanted}
    made = changes(
        replace(plan_form(plan), selections={}), replace(found, selections=others), _OTHER_SELECTIONS
    )
    return Thing(
        type=asked.type,
        name=asked.name,
        status=Status.ADOPTED,
        imports=(Import(path=paths.plan(plan), id=plan_id),),
        changes=asked.known(made),
        own=own,
        candidates=(plan_id,),
    )


def _selection(
    asked: Asked, plan: BackupPlan, selection: Selection, plan_id: str, of_plan: PlanForm
) -> Found:
    named = [asked.known(each) for each in by_name(asked.known(of_plan.selections), selection.name)]
    found = asked.chosen([(str(each.id), each) for each in named])
    if found is None:
        return asked.missing
    selection_id, form = found
    (expected,) = asked.known(plan_form(replace(plan, selections=(selection,))).selections).values()
    return Thing(
        type=asked.type,
        name=asked.name,
        status=Status.ADOPTED,
        imports=(Import(path=paths.selection(plan, selection), id=f"{plan_id}|{selection_id}"),),
        changes=asked.known(changes(expected, form, _ALL_FORCED)),
        candidates=(selection_id,),
    )


def roles(unit: DesiredUnit, observed: ObservedUnit, catalog: str) -> Iterator[Found]:
    """The unit's roles by name, with what changes of their trust, their policies and their boundary."""
    for role in unit.roles:
        asked = Asked(type=drift_checks.ROLE.resource_type, name=role.name, catalog=catalog)
        yield settled(partial(_role, asked, role, unit, observed))


def _role(asked: Asked, role: Role, unit: DesiredUnit, observed: ObservedUnit) -> Found:
    if role.name not in observed.roles:
        return asked.missing
    found = asked.known(observed.roles[role.name])
    own = asked.own(found.tags)
    if found.arn != role.arn:
        asked.refuse(
            f"it is {found.arn}, with a path that the catalog's has not: delete it once nothing uses it"
        )
    expected = role_form(role, unit)
    return Thing(
        type=asked.type,
        name=asked.name,
        status=Status.ADOPTED,
        imports=(Import(path=paths.role(role), id=role.name),),
        changes=asked.known(changes(expected, found)),
        own=own,
    )
