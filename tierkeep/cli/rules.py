"""`tierkeep rules`: what a catalog is judged by, and why."""

from __future__ import annotations

import argparse
import json
import sys
from typing import TYPE_CHECKING

from tierkeep.cli import exit_codes

if TYPE_CHECKING:
    from tierkeep.rules import Rule

_DESCRIPTION = """\
Lists the rules that `tierkeep lint` applies, or explains one: why AWS or the tier's promise asks for it,
where that is written and when it was read, a line of a catalog that breaks it and one that keeps it.

A catalog may waive a rule for some time; a waiver that has expired, or that waives nothing, is an error:

  waivers:
    TK013: { reason: One missing run a year is agreed, until: 2027-06-30, at: tiers.archive.schedules }"""


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Adds the command."""
    parser = subparsers.add_parser(
        "rules",
        help="list the rules, or explain one",
        description=_DESCRIPTION,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("id", nargs="?", metavar="ID", help="explain this rule, such as TK012")
    parser.add_argument("--format", choices=("text", "json"), default="text", help="default: text")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Prints the rules, or the one of `args.id`."""
    from tierkeep.catalog.wrong import suggest
    from tierkeep.rules import all_rules, find_rule

    rules = all_rules()
    if args.id is None:
        text = [f"{each.id}  {each.severity:<7}  {each.title}" for each in rules]
    else:
        found = find_rule(args.id.upper())
        if found is None:
            hint = suggest(args.id.upper(), [each.id for each in rules])
            print(f"tierkeep rules: there is no rule {args.id}: {hint}", file=sys.stderr)
            return exit_codes.USAGE
        rules, text = (found,), [_explained(found)]
    if args.format == "json":
        print(json.dumps({"schema_version": 1, "rules": [_json(each) for each in rules]}, indent=2))
    else:
        print("\n".join(text))
    return exit_codes.OK


def _explained(rule: Rule) -> str:
    waivable = "yes" if rule.waivable else "no"
    return (
        f"{rule.id} ({rule.severity}): {rule.title}\n\n{rule.explanation}\n\n"
        f"Source: {rule.source}\nCan be waived: {waivable}"
    )


def _json(rule: Rule) -> dict[str, str | bool]:
    return {
        "id": rule.id,
        "severity": rule.severity.value,
        "title": rule.title,
        "explanation": rule.explanation,
        "source": rule.source,
        "waivable": rule.waivable,
    }
