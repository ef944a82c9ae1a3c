"""Which units a command works on, and how far it is: the same options for every command that asks AWS."""

import argparse
import sys
import threading
from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tierkeep.desired.model import DesiredState, DesiredUnit, UnitId


class NoSuchUnit(Exception):  # noqa: N818 - it is what the user is told
    """The options name no unit of the catalog. The message says which exist."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds `--unit`, `--account` and `--region`."""
    parser.add_argument(
        "--unit",
        action="append",
        default=[],
        metavar="ACCOUNT/REGION",
        help="only this unit, by the catalog's name of the account (repeatable)",
    )
    parser.add_argument(
        "--account", action="append", default=[], metavar="NAME", help="only this account (repeatable)"
    )
    parser.add_argument(
        "--region", action="append", default=[], metavar="REGION", help="only this Region (repeatable)"
    )


def chosen(args: argparse.Namespace, state: "DesiredState") -> "Sequence[DesiredUnit]":
    """The units that fit all of the options. Raises `NoSuchUnit`."""
    known = {
        "unit": sorted({str(unit.id) for unit in state.units}),
        "account": sorted({unit.id.account for unit in state.units}),
        "region": sorted({unit.id.region for unit in state.units}),
    }
    for option, names in known.items():
        for name in getattr(args, option):
            if name not in names:
                raise NoSuchUnit(
                    f"--{option} {name}: the catalog has no such {option}; it has {', '.join(names)}"
                )
    found = [
        unit
        for unit in state.units
        if (not args.unit or str(unit.id) in args.unit)
        and (not args.account or unit.id.account in args.account)
        and (not args.region or unit.id.region in args.region)
    ]
    if not found:
        raise NoSuchUnit("no unit fits all of --unit, --account and --region")
    return found


class Progress:
    """One line on stderr that says how far the run is; nothing where stderr is no terminal."""

    def __init__(self, units: int) -> None:
        self._units = units
        self._done = 0
        self._records = 0
        self._last: UnitId | None = None
        self._shows = sys.stderr.isatty()
        self._lock = threading.Lock()
        self._show(f"reading {units} units")

    def unit_done(self, unit: "UnitId") -> None:
        """Counts a unit."""
        with self._lock:
            self._done += 1
            self._last = unit
            self._show(self._text())

    def records(self, number: int) -> None:
        """Counts records, from whichever thread has read them."""
        with self._lock:
            self._records += number
            self._show(self._text())

    def clear(self) -> None:
        """Takes the line away."""
        with self._lock:
            self._show("")
            self._shows = False

    def _text(self) -> str:
        records = f", {self._records:,} records" if self._records else ""
        last = f", last {self._last}" if self._last else ""
        return f"read {self._done} of {self._units} units{records}{last}"

    def _show(self, text: str) -> None:
        if self._shows:
            # Back to the line's beginning, and clear it: an escape that every terminal knows.
            print(f"\r\x1b[2K{text}", end="", file=sys.stderr, flush=True)
