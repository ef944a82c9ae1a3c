"""What can be adopted as JSON, for programs. The document is a public contract; its version is 1.

    schema_version  1
    catalog         the catalog's name
    observed_at     when AWS was read, ISO 8601 in UTC
    outcome         complete, incomplete or unknown, over all units; unknown outranks incomplete
    units[]         unit (account/Region), account_id, outcome
        things[]        type, name, status (adopted, refused, several, unknown), own (carries the catalog's
                        tag already), why (and what to do; empty if adopted), candidates (AWS's ids)
            imports[]       path (of the construct in the unit's stack), id
            changes[]       effect (replace, update in place, create, stays as it is), field, actual, expected
        missing[]       what does not exist, and the next deployment creates

`actual` and `expected` are the field's values as in `tierkeep validate --format json`.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from tierkeep.adopt.model import Thing, UnitAdoption, overall

SCHEMA_VERSION = 1


def adoption_json(adoptions: Sequence[UnitAdoption], *, catalog: str, observed_at: datetime) -> str:
    """The document, indented, without a final newline. `observed_at` is in UTC."""
    document = {
        "schema_version": SCHEMA_VERSION,
        "catalog": catalog,
        "observed_at": observed_at.isoformat(timespec="seconds"),
        "outcome": overall(adoptions),
        "units": [
            {
                "unit": str(each.unit),
                "account_id": each.account_id,
                "outcome": each.outcome,
                "things": [_thing(thing) for thing in each.things],
                "missing": list(each.missing),
            }
            for each in sorted(adoptions, key=lambda each: each.unit)
        ],
    }
    return json.dumps(document, indent=2, sort_keys=True, ensure_ascii=False)


def _thing(thing: Thing) -> dict[str, Any]:
    return {
        "type": thing.type,
        "name": thing.name,
        "status": thing.status,
        "own": thing.own,
        "why": thing.why,
        "candidates": list(thing.candidates),
        "imports": [{"path": each.path, "id": each.id} for each in thing.imports],
        "changes": [
            {
                "effect": each.effect,
                "field": each.field,
                "actual": each.actual,
                "expected": each.expected,
            }
            for each in thing.changes
        ],
    }
