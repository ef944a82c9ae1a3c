"""`tierkeep validate`: does what is deployed match the catalog?"""

import argparse
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from tierkeep.cli import exit_codes

if TYPE_CHECKING:
    from tierkeep.desired.model import DesiredState, DesiredUnit
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
    parser.add_argument(
        "--unit",
        action="append",
        default=[],
        metavar="ACCOUNT/REGION",
        help="only this unit, by the catalog's name of the account (repeatable)",
    )
    parser.add_argument(
        "--account", action="append", default=[], metavar="NAME", help="only this account (repeatable)"
    )
    parser.add_argument(
        "--region", action="append", default=[], metavar="REGION", help="only this Region (repeatable)"
    )
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
    complaint = _unknown_name(args, state)
    if complaint:
        print(f"tierkeep validate: {complaint}", file=sys.stderr)
        return exit_codes.USAGE
    units = _chosen(args, state)
    if not units:
        print("tierkeep validate: no unit fits all of --unit, --account and --region", file=sys.stderr)
        return exit_codes.USAGE
    observed_at = datetime.now(UTC)
    progress = _Progress(len(units))
    try:
        results = validate_units(state, units, on_done=progress.unit_done)
    finally:
        progress.clear()
    if args.format == "json":
        print(findings_json(results, catalog=state.name, observed_at=observed_at))
    else:
        _print_text(results)
    return _exit_code(overall(results))


def _unknown_name(args: argparse.Namespace, state: "DesiredState") -> str | None:
    """What is wrong with the names on the command line, if anything, and which exist."""
    known = {
        "unit": sorted({str(unit.id) for unit in state.units}),
        "account": sorted({unit.id.account for unit in state.units}),
        "region": sorted({unit.id.region for unit in state.units}),
    }
    for option, names in known.items():
        for name in getattr(args, option):
            if name not in names:
                return f"--{option} {name}: the catalog has no such {option}; it has {', '.join(names)}"
    return None


def _chosen(args: argparse.Namespace, state: "DesiredState") -> "Sequence[DesiredUnit]":
    return [
        unit
        for unit in state.units
        if (not args.unit or str(unit.id) in args.unit)
        and (not args.account or unit.id.account in args.account)
        and (not args.region or unit.id.region in args.region)
    ]


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


class _Progress:
    """One line on stderr that says how far the run is; nothing where stderr is no terminal."""

    def __init__(self, units: int) -> None:
        self._units = units
        self._done = 0
        self._shows = sys.stderr.isatty()
        self._show(f"reading {units} units")

    def unit_done(self, result: "UnitResult") -> None:
        """Counts a unit."""
        self._done += 1
        self._show(f"read {self._done} of {self._units} units, last {result.unit}")

    def clear(self) -> None:
        """Takes the line away."""
        self._show("")

    def _show(self, text: str) -> None:
        if self._shows:
            # Back to the line's beginning, and clear it: an escape that every terminal knows.
            print(f"\r\x1b[2K{text}", end="", file=sys.stderr, flush=True)
