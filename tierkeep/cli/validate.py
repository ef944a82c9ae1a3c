"""`tierkeep validate`: does what is deployed match the catalog?"""

import argparse
import gc
import sys
from collections.abc import Sequence
from contextlib import nullcontext
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from tierkeep.cli import exit_codes, units

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
            "unit (an account in a Region) of the catalog, and names each field that is not as it says. "
            "Reads resources, recovery points, copies, snapshots and jobs as well."
        ),
        epilog="Exit code 0: all as the catalog says; 4: something differs; 6: something could not be read.",
    )
    units.add_arguments(parser)
    parser.add_argument("--format", choices=("text", "json"), default="text", help="text is the default")
    parser.add_argument(
        "--since",
        type=_days,
        metavar="DAYS",
        help="how far back jobs are read, 1 to 30 days (default: 8, for a weekly rule's last run)",
    )
    saved = parser.add_mutually_exclusive_group()
    saved.add_argument(
        "--save",
        type=Path,
        metavar="FILE",
        help="write all that was observed there, as gzipped lines of JSON",
    )
    saved.add_argument(
        "--observed", type=Path, metavar="FILE", help="judge what --save wrote, without asking AWS anything"
    )
    parser.set_defaults(run=run)


def _days(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= 30:
        raise argparse.ArgumentTypeError(f"{text}: 1 to 30 days, which is what AWS Backup lists")
    return int(text)


def run(args: argparse.Namespace) -> int:
    """Validates the chosen units, prints the results on stdout and returns the exit code.

    Raises `CatalogInvalid`.
    """
    from tierkeep.compiler import compile_catalog

    state = compile_catalog(args.catalog, datetime.now(UTC).date()).state
    try:
        chosen = units.chosen(args, state)
    except units.NoSuchUnit as error:
        return _usage(error)
    if args.observed:
        return _judge_saved(args, state, chosen)
    return _judge_aws(args, state, chosen)


def _judge_aws(args: argparse.Namespace, state: "DesiredState", chosen: "Sequence[DesiredUnit]") -> int:
    from tierkeep.validate.findings import overall
    from tierkeep.validate.run import SINCE_DAYS, Storage, ValidationInterrupted, validate_units
    from tierkeep.validate.stored.saved import saving

    since = args.since or SINCE_DAYS
    at = datetime.now(UTC)
    progress = units.Progress(len(chosen))
    try:
        with saving(args.save, state, at=at, since_days=since) if args.save else nullcontext() as save:
            storage = Storage(at=at, since=timedelta(days=since), saving=save, on_records=progress.records)
            results = validate_units(
                state, chosen, on_done=lambda result: progress.unit_done(result.unit), storage=storage
            )
            if save:
                save.finish([unit.id for unit in chosen])
    except ValidationInterrupted as interrupted:
        progress.clear()
        _print(args, interrupted.results, state, at)
        not_saved = f"; {args.save} was not written" if args.save else ""
        print(f"tierkeep: interrupted: what was not read yet is UNKNOWN{not_saved}", file=sys.stderr)
        gc.freeze()  # else Python looks through all that is left for cycles before it ends: up to seconds
        return exit_codes.INTERRUPTED
    except OSError as error:
        if args.save is None:
            raise
        return _usage(f"--save {args.save}: {error.strerror}")
    finally:
        progress.clear()
    _print(args, results, state, at)
    return _exit_code(overall(results))


def _judge_saved(args: argparse.Namespace, state: "DesiredState", chosen: "Sequence[DesiredUnit]") -> int:
    from tierkeep.validate.findings import overall
    from tierkeep.validate.offline import OtherCatalog, validate_saved
    from tierkeep.validate.stored.read_saved import SavedInvalid

    if args.since:
        return _usage("--since goes without --observed: what was saved is judged as it was read")
    try:
        judged = validate_saved(state, chosen, args.observed)
    except (SavedInvalid, OtherCatalog) as error:
        return _usage(error)
    except OSError as error:
        return _usage(f"--observed {args.observed}: {error.strerror}")
    if not judged.same_catalog:
        print(
            "tierkeep validate: the catalog has changed since this was observed; what has come into it was "
            "not read",
            file=sys.stderr,
        )
    _print(args, judged.results, state, judged.observed_at)
    return _exit_code(overall(judged.results))


def _usage(error: Exception | str) -> int:
    print(f"tierkeep validate: {error}", file=sys.stderr)
    return exit_codes.USAGE


def _print(
    args: argparse.Namespace, results: "Sequence[UnitResult]", state: "DesiredState", at: datetime
) -> None:
    from tierkeep.report.findings_json import findings_json

    if args.format == "json":
        print(findings_json(results, catalog=state.name, observed_at=at))
    else:
        _print_text(results)


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
