"""Where the results of `validate` come from: AWS, or a file of what was observed there."""

import argparse
import gc
import sys
from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from tierkeep.cli import units

if TYPE_CHECKING:
    from tierkeep.desired.model import DesiredState, DesiredUnit
    from tierkeep.validate.findings import UnitResult


class NotObserved(Exception):  # noqa: N818 - it is what the user is told
    """A file cannot be read or written, or is of another catalog."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Observation:
    """The results of the units, and the moment that they are of."""

    results: "Sequence[UnitResult]"
    at: datetime
    interrupted: bool = False
    """Whether Ctrl-C came first: what was not read by then is unknown."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds `--since`, `--save` and `--observed`."""
    parser.add_argument(
        "--since",
        type=_days,
        metavar="DAYS",
        help="how far back backup and copy jobs are read, 1 to 30 days (default: 8, a weekly run)",
    )
    saved = parser.add_mutually_exclusive_group()
    saved.add_argument(
        "--save",
        type=Path,
        metavar="FILE",
        help="write all that was observed there, as gzipped lines of JSON",
    )
    saved.add_argument(
        "--observed", type=Path, metavar="FILE", help="judge what --save wrote, without asking AWS anything"
    )


def _days(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= 30:
        raise argparse.ArgumentTypeError(f"{text}: 1 to 30 days, which is what AWS Backup lists")
    return int(text)


def observation(
    args: argparse.Namespace, state: "DesiredState", chosen: "Sequence[DesiredUnit]"
) -> Observation:
    """The results of the chosen units, as the options say. Raises `NotObserved`."""
    return _of_file(args, state, chosen) if args.observed else _of_aws(args, state, chosen)


def _of_aws(args: argparse.Namespace, state: "DesiredState", chosen: "Sequence[DesiredUnit]") -> Observation:
    from tierkeep.validate.run import SINCE_DAYS, Storage, ValidationInterrupted, validate_units
    from tierkeep.validate.stored.saved import saving

    since = args.since or SINCE_DAYS
    at = datetime.now(UTC)
    progress = units.Progress(len(chosen))
    try:
        with saving(args.save, state, at=at, since_days=since) if args.save else nullcontext() as save:
            storage = Storage(at=at, since=timedelta(days=since), saving=save, on_records=progress.records)
            results = validate_units(
                state, chosen, on_done=lambda result: progress.unit_done(result.unit), storage=storage
            )
            if save:
                save.finish([unit.id for unit in chosen])
    except ValidationInterrupted as interrupted:
        progress.clear()
        not_saved = f"; {args.save} was not written" if args.save else ""
        print(f"tierkeep: interrupted: what was not read yet is UNKNOWN{not_saved}", file=sys.stderr)
        gc.freeze()  # else Python looks through all that is left for cycles before it ends: up to seconds
        return Observation(results=interrupted.results, at=at, interrupted=True)
    except OSError as error:
        if args.save is None:
            raise
        raise NotObserved(f"--save {args.save}: {error.strerror}") from error
    finally:
        progress.clear()
    return Observation(results=results, at=at)


def _of_file(args: argparse.Namespace, state: "DesiredState", chosen: "Sequence[DesiredUnit]") -> Observation:
    from tierkeep.validate.offline import OtherCatalog, validate_saved
    from tierkeep.validate.stored.read_saved import SavedInvalid

    if args.since:
        raise NotObserved("--since goes without --observed: what was saved is judged as it was read")
    try:
        judged = validate_saved(state, chosen, args.observed)
    except (SavedInvalid, OtherCatalog) as error:
        raise NotObserved(str(error)) from error
    except OSError as error:
        raise NotObserved(f"--observed {args.observed}: {error.strerror}") from error
    if not judged.same_catalog:
        print(
            "tierkeep validate: the catalog has changed since this was observed; what has come into it was "
            "not read",
            file=sys.stderr,
        )
    return Observation(results=judged.results, at=judged.observed_at)
