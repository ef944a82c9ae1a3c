"""What can be adopted, for the terminal: unit by unit, what cannot be first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tierkeep.adopt.model import Effect, Status, Thing, UnitAdoption
from tierkeep.validate.findings import Value

_ORDER = [Status.UNKNOWN, Status.REFUSED, Status.SEVERAL, Status.ADOPTED]
_REPLACED = "between the two, for seconds, the plan selects nothing; recovery points are not touched"


def adoption_text(adoptions: Sequence[UnitAdoption]) -> str:
    """The whole, without a final newline. Lines are never wrapped."""
    lines = [line for each in sorted(adoptions, key=lambda each: each.unit) for line in _unit(each)]
    return "\n".join([*lines, *_summary(adoptions)])


def _unit(adoption: UnitAdoption) -> Iterator[str]:
    nothing = "" if adoption.things else ": nothing of the catalog exists"
    yield f"{adoption.unit} ({adoption.account_id}){nothing}"
    for thing in sorted(adoption.things, key=lambda each: _ORDER.index(each.status)):
        yield from _thing(thing)
    if adoption.things and adoption.missing:
        yield f"  created    {', '.join(adoption.missing)}"


def _thing(thing: Thing) -> Iterator[str]:
    ids = ", ".join(each.id for each in thing.imports[:1])
    own = "; carries the catalog's tag, so Terraform's state may have it already" if thing.own else ""
    yield f"  {thing.status:<10} {thing.type} {thing.name}{f' ({ids}){own}' if ids else ''}"
    if thing.why:
        yield f"      {thing.why}"
    for each in thing.candidates if thing.status is Status.SEVERAL else ():
        yield f"      --choose {each}"
    for change in thing.changes:
        yield f"      {change.effect}: {change.field}: {_shown(change.actual)} → {_shown(change.expected)}"
    if any(each.effect is Effect.REPLACE for each in thing.changes):
        yield f"      careful: {_REPLACED}"


def _shown(value: Value) -> str:
    if value is None:
        return "not set"
    if isinstance(value, bool):
        return "true" if value else "false"
    return ", ".join(value) if isinstance(value, tuple) else str(value)


def _summary(adoptions: Sequence[UnitAdoption]) -> Iterator[str]:
    things = [thing for each in adoptions for thing in each.things]
    counts = {status: sum(each.status is status for each in things) for status in reversed(_ORDER)}
    named = [f"{number} {status}" for status, number in counts.items() if number]
    yield f"{len(adoptions)} unit{'' if len(adoptions) == 1 else 's'}: {', '.join(named) or 'nothing exists'}"
