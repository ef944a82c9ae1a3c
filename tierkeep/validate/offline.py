"""Judges units as they were observed and saved, without AWS."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from tierkeep.desired.model import DesiredState, DesiredUnit
from tierkeep.validate.findings import UnitResult
from tierkeep.validate.judge import judge, undetermined
from tierkeep.validate.stored.judging import judge_of
from tierkeep.validate.stored.lines import Header
from tierkeep.validate.stored.read_saved import SavedUnit, opened
from tierkeep.validate.stored.saved import digest
from tierkeep.validate.unread import Unread


@dataclass(frozen=True, kw_only=True, slots=True)
class Offline:
    """What a saved observation is judged to be."""

    results: tuple[UnitResult, ...]
    observed_at: datetime
    same_catalog: bool
    """Whether the catalog is as it was: else what has come into it since was not read."""


class OtherCatalog(Exception):  # noqa: N818 - it is what the user is told
    """The file is of a catalog of another name."""


def validate_saved(state: DesiredState, units: Sequence[DesiredUnit], path: Path) -> Offline:
    """The results of these units, in their order, at the moment when they were observed.

    One that is not in the file is UNKNOWN. Raises `SavedInvalid`, `OtherCatalog`, and `OSError`.
    """
    results: dict[str, UnitResult] = {}
    chosen = {str(unit.id): unit for unit in units}
    with opened(path) as saved:
        header = saved.header
        if header.catalog != state.name:
            raise OtherCatalog(f"{path} is of the catalog {header.catalog}, not of {state.name}")
        for found in saved.units():
            unit = chosen.get(str(found.head.unit))
            if unit:
                results[str(unit.id)] = _judged(state, unit, found, header)
    absent = _absent(path)
    return Offline(
        results=tuple(results.get(name) or undetermined(unit, absent) for name, unit in chosen.items()),
        observed_at=header.observed_at,
        same_catalog=header.catalog_digest == digest(state),
    )


def _judged(state: DesiredState, unit: DesiredUnit, found: SavedUnit, header: Header) -> UnitResult:
    observed = found.head.observed
    if isinstance(observed, Unread):
        return undetermined(unit, observed)
    judging = judge_of(state, unit, found.head, observed, header.observed_at)
    for record in found.records:
        judging.see(record)
    return judge(unit, observed, judging.outcomes())


def _absent(path: Path) -> Unread:
    return Unread(
        service="tierkeep", operation="validate", code="NotSaved", message=f"{path} does not have this unit"
    )
