"""The rule that what a catalog asks of AWS is known to exist in its Regions: `tierkeep.desired.support`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from tierkeep.desired.model import (
    BackupPlan,
    CopyAction,
    DesiredState,
    DesiredUnit,
    Engine,
    Origin,
    ResourceType,
)
from tierkeep.desired.support import (
    Feature,
    Support,
    protected_in,
    read_on,
    region_support,
    supported,
    type_support,
)
from tierkeep.rules.registry import Severity, Violation, rule


@dataclass(frozen=True, kw_only=True, slots=True)
class _Asked:
    """Something that a catalog asks of AWS in a Region."""

    what: str
    support: Support
    region: str
    origin: Origin


@rule(
    "TK057",
    title="What a tier asks for is known to be supported in its Regions",
    severity=Severity.WARNING,
    source="AWS Backup developer guide, backup-feature-availability; EBS user guide; read 2026-11",
)
def known_support(state: DesiredState) -> Iterator[Violation]:
    """AWS has some types and features in some Regions only, and may ignore in silence what it lacks. What
    Tierkeep's dated data does not affirm may be there all the same: look it up, then waive this rule for it.
    What is known stands at the end of the page of the rules.

    Breaks it: `regions: [ap-southeast-7]` with a tier that has `copy_to: { ap-southeast-1: {} }`
    Keeps it: `regions: [ap-south-1]` with a tier that has `copy_to: { ap-southeast-1: {} }`
    """
    for unit in state.units:
        for each in _asked(unit):
            # A Region that is not known at all is TK047's, one without the engine TK048's.
            if each.support is Support.UNKNOWN and each.region in region_support():
                yield Violation(
                    origin=each.origin,
                    message=f"not known to be supported in {each.region} as of {read_on()}: {each.what}",
                    hint="look it up in AWS's table of features by Region, then waive TK057 for it",
                )


def _asked(unit: DesiredUnit) -> Iterator[_Asked]:
    here = unit.id.region
    for each in unit.protections:
        if each.engine is Engine.BACKUP:
            support = protected_in(each.resource_type, here)
            what = f"backups of {each.resource_type} by AWS Backup"
            yield _Asked(what=what, support=support, region=here, origin=each.origin)
    for plan in unit.plans:
        yield from _of_plan(unit, plan)
    for testing in unit.restore_testing:
        for selection in testing.selections:
            yield from _of_types(unit, selection.tier, Feature.RESTORE_TESTING, here, testing.origin)
    for policy in unit.snapshot_policies:
        for schedule in policy.schedules:
            if schedule.fast_restore:
                known = region_support().get(here)
                yield _Asked(
                    what="fast snapshot restore",
                    support=known.features[Feature.FAST_SNAPSHOT_RESTORE] if known else Support.UNKNOWN,
                    region=here,
                    origin=schedule.fast_restore.origin,
                )


def _of_plan(unit: DesiredUnit, plan: BackupPlan) -> Iterator[_Asked]:
    """What its rules ask beyond backups."""
    for each in plan.rules:
        if each.continuous:
            recovery = Feature.POINT_IN_TIME_RECOVERY
            yield from _of_types(unit, plan.tier, recovery, unit.id.region, each.origin)
        for copy in each.copies:
            for feature in _crossed(unit, copy):
                for region in dict.fromkeys((unit.id.region, copy.destination.region)):
                    yield from _of_types(unit, plan.tier, feature, region, copy.origin)
            if copy.air_gapped:
                there = copy.destination.region
                yield from _of_types(unit, plan.tier, Feature.AIR_GAPPED_VAULT, there, copy.origin)


def _crossed(unit: DesiredUnit, copy: CopyAction) -> Iterator[Feature]:
    """What a copy takes; that AWS has no copy across both for a type is TK068's."""
    if copy.destination.region != unit.id.region:
        yield Feature.CROSS_REGION_COPY
    if copy.destination.account != unit.id.account:
        yield Feature.CROSS_ACCOUNT_COPY


def _of_types(
    unit: DesiredUnit, tier: str, feature: Feature, region: str, origin: Origin
) -> Iterator[_Asked]:
    """A feature for each type of the tier that has it anywhere: TK014, TK016, TK094 speak of the others."""
    for resource_type in _types(unit, tier):
        if type_support()[resource_type].features[feature] is not Support.NO:
            yield _Asked(
                what=f"{' '.join(feature.rsplit('-', 1))} of {resource_type}",
                support=supported(resource_type, feature, region),
                region=region,
                origin=origin,
            )


def _types(unit: DesiredUnit, tier: str) -> list[ResourceType]:
    """The tier's types that are known to be backed up here: of others nothing more is worth saying."""
    backed_up = [each for each in unit.protections if each.tier == tier and each.engine is Engine.BACKUP]
    types = [each.resource_type for each in backed_up]
    return [each for each in types if protected_in(each, unit.id.region) is Support.YES]
