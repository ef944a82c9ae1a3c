"""`tierkeep diff`: what changes between two catalogs, in promises and in resources."""

from __future__ import annotations

import argparse
import sys
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from tierkeep.cli import exit_codes

if TYPE_CHECKING:
    from tierkeep.catalog.errors import CatalogInvalid
    from tierkeep.cli.git_revision import Revision
    from tierkeep.desired.model import DesiredState
    from tierkeep.diff import Diff

_DESCRIPTION = """\
Compares two catalogs: which promises get weaker or stronger, and what Terraform would do to the deployed
resources: update in place, replace, destroy. Nothing is deployed and AWS is not asked.

OLD and NEW are files, or git revisions in which the catalog is read at --catalog's path:

  tierkeep diff HEAD catalog.yaml          what the working copy changes
  tierkeep diff main HEAD                  what a branch changes
  tierkeep diff v1.2:prod/catalog.yaml HEAD:prod/catalog.yaml

A file of that name is preferred to a revision. --format markdown is for a comment on a pull request."""

_EPILOG = """\
exit codes:
  0  nothing gets weaker, and what changes is created or updated in place
  2  OLD or NEW is neither a file nor a catalog in a git revision
  3  one of the catalogs is invalid
  4  a promise gets weaker, or something would be destroyed, replaced or left unmanaged (a selection whose
     types change is replaced too), or there is a note on the whole"""


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Adds the command."""
    parser = subparsers.add_parser(
        "diff",
        help="what changes between two catalogs, and what gets weaker",
        description=_DESCRIPTION,
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("old", metavar="OLD", help="the catalog that was: a file or a git revision")
    parser.add_argument("new", metavar="NEW", help="the catalog that shall be: a file or a git revision")
    parser.add_argument(
        "--format", choices=("text", "json", "markdown"), default="text", help="default: %(default)s"
    )
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Prints the diff on stdout; errors of either catalog go to stderr with their side."""
    from tierkeep.catalog.errors import CatalogInvalid
    from tierkeep.cli.git_revision import NoSuchCatalog, find_revision
    from tierkeep.diff import compare

    sides = {"OLD": args.old, "NEW": args.new}
    states: dict[str, DesiredState] = {}
    code = exit_codes.OK
    for side, text in sides.items():
        try:
            revision = None if Path(text).is_file() else find_revision(text, args.catalog)
            states[side] = _compile(text, revision)
        except NoSuchCatalog as error:
            print(f"tierkeep diff: {side}: {error}", file=sys.stderr)
            return exit_codes.USAGE
        except CatalogInvalid as invalid:
            _complain(side, text, invalid)
            code = exit_codes.CATALOG_INVALID
    if code != exit_codes.OK:
        return code
    diff = compare(states["OLD"], states["NEW"])
    print(_render(args.format, diff, args.old, args.new))
    return exit_codes.FALLS_SHORT if diff.needs_attention else exit_codes.OK


def _compile(text: str, revision: Revision | None) -> DesiredState:
    from tierkeep.catalog.errors import CatalogInvalid
    from tierkeep.cli.git_revision import check_out
    from tierkeep.compiler import compile_catalog

    if revision is None:
        return compile_catalog(Path(text)).state
    with tempfile.TemporaryDirectory(prefix="tierkeep-diff-") as folder:
        try:
            return compile_catalog(check_out(revision, Path(folder))).state
        except CatalogInvalid as invalid:
            # The files' names in the revision, in the place of temporary ones.
            here = [each.file.relative_to(folder) for each in invalid.errors]
            raise CatalogInvalid(
                [
                    replace(
                        each,
                        file=Path(f"{revision.name}:{name}"),
                        message=_in_revision(each.message, folder, revision),
                        hint=_in_revision(each.hint, folder, revision),
                    )
                    for each, name in zip(invalid.errors, here, strict=True)
                ]
            ) from None


def _in_revision(text: str, folder: str, revision: Revision) -> str:
    return text.replace(f"{folder}/", f"{revision.name}:").replace(folder, f"{revision.name}:")


def _render(format_name: str, diff: Diff, old: str, new: str) -> str:
    match format_name:
        case "json":
            from tierkeep.report.diff_json import diff_json

            return diff_json(diff, old=old, new=new)
        case "markdown":
            from tierkeep.report.diff_markdown import diff_markdown

            return diff_markdown(diff, old=old, new=new)
        case _:
            from tierkeep.report.diff_text import diff_text

            return diff_text(diff, old=old, new=new)


def _complain(side: str, text: str, invalid: CatalogInvalid) -> None:
    count = len(invalid.errors)
    print(invalid, file=sys.stderr)
    print(f"\n{side} ({text}): {count} error{'s' if count > 1 else ''} in the catalog\n", file=sys.stderr)
