"""`tierkeep import`: what exists already, for Terraform to adopt."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from tierkeep.cli import exit_codes, units

if TYPE_CHECKING:
    from tierkeep.adopt.model import UnitAdoption

_DESCRIPTION = """\
Finds the keys, vaults, backup plans, selections, snapshot policies and roles that exist already under the
names that the catalog gives (snapshot policies: under the tag tierkeep:policy, or else Name), and shows,
setting by setting, what the deployment that adopts them changes. AWS is only read, as the validating role.

With --out FILE it writes the import ids by stack, for the next synthesis:

  tierkeep import                                   what would be adopted, and what would change
  tierkeep import --out imports.json                the same, and the file
  export TIERKEEP_IMPORTS=imports.json
  npx cdktf diff production-ap-south-1              Terraform's own word: imports, updates, nothing destroyed
  npx cdktf deploy production-ap-south-1            from then on the state has them, and the file can go

Never adopted: what carries the tag tierkeep:catalog of another catalog; a vault with another key than the
catalog's, or with a lock in compliance mode; a snapshot policy that Terraform would replace. Each says what
to do. What is in Terraform's state already, Terraform does not import again."""

_EPILOG = """\
exit codes:
  0  all that exists can be adopted, or nothing exists
  2  usage
  3  the catalog is invalid
  4  something exists that cannot be adopted, or several go by one name and --choose names none
  6  something could not be read: it is not adopted"""


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Adds the command."""
    parser = subparsers.add_parser(
        "import",
        help="adopt what exists: import ids for Terraform, and what would change",
        description=_DESCRIPTION,
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    units.add_arguments(parser)
    parser.add_argument(
        "--choose",
        action="append",
        default=[],
        metavar="ID",
        help="AWS's id of the plan, selection or policy that is meant where several have a name (repeatable)",
    )
    parser.add_argument(
        "--out", type=Path, metavar="FILE", help="write the import ids there; without it nothing is written"
    )
    parser.add_argument("--format", choices=("text", "json"), default="text", help="text is the default")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Prints what can be adopted on stdout, writes the file, and returns the exit code.

    Raises `CatalogInvalid`.
    """
    from tierkeep.adopt.adopting import adopt_units
    from tierkeep.compiler import compile_catalog

    state = compile_catalog(args.catalog, datetime.now(UTC).date()).state
    try:
        chosen = units.chosen(args, state)
    except units.NoSuchUnit as error:
        return _usage(str(error))
    observed_at = datetime.now(UTC)
    progress = units.Progress(len(chosen))
    choices = frozenset(args.choose)
    try:
        adoptions = adopt_units(
            state, chosen, choices=choices, on_done=lambda adoption: progress.unit_done(adoption.unit)
        )
    finally:
        progress.clear()
    wrong = sorted(
        choices - {each for unit in adoptions for thing in unit.things for each in thing.candidates}
    )
    if wrong:
        return _usage(f"--choose {wrong[0]}: nothing that goes by a name of the catalog has this id")
    _print(args.format, adoptions, state.name, observed_at)
    if args.out:
        return _write(args.out, adoptions, state.name) or _exit_code(adoptions)
    return _exit_code(adoptions)


def _usage(text: str) -> int:
    print(f"tierkeep import: {text}", file=sys.stderr)
    return exit_codes.USAGE


def _print(form: str, adoptions: Sequence[UnitAdoption], catalog: str, observed_at: datetime) -> None:
    if form == "json":
        from tierkeep.report.adoption_json import adoption_json

        print(adoption_json(adoptions, catalog=catalog, observed_at=observed_at))
    else:
        from tierkeep.report.adoption_text import adoption_text

        print(adoption_text(adoptions))


def _write(file: Path, adoptions: Sequence[UnitAdoption], catalog: str) -> int:
    from tierkeep.adopt.file import written

    try:
        file.write_text(written(adoptions, catalog=catalog))
    except OSError as error:
        return _usage(f"--out {file}: {error.strerror}")
    print(
        f"written: {file}. Next: TIERKEEP_IMPORTS={file} npx cdktf diff STACK, then deploy, with the same "
        "variable; afterwards the file can go",
        file=sys.stderr,
    )
    return exit_codes.OK


def _exit_code(adoptions: Sequence[UnitAdoption]) -> int:
    from tierkeep.adopt.model import Outcome, overall

    return {
        Outcome.COMPLETE: exit_codes.OK,
        Outcome.INCOMPLETE: exit_codes.FALLS_SHORT,
        Outcome.UNKNOWN: exit_codes.UNDETERMINED,
    }[overall(adoptions)]
