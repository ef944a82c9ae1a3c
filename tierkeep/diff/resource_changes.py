"""What Terraform would do to the resources of each unit, and what is dangerous about it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from itertools import permutations
from typing import TypeAlias

from tierkeep.desired.model import DesiredState, DesiredUnit, Origin, PolicyResource, UnitId
from tierkeep.diff.force_new import FORCE_NEW, RETAINED, prevents_destroy
from tierkeep.diff.hazards import cannot_delete, hazard
from tierkeep.diff.resource import TerraformResource
from tierkeep.diff.terraform import AWS_MANAGED, resources

Resources: TypeAlias = dict[tuple[str, str], TerraformResource]


class Action(StrEnum):
    """What happens to a resource on the next deployment, the worst first."""

    REFUSED = "refused"
    """It would have to go or be replaced, and `prevent_destroy` stops the whole deployment of the unit."""
    DESTROY = "destroy"
    REPLACE = "replace"
    MIGRATE = "migrate"
    """The same snapshot policy becomes another resource: the old one is deleted and a new one made."""
    UNMANAGED = "left unmanaged"
    """Its stack is no longer deployed: it stays as it is, and nobody looks after it."""
    KEPT = "kept as it is"
    """The catalog asks for something else, and Terraform does not change it."""
    UPDATE = "update in place"
    CREATE = "create"

    @property
    def rank(self) -> int:
        """The place among all actions, the worst first."""
        return list(Action).index(self)

    @property
    def harmless(self) -> bool:
        """Whether nothing that exists is lost or left behind."""
        return self in {Action.UPDATE, Action.CREATE}


@dataclass(frozen=True, kw_only=True, slots=True)
class Field:
    """One attribute that changes; None is absent. The origin is the newer catalog's, if it has one."""

    name: str
    old: str | None
    new: str | None
    origin: Origin


@dataclass(frozen=True, kw_only=True, slots=True)
class ResourceChange:
    """One resource that is added, removed or changed."""

    unit: UnitId
    type: str
    """Terraform's type, such as `aws_backup_vault`."""
    name: str
    action: Action
    fields: tuple[Field, ...]
    """What changes; empty for what is added or removed as a whole."""
    forced_by: tuple[str, ...]
    """The fields that cannot be changed in place."""
    hazard: str
    """What is lost and what to do; empty where nothing is."""
    origin: Origin


def resource_changes(old: DesiredState, new: DesiredState) -> tuple[ResourceChange, ...]:
    """Everything that Terraform would do, the worst first, then by unit, type and name."""
    before, after = _units(old), _units(new)
    found = [
        change
        for key in {*before, *after}
        for change in _of_unit(key[0], before.get(key), after.get(key), leaves=key not in after)
    ]
    return tuple(sorted(found, key=lambda each: (each.action.rank, each.unit, each.type, each.name)))


def _units(state: DesiredState) -> dict[tuple[UnitId, str], DesiredUnit]:
    # With another account id a unit's name means another account: nothing of the old one is touched.
    return {(unit.id, unit.account_id): unit for unit in state.units}


def _of_unit(
    unit: UnitId, old: DesiredUnit | None, new: DesiredUnit | None, *, leaves: bool
) -> Iterator[ResourceChange]:
    before = resources(old) if old else {}
    after = resources(new) if new else {}
    for one_way, another in _migrating(before, after):
        del before[one_way.type, one_way.name], after[another.type, another.name]
        yield _migrated(unit, one_way, another)
    for key in {*before, *after}:
        was, is_ = before.get(key), after.get(key)
        if was and is_:
            if was.attributes != is_.attributes and (change := _changed(unit, was, is_)):
                yield change
        elif was:
            yield _removed(unit, was, leaves=leaves)
        elif is_:
            yield _whole(unit, is_, Action.CREATE, hazard(is_.type, Action.CREATE))


def _migrating(before: Resources, after: Resources) -> list[tuple[TerraformResource, TerraformResource]]:
    """Snapshot policies that change what they are deployed as."""
    kinds = [kind.value for kind in PolicyResource]
    return [
        (before[old, name], after[new, name])
        for old, new in permutations(kinds)
        for kind, name in sorted(before)
        if kind == old and (old, name) not in after and (new, name) in after
    ]


def _migrated(unit: UnitId, old: TerraformResource, new: TerraformResource) -> ResourceChange:
    way = Field(name="deployed as", old=old.type, new=new.type, origin=new.origin)
    return ResourceChange(
        unit=unit,
        type=new.type,
        name=new.name,
        action=Action.MIGRATE,
        fields=(way, *_fields(old, new)),
        forced_by=(way.name,),
        hazard=hazard(new.type, Action.MIGRATE.value),
        origin=new.origin,
    )


def _removed(unit: UnitId, resource: TerraformResource, *, leaves: bool) -> ResourceChange:
    if leaves:
        return _whole(unit, resource, Action.UNMANAGED, hazard(resource.type, Action.UNMANAGED))
    if resource.type in RETAINED and resource.kept:
        return _whole(unit, resource, Action.REFUSED, hazard(resource.type, "removed"))
    return _whole(unit, resource, Action.DESTROY, hazard(resource.type, Action.DESTROY))


def _whole(unit: UnitId, resource: TerraformResource, action: Action, careful: str) -> ResourceChange:
    return ResourceChange(
        unit=unit,
        type=resource.type,
        name=resource.name,
        action=action,
        fields=(),
        forced_by=(),
        hazard=careful,
        origin=resource.origin,
    )


def _changed(unit: UnitId, old: TerraformResource, new: TerraformResource) -> ResourceChange | None:
    fields = tuple(_fields(old, new))
    if not fields:
        return None
    forced = _forced(old, new, fields)
    if any(each.name == "kms_key_arn" and each.new == AWS_MANAGED for each in fields):
        action = Action.KEPT
    elif forced:
        # The newer block counts: where it goes, so does its setting.
        guarded = new.kept and prevents_destroy(new.type, new.attributes)
        action = Action.REFUSED if guarded else Action.REPLACE
    else:
        action = Action.UPDATE
    return ResourceChange(
        unit=unit,
        type=new.type,
        name=new.name,
        action=action,
        fields=fields,
        forced_by=() if action is Action.KEPT else forced,
        hazard=hazard(new.type, action.value) or cannot_delete(fields),
        origin=new.origin,
    )


def _fields(old: TerraformResource, new: TerraformResource) -> Iterator[Field]:
    nothing: tuple[None, Origin] = (None, ())
    for name in sorted({*old.attributes, *new.attributes}):
        was, was_at = old.attributes.get(name, nothing)
        now, now_at = new.attributes.get(name, nothing)
        if was != now:
            yield Field(name=name, old=was, new=now, origin=now_at or was_at)


def _forced(old: TerraformResource, new: TerraformResource, fields: tuple[Field, ...]) -> tuple[str, ...]:
    forced = [each.name for each in fields if each.name in FORCE_NEW[new.type]]
    if new.type == "aws_dlm_lifecycle_policy" and _schedules(new) > _schedules(old):
        forced.append("schedule: copy_tags of one more")
    return tuple(forced)


def _schedules(policy: TerraformResource) -> int:
    return sum(name.endswith(": create_rule") for name in policy.attributes)
