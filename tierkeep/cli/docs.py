"""`tierkeep docs`: a runbook for each tier."""

from __future__ import annotations

import argparse
import sys
from datetime import UTC, datetime
from pathlib import Path

from tierkeep.cli import evidence_folder, exit_codes

_DESCRIPTION = """\
Writes a runbook for each tier as Markdown: what is protected and how, how to recover each type by hand and by
command, how long that took in drills, and whom the catalog's `contacts` name. AWS is not asked.

  tierkeep docs --out runbooks --evidence evidence

Write them anew after each drill, and results are in the documentation. The same catalog and evidence give the
same pages."""

_EPILOG = """\
exit codes:
  0  written
  2  usage: a folder that does not exist, or one that is not to be written to
  3  the catalog is invalid
  6  written, without evidence that could not be used"""


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Adds the command."""
    parser = subparsers.add_parser(
        "docs",
        help="write a runbook for each tier: how to recover it, and how long that takes",
        description=_DESCRIPTION,
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="the folder to write into")
    evidence_folder.add_argument(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Writes the runbooks. Raises `CatalogInvalid`."""
    from tierkeep.compiler import compile_catalog
    from tierkeep.promises.cron import ScheduleError
    from tierkeep.report.pages_folder import NotOurs, write_pages
    from tierkeep.report.runbooks.build import runbooks

    state = compile_catalog(args.catalog, datetime.now(UTC).date()).state
    try:
        evidence = evidence_folder.read(args, state.name)
        pages = write_pages(args.out, runbooks(state, evidence.drills, evidence.unusable))
    except (evidence_folder.NotThere, NotOurs) as error:
        return _refuse(str(error))
    except OSError as error:
        return _refuse(f"cannot write to {args.out}: {(error.strerror or str(error)).lower()}")
    except ScheduleError as error:
        print(f"{args.catalog}: {error}", file=sys.stderr)
        return exit_codes.CATALOG_INVALID
    print(f"{pages} pages: {args.out / 'index.md'}")
    return evidence_folder.tell("docs", evidence.unusable)


def _refuse(message: str) -> int:
    print(f"tierkeep docs: {message}", file=sys.stderr)
    return exit_codes.USAGE
