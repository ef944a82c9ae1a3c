"""`tierkeep explain` as JSON, for programs. The document is a public contract; its version is 1.

    schema_version  1
    at              the day that the calendar is of, or null
    tiers[]         a tier in the units that have it alike
        tier, units[]       names; units as account/Region, where backup policies have it as $account/Region
        recovery_time       class and minutes of the objective, or null; a drill judges it
        drills[]            the drills of the catalog that restore something of it, in words
        special_vaults[]    air-gapped ones, and those of earlier generations: unit, name, air_gapped,
                            min_retention_days, max_retention_days, superseded_since and last_expiry (days;
                            null where it is used)
        protected[]         resource types that are protected in the same way
            types[]             type, objective (class, minutes) or null, keeps: true, false or null
            engine, reason      backup or dlm, and why
            encryption, extras  in words
            vault_lock          mode (governance, compliance), min_retention_days, max_retention_days,
                                changeable_for_days (each null where there is none), or null: not locked
            worst_case[]        by place, the source first: region, account, copy, minutes (null is
                                unbounded), parts (label, minutes, why), gap (minutes, start, end) or null,
                                unbounded (why)
            time_zone, schedules[]  name, cron, start_window_minutes, retain, cold_after_days,
                                granularity_minutes, copies (region, account, vault, retain,
                                cold_after_days)
            calendar[]          schedule, region, account, vault, copy, retain, granularity_minutes; count
                                and oldest on the day, else null; ages[]: from_days, to_days (exclusive),
                                least, most
    default_policies[]  what is backed up whatever its tags are, where no tier is named: name, resource_type
                    (VOLUME, INSTANCE), units[], every_days, keep_days, copy_tags, extend_deletion,
                    copy_regions[], excluded[] (in words), worst_case[] by place, the source first: region
                    (null is each unit's own), copy, minutes, arithmetic
    retired[]       tiers by which nothing is backed up any more: tier, units (unit, since), last_expiry (a
                    day), vaults (unit, name), keys (unit, alias), by_hand (what is left to people)
    assumptions[], sources[]    what it rests on

`account` is null in the account of the unit itself. Where there is `air_gapped`, true, besides region and
account, the copy lies in an air-gapped vault. `retain` is an interval and its unit (DAYS, WEEKS,
MONTHS, YEARS), or null: always. Moments are ISO 8601.
"""

from __future__ import annotations

import json
from datetime import date
from typing import Any

from tierkeep.desired.model import Age, VaultLock
from tierkeep.desired.plans import AIR_GAPPED
from tierkeep.promises.recovery_point import Exposure, WorstCase
from tierkeep.report.default_policies import DefaultExplanation, default_json
from tierkeep.report.promises_basis import ASSUMPTIONS, SOURCES
from tierkeep.report.promises_tier import ProtectedTypes, Row, TierExplanation
from tierkeep.report.retired import Retirement, retired_json
from tierkeep.report.vaults_of_tier import special_vault_json

SCHEMA_VERSION = 1


def tiers_json(
    explanations: tuple[TierExplanation, ...],
    retirements: tuple[Retirement, ...],
    defaults: tuple[DefaultExplanation, ...],
    *,
    at: date | None,
) -> str:
    """The document, indented, with a final newline."""
    document = {
        "schema_version": SCHEMA_VERSION,
        "at": at.isoformat() if at else None,
        "tiers": [_tier(each) for each in explanations],
        "default_policies": [default_json(each) for each in defaults],
        "retired": [retired_json(each) for each in retirements],
        "assumptions": ASSUMPTIONS,
        "sources": SOURCES,
    }
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def _tier(explanation: TierExplanation) -> dict[str, Any]:
    promise = explanation.promise
    return {
        "tier": explanation.tier,
        "units": [str(unit) for unit in explanation.units],
        "recovery_time": {"class": promise.recovery_time_class, "minutes": promise.recovery_time_minutes}
        if promise and promise.recovery_time_class
        else None,
        "drills": list(explanation.drills),
        "special_vaults": [special_vault_json(each) for each in explanation.special_vaults],
        "protected": [_group(group) for group in explanation.protected],
    }


def _group(group: ProtectedTypes) -> dict[str, Any]:
    first = group.types[0][1]
    return {
        "types": [_type(name, worst) for name, worst in group.types],
        "engine": group.engine,
        "reason": group.reason,
        "encryption": group.encryption,
        "vault_lock": _lock(group.cover.lock) if group.cover.lock else None,
        "extras": group.extras,
        "worst_case": [_exposure(each) for each in (first.source, *first.copies)],
        "time_zone": group.cover.time_zone,
        "schedules": [
            {
                "name": each.name,
                "cron": each.cron,
                "start_window_minutes": each.start_window_minutes,
                "retain": _age(each.retain),
                "cold_after_days": each.cold_after_days,
                "granularity_minutes": each.granularity_minutes,
                "copies": [
                    {
                        **place_json(copy.place),
                        "vault": copy.vault,
                        "retain": _age(copy.retain),
                        "cold_after_days": copy.cold_after_days,
                    }
                    for copy in each.copies
                ],
            }
            for each in group.cover.scheduled
        ],
        "calendar": [_row(row) for row in group.rows],
    }


def _type(name: str, worst: WorstCase) -> dict[str, Any]:
    bound = worst.objective_class is not None
    objective = {"class": worst.objective_class, "minutes": worst.objective_minutes} if bound else None
    return {"type": name, "objective": objective, "keeps": worst.keeps}


def _lock(lock: VaultLock) -> dict[str, Any]:
    return {
        "mode": "compliance" if lock.final else "governance",
        "min_retention_days": lock.min_retention_days,
        "max_retention_days": lock.max_retention_days,
        "changeable_for_days": lock.changeable_for_days,
    }


def _exposure(exposure: Exposure) -> dict[str, Any]:
    gap = exposure.gap
    return {
        **place_json(exposure.place),
        "copy": exposure.copy,
        "minutes": exposure.minutes,
        "parts": [{"label": part.label, "minutes": part.minutes, "why": part.why} for part in exposure.parts],
        "gap": {"minutes": gap.minutes, "start": gap.start.isoformat(), "end": gap.end.isoformat()}
        if gap
        else None,
        "unbounded": exposure.unbounded or None,
    }


def _row(row: Row) -> dict[str, Any]:
    return {
        "schedule": row.holding.schedule,
        **place_json(row.holding.place),
        "vault": row.holding.vault,
        "copy": row.holding.copy,
        "retain": _age(row.holding.retain),
        "granularity_minutes": row.holding.granularity_minutes,
        "count": row.count,
        "oldest": row.oldest.isoformat() if row.oldest else None,
        "ages": [
            {"from_days": each.from_days, "to_days": each.to_days, "least": each.least, "most": each.most}
            for each in row.cells
        ],
    }


def place_json(place: str) -> dict[str, Any]:
    """Where copies are, as two members, and a third for an air-gapped vault."""
    account, _, region = place.removeprefix(AIR_GAPPED).rpartition("/")
    named: dict[str, Any] = {"region": region, "account": account or None}
    return {**named, "air_gapped": True} if place.startswith(AIR_GAPPED) else named


def _age(age: Age | None) -> dict[str, Any] | None:
    return {"interval": age.interval, "unit": age.unit} if age else None
