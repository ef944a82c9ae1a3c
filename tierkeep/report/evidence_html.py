"""A drill's evidence as one HTML page that needs nothing else: no network, no script, no other file."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from tierkeep.drill.stores import Store
from tierkeep.report.rendering import ALONE, RESULTS, VERDICTS, render

_TEMPLATE = "evidence.html.j2"
_RTO_STAGES = ("restore", "tag", "wait", "check")
_HEADROOM = 1.12
_HEADLINES = {
    "pass": "Restored, checked and removed",
    "fail": "The promise was not kept",
    "could-not-verify": "Could not be verified",
}
_SHOWN = frozenset(
    {
        "schema_version",
        "identity",
        "outcome",
        "scope",
        "source",
        "target",
        "times",
        "ladder",
        "checks",
        "not_checked",
        "teardown",
        "isolation",
        "journal",
    }
)
"""The sections that the page has a form for; any other is shown as it stands."""
_ENVELOPE = frozenset({"seq", "at", "event", "action"})


def write_evidence_html(evidence: dict[str, Any], store: Store) -> str:
    """Write the page beside the evidence's JSON, whole or not at all; where it is. Raises OSError."""
    return store.write(f"{evidence['identity']['drill_id']}.html", render_evidence(evidence))


def render_evidence(evidence: dict[str, Any], frame: Mapping[str, Any] = ALONE) -> str:
    """The page of an evidence document of schema_version 2: by itself, or in the frame of a site."""
    result = evidence["outcome"]["result"]
    return render(
        _TEMPLATE,
        **frame,
        evidence=evidence,
        kind=RESULTS[result],
        headline=_HEADLINES[result],
        gauges=[_gauge(objective) for objective in evidence["times"]["objectives"]],
        timeline=timeline(evidence["times"]["phases"]),
        verdicts=VERDICTS,
        more=_more(evidence),
        journal=[_event(entry) for entry in evidence["journal"]],
    )


def _more(evidence: dict[str, Any]) -> dict[str, Any]:
    """What the page has no form for: how a sample was drawn, and the sections of other versions."""
    drawn = evidence["scope"].get("drawn")
    return {
        **({"how it was drawn": drawn} if drawn else {}),
        **{name: content for name, content in evidence.items() if name not in _SHOWN},
    }


def _gauge(objective: dict[str, Any]) -> dict[str, Any]:
    """A measured time on a scale that holds both it and its objective; positions in percent."""
    actual, minutes = objective["actual_seconds"], objective["objective_minutes"]
    limit = minutes * 60 if minutes is not None else None
    longest = max(actual or 0.0, limit or 0.0, 1.0) * _HEADROOM
    return {
        **objective,
        "kind": VERDICTS[objective["verdict"]],
        "limit_seconds": limit,
        "fill": round(100 * max(actual, 0.0) / longest, 2) if actual is not None else None,
        "mark": round(100 * limit / longest, 2) if limit is not None else None,
    }


def timeline(phases: list[dict[str, Any]]) -> dict[str, Any]:
    """The phases end to end, each with its start and width in percent, and the span that counts as RTO."""
    total = sum(phase["seconds"] for phase in phases) or 1.0
    rows, elapsed = [], 0.0
    for phase in phases:
        start = 100 * elapsed / total
        elapsed += phase["seconds"]
        width = 100 * phase["seconds"] / total
        rows.append(
            {
                **phase,
                "start": round(start, 3),
                "width": round(width, 3),
                "counts": phase["stage"] in _RTO_STAGES,
            }
        )
    return {
        "rows": rows,
        "total": total,
        "ticks": [{"at": 50 * n, "seconds": total * n / 2} for n in range(3)],
    }


def _event(entry: dict[str, Any]) -> dict[str, Any]:
    detail = {key: value for key, value in entry.items() if key not in _ENVELOPE}
    return {
        "seq": entry["seq"],
        "at": entry["at"],
        "event": entry["event"],
        "action": entry.get("action", ""),
        "detail": "\n".join(f"{key}: {_plain(value)}" for key, value in detail.items()),
    }


def _plain(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
