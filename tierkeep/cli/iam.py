"""`tierkeep iam`: what each command must be allowed to do."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

from tierkeep.cli import exit_codes

if TYPE_CHECKING:
    from tierkeep.desired.model import DesiredState, Statement
    from tierkeep.iam import CommandPolicy

_DESCRIPTION = """\
Prints the IAM policy that a command needs in each account of the catalog, for the role that the catalog's
`access` names there: just the calls that the command makes, on what the catalog names and tags. Nothing is
deployed and AWS is not asked.

Without COMMAND: which commands need anything, and as which role. --caller is about who runs the command,
assumes the roles and, for deploy, keeps Terraform's state. --format policy is a document as IAM takes it."""

_EPILOG = """\
examples:
  tierkeep iam
  tierkeep iam validate
  tierkeep iam drill run --account production --format policy > drill.json
  aws iam put-role-policy --role-name tierkeep-drill --policy-name drill --policy-document file://drill.json
  tierkeep iam deploy --format terraform
  tierkeep iam deploy --caller
  tierkeep iam drill run --caller --evidence s3://school-evidence/drills

deploy is `cdktf deploy`, and `cdktf destroy` of what the catalog lets go."""


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Adds the command."""
    parser = subparsers.add_parser(
        "iam",
        help="the IAM policy that each command needs",
        description=_DESCRIPTION,
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "command",
        nargs="*",
        metavar="COMMAND",
        help="deploy, validate, import, drill plan, drill run or drill sweep (default: list them)",
    )
    parser.add_argument(
        "--account", action="append", default=[], metavar="NAME", help="only this account (repeatable)"
    )
    parser.add_argument("--caller", action="store_true", help="what who runs the command needs")
    parser.add_argument(
        "--evidence",
        metavar="s3://BUCKET/PREFIX",
        help="with --caller and drill run or drill sweep: what keeping evidence and journals there needs",
    )
    parser.add_argument(
        "--format", choices=("text", "json", "policy", "terraform"), default="text", help="default: text"
    )
    parser.add_argument(
        "--part",
        type=int,
        metavar="NUMBER",
        help="with --format policy: one of the managed policies that take what is too long to be inline",
    )
    parser.set_defaults(run=run)


class _Usage(Exception):  # noqa: N818 - it is what the user is told, and caught a few lines away
    """What is wrong with the arguments, and what would be right."""


def run(args: argparse.Namespace) -> int:
    """Prints what `args.command` needs. Raises `CatalogInvalid`."""
    from datetime import UTC, datetime

    from tierkeep.compiler import compile_catalog

    state = compile_catalog(args.catalog, datetime.now(UTC).date()).state
    try:
        sys.stdout.write(_output(args, state))
    except _Usage as usage:
        print(f"tierkeep iam: {usage}", file=sys.stderr)
        return exit_codes.USAGE
    return exit_codes.OK


def _output(args: argparse.Namespace, state: DesiredState) -> str:
    from tierkeep.iam import COMMANDS

    command = " ".join(args.command)
    if not command:
        if args.caller or args.evidence or args.account or args.format != "text":
            raise _Usage(f"name a command: {', '.join(COMMANDS)}")
        return _listing(state)
    if command not in COMMANDS:
        raise _Usage(f"{command} needs nothing of AWS, or is no command; these need: {', '.join(COMMANDS)}")
    if args.evidence and not args.caller:
        raise _Usage("--evidence goes with --caller: who runs a drill keeps its evidence, not its role")
    return _of_caller(args, state, command) if args.caller else _of_roles(args, state, command)


def _listing(state: DesiredState) -> str:
    from tierkeep.iam import COMMANDS, account_policies

    width = max(len(unit.id.account) for unit in state.units)
    return "".join(
        f"{command:<11}  {each.account:<{width}}  {each.role_arn or 'as the caller'}\n"
        for command in COMMANDS
        for each in account_policies(state, command)
    )


def _of_caller(args: argparse.Namespace, state: DesiredState, command: str) -> str:
    from tierkeep.iam import caller_statements
    from tierkeep.report.iam_policies import caller_text, policy_document

    if args.account:
        raise _Usage("--caller is one policy for all accounts: it goes without --account")
    statements = caller_statements(state, command, evidence=_bucket_of_evidence(args, command))
    if args.format == "text":
        return caller_text(command, statements)
    if args.format == "terraform":
        raise _Usage("--caller goes with --format text, json or policy: Tierkeep does not know who it is")
    return policy_document(statements)


def _bucket_of_evidence(args: argparse.Namespace, command: str) -> tuple[str, str] | None:
    from tierkeep.drill.errors import ScopeError
    from tierkeep.drill.place import bucket_and_prefix
    from tierkeep.iam import KEEPS_EVIDENCE

    if args.evidence is None:
        return None
    if command not in KEEPS_EVIDENCE:
        raise _Usage(f"{command} keeps no evidence; these do: {', '.join(KEEPS_EVIDENCE)}")
    try:
        return bucket_and_prefix(args.evidence)
    except ScopeError as error:
        raise _Usage(str(error)) from error


def _of_roles(args: argparse.Namespace, state: DesiredState, command: str) -> str:
    from tierkeep.report.iam_policies import (
        policies_json,
        policies_terraform,
        policies_text,
        policy_document,
    )

    policies = _chosen(args, state, command)
    if args.format == "json":
        return policies_json(state.name, command, policies)
    if args.format == "terraform":
        return policies_terraform(command, policies)
    if args.format == "policy":
        if len(policies) != 1:
            accounts = list(dict.fromkeys(each.account for each in policies))
            if len(accounts) == 1:
                raise _Usage(
                    f"--format policy is one document, and the stacks make {len(policies)} roles in "
                    f"{accounts[0]}, one in each Region: take --format json"
                )
            raise _Usage(
                f"--format policy is one document: name one account with --account: {', '.join(accounts)}"
            )
        return policy_document(_part(args, policies[0].statements))
    return policies_text(command, policies)


def _part(args: argparse.Namespace, statements: tuple[Statement, ...]) -> tuple[Statement, ...]:
    """All of a policy, or that part of a long one which the user asks for."""
    from tierkeep.desired.policies import LONGEST_INLINE, policy_parts

    parts = policy_parts(statements)
    if len(parts) == 1 and args.part in {None, 1}:
        return statements
    if args.part is None or not 1 <= args.part <= len(parts):
        raise _Usage(
            f"the policy is longer than the {LONGEST_INLINE:,} characters of a role's inline policies: take "
            f"--part 1 to --part {len(parts)}, each as a managed policy, or --format terraform"
            if len(parts) > 1
            else f"there is no part {args.part}: the policy is one"
        )
    return parts[args.part - 1]


def _chosen(args: argparse.Namespace, state: DesiredState, command: str) -> list[CommandPolicy]:
    from tierkeep.iam import account_policies

    policies = account_policies(state, command)
    known = list(dict.fromkeys(each.account for each in policies))
    for name in args.account:
        if name not in known:
            raise _Usage(f"{command} does nothing in an account {name}; it does in {', '.join(known)}")
    return [each for each in policies if not args.account or each.account in args.account]
