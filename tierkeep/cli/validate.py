"""`tierkeep validate`: does what is deployed match the catalog?"""

import argparse
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from tierkeep.cli import exit_codes, observing, outputs, units

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from tierkeep.compiler import Compiled
    from tierkeep.desired.model import DesiredState, DesiredUnit
    from tierkeep.validate.filters import Filters
    from tierkeep.validate.findings import Identity, Verdict
    from tierkeep.validate.validation import Validation

FORMATS = ("text", "json", "junit", "sarif", "ocsf", "markdown", "csv")
"""As `tierkeep.report.findings` has them, which is imported only when the command runs."""

_DESCRIPTION = """\
Reads from AWS, in every unit (an account in a Region) of the catalog, how backups are set up and what is
stored: resources, recovery points and their copies, snapshots, jobs. Names each field that is not as the
catalog says, and each promise that is not kept. `tierkeep checks` lists the questions that it asks.

The verdict is on what the options choose, and the result says so where that is not everything. What a waiver
of the catalog covers, and what --baseline has already, does not fail; it stays in sight.

  tierkeep validate --output sarif=validate.sarif --output junit=validate.xml   # CI: text, and two files
  tierkeep validate --format json > baseline.json                               # what is accepted today
  tierkeep validate --baseline baseline.json                                    # only what is new fails
  tierkeep validate --only drift.vault --tier critical                          # a part
  tierkeep validate --save observed.json.gz                                     # keep what was observed
  tierkeep validate --observed observed.json.gz                                 # again, without AWS"""

_EPILOG = """\
exit codes:
  0  PASS or WAIVED: all as the catalog says, but for what is waived or in the baseline
  2  usage: a name or a file that does not exist, a baseline of another catalog
  3  the catalog is invalid
  4  FAIL: something differs
  6  UNKNOWN: something could not be read. It outranks 4: a report with holes is no verdict"""


def register(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Adds the command."""
    parser = subparsers.add_parser(
        "validate",
        help="compare what is deployed with the catalog",
        description=_DESCRIPTION,
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    units.add_arguments(parser)
    parser.add_argument(
        "--tier",
        action="append",
        default=[],
        metavar="NAME",
        help="only this tier, with what all tiers share (repeatable)",
    )
    parser.add_argument(
        "--only",
        "--check",
        action="append",
        default=[],
        metavar="CHECK",
        help="only this check, or this family of checks (repeatable)",
    )
    parser.add_argument(
        "--baseline",
        type=Path,
        metavar="FILE",
        help="the JSON of an earlier run: what it found is known, and only what is new fails",
    )
    observing.add_arguments(parser)
    outputs.add_arguments(parser, FORMATS)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Validates the chosen units, prints the results and returns the exit code. Raises `CatalogInvalid`."""
    from tierkeep.compiler import compile_catalog
    from tierkeep.report.findings_baseline import NoBaseline
    from tierkeep.validate.filters import NoSuchName

    compiled = compile_catalog(args.catalog, datetime.now(UTC).date())
    try:
        outputs.require_folders(args.output)
        validation, interrupted = _validation(args, compiled)
        _tell(validation, args)
    except (units.NoSuchUnit, NoSuchName, NoBaseline, observing.NotObserved, outputs.NoOutput) as error:
        print(f"tierkeep validate: {error}", file=sys.stderr)
        return exit_codes.USAGE
    return exit_codes.INTERRUPTED if interrupted else _exit_code(validation.verdict)


def _validation(args: argparse.Namespace, compiled: "Compiled") -> "tuple[Validation, bool]":
    """What there is to tell, and whether it was interrupted.

    Raises `NoSuchUnit`, `NoSuchName` and `NoBaseline` before AWS is asked anything; and `NotObserved`.
    """
    from tierkeep.report.findings_baseline import read_baseline
    from tierkeep.validate.filters import Filters
    from tierkeep.validate.validation import conclude

    state = compiled.state
    filters = Filters.of(state, only=args.only, tiers=args.tier)
    chosen = _chosen(args, state, filters)
    baseline: Collection[Identity] | None = None
    if args.baseline:
        baseline = read_baseline(args.baseline, catalog=state.name)
    observed = observing.observation(args, state, chosen)
    validation = conclude(
        state,
        observed.results,
        filters=filters,
        baseline=baseline,
        observed_at=observed.at,
        position=compiled.position,
    )
    return validation, observed.interrupted


def _chosen(args: argparse.Namespace, state: "DesiredState", filters: "Filters") -> "Sequence[DesiredUnit]":
    found = [unit for unit in units.chosen(args, state) if filters.concerns(unit)]
    if not found:
        raise units.NoSuchUnit("no unit that is asked for holds anything of --tier")
    return found


def _tell(validation: "Validation", args: argparse.Namespace) -> None:
    """Raises `NoOutput`, after standard output has the result."""
    from tierkeep.report.findings import RENDERERS

    if args.format == "text":
        _print_text(validation)
    else:
        print(RENDERERS[args.format](validation))
    for output in args.output:
        outputs.write(output, RENDERERS[output.format](validation))


def _print_text(validation: "Validation") -> None:
    from rich.console import Console

    from tierkeep.report.findings_text import print_findings

    print_findings(validation, Console(highlight=False))


def _exit_code(verdict: "Verdict") -> int:
    from tierkeep.validate.findings import Verdict

    return {
        Verdict.PASS: exit_codes.OK,
        Verdict.WAIVED: exit_codes.OK,
        Verdict.FAIL: exit_codes.FALLS_SHORT,
        Verdict.UNKNOWN: exit_codes.UNDETERMINED,
    }[verdict]
