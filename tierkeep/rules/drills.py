"""Rules of drills: that each covers what it says, and that nothing is thought drilled that is not."""

from __future__ import annotations

from collections.abc import Iterator

from tierkeep.desired.assertions import Probe
from tierkeep.desired.model import DesiredState, Scenario
from tierkeep.rules.registry import Severity, Violation, rule


@rule(
    "TK213",
    title="A drill covers something",
    severity=Severity.ERROR,
    source="design: a drill of nothing would be taken for one that found nothing wrong",
)
def covers_something(state: DesiredState) -> Iterator[Violation]:
    """Some tier of the drill has to protect one of its types in some account, in the way that `by` asks for,
    with copies where `from` says.

    Breaks it: `drills: { full: { every: 1mo, scope: all, types: [ebs] } }` where no tier protects ebs
    Keeps it: `drills: { full: { every: 1mo, scope: all, types: [efs] } }` where a tier protects efs
    """
    for drill in state.drills:
        if not drill.covers:
            yield Violation(
                origin=drill.origin,
                message=f"the drill `{drill.name}` covers nothing{_where(drill)}",
                hint="leave out `tiers`, `types`, `by` or `from`, or name what the tiers protect",
            )


def _where(drill: Scenario) -> str:
    return "" if drill.place == "home" else f": AWS Backup copies nothing of its tiers to {drill.place}"


@rule(
    "TK214",
    title="What no drill restores is known",
    severity=Severity.NOTICE,
    source="design: who reads that drills pass would believe it of all backups",
)
def never_drilled(state: DesiredState) -> Iterator[Violation]:
    """Once a catalog has drills, each type of each tier should be in one of them.

    Breaks it: `drills: { full: { every: 1mo, scope: all, types: [efs] } }` beside a tier with `ebs`
    Keeps it: `drills: { full: { every: 1mo, scope: all } }`
    """
    covered = {(each.tier, each.resource_type) for drill in state.drills for each in drill.covers}
    left: dict[str, set[str]] = {}
    for unit in state.units if state.drills else ():
        for each in unit.protections:
            if (each.tier, each.resource_type) not in covered:
                left.setdefault(each.tier, set()).add(each.resource_type.value)
    for tier, types in sorted(left.items()):
        yield Violation(
            origin=("tiers", tier),
            message=f"no drill restores {', '.join(sorted(types))} of tier `{tier}`",
            hint="name the tier and its types in a drill, if its backups shall be proven",
        )


@rule(
    "TK215",
    title="Each tier and type that a drill names is covered by it",
    severity=Severity.WARNING,
    source="design: it would be left out of each run in silence",
)
def named_is_covered(state: DesiredState) -> Iterator[Violation]:
    """A tier that a drill names may protect none of its types, be in no account, or have no copies where
    `from` says.

    Breaks it: `drills: { full: { every: 1mo, scope: all, types: [efs, ebs] } }` where no tier protects ebs
    Keeps it: the same with `types: [efs]`
    """
    for drill in state.drills:
        tiers = {each.tier for each in drill.covers}
        types = {each.resource_type.value for each in drill.covers}
        for key, named, found in (("tiers", drill.tiers, tiers), ("types", drill.types, types)):
            missing = sorted(set(named) - found)
            if missing and drill.covers:
                yield Violation(
                    origin=(*drill.origin, key),
                    message=f"the drill `{drill.name}` covers nothing of {', '.join(missing)}",
                    hint="leave it out, or see to it that it is protected in the way that the drill restores",
                )


@rule(
    "TK216",
    title="A drill measures against no weaker objective than its tiers promise",
    severity=Severity.WARNING,
    source="design: the drill would pass while the tier's promise is broken",
)
def not_measured_leniently(state: DesiredState) -> Iterator[Violation]:
    """A drill may name a recovery time of its own; one that is longer than a tier's hides what misses it.

    Breaks it: `recovery_time: relaxed` of 4h in a drill of a tier whose own is 1h
    Keeps it: `recovery_time: strict` of 30m in a drill of a tier whose own is 1h
    """
    for drill in state.drills:
        ours = drill.recovery_time_minutes
        for tier in sorted({each.tier for each in drill.covers}):
            promise = state.promise(tier)
            theirs = promise.recovery_time_minutes if promise else None
            if ours is not None and theirs is not None and ours > theirs:
                yield Violation(
                    origin=(*drill.origin, "recovery_time"),
                    message=(
                        f"`{drill.recovery_time_class}` ({ours} min) is more than tier `{tier}` promises "
                        f"({theirs} min): the drill `{drill.name}` would not see that it is missed"
                    ),
                    hint="leave it out, so that each tier's own is measured, or drill this tier by itself",
                )


@rule(
    "TK217",
    title="What a drill requires is asserted of all that it covers",
    severity=Severity.ERROR,
    source="design: a rung without a check of its own is not verified, so that no run could pass",
)
def required_is_asserted(state: DesiredState) -> Iterator[Violation]:
    """Nothing but `assertions` shows that data is right, and nothing but a `probe` among them that an
    application works with it.

    Breaks it: `drills: { full: { every: 1mo, scope: all, requires: right } }` where nothing is asserted
    Keeps it: the same beside an assertion of each type of each tier that the drill covers
    """
    for drill in state.drills:
        asserted = {
            (tier, each.resource_type)
            for each in state.assertions
            for tier in each.tiers
            if isinstance(each.form, Probe) is (drill.requires == "served")
        }
        covered = {(each.tier, each.resource_type.value) for each in drill.covers}
        left = sorted(covered - asserted) if drill.requires in ("right", "served") else []
        if left:
            listed = ", ".join(f"{resource_type} of tier `{tier}`" for tier, resource_type in left)
            what = "no probe asks" if drill.requires == "served" else "nothing is asserted of the data of"
            yield Violation(
                origin=(*drill.origin, "requires"),
                message=f"the drill `{drill.name}` requires `{drill.requires}`, and {what} {listed}",
                hint="write `assertions` of it, or leave them to another drill: name `tiers` and `types`",
            )
