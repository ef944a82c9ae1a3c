"""The plan of a run, as plain values: which resources are drilled, in which order, at what price. Pure."""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from tierkeep.desired.model import Scenario
from tierkeep.drill.restorers.base import Restorer
from tierkeep.drill.scenarios.budget import Budget
from tierkeep.drill.scenarios.prices import ASSUMED_HOURS, basis
from tierkeep.drill.scope import digest
from tierkeep.drill.stages import STAGES


@dataclass(frozen=True, kw_only=True, slots=True)
class Item:
    """One drill of a run: of one resource, with what it would take."""

    number: int
    """From 1, in the order in which they start."""
    tier: str
    unit: str
    """Where the backup lies and is restored, as ACCOUNT/REGION."""
    resource_type: str
    method: str
    resource_arn: str
    point: str
    """Which point of it, as the command line has it; a random one with its seed."""
    last_proven: str | None
    """When it was last drilled to an answer, by the evidence folder."""
    size_bytes: int | None
    usd: float | None
    usd_unknown: str | None
    seconds: float | None
    """How long it took the last time, or the longest of its type did; None where nobody knows."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Counted:
    """One type of a tier in one unit, and how many resources of it there are."""

    tier: str
    home: str
    unit: str
    resource_type: str
    method: str
    members: int | None
    """With something to restore; None where that could not be found out."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Hole:
    """What the scenario covers and no drill of the run can show."""

    tier: str
    unit: str
    resource_type: str
    method: str
    resource_arn: str | None
    """The one resource that it is about; None for all of the type."""
    outcome: str
    """What it makes of the run: `fail` or `could-not-verify`."""
    cause: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Drawn:
    """What was drawn from what."""

    population: int
    """Resources with something to restore."""
    left_out: int
    """More of them, without the tags that the scenario asks for."""
    never: int
    overdue: int
    share: int
    due: int
    how: str
    """For people."""


@dataclass(frozen=True, kw_only=True, slots=True)
class RunPlan:
    """What a run does, frozen: `drill resume` goes on with this and asks AWS for no other population."""

    scenario: Scenario
    """Narrowed to what the run is of."""
    unit: str | None
    """The one that the run was narrowed to on the command line; None for all."""
    catalog: str
    catalog_digest: str
    seed: int
    counted: tuple[Counted, ...]
    items: tuple[Item, ...]
    holes: tuple[Hole, ...]
    drawn: Drawn
    restorers: tuple[Restorer, ...]
    history_unreadable: tuple[str, ...]

    @property
    def budget(self) -> Budget:
        """What the run may take."""
        minutes = self.scenario.budget_minutes
        return Budget(usd=self.scenario.budget_usd, seconds=minutes * 60.0 if minutes is not None else None)

    def digest(self) -> str:
        """Of what is drilled and how."""
        return digest_of_plan(self.catalog_digest, self.scenario, self.seed, self.items, self.holes)


def digest_of_plan(
    catalog_digest: str, scenario: Scenario, seed: int, items: Iterable[Item], holes: Iterable[Hole]
) -> str:
    """Of what is drilled and how; not of prices and times, which change while that stays the same."""
    told_only: dict[str, Any] = {"last_proven": None, "usd": None, "usd_unknown": None, "seconds": None}
    return digest(
        {
            "catalog_digest": catalog_digest,
            "scenario": asdict(scenario),
            "seed": seed,
            "drills": [asdict(replace(each, **told_only)) for each in items],
            "holes": [asdict(each) for each in holes],
        }
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class Foreseen:
    """What a run would take, as far as that is known beforehand."""

    usd: float
    without_price: int
    """Drills of which no price is known: they come on top."""
    seconds: float
    without_time: int
    """Drills of which nobody knows how long they take: they come on top."""
    refused: int
    """Drills that the budget does not let start."""


def foresee(items: Iterable[Item], budget: Budget, side_by_side: int) -> Foreseen:
    """The run in advance: each drill starts as soon as one of those before it makes room."""
    free = [0.0] * side_by_side
    usd = last = 0.0
    without_price = without_time = refused = 0
    for item in items:
        start = free[0]
        if budget.refuses(spent=usd, elapsed=start, usd=item.usd, seconds=item.seconds):
            refused += 1
            continue
        usd += item.usd or 0.0
        without_price += item.usd is None
        without_time += item.seconds is None
        end = start + (item.seconds or 0.0)
        heapq.heapreplace(free, end)
        last = max(last, end)
    return Foreseen(
        usd=round(usd, 4),
        without_price=without_price,
        seconds=last,
        without_time=without_time,
        refused=refused,
    )


def plan_document(plan: RunPlan) -> dict[str, Any]:
    """The plan as JSON holds it."""
    scenario = plan.scenario
    foreseen = foresee(plan.items, plan.budget, scenario.side_by_side)
    return {
        "schema_version": 1,
        "scenario": scenario.name,
        "catalog": plan.catalog,
        "catalog_digest": plan.catalog_digest,
        "digest": plan.digest(),
        "seed": plan.seed,
        "unit": plan.unit,
        "every": scenario.every,
        "sample": scenario.sample,
        "cover_within": scenario.cover_within,
        "requires": scenario.requires,
        "side_by_side": scenario.side_by_side,
        "budget": asdict(plan.budget),
        "covers": [asdict(each) for each in plan.counted],
        "drawn": asdict(plan.drawn),
        "history_unreadable": list(plan.history_unreadable),
        "drills": [asdict(each) for each in plan.items],
        "holes": [asdict(each) for each in plan.holes],
        "stages": [_stages(each) for each in plan.restorers],
        "foreseen": {
            **asdict(foreseen),
            "prices": basis(),
            "assumed_hours": ASSUMED_HOURS,
        },
        "cannot_cover": cannot_cover(plan, foreseen),
    }


def cannot_cover(plan: RunPlan, foreseen: Foreseen) -> str | None:
    """Why the scenario cannot do what it says, or None if it can."""
    if not foreseen.refused:
        return None
    scenario, drawn = plan.scenario, plan.drawn
    if not scenario.sample:
        return (
            f"the budget lets {len(plan.items) - foreseen.refused} of {len(plan.items)} drills start: not "
            "all are drilled, and the run will not be a pass"
        )
    return (
        f"{drawn.population} resources cannot be covered within {scenario.cover_within}: each run would have "
        f"to drill {len(plan.items)}, and the budget lets {len(plan.items) - foreseen.refused} start"
    )


def holes_of(document: Mapping[str, Any]) -> tuple[Hole, ...]:
    """What no drill of a plan can show, by its document. Raises `KeyError` and `TypeError` if it is none."""
    return tuple(Hole(**each) for each in document["holes"])


def items_of(document: Mapping[str, Any]) -> tuple[Item, ...]:
    """The drills of a plan's document. Raises `KeyError` and `TypeError` if it is none."""
    return tuple(Item(**each) for each in document["drills"])


def restorers_of(restorers: Sequence[Restorer]) -> tuple[Restorer, ...]:
    """Each once, in order."""
    return tuple({each.title: each for each in restorers}.values())


def _stages(restorer: Restorer) -> dict[str, Any]:
    return {
        "restorer": restorer.title,
        "stages": [
            {
                "name": stage.name,
                "title": stage.title,
                "calls": list(stage.calls(restorer)),
                "changes": list(stage.effects(restorer)),
            }
            for stage in STAGES
        ],
    }
