"""`tierkeep report`: one static site of promises, findings, drills and coverage."""

from __future__ import annotations

import argparse
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from tierkeep.cli import evidence_folder, exit_codes

if TYPE_CHECKING:
    from tierkeep.report.drilled.folder import Unusable
    from tierkeep.report.findings_document import FindingsDocument

_DESCRIPTION = """\
Writes pages to look at, into a folder: what the catalog promises (worst-case RPO, retention calendar), what
`tierkeep validate` found, what drills measured, and what has been proven by restoring. Each page is whole in
itself: no network, no build step. AWS is not asked.

  tierkeep validate --format json > findings.json
  tierkeep report --out site --findings findings.json

What cannot be used, since it is cut off, newer, or of another catalog, is named on standard error and on the
pages, and the rest is written. The same input with the same --at gives the same pages, byte for byte."""

_EPILOG = """\
exit codes:
  0  written
  2  usage: a file or folder that does not exist, or one that is not to be written to
  3  the catalog is invalid
  6  written, without input that could not be used"""


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Adds the command."""
    parser = subparsers.add_parser(
        "report",
        help="write a static site: promises, findings, drills, coverage",
        description=_DESCRIPTION,
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="the folder to write into")
    parser.add_argument(
        "--findings",
        type=Path,
        metavar="FILE",
        help="what `tierkeep validate --format json` printed (default: none, and the pages say so)",
    )
    evidence_folder.add_argument(parser)
    parser.add_argument(
        "--at",
        type=_moment,
        metavar="INSTANT",
        help="when the pages are written, from which ages are reckoned, such as 2026-11-22T21:00:00Z "
        "(default: now)",
    )
    parser.set_defaults(run=run)


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise argparse.ArgumentTypeError(
            f"{text} is no instant with its offset, such as 2026-11-22T21:00:00Z"
        )
    return moment.astimezone(UTC)


def run(args: argparse.Namespace) -> int:
    """Writes the site. Raises `CatalogInvalid`."""
    from tierkeep.compiler import compile_catalog
    from tierkeep.promises.cron import ScheduleError
    from tierkeep.report.pages_folder import NotOurs, write_pages
    from tierkeep.report.site.build import site
    from tierkeep.report.site.inputs import Inputs

    written = args.at or datetime.now(UTC)
    state = compile_catalog(args.catalog, written.date()).state
    try:
        findings, wrong = _findings(args.findings, state.name)
        evidence = evidence_folder.read(args, state.name)
        unusable = (*wrong, *evidence.unusable)
        inputs = Inputs(
            state=state, findings=findings, drills=evidence.drills, unusable=unusable, written=written
        )
        pages = write_pages(args.out, site(inputs))
    except (evidence_folder.NotThere, NotOurs) as error:
        return _refuse(str(error))
    except OSError as error:
        return _refuse(f"cannot write to {args.out}: {(error.strerror or str(error)).lower()}")
    except ScheduleError as error:
        print(f"{args.catalog}: {error}", file=sys.stderr)
        return exit_codes.CATALOG_INVALID
    print(f"{pages} pages: {args.out / 'index.html'}")
    return evidence_folder.tell("report", unusable)


def _refuse(message: str) -> int:
    print(f"tierkeep report: {message}", file=sys.stderr)
    return exit_codes.USAGE


def _findings(file: Path | None, catalog: str) -> tuple[FindingsDocument | None, tuple[Unusable, ...]]:
    from tierkeep.report.drilled.folder import Unusable
    from tierkeep.report.findings_read import NoFindings, read_findings

    if file is None:
        return None, ()
    if not file.is_file():
        raise evidence_folder.NotThere(f"--findings {file}: there is no such file")
    try:
        return read_findings(file, catalog=catalog), ()
    except NoFindings as error:
        return None, (Unusable(file=str(file), why=str(error)),)
