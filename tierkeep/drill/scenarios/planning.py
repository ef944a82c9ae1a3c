"""Making the plan of a run: ask AWS once what there is, draw from it, and say what that would take."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from tierkeep.aws import AwsError, UnitSession, WrongAccountError
from tierkeep.desired.model import Covered, DesiredState, ResourceType, Scenario, Tags, UnitId
from tierkeep.drill.checks import Rung
from tierkeep.drill.choosing import By, Wish
from tierkeep.drill.errors import DrillError, Outcome, ScopeError
from tierkeep.drill.restorers.base import Restorer
from tierkeep.drill.restorers.registry import restorer_for
from tierkeep.drill.scenarios.history import History, Subject
from tierkeep.drill.scenarios.plan import Counted, Drawn, Hole, Item, RunPlan, restorers_of
from tierkeep.drill.scenarios.population import Member, Population, population, tagged
from tierkeep.drill.scenarios.prices import cost
from tierkeep.drill.scenarios.sampling import Draw, Turn, draw
from tierkeep.drill.scope import Ask, Scope, digest_of, find_scope

NO_POINT = (
    "it carries the tier's tag, and nothing of it can be restored: there is no backup of it. `tierkeep "
    "validate` says whether one is overdue"
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Found:
    """A resource of the population, and what it was found by."""

    covered: Covered
    member: Member


@dataclass(kw_only=True)
class _Finding:
    """What listing has come to so far."""

    state: DesiredState
    scenario: Scenario
    open_session: Callable[[UnitId], UnitSession]
    found: dict[Subject, Found] = field(default_factory=dict)
    counted: list[Counted] = field(default_factory=list)
    holes: list[Hole] = field(default_factory=list)
    restorers: list[Restorer] = field(default_factory=list)
    left_out: int = 0
    tags: dict[tuple[UnitId, ResourceType, Tags], frozenset[str]] = field(default_factory=dict)

    def tagged(self, covered: Covered, *more: tuple[str, str]) -> frozenset[str]:
        """The resources with the tier's tag and these, listed once. Raises `AwsError`."""
        tags = ((self.state.tag_key, covered.tier), *more)
        key = (covered.home, covered.resource_type, tags)
        if key not in self.tags:
            self.tags[key] = tagged(self.open_session(covered.home), covered.resource_type, tags)
        return self.tags[key]


def make_plan(
    state: DesiredState,
    scenario: Scenario,
    *,
    open_session: Callable[[UnitId], UnitSession],
    history: History,
    now: datetime,
    seed: int,
    point: Wish | None = None,
    unit: str | None = None,
) -> RunPlan:
    """The plan of a run of the scenario at `now`. Only reads.

    `point` is asked for on the command line in place of the scenario's, `unit` narrows it to one where
    backups lie. What cannot be listed, or restored by this version, is a hole of the plan. Raises
    `ScopeError` if nothing of the scenario lies in that unit.
    """
    scenario = narrowed(scenario, unit)
    finding = _Finding(state=state, scenario=scenario, open_session=open_session)
    for covered in scenario.covers:
        _find(finding, covered)
    proven = history.proven()
    turn = Turn(
        every=timedelta(minutes=scenario.every_minutes),
        within=timedelta(minutes=scenario.cover_minutes),
        runs=scenario.runs_within_cover,
    )
    sample = draw(sorted(finding.found), proven, turn=turn, now=now, seed=seed)
    items = tuple(
        _item(number, subject, finding.found[subject], scenario, history, proven.get(subject), seed, point)
        for number, subject in enumerate(sample.chosen, start=1)
    )
    return RunPlan(
        scenario=scenario,
        unit=unit,
        catalog=state.name,
        catalog_digest=digest_of(state),
        seed=seed,
        counted=tuple(finding.counted),
        items=items,
        holes=tuple(finding.holes),
        drawn=_drawn(scenario, sample, len(finding.found), finding.left_out),
        restorers=restorers_of(finding.restorers),
        history_unreadable=history.unreadable,
    )


def scope_of(
    state: DesiredState,
    scenario: Scenario,
    *,
    tier: str,
    unit: str,
    resource_type: str,
    method: str,
    resource_arn: str | None,
    point: Wish,
) -> Scope:
    """The scope of one drill of a scenario. Raises `ScopeError` and `CannotVerifyError`."""
    ask = Ask(
        tier=tier,
        unit=unit,
        resource_type=resource_type,
        method=method,
        resource_arn=resource_arn,
        point=point,
    )
    scope = replace(find_scope(state, ask), requires=Rung(scenario.requires))
    if scenario.recovery_time_class is None:
        return scope
    return replace(
        scope,
        recovery_time_class=scenario.recovery_time_class,
        recovery_time_minutes=scenario.recovery_time_minutes,
    )


def narrowed(scenario: Scenario, unit: str | None) -> Scenario:
    """A scenario in one unit where backups lie. Raises `ScopeError` if nothing of it lies there."""
    if unit is None:
        return scenario
    left = tuple(each for each in scenario.covers if str(each.place) == unit)
    if not left:
        places = ", ".join(sorted({str(each.place) for each in scenario.covers}))
        raise ScopeError(f"the drill {scenario.name!r} covers nothing in {unit!r}; where it does: {places}")
    return replace(scenario, covers=left)


def _find(finding: _Finding, covered: Covered) -> None:
    """Add what there is of one type of a tier in a unit, and what is missing."""
    try:
        scope = scope_of(
            finding.state,
            finding.scenario,
            tier=covered.tier,
            unit=str(covered.place),
            resource_type=covered.resource_type.value,
            method=covered.method,
            resource_arn=None,
            point=Wish(),
        )
        restorer = restorer_for(scope)
        there = _population(finding, covered, scope)
    except (DrillError, ScopeError, AwsError, WrongAccountError) as error:
        outcome = error.outcome if isinstance(error, DrillError) else Outcome.COULD_NOT_VERIFY
        finding.holes.append(_hole(covered, None, outcome, str(error)))
        finding.counted.append(_counted(covered, None))
        return
    finding.counted.append(_counted(covered, len(there.members)))
    if there.members:
        finding.restorers.append(restorer)
    finding.left_out += there.left_out
    finding.holes += [_hole(covered, arn, Outcome.FAIL, NO_POINT) for arn in there.without_point]
    for member in there.members:
        subject = (member.resource_arn, str(covered.place), covered.method)
        finding.found.setdefault(subject, Found(covered=covered, member=member))


def _population(finding: _Finding, covered: Covered, scope: Scope) -> Population:
    asked = finding.scenario.only_tagged
    return population(
        finding.open_session(covered.place),
        scope,
        of_tier=finding.tagged(covered),
        wanted=finding.tagged(covered, *asked) if asked else None,
    )


def _counted(covered: Covered, members: int | None) -> Counted:
    return Counted(
        tier=covered.tier,
        home=str(covered.home),
        unit=str(covered.place),
        resource_type=covered.resource_type.value,
        method=covered.method,
        members=members,
    )


def _hole(covered: Covered, resource_arn: str | None, outcome: Outcome, cause: str) -> Hole:
    return Hole(
        tier=covered.tier,
        unit=str(covered.place),
        resource_type=covered.resource_type.value,
        method=covered.method,
        resource_arn=resource_arn,
        outcome=outcome.value,
        cause=cause,
    )


def _item(
    number: int,
    subject: Subject,
    found: Found,
    scenario: Scenario,
    history: History,
    proven: datetime | None,
    seed: int,
    point: Wish | None,
) -> Item:
    covered, member = found.covered, found.member
    resource_type = covered.resource_type.value
    seconds = history.seconds(subject, resource_type)
    price = cost(resource_type, member.size_bytes, seconds)
    return Item(
        number=number,
        tier=covered.tier,
        unit=str(covered.place),
        resource_type=resource_type,
        method=covered.method,
        resource_arn=member.resource_arn,
        point=str(point or _wish(scenario, seed, member.resource_arn)),
        last_proven=proven.isoformat() if proven else None,
        size_bytes=member.size_bytes,
        usd=price.usd,
        usd_unknown=price.why_unknown,
        seconds=seconds,
    )


def _wish(scenario: Scenario, seed: int, resource_arn: str) -> Wish:
    """A random point of each resource has a seed of its own, which the run's seed decides."""
    by = By(scenario.point)
    if by is not By.RANDOM:
        return Wish(by=by)
    lot = hashlib.sha256(f"{seed}:{resource_arn}".encode()).digest()
    return Wish(by=by, seed=int.from_bytes(lot[:4], "big") % 10**6)


def _drawn(scenario: Scenario, sample: Draw[Subject], count: int, left_out: int) -> Drawn:
    return Drawn(
        population=count,
        left_out=left_out,
        never=sample.never,
        overdue=sample.overdue if scenario.sample else 0,
        share=sample.share,
        due=sample.due if scenario.sample else 0,
        how="; ".join(_how(scenario, sample, count)),
    )


def _how(scenario: Scenario, sample: Draw[Subject], count: int) -> Iterator[str]:
    order = "who was never drilled to an answer first, then who has waited longest"
    if not scenario.sample:
        yield f"all {count}, {order}"
        return
    yield (
        f"{len(sample.chosen)} of {count}, {order}: {sample.share} a run, so that the "
        f"{scenario.runs_within_cover} runs within {scenario.cover_within} come to all"
    )
    more = len(sample.chosen) - min(sample.share, count)
    if more:
        yield f"{more} more, who could not wait for the next run"
