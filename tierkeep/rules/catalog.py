"""Rules of the catalog as a whole: nothing is asked for in vain, and units can be deployed one by one."""

from __future__ import annotations

from collections.abc import Iterator

from tierkeep.desired.model import (
    DesiredState,
    DesiredUnit,
    Origin,
    UnitId,
    Unmet,
    UnmetKind,
)
from tierkeep.desired.names import partition_of
from tierkeep.promises.unkept import unkept
from tierkeep.rules.registry import Severity, Violation, rule


def _unmet(state: DesiredState, kind: UnmetKind) -> Iterator[Unmet]:
    yield from (each for each in state.unmet if each.kind is kind)


@rule(
    "TK040",
    title="What a catalog asks for has an effect",
    severity=Severity.ERROR,
    source="design",
)
def no_effect(state: DesiredState) -> Iterator[Violation]:
    """A promise that no resource can keep would be believed all the same: AWS ignores what does not
    fit, in silence.

    Breaks it: `point_in_time_recovery` in a tier that protects efs only
    Keeps it: `point_in_time_recovery` in a tier that protects rds
    """
    for each in _unmet(state, UnmetKind.NO_EFFECT):
        yield Violation(
            origin=each.origin,
            message=f"{each.what} has no effect: {each.why}",
            hint="remove it, or give it something to apply to",
            waivable=each.origin[-1] != "engine",
        )


@rule(
    "TK041",
    title="What this version does not generate yet is said aloud",
    severity=Severity.NOTICE,
    source="design",
)
def not_generated(state: DesiredState) -> Iterator[Violation]:
    """The catalog may say more than is deployed, and must not be mistaken for it.

    Breaks it: `drills: { full: { every: 1mo, scope: all } }`
    Keeps it: a catalog without `drills`
    """
    for each in _unmet(state, UnmetKind.NOT_GENERATED):
        yield Violation(origin=each.origin, message=f"not generated yet: {each.what}", hint=each.why)


@rule(
    "TK042",
    title="Copies go to another Region, and two Regions do not copy to each other",
    severity=Severity.ERROR,
    source="design: the stack that receives copies must be deployable while the other Region is down",
    waivable=False,
)
def copies_go_one_way(state: DesiredState) -> Iterator[Violation]:
    """Stacks that wait for each other could never be deployed.

    Breaks it: `regions: [eu-west-1]` with a tier that has `copy_to: { eu-west-1: {} }`
    Keeps it: `regions: [eu-west-1]` with a tier that has `copy_to: { eu-central-1: {} }`
    """
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
    waivable=False,
)
def account_once(state: DesiredState) -> Iterator[Violation]:
    """Two names for one account would deploy the same names twice.

    Breaks it: `one: { id: "111111111111" }` beside `two: { id: "111111111111" }`
    Keeps it: `one: { id: "111111111111" }` beside `two: { id: "222222222222" }`
    """
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
    title="Copies and shared snapshots stay in their partition",
    severity=Severity.ERROR,
    source="AWS Backup developer guide, backup-feature-availability; read 2026-11",
)
def one_partition(state: DesiredState) -> Iterator[Violation]:
    """China copies to China only, GovCloud to GovCloud. An account belongs to one partition, and no other can
    name it: nothing can be shared with it there either.

    Breaks it: `regions: [cn-north-1]` with a tier that has `copy_to: { eu-west-1: {} }`
    Keeps it: `regions: [cn-north-1]` with a tier that has `copy_to: { cn-northwest-1: {} }`
    """
    partitions = {unit.account_id: unit.partition for unit in state.units if _is_home(unit)}
    for unit in state.units:
        for region, origin in _copies(unit):
            if partition_of(region) != unit.partition:
                yield Violation(
                    origin=origin,
                    message=f"{unit.id.region} cannot copy to {region}: another partition of AWS",
                    hint="copy within the partition",
                )
        for account, origin in _shares(unit):
            if partitions.get(account, unit.partition) != unit.partition:
                yield Violation(
                    origin=(*origin, "with_accounts"),
                    message=f"{unit.id} cannot share with account {account}: another partition of AWS",
                    hint="share within the partition",
                )


def _is_home(unit: DesiredUnit) -> bool:
    return bool(unit.protections or unit.retired)


def _copies(unit: DesiredUnit) -> Iterator[tuple[str, Origin]]:
    for plan in unit.plans:
        for each in plan.rules:
            yield from ((copy.destination.region, copy.origin) for copy in each.copies)
    for policy in unit.snapshot_policies:
        for schedule in policy.schedules:
            yield from ((copy.target_region, copy.origin) for copy in schedule.copies)
            yield from ((each.destination.region, each.origin) for each in schedule.copies_elsewhere)
    for default in unit.default_policies:
        yield from ((region, (*default.origin, "copy_to")) for region in default.copy_regions)


def _shares(unit: DesiredUnit) -> Iterator[tuple[str, Origin]]:
    for policy in unit.snapshot_policies:
        for schedule in policy.schedules:
            if schedule.share:
                yield from ((account, schedule.share.origin) for account in schedule.share.account_ids)


@rule(
    "TK049",
    title="The Regions of an account lie in one partition",
    severity=Severity.ERROR,
    source="AWS Identity and Access Management user guide, ARNs; read 2026-11",
)
def account_in_one_partition(state: DesiredState) -> Iterator[Violation]:
    """An account belongs to one partition: the Regions of another are not there for it.

    Breaks it: `regions: [eu-west-1, cn-north-1]`
    Keeps it: `regions: [cn-northwest-1, cn-north-1]`
    """
    found: dict[str, dict[str, str]] = {}
    for unit in state.units:
        # A Region that copies lead to in another partition is TK044's.
        if _is_home(unit):
            found.setdefault(unit.id.account, {}).setdefault(unit.partition, unit.id.region)
    for account, regions in found.items():
        if len(regions) > 1:
            yield Violation(
                origin=("accounts", account, "regions"),
                message=f"{' and '.join(regions.values())} are in different partitions of AWS",
                hint="enter the account of each partition by itself",
            )


@rule(
    "TK050",
    title="A tier keeps the recovery point objectives that it is bound to",
    severity=Severity.ERROR,
    source="design: an objective is worth what its tier can keep",
)
def objectives_kept(state: DesiredState) -> Iterator[Violation]:
    """The worst case is the longest gap between two backups, the start window, and the time until the backup
    is complete; point-in-time recovery loses its granularity. `tierkeep explain` prints the arithmetic.

    Breaks it: `recovery_point: user-content`, 1h, with schedules that run daily
    Keeps it: the same with `point_in_time_recovery: { granularity: 5m, keep: 7d }`
    """
    for each in unkept(state):
        yield Violation(origin=each.origin, message=each.message, hint=each.hint)


@rule(
    "TK051",
    title="An account promises no less than the tier that it overrides",
    severity=Severity.ERROR,
    source="design: who reads the tier would believe it of every account",
)
def not_weakened(state: DesiredState) -> Iterator[Violation]:
    """An account may narrow a tier to fewer types, or strengthen it. Less than the tier promises needs a
    waiver, with a reason and an end.

    Breaks it: `overrides: { basic: { schedules: { daily: { keep: 6d } } } }` for a tier that keeps 7d
    Keeps it: `overrides: { basic: { schedules: { daily: { keep: 8d } } } }`
    """
    for each in _unmet(state, UnmetKind.WEAKENED):
        yield Violation(
            origin=each.origin,
            message=f"the account promises less than its tier: {each.what}; here {each.why}",
            hint="promise at least as much, or waive TK051 with a reason and an end",
        )


@rule(
    "TK056",
    title="What a tier asks for has an effect in each account and Region",
    severity=Severity.NOTICE,
    source="design: who reads the tier would believe it of every account and Region",
)
def not_everywhere(state: DesiredState) -> Iterator[Violation]:
    """An account may narrow a tier to types without fast snapshot restore, sharing, the archive tier, scripts
    or point-in-time recovery, and the zones of fast snapshot restore lie in some Regions only.

    Breaks it: `availability_zones: [eu-west-1a]` in a tier of `regions: [eu-west-1, eu-west-2]`
    Keeps it: `availability_zones: [eu-west-1a, eu-west-2a]`
    """
    for each in _unmet(state, UnmetKind.NOT_EVERYWHERE):
        yield Violation(
            origin=each.origin,
            message=f"{each.what}; {each.why}",
            hint="nothing to do if that is meant; else name a type or a zone for it there",
        )
