"""Which tier of a desired state claims a resource, what protects it there, and in which unit."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from tierkeep.desired.model import (
    BackupPlan,
    DefaultPolicy,
    DesiredState,
    DesiredUnit,
    Engine,
    ResourceType,
    SnapshotPolicy,
    TableRecovery,
    UnitId,
)
from tierkeep.desired.selecting.answer import Answer, any_of
from tierkeep.desired.selecting.near_misses import NearMiss, near_misses
from tierkeep.desired.selecting.resource import Resource
from tierkeep.desired.selecting.selection import ALL_OPTED_IN, OptIn, as_aws_reads, selects
from tierkeep.desired.selecting.targets import by_default, targets


@dataclass(frozen=True, kw_only=True, slots=True)
class Protector:
    """A backup plan or a policy that protects a resource, with all its rules or schedules."""

    unit: UnitId
    by: BackupPlan | SnapshotPolicy | DefaultPolicy
    answer: Answer
    """YES, or OPEN where AWS's documents do not settle whether it does."""

    @property
    def engine(self) -> Engine:
        """Whose backups they are."""
        return Engine.BACKUP if isinstance(self.by, BackupPlan) else Engine.DLM


@dataclass(frozen=True, kw_only=True, slots=True)
class ProtectionOfResource:
    """What a desired state does for one resource."""

    resource: Resource
    tier: str | None
    """The tier that its tag names; None where it names none of the catalog's."""
    units: tuple[UnitId, ...]
    """Where it can be, by its ARN: one, none, or several where the ARN carries no account or Region."""
    protectors: tuple[Protector, ...]
    near_misses: tuple[NearMiss, ...]
    """Why it is not protected, or not everywhere that it can be."""
    recovery: TableRecovery | None = None
    """The point-in-time recovery of its own that is switched on in it, where it is a table."""


def protection_of(
    state: DesiredState, resource: Resource, opted_in: Mapping[UnitId, OptIn] | None = None
) -> ProtectionOfResource:
    """What protects the resource, by unit. `opted_in` holds the Regions' settings, where they are known."""
    candidates = [unit for unit in state.units if _can_hold(unit, resource)]
    settings = opted_in or {}
    claimed = dict(resource.tags).get(state.tag_key)
    protectors = tuple(
        each
        for unit in candidates
        for each in _protectors(unit, resource, settings.get(unit.id, ALL_OPTED_IN))
    )
    return ProtectionOfResource(
        resource=resource,
        tier=claimed if claimed is not None and state.promise(claimed) else None,
        units=tuple(unit.id for unit in candidates),
        protectors=protectors,
        recovery=next((each for unit in candidates for each in _recoveries(unit, resource)), None),
        near_misses=near_misses(
            state,
            resource,
            candidates,
            settings,
            # What a default policy backs up, no tier protects all the same.
            {each.unit for each in protectors if not isinstance(each.by, DefaultPolicy)},
        ),
    )


def _recoveries(unit: DesiredUnit, resource: Resource) -> Iterator[TableRecovery]:
    tags = dict(resource.tags)
    for each in unit.table_recoveries:
        if resource.type is ResourceType.DYNAMODB and all(tags.get(key) == to for key, to in each.tags):
            yield each


def _can_hold(unit: DesiredUnit, resource: Resource) -> bool:
    return (
        resource.arn.startswith(f"arn:{unit.partition}:")
        and resource.account_id in {"", unit.account_id}
        and resource.region in {"", unit.id.region}
    )


def _protectors(unit: DesiredUnit, resource: Resource, opted_in: OptIn) -> Iterator[Protector]:
    for plan in unit.plans:
        answer = any_of(selects(as_aws_reads(each), resource, opted_in) for each in plan.selections)
        if answer is not Answer.NO:
            yield Protector(unit=unit.id, by=plan, answer=answer)
    for policy in unit.snapshot_policies:
        if targets(policy, resource):
            yield Protector(unit=unit.id, by=policy, answer=Answer.YES)
    for default in unit.default_policies:
        answer = by_default(default, resource)
        if answer is not Answer.NO:
            yield Protector(unit=unit.id, by=default, answer=answer)
