"""`tierkeep validate`: does what is deployed match the catalog?"""

import argparse
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from tierkeep.cli import exit_codes, units

if TYPE_CHECKING:
    from tierkeep.validate.findings import UnitResult, Verdict


def register(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Adds the command."""
    parser = subparsers.add_parser(
        "validate",
        help="compare what is deployed with the catalog",
        description=(
            "Reads vaults, backup plans, selections, keys, snapshot policies and roles from AWS, in every "
            "unit (an account in a Region) of the catalog, and names each field that is not as it says."
        ),
        epilog="Exit code 0: all as the catalog says; 4: something differs; 6: something could not be read.",
    )
    units.add_arguments(parser)
    parser.add_argument("--format", choices=("text", "json"), default="text", help="text is the default")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Validates the chosen units, prints the results on stdout and returns the exit code.

    Raises `CatalogInvalid`.
    """
    from tierkeep.compiler import compile_catalog
    from tierkeep.report.findings_json import findings_json
    from tierkeep.validate.findings import overall
    from tierkeep.validate.run import validate_units

    state = compile_catalog(args.catalog, datetime.now(UTC).date()).state
    try:
        chosen = units.chosen(args, state)
    except units.NoSuchUnit as error:
        print(f"tierkeep validate: {error}", file=sys.stderr)
        return exit_codes.USAGE
    observed_at = datetime.now(UTC)
    progress = units.Progress(len(chosen))
    try:
        results = validate_units(state, chosen, on_done=lambda result: progress.unit_done(result.unit))
    finally:
        progress.clear()
    if args.format == "json":
        print(findings_json(results, catalog=state.name, observed_at=observed_at))
    else:
        _print_text(results)
    return _exit_code(overall(results))


def _print_text(results: "Sequence[UnitResult]") -> None:
    from rich.console import Console

    from tierkeep.report.findings_text import print_findings

    print_findings(results, Console(highlight=False))


def _exit_code(verdict: "Verdict") -> int:
    from tierkeep.validate.findings import Verdict

    return {
        Verdict.PASS: exit_codes.OK,
        Verdict.FAIL: exit_codes.FALLS_SHORT,
        Verdict.UNKNOWN: exit_codes.UNDETERMINED,
    }[verdict]
