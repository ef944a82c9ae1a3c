"""Plans, evidence and sweeps as plain text for a terminal or a pipe."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from tierkeep.drill.measure import duration
from tierkeep.drill.sweep import Swept

_WORDS = {"pass": "PASSED", "fail": "FAILED", "could-not-verify": "COULD NOT VERIFY"}


def plan_text(plan: dict[str, Any], *, age_seconds: float) -> str:
    """The plan of a drill, stage by stage."""
    lines = [
        f"Drill of tier {plan['tier']} in {plan['unit']} (account {plan['account_id']})",
        f"  restores  {plan['resource_arn']}",
        f"  from      {plan['point_arn']}",
        f"  of        {plan['point_created']}, {duration(age_seconds)} ago",
        f"  chosen    by --point {plan['point']}",
        f"  RTO       {_objective(plan['recovery_time_objective_minutes'])}",
        f"  RPO       {_objective(plan['recovery_point_objective_minutes'])}",
        f"  as        {plan['drill_role_arn'] or 'the identity of the caller'}",
        "",
    ]
    for number, stage in enumerate(plan["stages"], start=1):
        lines.append(f"{number}. {stage['title']}: {stage['detail']}")
        calls = ", ".join(stage["calls"]) or "none"
        mark = "  [changes AWS; journaled first]" if stage["changes"] else ""
        lines.append(f"   calls {calls}{mark}")
    lines += ["", *(f"Not checked: {text}" for text in plan["not_checked"])]
    lines += [f"Plan digest: {plan['digest']}", "Nothing was changed."]
    return "\n".join(lines)


def evidence_text(evidence: dict[str, Any]) -> str:
    """The outcome of a drill: the verdict first, then what it rests on."""
    identity, scope = evidence["identity"], evidence["scope"]
    lines = [
        f"{_WORDS[evidence['outcome']['result']]}  drill of tier {scope['tier']} in {scope['unit']}",
        *(f"  because   {reason['text']}" for reason in evidence["outcome"]["reasons"]),
    ]
    if evidence["source"] is not None:
        lines.append(f"  restored  {evidence['source']['resource_arn']}")
        lines.append(f"  from      {evidence['source']['point_arn']} of {evidence['source']['created']}")
    lines.append(f"  climbed   {_climbed(evidence['ladder'])}")
    lines += [_measured(objective) for objective in evidence["times"]["objectives"]]
    lines += _checks(evidence["checks"])
    lines += [f"  not checked  {text}" for text in evidence["not_checked"]]
    teardown = evidence["teardown"]
    lines += [f"  teardown  {item['arn']}: {item['how']}" for item in teardown["things"]]
    if not teardown["things"]:
        told = "nothing to remove: " if teardown["confirmed"] else ""
        lines.append(f"  teardown  {told}{teardown['summary']}")
    if "next_step" in teardown:
        lines.append(f"  next      {teardown['next_step']}")
    return "\n".join([*lines, f"  drill     {identity['drill_id']}"])


def sweep_text(swept: Iterable[Swept]) -> str:
    """What a sweep did, or would do."""
    lines = []
    for item in swept:
        made = "".join(f" {arn}" for arn in item.things)
        lines.append(f"{item.fate.value:<15} {item.drill_id}{made}\n    {item.detail}")
    return "\n".join(lines) or "No drill has left anything: every journal is finished."


def _climbed(ladder: dict[str, Any]) -> str:
    rungs = ", ".join(_rung(rung) for rung in ladder["rungs"])
    return f"{ladder['climbed'] or 'not even to restored'} ({rungs})"


def _rung(rung: dict[str, Any]) -> str:
    cause = f" ({rung['cause']})" if rung["cause"] else ""
    return f"{rung['rung']} {rung['verdict']}{cause}"


def _objective(minutes: int | None) -> str:
    return f"{minutes} min" if minutes is not None else "no objective: reported, not judged"


def _measured(objective: dict[str, Any]) -> str:
    actual = objective["actual_seconds"]
    measured = duration(actual) if actual is not None else "not measured"
    return (
        f"  {objective['verdict']:<10} {objective['name']}  {measured}, "
        f"objective {_objective(objective['objective_minutes'])}"
    )


def _checks(checks: list[dict[str, Any]]) -> list[str]:
    """A line a check; one for all where none was made, for one and the same cause."""
    causes = {check["cause"] for check in checks}
    if len(checks) > 1 and len(causes) == 1 and None not in causes:
        return [f"  UNKNOWN    {len(checks)} checks: {causes.pop()}"]
    return [_check(check) for check in checks]


def _check(check: dict[str, Any]) -> str:
    found = check["actual"] if check["actual"] is not None else check["cause"]
    return f"  {check['verdict']:<10} {check['title']}: expected {check['expected']}; found {found}"
