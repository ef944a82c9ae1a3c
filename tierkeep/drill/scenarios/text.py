"""Plans and runs of scenarios as plain text for a terminal or a pipe."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from tierkeep.desired.model import Scenario
from tierkeep.drill.measure import duration
from tierkeep.drill.scenarios.prices import dollars
from tierkeep.drill.scenarios.run_document import Progress, outcome_of, resuming
from tierkeep.promises.drilled import held

_WORDS = {"pass": "PASSED", "fail": "FAILED", "could-not-verify": "COULD NOT VERIFY"}
_MOST = 20
"""So many drills of a plan are told one by one; the JSON has all."""


def scenarios_text(scenarios: Iterable[Scenario]) -> str:
    """What each scenario of a catalog covers."""
    lines = [line for each in scenarios for line in (*_scenario(each), "")]
    return "\n".join(lines[:-1]) or "The catalog has no `drills`."


def _scenario(scenario: Scenario) -> Iterator[str]:
    yield f"{scenario.name}: {held(scenario)}"
    yield f"  requires  {scenario.requires}; {scenario.side_by_side} side by side; budget {_limits(scenario)}"
    for each in scenario.covers:
        yield f"  covers    {each.resource_type} of tier {each.tier} in {each.place}, by {each.method}"


def _limits(scenario: Scenario) -> str:
    parts = [f"{scenario.budget_usd} USD"] if scenario.budget_usd is not None else []
    if scenario.budget_minutes is not None:
        parts.append(duration(scenario.budget_minutes * 60.0))
    return " and ".join(parts) or "none"


def run_plan_text(plan: Mapping[str, Any]) -> str:
    """The plan of a run: what is drilled, what that takes, and what it cannot show."""
    foreseen, drawn = plan["foreseen"], plan["drawn"]
    lines = [f"Drill {plan['scenario']} of catalog {plan['catalog']}"]
    lines += [f"  covers    {_counted(each)}" for each in plan["covers"]]
    lines += [
        f"  draws     {drawn['how']} (seed {plan['seed']})",
        f"  of all    {drawn['never']} never drilled to an answer, {drawn['overdue']} overdue",
    ]
    if drawn["left_out"]:
        lines.append(f"  left out  {drawn['left_out']} without the tags that the drill asks for")
    lines += [
        f"  requires  {plan['requires']}, {plan['side_by_side']} side by side",
        f"  costs     {_cost(foreseen)}",
        f"  takes     {_time(foreseen)}",
    ]
    if plan["cannot_cover"]:
        lines.append(f"  CANNOT    {plan['cannot_cover']}")
    if _nothing(plan):
        lines.append(f"  CANNOT    {_NOTHING}: a run of this could not verify")
    lines.append("")
    lines += [_planned(each) for each in plan["drills"][:_MOST]]
    if len(plan["drills"]) > _MOST:
        lines.append(f"… and {len(plan['drills']) - _MOST} more; --format json has all")
    lines += [_hole(each) for each in plan["holes"]]
    for of in plan["stages"]:
        lines += ["", f"Each of {of['restorer']}:"]
        lines += [_stage(number, stage) for number, stage in enumerate(of["stages"], start=1)]
    lines += ["", *(f"Not counted as drilled: {each}" for each in plan["history_unreadable"])]
    lines += [f"Plan digest: {plan['digest']}", "Nothing was changed."]
    return "\n".join(lines)


def run_text(document: Mapping[str, Any], directory: Path) -> str:
    """What a run, kept in that folder, amounts to: the verdict first, then a line a drill."""
    result, plan = document["result"], document["plan"]
    lines = [
        f"{_WORDS[result['outcome']]}  drill {document['scenario']}: {_counts(result['counts'])}",
        *(f"  covers    {_counted(each)}" for each in plan["covers"]),
        f"  drawn     {plan['drawn']['how']} (seed {plan['seed']})",
    ]
    if _nothing(plan):
        lines.append(f"  because   {_NOTHING}")
    items = {each["number"]: each for each in plan["drills"]}
    lines += [line for entry in document["drills"] for line in _entry(entry, items[entry["number"]])]
    lines += [f"  {_hole(each)}" for each in plan["holes"]]
    if not document["finished"]:
        lines.append(f"  next      {resuming(document['run_id'], directory)}")
    return "\n".join([*lines, f"  run       {document['run_id']}"])


_NOTHING = "there is nothing to drill, and that proves nothing"


def _nothing(plan: Mapping[str, Any]) -> bool:
    return not plan["drills"] and not plan["holes"]


def _entry(entry: Mapping[str, Any], item: Mapping[str, Any]) -> Iterator[str]:
    outcome = _WORDS[outcome_of(entry).value]
    took = entry.get("rto_seconds")
    measured = f", RTO {duration(took)}" if took is not None else ""
    climbed = f", {entry['climbed']}" if entry.get("climbed") else ""
    yield f"  {outcome:<17} {item['resource_arn']} ({item['tier']}, {item['unit']}){climbed}{measured}"
    if entry["progress"] == Progress.DONE:
        reasons = entry["reasons"]
    else:
        reasons = [entry.get("cause") or f"not drilled to its end: {entry['progress']}"]
    yield from (f"    because {text}" for text in reasons)


def _counts(counts: Mapping[str, int]) -> str:
    return f"{counts['pass']} passed, {counts['fail']} failed, {counts['could-not-verify']} not verified"


def _counted(each: Mapping[str, Any]) -> str:
    count = (
        "could not be listed" if each["members"] is None else f"{each['members']} with something to restore"
    )
    return f"{each['resource_type']} of tier {each['tier']} in {each['unit']}, by {each['method']}: {count}"


def _hole(each: Mapping[str, Any]) -> str:
    what = each["resource_arn"] or f"{each['resource_type']} of tier {each['tier']} in {each['unit']}"
    return f"{_WORDS[each['outcome']]}: {what}: {each['cause']}"


def _planned(each: Mapping[str, Any]) -> str:
    price = dollars(each["usd"]) if each["usd"] is not None else "price unknown"
    time = duration(each["seconds"]) if each["seconds"] is not None else "time unknown"
    proven = f"last drilled {each['last_proven']}" if each["last_proven"] else "never drilled"
    return f"{each['number']:>3}. {each['resource_arn']}, {each['point']}: {price}, {time}, {proven}"


def _cost(foreseen: Mapping[str, Any]) -> str:
    unknown = foreseen["without_price"]
    more = f", and what {unknown} drills of unknown price cost" if unknown else ""
    hours = f"{foreseen['assumed_hours']:g} h"
    terms = f"{foreseen['prices']}; {hours} each where the time is unknown"
    return f"about {dollars(foreseen['usd'])}{more} ({terms})"


def _time(foreseen: Mapping[str, Any]) -> str:
    unknown = foreseen["without_time"]
    if not unknown and not foreseen["seconds"]:
        return "no time"
    if unknown and not foreseen["seconds"]:
        return "unknown: nothing of the kind was drilled yet"
    more = f", and what {unknown} drills take of which nobody knows" if unknown else ""
    return f"about {duration(foreseen['seconds'])}{more}, by what drills took before"


def _stage(number: int, stage: Mapping[str, Any]) -> str:
    mark = "  [changes AWS; journaled first]" if stage["changes"] else ""
    return f"{number}. {stage['title']}: calls {', '.join(stage['calls']) or 'none'}{mark}"
