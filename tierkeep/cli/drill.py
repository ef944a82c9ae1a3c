"""`tierkeep drill`: restore a recovery point, check it, measure it, tear it down, leave evidence."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from tierkeep.cli import drill_scenarios, exit_codes

if TYPE_CHECKING:
    from tierkeep.aws import UnitSession
    from tierkeep.drill.record import Place
    from tierkeep.drill.scope import Scope
    from tierkeep.drill.stores import Store

_EPILOG = """\
exit codes:
  0  the drill passed; nothing is left
  2  wrong usage: no such tier, unit or drill, or several units and none named
  5  a check or an objective failed, the restore failed, or there was nothing to restore
  6  something could not be determined or was not run, or the teardown could not be confirmed
  130  interrupted, and torn down"""

_EXAMPLES = """\
examples:
  tierkeep drill plan                            # the drills of the catalog, and what they cover
  tierkeep drill plan full                       # the resources, stages, calls, cost and time of one
  tierkeep drill run partial                     # hold it: many resources, side by side
  tierkeep drill run full --unit production/ap-south-1 --evidence evidence
  tierkeep drill plan --tier databases           # or one resource of a tier
  tierkeep drill run --tier databases --type dynamodb --point random
  tierkeep drill run --tier databases --evidence s3://school-evidence/drills
  tierkeep drill run --tier databases --by pitr --point 2026-11-22T21:00:00Z \\
      --resource "$TABLE_ARN" """


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Adds the command with its subcommands."""
    parser = subparsers.add_parser(
        "drill",
        help="prove by restoring that a tier's backups can be restored",
        description=__doc__,
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = parser.add_subparsers(dest="drill_command", required=True, metavar="COMMAND")
    run_parser = commands.add_parser(
        "run",
        help="drill now",
        description="Restore backups, look at them from outside and inside, measure, and remove them again: "
        "those of a drill of the catalog by its name, or one resource's with --tier.",
        epilog=f"{_EXAMPLES}\n\n{_EPILOG}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    plan_parser = commands.add_parser(
        "plan",
        help="show what a drill would do; reads AWS, changes nothing",
        description="Show what a drill of the catalog would restore, or with --tier one of a single "
        "resource. Without either: the drills of the catalog.",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    sweep_parser = commands.add_parser(
        "sweep",
        help="remove what drills left that were killed",
        description="Finish every unfinished journal below --evidence: delete what its drill made, by the "
        "rules of any teardown, and nothing else. In a bucket, a journal whose drill has shown no sign of "
        "life for 15 minutes counts as left; until then sweep waits, and leaves alone what shows one.",
    )
    resume_parser = commands.add_parser(
        "resume",
        help="go on with a run that a crash or Ctrl-C ended",
        description="Remove what the run's drills left, and drill what it has not drilled yet. Without RUN: "
        "the runs that did not finish.",
        epilog=f"{drill_scenarios.RESUME_EPILOG}\n\n{_EPILOG}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    resume_parser.add_argument("run_id", nargs="?", metavar="RUN", help="the id of the run")
    for drilling in (run_parser, plan_parser):
        drilling.add_argument(
            "scenario", nargs="?", metavar="DRILL", help="a drill of the catalog, such as full"
        )
        drilling.add_argument(
            "--seed", type=int, help="draw the sample, and random points, that a plan or run with it drew"
        )
        drilling.add_argument("--tier", metavar="NAME", help="drill one resource of this tier instead")
        drilling.add_argument(
            "--unit", metavar="ACCOUNT/REGION", help="where, if the tier or the drill is in several units"
        )
        drilling.add_argument(
            "--type",
            metavar="TYPE",
            help="the type to drill, as the catalog writes it, such as ebs or rds (default: that of "
            "--resource; otherwise ebs if the tier protects volumes, or the only type that it protects)",
        )
        drilling.add_argument(
            "--resource", metavar="ARN", help="drill this resource (default: whichever the point is of)"
        )
        drilling.add_argument(
            "--by",
            choices=("backup", "dlm", "pitr"),
            help="whose backups: AWS Backup's recovery points, Data Lifecycle Manager's snapshots, or the "
            "past that a table or a DB instance keeps itself (default: whose the catalog gives the type to)",
        )
        drilling.add_argument(
            "--point",
            metavar="POINT",
            help="newest, oldest, random, random:SEED as the evidence of a random one tells, or an instant "
            "such as 2026-11-22T21:00:00Z (UTC unless it says its zone): the last until then, and with --by "
            "pitr exactly that (default: newest, or what the catalog's drill says)",
        )
    for command in (run_parser, plan_parser, resume_parser, sweep_parser):
        command.add_argument(
            "--evidence",
            default="evidence",
            metavar="PLACE",
            help="where evidence, journals, locks and runs are kept: a folder, or, but for drills of the "
            "catalog, s3://bucket/prefix, which several machines can share (default: %(default)s)",
        )
    sweep_parser.add_argument(
        "--dry-run", action="store_true", help="only list what would be deleted, and why"
    )
    for command in (run_parser, plan_parser, resume_parser, sweep_parser):
        command.add_argument(
            "--format", choices=("text", "json"), default="text", help="how to print (default: %(default)s)"
        )
    parser.set_defaults(run=run)
    run_parser.set_defaults(act=_run)
    plan_parser.set_defaults(act=_plan)
    resume_parser.set_defaults(act=drill_scenarios.resume)
    sweep_parser.set_defaults(act=_sweep)


def run(args: argparse.Namespace) -> int:
    """Run the subcommand; its exit code. Raises `CatalogInvalid`, `AwsError` and `WrongAccountError`."""
    from tierkeep.drill.errors import CannotVerifyError, NothingToRestoreError, ScopeError

    act: Callable[[argparse.Namespace], int] = args.act
    try:
        return act(args)
    except ScopeError as error:
        return _refuse(str(error), exit_codes.USAGE)
    except NothingToRestoreError as error:
        return _refuse(str(error), exit_codes.DRILL_FAILED)
    except CannotVerifyError as error:
        return _refuse(str(error), exit_codes.UNDETERMINED)


def _refuse(message: str, code: int) -> int:
    print(f"tierkeep drill: {message}", file=sys.stderr)
    return code


def _scope(args: argparse.Namespace) -> Scope:
    from datetime import UTC, datetime

    from tierkeep.compiler import compile_catalog
    from tierkeep.drill.choosing import parse_wish
    from tierkeep.drill.scope import Ask, find_scope

    state = compile_catalog(args.catalog, datetime.now(UTC).date()).state
    return find_scope(
        state,
        Ask(
            tier=args.tier,
            unit=args.unit,
            resource_arn=args.resource,
            resource_type=args.type,
            method=args.by,
            point=parse_wish(args.point or "newest"),
            folder=args.catalog.parent,
        ),
    )


def _open(scope: Scope, session_name: str) -> UnitSession:
    from tierkeep.aws import open_unit

    return open_unit(
        unit=str(scope.unit),
        account_id=scope.account_id,
        region=scope.unit.region,
        role_arn=scope.drill_role_arn,
        session_name=session_name,
    )


def _plan(args: argparse.Namespace) -> int:
    if drill_scenarios.wanted(args):
        return drill_scenarios.plan(args)
    from tierkeep.drill.clock import SystemClock
    from tierkeep.drill.plan import build_plan, default_limits
    from tierkeep.drill.restorers.registry import restorer_for
    from tierkeep.drill.text import plan_text

    scope = _scope(args)
    restorer = restorer_for(scope)
    choice = restorer.choose(_open(scope, "tierkeep-drill-plan"), scope)
    plan = build_plan(restorer, scope, choice, default_limits(scope))
    age = (SystemClock().now() - choice.point.created).total_seconds()
    print(_json(plan) if args.format == "json" else plan_text(plan, age_seconds=age))
    return exit_codes.OK


def _run(args: argparse.Namespace) -> int:
    if drill_scenarios.wanted(args):
        return drill_scenarios.run(args)
    from tierkeep.drill.clock import SystemClock
    from tierkeep.drill.runner import new_drill_id
    from tierkeep.drill.stores import open_store
    from tierkeep.drill.sweep import left_behind
    from tierkeep.drill.text import evidence_text

    scope = _scope(args)
    store = open_store(args.evidence)
    try:
        _tell_left_behind(left_behind(store, unit=str(scope.unit)), store)
        evidence, page = _drill(scope, new_drill_id(SystemClock().now()), store)
    except OSError as error:
        return _refuse(
            f"cannot read or write journal or evidence: {error}. If the drill had asked for a restore, mend "
            f"that and run `tierkeep drill sweep --evidence {args.evidence}`",
            exit_codes.UNDETERMINED,
        )
    print(_json(evidence) if args.format == "json" else f"{evidence_text(evidence)}\n  evidence  {page}")
    if evidence["outcome"]["interrupted"] and evidence["teardown"]["confirmed"]:
        print("tierkeep drill: interrupted; torn down, nothing is left", file=sys.stderr)
        return exit_codes.INTERRUPTED
    return {"pass": exit_codes.OK, "fail": exit_codes.DRILL_FAILED}.get(
        evidence["outcome"]["result"], exit_codes.UNDETERMINED
    )


def _drill(scope: Scope, drill_id: str, store: Store) -> tuple[dict[str, Any], str]:
    from tierkeep.drill.clock import SystemClock
    from tierkeep.drill.interrupt import noting_signals
    from tierkeep.drill.plan import default_limits
    from tierkeep.drill.progress import showing_progress
    from tierkeep.drill.runner import Around, run_drill
    from tierkeep.report.evidence_html import write_evidence_html

    with showing_progress() as progress, noting_signals() as signals:
        evidence = run_drill(
            scope,
            _open(scope, drill_id),
            drill_id=drill_id,
            limits=default_limits(scope),
            store=store,
            around=Around(
                clock=SystemClock(),
                stop=signals.stop,
                stop_cleaning=signals.stop_cleaning,
                begin_stage=progress.stage,
                say=progress.say,
            ),
        )
        return evidence, write_evidence_html(evidence, store)


def _tell_left_behind(drills: tuple[str, ...], store: Store) -> None:
    if drills:
        print(
            f"tierkeep drill: {len(drills)} earlier drill(s) of this unit did not finish and may have left "
            f"something: {', '.join(drills)}. See `tierkeep drill sweep --dry-run --evidence {store}`",
            file=sys.stderr,
        )


def _sweep(args: argparse.Namespace) -> int:
    from tierkeep.aws import open_unit
    from tierkeep.drill.clock import SystemClock
    from tierkeep.drill.effects import Limits
    from tierkeep.drill.progress import showing_progress
    from tierkeep.drill.stores import open_store
    from tierkeep.drill.sweep import Broom, Fate, preview, sweep
    from tierkeep.drill.text import sweep_text

    def open_session(place: Place, drill_id: str) -> UnitSession:
        return open_unit(
            unit=place.unit,
            account_id=place.account_id,
            region=place.region,
            role_arn=place.role_arn,
            session_name=drill_id,
        )

    store = open_store(args.evidence)
    try:
        if not store.has_journals():
            message = f"there are no journals in {store}: name with --evidence where the drills wrote to"
            return _refuse(message, exit_codes.USAGE)
        with showing_progress() as progress:
            broom = Broom(
                clock=SystemClock(),
                open_session=open_session,
                limits=Limits(restore=0.0),
                say=progress.say,
            )
            swept = preview(store, broom) if args.dry_run else sweep(store, broom)
    except OSError as error:
        return _refuse(f"cannot read or write a journal in {store}: {error}", exit_codes.UNDETERMINED)
    document = {"schema_version": 2, "dry_run": args.dry_run, "drills": [asdict(item) for item in swept]}
    print(_json(document) if args.format == "json" else sweep_text(swept))
    return (
        exit_codes.UNDETERMINED if any(item.fate is Fate.COULD_NOT_TELL for item in swept) else exit_codes.OK
    )


def _json(document: dict[str, Any]) -> str:
    return json.dumps(document, indent=2, ensure_ascii=False)
