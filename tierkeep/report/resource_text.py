"""`tierkeep explain --resource`: which tier, plan and rule protect a resource, and why, or why not.

As JSON, a public contract whose version is 1:

    schema_version  1
    resource        arn, type (null: no tier can protect it), tags
    tier            the tier that claims it by its tag, or null
    units[]         account/Region where it can be, by its ARN
    protected       yes, no, or open: AWS's documents do not settle it
    protectors[]    unit, engine, kind, name, tier (null: a default policy), answer, why, rules[] (name, when,
                    keep, copies[])
    near_misses[]   what, remedy
    notes[]         what the answer rests on
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, Literal, TypeAlias

from tierkeep.desired.model import (
    Age,
    BackupPlan,
    BackupRule,
    DefaultPolicy,
    DesiredState,
    Lifecycle,
    ResourceType,
    SnapshotPolicy,
    SnapshotSchedule,
)
from tierkeep.desired.selecting import (
    Answer,
    ProtectionOfResource,
    Protector,
    protection_of,
    read_resource,
)
from tierkeep.report.promises_json import place_json

Format: TypeAlias = Literal["text", "json", "markdown"]

_KINDS = {BackupPlan: "backup plan", SnapshotPolicy: "snapshot policy", DefaultPolicy: "default policy"}


def explain_resource(state: DesiredState, *, arn: str, tags: dict[str, str], format: Format) -> str:  # noqa: A002
    """What protects a resource, without a final newline.

    Raises `ArnInvalid`, a `ValueError` whose text says what an ARN looks like.
    """
    found = protection_of(state, read_resource(arn, tags))
    if format == "json":
        return json.dumps(_document(found), indent=2, ensure_ascii=False)
    return "\n".join(_markdown(found) if format == "markdown" else _text(found))


def _document(found: ProtectionOfResource) -> dict[str, Any]:
    return {
        "schema_version": 1,
        "resource": {
            "arn": found.resource.arn,
            "type": found.resource.type,
            "tags": dict(found.resource.tags),
        },
        "tier": found.tier,
        "units": [str(unit) for unit in found.units],
        "protected": _protected(found),
        "protectors": [_protector(each, found) for each in found.protectors],
        "near_misses": [{"what": each.what, "remedy": each.remedy} for each in found.near_misses],
        "notes": list(_notes(found)),
    }


def _protector(protector: Protector, found: ProtectionOfResource) -> dict[str, Any]:
    return {
        "unit": str(protector.unit),
        "engine": protector.engine,
        "kind": _kind(protector),
        "name": protector.by.name,
        "tier": None if isinstance(protector.by, DefaultPolicy) else protector.by.tier,
        "answer": protector.answer,
        "why": _why(protector, found),
        "rules": list(_rules(protector)),
    }


def _rules(protector: Protector) -> Iterator[dict[str, Any]]:
    by = protector.by
    if isinstance(by, BackupPlan):
        for rule in by.rules:
            copies = [
                {**place_json(each.place(protector.unit)), "keep": _days(each.lifecycle)}
                for each in rule.copies
            ]
            yield {
                "name": rule.name,
                "when": _rule_time(rule),
                "keep": _days(rule.lifecycle),
                "copies": copies,
            }
        return
    if isinstance(by, DefaultPolicy):
        keep = f"{by.keep_days} days"
        yield {
            "name": "default",
            "when": f"every {by.every_days} d, unless a backup is younger",
            "keep": keep,
            "copies": [{**place_json(region), "keep": keep} for region in by.copy_regions],
        }
        return
    for schedule in by.schedules:
        copies = [{**place_json(each.target_region), "keep": _age(each.retain)} for each in schedule.copies]
        copies += [
            {**place_json(str(each.destination)), "keep": _age(each.retain)}
            for each in schedule.copies_elsewhere
        ]
        yield {
            "name": schedule.name,
            "when": _schedule_time(schedule),
            "keep": _age(schedule.kept),
            "copies": copies,
        }


def _rule_time(rule: BackupRule) -> str:
    return "continuously" if rule.continuous else f"{rule.schedule} {rule.time_zone}"


def _schedule_time(schedule: SnapshotSchedule) -> str:
    if schedule.cron:
        return f"{schedule.cron} UTC"
    return f"every {schedule.interval_hours} h from {schedule.start_time} UTC"


def _days(lifecycle: Lifecycle) -> str:
    days = lifecycle.delete_after_days
    return "always" if days is None else f"{days} day{'' if days == 1 else 's'}"


def _age(age: Age) -> str:
    unit = age.unit.value.lower()
    return f"{age.interval} {unit.removesuffix('s') if age.interval == 1 else unit}"


def _why(protector: Protector, found: ProtectionOfResource) -> str:
    tags = dict(found.resource.tags)
    if isinstance(protector.by, BackupPlan):
        selection = protector.by.selections[0]
        carried = ", ".join(f"{key}={value}" for key, value in selection.required_tags)
        return f"selection {selection.name}: the ARN fits a type that it names, and it has the tag {carried}"
    if isinstance(protector.by, DefaultPolicy):
        left_out = ", ".join(protector.by.exclusions.in_words)
        return f"it is any {protector.by.resource_type}{f', but not {left_out}' if left_out else ''}"
    carried = ", ".join(f"{key}={value}" for key, value in protector.by.target_tags if tags.get(key) == value)
    return f"it is a {protector.by.resource_type} with the target tag {carried}"


def _kind(protector: Protector) -> str:
    return _KINDS[type(protector.by)]


def _protected(found: ProtectionOfResource) -> Answer:
    if any(each.answer is Answer.YES for each in found.protectors):
        return Answer.YES
    return Answer.OPEN if found.protectors else Answer.NO


def _notes(found: ProtectionOfResource) -> Iterator[str]:
    if not (found.resource.account_id and found.resource.region) and len(found.units) > 1:
        yield "Its ARN carries no account or no Region: every unit is a candidate, and it is in one of them."
    if found.resource.type is ResourceType.AURORA:
        yield (
            "Multi-AZ DB clusters, Neptune and DocumentDB have ARNs of this form too. AWS Backup takes each "
            "only where its own type is opted in, even by ARN."
        )
    if found.recovery:
        yield (
            f"Its own point-in-time recovery is switched on by the state machine {found.recovery.machine}: "
            f"any moment of the past {found.recovery.period_days} days, up to "
            f"{found.recovery.granularity_minutes} minutes ago."
        )
    if found.resource.type is ResourceType.EBS and not found.protectors:
        yield "If it is attached to an instance that a tier protects, the instance's backups include it."
    if found.protectors:
        yield "As the catalog says; `tierkeep validate` tells whether AWS is so. No opt-in setting was read."


def _verdict(found: ProtectionOfResource) -> str:
    if not found.protectors:
        return "NOT PROTECTED"
    by = ", ".join(sorted({f"{_kind(each)} {each.by.name}" for each in found.protectors}))
    return f"{'protected' if _protected(found) is Answer.YES else 'PERHAPS PROTECTED'} by {by}"


def _head(found: ProtectionOfResource) -> Iterator[tuple[str, str]]:
    resource = found.resource
    yield "type", resource.type or "none that a tier can protect"
    yield "tags", ", ".join(f"{key}={value}" for key, value in resource.tags) or "none"
    yield "units", ", ".join(str(unit) for unit in found.units) or "none of the catalog"
    yield "tier", found.tier or "none"


def _text(found: ProtectionOfResource) -> Iterator[str]:
    yield f"{found.resource.arn}: {_verdict(found)}"
    for label, value in _head(found):
        yield f"  {label:<6} {value}"
    for each in found.protectors:
        yield ""
        yield f"{_kind(each)} {each.by.name} in {each.unit} (engine {each.engine})"
        yield f"  why    {_why(each, found)}"
        for rule in _rules(each):
            yield f"  rule   {rule['name']}: {rule['when']}, kept {rule['keep']}{_copies(rule)}"
    for miss in found.near_misses:
        yield ""
        yield f"why not: {miss.what}"
        yield f"  do     {miss.remedy}"
    for note in _notes(found):
        yield ""
        yield f"note: {note}"


def _copies(rule: dict[str, Any]) -> str:
    return "".join(f"; copied to {_place(each)}, kept {each['keep']}" for each in rule["copies"])


def _place(copy: dict[str, Any]) -> str:
    return f"{copy['account']}/{copy['region']}" if copy["account"] else str(copy["region"])


def _markdown(found: ProtectionOfResource) -> Iterator[str]:
    yield f"### `{found.resource.arn}`"
    yield ""
    yield f"**{_verdict(found)}**"
    yield ""
    for label, value in _head(found):
        yield f"- {label}: {value}"
    for each in found.protectors:
        yield ""
        yield f"#### {_kind(each)} `{each.by.name}` in {each.unit} (engine {each.engine})"
        yield ""
        yield f"{_why(each, found)}."
        yield ""
        yield "| rule | when | kept | copies |"
        yield "| --- | --- | --- | --- |"
        for rule in _rules(each):
            copies = "; ".join(f"{_place(copy)}, {copy['keep']}" for copy in rule["copies"])
            yield f"| {rule['name']} | `{rule['when']}` | {rule['keep']} | {copies or 'none'} |"
    if found.near_misses:
        yield ""
        yield "| why not | what to do |"
        yield "| --- | --- |"
        yield from (f"| {_cell(each.what)} | {_cell(each.remedy)} |" for each in found.near_misses)
    for note in _notes(found):
        yield ""
        yield f"> {note}"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")
