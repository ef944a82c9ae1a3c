"""Why a resource is not protected, where a little change would make it so."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from tierkeep.desired.model import DesiredState, DesiredUnit, UnitId
from tierkeep.desired.selecting.resource import Resource
from tierkeep.desired.selecting.selection import ALL_OPTED_IN, OptIn


@dataclass(frozen=True, kw_only=True, slots=True)
class NearMiss:
    """What keeps a resource from being protected, and what to do."""

    what: str
    remedy: str


def near_misses(
    state: DesiredState,
    resource: Resource,
    candidates: Sequence[DesiredUnit],
    opted_in: Mapping[UnitId, OptIn],
    protected_in: Collection[UnitId],
) -> tuple[NearMiss, ...]:
    """Everything between the resource and protection, the widest reason first."""
    if resource.type is None:
        service = resource.arn.split(":")[2]
        what = f"no tier can protect this type of resource ({service})"
        return (NearMiss(what=what, remedy="back it up by other means; `protects` lists the types"),)
    found = [*_of_place(state, resource, candidates), *_of_tag(state, resource)]
    tier = dict(resource.tags).get(state.tag_key)
    if tier is not None and state.promise(tier):
        for unit in candidates:
            if unit.protections and unit.id not in protected_in:
                found += _of_tier(resource, unit, tier, opted_in.get(unit.id, ALL_OPTED_IN))
    return tuple(found)


def _of_place(
    state: DesiredState, resource: Resource, candidates: Sequence[DesiredUnit]
) -> Iterator[NearMiss]:
    if any(unit.protections for unit in candidates):
        return
    accounts = {unit.account_id: unit.id.account for unit in state.units}
    if resource.account_id and resource.account_id not in accounts:
        yield NearMiss(
            what=f"account {resource.account_id} is not in the catalog",
            remedy="add it under `accounts` with its Regions and tiers",
        )
        return
    name = accounts.get(resource.account_id)
    homes = sorted(
        {unit.id.region for unit in state.units if unit.protections and name in {None, unit.id.account}}
    )
    here = f"{resource.region} only receives copies" if candidates else f"{resource.region} is none of them"
    yield NearMiss(
        what=f"account {name} is protected in {', '.join(homes)}; {here}"
        if name
        else f"the catalog protects no resources where this can be ({resource.region or 'any Region'})",
        remedy=f"add {resource.region or 'the Region'} to the account's `regions`",
    )


def _of_tag(state: DesiredState, resource: Resource) -> Iterator[NearMiss]:
    tags = dict(resource.tags)
    tiers = [promise.tier for promise in state.promises]
    value = tags.get(state.tag_key)
    if value is not None:
        if value not in tiers:
            close = _like(value, tiers)
            why = _difference(value, close) if close else f"the catalog's tiers are {', '.join(tiers)}"
            yield NearMiss(
                what=f"its tag {state.tag_key}={value} names no tier: {why}",
                remedy=f"tag it {state.tag_key}={close or 'TIER'}",
            )
        return
    key = _like(state.tag_key, tags)
    if key:
        yield NearMiss(
            what=f"its tag {key}={tags[key]} is not {state.tag_key}: {_difference(key, state.tag_key)}",
            remedy=f"tag it {state.tag_key}={_like(tags[key], tiers) or 'TIER'}",
        )
    else:
        yield NearMiss(
            what=f"it has no tag {state.tag_key}, so that no tier claims it",
            remedy=f"tag it {state.tag_key}=TIER with one of {', '.join(tiers)}",
        )


def _of_tier(resource: Resource, unit: DesiredUnit, tier: str, opted_in: OptIn) -> Iterator[NearMiss]:
    types = sorted(each.resource_type for each in unit.protections if each.tier == tier)
    if not types:
        yield NearMiss(
            what=f"tier {tier} is not used in account {unit.id.account}",
            remedy=f"add {tier} to the account's `tiers`, or tag it with one that is used there: "
            + ", ".join(sorted({each.tier for each in unit.protections})),
        )
    elif resource.type not in types:
        others = sorted({each.tier for each in unit.protections if each.resource_type is resource.type})
        instead = f", or tag it with a tier that does: {', '.join(others)}" if others else ""
        yield NearMiss(
            what=f"tier {tier} protects {', '.join(types)}, not {resource.type}",
            remedy=f"add `{resource.type}: {{}}` to tiers.{tier}.protects{instead}",
        )
    elif resource.type is not None and not opted_in.get(resource.type, True):
        yield NearMiss(
            what=f"AWS Backup is not opted in to {resource.type} in {unit.id}, and its selection obeys that",
            remedy="opt in: `aws backup update-region-settings` in that account and Region",
        )


def _like(wanted: str, known: Collection[str]) -> str | None:
    """The one that differs in case only, else the most similar, else None."""
    folded = sorted(each for each in known if each.casefold() == wanted.casefold())
    close = folded or get_close_matches(wanted, sorted(known), n=1, cutoff=0.75)
    return close[0] if close else None


def _difference(actual: str, meant: str) -> str:
    if actual.casefold() == meant.casefold():
        return f"`{meant}` differs in case only, and case counts"
    return f"did you mean `{meant}`?"
