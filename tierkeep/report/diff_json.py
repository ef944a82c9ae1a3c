"""A diff as JSON, for programs. The document is a public contract; its version is 1.

schema_version   1
old, new         what was compared
needs_attention  whether the exit code is 4
notes[]          what concerns all of it
promises[]       direction (weaker, changed, stronger), tier (empty for none), what, old, new (null: not
                 promised), places[] (account/Region type), origin (catalog path)
resources[]      unit, type, name, action (refused, destroy, replace, migrate, left unmanaged,
                 kept as it is, update in place, create), fields[] (name, old, new, origin), forced_by[],
                 hazard, origin
"""

from __future__ import annotations

import json
from typing import Any

from tierkeep.diff import Diff, PromiseChange, ResourceChange
from tierkeep.report.diff_lines import dotted


def diff_json(diff: Diff, *, old: str, new: str) -> str:
    """The document, indented, without a final newline."""
    document = {
        "schema_version": 1,
        "old": old,
        "new": new,
        "needs_attention": diff.needs_attention,
        "notes": list(diff.notes),
        "promises": [_promise(each) for each in diff.promises],
        "resources": [_resource(each) for each in diff.resources],
    }
    return json.dumps(document, indent=2, ensure_ascii=False)


def _promise(change: PromiseChange) -> dict[str, Any]:
    return {
        "direction": change.direction,
        "tier": change.tier,
        "what": change.what,
        "old": change.old,
        "new": change.new,
        "places": list(change.places),
        "origin": dotted(change.origin),
    }


def _resource(change: ResourceChange) -> dict[str, Any]:
    return {
        "unit": str(change.unit),
        "type": change.type,
        "name": change.name,
        "action": change.action,
        "fields": [
            {"name": each.name, "old": each.old, "new": each.new, "origin": dotted(each.origin)}
            for each in change.fields
        ],
        "forced_by": list(change.forced_by),
        "hazard": change.hazard,
        "origin": dotted(change.origin),
    }
