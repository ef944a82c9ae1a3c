"""`tierkeep drill`: restore a recovery point, check it, measure it, tear it down, leave evidence."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tierkeep.cli import exit_codes

if TYPE_CHECKING:
    from tierkeep.aws import UnitSession
    from tierkeep.drill.record import Place
    from tierkeep.drill.scope import Scope

_EPILOG = """\
exit codes:
  0  the drill passed; nothing is left
  2  wrong usage: no such tier or unit, or several units and none named
  5  a check or an objective failed, the restore failed, or there was nothing to restore
  6  something could not be determined, or the teardown could not be confirmed
  130  interrupted, and torn down"""

_EXAMPLES = """\
examples:
  tierkeep drill plan --tier databases
  tierkeep drill run --tier databases --type dynamodb --point random
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
        description="Restore a backup of a tier, look at it from outside and inside, measure, and remove it "
        "again.",
        epilog=f"{_EXAMPLES}\n\n{_EPILOG}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    plan_parser = commands.add_parser(
        "plan",
        help="show what a drill would do; reads AWS, changes nothing",
        description="Show the stages of a drill, with what it would restore.",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    sweep_parser = commands.add_parser(
        "sweep",
        help="remove what drills left that were killed",
        description="Finish every unfinished journal in the evidence folder: delete what its drill made, by "
        "the rules of any teardown, and nothing else.",
    )
    for drilling in (run_parser, plan_parser):
        drilling.add_argument("--tier", required=True, metavar="NAME", help="the tier to drill")
        drilling.add_argument(
            "--unit", metavar="ACCOUNT/REGION", help="where, if the tier is in several units"
        )
        drilling.add_argument(
            "--type",
            metavar="TYPE",
            help="the type to drill, as the catalog writes it: ebs, dynamodb (default: that of --resource; "
            "otherwise ebs if the tier protects volumes, or the only type that it protects)",
        )
        drilling.add_argument(
            "--resource", metavar="ARN", help="drill this resource (default: whichever the point is of)"
        )
        drilling.add_argument(
            "--by",
            choices=("backup", "dlm", "pitr"),
            help="whose backups: AWS Backup's recovery points, Data Lifecycle Manager's snapshots, or the "
            "point-in-time recovery of a table's own (default: whose the catalog gives the type to)",
        )
        drilling.add_argument(
            "--point",
            default="newest",
            metavar="POINT",
            help="newest, oldest, random, random:SEED as the evidence of a random one tells, or an instant "
            "such as 2026-11-22T21:00:00Z: the last until then, and with --by pitr exactly that "
            "(default: %(default)s)",
        )
    for command in (run_parser, sweep_parser):
        command.add_argument(
            "--evidence",
            type=Path,
            default=Path("evidence"),
            metavar="DIR",
            help="the folder of evidence and journals (default: %(default)s)",
        )
    sweep_parser.add_argument(
        "--dry-run", action="store_true", help="only list what would be deleted, and why"
    )
    for command in (run_parser, plan_parser, sweep_parser):
        command.add_argument(
            "--format", choices=("text", "json"), default="text", help="how to print (default: %(default)s)"
        )
    parser.set_defaults(run=run)
    run_parser.set_defaults(act=_run)
    plan_parser.set_defaults(act=_plan)
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
            point=parse_wish(args.point),
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
    from tierkeep.drill.clock import SystemClock
    from tierkeep.drill.evidence import JOURNAL_FOLDER
    from tierkeep.drill.runner import new_drill_id
    from tierkeep.drill.sweep import left_behind
    from tierkeep.drill.text import evidence_text

    scope = _scope(args)
    try:
        _tell_left_behind(left_behind(args.evidence / JOURNAL_FOLDER, unit=str(scope.unit)), args.evidence)
        evidence, page = _drill(scope, new_drill_id(SystemClock().now()), args.evidence)
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


def _drill(scope: Scope, drill_id: str, directory: Path) -> tuple[dict[str, Any], Path]:
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
            evidence_directory=directory,
            around=Around(
                clock=SystemClock(),
                stop=signals.stop,
                stop_cleaning=signals.stop_cleaning,
                begin_stage=progress.stage,
                say=progress.say,
            ),
        )
        return evidence, write_evidence_html(evidence, directory)


def _tell_left_behind(drills: tuple[str, ...], evidence: Path) -> None:
    if drills:
        print(
            f"tierkeep drill: {len(drills)} earlier drill(s) of this unit did not finish and may have left "
            f"something: {', '.join(drills)}. See `tierkeep drill sweep --dry-run --evidence {evidence}`",
            file=sys.stderr,
        )


def _sweep(args: argparse.Namespace) -> int:
    from tierkeep.aws import open_unit
    from tierkeep.drill.clock import SystemClock
    from tierkeep.drill.effects import Limits
    from tierkeep.drill.evidence import JOURNAL_FOLDER
    from tierkeep.drill.progress import showing_progress
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

    journals = args.evidence / JOURNAL_FOLDER
    if not journals.is_dir():
        message = f"there is no folder {journals}: name the one that the drills wrote to with --evidence"
        return _refuse(message, exit_codes.USAGE)
    try:
        with showing_progress() as progress:
            broom = Broom(
                clock=SystemClock(),
                open_session=open_session,
                limits=Limits(restore=0.0),
                say=progress.say,
            )
            swept = preview(journals, broom) if args.dry_run else sweep(journals, broom)
    except OSError as error:
        return _refuse(f"cannot read or write a journal in {journals}: {error}", exit_codes.UNDETERMINED)
    document = {"schema_version": 2, "dry_run": args.dry_run, "drills": [asdict(item) for item in swept]}
    print(_json(document) if args.format == "json" else sweep_text(swept))
    return (
        exit_codes.UNDETERMINED if any(item.fate is Fate.COULD_NOT_TELL for item in swept) else exit_codes.OK
    )


def _json(document: dict[str, Any]) -> str:
    return json.dumps(document, indent=2, ensure_ascii=False)
