"""`tierkeep explain`: what a tier really promises."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

from tierkeep.cli import exit_codes

if TYPE_CHECKING:
    from datetime import date

    from tierkeep.desired.model import DesiredState, UnitId

_DESCRIPTION = """\
Says what a tier really promises: which engine protects each type and why, the worst-case RPO with its
arithmetic against the objective, copies, encryption, and which recovery points exist. Nothing is deployed
and AWS is not asked.

Without TIER: a line for each tier and for each default policy. With --at, the calendar of that day;
without it, of any day, by age. With --resource: which tier, plan and rule would protect one resource, and
why."""

_EPILOG = """\
examples:
  tierkeep explain
  tierkeep explain critical --at 2027-03-01
  tierkeep explain database --unit production/ap-south-1 --format markdown
  tierkeep explain --resource arn:aws:ec2:ap-south-1:111111111111:volume/vol-1 --tags backup-tier=critical"""


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Adds the command."""
    parser = subparsers.add_parser(
        "explain",
        help="what a tier really promises: worst-case RPO, copies, retention calendar",
        description=_DESCRIPTION,
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "tier", nargs="?", metavar="TIER", help="a tier of the catalog (default: all, in a line)"
    )
    parser.add_argument("--unit", metavar="ACCOUNT/REGION", help="only in this unit (default: in all)")
    parser.add_argument("--at", metavar="DATE", help="the calendar at the end of a day, such as 2027-03-01")
    parser.add_argument(
        "--format", choices=("text", "json", "markdown"), default="text", help="default: text"
    )
    parser.add_argument("--resource", metavar="ARN", help="explain one resource instead of a tier")
    parser.add_argument(
        "--tags", nargs="+", metavar="KEY=VALUE", default=[], help="the tags of the resource of --resource"
    )
    parser.set_defaults(run=run)


class _Usage(Exception):  # noqa: N818 - it is what the user is told, and caught a few lines away
    """What is wrong with the arguments, and what would be right."""


def run(args: argparse.Namespace) -> int:
    """Explains `args.tier` or `args.resource`. Raises `CatalogInvalid`."""
    from datetime import UTC, datetime

    from tierkeep.compiler import compile_catalog
    from tierkeep.promises.cron import ScheduleError

    try:
        _check(args)
        at = _date(args.at)
        state = compile_catalog(args.catalog, datetime.now(UTC).date()).state
        sys.stdout.write(_resource(args, state) if args.resource else _tiers(args, state, at))
    except _Usage as usage:
        print(f"tierkeep explain: {usage}", file=sys.stderr)
        return exit_codes.USAGE
    except ScheduleError as error:
        print(f"{args.catalog}: {error}", file=sys.stderr)
        return exit_codes.CATALOG_INVALID
    return exit_codes.OK


def _check(args: argparse.Namespace) -> None:
    if args.resource and (args.tier or args.unit or args.at):
        raise _Usage("--resource goes without TIER, --unit and --at")
    if args.tags and not args.resource:
        raise _Usage("--tags are those of a resource: name it with --resource ARN")


def _date(text: str | None) -> date | None:
    from datetime import date

    if text is None:
        return None
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise _Usage(f"--at {text} is no date; write one such as 2027-03-01") from None
    # The calendar looks back over what AWS keeps at most, a hundred years.
    if not 1970 <= day.year <= 2199:
        raise _Usage(f"--at {text}: write a date from 1970 to 2199")
    return day


def _resource(args: argparse.Namespace, state: DesiredState) -> str:
    from tierkeep.desired.selecting import ArnInvalid
    from tierkeep.report.resource_text import explain_resource

    tags = {}
    for pair in args.tags:
        key, equals, value = pair.partition("=")
        if not key or not equals:
            raise _Usage(f"--tags {pair}: write KEY=VALUE")
        tags[key] = value
    try:
        text = explain_resource(state, arn=args.resource, tags=tags, format=args.format)
    except ArnInvalid as invalid:
        raise _Usage(f"--resource {args.resource}: {invalid}") from None
    return text if text.endswith("\n") else f"{text}\n"


def _tiers(args: argparse.Namespace, state: DesiredState, at: date | None) -> str:
    from tierkeep.report.default_policies import defaults_markdown, defaults_text, explain_defaults
    from tierkeep.report.promises_json import tiers_json
    from tierkeep.report.promises_markdown import overview_markdown, tier_markdown
    from tierkeep.report.promises_text import overview_text, tier_text
    from tierkeep.report.promises_tier import explain_tier
    from tierkeep.report.retired import retired_markdown, retired_text, retirement

    known = [promise.tier for promise in state.promises]
    if args.tier is not None and args.tier not in known:
        raise _Usage(f"the catalog has no tier {args.tier}; it has {', '.join(known)}")
    names = known if args.tier is None else [args.tier]
    calendar = args.tier is not None or args.format == "json"
    unit = _unit(args, state)
    explanations = tuple(
        each for name in names for each in explain_tier(state, name, unit=unit, at=at, calendar=calendar)
    )
    retirements = tuple(found for name in names if (found := retirement(state, name, unit=unit)))
    if not explanations and not retirements:
        raise _Usage(f"no resource of {args.tier or 'any tier'} lives in {args.unit or 'any unit'}")
    defaults = () if args.tier else explain_defaults(state, unit=unit)
    if args.format == "json":
        return tiers_json(explanations, retirements, defaults, at=at)
    if args.tier is None and args.format == "markdown":
        return overview_markdown(explanations, retirements) + defaults_markdown(defaults)
    if args.tier is None:
        return overview_text(explanations, retirements) + defaults_text(defaults)
    live, gone = (tier_markdown, retired_markdown) if args.format == "markdown" else (tier_text, retired_text)
    return "\n".join([*([live(explanations)] if explanations else []), *map(gone, retirements)])


def _unit(args: argparse.Namespace, state: DesiredState) -> UnitId | None:
    if args.unit is None:
        return None
    found = next((unit.id for unit in state.units if str(unit.id) == args.unit), None)
    if found is None:
        raise _Usage(f"the catalog has no unit {args.unit}; it has {_some([str(u.id) for u in state.units])}")
    return found


def _some(names: list[str]) -> str:
    more = len(names) - 8
    return ", ".join(names[:8]) + (f" and {more} more" if more > 0 else "")
