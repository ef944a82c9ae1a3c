"""The evidence of drills as an input: `--evidence`, and what of it could not be used."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from tierkeep.cli import exit_codes

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tierkeep.report.drilled.folder import Evidence, Unusable

_DEFAULT = Path("evidence")


class NotThere(Exception):  # noqa: N818 - it is what the user is told
    """A file or folder that was named and is not there."""


def add_argument(parser: argparse.ArgumentParser) -> None:
    """Adds `--evidence`."""
    parser.add_argument(
        "--evidence",
        metavar="DIR",
        help=f"the folder of evidence that drills left (default: {_DEFAULT}, if there is one)",
    )


def read(args: argparse.Namespace, catalog: str) -> Evidence:
    """What the folder holds. Raises `NotThere` for one that is named and not there."""
    from tierkeep.report.drilled.folder import read_evidence

    if args.evidence is None:
        return read_evidence(_DEFAULT, catalog=catalog)
    folder = Path(args.evidence)
    if folder.is_dir():
        return read_evidence(folder, catalog=catalog)
    if args.evidence.startswith("s3://"):
        raise NotThere(
            f"--evidence {args.evidence}: pages are made from a folder: fetch it first, with "
            f"`aws s3 sync {args.evidence} evidence`"
        )
    raise NotThere(f"--evidence {folder}: there is no such folder")


def tell(command: str, unusable: Iterable[Unusable]) -> int:
    """Names on standard error what could not be used; the exit code."""
    code = exit_codes.OK
    for each in unusable:
        print(f"tierkeep {command}: {each}", file=sys.stderr)
        code = exit_codes.UNDETERMINED
    return code
