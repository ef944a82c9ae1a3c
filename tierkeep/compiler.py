"""Load, resolve, judge: the one way in from a catalog, for `main.py` and for every command."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from tierkeep.catalog.errors import CatalogError, CatalogInvalid
from tierkeep.catalog.load import LoadedCatalog, load_catalog
from tierkeep.catalog.tree import Location, Position, Tree
from tierkeep.desired.model import DesiredState, Origin
from tierkeep.desired.resolve import resolve
from tierkeep.rules import Judgement, Severity, judge
from tierkeep.validate.checks import CHECKS


class Day(Protocol):
    """A day of the calendar, such as `datetime.date`, which this floor does not import: it has no clock."""

    def isoformat(self) -> str:
        """The day as YYYY-MM-DD."""
        ...


@dataclass(frozen=True, kw_only=True, slots=True)
class Compiled:
    """A catalog that may be deployed."""

    file: Path
    tree: Tree
    digest: str
    """SHA-256 of the catalog's text, in hexadecimal."""
    state: DesiredState
    warnings: tuple[CatalogError, ...]
    notices: tuple[CatalogError, ...]

    def position(self, origin: Origin) -> Position:
        """Where in the catalog's files a path stands, or else the nearest thing around it."""
        return self.tree.position(_location(self.tree, origin))


def compile_catalog(file: Path, today: Day | None = None) -> Compiled:
    """The desired state of a catalog. Raises `CatalogInvalid` with every error, of form or of rule.

    `today`, in UTC, is the day by which waivers expire; None asks what holds while none has expired.
    """
    loaded = load_catalog(file)
    state = resolve(loaded.catalog)
    found = judge(state, today.isoformat() if today else None, checks=frozenset(check.id for check in CHECKS))
    errors = _of(loaded, found, Severity.ERROR)
    if errors:
        raise CatalogInvalid(list(errors))
    return Compiled(
        file=file,
        tree=loaded.tree,
        digest=loaded.digest,
        state=state,
        warnings=_of(loaded, found, Severity.WARNING),
        notices=_of(loaded, found, Severity.NOTICE),
    )


def _of(
    loaded: LoadedCatalog, judgements: tuple[Judgement, ...], severity: Severity
) -> tuple[CatalogError, ...]:
    errors = {
        loaded.error(
            _location(loaded.tree, each.violation.origin),
            each.violation.message,
            each.violation.hint,
            each.rule.id,
        )
        for each in judgements
        if each.severity is severity
    }
    return tuple(sorted(errors))


def _location(tree: Tree, origin: Origin) -> Location:
    """An origin with the numbers of items where the catalog has lists, and without them where it has none."""
    location: list[str | int] = []
    here: Any = tree.value
    for part in origin:
        if isinstance(here, list) and part.isdigit() and int(part) < len(here):
            location.append(int(part))
            here = here[int(part)]
        elif not (isinstance(here, dict) and part.isdigit() and part not in here):
            location.append(part)
            here = here.get(part) if isinstance(here, dict) else None
    return tuple(location)
