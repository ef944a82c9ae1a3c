"""What has been proven by restoring, and what never."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from tierkeep.desired.model import DesiredState
from tierkeep.report.drilled.drills import Drill


@dataclass(frozen=True, kw_only=True, slots=True)
class ResourceProof:
    """What drills have shown of one resource, by one kind of its backups."""

    arn: str
    tier: str
    unit: str
    resource_type: str
    last: Drill
    """The latest drill of it, whatever came of it."""
    proven: Drill | None
    """The latest that passed; None where none ever did."""
    drills: int


@dataclass(frozen=True, kw_only=True, slots=True)
class TypeProof:
    """What drills have shown of a resource type of a tier in a unit."""

    tier: str
    unit: str
    resource_type: str
    in_catalog: bool
    """Whether the catalog protects it there. Otherwise copies were drilled, or by an earlier catalog."""
    last: Drill | None
    """None where no drill ever was of it."""
    proven: Drill | None
    resources: tuple[ResourceProof, ...]

    @property
    def proven_resources(self) -> int:
        """How many resources have passed a drill."""
        return sum(each.proven is not None for each in self.resources)


def coverage(state: DesiredState, drills: tuple[Drill, ...]) -> tuple[TypeProof, ...]:
    """Every type that the catalog protects, by tier and unit, and what else was drilled.

    The drills are oldest first.
    """
    protected = {
        (each.tier, str(unit.id), each.resource_type.value)
        for unit in state.units
        for each in unit.protections
    }
    drilled: dict[tuple[str, str, str], list[Drill]] = {key: [] for key in protected}
    for each in drills:
        kind = each.kind
        drilled.setdefault((kind.tier, kind.unit, kind.resource_type), []).append(each)
    return tuple(
        TypeProof(
            tier=tier,
            unit=unit,
            resource_type=resource_type,
            in_catalog=(tier, unit, resource_type) in protected,
            last=_last(found),
            proven=_last(each for each in found if each.passed),
            resources=_resources(found),
        )
        for (tier, unit, resource_type), found in sorted(drilled.items())
    )


def _resources(drills: list[Drill]) -> tuple[ResourceProof, ...]:
    by_arn: dict[str, list[Drill]] = {}
    for each in drills:
        if each.resource is not None:
            by_arn.setdefault(each.resource, []).append(each)
    return tuple(
        ResourceProof(
            arn=arn,
            tier=found[-1].kind.tier,
            unit=found[-1].kind.unit,
            resource_type=found[-1].kind.resource_type,
            last=found[-1],
            proven=_last(each for each in found if each.passed),
            drills=len(found),
        )
        for arn, found in sorted(by_arn.items())
    )


def _last(drills: Iterable[Drill]) -> Drill | None:
    return next(reversed(list(drills)), None)
