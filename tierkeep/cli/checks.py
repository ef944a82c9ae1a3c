"""`tierkeep checks`: what a deployed state is judged by, and why."""

from __future__ import annotations

import argparse
import json
import sys
from typing import TYPE_CHECKING

from tierkeep.cli import exit_codes

if TYPE_CHECKING:
    from tierkeep.validate.check import Check

_DESCRIPTION = """\
Lists the checks that `tierkeep validate` makes in every unit (an account in a Region), or explains one: what
it asks, how bad its findings are, what they put at risk, what sets them right, and what the check stands on.
AWS is not asked, and no catalog is read.

A catalog may accept findings of a check for some time:

  waivers:
    drift.vault: { reason: The lock comes with the audit, until: 2027-06-30, resource: campus-testing }"""


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Adds the command."""
    parser = subparsers.add_parser(
        "checks",
        help="list the checks of validate, or explain one",
        description=_DESCRIPTION,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("check", nargs="?", metavar="CHECK", help="explain this check, such as drift.vault")
    parser.add_argument("--family", metavar="FAMILY", help="only the checks of this family, such as drift")
    parser.add_argument(
        "--format", choices=("text", "json", "markdown"), default="text", help="default: %(default)s"
    )
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Prints the checks that are chosen."""
    from tierkeep.catalog.wrong import suggest
    from tierkeep.validate.checks import CHECKS, families
    from tierkeep.validate.checks_page import explained, listed, page

    checks = [each for each in CHECKS if args.family in {None, each.family}]
    if not checks:
        print(
            f"tierkeep checks: there is no family {args.family}: {suggest(args.family, families())}",
            file=sys.stderr,
        )
        return exit_codes.USAGE
    if args.check is not None:
        ids = [each.id for each in checks]
        checks = [each for each in checks if each.id == args.check]
        if not checks:
            print(
                f"tierkeep checks: there is no check {args.check}: {suggest(args.check, ids)}",
                file=sys.stderr,
            )
            return exit_codes.USAGE
    if args.format == "json":
        print(json.dumps({"schema_version": 1, "checks": [_json(each) for each in checks]}, indent=2))
    elif args.format == "markdown":
        print(page(checks), end="")
    else:
        print(listed(checks) if args.check is None else explained(checks[0]))
    return exit_codes.OK


def _json(check: Check) -> dict[str, str]:
    return {
        "id": check.id,
        "family": check.family,
        "resource_type": check.resource_type,
        "question": check.question,
        "severity": check.severity,
        "mildest": check.mildest or check.severity,
        "risk": check.risk,
        "remedy": check.remedy,
        "source": check.source,
    }
