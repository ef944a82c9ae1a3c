"""Rules of cold storage: what AWS refuses of it, and where it ignores it without a word."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from tierkeep.desired.model import (
    DesiredState,
    DesiredUnit,
    Engine,
    Lifecycle,
    Origin,
    Protection,
    ResourceType,
)
from tierkeep.desired.support import Feature, Support, read_on, supported
from tierkeep.rules.registry import Severity, Violation, rule

_SHORTEST_STAY_DAYS = 90
_ARCHIVES = frozenset({ResourceType.EBS})
"""Types that go cold only where a plan opts in to their archive, which Tierkeep does not generate."""


@rule(
    "TK060",
    title="What goes to cold storage is kept there for 90 days",
    severity=Severity.ERROR,
    source="botocore 1.44.5, backup Lifecycle.DeleteAfterDays; read 2026-11",
)
def shortest_stay(state: DesiredState) -> Iterator[Violation]:
    """AWS Backup refuses a lifecycle that deletes a recovery point within 90 days after it has moved to cold
    storage. A copy has a lifecycle of its own.

    Breaks it: `{ every: 1w, on: sunday, keep: 119d, cold_after: 30d }`
    Keeps it: `{ every: 1w, on: sunday, keep: 120d, cold_after: 30d }`
    """
    for each in _cold(state):
        if each.delete_after_days is not None and each.stay_days < _SHORTEST_STAY_DAYS:
            yield Violation(
                origin=each.origin,
                message=(
                    f"deleted {each.stay_days} days after it has moved to cold storage, where AWS Backup "
                    f"keeps everything for {_SHORTEST_STAY_DAYS} days or longer"
                ),
                hint=f"keep it for {each.after_days + _SHORTEST_STAY_DAYS}d or longer",
            )


@rule(
    "TK061",
    title="Cold storage reaches every type of its tier",
    severity=Severity.ERROR,
    source="AWS Backup developer guide, plan-options-and-configuration; read 2026-11",
    waivable=True,  # AWS takes it, and stays silent
)
def ignored(state: DesiredState) -> Iterator[Violation]:
    """AWS Backup moves to cold storage what it can, and keeps the recovery points of every other type warm
    without a word: they cost what warm storage costs for all the time that they are kept. Of the types of a
    catalog only efs goes cold, and dynamodb with its advanced features; ebs would need its archive, which
    Tierkeep does not generate, and snapshots of Data Lifecycle Manager never do.

    Breaks it: `protects: { efs: {}, rds: {} }` with `cold_after: 30d` in a schedule
    Keeps it: `protects: { efs: {} }` with `cold_after: 30d` in a schedule
    """
    for each in _cold(state):
        for protection in each.unit.protections:
            if protection.tier == each.tier and (why := _why_ignored(protection, each.region)):
                yield Violation(
                    origin=each.origin,
                    message=f"{protection.resource_type} stays in warm storage: {why}",
                    hint="move it to a tier without `cold_after`, or waive this rule here",
                )


def _why_ignored(protection: Protection, region: str) -> str:
    """Empty where the type goes cold."""
    if protection.engine is Engine.DLM:
        return "snapshots of Data Lifecycle Manager never go cold"
    if protection.resource_type in _ARCHIVES:
        return "its archive must be opted in to, which Tierkeep does not generate"
    return {
        Support.YES: "",
        Support.ADVANCED_FEATURES: "it goes cold only where its advanced features are enabled",
        Support.NO: "AWS Backup has no cold storage for it",
        Support.UNKNOWN: f"cold storage in {region} is not known to exist as of {read_on()}",
    }[supported(protection.resource_type, Feature.COLD_STORAGE, region)]


@dataclass(frozen=True, kw_only=True, slots=True)
class _Cold:
    """A lifecycle that goes to cold storage, of a rule's recovery points or of their copies."""

    unit: DesiredUnit
    tier: str
    region: str
    after_days: int
    delete_after_days: int | None
    origin: Origin

    @property
    def stay_days(self) -> int:
        return (self.delete_after_days or 0) - self.after_days


def _cold(state: DesiredState) -> Iterator[_Cold]:
    for unit in state.units:
        for plan in unit.plans:
            for each in plan.rules:
                lifecycles = [(unit.id.region, each.lifecycle, each.origin)]
                lifecycles += [(copy.destination.region, copy.lifecycle, copy.origin) for copy in each.copies]
                for region, lifecycle, origin in lifecycles:
                    yield from _of_lifecycle(unit, plan.tier, region, lifecycle, origin)


def _of_lifecycle(
    unit: DesiredUnit, tier: str, region: str, lifecycle: Lifecycle, origin: Origin
) -> Iterator[_Cold]:
    after = lifecycle.cold_storage_after_days
    if after is not None:
        yield _Cold(
            unit=unit,
            tier=tier,
            region=region,
            after_days=after,
            delete_after_days=lifecycle.delete_after_days,
            origin=origin,
        )
