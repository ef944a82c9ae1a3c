"""The `tierkeep` command."""

from __future__ import annotations

import argparse
import gc
import os
import sys
from collections.abc import Sequence
from importlib import import_module
from keyword import iskeyword
from pathlib import Path

from tierkeep import __version__
from tierkeep.cli import exit_codes

COMMANDS = (
    "lint",
    "explain",
    "rules",
    "diff",
    "import",
    "validate",
    "checks",
    "drill",
    "report",
    "docs",
    "iam",
)
"""Each is a module of this package with `register(subparsers)`."""

_DESCRIPTION = """\
Tierkeep turns a tier catalog into AWS backup infrastructure, checks that what is deployed keeps the
catalog's promises, and proves by restoring that the backups can be restored."""

_EPILOG = f"""\
exit codes:
{exit_codes.HELP}

environment:
  TIERKEEP_ENDPOINT  an emulator's URL: every call goes there, with dummy credentials; unset, calls go to AWS
                     with the usual AWS_* variables, profiles and roles"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one command and returns its exit code."""
    # Looking for plugins that nobody has takes pydantic a tenth of the time in which a command starts.
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
    # What a command imports and reads of the catalog stays: to look for garbage among it takes a twentieth.
    gc.set_threshold(20_000)
    parser = _parser()
    args = parser.parse_args(arguments)
    try:
        code: int = args.run(args)
        sys.stdout.flush()
    except KeyboardInterrupt:
        print("tierkeep: interrupted", file=sys.stderr)
        return exit_codes.INTERRUPTED
    except BrokenPipeError:
        # The reader of the pipe has gone; Python would complain once more when it flushes at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return exit_codes.BROKEN_PIPE
    except Exception as error:  # noqa: BLE001 - the one place that turns what is left into a message
        return _explain(error)
    return code


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="tierkeep",
        description=_DESCRIPTION,
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"tierkeep {__version__}")
    subparsers = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")
    for name in COMMANDS:
        # No module can be named as a keyword is.
        import_module(f"tierkeep.cli.{name}{'_' if iskeyword(name) else ''}").register(subparsers)
    for subparser in subparsers.choices.values():
        _add_catalog(subparser)
    return parser


def _add_catalog(parser: argparse.ArgumentParser) -> None:
    nested = [
        choice
        for action in parser._actions  # noqa: SLF001 - argparse has no public way to list subcommands
        if isinstance(action, argparse._SubParsersAction)  # noqa: SLF001
        for choice in action.choices.values()
    ]
    for each in nested or [parser]:
        each.add_argument(
            "--catalog",
            type=Path,
            default=Path("catalog.yaml"),
            metavar="FILE",
            help="the tier catalog (default: catalog.yaml)",
        )


def _explain(error: Exception) -> int:
    from tierkeep.catalog.errors import CatalogInvalid
    from tierkeep.environment import EndpointError

    if isinstance(error, EndpointError):
        print(f"tierkeep: {error}", file=sys.stderr)
        return exit_codes.USAGE
    if isinstance(error, CatalogInvalid):
        count = len(error.errors)
        print(error, file=sys.stderr)
        print(f"\n{count} error{'s' if count > 1 else ''} in the catalog", file=sys.stderr)
        return exit_codes.CATALOG_INVALID
    if type(error).__module__.startswith("tierkeep.aws"):
        print(f"tierkeep: {error}", file=sys.stderr)
        return exit_codes.UNDETERMINED
    if os.environ.get("TIERKEEP_DEBUG"):
        raise error
    print(
        f"tierkeep: internal error: {type(error).__name__}: {error}\n"
        "    This is a bug. Run the command again with TIERKEEP_DEBUG=1 and report what it prints.",
        file=sys.stderr,
    )
    return exit_codes.INTERNAL


if __name__ == "__main__":
    sys.exit(main())
