"""`tierkeep lint`: is the catalog well formed, and would AWS do what it asks?"""

from __future__ import annotations

import argparse
import json
from typing import TYPE_CHECKING, Any

from tierkeep.cli import exit_codes

if TYPE_CHECKING:
    from tierkeep.catalog.errors import CatalogError
    from tierkeep.compiler import Compiled

_DESCRIPTION = """\
Reads the catalog and applies every rule to it. Nothing is deployed and AWS is not asked.

All errors come at once, each with file, line and column, what is wrong and what would be right. Warnings are
what AWS's own sources do not settle; notices say what the catalog asks for and this version does not
generate yet, and which rules it breaks by a waiver. `tierkeep rules` explains the rules.

As JSON, `warnings` and `notices` are null where there are errors: they are not known until there are none."""


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Adds the command."""
    parser = subparsers.add_parser(
        "lint",
        help="check the catalog, without asking AWS",
        description=_DESCRIPTION,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--format", choices=("text", "json"), default="text", help="default: text")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Lints `args.catalog`. Raises `CatalogInvalid`, unless the errors go to standard output as JSON."""
    from datetime import UTC, datetime

    from tierkeep.catalog.errors import CatalogInvalid
    from tierkeep.compiler import compile_catalog

    try:
        compiled = compile_catalog(args.catalog, datetime.now(UTC).date())
    except CatalogInvalid as invalid:
        if args.format == "text":
            raise
        _print_json({"errors": [_json(error) for error in invalid.errors], "warnings": None, "notices": None})
        return exit_codes.CATALOG_INVALID
    if args.format == "json":
        found = {"warnings": compiled.warnings, "notices": compiled.notices}
        _print_json({"errors": [], **{kind: [_json(each) for each in all_] for kind, all_ in found.items()}})
    else:
        _print_text(compiled)
    return exit_codes.OK


def _print_text(compiled: Compiled) -> None:
    for severity, found in (("warning", compiled.warnings), ("notice", compiled.notices)):
        for each in found:
            print(f"{severity}: {each}")
    units = compiled.state.units
    tiers = len(compiled.state.promises)
    summary = f"{compiled.file}: no errors; {tiers} tiers in {len(units)} units (account and Region)"
    print(f"{summary}, {len(compiled.warnings)} warnings, {len(compiled.notices)} notices")


def _print_json(document: dict[str, Any]) -> None:
    print(json.dumps({"schema_version": 1, **document}, indent=2))


def _json(error: CatalogError) -> dict[str, Any]:
    return {
        "file": str(error.file),
        "line": error.line,
        "column": error.column,
        "rule": error.rule or None,
        "message": error.message,
        "hint": error.hint or None,
    }
