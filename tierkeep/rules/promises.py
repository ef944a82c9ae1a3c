"""Rules of the catalog as a whole: nothing is asked for in vain, and units can be deployed one by one."""

from __future__ import annotations

from collections.abc import Iterator

from tierkeep.desired.model import DesiredState, UnitId, UnmetKind
from tierkeep.desired.names import partition_of
from tierkeep.rules.registry import Severity, Violation, rule


@rule(
    "TK040",
    title="What a catalog asks for has an effect",
    severity=Severity.ERROR,
    source="design",
)
def no_effect(state: DesiredState) -> Iterator[Violation]:
    """A promise that no resource can keep would be believed all the same."""
    for each in state.unmet:
        if each.kind is UnmetKind.NO_EFFECT:
            yield Violation(
                origin=each.origin,
                message=f"{each.what} has no effect: {each.why}",
                hint="remove it, or give it something to apply to",
            )


@rule(
    "TK041",
    title="What this version does not generate yet is said aloud",
    severity=Severity.NOTICE,
    source="design",
)
def not_generated(state: DesiredState) -> Iterator[Violation]:
    """The catalog may say more than is deployed, and must not be mistaken for it."""
    for each in state.unmet:
        if each.kind is UnmetKind.NOT_GENERATED:
            yield Violation(origin=each.origin, message=f"not generated yet: {each.what}", hint=each.why)


@rule(
    "TK042",
    title="Copies go to another Region, and two Regions do not copy to each other",
    severity=Severity.ERROR,
    source="design: the stack that receives copies must be deployable while the other Region is down",
)
def copies_go_one_way(state: DesiredState) -> Iterator[Violation]:
    """Stacks that wait for each other could never be deployed."""
    destinations = {unit.id: unit.depends_on for unit in state.units}
    for unit_id in destinations:
        if unit_id in _reachable(unit_id, destinations):
            yield Violation(
                origin=("accounts", unit_id.account, "regions"),
                message=f"copies from {unit_id} lead back to it",
                hint="copy to a Region that holds no resources of the same account",
            )


def _reachable(start: UnitId, destinations: dict[UnitId, tuple[UnitId, ...]]) -> set[UnitId]:
    reached: set[UnitId] = set()
    ahead = list(destinations[start])
    while ahead:
        unit_id = ahead.pop()
        if unit_id not in reached:
            reached.add(unit_id)
            ahead += destinations[unit_id]
    return reached


@rule(
    "TK043",
    title="Each account's id stands once",
    severity=Severity.ERROR,
    source="design: two stacks would fight over the same things",
)
def account_once(state: DesiredState) -> Iterator[Violation]:
    """Two names for one account would deploy the same names twice."""
    first: dict[str, str] = {}
    for unit in state.units:
        name = first.setdefault(unit.account_id, unit.id.account)
        if name != unit.id.account:
            yield Violation(
                origin=("accounts", unit.id.account, "id"),
                message=f"account {unit.account_id} is `{name}` already",
                hint="give each account one entry with all of its tiers",
            )


@rule(
    "TK044",
    title="Copies stay in their partition",
    severity=Severity.ERROR,
    source="AWS Backup developer guide, backup-feature-availability; read 2026-11",
)
def one_partition(state: DesiredState) -> Iterator[Violation]:
    """China copies to China only, GovCloud to GovCloud."""
    for unit in state.units:
        for destination in unit.depends_on:
            if partition_of(destination.region) != unit.partition:
                yield Violation(
                    origin=("accounts", unit.id.account, "regions"),
                    message=f"{unit.id.region} cannot copy to {destination.region}: another partition of AWS",
                    hint="copy within the partition",
                )
