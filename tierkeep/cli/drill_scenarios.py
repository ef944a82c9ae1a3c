"""`tierkeep drill plan NAME`, `run NAME` and `resume`: the drills of the catalog, over many resources."""

from __future__ import annotations

import argparse
import json
import sys
from typing import TYPE_CHECKING, Any

from tierkeep.cli import exit_codes

if TYPE_CHECKING:
    from pathlib import Path

    from tierkeep.aws import UnitSession
    from tierkeep.desired.model import DesiredState, DesiredUnit, Scenario
    from tierkeep.drill.record import Place
    from tierkeep.drill.scenarios.holding import AtWork
    from tierkeep.drill.scenarios.plan import Item, RunPlan
    from tierkeep.drill.scenarios.run_document import RunDocument
    from tierkeep.drill.scenarios.sessions import Sessions
    from tierkeep.drill.scope import Scope
    from tierkeep.drill.sweep import Broom

_OF_ONE = ("tier", "type", "resource", "by")
"""Options of a drill of one resource, which a scenario says for itself."""

RESUME_EPILOG = """\
examples:
  tierkeep drill resume                          # which runs did not finish
  tierkeep drill resume run-20261122T210000Z-1a2b3c4d

What the run's drills had made is removed first, as `drill sweep` would. Those that came to their end count;
the others follow, with the plan and the seed that the run began with. A run is not resumed once the catalog
has changed."""


def wanted(args: argparse.Namespace) -> bool:
    """Whether a scenario is asked for, not one resource. Raises `ScopeError` for both, or neither."""
    from tierkeep.drill.errors import ScopeError

    if args.scenario is None:
        if args.tier is None and args.drill_command == "run":
            raise ScopeError(
                "what shall be drilled? Name a drill of the catalog (`tierkeep drill plan` lists them), or "
                "one resource's tier with --tier"
            )
        if args.seed is not None:
            raise ScopeError(
                "--seed goes with a drill of the catalog; for one resource write --point random:SEED"
            )
        return args.tier is None
    given = [f"--{name}" for name in _OF_ONE if getattr(args, name) is not None]
    if given:
        raise ScopeError(
            f"{', '.join(given)} does not go with the drill {args.scenario!r}, which the catalog says it of"
        )
    return True


def plan(args: argparse.Namespace) -> int:
    """Show what a run of the scenario would do, or, without a name, what scenarios there are."""
    from dataclasses import asdict

    from tierkeep.drill.errors import Outcome
    from tierkeep.drill.scenarios.holding import AtWork
    from tierkeep.drill.scenarios.plan import plan_document
    from tierkeep.drill.scenarios.text import run_plan_text, scenarios_text

    state = _state(args)
    if args.scenario is None:
        listed = {"schema_version": 1, "scenarios": [asdict(each) for each in state.drills]}
        print(_json(listed) if args.format == "json" else scenarios_text(state.drills))
        return exit_codes.OK
    document = plan_document(_plan(args, state, _sessions(state, "tierkeep-drill-plan", AtWork())))
    print(_json(document) if args.format == "json" else run_plan_text(document))
    unknown = any(each["outcome"] == Outcome.COULD_NOT_VERIFY for each in document["holes"])
    return exit_codes.UNDETERMINED if unknown else exit_codes.OK


def run(args: argparse.Namespace) -> int:
    """Hold the scenario now; the exit code of its run."""
    from tierkeep.drill.clock import SystemClock
    from tierkeep.drill.scenarios.holding import AtWork
    from tierkeep.drill.scenarios.plan import plan_document
    from tierkeep.drill.scenarios.run_document import RunDocument, held, new_run_id, unfinished_runs

    folder = _folder(args)
    _tell_unfinished(unfinished_runs(folder), folder)
    state, at_work, now = _state(args), AtWork(), SystemClock().now()
    run_id = new_run_id(now)
    sessions = _sessions(state, run_id, at_work)
    planned = _plan(args, state, sessions)
    try:
        with held(folder, run_id):
            document = RunDocument.begin(folder, run_id, plan_document(planned), now=now)
            return _hold(args, state, planned.scenario, document, sessions, at_work)
    except OSError as error:
        return _cannot_write(error, run_id, args)


def resume(args: argparse.Namespace) -> int:
    """Go on with a run, or say which can be gone on with."""
    from tierkeep.drill.errors import ScopeError
    from tierkeep.drill.scenarios.holding import AtWork
    from tierkeep.drill.scenarios.resuming import clear_up, scenario_of
    from tierkeep.drill.scenarios.run_document import (
        RUNS_FOLDER,
        RunDocument,
        held,
        read_run,
        unfinished_runs,
    )

    folder = _folder(args)
    if args.run_id is None:
        if not (folder / RUNS_FOLDER).is_dir():
            raise ScopeError(f"there are no runs in {folder}: name with --evidence where they were kept")
        runs = unfinished_runs(folder)
        print(
            _json({"schema_version": 1, "unfinished": list(runs)})
            if args.format == "json"
            else _listed(runs, folder)
        )
        return exit_codes.OK
    try:
        whole = read_run(folder, args.run_id)
        with held(folder, args.run_id):
            state, at_work = _state(args), AtWork()
            scenario = scenario_of(whole, state)
            document = RunDocument(folder, whole)
            for each in clear_up(document, folder, _broom()):
                told = f"{each.drill_id}: {each.fate.value}: {each.detail}"
                print(f"tierkeep drill: {told}", file=sys.stderr)
            sessions = _sessions(state, args.run_id, at_work)
            return _hold(args, state, scenario, document, sessions, at_work)
    except OSError as error:
        return _cannot_write(error, args.run_id, args)


def _listed(runs: tuple[str, ...], folder: Path) -> str:
    from tierkeep.drill.scenarios.run_document import resuming

    return "\n".join(f"{each}  {resuming(each, folder)}" for each in runs) or "No run is unfinished."


def _folder(args: argparse.Namespace) -> Path:
    """Where evidence, journals and runs lie. Raises `ScopeError` for a bucket."""
    from pathlib import Path

    from tierkeep.drill.errors import ScopeError
    from tierkeep.drill.place import bucket_and_prefix

    if bucket_and_prefix(args.evidence) is not None:
        raise ScopeError(
            "drills of the catalog keep their runs in a folder, where the evidence of earlier ones is: "
            "name one with --evidence. One resource (--tier) can be drilled into a bucket"
        )
    return Path(args.evidence)


def _state(args: argparse.Namespace) -> DesiredState:
    from datetime import UTC, datetime

    from tierkeep.compiler import compile_catalog

    return compile_catalog(args.catalog, datetime.now(UTC).date()).state


def _scenario(state: DesiredState, name: str) -> Scenario:
    from tierkeep.drill.errors import ScopeError

    scenario = state.drill(name)
    if scenario is None:
        known = ", ".join(each.name for each in state.drills) or "none"
        raise ScopeError(f"catalog {state.name!r} has no drill {name!r}; its drills: {known}")
    return scenario


def _plan(args: argparse.Namespace, state: DesiredState, sessions: Sessions) -> RunPlan:
    import secrets

    from tierkeep.drill.choosing import parse_wish
    from tierkeep.drill.clock import SystemClock
    from tierkeep.drill.scenarios.history import read_history
    from tierkeep.drill.scenarios.planning import make_plan

    return make_plan(
        state,
        _scenario(state, args.scenario),
        open_session=sessions,
        history=read_history(_folder(args)),
        now=SystemClock().now(),
        seed=args.seed if args.seed is not None else secrets.randbelow(10**6),
        point=parse_wish(args.point) if args.point is not None else None,
        unit=args.unit,
    )


def _sessions(state: DesiredState, name: str, at_work: AtWork) -> Sessions:
    from tierkeep.aws import open_unit
    from tierkeep.drill.clock import SystemClock
    from tierkeep.drill.scenarios.sessions import Sessions

    def opened(unit: DesiredUnit) -> UnitSession:
        return open_unit(
            unit=str(unit.id),
            account_id=unit.account_id,
            region=unit.id.region,
            role_arn=unit.access.drill_role_arn,
            session_name=name,
        )

    return Sessions(state, opened, clock=SystemClock(), at_work=at_work)


def _hold(
    args: argparse.Namespace,
    state: DesiredState,
    scenario: Scenario,
    document: RunDocument,
    sessions: Sessions,
    at_work: AtWork,
) -> int:
    from tierkeep.drill.choosing import parse_wish
    from tierkeep.drill.clock import SystemClock
    from tierkeep.drill.interrupt import noting_signals
    from tierkeep.drill.scenarios.budget import Budget
    from tierkeep.drill.scenarios.holding import Surroundings, hold, torn_down
    from tierkeep.drill.scenarios.planning import scope_of
    from tierkeep.drill.scenarios.resuming import to_do
    from tierkeep.drill.scenarios.showing import showing_run
    from tierkeep.drill.scenarios.text import run_text
    from tierkeep.drill.stores import LocalStore
    from tierkeep.report.evidence_html import write_evidence_html

    def scope(item: Item) -> Scope:
        return scope_of(
            state,
            scenario,
            tier=item.tier,
            unit=item.unit,
            resource_type=item.resource_type,
            method=item.method,
            resource_arn=item.resource_arn,
            point=parse_wish(item.point),
        )

    plan, folder = document.whole["plan"], _folder(args)
    with showing_run(len(plan["drills"])) as shown, noting_signals() as signals:
        around = Surroundings(
            clock=SystemClock(),
            evidence_directory=folder,
            scope_of=scope,
            open_session=sessions,
            stop=signals.stop,
            stop_cleaning=signals.stop_cleaning,
            shown=shown,
            on_evidence=lambda evidence: write_evidence_html(evidence, LocalStore(folder)),
        )
        result = hold(
            document,
            to_do(document),
            side_by_side=scenario.side_by_side,
            budget=Budget(**plan["budget"]),
            around=around,
            at_work=at_work,
        )
    whole = document.whole
    told = f"{run_text(whole, folder)}\n  document  {document.path}"
    print(_json(whole) if args.format == "json" else told)
    if signals.stop() and torn_down(whole):
        print("tierkeep drill: interrupted; torn down, nothing is left", file=sys.stderr)
        return exit_codes.INTERRUPTED
    return {"pass": exit_codes.OK, "fail": exit_codes.DRILL_FAILED}.get(
        result.outcome.value, exit_codes.UNDETERMINED
    )


def _broom() -> Broom:
    from tierkeep.aws import open_unit
    from tierkeep.drill.clock import SystemClock
    from tierkeep.drill.effects import Limits
    from tierkeep.drill.sweep import Broom

    def open_session(place: Place, drill_id: str) -> UnitSession:
        return open_unit(
            unit=place.unit,
            account_id=place.account_id,
            region=place.region,
            role_arn=place.role_arn,
            session_name=drill_id,
        )

    return Broom(clock=SystemClock(), open_session=open_session, limits=Limits(restore=0.0))


def _tell_unfinished(runs: tuple[str, ...], folder: Path) -> None:
    from tierkeep.drill.scenarios.run_document import resuming

    for each in runs:
        print(
            f"tierkeep drill: {each} did not finish and may have left something; "
            f"`{resuming(each, folder)}` goes on with it",
            file=sys.stderr,
        )


def _cannot_write(error: OSError, run_id: str, args: argparse.Namespace) -> int:
    from tierkeep.drill.scenarios.run_document import resuming, run_path

    folder = _folder(args)
    begun = run_path(folder, run_id).is_file()
    next_step = f"Mend that and run `{resuming(run_id, folder)}`" if begun else "Nothing was begun"
    print(
        "tierkeep drill: cannot read or write journals, evidence or the document of the run: "
        f"{error}. {next_step}",
        file=sys.stderr,
    )
    return exit_codes.UNDETERMINED


def _json(document: dict[str, Any]) -> str:
    return json.dumps(document, indent=2, ensure_ascii=False)
