"""Every leaf of a state, changed or taken away one at a time."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import Field, fields, is_dataclass, replace
from typing import Any

from tierkeep.desired.model import TimeUnit


def changed(value: Any) -> Any:
    """Another value of the same kind."""
    match value:
        case bool():
            return not value
        case int():
            return value + 1
        case str():
            return f"{value}-changed"
        case (str(first), *_) if first.startswith("arn:"):
            return (*value, f"{first}-changed")
        case tuple():
            return (*value, "more")
        case None:
            return "something"
    raise TypeError(f"no other value for {value!r}")


def mutants(value: Any, path: str) -> Iterator[tuple[str, Any]]:
    """Every leaf below a value, one at a time: its path, and the whole value with that leaf changed."""
    if is_dataclass(value) and not isinstance(value, type):
        for each in fields(value):
            if each.compare and not _filled_in(each, value):
                for below, mutant in mutants(getattr(value, each.name), f"{path}.{each.name}"):
                    yield below, replace(value, **{each.name: mutant})
    elif isinstance(value, Mapping):
        for key, member in value.items():
            for below, mutant in mutants(member, f"{path}[{key}]"):
                yield below, {**value, key: mutant}
    else:
        yield path, changed(value)


def _filled_in(each: Field[Any], value: Any) -> bool:
    """Whether AWS may put anything in this field, since nothing is asked for."""
    return bool(each.metadata.get("filled_in")) and getattr(value, each.name) is None


def gaps(value: Any, path: str) -> Iterator[tuple[str, Any]]:
    """Every member of every collection below a value, taken away one at a time."""
    if is_dataclass(value) and not isinstance(value, type):
        for each in fields(value):
            if each.compare:
                for below, mutant in gaps(getattr(value, each.name), f"{path}.{each.name}"):
                    yield below, replace(value, **{each.name: mutant})
    elif isinstance(value, Mapping):
        for key, member in value.items():
            yield f"{path}[{key}]", {other: kept for other, kept in value.items() if other != key}
            for below, mutant in gaps(member, f"{path}[{key}]"):
                yield below, {**value, key: mutant}


def extras(value: Any, path: str) -> Iterator[tuple[str, Any]]:
    """Every collection below a value with one member more, but for those where others may add theirs."""
    if is_dataclass(value) and not isinstance(value, type):
        for each in fields(value):
            if each.compare and not each.metadata.get("open"):
                for below, mutant in extras(getattr(value, each.name), f"{path}.{each.name}"):
                    yield below, replace(value, **{each.name: mutant})
    elif isinstance(value, Mapping):
        yield f"{path}[by-hand]", {**value, "by-hand": next(iter(value.values()), "something")}
        for key, member in value.items():
            for below, mutant in extras(member, f"{path}[{key}]"):
                yield below, {**value, key: mutant}


NOT_OBSERVED = {
    "origin": "where it comes from in the catalog",
    "air_gapped": "of a copy's destination: what that vault is, its own unit's vaults say, and is compared",
    "destination": "shown in AWS by the ARN of the destination's vault, which is compared",
    "tier": "shown in AWS by tags only, which are compared",
    "arn": "follows from name, account and Region, by which the thing is found",
    "changeable_for_days": "AWS shows the day on which it ends; that there is one, the mode, is compared",
    "deletion_window_days": "AWS shows it only once a key is being deleted",
    "deletion_window_origin": "where it stands in the catalog",
    "time_zone": "of snapshot policies; AWS has none. The rules' own is compared",
    "time_zone_origin": "where it stands in the catalog",
    "start_window_origin": "where it stands in the catalog",
    "completion_window_origin": "where it stands in the catalog",
    "windows_vss_origin": "where it stands in the catalog",
    "application": "of a document with scripts; its content, which is compared, follows from it",
    "mount_points": "as `application`",
    "own_scripts": "as `application`",
    "purpose": "what a role is for is not kept in AWS",
    "ops_items": "of events; the definitions of state machines, which are compared, follow from it",
    "retries": "as `ops_items`; those of scripts are compared",
    "key": "what a catalog calls a backup policy; its name, which follows from it, is compared",
    "sample": "of a restore testing plan; shown in AWS by the tags of its selections, which are compared",
    "left_out": "controls that a tier cannot have",
    "plan_name": "of a control; where that plan is not there, this is a finding of its own",
    "frameworks": "of a report plan; as `plan_name`",
}
OBSERVED_ALL_THE_SAME = {
    ("BackupRule", "time_zone"),
    ("RestoreTestingPlan", "time_zone"),
    ("Role", "arn"),
    ("Scripts", "retries"),
    ("Vault", "air_gapped"),
}


def is_compared(value: Any, name: str) -> bool:
    place = type(value).__name__, name
    return name not in NOT_OBSERVED or place in OBSERVED_ALL_THE_SAME


def desired_leaves(value: Any, path: str) -> Iterator[tuple[str, Any]]:
    if is_dataclass(value) and not isinstance(value, type):
        for each in fields(value):
            if is_compared(value, each.name):
                for below, mutant in desired_leaves(getattr(value, each.name), f"{path}.{each.name}"):
                    yield below, replace(value, **{each.name: mutant})
    elif isinstance(value, tuple) and value and is_dataclass(value[0]):
        for position, member in enumerate(value):
            for below, mutant in desired_leaves(member, f"{path}.{position}"):
                yield below, (*value[:position], mutant, *value[position + 1 :])
    else:
        for other in other_leaf(value, path):
            yield path, other


def other_leaf(value: Any, path: str) -> list[Any]:
    """Another value for a leaf; none for what is not set here but set, and changed, elsewhere."""
    other: list[Any] = []
    match value:
        case TimeUnit():
            other = [TimeUnit.YEARS]
        case None:
            other = [90] if path.endswith("_days") else []
        case ():
            other = []
        case ((operator, key, (first, *more)), *others):
            other = [((operator, key, (f"{first}-changed", *more)), *others)]
        case ((key, tag), *others):
            other = [((key, f"{tag}-changed"), *others)]
        case (str(key), str(tag)) if path.endswith(".tag"):
            other = [(key, f"{tag}-changed")]
        case str() if path.endswith((".definition", ".pattern", ".input")):
            other = [_other_json(value)]
        case _:
            other = [changed(value)]
    return other


def _other_json(value: str) -> str:
    """What is JSON stays so; a definition of a state machine stays one."""
    document = json.loads(value)
    if "States" in document:
        return value.replace("Succeed", "Fail")
    return json.dumps({**document, "something": ["else"]})
